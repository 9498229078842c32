package workflowtest

import (
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// UpTo lets people do what they have to, but for Retry, until a request is in a state.
func (w *World) UpTo(n *Node, id string, want workflow.State) *workflow.Request {
	w.T.Helper()
	for range 60 {
		synctest.Wait()
		off := false
		w.Set(func() { off = *n.Off })
		switch r := w.Get(id); {
		case off, r.State == want:
			return r
		case r.State == workflow.StatePending:
			n.Approve(w.T.Context(), id, Ada, r.Rev)
		case r.State == workflow.StateSignIn && r.SignIn.Status == workflow.SignInOver:
			n.NewCode(w.T.Context(), id, Ada)
		case r.State == workflow.StateSignIn && w.CodeFor(r) != "" && r.SignIn.Status == workflow.SignInWaiting:
			w.Use(w.CodeFor(r), nil)
			Pass(time.Second)
		default:
			Pass(2 * time.Second)
		}
	}
	r := w.Get(id)
	w.T.Fatalf("%s is %s, want %s: %s; steps %+v", id, r.State, want, r.Failure.Text, r.Steps)
	return nil
}

// UsedBy has somebody depend on the only app.
func (w *World) UsedBy(list ...workflow.Dependent) {
	w.T.Helper()
	a := w.One()
	w.Set(func() { a.dependents = workflow.Dependents{List: list} })
}

// Retires asks for an app to be deleted.
func (w *World) Retires(n *Node, before *workflow.Request, origin string) *workflow.Request {
	w.T.Helper()
	r, err := n.Retire(w.T.Context(), Bea, before.ID, FollowUp(origin))
	if err != nil {
		w.T.Fatal(err)
	}
	return r
}

// Retry presses Retry on the card as it is.
func (w *World) Retry(n *Node, id string) {
	w.T.Helper()
	if _, err := n.Retry(w.T.Context(), id, Ada, w.Get(id).Rev); err != nil {
		w.T.Fatal(err)
	}
}

// Untouched says that the only app has what it had.
func (w *World) Untouched() {
	w.T.Helper()
	if a := w.One(); len(a.Keys) != 1 || len(a.Granted) == 0 {
		w.T.Errorf("the app has %d credentials and %d permissions", len(a.Keys), len(a.Granted))
	}
}
