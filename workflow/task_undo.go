package workflow

import (
	"context"
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
)

// An undo is what takes back what a kind has made.
type undo struct {
	steps func(*Request) []StepName // read from top to bottom
	needs func(*Request) rights     // of a sign-in for it

	// What people read of it. %s is the name of the app.
	does               string // as a title
	purpose            string // as in "Undo to …"
	question, explains string // before it is pressed
	did                string // what it came to, in a list
	// came says how it ended, in a sentence for the history.
	came func(*Request) string
}

// deletesApp is the Undo of what has made an app.
var deletesApp = undo{
	steps: deletion, needs: toCredential,
	does: "delete the app %s", purpose: "to delete the app",
	question: "Delete the app?",
	explains: "This deletes %s from the tenant, after you have signed in. Entra keeps it for 30 days.",
	did:      "what was made was deleted again",
	came: func(*Request) string {
		return "What this request had made was deleted. The app can be restored in Entra for 30 days."
	},
}

// UndoQuestion asks whether r is to be undone.
func (r *Request) UndoQuestion() (title, text string) {
	u := r.kind().undo
	return u.question, fmt.Sprintf(u.explains, r.AppName())
}

// Undone is what an Undo of r came to, in a few words.
func (r *Request) Undone() string { return r.kind().undo.did }

// Undoable reports whether there is something that an Undo would delete.
func (r *Request) Undoable() bool {
	undoable := r.kind().undoable
	return undoable != nil && r.task().back == "" && (r.State == StateFailed || r.State == StateRevoked) && undoable(r)
}

// Undo deletes what a failed request has made, after a sign-in of whoever presses.
func (d *Desk) Undo(ctx context.Context, id string, by people.Person) (*Request, error) {
	return d.decision(ctx, id, by, func(r *Request, _ panel) *Refusal {
		if !r.Undoable() {
			return wrongState(r, "there is nothing to undo")
		}
		return nil
	}, func(r *Request, now time.Time) {
		decide(r, by, now, TaskUndo) // what it undoes stays as it is until the sign-in was checked
		r.move(StateSignIn, now, Event{By: by.ID, Kind: EventUndo, Text: "pressed Undo and was sent a sign-in code"})
	})
}

func undoRights(r *Request) rights { return r.kind().undo.needs(r) }

// beginUndo replaces the steps by those of the Undo, unless an earlier sign-in has.
func beginUndo(r *Request) {
	if !r.Steps.undoing() {
		r.Steps, r.Handover.Sealed, r.Handover.File = undoSteps(r), nil, nil
	}
	completeUndo(r)
}

// leaveUndo is where a request goes whose sign-in for an Undo failed. One that was not begun
// leaves Retry what it was.
func leaveUndo(r *Request) State {
	if r.Steps.undoing() {
		return StateFailed
	}
	r.Task = TaskProvision
	if r.Handover.Status == HandoverRevoked {
		return StateRevoked
	}
	return StateFailed
}

func finishUndo(r *Request, now time.Time) {
	r.Handover = Handover{}
	r.move(StateUndone, now, Event{Kind: EventUndone, Text: r.kind().undo.came(r)})
}
