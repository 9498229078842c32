package workflow

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/set"
)

// Whether an app has what was approved, and no more. Where the bot has its credential, the
// app's own token is read; else what it has is read back.

// Proof is what an app signs in with: a secret, or else a certificate with its key.
type Proof struct {
	Secret seal.Secret
	Keyed  PFX
}

// proof opens what the app has to sign in with.
func (e *Engine) proof(r *Request) (Proof, error) {
	secret, err := e.key.Open(r.ID, r.Handover.Sealed)
	if err != nil || len(r.Handover.File) == 0 {
		return Proof{Secret: secret}, err
	}
	pfx, err := e.key.Open(fileOf(r.ID), r.Handover.File)
	return Proof{Keyed: PFX{PFX: pfx, Password: secret}}, err
}

// prove signs in as the app with its new credential, and compares what it may do
// with what was approved: less is waited for, more is an alarm.
func (e *Engine) prove(ctx context.Context, r *Request, s Session) (edit, error) {
	with, err := e.proof(r)
	if err != nil {
		return nil, err
	}
	want := map[string][]string{}
	may := map[string][]string{} // what it was found with is no excess
	for _, p := range r.allowed().Of(catalog.Application) {
		may[p.ResourceAppID] = append(may[p.ResourceAppID], p.Name)
	}
	for _, p := range r.Plan.Of(catalog.Application) {
		want[p.ResourceAppID] = append(want[p.ResourceAppID], p.Name)
	}
	resources := proofResources(r.Plan)
	if !slices.Contains(resources, catalog.MicrosoftGraph) {
		resources = append(resources, catalog.MicrosoftGraph)
	}
	assigned := make(chan error, 1)
	var list []string
	go func() {
		err := errors.New("the app's roles were not read")
		e.caught(r.ID, func() { list, err = e.assignedOnly(ctx, r, s) })
		assigned <- err
	}()
	got, err := e.dir.Prove(ctx, r.Tenant, r.Made.AppID, with, resources)
	if more := <-assigned; more != nil || err != nil {
		if _, alarm := errors.AsType[*ExcessError](more); alarm || err == nil {
			return nil, more
		}
		return nil, err
	}
	var missing, excess, opaque []string
	for _, id := range resources {
		if _, read := got[id]; !read { // the list says what is in it, and nothing else does
			missing = append(missing, unassigned(r.Plan, id, list)...)
			opaque = append(opaque, resourceName(r.Plan, id))
			continue
		}
		for _, role := range got[id] {
			if !slices.Contains(may[id], role) {
				excess = append(excess, role)
			}
		}
		for _, role := range want[id] {
			if !slices.Contains(got[id], role) {
				missing = append(missing, role)
			}
		}
	}
	if err := compared(missing, nil, excess); err != nil {
		return nil, grantAgain(ctx, r, s, err)
	}
	if err := e.onlyKey(ctx, r, s); err != nil {
		return nil, err
	}
	return func(r *Request, st *Step) {
		if r.Made.KeyID != "" {
			r.Made.SecretAttempts = 1 // and no other
		}
		st.Note = "the app signed in with exactly the approved permissions"
		if r.kind().finds {
			st.Note = "the app signed in with the approved permissions and those that it had"
		}
		if len(opaque) > 0 {
			st.Note = "the app signed in; its token for " + strings.Join(opaque, " and ") +
				" can't be read, so its permissions there were read from the list of what is assigned to it"
		}
	}, nil
}

// calling is a plan, and what was removed: it may be listed still, and is to be called as
// it was. A plan without delegated permissions stays one, as the token may not read them.
func calling(r *Request, p plan.Plan) plan.Plan {
	was := lately(r)
	if len(p.Of(catalog.Delegated)) == 0 {
		was.Permissions = was.Of(catalog.Application)
	}
	p.Permissions = set.Union(p.Permissions, was.Permissions, plan.SamePermission)
	return p
}

// assignedOnly makes sure that the app has no role that was not approved, on any
// service: a token shows only those of the service that it is for.
func (e *Engine) assignedOnly(ctx context.Context, r *Request, s Session) ([]string, error) {
	has, err := s.ReadAppRoles(ctx, r.Made, calling(r, r.allowed()))
	if err != nil {
		return nil, err
	}
	var want []string
	for _, q := range r.allowed().Of(catalog.Application) {
		want = append(want, q.Resource+"/"+q.Name)
	}
	if more := set.Without(has, want); len(more) > 0 {
		return nil, &ExcessError{Names: more}
	}
	return has, nil
}

// unassigned are the plan's application permissions on a resource that a list of those
// that the app has lacks.
func unassigned(p plan.Plan, resourceAppID string, list []string) []string {
	var missing []string
	for _, q := range p.Of(catalog.Application) {
		if q.ResourceAppID == resourceAppID && !slices.Contains(list, q.Resource+"/"+q.Name) {
			missing = append(missing, q.Name)
		}
	}
	return missing
}

// resourceName is what the plan calls a resource.
func resourceName(p plan.Plan, appID string) string {
	for _, q := range p.Permissions {
		if q.ResourceAppID == appID {
			return q.Resource
		}
	}
	if appID == catalog.MicrosoftGraph {
		return "Microsoft Graph"
	}
	return appID
}

