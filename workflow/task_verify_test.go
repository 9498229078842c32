package workflow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// A Graph that is not well says nothing of what was made by hand.
func TestABusyEntraIsRiddenOutWhileWhatWasMadeByHandIsLookedAt(t *testing.T) {
	for _, c := range []struct {
		busy  time.Duration
		state workflow.State
		says  string
	}{{time.Minute, workflow.StateDone, ""}, {2 * workflow.StepTimeout, workflow.StatePending,
		"What was made by hand could not be checked yet."}} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			n := w.Boot()
			defer n.Stop()
			until := time.Now().Add(c.busy)
			w.Before = func(call string) error {
				if call == "look" && time.Now().Before(until) {
					return workflowtest.Busy{}
				}
				return nil
			}
			id := w.Verifies(n, func(*workflow.Request, *workflowtest.FakeApp) {})
			workflowtest.Pass(workflow.StepTimeout + time.Minute)
			if r := w.Get(id); r.State != c.state || !strings.Contains(r.Failure.Text, c.says) ||
				strings.Contains(r.Failure.Text, "does not match the plan") {
				t.Errorf("busy for %s: it is %s: %s", c.busy, r.State, r.Failure.Text)
			}
		})
	}
}

// Whoever forgot a consent by hand is told so before the coffee is cold, and once.
func TestWhatIsMissingOfWhatWasMadeByHandIsSaidSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		began := time.Now()
		id := w.Verifies(n, func(r *workflow.Request, app *workflowtest.FakeApp) { app.Granted = r.Plan.Permissions[:1] })
		var r *workflow.Request
		for r = w.Get(id); r.State != workflow.StatePending && time.Since(began) < workflow.StepTimeout; r = w.Get(id) {
			workflowtest.Pass(time.Second)
		}
		const says = "What was made by hand does not match the plan. "
		if took := time.Since(began); took > 2*workflow.VerifyTimeout {
			t.Errorf("it took %s", took)
		}
		if text := r.Failure.Text; strings.Count(text, says) != 1 || strings.Count(text, "Fix it and run verify again") != 1 ||
			!strings.Contains(text, "the app lacks ") || strings.ContainsAny(text, "[]") {
			t.Errorf("it says: %s", text)
		}
	})
}
