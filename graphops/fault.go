package graphops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// An operation names what a request does: for logs, and for people as the end
// of "Entra did not let this account …".
type operation struct{ name, words string }

var (
	opSignIn       = operation{"signIn", "sign in"}
	opProof        = operation{"proof", "sign in as the app"}
	opBatch        = operation{"batch", "do several things at once"}
	opMe           = operation{"getMe", "read its own account"}
	opRoles        = operation{"listRoles", "read its own directory roles"}
	opPolicy       = operation{"getAppPolicy", "read the tenant's policy for apps"}
	opOrganization = operation{"getOrganization", "read the name of the tenant"}
	opUser         = operation{"findUser", "look the requester up"}
	opEnabled      = operation{"findEnabled", "read whether an account is enabled"}
	opResource     = operation{"getResource", "read the permissions of a service"}
	opAddResource  = operation{"createResource", "add the service principal of a Microsoft service"}
	opApplication  = operation{"upsertApplication", "register the application"}
	opReadApp      = operation{"getApplication", "read the application"}
	opDeleteApp    = operation{"deleteApplication", "delete the application"}
	opUnfederate   = operation{"removeFederated", "end the app's trust in another issuer"}
	opUnconsent    = operation{"removeConsent", "withdraw the app's permissions"}
	opUnowner      = operation{"removeOwner", "take an owner from the application"}
	opOwnersOf     = operation{"listPrincipalOwners", "read who owns the app's service principal"}
	opUnownOf      = operation{"removePrincipalOwner", "remove an owner from the app's service principal"}
	opRestore      = operation{"restoreDeleted", "restore the deleted application"}
	opDeleted      = operation{"getDeleted", "look among the deleted applications"}
	opPrincipal    = operation{"createServicePrincipal", "make the app's service principal"}
	opOwner        = operation{"addOwner", "add an owner to the application"}
	opRole         = operation{"assignAppRole", "grant admin consent for application permissions"}
	opGrant        = operation{"grantScopes", "grant admin consent for delegated permissions"}
	opConsented    = operation{"listConsent", "read the app's permissions"}
	opKeys         = operation{"listPasswords", "read the app's client secrets"}
	opAddKey       = operation{"addPassword", "add a client secret"}
	opRemoveKey    = operation{"removePassword", "remove a client secret"}
	opKeysOf       = operation{"listPrincipalCredentials", "read the credentials of the app's service principal"}
	opRemoveKeyOf  = operation{"removePrincipalPassword", "remove a client secret of the app's service principal"}
	opClearCertsOf = operation{"clearPrincipalCertificates", "remove the certificates of the app's service principal"}
	opAPI          = operation{"exposeAPI", "let the app offer its API"}
	opRoleFor      = operation{"assignDirectoryRole", "give the app a directory role"}
	opAssigned     = operation{"listOwnRoleAssignments", "read the roles that are assigned to it"}
	opRolesOf      = operation{"listRoleAssignments", "read the app's directory roles"}
	opCerts        = operation{"listCertificates", "read the app's certificates"}
	opOthers       = operation{"listCertificatesOfAll", "look whether another app has the certificate"}
	opSetCerts     = operation{"setCertificates", "write the app's certificates"}
	opFederated    = operation{"addFederated", "let the app trust another issuer"}
	opListFederate = operation{"listFederated", "read the issuers that the app trusts"}
)

// An answer is Graph saying something else than yes. It stays in this package:
// session.fault says what it means.
type answer struct {
	op      operation
	status  int
	code    string
	details []string // their codes
	message string
	ref     string // request-id
	after   time.Duration
}

func (a *answer) Error() string {
	return fmt.Sprintf("%s: %d %s (request-id %s)", a.op.name, a.status, a.code, a.ref)
}

// is reports whether the answer has this code, or a detail has.
func (a *answer) is(code string) bool { return a.code == code || slices.Contains(a.details, code) }

// says is for telling apart what has one code, where the state is read back
// after it. It never decides alone, with one exception that is named there.
func (a *answer) says(fragment string) bool {
	return strings.Contains(strings.ToLower(a.message), fragment)
}

// notFound reports whether something that the request was about is not there, or not
// known to the replica that answered. That one may have no words for it, and calls
// it a mistake where the object is in the body.
func (a *answer) notFound() bool {
	return a.status == http.StatusNotFound || a.is("Request_ResourceNotFound") || a.is("Directory_ObjectNotFound") ||
		a.is("ResourceNotFound")
}

// exists reports whether Graph seems to mean that a thing is there already.
func (a *answer) exists() bool {
	return a.status == http.StatusConflict && a.code != "Directory_ConcurrencyViolation" || a.is("ObjectConflict") ||
		a.is("Request_MultipleObjectsWithSameKeyValue") || a.says("already exist")
}

