// Package graphops is workflow.Directory with Microsoft behind it: it signs
// admins in (MSAL), does with their token what was approved (Microsoft Graph),
// and proves that a new credential works. Package graphops/entratest is the
// same Microsoft, emulated.
//
// # Sign-in
//
// Package login has all that is about MSAL, codes and tokens. What outlives a sign-in is one
// access token, in a session; the refresh token is forgotten as soon as it is known who
// signed in, and Close forgets the access token. So a session cannot be prolonged: when Graph
// answers 401, every method returns workflow.ErrSessionOver.
//
// A sign-in whose answer another service takes (assert.go) asks for User.Read and
// Directory.Read.All, reads who it was from the ID token, and calls no Graph.
//
// # One round trip at a time
//
// The code is asked for with the scopes that the plan needs. Scopes that a client
// may lack, for people and for the tenant's policy, are added right after it: the
// refresh token is exchanged for a token with the best set of them that there is
// consent for (scopes.go), and that one is used for everything.
//
// Who signed in, which directory roles are active, which tenant it is, what the
// resources of the plan are called here, who the requester and the owners are, and
// what the tenant's policy is: all that is one $batch, and nothing is written by
// it. Owners are one batch, each after the other, with those of the service principal. Consent is one batch for every 20
// permissions, sent at once, so that it is one round trip deep as well. From the
// token to the proof a plan of 20 permissions takes eight round trips to Graph and
// for the proof, and one with a directory role and a certificate, which is read
// back, ten.
//
// Who depends on an app (dependents.go) is one batch, with more pages where it is many,
// and one for the names of other apps. It is read as far as people would count. Where the
// service principal that was written down is not there, the one that the app has today is
// looked at: somebody may have made it again.
//
// Lists that grow with the tenant are bounded in calls and time, and what was not seen
// is said: whoever depends on an app, and the other apps that may have its certificate
// (elsewhere.go). A list by which something is decided, such as what an app has been
// given, is read to its end, or is an error: not read is not "nothing there".
//
// What is done in Azure (package azure) is a few calls with a second token of the same sign-in.
//
// # Every method makes sure
//
// Every method of a session can be called again, and finds out by itself what is
// done already. The application is an upsert under its unique name, and where that is
// taken it is looked for (uniquename.go); one that was not
// made here is read, and only what it lacks is written (merge.go); what it exposes for
// a request is taken back by IDs that follow from that (removescopes.go). Where Graph
// says that something exists, the codes do not tell that apart from a mistake
// (Request_BadRequest is both), so it is read back: if it is as it should be,
// that is success, whatever the text of the error was. Consent that succeeded is
// remembered in the session, so that a repeat sends only the rest.
//
// # Errors
//
// Package fault decides what an answer means. Beside what it has there is *workflow.ExcessError:
// there is more consent than was approved.
//
// A "no" about something young may go away by itself, unless its code says that the input is
// wrong; what is young is in workflow.Ask, from what is stored. Nor is an answer believed
// that lacks what the app is known to have, while that is young (package memory, and
// session.expects): a collection that is written as a whole would lose it.
//
// The caller owns all retries of writes. Nothing here repeats a write, and kiota's
// retry handler is not in the pipeline: it would repeat creates whose answer was
// lost, out of sight of the steps that are saved. Reads of the identity and polls
// are repeated here, because a person would have to sign in again otherwise.
//
// # Kiota
//
// Requests and bodies are those of Microsoft's SDK, from the request builders of
// single paths; the service client with all paths would cost another minute of
// compiling. Where a builder package is large for one call (users, organization)
// the request is built here, and read with the SDK's models. They go through one
// door, graph.send or graph.batch.
//
// The SDK's models cut fractions off, and drop what they do not know. What is read and
// written back of an application is therefore kept as the bytes that came (raw.go), and
// goes back with nothing changed but what is ours. Left out is what Graph does not take
// back: the origin of scopes and roles, and the settings of redirect URIs.
//
// The pipeline is listed explicitly, as kiota's own is in random order. It has
// no compression (a repeated request would go out uncompressed, and labelled
// gzip), no retries, and no redirects: Graph has none for these calls, and a
// token is never sent to another host than the configured one.
//
// Errors, logs and printed values contain no token, secret or device code.
// ODataError.Error panics without a body, so it is never called.
package graphops
