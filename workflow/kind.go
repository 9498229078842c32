package workflow

import (
	"cmp"
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
)

// A kind is all that one kind of request does in its own way: each has a file of its own,
// kind_*.go. What is not here is the same for every kind.
type kind struct {
	say phrases
	// next is what an approval begins; nil is to carry the plan out.
	next func(*Request) Task
	// steps are what the engine makes sure of, read from top to bottom.
	steps  func(*Request) []StepName
	titles map[StepName]string // of steps that are something else to it
	undo   undo                // what takes that back
	// finish ends a request whose last step is done; nil is as for a new app. See finishNew.
	finish func(r *Request, now time.Time)
	// undoable reports whether it has made something that Undo deletes; nil is never.
	undoable func(*Request) bool
	// removes is what it takes from the app; nil is nothing.
	removes func(*Request) plan.Plan
	// leaves is what may be left of it when it is given up, and that nobody approved to be left;
	// nil is nothing.
	leaves func(*Request) Residue
	// remains says what is in the tenant when it is given up, and what can be done next: the
	// beginning of a sentence, and its end. Nil is as of what makes something.
	remains func(*Request) (what, next string)
	// looksAgain makes due, at each sign-in, what may have changed since the last one, besides
	// what dueAtSignIn does; nil is nothing.
	looksAgain func(*Request)
	// endsOld reports whether the certificate that the app had before is no longer one of its;
	// nil is never.
	endsOld func(*Request) bool
	// needs is what a sign-in for it has to be good for.
	needs func(*Request) rights
	// adds reports whether it gives the app a credential that it has not had.
	adds func(*Request) bool

	// takesLink: it gives somebody the credential of an app that exists, or goes by who owns it.
	takesLink bool
	begins    bool // it is the first of its app's requests here
	finds     bool // its app was made elsewhere, and is found: it only adds to that
	// replaces: its plan takes the place of what the app has had. All beyond it is removed, and
	// so is what given-up updates have left.
	replaces bool
	ends     bool // it deletes the app
	restores bool // the app that it is about was deleted
}

// phrases are what people read of a kind. %s is the name of the app.
type phrases struct {
	wish string // "somebody asks …"
	does string // what approving it does, as a title
	// stands says that the app is there, as the beginning of a sentence that goes on with "and";
	// empty is as of an app that was registered.
	stands string
}

// kinds is the table. It is filled by init, because rows read it.
var kinds map[Kind]kind

func init() {
	kinds = map[Kind]kind{
		KindRegister: registerKind, KindRenew: renewKind, KindUpdate: updateKind,
		KindRetire: retireKind, KindRecreate: recreateKind, KindAdopt: adoptKind,
	}
}

// known reports whether this version has that kind. Requests of the first version say none.
func (k Kind) known() bool { _, ok := kinds[k]; return ok || k == "" }

// fromNewer refuses whatever is wanted of a request that only a newer version can have kept:
// to take it for something known would carry out what nobody approved.
func fromNewer(id string, k Kind, t Task) *Refusal {
	if k.known() && t.known() {
		return nil
	}
	return refuse(RuleWrongState, "A newer version of this bot kept %s, and this one does not know what it asks for. Nothing was "+
		"changed. Ask the operator of this bot to start the newer version again.", id)
}

// kind is the row of r's kind. Requests of the first version say none: they register.
func (r *Request) kind() kind {
	if k, ok := kinds[r.Kind]; ok {
		return k
	}
	return kinds[KindRegister]
}

// Wish is what r asks for, after "asks".
func (r *Request) Wish() string { return fmt.Sprintf(r.kind().say.wish, r.AppName()) }

// Does is what r's task does once somebody has signed in, as a title.
func (r *Request) Does() string {
	words := r.kind().say.does
	switch t := r.task(); {
	case t.does != "":
		words = t.does
	case doing(r) == TaskUndo:
		words = r.kind().undo.does
	}
	return fmt.Sprintf(words, r.AppName())
}

// Stands says that r's app is there, as the beginning of a sentence that goes on
// with “and”.
func Stands(r *Request) string {
	return cmp.Or(r.kind().say.stands, "The app is registered, consented")
}

// AddsCredential reports whether what r does now gives the app a credential that it has
// not had.
func (r *Request) AddsCredential() bool { return r.task().makes && r.kind().adds(r) }

// stepsFor are what the engine makes sure of for a task, read from top to bottom.
func stepsFor(r *Request, t Task) []StepName {
	switch {
	case tasks[t].steps != nil:
		return tasks[t].steps
	case t == TaskUndo:
		return r.kind().undo.steps(r)
	}
	return r.kind().steps(r)
}

// finishTask ends a task whose last step is done.
func finishTask(r *Request, now time.Time) {
	end := r.task().finish
	if end == nil {
		end = r.kind().finish
	}
	if end == nil {
		end = finishNew
	}
	end(r, now)
}
