package workflow

// registerKind makes a new application.
var registerKind = kind{
	say:      phrases{wish: "for the app %s", does: "register the app %s"},
	steps:    func(r *Request) []StepName { return stepsOf(r.Plan) },
	undo:     deletesApp,
	needs:    toRegister,
	undoable: yes, adds: yes, begins: true,
}

func yes(*Request) bool { return true }