// readAnswer reads an error as Graph writes it. A body that is none is no answer
// less: then the status is all there is.
func readAnswer(op operation, status int, h http.Header, body []byte, now time.Time) *answer {
	a := &answer{op: op, status: status, ref: h.Get("request-id"), after: retryAfter(h, now)}
	var said struct {
		Error struct {
			Code, Message string
			Details       []struct{ Code string }
			InnerError    struct { // also spelled innererror, which encoding/json takes as well
				RequestID string `json:"request-id"`
			}
		}
	}
	if json.Unmarshal(body, &said) != nil {
		return a
	}
	a.code, a.message = said.Error.Code, said.Error.Message
	for _, d := range said.Error.Details {
		a.details = append(a.details, d.Code)
	}
	if a.ref == "" {
		a.ref = said.Error.InnerError.RequestID
	}
	return a
}

// later is what may go away by itself.
type later struct {
	op     operation
	status int
	code   string
	why    string
	ref    string
	after  time.Duration
	unsent bool                   // nobody was reached
	lasts  *workflow.ServiceError // what it was if it has not gone away
}

// A spreading is what may go away because something is young.
type spreading struct{ *later }

func (*spreading) Spreading() {}

func (s *spreading) Unwrap() error { return s.later }

var (
	_ workflow.Spreading = (*spreading)(nil)
	_ workflow.Describer = (*spreading)(nil)
	_ workflow.Temporary = (*later)(nil)
	_ workflow.NotDone   = (*later)(nil)
	_ workflow.Describer = (*later)(nil)
)

func (l *later) RetryAfter() time.Duration { return l.after }

// NotDone reports whether nothing was done: nobody was reached, or the call was turned away.
func (l *later) NotDone() bool { return l.unsent || l.status == http.StatusTooManyRequests }

func (l *later) Describe() *workflow.ServiceError { return l.lasts }

func (l *later) Error() string {
	var b strings.Builder
	b.WriteString(l.op.name + ": later")
	if l.status != 0 {
		fmt.Fprintf(&b, ": %d", l.status)
	}
	for _, s := range []string{l.code, l.why} {
		if s != "" {
			b.WriteString(": " + s)
		}
	}
	if l.ref != "" {
		b.WriteString(" (" + l.ref + ")")
	}
	return b.String()
}

func (a *answer) later(why string) *later {
	return &later{op: a.op, status: a.status, code: a.code, why: why, ref: a.ref, after: a.after}
}

// lag is what may be unknown only here, and says what it was if that lasts.
func (a *answer) lag() *spreading { return a.behind("not known everywhere yet") }

// behind is lag that is known to be of one kind.
func (a *answer) behind(why string) *spreading {
	l := a.later(why)
	l.lasts = a.trouble()
	return &spreading{l}
}

// old is an answer that contradicts what is known.
func old(op operation, why string) *spreading { return &spreading{&later{op: op, why: why}} }

// input are the codes of a "no" to what was sent, by itself. Waiting changes nothing about it.
func (a *answer) input() bool {
	for _, code := range append([]string{a.code}, a.details...) {
		if _, ok := advice[code]; ok || strings.HasPrefix(code, "KeyCredentialsInvalid") || strings.Contains(code, "AsPerAppPolicy") ||
			code == "InvalidFederatedIdentityCredentialValue" || code == "HostNameNotOnVerifiedDomain" {
			return true
		}
	}
	return false
}

// wrongByItself reports whether an answer says that the request is wrong, whatever a replica
// has heard of.
func (a *answer) wrongByItself() bool { return a.input() || a.malformed() }

// refers are the operations whose requests name something that the replica that answers
// need not have heard of, other than what they change. It calls that a mistake, in words
// that say nothing of the kind.
// Sources: azure-cli; hashicorp/terraform-provider-azuread, service_principal_resource.go
// and app_role_assignment_resource.go; terraform-provider-azurerm 10479 and 19916.
var refers = map[operation]bool{opPrincipal: true, opRole: true, opGrant: true, opRoleFor: true, opOwner: true, opAPI: true,
	opAzureRole: true, opAzureAssign: true, opRestore: true, opRemoveKey: true, opUnconsent: true}

// behindCodes are those of a replica that is behind, and of nothing else.
var behindCodes = []string{"NoBackingApplicationObject", "Error_MsaAppDoesNotExist", "RoleDefinitionDoesNotExist", "PrincipalNotFound"}

// isBehind reports whether a "no" about something young may be of a replica that has not
// heard of it. It is the one place that decides that.
func (a *answer) isBehind() bool {
	switch {
	case a.wrongByItself(), a.op == opAddResource: // Microsoft's own applications are not young
		return false
	case a.notFound(), slices.ContainsFunc(behindCodes, a.is):
		return true
	case a.status == http.StatusForbidden: // it is about the person, with one exception
		return a.op == opPrincipal && a.says("backing application")
	}
	return refers[a.op] && (a.status == http.StatusBadRequest || a.status == http.StatusConflict)
}

