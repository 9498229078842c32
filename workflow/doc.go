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
// What is known of a request:
//
//	request.go                     the record
//	state.go                       states, and every move between them
//	progress.go                    its steps, and how far they are
//	history.go                     what has happened to it
//	handover.go                    the credential's way to the requester
//	handover_file.go               the page on which a file is fetched
//	shred.go                       what is shredded is gone
//	residue.go                     what given-up updates have left
//	discovered.go                  what an adopted app was found with
//	claims.go                      names that nobody else may use
//	wake.go                        when to look at it again
//
// What people want:
//
//	desk.go                        the one door for people
//	submit.go                      the form
//	life.go                        an app, and the requests about it
//	decide.go                      decisions of approvers, and their rules
//	pending.go                     what waits for one, and how it comes back to that
//	agree.go                       several approvals
//	panel.go                       who approves, and that nobody approves what they gain by
//	retry.go                       to retry, and to give up
//	superseded.go                  who came too late
//	upgrade.go                     what a newer pack asks for
//	policy.go                      what the operator allows
//	rules.go                       what the operator's rules say of a request
//	limits.go                      how much one person may have and ask for
//	tenant.go                      tenants, and who may approve there
//	linking.go                     who somebody is in a tenant
//	known.go                       how it is known who asks
//	people.go                      who has a say, and who has left
//	refused.go                     refusals that no request tells of
//	sight.go                       who may see how much
//	recipient.go                   whether the requester is still there
//	errors.go                      refusals, and errors with their words
//
// What the engine does then:
//
//	engine.go                      who works when
//	work.go                        what each state owes
//	signin.go                      codes
//	rights.go                      what a sign-in has to be good for
//	signer.go                      who signs in
//	signercheck.go                 whether they may
//	signinfailure.go               why nobody has
//	linked.go                      a person who signs in to be linked
//	apppolicy.go                   the tenant's own policy
//	provision.go                   the steps, tried and noted
//	told.go                        what the log gets of them
//	stepfailure.go                 what becomes of one that failed
//	young.go                       what may not be known everywhere yet
//	paint.go                       messages
//	post.go                        which of them are behind
//	expiry.go                      warnings
//	digest.go                      what waits, once a day
//	remind.go                      how often approvers are reminded of it
//	unreadable.go                  requests that can't be read
//
// What the steps do:
//
//	step.go                        each of them
//	steps.go                       their order
//	app.go                         an application, as it is written and read
//	findapp.go                     an app that is in the tenant already
//	redirect.go                    redirect URIs
//	offered.go                     app roles, claims and identifier URIs
//	stillowner.go                  whether the requester still is one
//	owner.go                       who owns an application
//	principal.go                   who owns a service principal
//	consent.go                     admin consent
//	azure.go                       what is done in Azure
//	azureshare.go                  roles on scopes there
//	azurestep.go                   the steps there, and their check
//	azuregone.go                   subscriptions that are gone
//	credential.go                  a credential taken back
//	prove.go                       that the app has what was approved
//	wholecheck.go                  all of the app against that, and what was not read
//	drift.go                       what has become of an app since
//	drifting.go                    an approver looks
//	connect.go                     a backup server gets the app
//	connectioncheck.go             what a person reaches on it
//	reaching.go                    how servers are asked that
//	ews.go                         Exchange's list of apps
//
// The ports:
//
//	port_store.go                  the store
//	port_links.go                  who somebody is in a tenant, in the store
//	port_audit.go                  the log of what happened
//	port_directory.go              the tenant
//	port_messenger.go              Slack
//	port_people.go                 who is there
//	port_backup.go                 backup servers
//
// Rooms of kinds of request, of credential, and of tasks: who may ask, the steps, how it ends:
//
//	kind.go                        the table of kinds
//	kind_register.go               a new app
//	kind_renew.go                  a new credential
//	kind_update.go                 from one plan to another
//	kind_update_residue.go         what it leaves when it is given up
//	kind_retire.go                 the end of an app
//	kind_retire_dependents.go      who depends on it
//	kind_recreate.go               a deleted app, again
//	kind_recreate_restore.go       restored rather than made again, where Entra still can
//	kind_adopt.go                  an app of another hand
//	kind_adopt_record.go           what it has, written down first
//	kind_adopt_difference.go       what is added, is there, and stays
//	kind_adopt_look.go             all that it has, shown before anybody decides
//	kind_adopt_vouch.go            one that nobody owns
//	kind_adopt_undo.go             Undo of it
//	kind_credential.go             the table of kinds of credential
//	kind_credential_secret.go      a client secret, and passwords whose answer was lost
//	kind_credential_certificate.go a certificate that somebody brings
//	kind_credential_made.go        a certificate that is made here
//	kind_credential_federated.go   tokens of another issuer
//	task.go                        the table of tasks
//	task_undo.go                   what takes back what a kind has made
//	task_verify.go                 what was made by hand
//	task_removeold.go              the old credential goes
package workflow
