package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// briefFrom is the number of permissions from which on a message names each
// with its type and tier only. What each allows is then in Details.
const briefFrom = 13

// inALine is how many of something stand in a line; more have a list.
const inALine = 5

// cardBlocks are the approvers' message: who asks for what and why, what it will be,
// and what has come of it. It can be decided on only while somebody has to.
func (b *Bot) cardBlocks(r *workflow.Request) (blocks []slack.Block) {
	blocks = []slack.Block{
		header(cardTitle(r)),
		block(line(bold("Asked for by "), user(r.Requester.ID), " for ", channel(r.Team), " on ", r.Created, "\n",
			bold("Reason: "), r.Reason)),
	}
	blocks = append(blocks, requesterBlocks(r)...)
	blocks = append(blocks, b.planBlocks(r, briefFrom)...)
	if r.State == workflow.StatePending {
		blocks = append(blocks, block(line(bold(whoSigns(r)), r.RolesWords(), ".")))
	}
	if steps := stepBlock(r); steps != nil {
		blocks = append(blocks, steps)
	}
	if uses := dependentsBlock(r); uses != nil {
		blocks = append(blocks, uses)
	}
	blocks = append(blocks, block(b.outcomeLine(r)))
	if buttons := b.cardButtons(r); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("", buttons...))
	}
	return blocks
}

// requesterBlocks say what an approver has to know about whoever would be given the app.
func requesterBlocks(r *workflow.Request) []slack.Block {
	var blocks []slack.Block
	if r.Away != "" && r.State != workflow.StateDenied {
		words := " is gone: " + r.Away + ". Nothing is sent to them."
		if r.State == workflow.StatePending && r.HandsOver() {
			words += " It can't be approved, because nobody could be given its credential."
		}
		blocks = append(blocks, block(line(bold(r.Requester.Name+words))))
	}
	if r.State == workflow.StatePending {
		switch r.Requester.Confirmed {
		case people.EmailUnproved:
			blocks = append(blocks,
				note("The e-mail address in the requester's Slack profile was never confirmed: no account is looked up by it, and they "+
					"are not made an owner."))
		case people.EmailNothingSaid:
			blocks = append(blocks,
				note("Slack does not say whether the e-mail address in the requester's profile was ever confirmed. Their account in the "+
					"tenant is looked up by it."))
		}
	}
	return blocks
}

func cardTitle(r *workflow.Request) string {
	if r.State == workflow.StatePending {
		return clip(fmt.Sprintf("%s: %s?", r.ID, r.Does()), 150)
	}
	return fmt.Sprintf("%s: %s · %s", r.ID, r.AppName(), r.State.Title())
}

// outcomeLine says who decided, when, and what came of it.
func (b *Bot) outcomeLine(r *workflow.Request) *slack.RichTextSection {
	parts := []any{bold(r.State.Title()), ": "}
	switch r.State {
	case workflow.StatePending:
		if r.Failure.Text != "" {
			parts = append(parts, cutProse(r.Failure.Text, 900), "\n")
		}
		parts = append(parts, agreedBy(r)...)
		parts = append(parts, waitsFor(r), ". It expires on ", r.Entered.Add(b.desk.Policy().PendingExpires), ".")
	case workflow.StateDenied:
		parts = append(parts, "by ", user(r.Approval.By.ID), " on ", r.Approval.At, ". Reason: ", r.Approval.Reason)
	default:
		if r.Approval.N > 0 && !r.Approval.Denied {
			parts = append(append(append(parts, "approved by "), approvers(r)...), " on ", r.Approval.At)
			if r.SignIn.Account != "" {
				parts = append(parts, ", signed in as ", r.SignIn.Account)
			}
			parts = append(parts, ". ")
		}
		parts = append(parts, outcomeText(r))
	}
	if r.Made.AppID != "" && r.State != workflow.StateUndone {
		parts = append(parts, "\n", bold("App ID: "), code(r.Made.AppID))
	}
	return line(parts...)
}

