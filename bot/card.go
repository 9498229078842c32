package bot

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// briefFrom is the number of permissions from which on a message names each
// with its type and tier only. What each allows is then in Details.
const briefFrom = 13

// card is the approvers' message: who asks for what and why, what it will be,
// and what has come of it. It has buttons only while somebody has to decide.
func (b *Bot) card(r *workflow.Request) (text string, blocks []slack.Block) {
	blocks = []slack.Block{
		header(cardTitle(r)),
		block(line(bold("Asked for by "), user(r.Requester.ID), " for ", channel(r.Team), " on ", r.Created, "\n",
			bold("Reason: "), r.Reason)),
	}
	blocks = append(blocks, b.planBlocks(r, briefFrom)...)
	if r.State == workflow.Pending {
		blocks = append(blocks, block(line(bold("Whoever approves has to sign in as "), r.Plan.RolesWords(), ".")))
	}
	if steps := stepBlock(r); steps != nil {
		blocks = append(blocks, steps)
	}
	blocks = append(blocks, block(b.outcomeLine(r)))
	if buttons := cardButtons(r); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("", buttons...))
	}
	return summary(r), blocks
}

func cardTitle(r *workflow.Request) string {
	if r.State == workflow.Pending {
		return fmt.Sprintf("%s: register the app %s?", r.ID, r.Plan.AppName)
	}
	return fmt.Sprintf("%s: %s · %s", r.ID, r.Plan.AppName, stateWord(r))
}

// outcomeLine says who decided, when, and what came of it.
func (b *Bot) outcomeLine(r *workflow.Request) *slack.RichTextSection {
	parts := []any{bold(stateWord(r)), ": "}
	switch r.State {
	case workflow.Pending:
		parts = append(parts, waitsFor(r), ". It expires on ", r.Entered.Add(b.desk.Policy().PendingExpires), ".")
	case workflow.Denied:
		parts = append(parts, "by ", user(r.Approval.By.ID), " on ", r.Approval.At, ". Reason: ", r.Approval.Reason)
	default:
		if r.Approval.N > 0 && !r.Approval.Denied {
			parts = append(parts, "approved by ", user(r.Approval.By.ID), " on ", r.Approval.At)
			if r.SignIn.Account != "" {
				parts = append(parts, ", signed in as ", r.SignIn.Account)
			}
			parts = append(parts, ". ")
		}
		parts = append(parts, came(r))
	}
	if r.Made.AppID != "" && r.State != workflow.Undone {
		parts = append(parts, "\n", bold("App ID: "), code(r.Made.AppID))
	}
	return line(parts...)
}

// came says what came of a request, for the line under a card and in DMs.
func came(r *workflow.Request) string {
	switch r.State {
	case workflow.Signing:
		if r.Failure.Text != "" {
			return clip(r.Failure.Text, 900)
		}
		return "Waiting for the sign-in at Microsoft."
	case workflow.Provisioning:
		return "The bot is making it."
	case workflow.Ready:
		return "The app is registered, consented and proven. The requester has to open the secret."
	case workflow.Done:
		return "The app works, and its secret was opened by the requester."
	case workflow.Failed, workflow.RevokedState:
		return clip(r.Failure.Text, 900)
	case workflow.CancelledState:
		return "The requester cancelled it. Nothing was changed in the tenant."
	case workflow.Expired:
		return "Nobody decided or signed in in time. Nothing was changed in the tenant."
	case workflow.Undone:
		return "What was made was deleted again."
	}
	return ""
}

func cardButtons(r *workflow.Request) []slack.BlockElement {
	v := buttonValue(r)
	details := button(actDetails, "Details", v, "Details of "+r.ID)
	switch r.State {
	case workflow.Pending:
		return []slack.BlockElement{
			button(actApprove, "Approve", v, "Approve "+r.ID).WithStyle(slack.StylePrimary),
			button(actDeny, "Deny", v, "Deny "+r.ID), details,
		}
	case workflow.Signing, workflow.Provisioning:
		return []slack.BlockElement{details}
	case workflow.Failed, workflow.RevokedState:
		undo := button(actUndo, "Undo", v, "Undo "+r.ID).WithStyle(slack.StyleDanger).WithConfirm(slack.NewConfirmationBlockObject(
			plain("Delete the app?"), plain(clip("This deletes "+r.Plan.AppName+" from the tenant, after you have signed in. Entra keeps it for 30 days.", 300)), plain("Delete it"), plain("Keep it")))
		return []slack.BlockElement{button(actRetry, "Retry", v, "Retry "+r.ID).WithStyle(slack.StylePrimary), undo, details}
	}
	return nil
}

