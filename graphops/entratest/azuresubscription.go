package entratest

import (
	"slices"
	"strings"
	"time"
)

// A Subscription is an Azure subscription that trusts a tenant.
type Subscription struct {
	ID   string // empty means a random one
	Name string // empty means the ID
	// ManagementGroup is the name of the one that it is in; empty means the tenant's root group.
	ManagementGroup string
}

// AddSubscription adds sub and returns it with what was filled in. Nobody has
// a role on it yet: see GrantAzureRole.
func (t *Tenant) AddSubscription(sub Subscription) Subscription {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if sub.ID == "" {
		sub.ID = t.s.newID()
	}
	sub.ID = strings.ToLower(sub.ID)
	if sub.Name == "" {
		sub.Name = sub.ID
	}
	t.subscriptions = append(t.subscriptions, &sub)
	t.s.changed()
	return sub
}

// RemoveSubscription deletes a subscription with the role assignments in it, and reports
// whether there was one.
func (t *Tenant) RemoveSubscription(id string) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	sub := t.subscription(id)
	if sub == nil {
		return false
	}
	t.subscriptions = slices.DeleteFunc(t.subscriptions, func(s *Subscription) bool { return s == sub })
	t.azureAssignments = slices.DeleteFunc(t.azureAssignments, func(a *azureAssignment) bool {
		in, _ := subscriptionOf(a.scope)
		return in == sub.ID
	})
	t.resourceGroups = slices.DeleteFunc(t.resourceGroups, func(g resourceGroup) bool { return g.subscription == sub.ID })
	t.s.changed()
	return true
}

// GrantAzureRole gives a person, or the service principal with this object ID, a role
// on a scope, at once, and reports whether there are such a person, scope and role. The
// scope is the ID of a subscription, or the path of it, of a management group or of a
// resource group. The role is one of the Azure constants, or the name of a role.
func (t *Tenant) GrantAzureRole(who, scope, role string) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	id, kind := "", "User"
	if u := t.userNamed(who); u != nil {
		id = u.ID
	} else if p := t.spByID(who); p != nil {
		id, kind = p.id, "ServicePrincipal"
	}
	scope = scopeCalled(scope)
	r := t.azureRoleNamed(role)
	if id == "" || r == nil || !t.isScope(scope) {
		return false
	}
	now := t.s.now()
	t.azureAssignments = append(t.azureAssignments, &azureAssignment{id: t.s.newID(), scope: scope, roleID: r.id,
		principalID: id, principalType: kind, created: now, updated: now, by: id})
	t.s.changed()
	return true
}

func (t *Tenant) subscription(id string) *Subscription {
	return find(t.subscriptions, func(s *Subscription) bool { return strings.EqualFold(s.ID, id) })
}

func (t *Tenant) showSubscription(s *Subscription) object {
	return object{"id": "/subscriptions/" + s.ID, "authorizationSource": "RoleBased", "managedByTenants": []any{}, "subscriptionId": s.ID,
		"tenantId": t.ID, "displayName": s.Name, "state": "Enabled",
		"subscriptionPolicies": object{"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01",
			"spendingLimit": "Off"}}
}

// listTenants lists the tenants that the caller has an account in: learn.microsoft.com/rest/api/resources/tenants/list.
func listTenants(c *call) (answer, error) {
	var items []object
	for _, t := range c.t.s.tenants {
		category := "Home"
		switch {
		case t != c.t && (c.who.user == nil || t.userNamed(c.who.user.UPN) == nil):
			continue
		case t != c.t:
			category = "ManagedBy"
		}
		items = append(items, object{"id": "/tenants/" + t.ID, "tenantId": t.ID, "countryCode": "US", "displayName": t.Name,
			"domains":       []any{t.Domain},
			"defaultDomain": t.Domain, "tenantType": "AAD", "tenantCategory": category})
	}
	return c.azureList(items, nil)
}

// listSubscriptions lists those on which the caller has any role.
func listSubscriptions(c *call) (answer, error) {
	var items []object
	for _, s := range c.t.subscriptions {
		_, id := c.caller()
		if len(c.t.azureRolesOf(id, subscriptionPath+s.ID, c.at)) > 0 {
			items = append(items, c.t.showSubscription(s))
		}
	}
	return c.azureList(items, object{"count": object{"type": "Total", "value": len(items)}})
}

func getSubscription(c *call) (answer, error) {
	id, _ := subscriptionOf(c.keys[0].value)
	return ok(c.t.showSubscription(c.t.subscription(id)))
}

