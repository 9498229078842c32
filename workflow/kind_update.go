package workflow

import "time"

// updateKind brings an app from one plan to another.
var updateKind = kind{
	say: phrases{
		wish: "to update the app %s", does: "update the app %s", undoes: "delete the app %s",
		undo: "Undo to delete the app", undone: "what was made was deleted again",
		stands:  "The app is registered, consented",
		confirm: deleteQuestion,
	},
	steps: func(r *Request) []StepName { return r.owned(r.updateSteps()...) },
	undo:  (*Request).deletion,
	finish: func(r *Request, now time.Time) {
		r.AzureResidue, r.Residue, r.CertificateResidue = r.stillLeft(), Plan{}, nil
		r.move(StateDone, now, Event{Kind: EventReady, Text: "The app has exactly what was approved now."})
	},
	undone:  wasDeleted,
	removes: func(r *Request) Plan { return r.previous().less(r.Plan) },
	adds:    (*Request).addsCertificate, settles: true,
}
