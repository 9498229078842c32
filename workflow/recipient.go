package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A recipient who is gone is known before anything is made for them: somebody may have
// left, or have become a guest, since they asked.

// recipientsEvery is how often the bot checks whether the requesters are still there of
// whom somebody waits for a decision, or for something to be opened.
const recipientsEvery = time.Hour

// HandsOver reports whether carrying r out gives its requester a credential.
func (r *Request) HandsOver() bool {
	if !r.task().makes || !r.Plan.Credential.Kind.HandsOver() || r.Plan.Backup.Server != "" {
		return false
	}
	steps := stepsFor(r, TaskProvision)
	return slices.Contains(steps, StepCredential) || slices.Contains(steps, StepCertificate)
}

// away asks why r's requester can be given nothing: "" where they can. Where nobody
// knows it returns an error.
func away(ctx context.Context, people People, r *Request) (why string, err error) {
	if people == nil {
		return "", nil
	}
	defer func() {
		if p := recover(); p != nil { // a mistake there is no answer
			why, err = "", fmt.Errorf("%w: %v", errNobodyKnows, p)
		}
	}()
	return people.Away(ctx, r.Requester.ID)
}

// setAway notes why the requester can be given nothing, or that they can again.
func setAway(r *Request, why string, now time.Time) error {
	if r.Away == why {
		return ErrUnchanged
	}
	r.Away = why
	text := r.Requester.Name + " is there again."
	if why != "" {
		text = fmt.Sprintf("%s can't be given anything any more: %s.", r.Requester.Name, why)
	}
	r.note(now, Event{Kind: EventRecipient, Text: text})
	return nil
}

// noRecipient is the refusal of what would give a credential to nobody.
func noRecipient(r *Request, why, then string) *Refusal {
	return refuse(RuleRecipient, "Nobody could be given the %s of %s: %s, who asked for it, is gone (%s). %s",
		r.Plan.Credential.Kind.Noun(), r.ID, r.Requester.Name, why, then)
}

// seeRecipient checks whether the requester of a pending request is there, before
// somebody approves it. What is seen is on the card from then on.
func (d *Desk) seeRecipient(ctx context.Context, r *Request) (*Refusal, error) {
	why, err := away(ctx, d.people, r)
	if err != nil {
		d.log.Warn("it is not known whether a requester is there", "request", r.ID, "err", err)
		if !r.HandsOver() {
			return nil, nil
		}
		return refuse(RuleRecipient, "Slack did not say whether %s, who would be given the %s, is still there. Nothing was done. Try "+
			"again in a minute.", r.Requester.Name, r.Plan.Credential.Kind.Noun()), nil
	}
	news := why != r.Away
	if news {
		_, err = d.store.Update(ctx, r.ID, func(r *Request) error {
			if r.State != StatePending {
				return ErrUnchanged
			}
			now := d.now()
			defer func() { r.WakeAt = d.policy.nextWake(r, now) }()
			return setAway(r, why, now)
		})
		if err != nil {
			return nil, err
		}
		d.changed(r.ID)
	}
	if why != "" && r.HandsOver() {
		return noRecipient(r, why, "Nothing was made. Deny the request; whoever needs the app now asks for it themselves."), nil
	}
	if why != "" && news {
		return refuse(RuleRecipient, "%s, who asked for %s, is gone (%s). Nothing was done. The card says so now; press Approve again "+
			"if it is wanted all the same.", r.Requester.Name, r.ID, why), nil
	}
	return nil, nil
}

// watchRecipients looks from time to time whether requesters are still there.
func (e *Engine) watchRecipients(ctx context.Context) {
	for e.people != nil && ctx.Err() == nil {
		sleep(ctx, recipientsEvery)
		e.caught("recipients", func() { e.lookForRecipients(ctx) })
	}
}

func (e *Engine) lookForRecipients(ctx context.Context) {
	type answer struct {
		why string
		err error
	}
	asked := map[string]answer{} // by requester: each once, whether or not anybody knows
	for _, s := range []State{StatePending, StateSignIn, StateReady} {
		found, _, err := Readable(every(ctx, e.store, Query{State: s}))
		if err != nil {
			e.log.Error("looking for recipients", "err", err)
			return
		}
		for _, r := range found {
			if ctx.Err() != nil {
				return
			}
			a, before := asked[r.Requester.ID]
			if !before {
				a.why, a.err = away(ctx, e.people, r)
				asked[r.Requester.ID] = a
			}
			if a.err == nil && a.why != r.Away {
				e.save(r.ID, func(r *Request, now time.Time) error { return setAway(r, a.why, now) })
			}
		}
	}
}

// recipient makes sure that there is somebody whom the credential of r can be given to,
// before it is made.
func (e *Engine) recipient(ctx context.Context, r *Request) error {
	if !r.HandsOver() {
		return nil
	}
	why, err := away(ctx, e.people, r)
	_, busy := errors.AsType[Temporary](err)
	switch {
	case busy:
		return err
	case err != nil:
		return &ServiceError{Code: string(RuleRecipient),
			Text: fmt.Sprintf("Slack did not say whether %s, who would be given the %s, is still there, so it was not made.",
				r.Requester.Name, r.Plan.Credential.Kind.Noun())}
	case why != "":
		no := noRecipient(r, why, "It was not made.")
		return &ServiceError{Code: string(no.Rule), Text: no.Text}
	}
	return nil
}
