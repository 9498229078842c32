package workflow

import (
	"context"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
)

// recreateKind restores an app that was deleted, or makes it again.
var recreateKind = kind{
	say: phrases{wish: "to recreate the app %s", does: "recreate the app %s"},
	steps: func(r *Request) []StepName { // who owns a deleted application cannot be read
		return append([]StepName{StepGone, StepRestore}, owned(r, recreateSteps(r)...)...)
	},
	undo:  deletesApp,
	needs: toRegister,
	finish: func(r *Request, now time.Time) {
		r.Residue.Azure, r.Residue.Certificates = stillInAzure(r), nil // those are removed, or it came without them
		finishNew(r, now)
	},
	undoable: func(r *Request) bool { return r.Steps.undoing() || r.Steps.restored() },
	removes:  (*Request).allowed,
	adds:     yes, restores: true, takesLink: true,
	endsOld: func(r *Request) bool { return r.Target.NewCertificate }, // the app came back without it
	looksAgain: func(r *Request) {
		if !r.Steps.Tried(StepRestore) { // somebody else may have restored it
			r.Steps.redo(StepGone)
		}
	},
}

// Recreate asks for an app that was deleted.
func (d *Desk) Recreate(ctx context.Context, by people.Person, head string, draft form.Draft) (*Request, error) {
	return d.about(ctx, by, head, KindRecreate, draft, func(wrong form.Errors, before, r *Request) *Refusal {
		d.newCredential(wrong, before, draft, r)
		r.Target.ClaimsName = !before.Managed()
		r.Taken.Credential.Federated = before.Plan.Credential.Federated // an app that is restored has it until that is removed
		return nil
	})
}

// recreateSteps restore an app as its plan has it. What a given-up update may have
// left in Azure came back with it, and goes.
func recreateSteps(r *Request) []StepName {
	if len(r.Residue.Azure) == 0 {
		return stepsOf(r.Plan)
	}
	var steps []StepName
	p, w := r.Plan, azureOf(r)
	p.AzureRoles = w.among(p.AzureRoles)
	for _, s := range stepsOf(p) {
		if s == StepAzureRoles {
			steps = append(steps, w.steps()...)
		} else {
			steps = append(steps, s)
		}
	}
	return steps
}
