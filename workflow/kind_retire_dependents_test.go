package workflow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

var (
	payees   = workflow.Dependent{workflow.DependentGroup, "g-1", "Payees"}
	adaUses  = workflow.Dependent{workflow.DependentUser, "u-1", "Ada Able"}
	tomUses  = workflow.Dependent{workflow.DependentUser, "u-2", "Tom"}
	portal   = workflow.Dependent{workflow.DependentApp, "s-1", "Portal"}
	noRights = &workflow.ServiceError{Code: "Authorization_RequestDenied",
		Text: "Entra did not let this account read who is assigned to the app. Activate a role, then press Retry."}
)

func TestAnAppThatNothingDependsOnIsRetiredWithoutAnotherPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		r := w.UpTo(n, w.Retires(n, before, "V-1").ID, workflow.StateDone)
		if note := r.Steps.Get(workflow.StepDependents).Note; note != "nothing else in the tenant uses it" ||
			r.Steps[0].Name != workflow.StepDependents {
			t.Errorf("the step says %q; the steps are %+v", note, r.Steps)
		}
		if r.Approval.N != 1 || len(w.Deleted) != 1 || r.Dependents.Rev != 0 {
			t.Errorf("%d decisions, deleted %v, shown %+v", r.Approval.N, w.Deleted, r.Dependents)
		}
	})
}

func TestARetirementStopsForWhatDependsOnTheApp(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		n := w.Boot()
		before := w.HandedOver(n)
		w.UsedBy(tomUses, payees, portal, adaUses)
		p.On(w, n)
		id := w.Retires(n, before, "V-1").ID
		w.UpTo(n, id, workflow.StateFailed)
		n = p.Again(n)
		r := w.UpTo(n, id, workflow.StateFailed)
		w.Untouched()
		want := "“Check what depends on it” stopped the job before anything was deleted, and the app works as before. " +
			"It is used by 2 users (“Ada Able”, “Tom”), 1 group (“Payees”) and 1 other app (“Portal”). " +
			"An approver can press Retry to retire it all the same, with another sign-in; Give up leaves the app as it is."
		if r.Failure.Text != want || r.Failure.Rule != workflow.RuleInUse {
			t.Errorf("it says %q by %s", r.Failure.Text, r.Failure.Rule)
		}
		if len(r.Dependents.List) != 4 || r.Dependents.Rev == 0 || r.Dependents.Rev > r.Rev || !r.CanGiveUp() || r.Undoable() ||
			r.WaysOn() != "Retry or Give up" {
			t.Errorf("it keeps %+v at %d; the ways on are %s", r.Dependents, r.Rev, r.WaysOn())
		}
		w.Retry(n, id)
		w.UpTo(n, id, workflow.StateDone)
		n = p.Back(n)
		r = w.UpTo(n, id, workflow.StateDone)
		workflowtest.Pass(time.Second)
		n.Stop()
		if len(w.Apps) != 0 || len(w.Deleted) != 1 ||
			r.Steps.Get(workflow.StepDependents).Note != "in use by 2 users, 1 group and 1 other app" {
			t.Errorf("there are %v and %v; the step says %q", w.Apps, w.Deleted, r.Steps.Get(workflow.StepDependents).Note)
		}
	})
}

func TestAGivenUpRetirementLeavesTheAppAndRoomForAnother(t *testing.T) {
	for _, by := range []people.Person{workflowtest.Ada, workflowtest.Bea} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			n := w.Boot()
			defer n.Stop()
			before := w.HandedOver(n)
			w.UsedBy(tomUses)
			r := w.UpTo(n, w.Retires(n, before, "V-1").ID, workflow.StateFailed)
			if _, err := n.Retire(t.Context(), workflowtest.Bea, before.ID, workflowtest.FollowUp("V-2")); err == nil {
				t.Error("there are two retirements at once")
			}
			if _, err := n.GiveUp(t.Context(), r.ID, by); err != nil {
				t.Fatal(err)
			}
			workflowtest.Pass(time.Second)
			r = w.Get(r.ID)
			if r.State != workflow.StateCancelled ||
				r.Failure.Text != "It was given up. Nothing was deleted, and the app works as before. "+
					"Another request can be made for it." {
				t.Errorf("it is %s: %s", r.State, r.Failure.Text)
			}
			w.Untouched()
			if b := w.Get(before.ID); b.AppDeleted || b.Successor != "" || !b.IsApp() {
				t.Errorf("the request before has %q, %v", b.Successor, b.AppDeleted)
			}
			again := w.UpTo(n, w.Retires(n, before, "V-3").ID, workflow.StateFailed) // it was not shown these
			w.Retry(n, again.ID)
			w.UpTo(n, again.ID, workflow.StateDone)
		})
	}
}

func TestWhatCannotBeLookedUpStopsARetirementOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		w.UsedBy(portal)
		a := w.One()
		w.Set(func() { a.Unreadable = noRights })
		id := w.Retires(n, before, "V-1").ID
		r := w.UpTo(n, id, workflow.StateFailed)
		w.Untouched()
		for _, want := range []string{"used by 1 other app (“Portal”)", "could be looked up: Entra did not let this account",
			"even if that cannot be seen then", "Give up leaves the app as it is"} {
			if !strings.Contains(r.Failure.Text, want) {
				t.Errorf("it does not say %q: %s", want, r.Failure.Text)
			}
		}
		if note := r.Steps.Get(workflow.StepDependents).Note; !strings.Contains(note,
			"could not be looked up: Entra did not let this account") {
			t.Errorf("the step says %q", note)
		}
		w.Retry(n, id)
		r = w.UpTo(n, id, workflow.StateDone)
		if note := r.Steps.Get(workflow.StepDependents).Note; !strings.Contains(note, "could not be looked up") {
			t.Errorf("at the end the step says %q", note)
		}
	})
}

func TestASignInThatIsTakenBackAfterTheStopKeepsTheApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		w.UsedBy(tomUses)
		id := w.Retires(n, before, "V-1").ID
		w.UpTo(n, id, workflow.StateFailed)
		w.Retry(n, id)
		workflowtest.Pass(time.Second)
		if _, err := n.Cancel(t.Context(), id, workflowtest.Ada); err != nil {
			t.Fatal(err)
		}
		r := w.Get(id)
		if want := "The sign-in was cancelled. Nothing was deleted. An approver can press Retry or Give " +
			"up."; r.State != workflow.StateFailed ||
			r.Failure.Text != want || len(r.Dependents.List) != 1 {
			t.Errorf("it is %s: %s; shown %+v", r.State, r.Failure.Text, r.Dependents)
		}
	})
}
