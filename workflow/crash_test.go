package workflow_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// The main job, with a crash, a lost answer or a busy service at any call.

// journey plays the main job in a world that misbehaves in the way that arrange
// sets up, and counts its outside calls.
func journey(t *testing.T, arrange func(w *workflowtest.World, n *workflowtest.Node) (restart bool)) (calls int) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Lag = 1
		n := w.Boot()
		restart := arrange(w, n)
		id := w.Request(n)
		w.People(n, id)
		if restart {
			n.Stop()
			w.Before, w.After = nil, nil
			n = w.Boot()
			w.People(n, id)
		}
		n.Stop()
		w.WantOne(id)
		calls = len(w.Calls)
	})
	return calls
}

func TestAPowerCutAtAnyCallLosesNothingAndDoublesNothing(t *testing.T) {
	calls := journey(t, func(*workflowtest.World, *workflowtest.Node) bool { return false })
	if calls < 15 {
		t.Fatalf("the main job has only %d outside calls", calls)
	}
	for _, when := range []string{"before", "after"} {
		for at := range calls {
			t.Run(fmt.Sprint(when, " call ", at), func(t *testing.T) {
				journey(t, func(w *workflowtest.World, n *workflowtest.Node) bool {
					left := at
					cut := func(string) error {
						if left--; left < 0 {
							*n.Off = true
							return workflowtest.ErrPower
						}
						return nil
					}
					if when == "before" {
						w.Before = cut
					} else {
						w.After = cut
					}
					return true
				})
			})
		}
	}
}

func TestEveryAnswerLostAfterItsEffectDoublesNothing(t *testing.T) {
	journey(t, func(w *workflowtest.World, n *workflowtest.Node) bool {
		lost := map[string]bool{}
		w.After = func(call string) error {
			if call == "who signed in" || lost[call] {
				return nil
			}
			lost[call] = true
			return workflowtest.Busy{}
		}
		return false
	})
}

func TestEveryCallThrottledOnceIsRiddenOut(t *testing.T) {
	journey(t, func(w *workflowtest.World, n *workflowtest.Node) bool {
		throttled := map[string]bool{}
		w.Before = func(call string) error {
			if call == "who signed in" || throttled[call] {
				return nil
			}
			throttled[call] = true
			return workflowtest.Busy{After: 5 * time.Second}
		}
		return false
	})
}
