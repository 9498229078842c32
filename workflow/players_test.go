package workflow_test

import (
	"context"
	"fmt"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// What people do in the tests, and the time that passes.

// pass lets time go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// get returns the request as it is kept.
func (w *world) get(id string) *workflow.Request {
	r, err := w.store.Get(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// codeFor is the code that the approver's newest DM shows.
func (w *world) codeFor(r *workflow.Request) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m := w.messages[r.Posts[workflow.PostName(fmt.Sprint(workflow.PostSignIn, r.Approval.N))].TS]; m != nil {
		return m.code
	}
	return ""
}

// use has the approver use a code, with what Microsoft says to it.
func (w *world) use(code string, err error) {
	w.mu.Lock()
	c := w.codes[code]
	w.mu.Unlock()
	select {
	case c.used <- err:
	default: // it was used before
	}
	synctest.Wait()
}

// approves has Ada approve a request and sign in.
func (w *world) approves(n *node, id string) {
	w.t.Helper()
	if _, err := n.Approve(w.t.Context(), id, ada, w.get(id).Rev); err != nil {
		w.t.Fatal(err)
	}
	pass(time.Second)
	w.use(w.codeFor(w.get(id)), nil)
}

// people does what a patient approver would do until the request stands still.
func (w *world) people(n *node, id string) {
	ctx := context.Background()
	pressed := 0
	for range 800 { // half an hour
		synctest.Wait()
		w.mu.Lock()
		off := *n.off
		w.mu.Unlock()
		if off {
			return
		}
		switch r := w.get(id); {
		case r.State == workflow.StatePending:
			n.Approve(ctx, id, ada, r.Rev)
		case r.State == workflow.StateSignIn && r.SignIn.Status == workflow.SignInOver:
			n.NewCode(ctx, id, ada)
		case r.State == workflow.StateSignIn && w.codeFor(r) != "" && r.SignIn.Status == workflow.SignInWaiting:
			w.use(w.codeFor(r), nil)
			pass(time.Second)
		case r.State == workflow.StateFailed:
			if pressed++; pressed > 30 {
				return
			}
			n.Retry(ctx, id, ada, r.Rev)
		case r.State == workflow.StateReady, r.State == workflow.StateDone:
			pass(10 * time.Second)
			return
		default:
			pass(2 * time.Second)
		}
	}
}
