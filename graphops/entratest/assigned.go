package entratest

import (
	"fmt"
	"slices"
	"strings"
)

// Who uses an application: the users and groups that are assigned to it, and the
// clients that have consent for its scopes.

// A Group can be assigned to an application, and one that is made for it to directory
// roles. Its members have those roles.
// Source: "Use Microsoft Entra groups to manage role assignments".
type Group struct {
	ID           string // empty means a random one
	Name         string
	AssignsRoles bool     // isAssignableToRole
	Members      []string // UPNs
	Apps         []string // AppIDs of applications that are members
	Groups       []string // names of groups in it; one that AssignsRoles has none
}

// groupsOf are the groups that a user is a member of.
func (t *Tenant) groupsOf(u *User) []*Group {
	return slices.DeleteFunc(slices.Clone(t.groups), func(g *Group) bool {
		return !slices.ContainsFunc(g.Members, func(upn string) bool { return strings.EqualFold(upn, u.UPN) })
	})
}

// principalsOf are the IDs whose directory roles somebody has: their own, and those of
// groups that are made for roles.
func (t *Tenant) principalsOf(id string) []string {
	ids := []string{id}
	if u := t.user(id); u != nil {
		for _, g := range t.groupsOf(u) {
			if g.AssignsRoles {
				ids = append(ids, g.ID)
			}
		}
	}
	return ids
}

// showGroup is a group as a member of a list. One that is not for roles says nothing of it.
func showGroup(g *Group) object {
	o := object{"@odata.type": "#microsoft.graph.group", "id": g.ID, "deletedDateTime": nil, "displayName": g.Name,
		"isAssignableToRole": nil}
	if g.AssignsRoles {
		o["isAssignableToRole"] = true
	}
	return o
}

// AddGroup adds g and returns it with what was filled in.
func (t *Tenant) AddGroup(g Group) Group {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	return *t.newGroup(g)
}

func (t *Tenant) newGroup(g Group) *Group {
	if g.ID == "" {
		g.ID = t.s.newID()
	}
	g.Members = slices.Clone(g.Members)
	t.groups = append(t.groups, &g)
	return &g
}

// RequireAssignment sets Assignment required to Yes for the application with that AppID. It is an
// error if it is not there.
func (t *Tenant) RequireAssignment(appID string) error {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	on := t.spByAppID(appID)
	if on == nil {
		return notFound(appID)
	}
	on.body["appRoleAssignmentRequired"] = true
	return nil
}

// Assign assigns a user, by UPN, or a group, by name, to the application with that
// AppID, as an administrator does under Users and groups. It is an error if one of them is
// not there, or if the application has roles of its own to choose from.
func (t *Tenant) Assign(appID, principal string) error {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	on := t.spByAppID(appID)
	if on == nil {
		return notFound(appID)
	}
	id := ""
	if u := t.userNamed(principal); u != nil {
		id = u.ID
	} else if g := find(t.groups, func(g *Group) bool { return strings.EqualFold(g.Name, principal) }); g != nil {
		id = g.ID
	}
	if id == "" {
		return notFound(principal)
	}
	_, err := t.assignHolder(id, on, defaultRole)
	return err
}

// Consent consents for everybody to scopes of an application for one of its clients; both
// by AppID.
func (t *Tenant) Consent(clientAppID, appID string, scopes ...string) error {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	client, on := t.spByAppID(clientAppID), t.spByAppID(appID)
	if client == nil || on == nil {
		return fmt.Errorf("entratest: %s or %s has no service principal", clientAppID, appID)
	}
	on.catchUp(t.s.now())
	scope, err := checkScope(on, strings.Join(scopes, " "))
	if err != nil {
		return err
	}
	t.grants = append(t.grants, &grant{id: t.s.newKey(), clientID: client.id, consentType: "AllPrincipals", resourceID: on.id,
		scope: scope})
	return nil
}

// defaultRole stands for being assigned without any role.
const defaultRole = "00000000-0000-0000-0000-000000000000"

// holder is who has an app role: a service principal, a user or a group.
func (t *Tenant) holder(id string) (name, kind string) {
	if p := t.spByID(id); p != nil {
		return p.name(), "ServicePrincipal"
	}
	if u := t.user(id); u != nil {
		return u.Name, "User"
	}
	if g := find(t.groups, func(g *Group) bool { return g.ID == id }); g != nil {
		return g.Name, "Group"
	}
	return "", ""
}

// assignHolder assigns a user or a group: to a role that is for users, or to none where
// the resource has no roles.
func (t *Tenant) assignHolder(id string, on *sp, roleID string) (*assignment, error) {
	role := permission(on.appRoles(), "id", roleID)
	forUsers := role != nil && role["isEnabled"] != false && slices.Contains(list(role["allowedMemberTypes"]), any("User"))
	if !forUsers && (roleID != defaultRole || len(on.appRoles()) > 0) {
		return nil, bad("Permission being assigned was not found on application")
	}
	if slices.ContainsFunc(t.assignments, func(a *assignment) bool {
		return a.roleID == roleID && a.principalID == id && a.resourceID == on.id
	}) {
		return nil, bad("Permission being assigned already exists on the object")
	}
	a := &assignment{id: t.s.newKey(), roleID: roleID, principalID: id, resourceID: on.id, created: t.s.now()}
	t.assignments = append(t.assignments, a)
	return a, nil
}

// beUsed assigns the tenant's first user and a group to an application, for its magic name.
func (t *Tenant) beUsed(on *sp) {
	ids := []string{t.newGroup(Group{Name: "Operators of " + on.name()}).ID}
	if len(t.users) > 0 {
		ids = append(ids, t.users[0].ID)
	}
	for _, id := range ids {
		t.assignments = append(t.assignments, &assignment{id: t.s.newKey(), roleID: defaultRole, principalID: id, resourceID: on.id,
			created: t.s.now()})
	}
}
