package login

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
)

// reasons says what an AADSTS code means to somebody who signs in. Source:
// Microsoft Entra authentication and authorization error codes.
var reasons = map[int]workflow.SignInReason{
	70017: workflow.SignInDeclined,

	70018: workflow.SignInExpired, // the code is not known (any more)
	70019: workflow.SignInExpired,
	70020: workflow.SignInExpired,

	53000:  workflow.SignInBlocked, // the device is not compliant
	53001:  workflow.SignInBlocked, // the device is not joined
	53002:  workflow.SignInBlocked, // the client is not approved
	53003:  workflow.SignInBlocked, // Conditional Access
	50097:  workflow.SignInBlocked, // device authentication is needed
	530032: workflow.SignInBlocked, // security policy
	530033: workflow.SignInBlocked, // device code flow, by a policy on devices
	530034: workflow.SignInBlocked,
	530035: workflow.SignInBlocked, // security defaults

	65001:  workflow.SignInNoConsent,
	65002:  workflow.SignInNoConsent,
	65004:  workflow.SignInNoConsent,
	90094:  workflow.SignInNoConsent,
	90095:  workflow.SignInNoConsent,
	650057: workflow.SignInNoConsent,

	50105: workflow.SignInNotAssigned,

	50020:  workflow.SignInWrongTenant,
	50034:  workflow.SignInWrongTenant, // no such account here
	51004:  workflow.SignInWrongTenant,
	90072:  workflow.SignInWrongTenant,
	500208: workflow.SignInWrongTenant,
	500212: workflow.SignInWrongTenant,
	500213: workflow.SignInWrongTenant,

	50059:   workflow.SignInClient,
	50194:   workflow.SignInClient, // single-tenant client on a shared endpoint
	90002:   workflow.SignInTenant, // no such tenant in this cloud
	70001:   workflow.SignInClient,
	70002:   workflow.SignInClient,
	700016:  workflow.SignInClient, // no such client here
	700025:  workflow.SignInClient,
	900144:  workflow.SignInClient,
	7000112: workflow.SignInClient, // the client is disabled
	7000218: workflow.SignInClient, // public client flows are off

	50072: workflow.SignInMFA,
	50074: workflow.SignInMFA,
	50076: workflow.SignInMFA,
	50078: workflow.SignInMFA,
	50079: workflow.SignInMFA,
	50158: workflow.SignInMFA, // of an external provider
}

// transient are the AADSTS codes of a service that is not well, which come with
// status 400 too. Source: Microsoft Entra authentication and authorization error codes.
var transient = map[int]bool{
	90006: true, // ExternalServerRetryableError
	90024: true, // RequestBudgetExceededError
	90033: true, // MsodsServiceUnavailable
}

// firm are the OAuth errors that the protocol itself ends a device code with. They
// say what the person did, and the number beside them may say something else.
// Source: RFC 8628, section 3.5; Microsoft, "OAuth 2.0 device authorization grant".
var firm = map[string]workflow.SignInReason{
	"authorization_declined": workflow.SignInDeclined,
	"expired_token":          workflow.SignInExpired,
}

// oauthReasons is for answers without an AADSTS code that says more.
var oauthReasons = map[string]workflow.SignInReason{
	"access_denied":         workflow.SignInDeclined,
	"code_expired":          workflow.SignInExpired,
	"bad_verification_code": workflow.SignInExpired,
	"invalid_client":        workflow.SignInClient,
	"unauthorized_client":   workflow.SignInClient,
	"invalid_tenant":        workflow.SignInTenant,
	"interaction_required":  workflow.SignInMFA,
	"consent_required":      workflow.SignInNoConsent,
}

// A loginAnswer is what the sign-in service said instead of giving a token.
type loginAnswer struct {
	status int
	header http.Header
	Error  string `json:"error"`
	Codes  []int  `json:"error_codes"`
	Text   string `json:"error_description"`
	Trace  string `json:"trace_id"`
}

// loginAnswerOf finds the answer in an error of MSAL's, or returns nil. MSAL has
// read the body already, and says it after the first line of the error's text.
func loginAnswerOf(err error) *loginAnswer {
	failed, ok := errors.AsType[msal.CallErr](err)
	if !ok {
		return nil
	}
	a := parseLoginAnswer(failed.Error())
	if failed.Resp != nil {
		a.status, a.header = failed.Resp.StatusCode, failed.Resp.Header
	}
	return a
}

