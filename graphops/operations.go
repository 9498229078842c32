package graphops

import "github.com/entra-app/entra-app/graphops/fault"

// The directory roles that operations take.
const (
	appAdmins     = "Application Administrator, Cloud Application Administrator or Global Administrator"
	serviceAdmins = "Cloud Application Administrator, Application Administrator or Global Administrator"
	roleAdmins    = "Privileged Role Administrator or Global Administrator"
	grantAdmins   = "Cloud Application Administrator, Application Administrator, Privileged Role Administrator or Global Administrator"
	consentAdmins = "Privileged Role Administrator or Global Administrator for permissions on Microsoft Graph, and for other services " +
		"Cloud Application Administrator or Application Administrator"
)

// What tells who signed in, and where.
var (
	opBatch        = fault.Operation{Name: "batch", Words: "send several requests at once"}
	opMe           = fault.Operation{Name: "getMe", Words: "read its own account"}
	opRoles        = fault.Operation{Name: "listRoles", Words: "read its own directory roles"}
	opAssigned     = fault.Operation{Name: "listOwnRoleAssignments", Words: "read the roles that are assigned to it"}
	opPolicy       = fault.Operation{Name: "getAppPolicy", Words: "read the tenant's policy for apps"}
	opOrganization = fault.Operation{Name: "getOrganization", Words: "read the name of the tenant"}
	opUser         = fault.Operation{Name: "findUser", Words: "look up the requester"}
	opAliases      = fault.Operation{Name: "findAliases", Words: "look a person up by other addresses"}
	opEnabled      = fault.Operation{Name: "findEnabled", Words: "read whether an account is enabled"}
)

// What is read.
var (
	opReadApp      = fault.Operation{Name: "getApplication", Words: "read the application"}
	opDeleted      = fault.Operation{Name: "getDeleted", Words: "read the deleted applications"}
	opConsented    = fault.Operation{Name: "listConsent", Words: "read the app's permissions"}
	opRolesOf      = fault.Operation{Name: "listRoleAssignments", Words: "read the app's directory roles"}
	opEligible     = fault.Operation{Name: "listEligibleRoles", Words: "read the directory roles that the app is eligible for"}
	opGroupsOf     = fault.Operation{Name: "listGroups", Words: "read the groups that the app is in"}
	opKeys         = fault.Operation{Name: "listPasswords", Words: "read the app's client secrets"}
	opKeysOf       = fault.Operation{Name: "listPrincipalCredentials", Words: "read the credentials of the app's service principal"}
	opCerts        = fault.Operation{Name: "listCertificates", Words: "read the app's certificates"}
	opOthers       = fault.Operation{Name: "listCertificatesOfAll", Words: "check whether another app has the certificate"}
	opListFederate = fault.Operation{Name: "listFederated", Words: "read the issuers that the app trusts"}
	opOwnersOf     = fault.Operation{Name: "listPrincipalOwners", Words: "read who owns the app's service principal"}
	opResource     = fault.Operation{Name: "getResource", Words: "read the permissions of a service"}
	opFindApps     = fault.Operation{Name: "listApplications", Words: "find the application"}
	opOwners       = fault.Operation{Name: "listOwners", Words: "read who owns the application"}
	opResourceOf   = fault.Operation{Name: "getServicePrincipal", Words: "read the name of a service"}
	opAssignedTo   = fault.Operation{Name: "listAssignedTo", Words: "read who is assigned to the app"}
	opClients      = fault.Operation{Name: "listClients", Words: "read which other apps have permissions on the app's API"}
	opClient       = fault.Operation{Name: "getClient", Words: "read the name of another app"}
)

// What is changed.
var (
	opAddResource = fault.Operation{Name: "createResource", Words: "add the service principal of a Microsoft service",
		Roles: serviceAdmins, Settled: true}
	opApplication = fault.Operation{Name: "upsertApplication", Words: "register the application",
		Roles: appAdmins, Certificates: true}
	opDeleteApp  = fault.Operation{Name: "deleteApplication", Words: "delete the application", Roles: appAdmins}
	opUnfederate = fault.Operation{Name: "removeFederated", Words: "remove the app's trust in another issuer",
		Roles: appAdmins}
	opUnconsent = fault.Operation{Name: "removeConsent", Words: "revoke the app's permissions",
		Roles: consentAdmins, Refers: true}
	opUnowner = fault.Operation{Name: "removeOwner", Words: "remove an owner from the application"}
	opUnownOf = fault.Operation{Name: "removePrincipalOwner", Words: "remove an owner from the app's service principal"}
	opRestore = fault.Operation{Name: "restoreDeleted", Words: "restore the deleted application",
		Roles: appAdmins, Refers: true}
	opPrincipal = fault.Operation{Name: "createServicePrincipal", Words: "create the app's service principal",
		Roles: appAdmins, Refers: true}
	opOwner = fault.Operation{Name: "addOwner", Words: "add an owner to the application",
		Roles: appAdmins, Refers: true}
	opRole = fault.Operation{Name: "assignAppRole", Words: "grant admin consent for application permissions",
		Roles: consentAdmins, Refers: true}
	opGrant = fault.Operation{Name: "grantScopes", Words: "grant admin consent for delegated permissions",
		Roles: grantAdmins, Refers: true}
	opAddKey    = fault.Operation{Name: "addPassword", Words: "add a client secret", Roles: appAdmins}
	opRemoveKey = fault.Operation{Name: "removePassword", Words: "remove a client secret",
		Roles: appAdmins, Refers: true}
	opRemoveKeyOf = fault.Operation{Name: "removePrincipalPassword", Words: "remove a client secret of the app's service principal",
		Roles: appAdmins}
	opClearCertsOf = fault.Operation{Name: "clearPrincipalCertificates", Words: "remove the certificates of the app's service principal",
		Roles: appAdmins}
	opAPI = fault.Operation{Name: "exposeAPI", Words: "expose the app's API",
		Roles: appAdmins, Refers: true}
	opRoleFor = fault.Operation{Name: "assignDirectoryRole", Words: "give the app a directory role",
		Roles: roleAdmins, Refers: true}
	opSetCerts = fault.Operation{Name: "setCertificates", Words: "change the app's certificates",
		Roles: appAdmins, Certificates: true}
	opFederated = fault.Operation{Name: "addFederated", Words: "let the app trust another issuer", Roles: appAdmins}
)
