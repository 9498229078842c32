// Package workflow is what entra-app is about: a request for an app
// registration, its states, who may do what, and the engine that carries an
// approved request out. It knows no Slack, no Microsoft and no database, and
// links nothing but the standard library.
//
// # Who does what
//
// A [Desk] takes what people want: it checks the rules and makes one
// transaction in the [Store]. An [Engine] does everything that then has to be
// done: messages through a [Messenger], sign-ins and changes in the tenant
// through a [Directory]. So a handler is never slow, there is one place that
// acts, and what a process that stopped has not done can be read off the store.
//
// # What holds
//
// The authority is the sign-in. Pressing Approve grants nothing: it makes a
// device code for that approver, and signerProblem decides whether the account
// that used it may carry the request out: the tenant, the approver's own
// account, not the requester's, and the directory roles that the plan takes.
// Nothing is changed in the tenant before that.
//
// What was approved is what happens. An approval is bound to [plan.Plan.Digest], which is
// compared again before every step. The proof compares the app's own token and
// all that was assigned to it with the plan: less is waited for, more takes the
// credential away and raises an alarm. Where there is no credential to prove
// (the requester's certificate, a trust in another issuer), the check reads back
// what the app has.
//
// Exactly once. A step is written down before it is tried and after it is
// done, and every step makes sure of a result rather than doing something: the
// app is found by a unique name that was chosen before the first call, a
// credential by its label. Messages are written down in the same way.
//
// The secret is sealed in the transaction that notes its key ID, is claimed in
// a transaction before anyone sees it, and is shredded once it was shown. So is
// the key of a certificate that is made here, in the transaction that notes its
// thumbprint and before Entra hears of it; its file is claimed and shredded apart
// from the file's password.
//
// An app outlives its request. Renew, Update, Retire and Recreate are requests of
// their own, with the same approval and sign-in, about the one that stands for
// the app (Target, Successor). One of them at a time works on an app; what it
// removes is only what an earlier one was approved to give. What an update that was
// given up may have left is known (Residue), until a later request removes it.
// A Retire looks first who else in the tenant depends on the app (Dependents), and stops
// once before it deletes anything. Each later sign-in looks again, until the app itself
// was to be deleted. Retry counts for the dependents that its card named, and for no
// others. Where a plan takes several approvals, whoever presses Retry decides that for
// all of them: the others approved before anybody had looked, and are not asked again.
//
// An app that was not made here is adopted (KindAdopt): it is found, the requester has
// to own it, then and whenever something is asked for it later, and what it has is
// written down (Previous, Discovered) before anything is added.
// An adoption removes nothing, and its Undo just what it added. What was found goes
// along with later requests.
//
// The admin's token and the device code are in the engine's memory (live), and
// end with the process, with the job, or with its failure.
//
// # Where to look
//
//	request.go          what is known of a request           history.go         what has happened to it
//	progress.go         its steps, and how far they are      handover.go        the credential's way to the requester
//	state.go            states, and every move between them  kind.go, task.go   kinds and tasks: what each does in its own way
//	plan.go             what is approved                     compare.go         plans, part by part
//	product.go          what a product needs                 choose.go          what was chosen of a product
//	submit.go           the form                             check.go           the rules for its fields
//	desk.go             the door for people                  decide.go          decisions of approvers, and their rules
//	retry.go            retry, give up                       tenant.go          tenants, and who may approve there
//	agree.go            several approvals                    rights.go          what a sign-in has to be good for
//	engine.go           who works when                       work.go            what each state owes
//	wake.go             when to look again                   signin.go          codes
//	signercheck.go      who may sign in                      signinfailure.go   why nobody has
//	step.go             what each step does                  steps.go           in which order they come
//	provision.go        the steps, tried and noted           prove.go           that the app has what was approved
//	credential.go       a credential taken back              handover_file.go   a file is fetched from its page
//	recipient.go        whether the requester is still there
//	paint.go            messages                             post.go            which of them are behind
//	life.go             an app and the requests about it     superseded.go      who came too late
//	claims.go           names that nobody else may use       findapp.go         an app that is in the tenant already
//	discovered.go       what an adopted app was found with   residue.go         what a given-up update leaves
//	upgrade.go          what a newer pack asks for           young.go           what may not be known everywhere yet
//	scope.go            scopes that an app offers            offered.go         app roles, claims and identifier URIs
//	redirect.go         redirect URIs by platform            template.go        those that a product brings
//	owner.go            who owns an application in Entra     principal.go       who owns a service principal
//	azure.go            what is done in Azure                azurestep.go       the steps there, and their check
//	azureshare.go       roles on scopes
//	azurescope.go       where roles in Azure are given       azuregone.go       subscriptions that are gone
//	connect.go          a backup server gets the app         connectioncheck.go what a person reaches on it
//	expiry.go           warnings                             digest.go          what waits, once a day
//	people.go           who has left                         apppolicy.go       the tenant's own policy
//	ews.go              Exchange's list of apps              imported.go        what a manifest brought
//	signer.go           who signs in                         app.go              an application, as it is written and read
//	port_*.go           the store, the directory, Slack, people and backup servers
//
// Each kind of request, of credential and of task has a room of its own: who may ask, its steps, how it ends.
//
//	kind_register.go             a new app
//	kind_renew.go                a new credential
//	kind_update.go               from one plan to another
//	kind_update_residue.go       what it leaves when it is given up
//	kind_retire.go               the end of an app
//	kind_retire_dependents.go    who depends on it
//	kind_recreate.go             a deleted app, again
//	kind_recreate_restore.go     restored rather than made again, where Entra still can
//	kind_adopt.go                an app of another hand
//	kind_adopt_record.go         what it has, written down first
//	kind_adopt_difference.go     what is added, is there, and stays
//	kind_adopt_undo.go           Undo of it
//	kind_credential.go           what is particular to a kind of credential
//	kind_credential_secret.go    a client secret, and passwords whose answer was lost
//	kind_credential_certificate.go  a certificate that somebody brings
//	kind_credential_made.go      a certificate that is made here
//	kind_credential_federated.go tokens of another issuer
//	task_undo.go                 what takes back what a kind has made
//	task_verify.go               what was made by hand
//	task_removeold.go            the old credential goes
package workflow
