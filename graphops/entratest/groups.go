package entratest

import (
	"slices"
	"strings"
)

// Groups of service principals, and groups in groups.
// Sources: Graph, "List servicePrincipal memberOf" and "transitiveMemberOf", "List
// appRoleAssignments granted to a group", group resource type.

// group finds one by its ID.
func (t *Tenant) group(id string) *Group {
	return find(t.groups, func(g *Group) bool { return g.ID == id })
}

// groupsOfApp are the groups that an application is in: itself, and, with all, those that
// these are in. A group that is made for roles has no groups in it.
func (t *Tenant) groupsOfApp(appID string, all bool) []*Group {
	of := slices.DeleteFunc(slices.Clone(t.groups), func(g *Group) bool { return !slices.Contains(g.Apps, appID) })
	for i := 0; all && i < len(of); i++ {
		for _, g := range t.groups {
			in := slices.ContainsFunc(g.Groups, func(name string) bool { return strings.EqualFold(name, of[i].Name) })
			if in && !g.AssignsRoles && !slices.Contains(of, g) {
				of = append(of, g)
			}
		}
	}
	return of
}

// ChangeGroup has change edit the group of that name, and reports whether there is one.
func (t *Tenant) ChangeGroup(name string, change func(*Group)) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	g := find(t.groups, func(g *Group) bool { return strings.EqualFold(g.Name, name) })
	if g != nil {
		change(g)
	}
	return g != nil
}

// listSPMemberships lists what a service principal is in: groups, and the directory roles that
// it has in the whole tenant.
func listSPMemberships(c *call) (answer, error) {
	p, err := c.sp()
	if err != nil {
		return answer{}, err
	}
	all := strings.Contains(c.route.path, "transitiveMemberOf")
	principals := []string{p.id}
	items := []object{}
	for _, g := range c.t.groupsOfApp(p.appID, all) {
		if g.AssignsRoles && all {
			principals = append(principals, g.ID)
		}
		items = append(items, showGroup(g))
	}
	if strings.HasSuffix(c.route.path, "group") {
		return c.list("group", "groups", c.limited(items))
	}
	var roles []string
	for _, m := range c.t.members {
		if slices.Contains(principals, m.principalID) && m.scope == "" && c.t.customRole(m.roleID) == nil &&
			!slices.Contains(roles, m.roleID) {
			roles = append(roles, m.roleID)
			items = append(items, c.t.showRole(m.roleID))
		}
	}
	return c.list("directoryObject", "directoryObjects", c.limited(items))
}

// listGroupAssignments lists the app roles that a group has.
func listGroupAssignments(c *call) (answer, error) {
	id, err := c.guidFor(0)
	if err != nil {
		return answer{}, err
	}
	if c.t.group(id) == nil {
		return answer{}, notFound(c.keys[0].value)
	}
	return c.list("appRoleAssignment", "appRoleAssignments", c.assignments(func(a *assignment) bool { return a.principalID == id }))
}

// getGroup shows one group.
func getGroup(c *call) (answer, error) {
	id, err := c.guidFor(0)
	if err != nil {
		return answer{}, err
	}
	g := c.t.group(id)
	if g == nil {
		return answer{}, notFound(c.keys[0].value)
	}
	o, err := c.selected("group", showGroup(g))
	if err != nil {
		return answer{}, err
	}
	return ok(c.context("groups/$entity", o))
}
