package entratest

import (
	"slices"
	"strings"
)

// Directory roles that are given to a person or a service principal. The roles
// that a User was added with are listed like the others, but not removed here.

func (t *Tenant) memberships() []*membership {
	var all []*membership
	for _, u := range t.users {
		for _, r := range u.Roles {
			all = append(all, &membership{id: u.ID + r, principalID: u.ID, roleID: r})
		}
	}
	return append(all, t.members...)
}

func listRoleAssignments(c *call) (answer, error) {
	if c.query.Get("$filter") == "" {
		return answer{}, bad("The request must be filtered by principalId or roleDefinitionId.")
	}
	var items []object
	for _, m := range c.t.memberships() {
		items = append(items, m.show())
	}
	return c.list("unifiedRoleAssignment", "roleManagement/directory/roleAssignments", items)
}

func getRole(c *call) (answer, error) {
	m := find(c.t.memberships(), func(m *membership) bool { return m.id == c.keys[0].value })
	if m == nil {
		return answer{}, notFound(c.keys[0].value)
	}
	o, err := c.selected("unifiedRoleAssignment", m.show())
	if err != nil {
		return answer{}, err
	}
	return ok(c.context("roleManagement/directory/roleAssignments/$entity", o))
}

func assignRole(c *call) (answer, error) {
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	if !c.hasRole(assignsRoles) {
		return answer{}, denied()
	}
	m := &membership{id: c.t.s.newKey(), roleID: text(body["roleDefinitionId"]), principalID: text(body["principalId"])}
	if m.roleID == "" || m.principalID == "" {
		return answer{}, bad("Values are required for properties 'roleDefinitionId' and 'principalId' of resource 'UnifiedRoleAssignment'.")
	}
	scope := text(body["directoryScopeId"])
	if !strings.HasPrefix(scope, "/") || body["appScopeId"] != nil || body["condition"] != nil {
		return answer{}, bad("Property 'directoryScopeId' must be '/', or '/' and the ID of an object, here: other scopes and " +
			"conditions are not emulated.")
	}
	if m.scope = scope[1:]; m.scope != "" && c.t.showObject(m.scope) == nil {
		return answer{}, notFound(m.scope)
	}
	if !c.t.isRole(m.roleID) {
		return answer{}, notFound(m.roleID)
	}
	p := c.t.spByID(m.principalID)
	if p == nil && c.t.user(m.principalID) == nil || p != nil && p.hides(c.at) {
		return answer{}, notFound(m.principalID)
	}
	if m.scope == "" && slices.Contains(c.t.rolesOf(m.principalID), m.roleID) ||
		slices.ContainsFunc(c.t.members, func(n *membership) bool {
			return n.principalID == m.principalID && n.roleID == m.roleID && n.scope == m.scope
		}) {
		return answer{}, bad("A conflicting object with one or more of the specified property values is present in the directory.")
	}
	c.t.members = append(c.t.members, m)
	return created(c.context("roleManagement/directory/roleAssignments/$entity", m.show()))
}

func removeRole(c *call) (answer, error) {
	if !c.hasRole(assignsRoles) {
		return answer{}, denied()
	}
	m := find(c.t.members, func(m *membership) bool { return m.id == c.keys[0].value })
	if m == nil {
		return answer{}, notFound(c.keys[0].value)
	}
	c.t.members = slices.DeleteFunc(c.t.members, func(n *membership) bool { return m == n })
	return noContent()
}
