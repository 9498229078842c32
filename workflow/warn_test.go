package workflow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// spreads is an answer of a replica that is behind.
type spreads struct{ busy }

func (spreads) Spreading() {}

// The credential of an app that can do more than was approved may take twenty minutes to
// remove. What is seen stands on the card at once, as a warning; the alarm says in the end
// what came of it.
func TestWhatIsSeenOfAnAppIsShownWhileItsCredentialIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.foreign = []string{"Office 365 Exchange Online/full_access_as_app"}
		began := time.Now()
		w.before = func(call string) error {
			if call == "remove key" && time.Since(began) < 15*time.Minute {
				return spreads{}
			}
			return nil
		}
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.approves(n, id)
		pass(30 * time.Second)
		r := w.get(id)
		note := r.Steps.Get(workflow.StepProof).Note
		if r.State != workflow.StateProvisioning || r.Steps.Get(workflow.StepProof).Status != workflow.StepWaiting ||
			!strings.Contains(note, "full_access_as_app") ||
			!strings.Contains(note, "seen since "+began.UTC().Format("15:04")) || strings.Contains(note, "ALARM") {
			t.Errorf("it is %s, and says %q", r.State, note)
		}
		w.set(func() {
			for _, m := range w.messages {
				if m.name == workflow.PostCard && m.drawn.Steps.Get(workflow.StepProof).Note != note {
					t.Errorf("the card shows %q", m.drawn.Steps.Get(workflow.StepProof).Note)
				}
			}
		})
		pass(15 * time.Minute)
		if r := w.get(id); r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess ||
			!strings.Contains(r.Failure.Text, "Its secret was removed") || len(w.one().keys) != 0 ||
			r.Steps.Get(workflow.StepProof).Note != "" {
			t.Errorf("it is %s (%s; %q), with %v", r.State, r.Failure.Text, r.Steps.Get(workflow.StepProof).Note, w.one().keys)
		}
	})
}