// azureRolesOf returns the roles that a principal has on a scope or inherits there, and
// that have taken effect.
func (t *Tenant) azureRolesOf(principalID, scope string, now time.Time) []*azureRole {
	var roles []*azureRole
	above := t.above(scope)
	for _, a := range t.azureAssignments {
		if a.principalID != principalID || !slices.Contains(above, a.scope) || a.veil.hides(now) {
			continue
		}
		if r := t.azureRole(a.roleID); r != nil {
			roles = append(roles, r)
		}
	}
	return roles
}

func (t *Tenant) azureMay(principalID, scope, action string, now time.Time) bool {
	return slices.ContainsFunc(t.azureRolesOf(principalID, scope, now), func(r *azureRole) bool { return r.allows(action) })
}

// listCallerPermissions says what the roles of the caller allow.
func listCallerPermissions(c *call) (answer, error) {
	_, id := c.caller()
	items := []object{}
	for _, r := range c.t.azureRolesOf(id, c.keys[0].value, c.at) {
		for _, p := range r.permissions {
			items = append(items, p.show())
		}
	}
	return ok(object{"value": items})
}

// An AzureRole is a role that an application has on a scope.
type AzureRole struct {
	Scope                        string // its path
	SubscriptionID, Subscription string // its name; both are empty for a management group
	RoleID, Role                 string // its name
	Custom                       bool
}

// An AzureAssignment is a role assignment. Those of a service principal that
// was deleted stay, as in life, and have no Principal.
type AzureAssignment struct {
	ID, SubscriptionID, RoleID, Role      string
	Scope                                 string // its path
	PrincipalID, PrincipalType, Principal string
	Description                           string
}

// An AzureRoleDefinition is a custom role.
type AzureRoleDefinition struct {
	ID, Name, Description       string
	Actions, NotActions         []string
	DataActions, NotDataActions []string
	Subscriptions               []string // IDs of those it can be assigned in
	Scopes                      []string // the paths of all that it can be assigned in
}

// AzureAssignments returns all role assignments, oldest first; those that
// GrantAzureRole made are among them.
func (t *Tenant) AzureAssignments() []AzureAssignment {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	var all []AzureAssignment
	for _, a := range t.azureAssignments {
		sub, _ := subscriptionOf(a.scope)
		out := AzureAssignment{ID: a.id, Scope: t.showScope(a.scope), SubscriptionID: sub, RoleID: a.roleID, PrincipalID: a.principalID,
			PrincipalType: a.principalType, Description: text(a.description)}
		if r := t.azureRole(a.roleID); r != nil {
			out.Role = r.name
		}
		if p := t.spByID(a.principalID); p != nil {
			out.Principal = p.name()
		} else if u := t.user(a.principalID); u != nil {
			out.Principal = u.UPN
		}
		all = append(all, out)
	}
	return all
}

// AzureRoleDefinitions returns the custom roles, oldest first.
func (t *Tenant) AzureRoleDefinitions() []AzureRoleDefinition {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	var all []AzureRoleDefinition
	for _, r := range t.azureRoles {
		out := AzureRoleDefinition{ID: r.id, Name: r.name, Description: r.description}
		for _, scope := range r.scopes {
			if sub, group := subscriptionOf(scope); sub != "" && group == "" {
				out.Subscriptions = append(out.Subscriptions, sub)
			}
			out.Scopes = append(out.Scopes, t.showScope(scope))
		}
		for _, p := range r.permissions {
			out.Actions = append(out.Actions, p.actions...)
			out.NotActions = append(out.NotActions, p.notActions...)
			out.DataActions = append(out.DataActions, p.dataActions...)
			out.NotDataActions = append(out.NotDataActions, p.notDataActions...)
		}
		all = append(all, out)
	}
	return all
}

// azureRolesOfApp are the roles of a service principal, whether they have taken
// effect or not.
func (t *Tenant) azureRolesOfApp(principalID string) []AzureRole {
	var roles []AzureRole
	for _, a := range t.azureAssignments {
		if a.principalID != principalID {
			continue
		}
		sub, _ := subscriptionOf(a.scope)
		out := AzureRole{Scope: t.showScope(a.scope), SubscriptionID: sub, RoleID: a.roleID}
		if s := t.subscription(sub); s != nil {
			out.Subscription = s.Name
		}
		if r := t.azureRole(a.roleID); r != nil {
			out.Role, out.Custom = r.name, r.custom
		}
		roles = append(roles, out)
	}
	return roles
}
