package workflow

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/whole"
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
	if errors.Is(err, seal.ErrShredded) {
		return Proof{}, e.unproved(r.ID)
	}
	if err != nil || len(r.Handover.File) == 0 {
		return Proof{Secret: secret}, err
	}
	pfx, err := e.key.Open(fileOf(r.ID), r.Handover.File)
	if errors.Is(err, seal.ErrShredded) {
		return Proof{}, e.unproved(r.ID)
	}
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
	var list reading
	go func() {
		err := errors.New("what the app has was not read")
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
			if list.app.Lacks(whole.KindRole) {
				return nil, &notRead{whole.Inside(list.app.Gaps)}
			}
			missing = append(missing, unassigned(r.Plan, id, list.roles())...)
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
		st.Note = proofNote(r, list, opaque)
	}, nil
}

// proofNote says what a proof has shown. opaque are services whose tokens can't be read.
func proofNote(r *Request, list reading, opaque []string) string {
	_, noted := list.excess(r)
	notes := list.notes(r, noted)
	note := "the app signed in with exactly the approved permissions"
	switch {
	case len(opaque) > 0:
		note = "the app signed in; its token for " + strings.Join(opaque, " and ") +
			" can't be read, so its permissions there were read from the list of what is assigned to it"
	case r.kind().finds:
		note = "the app signed in with the approved permissions and those that it had"
	case len(notes) > 0:
		note = "the app signed in with the approved permissions"
	}
	return strings.Join(append([]string{note}, notes...), "; ")
}

// assignedOnly makes sure that the app has nothing that was not approved, on any service: a
// token shows only the roles of the service that it is for.
func (e *Engine) assignedOnly(ctx context.Context, r *Request, s Session) (reading, error) {
	has, err := readAll(ctx, r, s)
	if err != nil {
		return has, err
	}
	if more, _ := has.excess(r); len(more) > 0 {
		return has, &ExcessError{Names: more}
	}
	return has, nil
}

// unassigned are the plan's application permissions on a resource that a list of those
// that the app has lacks.
func unassigned(p plan.Plan, resourceAppID string, list []string) []string {
	var missing []string
	for _, q := range p.Of(catalog.Application) {
		if q.ResourceAppID == resourceAppID && !set.ContainsFold(list, q.ResourceAppID+"/"+q.Name) {
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
	in, err := readAll(ctx, r, s)
	if err != nil {
		return nil, err
	}
	less, still, more := azureCompared(r, in.azure())
	excess, noted := in.excess(r)
	if len(more) > 0 { // what is only stale there is told apart already
		return nil, &ExcessError{Names: append(excess, more...), sure: true}
	}
	missing := append(in.missing(r), less...)
	var secret Password
	if r.task().byHand {
		var lacks, more []string
		secret, lacks, more = e.handMade(r, in.app)
		missing, excess = append(missing, lacks...), append(excess, more...)
	}
	if err := compared(missing, still, excess); err != nil {
		return nil, grantAgain(ctx, r, s, err)
	}
	if gaps := in.needed(r); len(gaps) > 0 {
		return nil, &notRead{gaps}
	}
	owners := principalOwners(r, s.Signer(), in.app)
	notes := append(in.notes(r, noted), owners...)
	return func(r *Request, st *Step) {
		st.Note = "the app has exactly what was approved"
		if len(whole.Inside(in.compared.Unknown))+len(notes) > 0 {
			st.Note = "the app has what was approved"
		}
		if r.task().byHand {
			st.Note += " in the directory; not read: " + whole.Unread(in.app.Gaps)
		}
		if r.task().byHand && r.Plan.NobodySignsIn() && !in.app.AssignmentRequired {
			st.Note += "; nobody signs in to it, so set “Assignment required” in Entra (Enterprise applications › Properties)"
		}
		st.Note = strings.Join(append([]string{st.Note}, notes...), "; ")
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

// trustIn begins what a federated trust is called where it is missing or too much.
const trustIn = "trust in "

// proofResources are the services that the proof asks for tokens of. One that only
// an app knows that was once adopted may refuse for reasons of its own.
func proofResources(p plan.Plan) []string {
	return slices.DeleteFunc(p.Resources(), func(id string) bool {
		return !slices.ContainsFunc(p.Permissions, func(q plan.Permission) bool { return q.ResourceAppID == id && pack.KeyOf(q) != "" })
	})
}
