package workflowtest

import (
	"context"
	"fmt"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// What people do in the tests, and the time that passes.

// Pass lets time go by.
func Pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// Get returns the request as it is kept.
func (w *World) Get(id string) *workflow.Request {
	r, err := w.Store.Get(context.Background(), id)
	if err != nil {
		w.T.Fatal(err)
	}
	return r
}

// CodeFor is the code that the approver's newest DM shows.
func (w *World) CodeFor(r *workflow.Request) string {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if m := w.Messages[r.Posts[workflow.PostName(fmt.Sprint(workflow.PostSignIn, r.Approval.N))].TS]; m != nil {
		return m.Code
	}
	return ""
}

// Use has the approver use a code, with what Microsoft says to it.
func (w *World) Use(code string, err error) {
	w.Mu.Lock()
	c := w.Codes[code]
	w.Mu.Unlock()
	select {
	case c.used <- err:
	default: // it was used before
	}
	synctest.Wait()
}

// Approves has Ada approve a request and sign in.
func (w *World) Approves(n *Node, id string) {
	w.T.Helper()
	if _, err := n.Approve(w.T.Context(), id, Ada, w.Get(id).Rev); err != nil {
		w.T.Fatal(err)
	}
	Pass(time.Second)
	w.Use(w.CodeFor(w.Get(id)), nil)
}

// People does what a patient approver would do until the request stands still.
func (w *World) People(n *Node, id string) {
	ctx := context.Background()
	pressed := 0
	for range 800 { // half an hour
		synctest.Wait()
		w.Mu.Lock()
		off := *n.Off
		w.Mu.Unlock()
		if off {
			return
		}
		switch r := w.Get(id); {
		case r.State == workflow.StatePending:
			n.Approve(ctx, id, Ada, r.Rev)
		case r.State == workflow.StateSignIn && r.SignIn.Status == workflow.SignInOver:
			n.NewCode(ctx, id, Ada)
		case r.State == workflow.StateSignIn && w.CodeFor(r) != "" && r.SignIn.Status == workflow.SignInWaiting:
			w.Use(w.CodeFor(r), nil)
			Pass(time.Second)
		case r.State == workflow.StateFailed:
			if pressed++; pressed > 30 {
				return
			}
			n.Retry(ctx, id, Ada, r.Rev)
		case r.State == workflow.StateReady, r.State == workflow.StateDone:
			Pass(10 * time.Second)
			return
		default:
			Pass(2 * time.Second)
		}
	}
}

// OK fails the test where something was refused.
func (w *World) OK(_ *workflow.Request, err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}
