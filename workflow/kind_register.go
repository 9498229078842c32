package workflow

// registerKind makes a new application.
var registerKind = kind{
	say: phrases{
		wish: "for the app %s", does: "register the app %s", undoes: "delete the app %s",
		undo: "Undo to delete the app", undone: "what was made was deleted again",
		stands:  "The app is registered, consented",
		confirm: deleteQuestion,
	},
	steps:    func(r *Request) []StepName { return stepsOf(r.Plan) },
	undo:     deletion,
	needs:    toRegister,
	finish:   finishNew,
	undone:   wasDeleted,
	undoable: yes, adds: yes, begins: true,
}

var deleteQuestion = confirmation{"Delete the app?",
	"This deletes %s from the tenant, after you have signed in. Entra keeps it for 30 days."}

func wasDeleted(*Request) string {
	return "What this request had made was deleted. The app can be restored in Entra for 30 days."
}

func yes(*Request) bool { return true }
