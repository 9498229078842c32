package workflow

import (
	"slices"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

// Discovery is what is known of an app that was adopted beyond what a plan says. It
// goes along with every later request about the app.
type Discovery struct {
	AppID       string // empty: the app was made here, or was not found yet
	Name        string // displayName
	Read        bool   // that what it has was written down, in Was and below
	Thumbprints []string
	Federated   []plan.FederatedIssuer
	AzureRoles  []string // as in AzureShare.pairs
	// AzureAround says that AzureRoles has what is assigned above and below the plan's scopes.
	AzureAround bool
	Secrets     int
	// PrincipalThumbprints and PrincipalSecrets are of its service principal's own
	// credentials: each of them signs the app in as well.
	PrincipalThumbprints []string
	PrincipalSecrets     int
	Owners               []string // object IDs; read where an adoption adds owners
	// NoIdentifierURI says that it was seen not to be called api://{appId}.
	NoIdentifierURI bool
	// Required are what it asked for, granted or not, as graphops calls the entries of
	// requiredResourceAccess.
	Required []string
}

func (f Discovery) clone() Discovery {
	f.Thumbprints, f.Federated, f.AzureRoles, f.Owners = slices.Clone(f.Thumbprints), slices.Clone(f.Federated),
		slices.Clone(f.AzureRoles), slices.Clone(f.Owners)
	f.Required, f.PrincipalThumbprints = slices.Clone(f.Required), slices.Clone(f.PrincipalThumbprints)
	return f
}

// Adopted reports whether r is about an app that was not made here.
func (r *Request) Adopted() bool { return r.kind().finds || r.Discovered.AppID != "" }

// Has is what the app has once r is carried out. It is the plan, and for an app
// that r adopts also what was found.
func (r *Request) Has() plan.Plan {
	p := r.Plan.Clone()
	if !r.kind().finds || !r.Discovered.Read {
		return p
	}
	was := r.Previous.Clone()
	has := p.Union(was)
	has.AppName, has.Audience = exactName(r), was.Audience
	has.Scopes = set.Union(was.Scopes, p.Scopes, plan.SameScope) // one that was there stays as it was
	return has
}

// clean makes one line of what others have written into the tenant, as it goes
// onto cards. What is compared with the tenant again stays as it is there.
func clean(p *plan.Plan) {
	for i := range p.Scopes {
		s := &p.Scopes[i]
		s.Title, s.Words = text.Clip(text.OneLine(s.Title), form.ScopeTitleMax), text.Clip(text.OneLine(s.Words), form.ScopeWordsMax)
		s.UserTitle, s.UserWords = text.Clip(text.OneLine(s.UserTitle), form.ScopeTitleMax), text.Clip(text.OneLine(s.UserWords),
			form.ScopeWordsMax)
	}
	for i := range p.AppRoles {
		r := &p.AppRoles[i]
		r.Title, r.Words = text.Clip(text.OneLine(r.Title), form.AppRoleTitleMax), text.Clip(text.OneLine(r.Words), form.AppRoleWordsMax)
	}
	for i := range p.Permissions {
		q := &p.Permissions[i]
		q.Resource, q.Words = text.Clip(text.OneLine(q.Resource), form.AppNameMax), text.Clip(text.OneLine(q.Words), 500)
	}
}

// wasThere reports whether r's certificate or issuer was with the app before: then
// it is not r's to remove.
func wasThere(r *Request) bool {
	had := credentialOf(r).had
	return had != nil && had(r.Plan.Credential, r.Discovered)
}

// keepFound leaves an adopted app, when it is updated, what the form cannot say.
// Permissions that its product has no need for stay where the draft names them.
func keepFound(p pack.Product, draft form.Draft, r *Request) {
	r.Plan.Audience = r.Previous.Audience
	r.Plan.PublicClientFlows = r.Plan.PublicClientFlows || r.Previous.PublicClientFlows
	r.Plan.Scopes = set.Union(set.Union(r.Previous.Scopes, r.Plan.Scopes, plan.SameScope), r.Residue.Plan.Scopes, plan.SameScope)
	extras := p.Extras(r.Previous)
	for _, q := range p.Unneeded(r.Previous) {
		if !slices.Contains(extras, q) || slices.Contains(draft.Permissions, pack.KeyOf(q)) {
			r.Plan.Permissions = set.Union(r.Plan.Permissions, []plan.Permission{q}, plan.SamePermission)
		}
	}
	for _, role := range r.Previous.DirectoryRoles {
		if !slices.ContainsFunc(p.DirectoryRoles, func(n pack.RoleNeed) bool { return n.TemplateID == role.TemplateID }) {
			r.Plan.DirectoryRoles = set.Union(r.Plan.DirectoryRoles, []plan.DirectoryRole{role}, plan.SameRole)
		}
	}
}
