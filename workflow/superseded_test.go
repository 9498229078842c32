package workflow_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/workflowtest"
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
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.HandedOver(n)
		to := func(uri, origin string) form.Draft {
			d := workflowtest.FollowUp(origin)
			d.RedirectURIs = []string{uri}
			return d
		}
		first, err := n.Update(t.Context(), workflowtest.Bea, head.ID, to("https://first.contoso.com", "V-1"))
		if err != nil {
			t.Fatal(err)
		}
		n.SetStore(&late{n.KeptIn(), func() { w.Settle(n, first.ID, workflow.StateDone); workflowtest.Pass(time.Second) }})
		_, err = n.Update(t.Context(), workflowtest.Bea, head.ID, to("https://second.contoso.com", "V-2"))
		if refusedBy(err) != workflow.RuleStale || !strings.Contains(err.Error(), first.ID+" came after "+head.ID) {
			t.Fatalf("it is answered with %v", err)
		}
		list, _ := n.List(t.Context(), workflow.Query{})
		second := list[0]
		if second.ID == first.ID || second.State != workflow.StateCancelled || second.Failure.Rule != workflow.RuleStale {
			t.Errorf("%s is %s: %s", second.ID, second.State, second.Failure.Text)
		}
		if got, err := n.App(t.Context(), head.ID, workflowtest.Bea, ""); err != nil || got.ID != first.ID ||
			w.Get(head.ID).Successor != first.ID {
			t.Errorf("%v stands for the app (%v)", got, err)
		}
		if _, err := n.Update(t.Context(), workflowtest.Bea, first.ID, to("https://third.contoso.com", "V-3")); err != nil {
			t.Errorf("asked for again: %v", err)
		}
	})
}

func TestARequestThatWasKeptTooLateIsNeitherApprovedNorCarriedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.HandedOver(n)
		renewal := func() *workflow.Request { return w.Renews(n, head, workflowtest.Draft("")) }
		succeeded := func(by string) {
			if _, err := w.Store.Update(t.Context(), head.ID,
				func(r *workflow.Request) error { r.Successor = by; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		r := renewal() // and the process ended before it looked again
		succeeded("EA-99")
		synctest.Wait()
		if _, err := n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev); refusedBy(err) != workflow.RuleStale ||
			w.Get(r.ID).State != workflow.StatePending {
			t.Errorf("the approval is answered with %v", err)
		}
		succeeded("")
		if _, err := n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev); err != nil {
			t.Fatal(err)
		}
		succeeded("EA-99")
		w.Set(func() { w.Calls = nil })
		r = w.GoesOn(r, nil)
		var changes []string
		w.Set(func() { changes = w.Wrote() })
		if r.State != workflow.StateSignIn || r.SignIn.Status != workflow.SignInOver || r.Failure.Rule != workflow.RuleStale ||
			len(changes) != 0 {
			t.Errorf("it is %s, %s: %s; %v", r.State, r.SignIn.Status, r.Failure.Text, changes)
		}
	})
}

func TestASuccessorIsNotWrittenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.HandedOver(n)
		r := w.Renews(n, head, workflowtest.Draft(""))
		w.Set(func() {
			w.Before = func(call string) error {
				if call == "proof" { // after every look
					w.Store.Update(t.Context(), head.ID, func(r *workflow.Request) error { r.Successor = "EA-99"; return nil })
				}
				return nil
			}
		})
		r = w.Settle(n, r.ID, workflow.StateOverlap)
		workflowtest.Pass(time.Second)
		if got := w.Get(head.ID).Successor; got != "EA-99" || !w.Get(r.ID).PredecessorTold {
			t.Errorf("%s came after it", got)
		}
	})
}
