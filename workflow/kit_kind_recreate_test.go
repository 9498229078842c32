package workflow_test

import (
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// isDeleted is that somebody deletes an app in the portal.
func (w *world) isDeleted(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deleted[name] = w.apps[name]
	delete(w.apps, name)
}

// isRestored is that somebody restores it there, gives it a secret, and uses it.
func (w *world) isRestored(name string) *fakeApp {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.deleted[name]
	w.apps[name] = a
	delete(w.deleted, name)
	a.keys["by-hand"] = workflow.Password{KeyID: "by-hand", Label: "by hand"}
	return a
}

// goesOn has an approver sign in for what was pressed.
func (w *world) goesOn(r *workflow.Request, err error) *workflow.Request {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
	w.use(w.codeFor(w.get(r.ID)), nil)
	pass(20 * time.Second)
	return w.get(r.ID)
}
