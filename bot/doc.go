// Package bot is the Slack side: commands, the form, cards, messages, the
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
// Every message that shows a request is sent by [Bot.Draw], and drawn by a say from the
// request and the configuration alone: a card can be drawn again at any time. Buttons carry a request's
// ID and revision; the desk decides what they are still good for.
//
// What people typed goes out as rich text or plain text objects, where nothing
// is markup, never as mrkdwn. errors.go turns errors into sentences, and is the
// only file that does.
//
// # Where to look
//
// Files are in families, by the first word of their names.
//
//	in_       what comes from Slack: in_http.go and in_socket.go, in_dispatch.go, and in_dedupe.go for what comes twice
//	command   /entra-app …: command.go is the table
//	button    what is pressed: button.go is the table
//	form_     what is asked, and read out of the form: form_request.go for a new app, form_life.go for one that is there
//	say_      what people read, drawn from the request: say.go; say_card.go for approvers, say_requester.go, say_signin.go
//	message   which message says what, and post_ how it is sent, found again, or answered in private
//	reveal    the secret, once: in a window, or with a page for a certificate's file
//	blocks    Block Kit, and what is made to fit into it
//	person    who somebody is, and who has left
//	kind, task, kind_credential: what is shown of one kind of request, task or credential alone
//
// slackcloud.go has the hosts of Slack's clouds, retry.go asks Slack again, view.go opens
// and changes windows, home.go is the tab Home, manifest.go the app manifest.
package bot
