package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// The hand-off of an app to a backup server: what the form asks, what messages say
// of it, and the check of the connection.

// toMe is the choice that the app is handed to the requester: Slack has no option
// with an empty value.
const toMe = "-"

// backupInput lets the requester choose where the credential goes; nil where there
// is no choice.
func (b *Bot) backupInput(p workflow.Product, server string) slack.Block {
	names := b.desk.Backups(p)
	if len(names) == 0 {
		return nil
	}
	servers := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, string(workflow.FieldBackup),
		choice(toMe, "Hand it over to me", ""))
	servers.InitialOption = servers.Options[0]
	for _, name := range names {
		o := choice(name, name, "")
		servers.Options = append(servers.Options, o)
		if name == server {
			servers.InitialOption = o
		}
	}
	in := of(p, field(workflow.FieldBackup,
		"With a server chosen, the bot connects it with the app, and nobody is handed the credential.", servers))
	in.DispatchAction = true
	return in
}

// backup is the server that was chosen, or empty.
func (s state) backup() string {
	if name := s.choice(workflow.FieldBackup); name != toMe {
		return name
	}
	return ""
}

// fits is a choice whose credential p offers with the server that was chosen.
func (b *Bot) fits(p workflow.Product, chosen workflow.Choice, serverBefore string) workflow.Choice {
	if !slices.Contains(b.desk.Backups(p), chosen.Backup) {
		chosen.Backup = ""
	}
	offers := b.desk.Credentials(p, chosen.Backup)
	has := slices.ContainsFunc(offers, func(o workflow.Offer) bool { return o.Kind == chosen.Credential })
	if len(offers) > 0 && (!has || chosen.Backup != serverBefore) {
		chosen.Credential = offers[0].Kind
	}
	return chosen
}

// titleOn is the title of a credential that a server gets.
func titleOn(server string, kind plan.CredentialKind) string {
	title := credentialOf(kind).server.title
	if title == "" {
		return kind.Title()
	}
	return title + " (" + server + " gets it)"
}

// backupLine says in a plan where the credential goes.
func backupLine(r *workflow.Request) []any {
	s := r.Plan.Backup
	if s.Server == "" {
		return nil
	}
	if says := kindOf(r).backup; says != nil {
		return []any{bold("Backup server: "), s.Server, says(s)}
	}
	if !r.Connects() {
		return []any{bold("Backup server: "), s.Server, ", which is not told about this request\n"}
	}
	if s.IsAzure() {
		return []any{bold("Backup server: "), "Gives ", s.Server, " the app as its Azure service account for ", r.Tenant,
			"; nobody is handed the credential\n"}
	}
	by := firstOf(credentialOf(r.Plan.Credential.Kind).server.by, " with it; nobody is handed the credential\n")
	return []any{bold("Backup server: "), "Connects ", r.Tenant, " on ", s.Server, " (" + s.Titles() + ")" + by}
}

// connectedCame says what came of a request whose app a server is connected with.
func connectedCame(r *workflow.Request) string {
	if r.State != workflow.StateDone || !r.AddsCredential() || !r.Connects() || r.Made.Connected == "" {
		return ""
	}
	return "The app works, and " + r.Plan.Backup.Server + " is connected with it: " + r.Made.Connected +
		". Nobody was handed the credential."
}

// connectedBlocks are the end of the requester's message, instead of what they
// would have to do in the product.
func (b *Bot) connectedBlocks(r *workflow.Request) []slack.Block {
	server := r.Plan.Backup.Server
	parts := []any{bold(server + " is connected: "), r.Made.Connected}
	switch {
	case r.Connects():
		parts = append(parts, ". There is nothing to open or to enter.")
	case r.Plan.Backup.IsAzure():
		parts = append(parts, ". It was not told of this change.")
	default:
		parts = append(parts, ". It was not told of this change: if the app is for other services now, choose them for the "+
			"organization on ", server, ".")
	}
	blocks := []slack.Block{block(line(parts...))}
	if b.desk.Checks(r) {
		blocks = append(blocks, slack.NewActionBlock("", checkButton(actCheck, buttonValue(r), r)))
	}
	return blocks
}

func checkButton(action, value string, r *workflow.Request) *slack.ButtonBlockElement {
	return button(action, "Check the connection", value, "Check the connection of "+r.AppName())
}

// handOverButton approves that the requester gets what the server did not take.
func handOverButton(r *workflow.Request) slack.BlockElement {
	text := "The plan then no longer has " + r.Plan.Backup.Server + ". After you have signed in, " + r.Requester.Name +
		credentialOf(r.Plan.Credential.Kind).server.instead
	return button(actHandOver, "Hand it over instead", buttonValue(r),
		"Hand "+r.ID+" over instead").WithConfirm(slack.NewConfirmationBlockObject(
		plain("Hand it over instead?"), plain(clip(text, 300)), plain("Do it"), plain("Don't")))
}

