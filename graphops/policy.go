package graphops

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
)

// What a tenant's policies forbid for applications is read ahead, so that nobody signs
// in for what Entra would refuse. What can't be read forbids nothing here: Entra itself
// has the last word. Source: Graph, "Microsoft Entra application management policies API
// overview", tenantAppManagementPolicy and appManagementPolicy resource types.

// A policyRead are the requests that it takes, as parts of a batch.
type policyRead struct{ tenant, own, app *item }

// policyRead asks for the default policy and, where there is an application, for its own
// and for when it was created. The answers are read as they come: the SDK's models lack
// half of the restrictions.
func (s *session) policyRead(applicationID string) *policyRead {
	r := &policyRead{tenant: &item{op: opPolicy, req: s.get("/policies/defaultAppManagementPolicy"), as: asItCame}}
	// Members that an enumeration did not have when it began come only to those who ask.
	r.tenant.req.Headers.TryAdd("Prefer", "include-unknown-enum-members")
	if applicationID == "" {
		return r
	}
	r.own = &item{op: opPolicy, req: s.get("/applications/{id}/appManagementPolicies", "id", applicationID), as: asItCame}
	r.own.req.Headers.TryAdd("Prefer", "include-unknown-enum-members")
	if req, err := s.application(applicationID).ToGetRequestInformation(context.Background(),
		&applications.ApplicationItemRequestBuilderGetRequestConfiguration{
			QueryParameters: &applications.ApplicationItemRequestBuilderGetQueryParameters{Select: []string{"id",
				"createdDateTime"}}}); err == nil {
		r.app = &item{op: opReadApp, req: req, as: models.CreateApplicationFromDiscriminatorValue}
	}
	return r
}

func (r *policyRead) items() []*item {
	items := []*item{r.tenant}
	for _, i := range []*item{r.own, r.app} {
		if i != nil {
			items = append(items, i)
		}
	}
	return items
}

// PolicyFor reads what the tenant's policies forbid for an application that is there.
func (s *session) PolicyFor(ctx context.Context, applicationID string) (workflow.AppPolicy, error) {
	if !login.HasScope(s.scopes, scopePolicy) {
		return workflow.AppPolicy{}, nil
	}
	r := s.policyRead(applicationID)
	s.batch(ctx, r.items())
	for _, i := range r.items() {
		if fault.Status(i.err) == 0 && i.err != nil || fault.Status(i.err) == 401 || fault.Status(i.err) >= 429 {
			return workflow.AppPolicy{}, s.fault(i.err, applicationID)
		}
	}
	return r.read(s.now(), false), nil
}

// read is what the answers forbid for an application that is created at a time: now,
// if it isNew, and else when its own answer says. What a policy of its own defines
// overrides the same in the tenant's, and nothing else of that.
// Source: Azure-Samples/entra-app-management-policy-script, "Behavior update".
func (r *policyRead) read(now time.Time, isNew bool) workflow.AppPolicy {
	var created time.Time // zero is unknown
	if isNew {
		created = now
	}
	if r.app != nil {
		if a, ok := r.app.got.(models.Applicationable); ok {
			created = value(a.GetCreatedDateTime())
		}
	}
	var own struct{ Value []policyBody }
	var tenant policyBody
	var p policies
	if readPolicy(r.tenant, &tenant) && tenant.IsEnabled {
		p.tenant = tenant.rules()
	}
	if r.own != nil {
		p.unread = !readPolicy(r.own, &own)
	}
	if len(own.Value) > 0 {
		p.own, p.unsure = own.Value[0].rules(), !own.Value[0].IsEnabled
	}
	return p.forbid(created)
}

// readPolicy reads an answer, and reports whether there is one.
func readPolicy(i *item, into any) bool {
	o, ok := i.got.(object)
	return ok && json.Unmarshal(encode(o), into) == nil
}

type (
	policyBody struct {
		IsEnabled               bool
		ApplicationRestrictions restrictions // of the tenant's policy
		Restrictions            restrictions // of a policy of one application
	}
	restrictions struct {
		PasswordCredentials, KeyCredentials []restriction
		Audiences                           struct{ AzureAdMultipleOrgs *restriction }
		ApplicationRestrictions             struct {
			Audiences struct{ AzureAdMultipleOrgs *restriction }
		}
	}
	restriction struct {
		RestrictionType, State, MaxLifetime string

		RestrictForAppsCreatedAfterDateTime *time.Time
		ExcludeActors                       struct{ CustomSecurityAttributes []json.RawMessage }
	}
)

