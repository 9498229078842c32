package workflow_test

import (
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// verifies is a request whose app somebody has made by hand, once Ada has signed in
// to have it looked at.
func (w *world) verifies(n *node, edit func(r *workflow.Request, app *fakeApp)) (id string) {
	w.t.Helper()
	app := w.byHand(legacyID, "payroll-backup", "OBJ-BEA")
	id = w.request(n)
	r := w.get(id)
	w.set(func() {
		app.App = workflow.App{DisplayName: "payroll-backup", Audience: r.Plan.Audience, RedirectURIs: r.Plan.RedirectURIs}
		app.granted, app.roles, app.thumbprints, app.federated = r.Plan.Permissions, nil, nil, nil
		app.keys = map[string]workflow.Password{"k": {KeyID: "k", Expires: time.Now().Add(24 * time.Hour)}}
		edit(r, app)
	})
	if _, err := n.Verify(w.t.Context(), id, ada, legacyID); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
	w.use(w.codeFor(w.get(id)), nil)
	return id
}
