package bot

import (
	"fmt"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/text"
)

// waitsFor says what has to happen next to a request, and who has to do it; or, at its
// end, what came of it.
func waitsFor(r *workflow.Request) string {
	if say := waiting[r.State]; say != nil {
		return say(r)
	}
	return ""
}

// waiting has a row for each state.
var waiting = map[workflow.State]func(*workflow.Request) string{
	workflow.StateUnlinked: func(r *workflow.Request) string {
		return r.Requester.Name + " has to link their Slack account to their account of " + r.Tenant
	},
	workflow.StatePending: waitsForApproval,
	workflow.StateSignIn:  waitsForSignIn,
	workflow.StateProvisioning: func(r *workflow.Request) string {
		done, all := r.Steps.Count()
		return fmt.Sprintf("%d of %d steps are done", done, all)
	},
	workflow.StateReady: func(r *workflow.Request) string { return r.Requester.Name + " has to " + opening(r) },
	workflow.StateOverlap: func(r *workflow.Request) string {
		return r.Requester.Name + " has to say that the new credential works"
	},
	workflow.StateLeftover: func(*workflow.Request) string { return "an approver has to press Remove the old one" },
	workflow.StateDone:     whatWasDone,
	workflow.StateFailed:   func(r *workflow.Request) string { return "an approver has to press " + r.WaysOn() },
	workflow.StateRevoked: func(r *workflow.Request) string {
		return "nobody opened the " + handedOver(r) + " in time; an approver can press Retry or Undo"
	},
	workflow.StateDenied: func(r *workflow.Request) string {
		return "by " + r.Approval.By.Name + ": " + text.Quote(cutProse(r.Approval.Reason, 300))
	},
	workflow.StateCancelled: whatWasCancelled,
	workflow.StateExpired:   func(*workflow.Request) string { return "nobody decided in time" },
	workflow.StateUndone:    (*workflow.Request).Undone,
}

func waitsForApproval(r *workflow.Request) string {
	if n := r.Needs() - len(r.AgreedBy()); n < r.Needs() {
		return fmt.Sprintf("%d more of the approvers of %s have to agree", max(1, n), r.Tenant)
	}
	return "an approver of " + r.Tenant + " has to decide"
}

func waitsForSignIn(r *workflow.Request) string {
	if r.SignIn.Status == workflow.SignInOver {
		return r.Approval.By.Name + " approved and has to press New code, then sign in at Microsoft"
	}
	return r.Approval.By.Name + " approved and has to sign in at Microsoft"
}

func whatWasDone(r *workflow.Request) string {
	switch {
	case kindOf(r).ended != "":
		return kindOf(r).ended
	case r.Made.Connected != "":
		return r.Plan.Backup.Server + " is connected with the app"
	case r.Handover.Status == workflow.HandoverNone:
		return "the app is ready"
	}
	return "the " + handedOver(r) + " was handed over"
}

func whatWasCancelled(r *workflow.Request) string {
	if r.Failure.Text != "" {
		return "it was given up"
	}
	return "nothing was changed in the tenant"
}
