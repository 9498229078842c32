package workflow_test

import (
	"context"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
)

// settle lets people do what they have to until a request is in a state.
func (w *world) settle(n *node, id string, want workflow.State) *workflow.Request {
	w.t.Helper()
	for range 30 {
		w.people(n, id)
		r, off := w.get(id), false
		w.set(func() { off = *n.off })
		if r.State == want || off {
			return r
		}
		if r.State == workflow.StateReady {
			if _, given, err := n.Claim(context.Background(), id, bea); err == nil {
				n.Opened(context.Background(), id, bea)
				w.given = given
				synctest.Wait()
			}
			w.fetch(n.Desk, w.given)
		}
		pass(time.Second)
	}
	r := w.get(id)
	w.t.Fatalf("%s is %s, want %s: %s; steps %+v", id, r.State, want, r.Failure.Text, r.Steps)
	return nil
}

// handedOver is an app whose secret Bea has opened.
func (w *world) handedOver(n *node) *workflow.Request {
	w.t.Helper()
	return w.settle(n, w.request(n), workflow.StateDone)
}

// renews has Bea ask for a new credential of an app.
func (w *world) renews(n *node, before *workflow.Request, d form.Draft) *workflow.Request {
	w.t.Helper()
	d.Origin = "V-renew"
	r, err := n.Renew(w.t.Context(), bea, before.ID, d)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// one is the only app there is.
func (w *world) one() *fakeApp {
	w.t.Helper()
	if len(w.apps) != 1 {
		w.t.Fatalf("%d apps", len(w.apps))
	}
	for _, a := range w.apps {
		return a
	}
	return nil
}

func d2(origin string) form.Draft {
	d := draft("")
	d.Origin = origin
	return d
}
