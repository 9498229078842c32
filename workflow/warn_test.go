package workflow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// spreads is an answer of a replica that is behind.
type spreads struct{ workflowtest.Busy }

func (spreads) Spreading() {}

// The credential of an app that can do more than was approved may take twenty minutes to
// remove. What is seen stands on the card at once, as a warning; the alarm says in the end
// what came of it.
func TestWhatIsSeenOfAnAppIsShownWhileItsCredentialIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Foreign = []string{"Office 365 Exchange Online/full_access_as_app"}
		began := time.Now()
		w.Before = func(call string) error {
			if call == "remove key" && time.Since(began) < 15*time.Minute {
				return spreads{}
			}
			return nil
		}
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Approves(n, id)
		workflowtest.Pass(30 * time.Second)
		r := w.Get(id)
		note := r.Steps.Get(workflow.StepProof).Note
		if r.State != workflow.StateProvisioning || r.Steps.Get(workflow.StepProof).Status != workflow.StepWaiting ||
			!strings.Contains(note, "full_access_as_app") ||
			!strings.Contains(note, "seen since "+began.UTC().Format("15:04")) || strings.Contains(note, "ALARM") {
			t.Errorf("it is %s, and says %q", r.State, note)
		}
		w.Set(func() {
			for _, m := range w.Messages {
				if m.Name == workflow.PostCard && m.Drawn.Steps.Get(workflow.StepProof).Note != note {
					t.Errorf("the card shows %q", m.Drawn.Steps.Get(workflow.StepProof).Note)
				}
			}
		})
		workflowtest.Pass(15 * time.Minute)
		if r := w.Get(id); r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess ||
			!strings.Contains(r.Failure.Text, "Its secret was removed") || len(w.One().Keys) != 0 ||
			r.Steps.Get(workflow.StepProof).Note != "" {
			t.Errorf("it is %s (%s; %q), with %v", r.State, r.Failure.Text, r.Steps.Get(workflow.StepProof).Note, w.One().Keys)
		}
	})
}
