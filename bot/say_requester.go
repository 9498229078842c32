package bot

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/text"
)

// follow is the requester's message that follows a request from its first moment on.
func (s say) follow(r *workflow.Request) (string, []slack.Block) {
	blocks := []slack.Block{
		header(fmt.Sprintf("%s: %s", r.ID, r.AppName())),
		block(line("You asked for this app in ", r.Tenant, " on ", r.Created, ".\n", bold(r.State.Title()), ": ", waitsFor(r), ".")),
	}
	if r.State == workflow.StateSignIn && r.Failure.Text != "" {
		blocks = append(blocks, block(line(cutProse(r.Failure.Text, 900))))
	}
	blocks = append(blocks, stepBlocks(r)...)
	if r.State == workflow.StateUnlinked {
		blocks = append(blocks, s.unlinkedBlocks(r)...)
	}
	if r.State == workflow.StatePending || r.State == workflow.StateSignIn {
		blocks = append(blocks, slack.NewActionBlock("", button(actCancel, "Cancel", buttonValue(r), "Cancel "+r.ID)))
	}
	return summary(r), blocks
}

// outcome is the requester's message about an ending.
func (s say) outcome(r *workflow.Request) (string, []slack.Block) {
	title := fmt.Sprintf("%s: %s · %s", r.ID, r.AppName(), r.State.Title())
	blocks := []slack.Block{header(title)}
	switch r.State {
	case workflow.StateReady, workflow.StateOverlap, workflow.StateLeftover, workflow.StateDone:
		say := kindOf(r).outcome
		if say == nil {
			return s.handover(r, blocks)
		}
		blocks = append(blocks, say(s, r)...)
	case workflow.StateDenied:
		blocks = append(blocks, block(line(user(r.Approval.By.ID), " denied your request.\n",
			bold("Reason: "), text.Quote(r.Approval.Reason))))
	case workflow.StateUnlinked:
		blocks = append(blocks, s.unlinkedBlocks(r)...)
	default:
		blocks = append(blocks, block(line(firstOf(outcomeText(r), waitsFor(r)))))
	}
	if free := kindOf(r).free; free != "" && !r.State.HoldsName() {
		blocks = append(blocks, note(free))
	}
	return summary(r), blocks
}

// overlap asks whether the new credential works, while the old one is there.
func (s say) overlap(r *workflow.Request) []slack.Block {
	switch r.State {
	case workflow.StateOverlap:
		next := "Put the new one into the product, and press the button when it signs in with it."
		if r.Made.Connected != "" {
			next = r.Plan.Backup.Server + " has the new one. Press the button when a backup job has run with it."
		}
		return []slack.Block{
			block(line("The old credential still works. "+next+" If you don't, the old one can be removed from ",
				r.Entered.Add(s.Policy().RenewGrace), ".")),
			slack.NewActionBlock("", button(actWorks, "The new one works", buttonValue(r),
				"The new credential of "+r.ID+" works").WithStyle(slack.StylePrimary)),
		}
	case workflow.StateLeftover:
		return []slack.Block{block(line("The old credential waits for an approver to remove it."))}
	}
	return nil
}

// past is what is left of a message whose place a newer one has taken.
func past(r *workflow.Request) (string, []slack.Block) {
	text := fmt.Sprintf("%s: %s. This is out of date; what happened next is in a later message.", r.ID, r.AppName())
	return text, []slack.Block{header(fmt.Sprintf("%s: %s", r.ID, r.AppName())),
		block(line("This message is out of date: nothing in it can be used any more. What happened next is in a later message."))}
}

// handover is the outcome that everybody wants: what the requester needs, and
// the button that opens the secret, if there is one.
func (s say) handover(r *workflow.Request, blocks []slack.Block) (string, []slack.Block) {
	parts := []any{bold("Tenant: "), firstOf(r.Made.TenantName, r.Tenant), "\n"}
	credential := credentialOf(r.Plan.Credential.Kind)
	if credential.given != nil {
		parts = append(parts, credential.given(r)...)
	}
	blocks = append(append(blocks, idBlocks(r)...),
		block(line(append(append(parts, bold("Approved by ")), approvers(r)...)...)))
	blocks = append(blocks, permissionBlocks(r.Plan.Permissions, inAMessage)...)
	blocks = append(blocks, roleBlocks(r.Plan)...)
	blocks = append(blocks, s.ewsNext(r)...)
	if r.Made.Connected != "" {
		blocks = append(blocks, s.connectedBlocks(r)...)
		blocks = append(append(blocks, firstSignInNote(r)...), s.overlap(r)...)
		return fmt.Sprintf("%s: the app %s is ready, and %s is connected with it.", r.ID, r.AppName(), r.Plan.Backup.Server), blocks
	}
	if words := notConnected(r); words != "" {
		blocks = append(blocks, block(line(strings.TrimSpace(words))))
	}
	blocks = append(blocks, s.missingBlocks(r)...)
	if p, ok := s.Product(r.Product); ok {
		next := &growing{title: "Next steps", weight: 10}
		for _, s := range p.NextSteps {
			next.lines = append(next.lines, line(r.Fill(s)))
		}
		blocks = append(blocks, next)
	}
	if credential.handover != nil {
		return credential.handover(s, r, blocks)
	}
	return s.secretHandover(r, blocks)
}

// secretHandover is the end of that message, of a secret or of nothing secret.
func (s say) secretHandover(r *workflow.Request, blocks []slack.Block) (string, []slack.Block) {
	if r.State != workflow.StateReady {
		text := fmt.Sprintf("%s: the app %s is ready.", r.ID, r.AppName())
		if r.Handover.Status == workflow.HandoverShown {
			text = fmt.Sprintf("%s: the app %s is yours. Its secret was opened.", r.ID, r.AppName())
			blocks = append(blocks, block(line("You opened the secret on ", r.Handover.At, ". It can't be shown again.")))
		}
		return text, append(append(blocks, firstSignInNote(r)...), s.overlap(r)...)
	}
	by := r.Entered.Add(s.Policy().RevealWithin)
	blocks = append(blocks,
		block(line("The secret can be opened ", bold("once"), ", by you, until ", by, ". After that it is revoked.")),
		slack.NewActionBlock("", button(actReveal, "Reveal secret", buttonValue(r),
			"Reveal the secret of "+r.ID).WithStyle(slack.StylePrimary)))
	return fmt.Sprintf("%s: the app %s is ready. Open its secret in this message.", r.ID, r.AppName()), blocks
}

// firstSignInNote is for a credential that is new to the app and handed to nobody here. What
// is handed over has the sentence beside it.
func firstSignInNote(r *workflow.Request) []slack.Block {
	if r.Plan.Credential.Kind == "" || r.Handover.Status != workflow.HandoverNone || !r.AddsCredential() {
		return nil
	}
	return []slack.Block{note(firstSignIn)}
}
