package entratest

import (
	"net/url"
	"slices"
	"strings"
)

// A route is one call of Graph: who may make it, and what it does.
type route struct {
	method, path string // "*" stands for an object's key
	op           string
	scopes       []string // one of these, delegated or granted to the app itself
	also         []string // and one of these
	body         string   // the type of its body
	run          func(*call) (answer, error)
	segments     []string

	versions []string // of Azure: the api-versions
	action   string   // of Azure: what the caller's roles must allow
}

var (
	readApps = []string{"Application.Read.All", "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", "Directory.Read.All",
		"Directory.ReadWrite.All"}
	writeApps   = []string{"Application.ReadWrite.All"}
	writeOwned  = []string{"Application.ReadWrite.OwnedBy"} // of an app, for what it owns
	assignRoles = []string{"AppRoleAssignment.ReadWrite.All"}
	readGrants  = []string{"DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All",
		"Directory.ReadWrite.All"}
	writeGrants = []string{"DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"}
	readMe      = []string{"User.Read", "User.ReadWrite", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All",
		"Directory.ReadWrite.All"}
	readUsers  = []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readOrg    = []string{"User.Read", "Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readPolicy = []string{"Policy.Read.All", "Policy.Read.ApplicationConfiguration", "Policy.ReadWrite.ApplicationConfiguration"}
	readRoles  = []string{"RoleManagement.Read.Directory", "RoleManagement.Read.All", "RoleManagement.ReadWrite.Directory",
		"Directory.Read.All", "Directory.ReadWrite.All"}
	readGroups = []string{"GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All",
		"Directory.ReadWrite.All"}
	writeRoles  = []string{"RoleManagement.ReadWrite.Directory"}
	readObjects = append([]string{"User.Read.All", "User.ReadWrite.All"}, readApps...)
	anyone      = []string(nil)
)

var routes []*route

func init() {
	add := func(method, path, op string, scopes []string, body string, run func(*call) (answer, error)) *route {
		r := &route{method: method, path: path, op: op, scopes: scopes, body: body, run: run, segments: strings.Split(path, "/")}
		routes = append(routes, r)
		return r
	}
	get := func(path, op string, scopes []string, run func(*call) (answer, error)) {
		add("GET", path, op, scopes, "", run)
	}

	get("applications", "listApplications", readApps, listApplications)
	add("POST", "applications", "createApplication", writeApps, "application", createApplication)
	get("applications/*", "getApplication", readApps, getApplication)
	add("PATCH", "applications/*", "updateApplication", writeApps, "application", updateApplication)
	add("DELETE", "applications/*", "deleteApplication", writeApps, "", deleteApplication)
	add("POST", "applications/*/addPassword", "addPassword", writeApps, "addPassword", addPassword)
	add("POST", "applications/*/removePassword", "removePassword", writeApps, "removePassword", removePassword)
	get("applications/*/owners", "listOwners", readApps, listOwners)
	get("applications/*/owners/$ref", "listOwners", readApps, listOwnerRefs)
	add("POST", "applications/*/owners/$ref", "addOwner", writeApps, "reference", addOwner)
	add("DELETE", "applications/*/owners/*/$ref", "removeOwner", writeApps, "", removeOwner)
	get("applications/*/federatedIdentityCredentials", "listFederatedCredentials", readApps, listFederated)
	add("POST", "applications/*/federatedIdentityCredentials", "createFederatedCredential", writeApps, "federatedIdentityCredential",
		createFederated)
	get("applications/*/federatedIdentityCredentials/*", "getFederatedCredential", readApps, getFederated)
	add("PATCH", "applications/*/federatedIdentityCredentials/*", "updateFederatedCredential", writeApps, "federatedIdentityCredential",
		updateFederated)
	add("DELETE", "applications/*/federatedIdentityCredentials/*", "deleteFederatedCredential", writeApps, "", deleteFederated)
	get("applications/*/appManagementPolicies", "listAppPolicies", readPolicy, listPolicies)

	get("servicePrincipals", "listServicePrincipals", readApps, listServicePrincipals)
	add("POST", "servicePrincipals", "createServicePrincipal", writeApps, "servicePrincipal", createServicePrincipal)
	get("servicePrincipals/*", "getServicePrincipal", readApps, getServicePrincipal)
	add("PATCH", "servicePrincipals/*", "updateServicePrincipal", writeApps, "servicePrincipal", updateServicePrincipal)
	add("DELETE", "servicePrincipals/*", "deleteServicePrincipal", writeApps, "", deleteServicePrincipal)
	add("POST", "servicePrincipals/*/addPassword", "addServicePrincipalPassword", writeApps, "addPassword", addSPPassword)
	add("POST", "servicePrincipals/*/removePassword", "removeServicePrincipalPassword", writeApps, "removePassword", removeSPPassword)
	get("servicePrincipals/*/owners", "listServicePrincipalOwners", readApps, listSPOwners)
	get("servicePrincipals/*/owners/$ref", "listServicePrincipalOwners", readApps, listSPOwnerRefs)
	add("POST", "servicePrincipals/*/owners/$ref", "addServicePrincipalOwner", writeApps, "reference", addSPOwner)
	add("DELETE", "servicePrincipals/*/owners/*/$ref", "removeServicePrincipalOwner", writeApps, "", removeSPOwner)
	for _, side := range []string{"appRoleAssignedTo", "appRoleAssignments"} {
		get("servicePrincipals/*/"+side, "listAppRoles", readApps, listAssignments)
		add("POST", "servicePrincipals/*/"+side, "assignAppRole", assignRoles, "appRoleAssignment", assignAppRole).also = readApps
		get("servicePrincipals/*/"+side+"/*", "getAppRole", readApps, getAssignment)
		add("DELETE", "servicePrincipals/*/"+side+"/*", "removeAppRole", assignRoles, "", removeAssignment)
	}
	get("servicePrincipals/*/oauth2PermissionGrants", "listGrants", readGrants, listGrants)

	get("oauth2PermissionGrants", "listGrants", readGrants, listGrants)
	add("POST", "oauth2PermissionGrants", "createGrant", writeGrants, "oAuth2PermissionGrant", createGrant)
	get("oauth2PermissionGrants/*", "getGrant", readGrants, getGrant)
	add("PATCH", "oauth2PermissionGrants/*", "updateGrant", writeGrants, "oAuth2PermissionGrant", updateGrant)
	add("DELETE", "oauth2PermissionGrants/*", "deleteGrant", writeGrants, "", deleteGrant)

	get("me", "getMe", readMe, getMe)
	for _, of := range []string{"memberOf", "transitiveMemberOf"} {
		for _, cast := range []string{"", "/microsoft.graph.directoryRole", "/microsoft.graph.group"} {
			get("me/"+of+cast, "listRoles", readMe, listRoles)
			get("users/*/"+of+cast, "listRoles", readUsers, listRoles)
		}
	}
	for _, of := range []string{"memberOf", "transitiveMemberOf"} {
		for _, cast := range []string{"", "/microsoft.graph.group"} {
			get("servicePrincipals/*/"+of+cast, "listMemberships", readApps, listSPMemberships)
		}
	}
	get("groups/*", "getGroup", readGroups, getGroup)
	get("groups/*/appRoleAssignments", "listGroupAppRoles", readGroups, listGroupAssignments)
	for _, cast := range []string{"", "/microsoft.graph.application"} {
		get("me/ownedObjects"+cast, "listOwned", readMe, listOwned)
		get("users/*/ownedObjects"+cast, "listOwned", readUsers, listOwned)
	}
	get("users", "listUsers", readUsers, listUsers)
	get("users/*", "getUser", anyone, getUser)

	get("organization", "organization", readOrg, listOrganization)
	get("organization/*", "organization", readOrg, getOrganization)
	get("directoryRoles", "listDirectoryRoles", readRoles, listDirectoryRoles)
	get("directoryRoles/*", "getDirectoryRole", readRoles, getDirectoryRole)
	get("roleManagement/directory/roleDefinitions", "listRoleDefinitions", readRoles, listRoleDefinitions)
	get("roleManagement/directory/roleDefinitions/*", "getRoleDefinition", readRoles, getRoleDefinition)
	get("roleManagement/directory/roleAssignments", "listRoleAssignments", readRoles, listRoleAssignments)
	get("roleManagement/directory/roleAssignments/*", "getRole", readRoles, getRole)
	add("POST", "roleManagement/directory/roleAssignments", "assignRole", writeRoles, "unifiedRoleAssignment", assignRole)
	add("DELETE", "roleManagement/directory/roleAssignments/*", "removeRole", writeRoles, "", removeRole)

	get("roleManagement/directory/roleEligibilitySchedules", "listEligibilitySchedules", anyone, listEligible)

	get("directory/deletedItems/microsoft.graph.application", "listDeleted", readApps, listDeleted)
	get("directory/deletedItems/microsoft.graph.servicePrincipal", "listDeleted", readApps, listGraves)
	get("directory/deletedItems/*", "getDeleted", readApps, getDeleted)
	add("POST", "directory/deletedItems/*/restore", "restoreDeleted", writeApps, "nothing", restoreDeleted)
	add("DELETE", "directory/deletedItems/*", "deleteForever", writeApps, "", deleteForever)

	add("POST", "directoryObjects/getByIds", "getByIds", readObjects, "getByIds", getByIDs)

	get("policies/defaultAppManagementPolicy", "getAppPolicy", readPolicy, getPolicy)
	get("policies/appManagementPolicies", "listAppPolicies", readPolicy, listPolicies)
	add("POST", "$batch", "batch", anyone, "batch", nil)
}

// Ops returns the plain names of all operations, those of the sign-in service
// included, as Fail, OnCall and the journal use them.
func Ops() []string {
	ops := []string{"discovery", "openid", "devicecode", "token", "upsertApplication", "upsertFederatedCredential"}
	seen := make(map[string]bool)
	for _, r := range slices.Concat(routes, azureRoutes) {
		if !seen[r.op] {
			seen[r.op] = true
			ops = append(ops, r.op)
		}
	}
	return ops
}

// find looks for the route of a call, and reads the keys in its path. Names in
// a path are not case-sensitive: learn.microsoft.com/graph/use-the-api.
func (c *call) find() {
	segments := pathSegments(c.path)
next:
	for _, r := range routes {
		if r.method != c.method || len(r.segments) != len(segments) {
			continue
		}
		var keys []objectKey
		for i, want := range r.segments {
			switch got := segments[i]; {
			case want == "*" && (got.by != "" || !strings.HasPrefix(got.value, "microsoft.graph.") && got.value != "$ref"):
				if got.by == "" {
					got.by = "id"
				}
				keys = append(keys, got)
			case !strings.EqualFold(want, got.value) || got.by != "":
				continue next
			}
		}
		c.route, c.keys = r, keys
		return
	}
	c.propertyRoute(segments)
}

// pathSegments splits a path; a segment like applications(appId='x') is two.
// Both spellings of a type, graph.x and microsoft.graph.x, become the second.
func pathSegments(path string) []objectKey {
	var segments []objectKey
	for path = strings.Trim(path, "/"); path != ""; {
		var s string
		end, quoted := len(path), false
		for i := range len(path) {
			if path[i] == '\'' {
				quoted = !quoted
			}
			if path[i] == '/' && !quoted {
				end = i
				break
			}
		}
		s, path = path[:end], strings.TrimPrefix(path[end:], "/")
		if name, rest, ok := strings.Cut(s, "("); ok && strings.HasSuffix(rest, ")") {
			by, value, ok := strings.Cut(strings.TrimSuffix(rest, ")"), "=")
			if !ok {
				by, value = "id", by // applications('id')
			}
			if len(value) >= 2 && value[0] == '\'' && value[len(value)-1] == '\'' {
				value = strings.ReplaceAll(value[1:len(value)-1], "''", "'")
			}
			segments = append(segments, objectKey{value: name}, objectKey{by: by, value: value})
			continue
		}
		if t, ok := strings.CutPrefix(s, "graph."); ok {
			s = "microsoft.graph." + t
		}
		segments = append(segments, objectKey{value: s})
	}
	return segments
}

// relative reads the url of a request in a batch.
func relative(u string) (string, url.Values, error) {
	p, err := url.Parse("/" + strings.TrimPrefix(u, "/"))
	if err != nil || strings.Contains(u, "://") {
		return "", nil, bad("The url '%s' of a batched request must be relative to the version.", u)
	}
	return p.Path, p.Query(), nil
}
