package workflow

import "time"

// retireKind is the end of an app.
var retireKind = kind{
	say: phrases{
		wish: "to retire the app %s", does: "delete the app %s", undoes: "delete the app %s",
		undo: "Undo to delete the app", undone: "what was made was deleted again",
		stands:  "The app is registered, consented",
		confirm: deleteQuestion,
	},
	steps: func(r *Request) []StepName {
		return r.owned(append([]StepName{StepDependents, StepRemoveCredentials, StepRevokeConsent}, r.deletion()...)...)
	},
	undo: (*Request).deletion,
	finish: func(r *Request, now time.Time) {
		r.move(StateDone, now, Event{Kind: EventReady,
			Text: "The app has no credential and no consent any more, and is deleted. It can be restored for 30 days."})
	},
	undone:  wasDeleted,
	removes: (*Request).allowed,
	adds:    func(*Request) bool { return false },
}