// compared says what a comparison with the plan means: less is waited for, and so is what
// is still there of what was removed. More is an alarm.
func compared(missing, still, excess []string) error {
	switch {
	case len(excess) > 0:
		return &ExcessError{Names: excess}
	case len(missing)+len(still) > 0:
		return &notYet{missing: missing, stale: still}
	}
	return nil
}

// check reads back what the app has, where the bot has no credential to prove it
// with, and compares that with what was approved.
func (e *Engine) check(ctx context.Context, r *Request, s Session) (edit, error) {
	plan, may := boundsOf(r)
	has, err := s.ReadGrants(ctx, r.Made, calling(r, may))
	if err != nil {
		return nil, err
	}
	want, most := inspectionOf(plan), inspectionOf(may)
	if among := credentialOf(r).among; among != nil {
		want.Thumbprints = among(r, has.Thumbprints)
	}
	if r.aboutApp() { // the app's other credentials are not this request's
		has.Thumbprints = set.Without(has.Thumbprints, set.Without(has.Thumbprints, want.Thumbprints))
	}
	var missing, excess []string
	for _, of := range []struct{ want, most, has []string }{
		{want.Roles, most.Roles, has.Roles}, {want.Scopes, most.Scopes, has.Scopes},
		{want.DirectoryRoles, most.DirectoryRoles, has.DirectoryRoles}, {want.Thumbprints, want.Thumbprints, has.Thumbprints},
	} {
		missing = append(missing, set.Without(of.want, of.has)...)
		excess = append(excess, set.Without(of.has, of.most)...)
	}
	untrusted, trusted := trusts(r, has.Federated)
	missing = append(missing, untrusted...)
	less, still, more := azureCompared(r, has.AzureRoles)
	if len(more) > 0 { // what is only stale there is told apart already
		return nil, &ExcessError{Names: append(excess, more...), sure: true}
	}
	missing, excess = append(missing, less...), append(excess, trusted...)
	known := r.aboutApp() && r.Steps.Get(StepRestore) == nil // what was there when the app was restored is removed
	if has.OnPrincipal > 0 && (r.task().byHand || !known) {
		excess = append(excess, "credentials of its service principal: "+strconv.Itoa(has.OnPrincipal))
	}
	var secret Password
	if r.task().byHand {
		var less, more []string
		secret, less, more, err = e.asPlanned(ctx, r, s)
		if err != nil {
			return nil, err
		}
		missing, excess = append(missing, less...), append(excess, more...)
	}
	if err := compared(missing, still, excess); err != nil {
		return nil, grantAgain(ctx, r, s, err)
	}
	return func(r *Request, st *Step) {
		st.Note = "the app has exactly what was approved"
		if r.task().byHand && r.Plan.NobodySignsIn() && !has.AssignmentRequired {
			st.Note += "; nobody signs in to it, so set “Assignment required” in Entra (Enterprise applications › Properties)"
		}
		for _, note := range principalOwners(r, s.Signer(), has) {
			st.Note += "; " + note
		}
		if secret.KeyID != "" {
			r.Made.KeyID, r.Made.KeyExpires = secret.KeyID, secret.Expires
		}
	}, nil
}

// boundsOf are what the check expects, and what is no excess: what it was found with.
func boundsOf(r *Request) (least, most plan.Plan) {
	least, most = r.Plan, r.allowed()
	// Without work there the token is not good for them, and they are not this request's.
	inAzure := azureOf(r).toRead(r.Plan)
	most.Subscriptions, most.AzureRoles = inAzure.Subscriptions, inAzure.Roles
	if !r.rights().consents {
		least.DirectoryRoles, least.Permissions = nil, least.Of(catalog.Application) // likewise
		most.DirectoryRoles, most.Permissions = nil, most.Of(catalog.Application)
	}
	return least, most
}

// trusts compares the trusts in other issuers with the plan's.
func trusts(r *Request, has []plan.FederatedIssuer) (missing, excess []string) {
	c := r.Plan.Credential
	if c.Federated != (plan.FederatedIssuer{}) && !slices.Contains(has, c.Federated) {
		missing = append(missing, trustIn+c.Federated.Issuer)
	}
	for _, f := range has {
		if f != c.Federated && !slices.Contains(r.Discovered.Federated, f) {
			excess = append(excess, trustIn+f.Issuer)
		}
	}
	return missing, excess
}

// trustIn begins what a federated trust is called where it is missing or too much.
const trustIn = "trust in "

// inspectionOf is what an app with a plan has, as far as the plan says.
func inspectionOf(p plan.Plan) (i Inspection) {
	for _, q := range p.Permissions {
		name := q.Resource + "/" + q.Name
		if q.Type == catalog.Application {
			i.Roles = append(i.Roles, name)
		} else {
			i.Scopes = append(i.Scopes, name)
		}
	}
	for _, role := range p.DirectoryRoles {
		i.DirectoryRoles = append(i.DirectoryRoles, role.TemplateID)
	}
	return i
}

// proofResources are the services that the proof asks for tokens of. One that only
// an app knows that was once adopted may refuse for reasons of its own.
func proofResources(p plan.Plan) []string {
	return slices.DeleteFunc(p.Resources(), func(id string) bool {
		return !slices.ContainsFunc(p.Permissions, func(q plan.Permission) bool { return q.ResourceAppID == id && pack.KeyOf(q) != "" })
	})
}