// fault says what an error of graph.send means to the caller. about are the
// objects that the request was about: a replica may not have heard of one that
// was just made.
func (s *session) fault(err error, about ...string) error {
	a, ok := errors.AsType[*answer](err)
	if !ok {
		return err
	}
	switch {
	case a.status/100 == 3:
		return &misdirected{graphService, redirected, a.ref}
	case a.status == http.StatusUnauthorized:
		return workflow.ErrSessionOver
	case a.status == http.StatusTooManyRequests:
		return a.later("throttled")
	case a.status >= 500, a.status == http.StatusRequestTimeout, a.status == http.StatusFailedDependency, a.status == http.StatusLocked:
		return a.later("the service is not well")
	case a.is("Directory_ConcurrencyViolation"):
		return a.later("somebody changed it at the same time")
	case s.fresh(about...) && a.isBehind():
		return a.lag()
	}
	return a.trouble()
}

// advice says what a code means and what to do.
var advice = map[string]string{
	"Directory_QuotaExceeded": "The quota for objects in this tenant, or for this account, is used up. Delete what is not needed in " +
		"Entra (also under Deleted applications), then press Retry.",
}

// rights says which role an operation takes, for 403.
var rights = map[operation]string{
	opApplication:  "Application Administrator, Cloud Application Administrator or Global Administrator",
	opAddResource:  "Cloud Application Administrator, Application Administrator or Global Administrator",
	opPrincipal:    "Application Administrator, Cloud Application Administrator or Global Administrator",
	opOwner:        "Application Administrator, Cloud Application Administrator or Global Administrator",
	opDeleteApp:    "Application Administrator, Cloud Application Administrator or Global Administrator",
	opAddKey:       "Application Administrator, Cloud Application Administrator or Global Administrator",
	opRemoveKey:    "Application Administrator, Cloud Application Administrator or Global Administrator",
	opRemoveKeyOf:  "Application Administrator, Cloud Application Administrator or Global Administrator",
	opClearCertsOf: "Application Administrator, Cloud Application Administrator or Global Administrator",
	opUnfederate:   "Application Administrator, Cloud Application Administrator or Global Administrator",
	opUnconsent: "Privileged Role Administrator or Global Administrator for permissions on Microsoft Graph, and for other services " +
		"Cloud Application Administrator or Application Administrator",
	opRestore:   "Application Administrator, Cloud Application Administrator or Global Administrator",
	opAPI:       "Application Administrator, Cloud Application Administrator or Global Administrator",
	opSetCerts:  "Application Administrator, Cloud Application Administrator or Global Administrator",
	opFederated: "Application Administrator, Cloud Application Administrator or Global Administrator",
	opRoleFor:   "Privileged Role Administrator or Global Administrator",
	opRole: "Privileged Role Administrator or Global Administrator for permissions on Microsoft Graph, and for other services " +
		"Cloud Application Administrator or Application Administrator",
	opGrant: "Cloud Application Administrator, Application Administrator, Privileged Role Administrator or Global Administrator",
}

func (a *answer) trouble() *workflow.ServiceError {
	t := &workflow.ServiceError{Code: a.code, Ref: a.ref}
	if t.Code == "" {
		t.Code = fmt.Sprintf("HTTP %d", a.status)
	}
	if code, text := a.againstPolicy(); code != "" {
		t.Code, t.Text = code, text
		return t
	}
	for _, code := range append([]string{a.code}, a.details...) {
		if text, ok := advice[code]; ok {
			t.Code, t.Text = code, text
			return t
		}
	}
	switch {
	case a.status == http.StatusForbidden && rights[a.op] != "":
		t.Text = fmt.Sprintf("Entra did not let this account %s. It takes an active directory role: %s. Activate it, then press Retry.",
			a.op.words, rights[a.op])
	case a.status == http.StatusForbidden:
		t.Text = fmt.Sprintf("Entra did not let this account %s. Check its directory roles and the consent that the bot's own client "+
			"has, then press Retry.", a.op.words)
	case a.notFound():
		t.Text = fmt.Sprintf("Entra could not %s, because something it needs is not there. It may have been deleted in Entra.", a.op.words)
	default:
		t.Text = fmt.Sprintf("Entra refused to %s. It says: %s", a.op.words, clip(a.message, 300))
	}
	return t
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	if s == "" {
		return "nothing."
	}
	return s
}

// isNetwork reports whether err is a connection that did not come about or broke.
func isNetwork(err error) bool {
	_, isURL := errors.AsType[*url.Error](err)
	_, isNet := errors.AsType[net.Error](err)
	return isURL || isNet || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// cause is the text of a network error, without the address of the request.
func cause(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err.Error()
	}
	return err.Error()
}
