package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
)

// ensureCredential makes a secret and seals it in one step, because one that was
// made but not kept is lost. Where an earlier try may have made one, that one is
// found by its label and removed first.
func (e *Engine) ensureCredential(ctx context.Context, r *Request, s Session) (edit, error) {
	if err := e.recipient(ctx, r); err != nil {
		return nil, err
	}
	if r.Made.SecretAttempts > 0 || len(r.Made.Ending) > 0 {
		var err error
		if r, err = e.endKeys(ctx, r, s, ""); err != nil {
			return nil, err
		}
	}
	policy, err := r.policy(ctx, s)
	if err != nil {
		return nil, err
	}
	lifetime, words := cut(r.Plan.Credential.Lifetime, policy.SecretMax)
	expires := r.Step(StepCredential).Since.Add(lifetime).UTC().Truncate(time.Second) // the same at every try
	key, secret, err := e.addKey(ctx, r, s, expires)
	if err != nil {
		return nil, err
	}
	sealed := e.key.Seal(r.ID, secret)
	return func(r *Request, st *Step) {
		r.Made.KeyID, r.Made.KeyExpires = key.KeyID, key.Expires
		r.Handover = Handover{Sealed: sealed}
		st.Note = "valid until " + key.Expires.UTC().Format("2 January 2006") + words
	}, nil
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
	resources := r.proofResources()
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
			missing = append(missing, r.unassigned(id, list)...)
			opaque = append(opaque, r.resourceName(id))
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
		if r.Kind == KindAdopt {
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
func (r *Request) calling(p Plan) Plan {
	was := r.lately()
	if len(p.Of(catalog.Delegated)) == 0 {
		was.Permissions = was.Of(catalog.Application)
	}
	p.Permissions = joined(p.Permissions, was.Permissions, samePermission)
	return p
}

// assignedOnly makes sure that the app has no role that was not approved, on any
// service: a token shows only those of the service that it is for.
func (e *Engine) assignedOnly(ctx context.Context, r *Request, s Session) ([]string, error) {
	has, err := s.ReadAppRoles(ctx, r.Made, r.calling(r.allowed()))
	if err != nil {
		return nil, err
	}
	var want []string
	for _, q := range r.allowed().Of(catalog.Application) {
		want = append(want, q.Resource+"/"+q.Name)
	}
	if more := without(has, want); len(more) > 0 {
		return nil, &ExcessError{Names: more}
	}
	return has, nil
}

// unassigned are the plan's application permissions on a resource that a list of those
// that the app has lacks.
func (r *Request) unassigned(resourceAppID string, list []string) []string {
	var missing []string
	for _, p := range r.Plan.Of(catalog.Application) {
		if p.ResourceAppID == resourceAppID && !slices.Contains(list, p.Resource+"/"+p.Name) {
			missing = append(missing, p.Name)
		}
	}
	return missing
}

// resourceName is what the plan calls a resource.
func (r *Request) resourceName(appID string) string {
	for _, p := range r.Plan.Permissions {
		if p.ResourceAppID == appID {
			return p.Resource
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

// ensureOwnCertificate registers the requester's certificate.
func ensureOwnCertificate(ctx context.Context, r *Request, s Session) (edit, error) {
	c := r.Plan.Credential.Certificate
	unseen, err := s.EnsureCertificate(ctx, r.Made.ObjectID, r.KeyLabel(), c, r.otherCertificates()...)
	return func(r *Request, st *Step) {
		r.Made.KeyExpires = c.NotAfter
		st.Note = certificateNote(c, unseen)
	}, err
}

// certificateNote says which certificate it is, and what was not seen of other apps.
func certificateNote(c certificate.Certificate, unseen string) string {
	note := fmt.Sprintf("thumbprint %s, valid until %s", c.Thumbprint, c.NotAfter.UTC().Format("2 January 2006"))
	if unseen != "" {
		note += "; " + unseen
	}
	return note
}

// ensureDirectoryRoles gives the app its roles in the directory.
func ensureDirectoryRoles(ctx context.Context, r *Request, s Session) (edit, error) {
	var names []string
	var errs []error
	for _, role := range r.Plan.DirectoryRoles {
		errs = append(errs, s.EnsureDirectoryRole(ctx, r.Made.ServicePrincipal, role.TemplateID))
		names = append(names, role.Name)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return func(_ *Request, st *Step) { st.Note = strings.Join(names, ", ") }, nil
}

// check reads back what the app has, where the bot has no credential to prove it
// with, and compares that with what was approved.
func (e *Engine) check(ctx context.Context, r *Request, s Session) (edit, error) {
	plan, may := r.Plan, r.allowed() // what it was found with is no excess
	// Without work there the token is not good for them, and they are not this request's.
	may.Subscriptions, may.AzureRoles = r.azureToRead()
	if r.credentialOnly() {
		plan.DirectoryRoles, plan.Permissions = nil, plan.Of(catalog.Application) // likewise
		may.DirectoryRoles, may.Permissions = nil, may.Of(catalog.Application)
	}
	has, err := s.ReadGrants(ctx, r.Made, r.calling(may))
	if err != nil {
		return nil, err
	}
	want, most := plan.inspection(), may.inspection()
	if c := r.Plan.Credential; c.Kind == CredentialCertificate {
		want.Thumbprints = []string{c.Certificate.Thumbprint}
	}
	if r.Task == TaskVerify && r.Plan.Credential.Kind == CredentialMadeCertificate && len(has.Thumbprints) == 1 {
		want.Thumbprints = has.Thumbprints // somebody made it, and nobody knows which one
	}
	if r.aboutApp() { // the app's other credentials are not this request's
		has.Thumbprints = without(has.Thumbprints, without(has.Thumbprints, want.Thumbprints))
	}
	var missing, excess []string
	for _, of := range []struct{ want, most, has []string }{
		{want.Roles, most.Roles, has.Roles}, {want.Scopes, most.Scopes, has.Scopes},
		{want.DirectoryRoles, most.DirectoryRoles, has.DirectoryRoles}, {want.Thumbprints, want.Thumbprints, has.Thumbprints},
	} {
		missing = append(missing, without(of.want, of.has)...)
		excess = append(excess, without(of.has, of.most)...)
	}
	if c := r.Plan.Credential; c.Kind == CredentialFederated && !slices.Contains(has.Federated, c.Federated) {
		missing = append(missing, trustIn+c.Federated.Issuer)
	}
	less, still, more := r.azureCompared(has.AzureRoles)
	if len(more) > 0 { // what is only stale there is told apart already
		return nil, &ExcessError{Names: append(excess, more...), sure: true}
	}
	missing = append(missing, less...)
	for _, f := range has.Federated {
		if f != r.Plan.Credential.Federated && !slices.Contains(r.Discovered.Federated, f) {
			excess = append(excess, trustIn+f.Issuer)
		}
	}
	known := r.aboutApp() && r.Step(StepRestore) == nil // what was there when the app was restored is removed
	if has.OnPrincipal > 0 && (r.Task == TaskVerify || !known) {
		excess = append(excess, "credentials of its service principal: "+strconv.Itoa(has.OnPrincipal))
	}
	var secret Password
	if r.Task == TaskVerify {
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
		if r.Task == TaskVerify && r.Plan.NobodySignsIn() && !has.AssignmentRequired {
			st.Note += "; nobody signs in to it, so set “Assignment required” in Entra (Enterprise applications › Properties)"
		}
		for _, note := range r.principalOwners(s.Signer(), has) {
			st.Note += "; " + note
		}
		if secret.KeyID != "" {
			r.Made.KeyID, r.Made.KeyExpires = secret.KeyID, secret.Expires
		}
	}, nil
}

// trustIn begins what a federated trust is called where it is missing or too much.
const trustIn = "trust in "

// inspection is what an app with a plan has, as far as the plan says.
func (p Plan) inspection() (i Inspection) {
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

// without returns what is in a and not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(x string) bool { return slices.Contains(b, x) })
}

// withdraw removes the credential that a renewal or an adoption made, and no other.
func (e *Engine) takeBack(ctx context.Context, r *Request, s Session) error {
	if r.wasThere() {
		return nil
	}
	if r.Plan.Credential.Kind == CredentialFederated {
		return s.RemoveFederated(ctx, r.Made.ObjectID, r.UniqueName())
	}
	if t := r.Thumbprint(); t != "" {
		return s.RemoveCertificate(ctx, r.Made.ObjectID, t, r.otherCertificates()...)
	}
	r, err := e.endKeys(ctx, r, s, "")
	if err == nil && r.Made.SecretAttempts > 0 && IsYoung(r.Made.Given, e.now()) {
		return &unseen{} // it was asked for, and nobody knows whether it was made
	}
	return err
}

// otherCertificates are the thumbprints of those that the app has beside r's own.
func (r *Request) otherCertificates() []string {
	has := r.Discovered.Thumbprints
	if r.Kind == KindRenew {
		has = append(slices.Clone(has), r.Target.Thumbprint)
	}
	return without(has, []string{"", r.Thumbprint()})
}

// removeOld removes the credential that a renewal took the place of.
func removeOld(ctx context.Context, r *Request, s Session) error {
	if t := r.Target.Thumbprint; t != "" {
		return s.RemoveCertificate(ctx, r.Made.ObjectID, t, r.Thumbprint())
	}
	return s.RemovePassword(ctx, r.Made.ObjectID, r.Target.KeyID)
}

// disarm takes the credential of an app that can do more than was approved away
// from it, and says what came of it.
func (e *Engine) disarm(r *Request, name StepName, s Session, more *ExcessError) string {
	text := "ALARM: the app can do more than was approved: " + strings.Join(more.Names, ", ") + ". "
	words, take := "", func(ctx context.Context) (err error) {
		r, err = e.endKeys(ctx, r, s, "")
		return err
	}
	switch {
	case r.wasThere():
		return text + "It has the credential of this request from before, so that was left with it. Find out who granted that, and " +
			"whether the app may keep it."
	case r.Made.KeyID != "" || len(r.Made.Ending) > 0:
		words = "secret"
	case r.Thumbprint() != "" && r.Step(StepCertificate) != nil:
		words, take = "certificate", func(ctx context.Context) error {
			return s.RemoveCertificate(ctx, r.Made.ObjectID, r.Thumbprint(), r.otherCertificates()...)
		}
	case r.Plan.Credential.Kind == CredentialFederated:
		return text + "Whoever has a token of " + r.Plan.Credential.Federated.Issuer +
			" can sign in as it. Find out who granted that, and press Undo."
	default:
		return text + "It has no credential of this request. Find out who granted that before you press Undo."
	}
	seen := e.now()
	if err := e.insistSaying(func() { e.warn(r.ID, name, words, seen, more) }, take); err != nil {
		e.log.Error("removing the credential of an app with too many permissions", "request", r.ID, "err", err)
		return text + "Its " + words + " could not be removed in Entra: press Undo. Find out who granted that."
	}
	return text + "Its " + words + " was removed. Find out who granted that before you press Undo."
}

// warn shows on the card, while the credential is being removed, what is seen of the app.
// The alarm follows, and says what came of it.
func (e *Engine) warn(id string, name StepName, credential string, seen time.Time, more *ExcessError) {
	e.save(id, func(r *Request, now time.Time) error {
		st := r.Step(name)
		st.Status, st.At = StepWaiting, now
		st.Note = fmt.Sprintf("seen since %s, and not approved: %s. The app's %s is being removed, until Entra has it everywhere. That "+
			"can take twenty minutes",
			seen.UTC().Format("15:04 UTC"), clip(strings.Join(more.Names, ", "), 100), credential)
		r.Rev++
		return nil
	})
}
