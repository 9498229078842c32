// Package entratest is an emulated Microsoft Entra tenant, or several: the
// sign-in service of login.microsoftonline.com, the part of Microsoft Graph
// v1.0 that registers applications, the part of Azure Resource Manager that
// assigns roles, a page to enter device codes on, and a portal to watch it all. Real clients talk to it unchanged: MSAL, the Graph
// SDKs, curl. It keeps state, and it is stricter and less predictable than
// the real one, so that what works here is not luck.
//
//	s := entratest.New(entratest.Config{})
//	s.SetURLs("https://127.0.0.1:8443", "https://127.0.0.1:8443", "http://127.0.0.1:8080")
//	t := s.AddTenant(entratest.Tenant{Name: "Contoso", Domain: "contoso.com"})
//	t.AddUser(entratest.User{UPN: "ada@contoso.com", Roles: []string{entratest.GlobalAdministrator}})
//	c := t.AddPublicClient(entratest.Client{Name: "My bot", Scopes: []string{"User.Read"}, PublicClientFlows: true})
//	http.ListenAndServe("127.0.0.1:8080", s)
//
// MSAL insists on https for the authority: [SelfSigned] makes the certificate.
// No "token" may occur in the host of loginURL, as MSAL replaces that word.
//
// # The sign-in service
//
//	GET  /common/discovery/instance                     discovery
//	GET  /{tenant}/v2.0/.well-known/openid-configuration openid
//	GET  /{tenant}/discovery/v2.0/keys                  openid
//	POST /{tenant}/oauth2/v2.0/devicecode               devicecode
//	POST /{tenant}/oauth2/v2.0/token                    token
//
// The token endpoint takes device_code in both spellings, refresh_token, and
// client_credentials with a secret or a client assertion (PS256 or RS256, with
// x5t#S256 or x5t); the secret also comes by HTTP Basic. Errors have Microsoft's shape and AADSTS numbers. Tokens
// carry the scopes that were asked for and no others, unless .default was
// asked for; Entra adds all that were ever consented. Those for Graph name the
// client (app_displayname). The authorization
// endpoint is named, as the discovery document must, but not served (404), and
// the document offers no response type: there is no code flow, no password flow,
// no on-behalf-of, no logout, no personal accounts, and no exchange of another
// issuer's token for a federated credential. A refresh token serves every
// resource that the client has consent for, Azure among them, in every tenant
// that has its client and its person. /organizations and /common are for
// clients of several tenants ([Client].Audience).
//
// # Microsoft Graph, below /v1.0
//
//	/applications                                       GET, POST
//	/applications/{id}, (appId='…'), (uniqueName='…')   GET, PATCH (upsert by uniqueName with Prefer: create-if-missing), DELETE
//	…/addPassword, …/removePassword                     POST
//	…/owners, …/owners/$ref, …/owners/{id}/$ref         GET; GET, POST; DELETE
//	…/federatedIdentityCredentials                      GET, POST
//	…/federatedIdentityCredentials/{id or name}, (name='…')  GET, PATCH (upsert by (name='…') with Prefer: create-if-missing), DELETE
//	…/appManagementPolicies                             GET
//	/servicePrincipals                                  GET, POST
//	/servicePrincipals/{id}, (appId='…')                GET, PATCH, DELETE
//	…/addPassword, …/removePassword                     POST
//	…/appRoleAssignedTo, …/appRoleAssignments           GET, POST; each also /{id}: GET, DELETE
//	…/oauth2PermissionGrants                            GET
//	…/owners, …/owners/$ref, …/owners/{id}/$ref         GET; GET, POST; DELETE
//	…/memberOf, …/transitiveMemberOf                    GET, also /microsoft.graph.group
//	/oauth2PermissionGrants, /oauth2PermissionGrants/{id}  GET, POST; GET, PATCH, DELETE
//	/me, /users/{id or UPN}, /users                     GET
//	…/memberOf, …/transitiveMemberOf                    GET, also /microsoft.graph.directoryRole and .group
//	…/ownedObjects                                      GET, also /microsoft.graph.application
//	/organization, /organization/{id}                   GET
//	/directoryRoles, /{id}, (roleTemplateId='…')        GET
//	/roleManagement/directory/roleAssignments           GET (with $filter), POST; GET, DELETE /{id}
//	/roleManagement/directory/roleDefinitions           GET; GET /{id}
//	/roleManagement/directory/roleEligibilitySchedules  GET (with $filter)
//	/groups/{id}, /groups/{id}/appRoleAssignments       GET
//	/directory/deletedItems/microsoft.graph.application GET
//	/directory/deletedItems/microsoft.graph.servicePrincipal  GET
//	/directory/deletedItems/{id}, …/restore             GET, DELETE; POST
//	/policies/defaultAppManagementPolicy, /appManagementPolicies  GET
//	/directoryObjects/getByIds                          POST
//	/$batch                                             POST
//	/applications/{id}/{property}, /servicePrincipals/{id}/{property}  GET
//
// Types may be spelled graph.x too, names in paths and queries in any case, and
// /v1.0/myorganization is the caller's own tenant, as a client in wide use has it.
// Lists take $select, $top, $count, $orderby (displayName), $expand (owners and
// app role assignments, one at a time), $filter
// (eq, ne, in, startswith, endswith and any, with and, or, not and parentheses, on the
// properties that the documentation names; ne, not and endswith as advanced
// queries only, as keyCredentials by endDateTime: $count=true and ConsistencyLevel: eventual) and
// page with @odata.nextLink, in an order that changes from query to
// query. Bodies may be gzipped or chunked. Every call needs a token with the
// delegated scope, and the signed-in person needs the directory role or the
// ownership. An app with Application.ReadWrite.OwnedBy registers, and manages what it owns. [Ops]
// lists the plain names of the calls. Users and groups are assigned to an
// application with appRoleAssignedTo or [Tenant.Assign]; [Tenant.Consent] lets
// another application call its scopes.
//
// keyCredentials of an application are written as a whole, at its creation or
// by PATCH: what shall stay is sent back with its keyId, with or without its key,
// and every other property has to be as it was, the fraction of a second included.
// A service principal has its own. At most 150 requests a minute may select them,
// in a tenant. A certificate with a key on an elliptic curve is kept, but no app can
// sign in with it.
//
// A PATCH replaces values and collections. Complex properties are merged, as OData
// 4.01 has it, or replaced as a whole with [Knobs].ReplaceComplex; clients should be
// right under both. redirectUriSettings follow from the URIs, and the origin of a
// scope or role is the directory's to say. [Tenant.Seed] and [Tenant.SeedKey] add what
// stands in a tenant already, with properties that nobody here knows; [Tenant.Crowd]
// and [Tenant.AssignCrowd] make a tenant big.
//
// What a service principal exposes follows
// its application after [Lag].ServicePrincipal (or Calls); until then a grant of a new
// scope answers 404.
//
// $count=true without ConsistencyLevel: eventual is ignored, as the documentation has it.
// A person's otherMails and proxyAddresses are shown on $select, and take an advanced query to
// be filtered by.
//
// Not covered: addKey and removeKey with a proof, key credentials other than
// AsymmetricX509Cert for Verify, $search, $skip, /$count, delta
// queries, ge, le and the other operators of $filter, making custom directory roles ([Tenant.AddRole] does)
// and eligible ones ([Tenant.MakeEligible] does), administrative units, groups but as holders of app and directory roles, users in
// groups in groups, user
// consent ([Tenant.ConsentFor] gives it), /beta, throttling by resource units.
//
// # Azure Resource Manager
//
//	/tenants                                                                      GET
//	/subscriptions, /subscriptions/{id}                                           GET
//	…/providers/Microsoft.Authorization/roleAssignments                           GET, with
//
// $filter atScope(), principalId eq '…', assignedTo('…')
//
//	…/providers/Microsoft.Authorization/roleAssignments/{guid}                    GET, PUT, DELETE
//	…/providers/Microsoft.Authorization/roleDefinitions                           GET, with
//
// $filter roleName eq '…', type eq '…', atScopeAndBelow()
//
//	…/providers/Microsoft.Authorization/roleDefinitions/{guid}                    GET, PUT, DELETE
//	…/providers/Microsoft.Authorization/permissions                               GET, what the caller may do
//
// In the place of … stands a scope: /subscriptions/{id}, one of its resource groups
// (/subscriptions/{id}/resourceGroups/{name}) or a management group
// (/providers/Microsoft.Management/managementGroups/{name}). Capitals make no other one.
// What is assigned at one is inherited by those in it, up to the tenant's root group, whose
// name is the tenant's ID. [Tenant.AddManagementGroup] and [Tenant.AddResourceGroup] add some.
//
// Every api-version that was published is taken, and answered in the shape of
// 2022-12-01 for tenants and subscriptions and of 2022-04-01 for the rest. [Server.SetARMURL] says under which address it is reached.
// Tokens are for user_impersonation or .default on it, and the client needs
// [Client].Azure; an application may come with its own token too. What a caller
// may do follows from the actions of the caller's roles: [Tenant.GrantAzureRole]
// gives people their first ones on what [Tenant.AddSubscription] added.
//
// Not covered: scopes of single resources, the providers of management groups and of
// resource groups themselves, conditions, deny assignments, classic administrators, all
// other resource providers, and the registration of them; actions of custom
// roles are checked for their form only.
//
// # Choices
//
// Where the documentation is silent we chose: a client that authenticates in two ways at
// once gets AADSTS9002313; a scope that the resource does
// not expose, or has disabled, cannot be granted; AADSTS70017 is the number of
// a declined device code, and 54005 of one that was redeemed before; any
// change to an enabled scope or role but isEnabled is refused, its texts
// included; api:// identifiers with a domain or a path below an appId are
// refused, though some tenants allow them; a second federated credential with
// the same issuer and subject is 400 InvalidFederatedIdentityCredentialValue,
// and one with the same name 409, as public reports have it (workload identity
// #434, azure-dev #1482); a restored service principal has its consent again
// but not its directory roles; a role assignment in Azure of something that is
// not a principal is PrincipalNotFound even with a principalType; what is not
// a valid role definition is InvalidRoleDefinition or InvalidAssignableScope; a
// certificate is DER, as the documentation has it: one client sends the text of
// its PEM file, and whether Entra takes that is not known.
//
// # Trouble
//
// [Tenant.Change] turns the [Knobs]: replication lag, throttling, lost answers,
// Conditional Access, app management policies. All but the last two and the
// magic names come to Azure as well. [Server.Fail] makes one call
// fail, before its effect or after it. [Server.OnCall] is told of each call
// before it happens. [MagicNames] lists display names that make trouble in a
// demonstration. [Server.Journal], [Tenant.Applications] and their neighbours
// show what happened, without secrets; [Server.Secrets] has those.
// [Tenant.AzureAssignments] and [Tenant.AzureRoleDefinitions] show Azure's side.
//
// # Replicas
//
// [Tenant.Replicate] makes a tenant eventually consistent: every call is answered by
// one of several replicas, which reads, checks and writes only what it has heard of, for
// additions and removals alike; see [Replication]. What spreads by itself is an object,
// each property of it, each password, owner and federated credential, keyCredentials as
// a whole, each assignment and grant, and what a service principal shows of its
// application's scopes. Unique names, service principals, assignments and their like stay
// unique: who would make a second one is told of the first. File uninformed.go has what a
// replica says that has not heard of something, with the sources. Everything follows from
// [Config].Seed and the order of calls; [Entry].Replica says who answered. People,
// groups, subscriptions and policies do not lag, and device codes neither, nor what people
// consented to for the client that signs them in. Lag and the magic names -lag and
// -slowproof mean nothing beside it.
//
// # Other services
//
// Exchange's list of apps that may use Exchange Web Services has no API in life, and
// [Tenant.OrganizationConfig], [Tenant.SetEwsAllowedAppIDs], [Tenant.SetEwsEnabled] and
// [Tenant.MayUseEWS] here: setting it overwrites, and it acts a day later.
//
// Package veeamtest is a Veeam Backup for Microsoft 365 server beside the tenants.
// A service of that kind verifies what it is shown with [Server.Token] and
// [Server.RefreshTokenOf], and signs in as an app with [Tenant.SignInApp].
//
// # Pages
//
// GET /devicelogin?otc=CODE asks for a code, then for an account out of all
// tenants, and needs no JavaScript; as a form: otc, account (a UPN), action
// (continue or cancel). GET /portal shows a tenant, and follows it over
// /portal/events; GET /portal/state is the same as JSON; /portal?tenant={id}
// chooses one of several.
package entratest
