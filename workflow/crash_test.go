package workflow_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// The main job, with a crash, a lost answer or a busy service at any call.

// journey plays the main job in a world that misbehaves in the way that arrange
// sets up, and counts its outside calls.
func journey(t *testing.T, arrange func(w *world, n *node) (restart bool)) (calls int) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.lag = 1
		n := w.boot()
		restart := arrange(w, n)
		id := w.request(n)
		w.people(n, id)
		if restart {
			n.stop()
			w.before, w.after = nil, nil
			n = w.boot()
			w.people(n, id)
		}
		n.stop()
		w.wantOne(id)
		calls = len(w.calls)
	})
	return calls
}

func TestAPowerCutAtAnyCallLosesNothingAndDoublesNothing(t *testing.T) {
	calls := journey(t, func(*world, *node) bool { return false })
	if calls < 15 {
		t.Fatalf("the main job has only %d outside calls", calls)
	}
	for _, when := range []string{"before", "after"} {
		for at := range calls {
			t.Run(fmt.Sprint(when, " call ", at), func(t *testing.T) {
				journey(t, func(w *world, n *node) bool {
					left := at
					cut := func(string) error {
						if left--; left < 0 {
							*n.off = true
							return errPower
						}
						return nil
					}
					if when == "before" {
						w.before = cut
					} else {
						w.after = cut
					}
					return true
				})
			})
		}
	}
}

func TestEveryAnswerLostAfterItsEffectDoublesNothing(t *testing.T) {
	journey(t, func(w *world, n *node) bool {
		lost := map[string]bool{}
		w.after = func(call string) error {
			if call == "who signed in" || lost[call] {
				return nil
			}
			lost[call] = true
			return busy{}
		}
		return false
	})
}

func TestEveryCallThrottledOnceIsRiddenOut(t *testing.T) {
	journey(t, func(w *world, n *node) bool {
		throttled := map[string]bool{}
		w.before = func(call string) error {
			if call == "who signed in" || throttled[call] {
				return nil
			}
			throttled[call] = true
			return busy{5 * time.Second}
		}
		return false
	})
}
