package workflow

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// deniedReasonMax is how long the reason of a denial may be, in characters.
const deniedReasonMax = 500

// Decisions of approvers, and their rules.

// decision is a change that only those may make who may decide on a request; rule says what
// else is against it.
func (d *Desk) decision(ctx context.Context, id string, by people.Person, rule func(*Request, panel) *Refusal,
	act func(r *Request, now time.Time)) (*Request, error) {
	_, _, limit := d.policy.limits()
	defer d.counted(limit)()
	times, err := d.codesOf(ctx, by)
	if err != nil {
		return nil, err
	}
	return d.withPanel(ctx, id, by, func(r *Request, p panel) *Refusal {
		d.policy.raise(r)
		if no := d.mayDecide(r, by, p); no != nil {
			return no
		}
		if no := rule(r, p); no != nil {
			return no
		}
		return d.tooManyCodes(r, times, act)
	}, act)
}

// withPanel is a change that depends on who is who. The rule is asked in the transaction that acts
// on it; what tells who is who was read before.
func (d *Desk) withPanel(ctx context.Context, id string, by people.Person, rule func(*Request, panel) *Refusal,
	act func(r *Request, now time.Time)) (*Request, error) {
	if no := TurnedAway(by); no != nil {
		return nil, d.turnAway(ctx, id, by, no)
	}
	seen, err := d.store.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	p, err := d.panel(ctx, seen)
	if err != nil {
		return nil, err
	}
	return d.change(ctx, id, by, func(r *Request) *Refusal { return rule(r, p) }, act)
}

// wrongState says that r stands where something can't be done. so is the end of that sentence.
func wrongState(r *Request, so string) *Refusal {
	return refuse(RuleWrongState, "%s %s, so %s.", r.ID, r.Standing(), so)
}

// outdated says no to a decision on a card of revision rev that does not show what is decided on.
func outdated(r *Request, rev int) *Refusal {
	if rev < r.PlanRev || rev < r.Dependents.Rev || rev < r.Look.Rev || rev > r.Rev {
		return refuse(RuleStale, "%s has changed since that card was posted. Look at it again, then decide.", r.ID)
	}
	return nil
}

// Approve records the approval of the plan, as a card showed it at revision rev.
// The engine then makes a device code for this approver.
func (d *Desk) Approve(ctx context.Context, id string, by people.Person, rev int) (*Request, error) {
	return d.approve(ctx, id, by, rev, "")
}

// seeRequester says no where whoever asked is gone, or is not known any more. Slack is asked only
// where an approval may count.
func (d *Desk) seeRequester(ctx context.Context, r *Request, by people.Person, p panel) (*Refusal, error) {
	if r.State != StatePending || d.mayDecide(r, by, p) != nil {
		return nil, nil
	}
	if gone, err := d.seeRecipient(ctx, r); err != nil || gone != nil {
		return gone, err
	}
	return d.seeKnown(ctx, r, p)
}

// approve is Approve, with an approver's words where it takes some.
func (d *Desk) approve(ctx context.Context, id string, by people.Person, rev int, words string) (*Request, error) {
	if no := TurnedAway(by); no != nil {
		return nil, d.turnAway(ctx, id, by, no)
	}
	r, err := d.store.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	tooLate, err := refusal(stale(ctx, d.store, r))
	if err != nil {
		return nil, err
	}
	p, err := d.panel(ctx, r)
	if err != nil {
		return nil, err
	}
	nobody, err := d.seeRequester(ctx, r, by, p)
	if err != nil {
		return nil, err
	}
	have := 0
	return d.decision(ctx, id, by, func(r *Request, p panel) *Refusal {
		switch {
		case nobody != nil && nobody.Rule == RuleUnlinked:
			return nobody
		case r.State != StatePending:
			return wrongState(r, "there is nothing to approve")
		case tooLate != nil:
			return tooLate
		case nobody != nil:
			return nobody
		case outdated(r, rev) != nil:
			return outdated(r, rev)
		case d.against(r, nextTask(r)) != nil:
			return d.against(r, nextTask(r))
		case needsWords(r, words) != nil:
			return needsWords(r, words)
		}
		have = len(p.approvals(r, by))
		if have < r.Needs() && agreed(r, by) {
			return refuse(RuleApprovals, "You have approved %s already. It takes %s, so someone else has to approve it too.", r.ID,
				text.Count(r.Needs(), "approval"))
		}
		return nil
	}, func(r *Request, now time.Time) {
		vouch(r, by, now, words)
		if have < r.Needs() {
			agree(r, by, now, have)
			return
		}
		next := nextTask(r)
		decide(r, by, now, next)
		r.Steps = newSteps(stepsFor(r, next))
		what := "approved the plan"
		if r.task().looks {
			what = "approved a look at the app"
		}
		r.move(StateSignIn, now, Event{By: by.ID, Kind: EventApproved, Text: what + " and was sent a sign-in code"})
	})
}

