package entratest

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Role definition IDs of Azure's built-in roles, as far as they are emulated.
const (
	AzureOwner                       = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
	AzureContributor                 = "b24988ac-6180-42a0-ab88-20f7382dd24c"
	AzureReader                      = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
	AzureUserAccessAdministrator     = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
	AzureRBACAdministrator           = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
	AzureKeyVaultCryptoOfficer       = "14b46e9e-c2b7-41b4-b07b-48a6ebf60603"
	AzureKeyVaultCryptoUser          = "12338af0-0e69-4776-bea7-57ae8d297424"
	AzureKeyVaultContributor         = "f25e0fa2-a7c8-4377-a976-54943a77a395"
	AzureStorageBlobDataContributor  = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
	AzureStorageQueueDataContributor = "974c5e8b-45b9-4653-ba55-5f855dd0fb88"
)

type azurePermission struct{ actions, notActions, dataActions, notDataActions []string }

func (p azurePermission) show() object {
	return object{"actions": or(p.actions), "notActions": or(p.notActions), "dataActions": or(p.dataActions),
		"notDataActions": or(p.notDataActions)}
}

// An azureRole is a role definition, built in or custom.
type azureRole struct {
	id, name, description string
	custom                bool
	scopes                []string // of a custom role; the others are for all
	permissions           []azurePermission
	created, updated      time.Time
	by                    string
	veil                  veil // until it can be assigned
}

func builtIn(id, name, description string, p azurePermission) *azureRole {
	return &azureRole{id: id, name: name, description: description, permissions: []azurePermission{p}}
}

var builtInRoles = []*azureRole{
	builtIn(AzureOwner, "Owner", "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
		azurePermission{actions: []string{"*"}}),
	builtIn(AzureContributor, "Contributor",
		"Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.",
		azurePermission{actions: []string{"*"}, notActions: []string{"Microsoft.Authorization/*/Delete",
			"Microsoft.Authorization/*/Write", "Microsoft.Authorization/elevateAccess/Action"}}),
	builtIn(AzureReader, "Reader", "View all resources, but does not allow you to make any changes.",
		azurePermission{actions: []string{"*/read"}}),
	builtIn(AzureUserAccessAdministrator, "User Access Administrator", "Lets you manage user access to Azure resources.",
		azurePermission{actions: []string{"*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"}}),
	builtIn(AzureRBACAdministrator, "Role Based Access Control Administrator",
		"Manage access to Azure resources by assigning roles using Azure RBAC.",
		azurePermission{actions: []string{"Microsoft.Authorization/roleAssignments/write",
			"Microsoft.Authorization/roleAssignments/delete", "*/read", "Microsoft.Support/*"}}),
	builtIn(AzureKeyVaultCryptoOfficer, "Key Vault Crypto Officer",
		"Perform any action on the keys of a key vault, except manage permissions.",
		azurePermission{actions: []string{"Microsoft.Authorization/*/read", "Microsoft.Resources/subscriptions/resourceGroups/read",
			"Microsoft.KeyVault/vaults/*/read", "Microsoft.KeyVault/operations/read"},
			dataActions: []string{"Microsoft.KeyVault/vaults/keys/*", "Microsoft.KeyVault/vaults/keyrotationpolicies/*"}}),
	builtIn(AzureKeyVaultCryptoUser, "Key Vault Crypto User", "Perform cryptographic operations using keys.",
		azurePermission{dataActions: []string{"Microsoft.KeyVault/vaults/keys/read", "Microsoft.KeyVault/vaults/keys/update/action",
			"Microsoft.KeyVault/vaults/keys/backup/action", "Microsoft.KeyVault/vaults/keys/encrypt/action",
			"Microsoft.KeyVault/vaults/keys/decrypt/action", "Microsoft.KeyVault/vaults/keys/wrap/action",
			"Microsoft.KeyVault/vaults/keys/unwrap/action", "Microsoft.KeyVault/vaults/keys/sign/action",
			"Microsoft.KeyVault/vaults/keys/verify/action"}}),
	builtIn(AzureKeyVaultContributor, "Key Vault Contributor", "Lets you manage key vaults, but not access to them.",
		azurePermission{actions: []string{"Microsoft.Authorization/*/read", "Microsoft.KeyVault/*",
			"Microsoft.Resources/subscriptions/resourceGroups/read"},
			notActions: []string{"Microsoft.KeyVault/locations/deletedVaults/purge/action", "Microsoft.KeyVault/hsmPools/*",
				"Microsoft.KeyVault/managedHsms/*"}}),
	builtIn(AzureStorageBlobDataContributor, "Storage Blob Data Contributor",
		"Allows for read, write and delete access to Azure Storage blob containers and data.",
		azurePermission{actions: []string{"Microsoft.Storage/storageAccounts/blobServices/containers/delete",
			"Microsoft.Storage/storageAccounts/blobServices/containers/read",
			"Microsoft.Storage/storageAccounts/blobServices/containers/write",
			"Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"},
			dataActions: []string{"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
				"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
				"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
				"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/move/action",
				"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action"}}),
	builtIn(AzureStorageQueueDataContributor, "Storage Queue Data Contributor",
		"Allows for read, write, and delete access to Azure Storage queues and queue messages.",
		azurePermission{actions: []string{"Microsoft.Storage/storageAccounts/queueServices/queues/delete",
			"Microsoft.Storage/storageAccounts/queueServices/queues/read", "Microsoft.Storage/storageAccounts/queueServices/queues/write"},
			dataActions: []string{"Microsoft.Storage/storageAccounts/queueServices/queues/messages/delete",
				"Microsoft.Storage/storageAccounts/queueServices/queues/messages/read",
				"Microsoft.Storage/storageAccounts/queueServices/queues/messages/write",
				"Microsoft.Storage/storageAccounts/queueServices/queues/messages/process/action"}}),
}