func (b *Bot) cardButtons(r *workflow.Request) []slack.BlockElement {
	v := buttonValue(r)
	details := button(actDetails, "Details", v, "Details of "+r.ID)
	switch r.State {
	case workflow.StatePending:
		return []slack.BlockElement{
			button(actApprove, "Approve", v, "Approve "+r.ID).WithStyle(slack.StylePrimary),
			button(actDeny, "Deny", v, "Deny "+r.ID), details,
		}
	case workflow.StateSignIn, workflow.StateProvisioning:
		return []slack.BlockElement{details}
	case workflow.StateLeftover:
		return []slack.BlockElement{button(actOld, "Remove the old one", v,
			"Remove the old credential of "+r.ID).WithStyle(slack.StylePrimary), details}
	case workflow.StateFailed, workflow.StateRevoked:
		buttons := []slack.BlockElement{button(actRetry, "Retry", v, "Retry "+r.ID).WithStyle(slack.StylePrimary)}
		if r.Undoable() {
			buttons = append(buttons, undoButton(r))
		}
		if b.desk.MayHandOver(r) {
			buttons = append(buttons, handOverButton(r))
		}
		if r.CanGiveUp() {
			buttons = append(buttons, button(actGiveUp, "Give up", v, "Give "+r.ID+" up"))
		}
		return append(buttons, details)
	}
	return append([]slack.BlockElement{details}, b.ewsButtons(r)...)
}

func undoButton(r *workflow.Request) slack.BlockElement {
	title, text := r.UndoQuestion()
	if r.Steps.Tried(workflow.StepConnect) {
		stops := "its backup stops"
		if r.Plan.Backup.IsAzure() {
			stops = "its Azure service account stops working"
		}
		text += " If " + r.Plan.Backup.Server + " took it already, " + stops + "."
	}
	return button(actUndo, "Undo", buttonValue(r), "Undo "+r.ID).WithStyle(slack.StyleDanger).WithConfirm(slack.NewConfirmationBlockObject(
		plain(title), plain(clip(text, 300)), plain("Do it"), plain("Don't")))
}

// planBlocks is exactly what is approved: the app, its permissions, its credential.
func (b *Bot) planBlocks(r *workflow.Request, brief int) []slack.Block {
	plan := b.appPlan(r, brief)
	if card := kindOf(r).card; card != nil {
		return card(r, plan)
	}
	return plan
}

func (b *Bot) appPlan(r *workflow.Request, brief int) []slack.Block {
	p := r.Plan
	parts := []any{
		bold("App: "), r.AppName(), "\n",
		bold("Product: "), b.productTitle(r), "\n",
		bold("Tenant: "), r.Tenant, " (", code(p.TenantID), ")\n",
	}
	if !kindOf(r).adds { // there it stays as it is
		parts = append(parts, bold("Who can sign in to it: "), audience(p.Audience), "\n")
	}
	if len(p.Workloads) > 0 {
		most := 300
		if brief > workflow.PermissionsMax {
			most = 3000
		}
		parts = append(parts, bold("For: "), someOf(p.Workloads, most), "\n")
	}
	addresses, lists := redirects(p)
	parts = append(parts, addresses...)
	if p.PublicClientFlows {
		parts = append(parts, bold("Public client flows: "),
			"allowed: people sign in to it with a device code, without any secret of the app\n")
	}
	if r.RequiresAssignment() {
		parts = append(parts, bold("Assignment required: "), "yes, as nobody signs in to it\n")
	}
	switch {
	case len(p.Owners) > inALine:
		g := &growing{title: "Owners besides the requester"}
		for _, o := range p.Owners {
			g.lines = append(g.lines, line(user(o.ID)))
		}
		lists = append(lists, g)
	case len(p.Owners) > 0:
		parts = append(append(append(parts, bold("Owners besides the requester: ")), users(p.Owners)...), "\n")
	}
	var issuer []slack.Block
	if credentialOf(p.Credential.Kind).apart {
		issuer = []slack.Block{block(line(credentialLine(p)...))}
	} else {
		parts = append(parts, credentialLine(p)...)
		if beyond := p.Credential.BeyondBaseline(); beyond != "" {
			parts = append(parts, "\n    ", beyond)
		}
		parts = append(parts, "\n")
	}
	parts = append(parts, backupLine(r)...)
	parts = append(parts, bold("Highest risk: "), string(p.Risk()))
	blocks := append(append([]slack.Block{block(line(parts...))}, issuer...), lists...)
	blocks = append(blocks, permissionBlocks(p.Permissions, brief)...)
	if len(p.Permissions) >= brief {
		blocks = append(blocks, note("Details says what each of these permissions allows."))
	}
	blocks = append(blocks, roleBlocks(p)...)
	blocks = append(blocks, b.ewsPlan(p, brief > workflow.PermissionsMax)...)
	if brief <= workflow.PermissionsMax && slices.ContainsFunc(p.AzureRoles, func(r plan.AzureRole) bool {
		return len(r.Actions)+len(r.DataActions) > 0
	}) {
		blocks = append(blocks, note("Details names each action of the custom roles."))
	}
	return blocks
}

