package workflow_test

import (
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// withMailboxes is an app of that product that is done.
func (w *world) withMailboxes(n *node) *workflow.Request {
	w.t.Helper()
	d := draft("mail-backup")
	d.Product = "mailboxes"
	r, err := n.Submit(w.t.Context(), bea, d)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.settle(n, r.ID, workflow.StateDone)
}

// mailboxes is a product whose app calls Exchange Web Services.
func mailboxes() pack.Product {
	p := vbo()
	p.Name = "mailboxes"
	known, _ := plan.Known(catalog.ExchangeOnline, catalog.Delegated, "EWS.AccessAsUser.All")
	p.Permissions = append(p.Permissions, pack.Need{Permission: known})
	return p
}
