package workflow

import (
	"context"
	"slices"
	"strings"
)

// Update asks for other permissions, workloads, redirect URIs or owners of the
// app that head stands for. Its name and its credential stay.
func (d *Desk) Update(ctx context.Context, by Person, head string, draft Draft) (*Request, error) {
	return d.about(ctx, by, head, KindUpdate, draft, func(wrong FieldErrors, before, r *Request) *Refusal {
		if !before.Managed() {
			return refuse(RuleWrongState, "%s was retired by %s. /entra-app recreate restores it.", before.AppName(), before.ID)
		}
		product, ok := d.Product(before.Product)
		if !ok {
			return refuse(RuleWrongState,
				"The product %s of %s is no longer offered here, so nobody knows what the app needs. Ask the operator of this bot.",
				before.Product, before.AppName())
		}
		choice := Choice{Workloads: draft.Workloads, Credential: before.Plan.Credential.Kind}
		first := before.MayGetCertificate(product) && (draft.brings(FieldCertificate) || draft.brings(FieldCertificateFile))
		if first {
			choice.Credential, draft.Credential = CredentialCertificate, CredentialCertificate
		}
		r.Previous = before.Has()
		r.Plan = product.Plan(choice)
		r.Plan.TenantID, r.Plan.AppName, r.Plan.Credential = r.Previous.TenantID, r.Previous.AppName, r.Previous.Credential
		if first {
			tenant, _ := d.Tenant(before.Tenant)
			r.Plan.Credential = Credential{Kind: CredentialCertificate}
			d.checkCredential(wrong, product, tenant, draft, &r.Plan.Credential)
		}
		if len(r.Plan.AzureRoles) > 0 {
			r.Plan.Subscriptions = checkSubscriptions(wrong, draft.Subscriptions, r.Plan.AzureRoles)
			r.spellScopes()
		}
		// its server is told of other services when it is renewed
		r.Plan.Backup, r.Made.Connected = r.Previous.Backup, before.Made.Connected
		checkWorkloads(wrong, product, choice)
		if product.Custom {
			updateCustom(wrong, draft, r)
		}
		r.Plan.offered(r.Previous) // the form has no fields for it
		for _, role := range r.Plan.AppRoles {
			if problem := role.sharesName(beyond(r.Plan.Scopes, r.Previous.Scopes, sameScope)); problem != "" && wrong[FieldScopes] == "" {
				wrong[FieldScopes] = problem
			}
		}
		updateRedirects(wrong, product, draft, r)
		if r.Adopted() {
			keepFound(product, draft, r)
		}
		r.Plan.Owners = stillOwners(checkOwners(wrong, by, draft.Owners), by, before.Requester)
		r.Warned = before.Warned
		r.Made.KeyID, r.Made.KeyExpires = before.Made.KeyID, before.Made.KeyExpires
		r.Made.Certificate, r.Made.Thumbprint = before.Made.Certificate, before.Made.Thumbprint
		if a := r.Residue.Audience; a != "" && a != r.Plan.Audience {
			r.Previous.Audience = a
		}
		if len(r.Changes()) == 0 && r.Residue.TenantID == "" && len(wrong) == 0 {
			wrong[FieldReason] = "Nothing would change: the app has all of this already."
		}
		return nil
	})
}

// updateCustom fills in what the form of a custom product asks for. What a manifest
// brought stays.
func updateCustom(wrong FieldErrors, draft Draft, r *Request) {
	r.Plan.Audience, r.Plan.PublicClientFlows = r.Previous.Audience, r.Previous.PublicClientFlows
	checkWhoSignsIn(wrong, draft, &r.Plan)
	r.Plan.Scopes = slices.Clone(r.Previous.Scopes)
	if draft.Scopes != nil {
		r.Plan.Scopes = checkScopes(wrong, draft.Scopes, r.Previous.Scopes)
	}
	isOwn := func(q Permission) bool { return q.ResourceAppID == Self }
	r.Plan.Permissions = slices.DeleteFunc(slices.Clone(r.Previous.Permissions), isOwn)
	if draft.Permissions != nil {
		r.Plan.Permissions = checkPermissions(wrong, draft.Permissions, len(r.Plan.Scopes) > 0, r.Previous.Permissions...)
	}
	for _, q := range withoutLostScopes(r.Previous.Permissions, r.Plan.Scopes) {
		if isOwn(q) {
			r.Plan.Permissions = append(r.Plan.Permissions, q)
		}
	}
}

