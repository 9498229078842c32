package workflow

import (
	"context"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
)

// RemoveOld has the old credential removed, after a sign-in of whoever presses.
func (d *Desk) RemoveOld(ctx context.Context, id string, by people.Person) (*Request, error) {
	return d.decision(ctx, id, by, func(r *Request, _ panel) *Refusal {
		if r.State != StateLeftover {
			return wrongState(r, "there is no old credential to remove")
		}
		return nil
	}, func(r *Request, now time.Time) {
		decide(r, by, now, TaskRemoveOld)
		r.Steps = newSteps(stepsFor(r, TaskRemoveOld))
		r.move(StateSignIn, now, Event{By: by.ID, Kind: EventRemoveOld, Text: "pressed Remove the old one and was sent a sign-in code"})
	})
}

// removeOld removes the credential that a renewal took the place of.
func removeOld(ctx context.Context, r *Request, s Session) error {
	if t := r.Target.Thumbprint; t != "" {
		return s.RemoveCertificate(ctx, r.Made.ObjectID, t, r.Thumbprint())
	}
	return s.RemovePassword(ctx, r.Made.ObjectID, r.Target.KeyID)
}

func finishRemoveOld(r *Request, now time.Time) {
	r.PredecessorTold = r.Target.Thumbprint == "" // else the old certificate is free
	r.move(StateDone, now, Event{Kind: EventOldRemoved, Text: "The old credential was removed. The app has the new one only."})
}
