package workflow_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/policy"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestNobodyHasMoreRequestsThanTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Policy.Rules = &policy.Rules{Limits: policy.Limits{Open: 2}}
		ask := func(name string) error {
			_, err := w.Boot2().Submit(t.Context(), workflowtest.Bea, workflowtest.Draft(name)) // each time a new process
			return err
		}
		var group sync.WaitGroup
		refused := make(chan error, 8)
		d := w.Boot2()
		for _, name := range strings.Split("abcdefgh", "") { // at once
			group.Go(func() {
				if _, err := d.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft(name)); err != nil {
					refused <- err
				}
			})
		}
		group.Wait()
		if len(refused) != 6 || len(w.Store.Requests) != 2 {
			t.Fatalf("%d of 8 were refused, %d are kept", len(refused), len(w.Store.Requests))
		}
		if err := <-refused; refusedBy(err) != workflow.RuleLimit ||
			!strings.Contains(err.Error(), "allows one person 2 requests at a time, and you have 2") {
			t.Errorf("it says %v", err)
		}
		var name, id string
		for _, r := range w.Store.Requests {
			name, id = r.Plan.AppName, r.ID
		}
		if err := ask(name); err != nil {
			t.Errorf("the same form again: %v", err)
		}
		if _, err := w.Boot2().Submit(t.Context(), workflowtest.Tom, workflowtest.Draft("toms")); err != nil {
			t.Errorf("somebody else: %v", err)
		}
		if _, err := w.Boot2().Cancel(t.Context(), id, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		if err := ask("after"); err != nil {
			t.Errorf("after one is over: %v", err)
		}
	})
}

func TestALimitOfAnHourSaysWhenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which begins at midnight
		w := workflowtest.New(t)
		w.Policy.Rules = &policy.Rules{Limits: policy.Limits{Requests: 2}}
		ask := func(name string) error {
			r, err := w.Boot2().Submit(t.Context(), workflowtest.Bea, workflowtest.Draft(name))
			if err == nil {
				_, err = w.Boot2().Cancel(t.Context(), r.ID, workflowtest.Bea) // what is over counts, too
			}
			return err
		}
		for _, name := range []string{"a", "b"} {
			if err := ask(name); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Minute)
		}
		err := ask("c")
		if refusedBy(err) != workflow.RuleLimit || !strings.Contains(err.Error(), "again from 01:00 UTC on") {
			t.Errorf("it says %v", err)
		}
		time.Sleep(20 * time.Minute)
		if err := ask("c"); err != nil {
			t.Errorf("when it was said: %v", err)
		}
		if err := ask("d"); refusedBy(err) != workflow.RuleLimit || !strings.Contains(err.Error(), "01:20") {
			t.Errorf("one more: %v", err)
		}
	})
}

func TestAnApproverGetsNoMoreCodesThanTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Policy.Rules = &policy.Rules{Limits: policy.Limits{Codes: 2}}
		n := w.Boot()
		defer func() { n.Stop() }()
		id := w.Request(n)
		if _, err := n.Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		if _, err := n.NewCode(t.Context(), id, workflowtest.Ada); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		n.Stop()
		n = w.Boot() // a restart forgets nothing
		workflowtest.Pass(time.Second)
		_, err := n.NewCode(t.Context(), id, workflowtest.Ada)
		if refusedBy(err) != workflow.RuleLimit || !strings.Contains(err.Error(), "from 01:00 UTC on") {
			t.Errorf("a third code: %v", err)
		}
		other, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("other"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = n.Approve(t.Context(), other.ID, workflowtest.Ada, other.Rev); refusedBy(err) != workflow.RuleLimit {
			t.Errorf("a code of another request: %v", err)
		}
		if _, err = n.Approve(t.Context(), other.ID, workflowtest.Zoe, w.Get(other.ID).Rev); err != nil {
			t.Errorf("another approver: %v", err)
		}
		if _, err = n.Cancel(t.Context(), other.ID, workflowtest.Zoe); err != nil {
			t.Fatal(err)
		}
		if _, err = n.Deny(t.Context(), other.ID, workflowtest.Ada, "no"); err != nil {
			t.Errorf("a denial takes no code: %v", err)
		}
		workflowtest.Pass(time.Hour)
		if r := w.Get(id); r.SignIn.Status == workflow.SignInOver {
			if _, err = n.NewCode(t.Context(), id, workflowtest.Ada); err != nil {
				t.Errorf("an hour later: %v", err)
			}
		}
	})
}