// A Change is one difference between two plans of an app.
type Change struct {
	Added bool // or removed
	What  string
	Name  string
}

// What changes.
const (
	PermissionChange = "permission"
	RoleChange       = "directory role"
	RedirectChange   = "redirect URI"
	OwnerChange      = "owner"
	ScopeChange      = "exposed scope"
	SettingChange    = "setting"
	CredentialChange = "credential"
	AzureChange      = "role in Azure"
	ActionChange     = "action in Azure" // of a custom role that stays
	AppRoleChange    = "app role"
	ClaimChange      = "optional claim"
	IdentifierChange = "identifier URI"
	ConsentChange    = "consent text for users"
)

// signsIn is the beginning of the setting that every app has.
const signsIn = "who can sign in: "

// changeKinds are the kinds that two plans are compared by, in the order of a card.
var changeKinds = []string{PermissionChange, RoleChange, ScopeChange, ConsentChange, AppRoleChange, IdentifierChange, ClaimChange,
	RedirectChange, OwnerChange, SettingChange}

// Changes lists what is different in a plan: what was added, then what was removed.
func Changes(was, is Plan) []Change {
	var added, removed []Change
	for _, kind := range append(slices.Clone(changeKinds), AzureChange, ActionChange) {
		a, b := was.parts(kind), is.parts(kind)
		if kind == ActionChange {
			a, b = actionsOf(was, is), actionsOf(is, was)
		}
		for _, n := range without(b, a) {
			added = append(added, Change{true, kind, n})
		}
		for _, n := range without(a, b) {
			removed = append(removed, Change{false, kind, n})
		}
	}
	return append(added, removed...)
}

// parts are the names of what a plan has of a kind.
func (p Plan) parts(kind string) []string {
	names := p.offeredParts(kind)
	switch kind {
	case PermissionChange:
		for _, q := range p.Permissions {
			names = append(names, q.Resource+" "+q.Name+" ("+strings.ToLower(string(q.Type))+")")
		}
	case RoleChange:
		for _, r := range p.DirectoryRoles {
			names = append(names, r.Name)
		}
	case ScopeChange:
		for _, s := range p.Scopes {
			names = append(names, strings.TrimSuffix(s.Name+" ("+s.consents()+" may consent; without consent: "+
				strings.Join(s.PreAuthorized, ", "), "; without consent: ")+")")
		}
	case RedirectChange:
		for _, on := range []struct {
			platform Platform
			uris     []string
		}{{Web, p.RedirectURIs}, {SPA, p.SPARedirectURIs}, {PublicClient, p.PublicRedirectURIs}} {
			for _, uri := range on.uris {
				names = append(names, Visible(uri)+" ("+string(on.platform)+")")
			}
		}
	case AzureChange:
		for _, a := range p.AzureRoles {
			what := ""
			if a.ID == "" {
				what = " (custom)"
			}
			for _, sub := range p.Subscriptions {
				names = append(names, strings.TrimSuffix(a.Name+what+" on "+sub, " on ")) // by itself where it is not said
			}
		}
	case OwnerChange:
		for _, o := range p.Owners {
			names = append(names, o.Name)
		}
	case SettingChange:
		names = append(names, signsIn+p.Audience)
		if p.PublicClientFlows {
			names = append(names, "public client flows")
		}
		if p.Needs() > 1 {
			names = append(names, "takes "+Count(p.Needs(), "approval"))
		}
	}
	for i := range names {
		names[i] = oneLine(names[i]) // some of it may be from the tenant, where others write
	}
	return names
}

// actionsOf are the actions of those custom roles of p that q has as well.
func actionsOf(p, q Plan) []string {
	var names []string
	for _, a := range p.AzureRoles {
		if a.ID != "" || !slices.ContainsFunc(q.AzureRoles, func(b AzureRole) bool { return sameAzureRole(a, b) }) {
			continue
		}
		for _, action := range a.Actions {
			names = append(names, action+" ("+a.Name+")")
		}
		for _, action := range a.DataActions {
			names = append(names, action+" (data, "+a.Name+")")
		}
	}
	return names
}

// trim removes what the app has had and no longer needs, owners included.
func trim(ctx context.Context, r *Request, s Session) (edit, error) {
	if err := s.RemovePermissions(ctx, r.Made, r.Plan, r.previous()); err != nil {
		return nil, err
	}
	if err := removeStrays(ctx, r, s); err != nil {
		return nil, err
	}
	left, err := removeOwners(ctx, r, s)
	return func(_ *Request, st *Step) { st.Note = strings.Join(left, "; ") }, err
}
