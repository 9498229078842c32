package form

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

// Imported is what a manifest says, for a custom product.
type Imported struct {
	In                                                Field  // where it was given; empty is FieldManifest
	Audience                                          string // empty: as the form says
	Permissions                                       []plan.Permission
	RedirectURIs, SPARedirectURIs, PublicRedirectURIs []string
	PublicClientFlows                                 bool
	Scopes                                            []plan.Scope
	AppRoles                                          []plan.AppRole
	OptionalClaims                                    []plan.OptionalClaim
	IdentifierURIs                                    []string
	Unread                                            int // permissions that it asks for, and that could not be read

	Ignored []string // what of it was not taken over, and why
	Lost    int      // how many of them are a loss: they come first
	Fixed   []string // what was put right to read it
	// Retired are permissions of Microsoft Graph that took the place of those of Azure AD
	// Graph that it asks for. Those that the requester chooses are in Draft.Permissions.
	Retired []plan.Permission
	// Name tells it from other manifests.
	Name string
	// Reviewed says that the requester was told all this, and sent the form again.
	Reviewed bool
}

// ErrNotReviewed says that nothing else is wrong with a draft but that its requester has
// to be told first what the manifest holds and the plan can't.
var ErrNotReviewed = errors.New("the requester has not seen what of the manifest is lost")

// Asks reports whether the requester has to be told, or asked, something first.
func (m *Imported) Asks() bool {
	return !m.Reviewed && (m.Lost > 0 || len(m.Retired) > 0 || m.AsksNothing() || len(m.Wordless()) > 0)
}

// AsksNothing reports whether an app as the manifest has it would have no permission and
// offer nothing.
func (m *Imported) AsksNothing() bool {
	return len(m.Permissions) == 0 && len(m.Scopes) == 0 && len(m.AppRoles) == 0
}

// Wordless are the scopes that lack a text for admins, each with what could be its title.
func (m *Imported) Wordless() []plan.Scope {
	var all []plan.Scope
	for _, s := range m.Scopes {
		if s.Title == "" || s.Words == "" {
			s.Title = text.Clip(text.OneLine(cmp.Or(s.Title, s.UserTitle, s.Words, s.UserWords)), ScopeTitleMax)
			all = append(all, s)
		}
	}
	return all
}

// checkImported fills in what a manifest says, by the rules for what is typed. Once the
// requester has seen what of it is lost, what is typed comes in addition.
func checkImported(wrong Errors, draft Draft, p *plan.Plan) {
	m := draft.Imported
	in := cmp.Or(m.In, FieldManifest)
	switch {
	case m.Reviewed:
	case len(draft.Permissions) > 0:
		wrong[in] = "Choose permissions or give a manifest, not both."
		return
	case slices.ContainsFunc(draft.Scopes, func(l string) bool { return text.OneLine(l) != "" }):
		wrong[in] = "Write the exposed scopes or give a manifest, not both."
		return
	}
	m.signsIn(wrong, in, draft, p)
	m.permissions(wrong, in, draft, p)
	m.offers(wrong, in, draft, p)
	of := m.plan()
	for _, on := range plan.Platforms {
		typed := p.On(on)
		all := set.Union(typed, CheckRedirects(wrong, in, on, of.On(on)), set.Equal)
		p.SetRedirects(on, all)
		if len(typed) > 0 && len(all) > RedirectsMax && wrong[in] == "" {
			wrong[in] = fmt.Sprintf("Together with those typed in the form there are %d redirect URIs; at most %d are allowed.", len(all),
				RedirectsMax)
		}
	}
}

// signsIn fills in who can sign in, and how. The form says this tenant and no flows where
// nobody chose anything, so that a manifest that says more counts. One that says less than
// was chosen is a contradiction; that flows are off is no more than what it is silent about.
func (m *Imported) signsIn(wrong Errors, in Field, draft Draft, p *plan.Plan) {
	switch m.Audience {
	case "":
		p.Audience = cmp.Or(draft.WhoSignsIn, plan.ThisTenant)
	case plan.ThisTenant, plan.AnyTenant:
		p.Audience = m.Audience
		if draft.WhoSignsIn == plan.AnyTenant && m.Audience == plan.ThisTenant {
			wrong[FieldWhoSignsIn] = "You chose people of any tenant, and the manifest is for this tenant only (signInAudience: " +
				"AzureADMyOrg). Choose this tenant here, or change the manifest."
		}
	default:
		wrong[in] = "The manifest is for personal Microsoft accounts, which this bot does not register apps for."
	}
	p.PublicClientFlows = p.PublicClientFlows || m.PublicClientFlows
}

