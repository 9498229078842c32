package workflow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
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
			w := newWorld(t)
			n := w.boot()
			defer n.stop()
			until := time.Now().Add(c.busy)
			w.before = func(call string) error {
				if call == "look" && time.Now().Before(until) {
					return busy{}
				}
				return nil
			}
			id := w.verifies(n, func(*workflow.Request, *fakeApp) {})
			pass(workflow.StepTimeout + time.Minute)
			if r := w.get(id); r.State != c.state || !strings.Contains(r.Failure.Text, c.says) ||
				strings.Contains(r.Failure.Text, "does not match the plan") {
				t.Errorf("busy for %s: it is %s: %s", c.busy, r.State, r.Failure.Text)
			}
		})
	}
}

// Whoever forgot a consent by hand is told so before the coffee is cold, and once.
func TestWhatIsMissingOfWhatWasMadeByHandIsSaidSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		began := time.Now()
		id := w.verifies(n, func(r *workflow.Request, app *fakeApp) { app.granted = r.Plan.Permissions[:1] })
		var r *workflow.Request
		for r = w.get(id); r.State != workflow.StatePending && time.Since(began) < workflow.StepTimeout; r = w.get(id) {
			pass(time.Second)
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
