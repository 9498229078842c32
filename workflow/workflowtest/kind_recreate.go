package workflowtest

import (
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// IsDeleted is that somebody deletes an app in the portal.
func (w *World) IsDeleted(name string) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.Deleted[name] = w.Apps[name]
	delete(w.Apps, name)
}

// IsRestored is that somebody restores it there, gives it a secret, and uses it.
func (w *World) IsRestored(name string) *FakeApp {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	a := w.Deleted[name]
	w.Apps[name] = a
	delete(w.Deleted, name)
	a.Keys["by-hand"] = workflow.Password{KeyID: "by-hand", Label: "by hand"}
	return a
}

// GoesOn has an approver sign in for what was pressed.
func (w *World) GoesOn(r *workflow.Request, err error) *workflow.Request {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
	synctest.Wait()
	w.Use(w.CodeFor(w.Get(r.ID)), nil)
	Pass(20 * time.Second)
	return w.Get(r.ID)
}
