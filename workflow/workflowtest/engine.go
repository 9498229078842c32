package workflowtest

import (
	"context"
	"fmt"
	"slices"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
)

// Request submits one for Bea.
func (w *World) Request(n *Node) string {
	r, err := n.Submit(context.Background(), Bea, Draft("payroll-backup"))
	if err != nil {
		w.T.Fatal(err)
	}
	return r.ID
}

// WantOne checks what has to be true at the end, whatever happened on the way.
func (w *World) WantOne(id string) {
	w.T.Helper()
	r := w.Get(id)
	if r.State != workflow.StateReady {
		w.T.Fatalf("%s is %s: %s; steps %+v", id, r.State, r.Failure.Text, r.Steps)
	}
	if len(w.Apps) != 1 {
		w.T.Errorf("%d apps, want 1", len(w.Apps))
	}
	for _, a := range w.Apps {
		if len(a.Keys) != 1 || a.Keys[r.Made.KeyID].KeyID == "" {
			w.T.Errorf("keys %v, want the one that was kept, %q", a.Keys, r.Made.KeyID)
		}
		if !slices.Equal(a.Roles, []string{"Directory.Read.All", "Group.Read.All"}) || a.Owner != "OBJ-BEA" || !a.Sp {
			w.T.Errorf("the app is %+v", a)
		}
	}
	seen := map[string]int{}
	for _, m := range w.Messages {
		seen[fmt.Sprint(m.Name, m.n)]++
		if m.Code != "" {
			w.T.Errorf("%s still shows a code", m.Name)
		}
		if m.Name != workflow.PostThread && m.Name == workflow.PostName(fmt.Sprint(workflow.PostOutcome, r.Outcomes)) &&
			m.Drawn.Rev != r.Rev {
			w.T.Errorf("%s shows revision %d of %d", m.Name, m.Drawn.Rev, r.Rev)
		}
	}
	for name, times := range seen {
		if times != 1 {
			w.T.Errorf("message %s was sent %d times", name, times)
		}
	}
	for i := range r.History {
		if seen[fmt.Sprint(workflow.PostThread, i)] != 1 {
			w.T.Errorf("event %d, %q, was told %d times", i, r.History[i].Text, seen[fmt.Sprint(workflow.PostThread, i)])
		}
	}
	w.KeysFit()
	_, secret, err := w.Boot2().Claim(context.Background(), id, Bea)
	if err != nil || secret.Reveal() != "S3CRET "+r.Made.KeyID {
		w.T.Errorf("claimed %q, %v; want the live key's", secret.Reveal(), err)
	}
}

// Boot2 is a desk without an engine.
func (w *World) Boot2() *workflow.Desk { return w.Boot2With(Contoso) }

// Boot2With is that with another tenant.
func (w *World) Boot2With(tenant workflow.Tenant) *workflow.Desk {
	return workflow.NewDesk(workflow.DeskConfig{Store: w.Store, Tenants: []workflow.Tenant{tenant}, Products: []pack.Product{Vbo(),
		Backup()}, Policy: w.Policy,
		Key: w.Key, Log: Quiet})
}

// Set changes what the world does while a node runs.
func (w *World) Set(change func()) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	change()
}

// Told are the digests that were sent.
func (w *World) Told() []workflow.Digest { return w.messages(false) }

// Reminders are the reminders that were sent besides.
func (w *World) Reminders() []workflow.Digest { return w.messages(true) }

func (w *World) messages(reminders bool) []workflow.Digest {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.sent), func(g workflow.Digest) bool { return g.Reminder != reminders })
}

// Goes has people leave, or nobody know who has.
func (w *World) Goes(err error, left ...people.Person) {
	w.Set(func() { w.Left, w.NoPeople = left, err })
}
