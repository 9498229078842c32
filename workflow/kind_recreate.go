package workflow

import (
	"context"
	"time"
)

// recreateKind restores an app that was deleted, or makes it again.
var recreateKind = kind{
	say: phrases{
		wish: "to recreate the app %s", does: "recreate the app %s", undoes: "delete the app %s",
		undo: "Undo to delete the app", undone: "what was made was deleted again",
		stands:  "The app is registered, consented",
		confirm: deleteQuestion,
	},
	steps: func(r *Request) []StepName { // who owns a deleted application cannot be read
		return append([]StepName{StepGone, StepRestore}, r.owned(r.recreateSteps()...)...)
	},
	undo:  (*Request).deletion,
	needs: toRegister,
	finish: func(r *Request, now time.Time) {
		r.AzureResidue, r.CertificateResidue = r.stillLeft(), nil // those are removed, or it came without them
		finishNew(r, now)
	},
	undone:   wasDeleted,
	undoable: func(r *Request) bool { return r.undoing() || r.restored() },
	removes:  (*Request).allowed,
	adds:     yes, restores: true,
}

// Recreate asks for an app that was deleted.
func (d *Desk) Recreate(ctx context.Context, by Person, head string, draft Draft) (*Request, error) {
	return d.about(ctx, by, head, KindRecreate, draft, func(wrong FieldErrors, before, r *Request) *Refusal {
		d.newCredential(wrong, before, draft, r)
		r.Target.ClaimsName = !before.Managed()
		return nil
	})
}
