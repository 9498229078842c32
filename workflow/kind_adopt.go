package workflow

import "time"

// adoptKind adds what a product needs to an app that was not made here.
var adoptKind = kind{
	say: phrases{
		wish: "to add to the app %s", does: "add to the existing app %s", undoes: "remove what was added to %s",
		undo: "Undo to remove what was added", undone: "what was added was removed again",
		stands: "The app has what it needs, is consented",
		confirm: confirmation{"Remove what was added?",
			"This removes the new credential and what else was added from %s, after you have signed in. What it had before stays."},
	},
	steps: func(r *Request) []StepName { return r.Plan.adoptSteps() },
	undo: func(r *Request) []StepName {
		if r.azureWork().takes() {
			return []StepName{StepRemoveNew, StepUnassign, StepUndoAdoption}
		}
		return []StepName{StepRemoveNew, StepUndoAdoption}
	},
	finish: func(r *Request, now time.Time) {
		if r.Plan.Credential.Kind.handsOver() {
			finishNew(r, now)
			return
		}
		r.move(StateDone, now, Event{Kind: EventReady,
			Text: "The app has what was approved, beside all that it had. There is nothing secret to hand over."})
	},
	undone:   (*Request).gaveBack,
	undoable: func(r *Request) bool { return r.undoing() || r.begun() },
	adds:     yes, begins: true,
}
