package plan

import (
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/text"
)

// SignInScopes returns the delegated Graph scopes that making what the plan says needs of the
// admin's token; those of an empty plan are the least that any task needs. Source: least delegated
// permission of each call, Graph v1.0.
func (p Plan) SignInScopes() []string {
	scopes := []string{"User.Read", "Application.ReadWrite.All"}
	if len(p.Of(catalog.Application)) > 0 {
		scopes = append(scopes, "AppRoleAssignment.ReadWrite.All")
	}
	if len(p.Of(catalog.Delegated)) > 0 {
		scopes = append(scopes, "DelegatedPermissionGrant.ReadWrite.All")
	}
	if len(p.DirectoryRoles) > 0 {
		scopes = append(scopes, "RoleManagement.ReadWrite.Directory")
	}
	return scopes
}

// Needs is how many approvers have to agree to p.
func (p Plan) Needs() int { return max(1, p.Approvals) }

// UsesEWS reports whether an app with this plan calls Exchange Web Services.
func (p Plan) UsesEWS() bool {
	return slices.ContainsFunc(p.Permissions, func(q Permission) bool { return catalog.EWS().Uses(q.ResourceAppID, q.Type, q.Name) })
}

// SubscriptionIDs are the subscriptions among the scopes of the plan's Azure roles, or
// of what is in them.
func (p Plan) SubscriptionIDs() []string {
	var ids []string
	for _, scope := range p.Subscriptions {
		id, _, _ := strings.Cut(azurescope.CutFold(azurescope.Path(scope), azurescope.Subscription), "/")
		if id = strings.ToLower(id); text.IsGUID(id) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