// The types of restrictions that count here, in lower case, and the audiences rule.
const (
	noPasswords  = "passwordaddition"
	passwordLife = "passwordlifetime"
	keyLife      = "asymmetrickeylifetime"
	authorities  = "trustedcertificateauthority"
	audiences    = "audiences"
)

// rules are a policy's restrictions by type.
func (b policyBody) rules() map[string][]restriction {
	all := make(map[string][]restriction)
	for _, in := range []restrictions{b.ApplicationRestrictions, b.Restrictions} {
		for _, r := range append(in.PasswordCredentials, in.KeyCredentials...) {
			kind := strings.ToLower(r.RestrictionType)
			all[kind] = append(all[kind], r)
		}
		for _, r := range []*restriction{in.Audiences.AzureAdMultipleOrgs, in.ApplicationRestrictions.Audiences.AzureAdMultipleOrgs} {
			if r != nil {
				all[audiences] = append(all[audiences], *r)
			}
		}
	}
	return all
}

// policies are the tenant's and that of one application.
type policies struct {
	tenant, own map[string][]restriction
	unsure      bool // whether its own counts: it is not enabled, and no source says what that means
	unread      bool // its own
}

// forbid is what they forbid for an application that was created then, as far as that is
// certain.
func (p policies) forbid(created time.Time) workflow.AppPolicy {
	no := func(kind string) bool { forbids, _ := p.judge(kind, created); return forbids }
	most := func(kind string) time.Duration { _, most := p.judge(kind, created); return most }
	return workflow.AppPolicy{NoSecrets: no(noPasswords), SecretMax: most(passwordLife), CertificateMax: most(keyLife),
		TrustedOnly: no(authorities), OwnTenantOnly: no(audiences)}
}

// judge is what holds of one type. A secret's lifetime that may be limited is taken for
// limited, as it is only cut: a certificate of somebody's would be refused.
func (p policies) judge(kind string, created time.Time) (forbids bool, most time.Duration) {
	forbids, most = judged(p.tenant[kind], created)
	own, defined := p.own[kind]
	switch forbidsToo, mostToo := judged(own, created); {
	case p.unread && kind == keyLife:
		return false, 0
	case p.unread:
		return false, most
	case !defined:
		return forbids, most
	case p.unsure && kind == keyLife && min(most, mostToo) == 0:
		return false, 0
	case p.unsure && kind == keyLife:
		return false, max(most, mostToo)
	case p.unsure:
		return forbids && forbidsToo, shorter(most, mostToo)
	default:
		return forbidsToo, mostToo
	}
}

// judged is what the restrictions of one type in one policy come to.
func judged(rules []restriction, created time.Time) (forbids bool, most time.Duration) {
	for _, r := range rules {
		if r.holds(created) {
			forbids = forbids || r.exemptsNobody()
			most = shorter(most, lifetime(r.MaxLifetime))
		}
	}
	return forbids, most
}

// shorter is the shorter of two limits, of which 0 is none.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// holds reports whether a restriction is certain to be for an application that was
// created then: it is compared with the application's creation, not with now.
func (r restriction) holds(created time.Time) bool {
	since := r.RestrictForAppsCreatedAfterDateTime
	return (r.State == "" || strings.EqualFold(r.State, "enabled")) && (since == nil || created.After(*since))
}

// exemptsNobody reports whether a restriction is for all who may sign in. Who has the
// security attributes that exempt cannot be read.
func (r restriction) exemptsNobody() bool { return len(r.ExcludeActors.CustomSecurityAttributes) == 0 }

// duration is one as ISO 8601 has it, from years to seconds.
var duration = regexp.MustCompile(`^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$`)

// lifetime reads a duration. One that can't be read is no limit here. A month has 30 days,
// and a year 365.
func lifetime(d string) time.Duration {
	const day = 24 * time.Hour
	parts := duration.FindStringSubmatch(d)
	if parts == nil {
		return 0
	}
	var sum time.Duration
	for i, unit := range []time.Duration{365 * day, 30 * day, 7 * day, day, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(parts[i+1]) // nothing is 0
		sum += time.Duration(n) * unit
	}
	return sum
}
