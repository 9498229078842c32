package workflow

import (
	"context"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
)

// What is left to do with a request that failed: to try again, or to give it up. For Undo see
// task_undo.go.

// GiveUp ends a request about an app that cannot be carried through. What was
// done so far stays. An update that has begun to change the app is not the requester's
// to give up: what it leaves was not approved to be left.
func (d *Desk) GiveUp(ctx context.Context, id string, by people.Person) (*Request, error) {
	return d.withPanel(ctx, id, by, func(r *Request, p panel) *Refusal {
		switch {
		case by.ID != r.Requester.ID || r.State != StateFailed:
		case r.kind().leaves != nil && r.Steps.changed():
			return refuse(RuleNotApprover,
				"%s has begun to change the app in the tenant, so only an approver can give it up. Nothing was changed: an "+
					"approver can press %s.", r.ID, r.WaysOn())
		default:
			return giveUpProblem(r)
		}
		if no := d.mayDecide(r, by, p); no != nil {
			return no
		}
		return giveUpProblem(r)
	}, func(r *Request, now time.Time) {
		what, next := "What was done so far stays in the tenant"+untilThen(r), "; the app can be asked for again."
		if remains := r.kind().remains; remains != nil {
			what, next = remains(r)
		}
		e := Event{By: by.ID, Kind: EventCancelled, Text: "gave up. " + what}
		if back := r.task().back; back != "" {
			r.Steps, r.Failure = nil, Failure{}
			r.move(back, now, e)
			return
		}
		r.Failure = Failure{Text: "It was given up. " + what + next}
		r.Handover = Handover{}
		r.move(StateCancelled, now, e)
	})
}

// remains says what is in the tenant after a sign-in that failed.
func remains(r *Request) string {
	if remains := r.kind().remains; remains != nil {
		what, _ := remains(r)
		return what + "."
	}
	return "What was made so far is still in the tenant."
}

// untilThen says how long what a request leaves stays, where that is known.
func untilThen(r *Request) string {
	if r.kind().leaves == nil {
		return ""
	}
	return ", until the next update shows it and removes what is not needed"
}

func giveUpProblem(r *Request) *Refusal {
	if !r.CanGiveUp() {
		return wrongState(r, "it can't be given up")
	}
	return nil
}

// CanGiveUp reports whether r may end though it failed. A request that has
// registered an app has Undo for that.
func (r *Request) CanGiveUp() bool { return r.State == StateFailed && r.aboutApp() }

// aboutApp reports whether r is about an app that was there before it.
func (r *Request) aboutApp() bool { return r.Target.Request != "" || r.kind().finds }

// untouched reports whether nothing was begun in the tenant for r.
func untouched(r *Request) bool {
	if r.task().byHand || r.task().looks {
		return true
	}
	made := r.Made.SecretAttempts > 0 || !r.aboutApp() && r.Made.ObjectID != ""
	return r.task().makes && !made && !slices.ContainsFunc(r.Steps, func(s Step) bool { return s.Tries > 0 })
}

// giveUpTo ends a sign-in that failed where something stands in the tenant.
func giveUpTo(r *Request, now time.Time, text string, e Event) {
	to := StateFailed
	r.Approval.Digest = "" // it failed, and counts for nothing
	if r.task().undoes {
		to = leaveUndo(r)
	}
	r.move(to, now, e)
	r.Failure = Failure{Rule: RuleSignIn, Text: text + " An approver can press " + r.WaysOn() + "."}
}

// NewCode asks for another device code for the approver who has to sign in.
func (d *Desk) NewCode(ctx context.Context, id string, by people.Person) (*Request, error) {
	return d.decision(ctx, id, by, func(r *Request, _ panel) *Refusal {
		switch {
		case r.State != StateSignIn:
			return wrongState(r, "no code is needed")
		case by.ID != r.Approval.By.ID:
			return refuse(RuleNotApprover, "%s approved %s and has to sign in. A code for you would not help.", r.Approval.By.Name, r.ID)
		}
		return nil
	}, func(r *Request, now time.Time) {
		r.SignIn = r.SignIn.again()
		r.Failure = Failure{}
		r.note(now, Event{By: by.ID, Kind: EventNewCode, Text: "asked for a new sign-in code"})
	})
}

// Retry goes on where a request failed, or makes a new secret where nobody
// opened the last one. Whoever presses approves the plan, and signs in.
func (d *Desk) Retry(ctx context.Context, id string, by people.Person, rev int) (*Request, error) {
	return d.decision(ctx, id, by, func(r *Request, p panel) *Refusal {
		switch {
		case r.State != StateFailed && r.State != StateRevoked:
			return wrongState(r, "there is nothing to retry")
		case outdated(r, rev) != nil:
			return outdated(r, rev)
		case d.against(r, r.Task) != nil:
			return d.against(r, r.Task)
		case r.task().makes:
			return p.tooFew(r, by)
		}
		return nil
	}, func(r *Request, now time.Time) {
		task := r.Task
		if r.State == StateRevoked {
			r.Steps.redo(StepCredential, StepCertificate, StepProof)
		}
		if r.Steps.Get(StepConnect) != nil { // what it does was proved before the server said no
			r.Steps.redo(StepProof, StepCheck)
		}
		decide(r, by, now, task)
		r.Steps.redoRest()
		r.move(StateSignIn, now, Event{By: by.ID, Kind: EventRetried, Text: "pressed Retry and was sent a sign-in code"})
	})
}

// dueAtSignIn makes due, at each sign-in, what may have changed since the last one:
// an owner may have ceased to be one, a deleted app may have been restored by
// somebody else, somebody may have come to depend on one that is to go, and a
// subscription that was skipped may be known to Azure now.
func dueAtSignIn(r *Request) {
	if !r.Steps.Tried(StepDelete) { // nobody can be asked about an app that is gone
		r.Steps.redo(StepOwned)
		if len(r.Residue.Azure) > 0 {
			r.Steps.redo(StepUnassign)
		}
	}
	if looksAgain := r.kind().looksAgain; looksAgain != nil {
		looksAgain(r)
	}
}

// WaysOn names the buttons of a request that failed.
func (r *Request) WaysOn() string {
	switch {
	case r.Undoable() && r.CanGiveUp():
		return "Retry, Undo or Give up"
	case r.CanGiveUp():
		return "Retry or Give up"
	}
	return "Retry or Undo"
}