// decide starts a sign-in for a task. Whoever approved the plan before still does.
func decide(r *Request, by people.Person, now time.Time, t Task) {
	if last := r.Approval; last.Digest != "" && r.Task.carriesOut() && r.Needs() > 1 {
		withdraw(r, last.By)
		r.Agreed = append(r.Agreed, last)
	}
	r.Approval = Approval{N: r.Approval.N + 1, By: by, At: now, Digest: shownDigest(r)}
	r.Task = t
	r.Failure = Failure{}
	r.SignIn = r.SignIn.again()
}

// Deny ends a request with a reason.
func (d *Desk) Deny(ctx context.Context, id string, by people.Person, reason string) (*Request, error) {
	reason = text.Plain(reason)
	return d.decision(ctx, id, by, func(r *Request, _ panel) *Refusal {
		switch {
		case r.State != StatePending:
			return wrongState(r, "it can't be denied any more")
		case certificate.HasPrivateKey(reason):
			return refuse(RuleReason, form.KeyRefused)
		case reason == "":
			return refuse(RuleReason, "Say why, so that %s knows what to change.", r.Requester.Name)
		case utf8.RuneCountInString(reason) > deniedReasonMax:
			return refuse(RuleReason, "The reason has %d characters; at most %d are allowed.", utf8.RuneCountInString(reason),
				deniedReasonMax)
		}
		return nil
	}, func(r *Request, now time.Time) {
		r.Approval = Approval{N: r.Approval.N + 1, By: by, At: now, Denied: true, Reason: reason}
		r.move(StateDenied, now, Event{By: by.ID, Kind: EventDenied, Text: "denied it: " + reason})
	})
}

// Cancel takes a request back. The requester ends it; the approver who was about
// to sign in only takes the approval back, and so does one who approved before: the
// sign-in of another counts no more then.
func (d *Desk) Cancel(ctx context.Context, id string, by people.Person) (*Request, error) {
	return d.change(ctx, id, by, func(r *Request) *Refusal {
		signer := r.State == StateSignIn && by.ID == r.Approval.By.ID
		if withdraws(r, by) {
			return nil
		}
		if by.ID != r.Requester.ID && !signer {
			return refuse(RuleNotRequester, "Only %s can cancel it.", d.asker(r, by))
		}
		if r.State == StatePending || r.State == StateUnlinked || signer || r.State == StateSignIn && untouched(r) {
			return nil
		}
		return wrongState(r, "it can't be cancelled")
	}, func(r *Request, now time.Time) {
		switch {
		case by.ID == r.Requester.ID:
			r.move(StateCancelled, now, Event{By: by.ID, Kind: EventCancelled, Text: "cancelled the request"})
		case withdraws(r, by):
			withdraw(r, by)
			r.note(now, Event{By: by.ID, Kind: EventWithdrawn, Text: "withdrew the approval"})
		case r.task().back != "":
			t := r.task()
			r.move(t.back, now, Event{By: by.ID, Kind: EventWithdrawn, Text: "cancelled the sign-in, so the " + t.stays})
			r.SignIn.Status, r.Steps = "", nil
		case untouched(r):
			backToPending(r, now, Failure{}, Event{By: by.ID, Kind: EventWithdrawn,
				Text: "cancelled the sign-in, so the request waits for an approver again"})
		default: // something stands in the tenant: it stays with Retry and Undo
			giveUpTo(r, now, "The sign-in was cancelled. "+remains(r),
				Event{By: by.ID, Kind: EventWithdrawn, Text: "cancelled the sign-in"})
		}
	})
}