func (m *Imported) permissions(wrong Errors, in Field, draft Draft, p *plan.Plan) {
	for _, q := range m.Permissions {
		if q.ResourceAppID == plan.Self {
			if !slices.ContainsFunc(m.Scopes, func(s plan.Scope) bool { return s.Name == q.Name }) {
				wrong[in] = "The manifest asks for a scope of its own that it does not expose."
			}
			p.Permissions = append(p.Permissions, plan.Permission{Resource: "This application", ResourceAppID: plan.Self, Name: q.Name,
				Type:  catalog.Delegated,
				Words: "Lets the app call its own API for the signed-in person.", Risk: catalog.Low})
			continue
		}
		known, ok := plan.Known(q.ResourceAppID, q.Type, q.Name)
		if !ok {
			wrong[in] = fmt.Sprintf("The permission %s is not known here.", text.Clip(q.Name, 60))
			return
		}
		p.Permissions = append(p.Permissions, known)
	}
	if m.Reviewed {
		p.Permissions = set.Union(p.Permissions, CheckPermissions(wrong, draft.Permissions, true), plan.SamePermission)
	}
	switch n := len(p.Permissions); {
	case n == 0 && m.Unread > 0 && (m.Reviewed || len(m.Retired) == 0): // the review lets choose for those that are retired
		wrong[in] = text.Clip(fmt.Sprintf("None of the permissions that the manifest asks for could be read, so nothing was sent. %s.",
			strings.Join(m.Ignored, "; ")), 1500)
	case n == 0 && m.Reviewed && m.AsksNothing():
		wrong[FieldPermissions] = "Choose at least one permission."
	case n > PermissionsMax:
		wrong[in] = fmt.Sprintf("With the manifest there are %s; at most %d are allowed in one request.", text.Count(n, "permission"),
			PermissionsMax)
	}
}

// offers fills in what the app offers. A text for admins that is missing is asked for in
// the form, and only then refused.
func (m *Imported) offers(wrong Errors, in Field, draft Draft, p *plan.Plan) {
	p.Scopes = slices.Clone(m.Scopes)
	for i := range p.Scopes {
		if s := &p.Scopes[i]; !m.Reviewed {
			s.Title, s.Words = cmp.Or(s.Title, "…"), cmp.Or(s.Words, "…")
		}
	}
	if m.Reviewed {
		for _, typed := range CheckScopes(wrong, draft.Scopes, m.Scopes) {
			typed.Words = cmp.Or(typed.Words, typed.Title)
			if i := slices.IndexFunc(p.Scopes, func(s plan.Scope) bool { return s.Name == typed.Name }); i >= 0 {
				p.Scopes[i] = typed
			} else {
				p.Scopes = append(p.Scopes, typed)
			}
		}
	}
	if n := len(p.Scopes); n > ScopesMax && wrong[in] == "" {
		wrong[in] = fmt.Sprintf("With the manifest there are %s; at most %d are allowed in one request.", text.Count(n, "scope"), ScopesMax)
	}
	if problem := ScopesProblem(p.Scopes); problem != "" && m.Reviewed && wrong[FieldScopes] == "" {
		wrong[FieldScopes] = problem
	} else if problem != "" && wrong[in] == "" {
		wrong[in] = "Of the scopes that the manifest exposes: " + problem
	}
	p.AppRoles, p.OptionalClaims, p.IdentifierURIs = m.AppRoles, m.OptionalClaims, m.IdentifierURIs
	if problem := OfferedProblem(*p); problem != "" && wrong[in] == "" {
		wrong[in] = "Of what the manifest has: " + problem
	}
}
