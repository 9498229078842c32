package entratest

import (
	"slices"
	"strings"
)

// Custom directory roles, and roles that are for one application only. They are enough for
// Graph, and a person's list of directory roles shows neither. Source: Microsoft Entra,
// "Create custom roles to manage enterprise apps", "App registration permissions for custom
// roles", "Assign roles at different scopes".

// A Role is a custom directory role.
type Role struct {
	ID      string // empty means a random one
	Name    string
	Actions []string // such as microsoft.directory/applications/create
}

// AddRole adds r and returns it with what was filled in.
func (t *Tenant) AddRole(r Role) Role {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	if r.ID == "" {
		r.ID = newID()
	}
	r.Actions = slices.Clone(r.Actions)
	t.roles = append(t.roles, &r)
	return r
}

// Give assigns a role, a built-in one or one of AddRole, to the user with that UPN, to
// the group of that name that AssignsRoles, or to the application with that AppID: in the whole tenant where on is empty, else for
// the application or service principal with this object ID. It reports whether there are both.
func (t *Tenant) Give(upn, role, on string) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	id := t.roleHolder(upn)
	if id == "" || !t.isRole(role) {
		return false
	}
	t.members = append(t.members, &membership{id: t.s.newKey(), roleID: role, principalID: id, scope: on})
	return true
}

func (t *Tenant) isRole(id string) bool { return roleNames[id] != "" || t.customRole(id) != nil }

func (t *Tenant) customRole(id string) *Role {
	return find(t.roles, func(r *Role) bool { return r.ID == id })
}

// actions are what the operations take of a custom role. A change of an application takes
// one for each kind of property.
var actions = map[string]string{
	"createApplication": "applications/create", "upsertApplication": "applications/create", "deleteApplication": "applications/delete",
	"addPassword": "applications/credentials/update", "removePassword": "applications/credentials/update",
	"addOwner": "applications/owners/update", "removeOwner": "applications/owners/update",
	"createFederatedCredential": "applications/credentials/update", "updateFederatedCredential": "applications/credentials/update",
	"upsertFederatedCredential": "applications/credentials/update", "deleteFederatedCredential": "applications/credentials/update",
	"createServicePrincipal": "servicePrincipals/create", "updateServicePrincipal": "servicePrincipals/basic/update",
	"deleteServicePrincipal": "servicePrincipals/delete", "addServicePrincipalOwner": "servicePrincipals/owners/update",
	"removeServicePrincipalOwner": "servicePrincipals/owners/update",
	"assignAppRole":               "servicePrincipals/managePermissionGrantsForAll.microsoft-company-admin",
	"removeAppRole":               "servicePrincipals/managePermissionGrantsForAll.microsoft-company-admin",
	"createGrant":                 "servicePrincipals/managePermissionGrantsForAll.microsoft-company-admin",
	"updateGrant":                 "servicePrincipals/managePermissionGrantsForAll.microsoft-company-admin",
	"deleteGrant":                 "servicePrincipals/managePermissionGrantsForAll.microsoft-company-admin",
}

var propertyActions = map[string]string{
	"signInAudience": "audience", "keyCredentials": "credentials", "requiredResourceAccess": "permissions", "api": "permissions",
	"web": "authentication", "spa": "authentication", "publicClient": "authentication", "isFallbackPublicClient": "authentication",
	"appRoles": "appRoles", "notes": "notes", "tags": "tag",
}

func (c *call) actions() []string {
	op := c.op()
	if op == "upsertApplication" {
		if _, err := c.lookup(); err == nil {
			op = "updateApplication"
		}
	}
	if op != "updateApplication" {
		if a := actions[op]; a != "" {
			return []string{"microsoft.directory/" + a}
		}
		return nil
	}
	var need []string
	body, _ := parse(c.body)
	for name := range body {
		part := propertyActions[name]
		if part == "" {
			part = "basic"
		}
		need = append(need, "microsoft.directory/applications/"+part+"/update")
	}
	return need
}

// acts reports whether a custom role, or one for what the call is about, is enough for it.
func (c *call) acts() bool {
	need := c.actions()
	if c.who.user == nil || len(need) == 0 {
		return false
	}
	inScope, principals := c.inScope(), c.t.principalsOf(c.who.user.ID)
	return slices.ContainsFunc(c.t.members, func(m *membership) bool {
		if !slices.Contains(principals, m.principalID) || m.scope != "" && !slices.Contains(inScope, m.scope) {
			return false
		}
		role := c.t.customRole(m.roleID)
		if role == nil {
			return m.scope != "" && slices.Contains(managesApps, m.roleID) && !strings.Contains(need[0], "managePermissionGrants")
		}
		return !slices.ContainsFunc(need, func(a string) bool { return !slices.Contains(role.Actions, a) })
	})
}

// inScope are the object IDs of the application and the service principal that the path names.
func (c *call) inScope() []string {
	if len(c.keys) == 0 {
		return nil
	}
	id, appID := c.keys[0].value, ""
	for _, a := range c.t.apps {
		if a.id == id || a.appID == id || a.uniqueName != "" && a.uniqueName == id {
			appID = a.appID
		}
	}
	if p := c.t.spByID(id); p != nil {
		appID = p.appID
	}
	var ids []string
	if a := c.t.appByAppID(appID); a != nil {
		ids = append(ids, a.id)
	}
	if p := c.t.spByAppID(appID); p != nil {
		ids = append(ids, p.id)
	}
	return ids
}

// showDefinition is a role, built-in or custom. Source: Graph, unifiedRoleDefinition.
func (t *Tenant) showDefinition(id string) object {
	o := object{"id": id, "displayName": roleName(id), "description": nil, "isBuiltIn": true, "isEnabled": true, "templateId": id,
		"resourceScopes": []any{"/"}, "version": "1", "rolePermissions": []any{}}
	if r := t.customRole(id); r != nil {
		allowed := []any{}
		for _, a := range r.Actions {
			allowed = append(allowed, a)
		}
		o["displayName"], o["isBuiltIn"] = r.Name, false
		o["rolePermissions"] = []any{object{"allowedResourceActions": allowed, "condition": nil}}
	}
	return o
}

func listRoleDefinitions(c *call) (answer, error) {
	var items []object
	for id := range roleNames {
		items = append(items, c.t.showDefinition(id))
	}
	for _, r := range c.t.roles {
		items = append(items, c.t.showDefinition(r.ID))
	}
	return c.list("unifiedRoleDefinition", "roleManagement/directory/roleDefinitions", items)
}

func getRoleDefinition(c *call) (answer, error) {
	id := strings.ToLower(c.keys[0].value)
	if !c.t.isRole(id) {
		return answer{}, notFound(c.keys[0].value)
	}
	o, err := c.selected("unifiedRoleDefinition", c.t.showDefinition(id))
	if err != nil {
		return answer{}, err
	}
	return ok(c.context("roleManagement/directory/roleDefinitions/$entity", o))
}
