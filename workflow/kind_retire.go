package workflow

import (
	"context"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
)

// retireKind is the end of an app.
var retireKind = kind{
	say: phrases{wish: "to retire the app %s", does: "delete the app %s"},
	steps: func(r *Request) []StepName {
		return owned(r, append([]StepName{StepDependents, StepRemoveCredentials, StepRevokeConsent}, deletion(r)...)...)
	},
	undo: deletesApp,
	needs: func(r *Request) rights {
		n := toPrevious(r)
		n.plan.DirectoryRoles = n.plan.DirectoryRoles[len(r.Plan.DirectoryRoles):] // the plan's go with the app
		n.reads, n.consent = true, "revoke consent to Microsoft Graph application permissions"
		return n
	},
	finish: func(r *Request, now time.Time) {
		r.move(StateDone, now, Event{Kind: EventReady,
			Text: "The app has no credential and no consent any more, and is deleted. It can be restored for 30 days."})
	},
	removes: (*Request).allowed,
	adds:    func(*Request) bool { return false },
	ends:    true,
	remains: remainsOfRetire, looksAgain: lookAtDependents,
}

// Retire asks for an app to be deleted.
func (d *Desk) Retire(ctx context.Context, by people.Person, head string, draft form.Draft) (*Request, error) {
	return d.about(ctx, by, head, KindRetire, draft, func(_ form.Errors, before, r *Request) *Refusal {
		if !before.Managed() {
			return refuse(RuleWrongState, "%s was retired already, by %s.", before.AppName(), before.ID)
		}
		return nil
	})
}
