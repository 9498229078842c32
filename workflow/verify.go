package workflow

import (
	"context"
	"strings"
	"time"
)

// Verify takes an application that somebody has made by hand, as the plan says,
// for what r asks for. Whoever says so signs in; the bot reads what the app has
// and compares it with the plan, and changes nothing.
func (d *Desk) Verify(ctx context.Context, id string, by Person, appID string) (*Request, error) {
	appID = strings.ToLower(oneLine(appID))
	return d.change(ctx, id, by, func(r *Request) *Refusal {
		switch no := d.mayDecide(r, by); {
		case no != nil:
			return no
		case r.State != Pending || r.Kind != Register:
			return refuse(RuleWrongState, "%s %s, so there is nothing to verify.", r.ID, r.Standing())
		case !guidPattern.MatchString(appID):
			return refuse(RuleNoApp, "%s is not an App ID. It looks like 00000000-0000-0000-0000-000000000000; the portal shows it as Application (client) ID.", clip(appID, 60))
		}
		return d.tooFew(r, by)
	}, func(r *Request, now time.Time) {
		r.decide(by, now, Verify)
		r.Made.AppID = appID
		r.Steps = newSteps(r.stepsFor(Verify))
		r.move(Signing, now, Event{By: by.ID, What: VerifyAsked, Text: "has made it by hand, as " + appID + ", and was sent a sign-in code to have it checked"})
	})
}

// verifyFailed lets an application that is not as the plan says go again. The
// request waits for an approver as before.
func (e *Engine) verifyFailed(r *Request, f Failure) bool {
	e.drop(r.ID)
	_, err := e.save(r.ID, func(r *Request, now time.Time) error {
		f.Text = "What was made by hand is not what the plan says. " + f.Text + " Mend it and verify it again, or press Approve to have the bot do it."
		r.Failure, r.Made, r.Steps = f, Made{}, nil
		r.Approval.Digest = ""
		r.move(Pending, now, Event{What: HasFailed, Text: f.Text})
		return nil
	})
	return err == nil
}
