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
// What was approved is what happens. An approval is bound to [Plan.Digest], which is
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
// given up may have left is known (Left, AzureResidue, CertificateResidue), until a later request removes it.
// A Retire looks first who else in the tenant depends on the app (Dependents), and stops
// once before it deletes anything. Each later sign-in looks again, until the app itself
// was to be deleted. Retry counts for the dependents that its card named, and for no
// others. Where a plan takes several approvals, whoever presses Retry decides that for
// all of them: the others approved before anybody had looked, and are not asked again.
//
// An app that was not made here is adopted (Adopt): it is found, the requester has
// to own it, then and whenever something is asked for it later, and what it has is written down (Was, Found) before anything is added.
// An adoption removes nothing, and its Undo just what it added. What was found goes
// along with later requests.
//
// The admin's token and the device code are in the engine's memory (live), and
// end with the process, with the job, or with its failure.
//
// # Where to look
//
//	request.go    what is known of a request        state.go      states, and every move between them
//	plan.go       what is approved                  submit.go     the form
//	product.go    what a product needs              check.go      the rules for its fields
//	choose.go     what was chosen of a product      steps.go      what is made sure of for each kind and task
//	desk.go       decisions and their rules         handover.go   the secret's way to the requester
//	retry.go      retry, undo, give up              work.go       what each state owes
//	engine.go     who works when                    wake.go       when to look again
//	signin.go     codes, and who may sign in        provision.go  the steps
//	paint.go      messages                          agree.go      several approvals
//	credential.go secrets, certificates, proof      generatedcert.go       certificates that are made here
//	uploadedcert.go     certificates that people bring    scope.go      scopes that an app offers
//	life.go       retire, recreate                  renew.go      a new credential
//	upgrade.go    what a newer pack asks for        claims.go     names that nobody else may use
//	update.go     from one plan to another          adopt.go      an app of another hand
//	restore.go    a deleted app comes back          verify.go     what was made by hand
//	connect.go    a backup server gets the app      connectioncheck.go   what a person reaches on it
//	expiry.go     warnings                          apppolicy.go  the tenant's own policy
//	digest.go     what waits, once a day            people.go     who has left
//	azure.go      roles in Azure                    azurestep.go  the steps there, and their check
//	owner.go      who owns an application in Entra  residue.go       what a given-up update leaves
//	redirect.go   redirect URIs by platform         template.go   those that a product brings
//	superseded.go      who came too late                 rights.go     what a sign-in has to be good for
//	undoadopt.go   Undo of an adoption               azuregone.go  subscriptions that are gone
//	dependents.go who depends on what is retired  azurescope.go where roles in Azure are given
//	ews.go        Exchange's list of apps           principal.go  who owns a service principal
//	young.go      what may not be known everywhere yet, and how long that is waited for
//	store.go, directory.go, messenger.go, backup.go the ports
package workflow
