package workflow

import (
	"slices"
	"testing"
)

func TestEveryMoveLeadsToAStateAndEveryStateCanBeReached(t *testing.T) {
	reached := map[State]bool{StatePending: true}
	for from, row := range states {
		if !slices.Contains(States, from) {
			t.Errorf("%s is no state", from)
		}
		for _, to := range row.moves {
			reached[to] = true
		}
	}
	for _, s := range States {
		if !reached[s] {
			t.Errorf("nothing leads to %s", s)
		}
		if (&Request{State: s}).Standing() == "is "+string(s) && s != StateDone && s != StateReady {
			t.Errorf("%s has no words", s)
		}
	}
}
