// Package bot is everything Slack: commands, the form, cards, messages, the
// reveal, and the two ways in which Slack reaches us.
//
// # In
//
// Socket Mode and HTTP carry the same three things: a command, an interaction,
// an event. Both hand an [Envelope] to [Bot.Dispatch] and send the Reply back,
// so there is one code path, and tests can use either. HTTP lets nothing in that
// Slack did not sign in the last five minutes; Socket Mode trusts its ticket.
//
// A handler makes one transaction at the desk and answers. What takes longer,
// opening a view for instance, is done by a goroutine that the Bot owns and
// [Bot.Wait] waits for.
//
// # Out
//
// Every message that shows a request is drawn by [Bot.Draw], from the request and
// nothing else: a card can be drawn again at any time. Buttons carry a request's
// ID and revision; the desk decides what they are still good for.
//
// What people typed goes out as rich text or plain text objects, where nothing
// is markup, never as mrkdwn. errors.go turns errors into sentences, and is the
// only file that does.
//
//	dispatch.go  what came in, to whom      http.go, socket.go  the transports
//	command.go   /entra-app …               form.go             the request form
//	status.go    status, in pages           decide.go           buttons and the denial
//	card.go      the approvers' card        dm.go               the three kinds of DM
//	post.go      sending and finding again  reveal.go           the secret, once
//	lifecycle.go renew, update, retire      lifecycleform.go    their form
//	applist.go   the apps of a person       say_changes.go      what is added and removed
//	pfx.go       the page of a certificate's file
//	agree.go     several approvals          connection.go       whether Slack reaches us
//	custom.go    what is asked about custom apps
//	backup.go    the hand-off to a backup server
//	person.go    who someone is             respond.go          private answers
//	departed.go  who has left               digest.go           what waits, once a day
//	outcome.go   what came of a request     dependents.go       who depends on an app
//	template.go  what the form asks for to make redirect URIs of
//	fit.go       what is sent, as Slack takes it
//	growing.go   lists that may be cut      page.go             lists in pages
//	slackcloud.go the hosts of Slack's clouds
//	retry.go     asking Slack again         delivery.go         what comes twice
//
// What is shown of one kind of request, one task or one kind of credential alone is a row:
// kind.go with kind_update.go, kind_retire.go and kind_adopt.go, task.go,
// kind_credential.go with kind_credential_made.go.
package bot
