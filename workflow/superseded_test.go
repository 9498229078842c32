package workflow_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
)

// late is a store in which something happens before a request is kept.
type late struct {
	workflow.Store
	before func()
}

func (s *late) Create(ctx context.Context, r *workflow.Request) (*workflow.Request, error) {
	if happens := s.before; happens != nil {
		s.before = nil
		happens()
	}
	return s.Store.Create(ctx, r)
}

func TestARequestThatComesTooLateIsNotAboutWhatTheAppWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.handedOver(n)
		to := func(uri, origin string) form.Draft {
			d := d2(origin)
			d.RedirectURIs = []string{uri}
			return d
		}
		first, err := n.Update(t.Context(), bea, head.ID, to("https://first.contoso.com", "V-1"))
		if err != nil {
			t.Fatal(err)
		}
		n.SetStore(&late{n.KeptIn(), func() { w.settle(n, first.ID, workflow.StateDone); pass(time.Second) }})
		_, err = n.Update(t.Context(), bea, head.ID, to("https://second.contoso.com", "V-2"))
		if refusedBy(err) != workflow.RuleStale || !strings.Contains(err.Error(), first.ID+" came after "+head.ID) {
			t.Fatalf("it is answered with %v", err)
		}
		list, _ := n.List(t.Context(), workflow.Query{})
		second := list[0]
		if second.ID == first.ID || second.State != workflow.StateCancelled || second.Failure.Rule != workflow.RuleStale {
			t.Errorf("%s is %s: %s", second.ID, second.State, second.Failure.Text)
		}
		if got, err := n.App(t.Context(), head.ID); err != nil || got.ID != first.ID || w.get(head.ID).Successor != first.ID {
			t.Errorf("%v stands for the app (%v)", got, err)
		}
		if _, err := n.Update(t.Context(), bea, first.ID, to("https://third.contoso.com", "V-3")); err != nil {
			t.Errorf("asked for again: %v", err)
		}
	})
}

func TestARequestThatWasKeptTooLateIsNeitherApprovedNorCarriedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.handedOver(n)
		renewal := func() *workflow.Request { return w.renews(n, head, draft("")) }
		succeeded := func(by string) {
			if _, err := w.store.Update(t.Context(), head.ID,
				func(r *workflow.Request) error { r.Successor = by; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		r := renewal() // and the process ended before it looked again
		succeeded("EA-99")
		synctest.Wait()
		if _, err := n.Approve(t.Context(), r.ID, ada, r.Rev); refusedBy(err) != workflow.RuleStale ||
			w.get(r.ID).State != workflow.StatePending {
			t.Errorf("the approval is answered with %v", err)
		}
		succeeded("")
		if _, err := n.Approve(t.Context(), r.ID, ada, r.Rev); err != nil {
			t.Fatal(err)
		}
		succeeded("EA-99")
		w.set(func() { w.calls = nil })
		r = w.goesOn(r, nil)
		var changes []string
		w.set(func() { changes = w.wrote() })
		if r.State != workflow.StateSignIn || r.SignIn.Status != workflow.SignInOver || r.Failure.Rule != workflow.RuleStale ||
			len(changes) != 0 {
			t.Errorf("it is %s, %s: %s; %v", r.State, r.SignIn.Status, r.Failure.Text, changes)
		}
	})
}

func TestASuccessorIsNotWrittenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.handedOver(n)
		r := w.renews(n, head, draft(""))
		w.set(func() {
			w.before = func(call string) error {
				if call == "proof" { // after every look
					w.store.Update(t.Context(), head.ID, func(r *workflow.Request) error { r.Successor = "EA-99"; return nil })
				}
				return nil
			}
		})
		r = w.settle(n, r.ID, workflow.StateOverlap)
		pass(time.Second)
		if got := w.get(head.ID).Successor; got != "EA-99" || !w.get(r.ID).PredecessorTold {
			t.Errorf("%s came after it", got)
		}
	})
}
