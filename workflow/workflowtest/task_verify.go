package workflowtest

import (
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// Verifies is a request whose app somebody has made by hand, once Ada has signed in
// to have it looked at.
func (w *World) Verifies(n *Node, edit func(r *workflow.Request, app *FakeApp)) (id string) {
	w.T.Helper()
	app := w.ByHand(LegacyID, "payroll-backup", "OBJ-BEA")
	id = w.Request(n)
	r := w.Get(id)
	w.Set(func() {
		app.App = workflow.App{DisplayName: "payroll-backup", Audience: r.Plan.Audience, RedirectURIs: r.Plan.RedirectURIs}
		app.Granted, app.Roles, app.Thumbprints, app.Federated = r.Plan.Permissions, nil, nil, nil
		app.Keys = map[string]workflow.Password{"k": {KeyID: "k", Expires: time.Now().Add(24 * time.Hour)}}
		edit(r, app)
	})
	if _, err := n.Verify(w.T.Context(), id, Ada, LegacyID); err != nil {
		w.T.Fatal(err)
	}
	synctest.Wait()
	w.Use(w.CodeFor(w.Get(id)), nil)
	return id
}
