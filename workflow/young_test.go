package workflow_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// What people say is there, and is not seen, is looked for again before it is denied.
func TestAnAppThatIsNotSeenAtFirstIsAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.byHand(legacyID, "hr", "OBJ-BEA")
		began := time.Now()
		w.before = func(call string) error {
			switch seen := time.Since(began); { // when they are asked for
			case call == "applications" && seen < 10*time.Second:
				delete(w.apps, legacyID)
			case call == "applications":
				w.apps[legacyID], app.owners = app, nil
			case call == "owners" && seen > 20*time.Second:
				app.owners = []string{"OBJ-BEA"}
			}
			return nil
		}
		r, err := n.Submit(t.Context(), bea, adoption("hr"))
		if err != nil {
			t.Fatal(err)
		}
		w.signsInFor(n, r)
		pass(time.Minute)
		if r = w.get(r.ID); r.State != workflow.StateReady {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}
