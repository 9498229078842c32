// Package veeam is the client of the REST API of Veeam Backup for Microsoft 365:
// it adds an organization to a server, or edits it, with the app that was made
// for it, and asks a server what a person who signed in at Microsoft reaches there.
//
// A [Server] is a workflow.BackupServer. It keeps nothing between calls but which
// version of the API the server speaks: /v8, or /v7 where a server answers 404 to
// /v8/token. Tokens live for the length of one call, and are logged out after it.
//
// # Two ways in
//
// Connect signs in with the account that the operator configured (grant_type
// password). SignedIn takes the token response of Microsoft, the whole JSON with
// access_token and refresh_token, as assertion (urn:ietf:params:oauth:grant-type:
// jwt-bearer). Veeam wants the ID of the application beside it; it is read from
// the tokens, as it has to be the one that they were issued to.
//
// # Once, and not more than was asked for
//
// Connect looks for the organization in the whole list before it adds one, so that
// a call whose answer was lost makes no second one. It never takes a service away
// that the server protects already, and never touches a hybrid organization: an
// edit replaces what is there, and a backup that silently stops is worse than an
// error. What the server says afterwards is compared with what was sent.
//
// # What people are told
//
// What the server answers is shown in its own words, on one line, clipped, and
// without whatever was secret in the request: servers echo what they were sent.
//
// Sources: Veeam's published OpenAPI documents of v7 and v8 (token, token/logout,
// Organizations, RESTExceptionInfo), and in the REST API reference "Authorization
// for Organizations with Modern App-Only Authentication".
package veeam