// allows reports whether one of the permissions allows an action.
func (r *azureRole) allows(action string) bool {
	matches := func(pattern string) bool { return covers(pattern, action) }
	return slices.ContainsFunc(r.permissions, func(p azurePermission) bool {
		return slices.ContainsFunc(p.actions, matches) && !slices.ContainsFunc(p.notActions, matches)
	})
}

// covers matches an action with a pattern, in which * is anything.
func covers(pattern, action string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	rest, ok := strings.CutPrefix(strings.ToLower(action), parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

func (t *Tenant) azureRole(id string) *azureRole {
	is := func(r *azureRole) bool { return r.id == id }
	if r := find(builtInRoles, is); r != nil {
		return r
	}
	return find(t.azureRoles, is)
}

func (t *Tenant) azureRoleNamed(name string) *azureRole {
	return find(slices.Concat(builtInRoles, t.azureRoles), func(r *azureRole) bool {
		return strings.EqualFold(r.id, name) || strings.EqualFold(r.name, name)
	})
}

// assignableAt reports whether a role can be assigned in a scope: it, or one that it is
// in, is one of the role's.
func (t *Tenant) assignableAt(r *azureRole, scope string) bool {
	return !r.custom || slices.ContainsFunc(t.above(scope), func(s string) bool { return slices.Contains(r.scopes, s) })
}

func (t *Tenant) showAzureRole(r *azureRole, scope string) object {
	kind, scopes, permissions := "BuiltInRole", []any{"/"}, []any{}
	if r.custom {
		kind, scopes = "CustomRole", nil
		for _, s := range r.scopes {
			scopes = append(scopes, t.showScope(s))
		}
	}
	for _, p := range r.permissions {
		permissions = append(permissions, p.show())
	}
	return object{"id": roleDefinitionID(scope, r.id), "type": "Microsoft.Authorization/roleDefinitions", "name": r.id,
		"properties": object{"roleName": r.name, "type": kind, "description": r.description, "assignableScopes": scopes,
			"permissions": permissions,
			"createdOn":   stamp(r.created), "updatedOn": stamp(r.updated), "createdBy": r.by, "updatedBy": r.by}}
}

var (
	roleNameIs = regexp.MustCompile(`^roleName eq (` + quoted + `)$`)
	roleTypeIs = regexp.MustCompile(`^type eq '(BuiltInRole|CustomRole)'$`)
)

func listAzureRoles(c *call) (answer, error) {
	keep := func(*azureRole) bool { return true }
	switch f := strings.TrimSpace(c.query.Get("$filter")); {
	case f == "" || f == "atScopeAndBelow()":
	case roleNameIs.MatchString(f):
		name := unquote(roleNameIs.FindStringSubmatch(f)[1])
		keep = func(r *azureRole) bool { return strings.EqualFold(r.name, name) }
	case roleTypeIs.MatchString(f):
		custom := roleTypeIs.FindStringSubmatch(f)[1] == "CustomRole"
		keep = func(r *azureRole) bool { return r.custom == custom }
	default:
		return answer{}, azureProblem(400, "UnsupportedQuery", "The filter '%s' is not supported.", f)
	}
	var items []object
	for _, r := range slices.Concat(builtInRoles, c.t.azureRoles) {
		if c.t.assignableAt(r, c.keys[0].value) && keep(r) {
			items = append(items, c.t.showAzureRole(r, c.keys[0].value))
		}
	}
	return c.azureList(items, nil)
}

func getAzureRole(c *call) (answer, error) {
	r := c.t.azureRole(c.keys[1].value)
	if r == nil || !c.t.assignableAt(r, c.keys[0].value) {
		return answer{}, azureProblem(404, "RoleDefinitionDoesNotExist", "The specified role definition with ID '%s' does not exist.",
			strings.ReplaceAll(c.keys[1].value, "-", ""))
	}
	return ok(c.t.showAzureRole(r, c.keys[0].value))
}

func putAzureRole(c *call) (answer, error) {
	body, err := c.decodeProperties("azureRoleDefinition")
	if err != nil {
		return answer{}, err
	}
	id := c.keys[1].value
	old := c.t.azureRole(id)
	if !guid.MatchString(id) || old != nil && !old.custom {
		return answer{}, azureProblem(400, "InvalidRoleDefinitionId",
			"The role definition ID '%s' is not valid. It must be a GUID, and not that of a built-in role.", id)
	}
	_, by := c.caller()
	r := &azureRole{id: id, custom: true, created: c.at, updated: c.at, by: by, veil: c.t.veil(c.t.knobs.Lag.Azure)}
	if err := c.readRole(r, body); err != nil {
		return answer{}, err
	}
	if same := c.t.azureRoleNamed(r.name); same != nil && same.id != id {
		return answer{}, sameRoleName()
	}
	if old != nil {
		r.created, r.veil = old.created, old.veil
		*old = *r
	} else {
		c.t.azureRoles = append(c.t.azureRoles, r)
	}
	return created(c.t.showAzureRole(r, c.keys[0].value))
}

func sameRoleName() error {
	return azureProblem(409, "RoleDefinitionWithSameNameExists",
		"A custom role with the same name already exists in this directory. Use a different name.")
}

// readRole reads a custom role: who makes it needs the right to in every scope
// that it is for. It is for one management group at most, and for none if it has data actions.
// Source: Azure role-based access control, custom-roles.
func (c *call) readRole(r *azureRole, body object) error {
	r.name, r.description = text(body["roleName"]), text(body["description"])
	if strings.TrimSpace(r.name) == "" || len(r.name) > 512 || len(r.description) > 2048 ||
		body["type"] != nil && body["type"] != "CustomRole" {
		return azureProblem(400, "InvalidRoleDefinition",
			"The role definition needs a roleName of at most 512 characters, a description of at most 2048, and the type CustomRole.")
	}
	groups := 0
	for _, v := range list(body["assignableScopes"]) {
		scope := strings.ToLower(text(v))
		if !scopePath.MatchString(scope) || !c.t.isScope(scope) || slices.Contains(r.scopes, scope) {
			return azureProblem(400, "InvalidAssignableScope",
				"The assignable scope '%s' is not valid: it must be a management group, a subscription or a resource group of this "+
					"directory, and appear once.", v)
		}
		if err := c.mayAct("Microsoft.Authorization/roleDefinitions/write", scope); err != nil {
			return err
		}
		if strings.HasPrefix(scope, managementGroupPath) {
			groups++
		}
		r.scopes = append(r.scopes, scope)
	}
	if !slices.Contains(r.scopes, c.keys[0].value) {
		return azureProblem(400, "InvalidAssignableScope", "The assignable scopes must contain the scope of the request.")
	}
	if err := r.readPermissions(list(body["permissions"])); err != nil {
		return err
	}
	data := slices.ContainsFunc(r.permissions, func(p azurePermission) bool { return len(p.dataActions) > 0 })
	if groups > 1 || groups > 0 && data {
		return azureProblem(400, "InvalidAssignableScope",
			"The assignable scopes may contain one management group, and none in a role definition with data actions.")
	}
	return nil
}

var actionPattern = regexp.MustCompile(`^(\*|[A-Za-z0-9.*]+(/[A-Za-z0-9.*_-]+)+)$`)

func (r *azureRole) readPermissions(in []any) error {
	some := false
	for _, v := range in {
		o := v.(object)
		p := azurePermission{words(o["actions"]), words(o["notActions"]), words(o["dataActions"]), words(o["notDataActions"])}
		for _, a := range slices.Concat(p.actions, p.notActions, p.dataActions, p.notDataActions) {
			if !actionPattern.MatchString(a) {
				return azureProblem(400, "InvalidActionOrNotAction", "'%s' does not match any of the actions supported by the providers.",
					a)
			}
		}
		some = some || len(p.actions)+len(p.dataActions) > 0
		r.permissions = append(r.permissions, p)
	}
	if !some {
		return azureProblem(400, "InvalidRoleDefinition", "The role definition needs at least one action or data action.")
	}
	return nil
}

func deleteAzureRole(c *call) (answer, error) {
	r := find(c.t.azureRoles, func(r *azureRole) bool { return r.id == c.keys[1].value && c.t.assignableAt(r, c.keys[0].value) })
	if r == nil {
		return noContent()
	}
	for _, scope := range r.scopes {
		if err := c.mayAct(c.route.action, scope); err != nil {
			return answer{}, err
		}
	}
	if slices.ContainsFunc(c.t.azureAssignments, func(a *azureAssignment) bool { return a.roleID == r.id }) {
		return answer{}, azureProblem(400, "RoleDefinitionHasAssignments",
			"There are existing role assignments referencing role (code: RoleDefinitionHasAssignments).")
	}
	c.t.azureRoles = slices.DeleteFunc(c.t.azureRoles, func(q *azureRole) bool { return q == r })
	return ok(c.t.showAzureRole(r, c.keys[0].value))
}