// aadsts finds the number in "AADSTS50076: …", which is a code, not a text.
var aadsts = regexp.MustCompile(`^AADSTS([0-9]{4,9})\b`)

func parseLoginAnswer(text string) *loginAnswer {
	_, body, _ := strings.Cut(text, "\n")
	return readLoginAnswer([]byte(body))
}

// readLoginAnswer reads an error as the sign-in service writes it.
func readLoginAnswer(body []byte) *loginAnswer {
	a := &loginAnswer{}
	if json.Unmarshal(body, a) != nil {
		return &loginAnswer{}
	}
	if len(a.Codes) == 0 {
		if m := aadsts.FindStringSubmatch(a.Text); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				a.Codes = []int{n}
			}
		}
	}
	a.Text = "" // it is for people who know Entra, and may name accounts
	return a
}

// code is the first AADSTS code, or 0.
func (a *loginAnswer) code() int {
	if len(a.Codes) == 0 {
		return 0
	}
	return a.Codes[0]
}

// busy reports whether the service did not get to it: by its status, by a number, or by
// the OAuth error where no number has a reason that will last.
func (a *loginAnswer) busy() bool {
	if a.status == http.StatusTooManyRequests || a.status >= 500 || a.status == http.StatusRequestTimeout {
		return true
	}
	lasting := false
	for _, c := range a.Codes {
		if transient[c] {
			return true
		}
		_, known := reasons[c]
		lasting = lasting || known
	}
	return !lasting && (a.Error == "temporarily_unavailable" || a.Error == "server_error")
}

// refusal is what the answer means to the person.
func (a *loginAnswer) refusal() *workflow.SignInError {
	e := &workflow.SignInError{Reason: workflow.SignInOther, Code: a.code(), Ref: a.Trace}
	if r, ok := firm[a.Error]; ok {
		e.Reason = r
		return e
	}
	if r, ok := oauthReasons[a.Error]; ok {
		e.Reason = r
	}
	for _, c := range a.Codes {
		if r, ok := reasons[c]; ok {
			if a.Error == "access_denied" && r == workflow.SignInExpired {
				continue // somebody has answered; other numbers say why access was denied
			}
			e.Reason, e.Code = r, c
			break
		}
	}
	return e
}

// signInFault says what an error of MSAL's means where nobody is waited for: while a
// code is asked for, or a further token.
func (c *Client) signInFault(ctx context.Context, err error) error {
	a := loginAnswerOf(err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case a != nil && a.busy():
		return &fault.Later{Op: opSignIn, Status: a.status, After: fault.RetryAfter(a.header, c.Now()), Ref: a.Trace}
	case a != nil:
		return a.refusal()
	}
	if _, ok := errors.AsType[msal.InvalidJsonErr](err); ok {
		return opSignIn.Later("the answer is not JSON") // its text has the answer in it
	}
	if l := opSignIn.Network(err); l != nil {
		return l
	}
	return errors.New("login: no sign-in: " + err.Error())
}

// moreFault says what an error of MSAL's means while a token for another resource
// is asked for. Nobody is asked for anything then.
func (c *Client) moreFault(ctx context.Context, err error, as *spelling) error {
	meaning := c.signInFault(ctx, err)
	_, refused := errors.AsType[*workflow.SignInError](meaning)
	_, temporary := errors.AsType[*fault.Later](meaning)
	switch {
	case ctx.Err() != nil, refused, temporary:
		return meaning
	case as.lacks:
		return &workflow.SignInError{Reason: workflow.SignInNoConsent} // MSAL: "declined scopes"
	}
	return &workflow.SignInError{Reason: workflow.SignInOther}
}

// waitFault says what an error of MSAL's means while somebody signs in.
func waitFault(ctx context.Context, err error, p *polling, scopes []string) error {
	a := loginAnswerOf(err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case p.lacks(scopes):
		return &workflow.SignInError{Reason: workflow.SignInNoConsent} // MSAL: "declined scopes"
	case a != nil:
		return a.refusal()
	case errors.Is(err, context.DeadlineExceeded):
		return &workflow.SignInError{Reason: workflow.SignInExpired}
	}
	return &workflow.SignInError{Reason: workflow.SignInOther}
}
