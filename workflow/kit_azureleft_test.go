package workflow_test

import (
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
)

// givenUpInClouds is an app with the built-in roles on one subscription, of which an
// update to a custom role on two was given up when this call failed.
func (w *world) givenUpInClouds(n *node, at string) *workflow.Request {
	w.t.Helper()
	return w.givesUp(n, w.inClouds(n, "builtin", subscription), at, change("V-wider", "minimal", subscription, second))
}

func (w *world) givesUp(n *node, app *workflow.Request, at string, d form.Draft) *workflow.Request {
	w.t.Helper()
	r, err := n.Update(w.t.Context(), bea, app.ID, d)
	if err != nil {
		w.t.Fatal(err)
	}
	w.set(func() {
		w.before = func(call string) error {
			if call == at {
				return &workflow.ServiceError{Code: "no", Text: "no"}
			}
			return nil
		}
	})
	if r = w.signsInFor(n, r); r.State != workflow.StateFailed {
		w.t.Fatalf("the update is %s", r.State)
	}
	w.set(func() { w.before = nil })
	if _, err := n.GiveUp(w.t.Context(), r.ID, ada); err != nil {
		w.t.Fatal(err)
	}
	pass(time.Second)
	return w.get(app.ID)
}

func (w *world) inAzure() []string { return slices.Sorted(slices.Values(w.one().azure)) }