// planBlocks is exactly what is approved: the app, its permissions, its credential.
func (b *Bot) planBlocks(r *workflow.Request, brief int) []slack.Block {
	p := r.Plan
	redirects := "none"
	if len(p.RedirectURIs) > 0 {
		redirects = strings.Join(p.RedirectURIs, "\n    ")
		if len(p.RedirectURIs) > 1 {
			redirects = "\n    " + redirects
		}
	}
	blocks := []slack.Block{block(line(
		bold("App: "), p.AppName, "\n",
		bold("Product: "), b.productTitle(r), "\n",
		bold("Tenant: "), r.Tenant, " (", code(p.TenantID), ")\n",
		bold("Who can sign in to it: "), audience(p.Audience), "\n",
		bold("Redirect URIs: "), redirects, "\n",
		bold("Credential: "), "client secret, valid for ", workflow.LifetimeWords(p.Credential.Lifetime), "\n",
		bold("Highest risk: "), string(p.Risk())))}
	return append(blocks, permissionBlocks(p.Permissions, brief)...)
}

// permissionBlocks lists permissions by resource and type, each with its tier,
// what it allows and what it is needed for. From brief on they are named without
// the words. The riskiest come first.
func permissionBlocks(ps []workflow.Permission, brief int) []slack.Block {
	var blocks []slack.Block
	short := len(ps) >= brief
	for _, t := range []catalog.Type{catalog.Application, catalog.Delegated} {
		for _, resource := range resourcesOf(ps) {
			var lines []*slack.RichTextSection
			for weight := 4; weight >= 1; weight-- {
				for _, p := range ps {
					if p.Type == t && p.Resource == resource && p.Risk.Weight() == weight {
						lines = append(lines, permissionLine(p, short))
					}
				}
			}
			title := fmt.Sprintf("%s, %s permissions", resource, strings.ToLower(string(t)))
			for len(lines) > 0 {
				n := min(len(lines), linesPerBlock(short))
				blocks = append(blocks, block(line(bold(title)), list(lines[:n]...)))
				lines, title = lines[n:], title+" (continued)"
			}
		}
	}
	if short && brief <= workflow.PermissionsMax {
		blocks = append(blocks, note("These are all permissions. Details says what each of them allows."))
	}
	return blocks
}

func linesPerBlock(short bool) int {
	if short {
		return 30
	}
	return 5
}

func permissionLine(p workflow.Permission, short bool) *slack.RichTextSection {
	parts := []any{bold(p.Name), " · risk ", bold(string(p.Risk))}
	if !short {
		parts = append(parts, "\n", p.Words)
		if p.Why != "" {
			parts = append(parts, "\n", italic("Needed: "+p.Why))
		}
	}
	return line(parts...)
}

func resourcesOf(ps []workflow.Permission) []string {
	var names []string
	seen := map[string]bool{}
	for _, p := range ps {
		if !seen[p.Resource] {
			seen[p.Resource] = true
			names = append(names, p.Resource)
		}
	}
	return names
}

// audience says signInAudience in words. Source: Graph, application resource type.
func audience(a string) string {
	if a == "AzureADMyOrg" {
		return "this tenant only"
	}
	return a
}

// stepBlock shows how far the steps are, or is nil while there are none.
func stepBlock(r *workflow.Request) slack.Block {
	if len(r.Steps) == 0 {
		return nil
	}
	lines := make([]*slack.RichTextSection, len(r.Steps))
	for i, s := range r.Steps {
		parts := []any{bold(stepWord(s.Status)), " · " + s.Name.Title()}
		if s.Note != "" {
			parts = append(parts, italic(" ("+clip(s.Note, 200)+")"))
		}
		lines[i] = line(parts...)
	}
	return block(line(bold("Steps")), list(lines...))
}

func stepWord(s workflow.StepStatus) string {
	switch s {
	case workflow.StepRunning:
		return "running"
	case workflow.StepWaiting:
		return "waiting for Entra"
	case workflow.StepDone:
		return "done"
	case workflow.StepFailed:
		return "failed"
	case workflow.StepSkipped:
		return "skipped"
	}
	return "to do"
}
