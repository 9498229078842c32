package workflow

import (
	"slices"
	"strings"
)

// Two plans are compared part by part: what both have together, what one has beyond the
// other, and what changes, in the words of a card.

// less is what of p is not in q, of the kinds that can be taken from an app.
func (p Plan) less(q Plan) Plan {
	return Plan{
		Permissions:        beyond(p.Permissions, q.Permissions, samePermission),
		RedirectURIs:       beyond(p.RedirectURIs, q.RedirectURIs, equal),
		SPARedirectURIs:    beyond(p.SPARedirectURIs, q.SPARedirectURIs, equal),
		PublicRedirectURIs: beyond(p.PublicRedirectURIs, q.PublicRedirectURIs, equal),
		DirectoryRoles:     beyond(p.DirectoryRoles, q.DirectoryRoles, sameRole),
		PublicClientFlows:  p.PublicClientFlows && !q.PublicClientFlows,
		AppRoles:           beyond(p.AppRoles, q.AppRoles, sameAppRole),
		OptionalClaims:     beyond(p.OptionalClaims, q.OptionalClaims, sameClaim),
		IdentifierURIs:     beyond(p.IdentifierURIs, q.IdentifierURIs, equal),
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

// with is p, and what of q an app can have besides.
func (p Plan) with(q Plan) Plan {
	p = p.clone()
	p.PublicClientFlows = p.PublicClientFlows || q.PublicClientFlows
	p.Permissions = joined(p.Permissions, q.Permissions, samePermission)
	p.RedirectURIs = joined(p.RedirectURIs, q.RedirectURIs, equal)
	p.SPARedirectURIs = joined(p.SPARedirectURIs, q.SPARedirectURIs, equal)
	p.PublicRedirectURIs = joined(p.PublicRedirectURIs, q.PublicRedirectURIs, equal)
	p.DirectoryRoles = joined(p.DirectoryRoles, q.DirectoryRoles, sameRole)
	p.Scopes = withScopes(p.Scopes, q.Scopes)
	p.Owners = joined(p.Owners, q.Owners, samePerson)
	p.offeredToo(q)
	return p
}
