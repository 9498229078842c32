package workflow

// renewKind makes a new credential for an app that an earlier request made.
var renewKind = kind{
	say: phrases{
		wish: "to renew the credential of %s", does: "renew the credential of %s", undoes: "remove the new credential of %s",
		undo: "Undo to keep the old one only", undone: "the new credential was removed again",
		stands: "The app is registered, consented",
		confirm: confirmation{"Remove the new credential?",
			"This removes the new credential of %s, after you have signed in. The old one stays."},
	},
	steps: func(r *Request) []StepName {
		steps := r.Plan.credentialSteps()
		if r.Target.TakenOver {
			steps = append([]StepName{StepOwner}, steps...)
		}
		return r.owned(steps...)
	},
	undo:     func(*Request) []StepName { return []StepName{StepRemoveNew} },
	finish:   finishNew,
	undone:   func(*Request) string { return "The new credential was removed. The app has the one it had before." },
	undoable: yes, adds: yes,
}
