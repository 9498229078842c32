package workflow_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// readyAt is a desk with a request whose secret waits to be opened.
func readyAt(t *testing.T) (*workflowtest.World, *workflow.Desk, string) {
	w, d, id := at(t, func(r *workflow.Request) {
		in(workflow.StateReady, workflowtest.Ada)(r)
		r.Entered = time.Now()
	})
	w.Store.Update(context.Background(), id, func(r *workflow.Request) error {
		r.Handover = workflow.Handover{Status: workflow.HandoverKept, Sealed: w.Sealed(id, "hunter2")}
		return nil
	})
	return w, d, id
}

func TestOnlyTheRequesterOpensTheSecretAndOnlyOnce(t *testing.T) {
	w, d, id := readyAt(t)
	ctx := context.Background()
	for _, by := range []people.Person{workflowtest.Tom, workflowtest.Ada, {}} {
		if _, s, err := d.Claim(ctx, id, by); refusedBy(err) != workflow.RuleNotRequester || !s.IsZero() {
			t.Errorf("%s got %v, %v", by.Name, s, err)
		}
	}
	if _, s, err := d.Claim(ctx, id, workflowtest.Bea); err != nil || s.Reveal() != "hunter2" {
		t.Fatalf("Bea got %q, %v", s.Reveal(), err)
	}
	if _, err := d.Opened(ctx, id, workflowtest.Bea); err != nil {
		t.Fatal(err)
	}
	r := w.Get(id)
	if r.State != workflow.StateDone || len(r.Handover.Sealed) != 0 || r.Handover.Status != workflow.HandoverShown {
		t.Errorf("after it was shown: %s, %+v", r.State, r.Handover)
	}
	if _, s, err := d.Claim(ctx, id, workflowtest.Bea); refusedBy(err) != workflow.RuleAlreadyOpened || !s.IsZero() {
		t.Errorf("a second press got %v, %v", s, err)
	}
	if last := w.Get(id).History; last[len(last)-1].Kind != workflow.EventRefused {
		t.Error("the second press is not in the history")
	}
}

func TestWhoseViewFailedMayPressAgainForTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, d, id := readyAt(t)
		ctx := context.Background()
		for _, wait := range []time.Duration{0, 0, 5 * time.Minute, 4 * time.Minute} {
			workflowtest.Pass(wait)
			if _, s, err := d.Claim(ctx, id, workflowtest.Bea); err != nil || s.Reveal() != "hunter2" {
				t.Errorf("after %v more got %q, %v", wait, s.Reveal(), err)
			}
			if err := d.NotShown(ctx, id, workflowtest.Bea); err != nil {
				t.Error(err)
			}
		}
		workflowtest.Pass(2 * time.Minute)
		_, s, err := d.Claim(ctx, id, workflowtest.Bea)
		if refusedBy(err) != workflow.RuleTooLate || !s.IsZero() || !strings.Contains(err.Error(), "ten minutes ago") {
			t.Errorf("after eleven minutes got %v, %v", s, err)
		}
	})
}

func TestWhoeverStoppedWhileShowingItMayPressAgainALittleLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, d, id := readyAt(t)
		d.Claim(t.Context(), id, workflowtest.Bea)
		workflowtest.Pass(workflow.ShowFor - time.Second)
		if _, s, err := d.Claim(t.Context(), id, workflowtest.Bea); refusedBy(err) != workflow.RuleAlreadyOpened || !s.IsZero() {
			t.Errorf("while it is being shown got %v, %v", s, err)
		}
		workflowtest.Pass(2 * time.Second)
		if _, s, err := d.Claim(t.Context(), id, workflowtest.Bea); err != nil || s.Reveal() != "hunter2" {
			t.Errorf("after that got %v, %v", s, err)
		}
	})
}

func TestOfManyPressesAtOnceOneGetsTheSecret(t *testing.T) {
	w, d, id := readyAt(t)
	for _, by := range []people.Person{workflowtest.Tom, workflowtest.Bea} {
		results := make(chan error, 16)
		for range cap(results) {
			go func() {
				_, _, err := d.Claim(context.Background(), id, by)
				results <- err
			}()
		}
		got := map[workflow.Rule]int{}
		for range cap(results) {
			got[refusedBy(<-results)]++
		}
		want := map[workflow.Rule]int{workflow.RuleNotRequester: 16}
		if by.ID == workflowtest.Bea.ID {
			want = map[workflow.Rule]int{"": 1, workflow.RuleAlreadyOpened: 15}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s's presses ended in %v, want %v", by.Name, got, want)
		}
	}
	if h := w.Get(id).History; h[len(h)-1].Kind != workflow.EventRefused {
		t.Error("the other presses are not in the history")
	}
}

func TestASealedSecretOpensOnlyWithItsKeyForItsRequest(t *testing.T) {
	key, _ := seal.NewKey(make([]byte, seal.KeySize))
	other, _ := seal.NewKey(append(make([]byte, seal.KeySize-1), 1))
	sealed, _ := key.Seal("EA-1", seal.New("hunter2"))
	if s, err := key.Open("EA-1", sealed); err != nil || s.Reveal() != "hunter2" {
		t.Errorf("got %q, %v", s.Reveal(), err)
	}
	if _, err := key.Open("EA-2", sealed); err != seal.ErrWrongKey {
		t.Errorf("for another request: %v", err)
	}
	if _, err := other.Open("EA-1", sealed); err != seal.ErrWrongKey {
		t.Errorf("with another key: %v", err)
	}
	for i := range sealed {
		bad := append(seal.Sealed(nil), sealed...)
		bad[i] ^= 1
		if _, err := key.Open("EA-1", bad); err != seal.ErrWrongKey {
			t.Fatalf("with byte %d changed: %v", i, err)
		}
		if _, err := key.Open("EA-1", sealed[:i]); err != seal.ErrWrongKey {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
}