// redirects are the plan's redirect URIs by platform: one in a line, several in a list.
func redirects(p plan.Plan) (parts []any, lists []slack.Block) {
	none := true
	for _, on := range []struct {
		name string
		uris []string
	}{{"Redirect URIs", p.RedirectURIs}, {"Redirect URIs (single-page app)", p.SPARedirectURIs},
		{"Redirect URIs (public client)", p.PublicRedirectURIs}} {
		none = none && len(on.uris) == 0
		switch len(on.uris) {
		case 0:
		case 1:
			parts = append(parts, bold(on.name+": "), text.Visible(on.uris[0]), "\n")
		default:
			g := &growing{title: on.name}
			for _, uri := range on.uris {
				g.lines = append(g.lines, line(text.Visible(uri)))
			}
			lists = append(lists, g)
		}
	}
	if none {
		parts = []any{bold("Redirect URIs: "), "none\n"}
	}
	return parts, lists
}

// credentialLine says how the app will prove who it is.
func credentialLine(p plan.Plan) []any {
	return append([]any{bold("Credential: ")}, credentialOf(p.Credential.Kind).plan(p)...)
}

// roleBlocks lists what else the app gets: roles, and what it offers itself.
func roleBlocks(p plan.Plan) []slack.Block {
	directory := &growing{title: "Directory roles of the app"}
	for _, r := range p.DirectoryRoles {
		directory.lines = append(directory.lines, line(bold(r.Name), " · risk ", bold(string(r.Risk())), "\n", italic("Needed: "+r.Why)))
	}
	azure := &growing{title: "Azure roles of the app",
		words: " on the " + azurescope.Word(p.Subscriptions) + "s " + strings.Join(p.Subscriptions, ", ")}
	subscriptions := &growing{title: "These are the " + azurescope.Word(p.Subscriptions) + "s"}
	if n := len(p.Subscriptions); n > inALine {
		azure.words = " on " + text.Count(n, azurescope.Word(p.Subscriptions))
		for _, id := range p.Subscriptions {
			subscriptions.lines = append(subscriptions.lines, line(code(id)))
		}
	}
	for _, r := range p.AzureRoles {
		what := "a built-in role"
		if r.ID == "" {
			what = "a custom role with " + text.Count(len(r.Actions), "action") + " and " +
				text.Count(len(r.DataActions), "data action")
		}
		azure.lines = append(azure.lines, line(bold(r.Name), " (", what, ") · risk ", bold("high"), "\n", italic("Needed: "+r.Why)))
	}
	offers := &growing{title: "API that the app offers to others"}
	for _, s := range p.Scopes {
		who := "users may consent"
		if s.AdminsOnly {
			who = "only admins may consent"
		}
		parts := []any{bold(s.Name), " (", who, ")\n", s.Words}
		if s.UserTitle != "" || s.UserWords != "" {
			title, words := s.ForUsers()
			parts = append(parts, "\n", bold("Users read: "), title, " – ", words)
		}
		if len(s.PreAuthorized) > 0 {
			parts = append(parts, "\n", bold("Without consent: "), "the apps ", strings.Join(s.PreAuthorized, ", "))
		}
		offers.lines = append(offers.lines, line(parts...))
	}
	var blocks []slack.Block
	for _, g := range append([]*growing{directory, azure, subscriptions, offers}, offeredLists(p)...) {
		if g.lines != nil {
			blocks = append(blocks, g)
		}
	}
	return blocks
}

// audience says signInAudience in words. Source: Graph, application resource type.
func audience(a string) string {
	switch a {
	case "AzureADMyOrg":
		return "this tenant only"
	case "AzureADMultipleOrgs":
		return "people of any Microsoft Entra tenant"
	}
	return a
}

// stepBlock shows how far the steps are, or is nil while there are none.
func stepBlock(r *workflow.Request) slack.Block {
	if len(r.Steps) == 0 {
		return nil
	}
	g := &growing{title: "Steps", weight: 10}
	for _, s := range r.Steps {
		word := stepWord(s.Status)
		if s.Status == workflow.StepWaiting {
			word = clip(cmp.Or(s.Note, "waiting for "+r.Awaited(s.Name)), 300)
		}
		parts := []any{bold(word), " · " + r.StepTitle(s.Name)}
		if s.Note != "" && s.Status != workflow.StepWaiting { // which says that already
			parts = append(parts, italic(" ("+cutProse(s.Note, 400)+")"))
		}
		g.lines = append(g.lines, line(parts...))
	}
	return g
}

func stepWord(s workflow.StepStatus) string {
	switch s {
	case workflow.StepRunning:
		return "running"
	case workflow.StepDone:
		return "done"
	case workflow.StepFailed:
		return "failed"
	case workflow.StepSkipped:
		return "skipped"
	}
	return "to do"
}
