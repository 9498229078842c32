package workflow_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// What people say is there, and is not seen, is looked for again before it is denied.
func TestAnAppThatIsNotSeenAtFirstIsAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.ByHand(workflowtest.LegacyID, "hr", "OBJ-BEA")
		began := time.Now()
		w.Before = func(call string) error {
			switch seen := time.Since(began); { // when they are asked for
			case call == "applications" && seen < 10*time.Second:
				delete(w.Apps, workflowtest.LegacyID)
			case call == "applications":
				w.Apps[workflowtest.LegacyID], app.Owners = app, []string{"OBJ-TOM"}
			case call == "owners" && seen > 20*time.Second:
				app.Owners = []string{"OBJ-BEA"}
			}
			return nil
		}
		r, err := n.Submit(t.Context(), workflowtest.Bea, adoption("hr"))
		if err != nil {
			t.Fatal(err)
		}
		w.SignsInFor(n, r)
		workflowtest.Pass(time.Minute)
		w.SignsInFor(n, w.Get(r.ID))
		workflowtest.Pass(time.Minute)
		if r = w.Get(r.ID); r.State != workflow.StateReady {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}
