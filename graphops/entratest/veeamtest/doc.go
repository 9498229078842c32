// Package veeamtest is an emulated Veeam Backup for Microsoft 365 server: the part
// of its REST API that signs in and that adds organizations. It stands beside the
// emulated tenants of package entratest and believes nothing that they do not
// confirm: it opens the PFX file, signs in as the app with the key in it, and looks
// at what the app may do.
//
//	v := veeamtest.New(veeamtest.Config{Entra: s})
//	v.AddAccount(`VB365\svc`, "correct horse")
//	server := httptest.NewUnstartedServer(v)
//	server.TLS = &tls.Config{Certificates: []tls.Certificate{v.Certificate()}}
//	server.StartTLS()
//
// Its certificate signs itself, as the one of a new installation does;
// [Server.Fingerprint] is what a client pins.
//
// # Covered, below /v8 to /v4
//
//	POST /token               token               a form; grant_type password, refresh_token, urn:ietf:params:oauth:grant-type:jwt-bearer
//	POST /token/logout        logout              since 7
//	GET  /Organization        getOwnOrganization  of whoever signed in with an assertion
//	GET  /Organizations       listOrganizations   extendedView since 6; limit, offset, msid and backedUpOrganizationId since 8
//	POST /Organizations       addOrganization
//	GET  /Organizations/{id}  getOrganization
//	PUT  /Organizations/{id}  editOrganization
//	GET  /AzureServiceAccounts       listAzureAccounts  displayName, description; since 6, as the next three
//	POST /AzureServiceAccounts       addAzureAccount
//	GET  /AzureServiceAccounts/{id}  getAzureAccount
//	PUT  /AzureServiceAccounts/{id}  editAzureAccount
//
// A server speaks its own version, and older ones where Config.Oldest says so; it
// answers 404 to any other. Each version knows its own fields, properties, parameters
// and regions, and refuses those of the others. Before 8 the list is an array without
// pages, and there are few error codes or none; before 6 a sign-in is refused as OAuth
// 2.0 does. A token is good for all versions of a server. Since 7 a token without
// disable_antiforgery_token is refused by every call, as the cookie that has to come
// with it is not emulated.
//
// An assertion is the token response of the emulated Entra, whole: an access token
// for Microsoft Graph with the scopes that Veeam's documentation names, and a
// refresh token that was issued to the same person and application. The client_id
// beside it is the application's ID or userId.tenantId since 7, as the specification
// says, and the organization's name before that, as the vendor's examples have it;
// Knobs.ClientID has it otherwise. Whoever signs in like that reads the organization of
// that tenant and nothing else, before 6 only as /Organization.
//
// # An organization
//
// Bodies are RestOrganizationComposed, of type Office365, with useApplicationOnlyAuth.
// What the specification does not name is refused. Microsoft Teams takes Exchange
// and SharePoint, Teams chats take Teams. The certificate is a PFX file with its
// password, or the thumbprint of one that [Server.InstallCertificate] put there.
// With its key the server signs in as the app, and the token has to show the
// permissions that Veeam's user guide lists for the services (those that its wizard
// grants by itself); for Exchange the app has to be a Global Reader too.
//
// # An Azure service account
//
// Bodies are RESTServiceAccountCreationData and RESTServiceAccountUpdateData, with a PFX
// file and its password or with a secret. The server signs in to Azure Resource Manager
// as the app, and the app needs a role on each of the subscriptions that are named, and
// on one at least. Two accounts may have one app, as nothing says that they may not.
//
// Not covered: grant types operator and integration, /token/AuthCode, bodies in
// JSON at the token endpoint, device codes (userCode, configureApplication),
// application secrets, accounts with passwords, organizations with servers of their
// own, DELETE, backup applications, jobs, restore, and every other resource. The
// region is checked for its form only.
//
// # Choices
//
// The specification gives one default answer for errors and no status: we chose
// 400 ParameterValidationFailure for what is wrong with a request or with the app,
// 401 ResourceAccessDenied for a wrong sign-in or token, 403 ResourceAccessDenied
// for what a person may not do, 404 ResourceNotFound, and 409 OperationConflict for
// an organization that is there already.
//
// # Trouble
//
// [Server.Fail] makes calls fail before or after their effect, [Server.Change] turns
// the [Knobs], and [Server.OnCall] is told of each call before it happens.
// [Server.Journal] and [Server.Organizations] show what happened, without secrets;
// [Server.Secrets] has those.
package veeamtest
