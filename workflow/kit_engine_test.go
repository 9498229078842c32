package workflow_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/pack"
)

// request submits one for Bea.
func (w *world) request(n *node) string {
	r, err := n.Submit(context.Background(), bea, draft("payroll-backup"))
	if err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

// wantOne checks what has to be true at the end, whatever happened on the way.
func (w *world) wantOne(id string) {
	w.t.Helper()
	r := w.get(id)
	if r.State != workflow.StateReady {
		w.t.Fatalf("%s is %s: %s; steps %+v", id, r.State, r.Failure.Text, r.Steps)
	}
	if len(w.apps) != 1 {
		w.t.Errorf("%d apps, want 1", len(w.apps))
	}
	for _, a := range w.apps {
		if len(a.keys) != 1 || a.keys[r.Made.KeyID].KeyID == "" {
			w.t.Errorf("keys %v, want the one that was kept, %q", a.keys, r.Made.KeyID)
		}
		if !slices.Equal(a.roles, []string{"Directory.Read.All", "Group.Read.All"}) || a.owner != "OBJ-BEA" || !a.sp {
			w.t.Errorf("the app is %+v", a)
		}
	}
	seen := map[string]int{}
	for _, m := range w.messages {
		seen[fmt.Sprint(m.name, m.n)]++
		if m.code != "" {
			w.t.Errorf("%s still shows a code", m.name)
		}
		if m.name != workflow.PostThread && m.name == workflow.PostName(fmt.Sprint(workflow.PostOutcome, r.Outcomes)) && m.drawn.Rev != r.Rev {
			w.t.Errorf("%s shows revision %d of %d", m.name, m.drawn.Rev, r.Rev)
		}
	}
	for name, times := range seen {
		if times != 1 {
			w.t.Errorf("message %s was sent %d times", name, times)
		}
	}
	for i := range r.History {
		if seen[fmt.Sprint(workflow.PostThread, i)] != 1 {
			w.t.Errorf("event %d, %q, was told %d times", i, r.History[i].Text, seen[fmt.Sprint(workflow.PostThread, i)])
		}
	}
	_, secret, err := w.boot2().Claim(context.Background(), id, bea)
	if err != nil || secret.Reveal() != "S3CRET "+r.Made.KeyID {
		w.t.Errorf("claimed %q, %v; want the live key's", secret.Reveal(), err)
	}
}

// boot2 is a desk without an engine.
func (w *world) boot2() *workflow.Desk {
	return workflow.NewDesk(workflow.DeskConfig{Store: w.store, Tenants: []workflow.Tenant{contoso}, Products: []pack.Product{vbo(),
		backup()}, Policy: w.policy,
		Key: w.key, Log: quiet})
}
