package workflow

import (
	"slices"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// Discovery is what is known of an app that was adopted beyond what a plan says. It
// goes along with every later request about the app.
type Discovery struct {
	AppID       string // empty: the app was made here, or was not found yet
	Name        string // displayName
	Read        bool   // that what it has was written down, in Was and below
	Thumbprints []string
	Federated   []FederatedIssuer
	AzureRoles  []string // as in Inspection
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
func (r *Request) Adopted() bool { return r.Kind == KindAdopt || r.Discovered.AppID != "" }

// Has is what the app has once r is carried out. It is the plan, and for an app
// that r adopts also what was found.
func (r *Request) Has() Plan {
	p := r.Plan.clone()
	if r.Kind != KindAdopt || !r.Discovered.Read {
		return p
	}
	was := r.Previous.clone()
	has := p.with(was)
	has.AppName, has.Audience = r.exactName(), was.Audience
	has.Scopes = joined(was.Scopes, p.Scopes, sameScope) // one that was there stays as it was
	return has
}

// clean makes one line of what others have written into the tenant, as it goes
// onto cards. What is compared with the tenant again stays as it is there.
func clean(p *Plan) {
	for i := range p.Scopes {
		s := &p.Scopes[i]
		s.Title, s.Words = clip(oneLine(s.Title), scopeTitleMax), clip(oneLine(s.Words), scopeWordsMax)
		s.UserTitle, s.UserWords = clip(oneLine(s.UserTitle), scopeTitleMax), clip(oneLine(s.UserWords), scopeWordsMax)
	}
	for i := range p.AppRoles {
		r := &p.AppRoles[i]
		r.Title, r.Words = clip(oneLine(r.Title), appRoleTitleMax), clip(oneLine(r.Words), appRoleWordsMax)
	}
	for i := range p.Permissions {
		q := &p.Permissions[i]
		q.Resource, q.Words = clip(oneLine(q.Resource), AppNameMax), clip(oneLine(q.Words), 500)
	}
}

// wasThere reports whether r's certificate or issuer was with the app before: then
// it is not r's to remove.
func (r *Request) wasThere() bool {
	c := r.Plan.Credential
	return c.Kind == CredentialCertificate && slices.Contains(r.Discovered.Thumbprints, c.Certificate.Thumbprint) ||
		c.Kind == CredentialFederated && slices.Contains(r.Discovered.Federated, c.Federated)
}

const extrasMax = 100

// Extras are the permissions of an adopted app that p has no need for, whatever
// is chosen of it, and that the catalogue knows: an update may remove them. They
// are as many as a list in a form has room for.
func (p Product) Extras(has Plan) []Permission {
	extras := slices.DeleteFunc(p.unneeded(has), func(q Permission) bool { return keyOf(q) == "" })
	return extras[:min(len(extras), extrasMax)]
}

func (p Product) unneeded(has Plan) []Permission {
	return slices.DeleteFunc(slices.Clone(has.Permissions), func(q Permission) bool {
		return slices.ContainsFunc(p.Permissions, func(n Need) bool { return samePermission(n.Permission, q) })
	})
}

// keyOf is the catalogue's key of a permission, or empty.
func keyOf(q Permission) string {
	c, ok := catalog.Find(q.ResourceAppID, q.Type, q.Name)
	if !ok {
		return ""
	}
	return c.Key()
}

// keepFound leaves an adopted app, when it is updated, what the form cannot say.
// Permissions that its product has no need for stay where the draft names them.
func keepFound(p Product, draft Draft, r *Request) {
	r.Plan.Audience = r.Previous.Audience
	r.Plan.PublicClientFlows = r.Plan.PublicClientFlows || r.Previous.PublicClientFlows
	r.Plan.Scopes = joined(joined(r.Previous.Scopes, r.Plan.Scopes, sameScope), r.Residue.Scopes, sameScope)
	extras := p.Extras(r.Previous)
	for _, q := range p.unneeded(r.Previous) {
		if !slices.Contains(extras, q) || slices.Contains(draft.Permissions, keyOf(q)) {
			r.Plan.Permissions = joined(r.Plan.Permissions, []Permission{q}, samePermission)
		}
	}
	for _, role := range r.Previous.DirectoryRoles {
		if !slices.ContainsFunc(p.DirectoryRoles, func(n RoleNeed) bool { return n.TemplateID == role.TemplateID }) {
			r.Plan.DirectoryRoles = joined(r.Plan.DirectoryRoles, []DirectoryRole{role}, sameRole)
		}
	}
}
