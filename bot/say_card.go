package bot

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/text"
)

// cardBlocks are the approvers' message: who asks for what and why, what it will be,
// and what has come of it. It can be decided on only while somebody has to.
func (s say) cardBlocks(r *workflow.Request) (blocks []slack.Block) {
	blocks = []slack.Block{
		header(cardTitle(r)),
		block(line(bold("Asked for by "), user(r.Requester.ID), " for ", channel(r.Team), " on ", r.Created, "\n",
			bold("Reason: "), text.Quote(r.Reason))),
	}
	blocks = append(blocks, requesterBlocks(r)...)
	blocks = append(blocks, s.planBlocks(r, inAMessage)...)
	if r.State == workflow.StatePending {
		blocks = append(blocks, signsIn(r))
		for _, advice := range []string{adviceOnApprovals(r), s.adviceOnIssuer(r)} {
			if advice != "" {
				blocks = append(blocks, note(advice))
			}
		}
	}
	blocks = append(blocks, stepBlocks(r)...)
	blocks = append(blocks, dependentsBlocks(r)...)
	blocks = append(blocks, block(s.outcomeLine(r)))
	if buttons := s.cardButtons(r); len(buttons) > 0 {
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
		blocks = append(blocks, knownBlocks(r)...)
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
func (s say) outcomeLine(r *workflow.Request) *slack.RichTextSection {
	parts := []any{bold(r.State.Title()), ": "}
	switch r.State {
	case workflow.StatePending:
		if r.Failure.Text != "" {
			parts = append(parts, cutProse(r.Failure.Text, 900), "\n")
		}
		parts = append(parts, agreedBy(r)...)
		parts = append(parts, waitsFor(r), ". It expires on ", r.Entered.Add(s.Policy().PendingExpires), ".")
	case workflow.StateDenied:
		parts = append(parts, "by ", user(r.Approval.By.ID), " on ", r.Approval.At, ". Reason: ", text.Quote(r.Approval.Reason))
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

func (s say) cardButtons(r *workflow.Request) []slack.BlockElement {
	v := buttonValue(r)
	details := button(actDetails, "Details", v, "Details of "+r.ID)
	switch r.State {
	case workflow.StatePending:
		return []slack.BlockElement{
			approveButton(r),
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
		if s.MayHandOver(r) {
			buttons = append(buttons, handOverButton(r))
		}
		if r.CanGiveUp() {
			buttons = append(buttons, button(actGiveUp, "Give up", v, "Give "+r.ID+" up"))
		}
		return append(buttons, details)
	}
	return append([]slack.BlockElement{details}, s.ewsButtons(r)...)
}

func undoButton(r *workflow.Request) slack.BlockElement {
	title, text := r.UndoQuestion()
	if r.Steps.Tried(workflow.StepConnect) {
		stops := "its backup stops"
		if r.Plan.Backup.IsAzure() {
			stops = "its Azure service account stops working"
		}
		text += " If " + r.Plan.Backup.Server + " already has it, " + stops + "."
	}
	return button(actUndo, "Undo", buttonValue(r), "Undo "+r.ID).WithStyle(slack.StyleDanger).WithConfirm(confirmation(title, text, "Undo"))
}

// handOverButton approves that the requester gets what the server did not take.
func handOverButton(r *workflow.Request) slack.BlockElement {
	text := "This drops " + r.Plan.Backup.Server + " from the plan. After you have signed in, " + r.Requester.Name +
		credentialOf(r.Plan.Credential.Kind).server.instead
	return button(actHandOver, "Hand it over instead", buttonValue(r),
		"Hand "+r.ID+" over instead").WithConfirm(confirmation("Hand it over instead?", text, "Hand over"))
}
