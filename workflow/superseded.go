package workflow

import (
	"context"
	"errors"
)

// A request about an app is about the one that stood for the app when it was asked
// for. Another may end between that look and the store's keeping it, though only one
// at a time is at work on an app: so it is looked at again once r holds the claim on
// the app, after which no other can end, and before anything is done.

// stale says no to a request whose app another request now manages.
func stale(ctx context.Context, store Store, r *Request) error {
	if r.Target.Request == "" {
		return nil
	}
	head, err := store.Get(ctx, r.Target.Request)
	if err != nil {
		return err
	}
	if head.Successor == "" || head.Successor == r.ID {
		return nil
	}
	return refuse(RuleStale, "%s has changed since this was asked for: %s came after %s. Nothing was changed. Cancel this if it still "+
		"waits, and ask again.", head.AppName(), head.Successor, head.ID)
}

// refusal is the refusal in an error, and the error if it is another.
func refusal(err error) (*Refusal, error) {
	if no, ok := errors.AsType[*Refusal](err); ok {
		return no, nil
	}
	return nil, err
}

// notStale ends a request that was kept too late.
func (d *Desk) notStale(ctx context.Context, kept *Request) error {
	no, err := refusal(stale(ctx, d.store, kept))
	if no == nil {
		return err
	}
	_, err = d.store.Update(ctx, kept.ID, func(r *Request) error {
		if r.State != StatePending && r.State != StateUnlinked {
			return ErrUnchanged // it is refused at the sign-in
		}
		now := d.now()
		r.Failure = Failure{Rule: no.Rule, Text: no.Text}
		r.move(StateCancelled, now, Event{Kind: EventCancelled, Text: no.Text})
		r.WakeAt = d.policy.nextWake(r, now)
		return nil
	})
	if err != nil {
		return err
	}
	d.changed(kept.ID)
	return no
}
