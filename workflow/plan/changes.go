package plan

import (
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

// Two plans are compared part by part: what both have together, what one has beyond the
// other, and what changes, in the words of a card.

// Minus is what of p is not in q, of the kinds that can be taken from an app.
func (p Plan) Minus(q Plan) Plan {
	return Plan{
		Permissions:        set.Minus(p.Permissions, q.Permissions, SamePermission),
		RedirectURIs:       set.Minus(p.RedirectURIs, q.RedirectURIs, set.Equal),
		SPARedirectURIs:    set.Minus(p.SPARedirectURIs, q.SPARedirectURIs, set.Equal),
		PublicRedirectURIs: set.Minus(p.PublicRedirectURIs, q.PublicRedirectURIs, set.Equal),
		DirectoryRoles:     set.Minus(p.DirectoryRoles, q.DirectoryRoles, SameRole),
		PublicClientFlows:  p.PublicClientFlows && !q.PublicClientFlows,
		AppRoles:           set.Minus(p.AppRoles, q.AppRoles, SameAppRole),
		OptionalClaims:     set.Minus(p.OptionalClaims, q.OptionalClaims, SameClaim),
		IdentifierURIs:     set.Minus(p.IdentifierURIs, q.IdentifierURIs, set.Equal),
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

// WhoSignsIn is the beginning of the setting that every app has.
const WhoSignsIn = "who can sign in: "

// ChangeKinds are the kinds that two plans are compared by, in the order of a card.
var ChangeKinds = []string{PermissionChange, RoleChange, ScopeChange, ConsentChange, AppRoleChange, IdentifierChange, ClaimChange,
	RedirectChange, OwnerChange, SettingChange}

// Changes lists what is different in a plan: what was added, then what was removed.
func Changes(was, is Plan) []Change {
	var added, removed []Change
	for _, kind := range append(slices.Clone(ChangeKinds), AzureChange, ActionChange) {
		a, b := was.Parts(kind), is.Parts(kind)
		if kind == ActionChange {
			a, b = ActionsOf(was, is), ActionsOf(is, was)
		}
		for _, n := range set.Without(b, a) {
			added = append(added, Change{true, kind, n})
		}
		for _, n := range set.Without(a, b) {
			removed = append(removed, Change{false, kind, n})
		}
	}
	return append(added, removed...)
}

// Parts are the names of what a plan has of a kind.
func (p Plan) Parts(kind string) []string {
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
			names = append(names, strings.TrimSuffix(s.Name+" ("+s.WhoConsents()+" may consent; without consent: "+
				strings.Join(s.PreAuthorized, ", "), "; without consent: ")+")")
		}
	case RedirectChange:
		for _, on := range []struct {
			platform Platform
			uris     []string
		}{{Web, p.RedirectURIs}, {SPA, p.SPARedirectURIs}, {PublicClient, p.PublicRedirectURIs}} {
			for _, uri := range on.uris {
				names = append(names, text.Visible(uri)+" ("+string(on.platform)+")")
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
		names = append(names, WhoSignsIn+p.Audience)
		if p.PublicClientFlows {
			names = append(names, "public client flows")
		}
		if p.Needs() > 1 {
			names = append(names, "takes "+text.Count(p.Needs(), "approval"))
		}
	}
	for i := range names {
		names[i] = text.OneLine(names[i]) // some of it may be from the tenant, where others write
	}
	return names
}

// ActionsOf are the actions of those custom roles of p that q has as well.
func ActionsOf(p, q Plan) []string {
	var names []string
	for _, a := range p.AzureRoles {
		if a.ID != "" || !slices.ContainsFunc(q.AzureRoles, func(b AzureRole) bool { return SameAzureRole(a, b) }) {
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

// Union is p, and what of q an app can have besides.
func (p Plan) Union(q Plan) Plan {
	p = p.Clone()
	p.PublicClientFlows = p.PublicClientFlows || q.PublicClientFlows
	p.Permissions = set.Union(p.Permissions, q.Permissions, SamePermission)
	p.RedirectURIs = set.Union(p.RedirectURIs, q.RedirectURIs, set.Equal)
	p.SPARedirectURIs = set.Union(p.SPARedirectURIs, q.SPARedirectURIs, set.Equal)
	p.PublicRedirectURIs = set.Union(p.PublicRedirectURIs, q.PublicRedirectURIs, set.Equal)
	p.DirectoryRoles = set.Union(p.DirectoryRoles, q.DirectoryRoles, SameRole)
	p.Scopes = WithScopes(p.Scopes, q.Scopes)
	p.Owners = set.Union(p.Owners, q.Owners, people.Same)
	p.offeredToo(q)
	return p
}
