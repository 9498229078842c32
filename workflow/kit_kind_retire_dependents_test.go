package workflow_test

import (
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// upTo lets people do what they have to, but for Retry, until a request is in a state.
func (w *world) upTo(n *node, id string, want workflow.State) *workflow.Request {
	w.t.Helper()
	for range 60 {
		synctest.Wait()
		off := false
		w.set(func() { off = *n.off })
		switch r := w.get(id); {
		case off, r.State == want:
			return r
		case r.State == workflow.StatePending:
			n.Approve(w.t.Context(), id, ada, r.Rev)
		case r.State == workflow.StateSignIn && r.SignIn.Status == workflow.SignInOver:
			n.NewCode(w.t.Context(), id, ada)
		case r.State == workflow.StateSignIn && w.codeFor(r) != "" && r.SignIn.Status == workflow.SignInWaiting:
			w.use(w.codeFor(r), nil)
			pass(time.Second)
		default:
			pass(2 * time.Second)
		}
	}
	r := w.get(id)
	w.t.Fatalf("%s is %s, want %s: %s; steps %+v", id, r.State, want, r.Failure.Text, r.Steps)
	return nil
}

// usedBy has somebody depend on the only app.
func (w *world) usedBy(list ...workflow.Dependent) {
	w.t.Helper()
	a := w.one()
	w.set(func() { a.dependents = workflow.Dependents{List: list} })
}

// retires asks for the end of an app.
func (w *world) retires(n *node, before *workflow.Request, origin string) *workflow.Request {
	w.t.Helper()
	r, err := n.Retire(w.t.Context(), bea, before.ID, d2(origin))
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// retry presses Retry on the card as it is.
func (w *world) retry(n *node, id string) {
	w.t.Helper()
	if _, err := n.Retry(w.t.Context(), id, ada, w.get(id).Rev); err != nil {
		w.t.Fatal(err)
	}
}

// untouched says that the only app has what it had.
func (w *world) untouched() {
	w.t.Helper()
	if a := w.one(); len(a.keys) != 1 || len(a.granted) == 0 {
		w.t.Errorf("the app has %d credentials and %d permissions", len(a.keys), len(a.granted))
	}
}