// Tell shows a check of a connection to the person who asked for it. See
// [workflow.Messenger].
func (b *Bot) Tell(ctx context.Context, c workflow.Checking) (channel, ts string, err error) {
	content := messageOptions(checkMessage(c))
	if c.TS != "" {
		_, _, _, err = b.api.UpdateMessageContext(ctx, c.Channel, c.TS, content...)
		if err == nil {
			return c.Channel, c.TS, nil
		}
		if !gone(err) {
			return "", "", slackError(err)
		}
	}
	if reads, err := b.reads(ctx, c.To.ID); err == nil && !reads {
		return "", "", &workflow.ServiceError{Code: "user_disabled", Text: c.To.Name + " has left, and is sent nothing."}
	}
	if channel, err = b.dm(ctx, c.To.ID); err != nil {
		return "", "", slackError(err)
	}
	channel, ts, err = b.api.PostMessageContext(ctx, channel, content...)
	if err != nil {
		return "", "", slackError(err)
	}
	return channel, ts, nil
}

// checkMessage is the message. Only a block of it shows the code: the text that
// notifications show does not have it.
func checkMessage(c workflow.Checking) (string, []slack.Block) {
	r, server := c.Request, firstOf(c.Servers, c.Request.Plan.Backup.Server)
	blocks := []slack.Block{header(clip(r.ID+": check the connection of "+r.AppName(), 150))}
	if c.Prompt == nil {
		return r.ID + ": the connection to " + server + " was checked.", append(blocks, sentenceBlock(c.Said),
			slack.NewActionBlock("", checkButton(actCheck, buttonValue(r), r)))
	}
	word, takes := "Backup server: ", ", which takes this sign-in and shows what you can reach on it\n"
	if strings.Contains(server, ", ") {
		word, takes = "Backup servers: ", ", which take this sign-in and show what you can reach on them\n"
	}
	to := []any{bold("App: "), r.AppName(), "\n"}
	if c.OwnApp {
		to = []any{bold("App: "), r.AppName(), ", which you sign in to directly\n"}
	}
	if c.Unsure != "" {
		takes += "Not known to have the organization, but asked anyway: " + c.Unsure + "\n"
	}
	about := append([]any{bold("Tenant: "), r.Tenant, " (", code(r.Plan.TenantID), ")\n"}, to...)
	return r.ID + ": sign in to check the connection to " + server + ".", append(blocks,
		block(line("1. Open ", link(c.Prompt.URL), "\n2. Enter this code:")),
		block(preformatted(c.Prompt.Code.Reveal())),
		block(line("3. Sign in with your account of ", r.Tenant, ", one without a directory role.")),
		block(line(append(about, bold(word), server, takes, bold("The code is valid until "), c.Prompt.Expires)...)),
		block(line(bold("You asked for this by pressing Check the connection."),
			" If you did not, don't use the code, and tell your security team.")))
}

// checkCommand has the connection of an app checked.
func (b *Bot) checkCommand(ctx context.Context, c command, app, _ string) Reply {
	app = strings.Trim(app, "`")
	if app == "" {
		return private(fmt.Sprintf("Which app? Type %s check followed by its name, its App ID or its request, as in %s check EA-7. %s "+
			"apps lists yours.", Command, Command, Command))
	}
	if id, ok := requestID(app); ok {
		app = id
	}
	by, err := b.person(ctx, c.UserID)
	var r *workflow.Request
	if err == nil {
		r, err = b.desk.App(ctx, app)
	}
	if err == nil {
		r, err = b.desk.CheckConnection(ctx, r.ID, by)
	}
	if err != nil {
		return private(b.sentence(err))
	}
	return private(fmt.Sprintf("%s: the check of the connection of %s continues in your direct messages with this bot.", r.ID, r.AppName()))
}

// handoffInputs ask where the credential goes, and which it is.
func (b *Bot) handoffInputs(p workflow.Product, chosen workflow.Choice) []slack.Block {
	in := b.credentialInputs(p, chosen)
	if where := b.backupInput(p, chosen.Backup); where != nil {
		return append([]slack.Block{where}, in...)
	}
	return in
}

// notConnected says that nothing was sent to the plan's server, for an app that
// somebody has made by hand.
func notConnected(r *workflow.Request) string {
	if r.Plan.Backup.Server == "" || r.Made.Connected != "" {
		return ""
	}
	return " " + r.Plan.Backup.Server + " was not told: whoever has its certificate enters it there."
}
