// Package veeam is the client of the REST API of Veeam Backup for Microsoft 365:
// it adds an organization to a server, or edits it, with the app that was made
// for it, and asks a server what a person who signed in at Microsoft reaches there.
//
// A [Server] is a workflow.BackupServer. It keeps nothing between calls but what it
// found out about the server: which version of the API it speaks, from /v8 to /v4, the
// newest that does not answer 404, and which client_id it takes from people. Tokens
// live for the length of one call, and are logged out after it.
//
// # Two ways in
//
// Connect signs in with the account that the operator configured (grant_type
// password). EventSignedIn takes the token response of Microsoft, the whole JSON with
// access_token and refresh_token, as assertion (urn:ietf:params:oauth:grant-type:
// jwt-bearer). Beside it Veeam wants a client_id: the specification says the ID of the
// application or userId.tenantId, the vendor's blog and its author's code send the
// organization's *.onmicrosoft.com name. They are tried one after the other, until one
// is taken, and what was taken is what this server is sent from then on.
//
// # Once, and not more than was asked for
//
// Connect looks for the organization in the whole list before it adds one, so that
// a call whose answer was lost makes no second one, and looks again where the server
// refuses to add it. It never removes a service that the server protects already, and
// never touches a hybrid organization: an edit replaces what is there, and a backup that
// silently stops is worse than an error. What the server says afterwards is compared
// with what was sent. ConnectAzure does the same with the Azure service account that has
// the app; what somebody wrote on it stays.
//
// # What people are told
//
// What the server answers is shown in its own words, on one line, clipped, and
// without whatever was secret in the request: servers echo what they were sent.
//
// Sources: Veeam's published OpenAPI documents of v6, v7 and v8 (token, token/logout,
// Organization, Organizations, AzureServiceAccounts, RESTExceptionInfo), the REST API references of 4 and 5,
// and in them "Authorization for Organizations with Modern App-Only Authentication".
package veeam
