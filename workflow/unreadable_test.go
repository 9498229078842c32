package workflow_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestDeadlinesOfOthersHoldBesideARequestThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		damaged := w.Request(n)
		other, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("ledger-backup"))
		if err != nil {
			t.Fatal(err)
		}
		w.Store.Damages(damaged)
		workflowtest.Pass(w.Policy.PendingExpires + time.Hour)
		if r := w.Get(other.ID); r.State != workflow.StateExpired {
			t.Errorf("%s is %s, and its time is over", r.ID, r.State)
		}
		told := w.Told()
		if len(told) == 0 {
			t.Error("there was no digest")
		}
		for _, g := range told {
			if !slices.Contains(g.Unreadable, damaged) && len(g.Waiting) > 0 {
				t.Errorf("the digest of %s does not name %s", g.Day, damaged)
			}
		}
	})
}

// One damaged bit in the order of those that are due must not stop every deadline.
func TestARequestThatIsListedBeforeItsTimeHoldsUpNoDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		first := w.Request(n)
		workflowtest.Pass(time.Hour)
		second, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("ledger-backup"))
		if err != nil {
			t.Fatal(err)
		}
		w.Store.Mu.Lock()
		w.Store.Ahead = second.ID
		w.Store.Mu.Unlock()
		workflowtest.Pass(w.Policy.PendingExpires - 30*time.Minute)
		if r := w.Get(first); r.State != workflow.StateExpired {
			t.Errorf("%s is %s, and its time is over", r.ID, r.State)
		}
		if r := w.Get(second.ID); r.State != workflow.StatePending {
			t.Errorf("%s is %s, before its time", r.ID, r.State)
		}
		workflowtest.Pass(time.Hour)
		if r := w.Get(second.ID); r.State != workflow.StateExpired {
			t.Errorf("%s is %s, and its time is over", r.ID, r.State)
		}
	})
}

func TestAProcessStartsBesideARequestThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		damaged := w.Request(n)
		if _, err := n.Approve(t.Context(), damaged, workflowtest.Ada, w.Get(damaged).Rev); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		n.Stop()
		w.Store.Damages(damaged)
		n = w.Boot()
		defer n.Stop()
		other, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("ledger-backup"))
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, other.ID, workflow.StateDone)
	})
}

func TestTheSuccessorOfARequestThatCannotBeReadGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		r, err := n.Renew(t.Context(), workflowtest.Bea, before.ID, workflowtest.FollowUp("V-renew"))
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateReady)
		w.Store.Damages(before.ID)
		w.Settle(n, r.ID, workflow.StateOverlap)
		workflowtest.Pass(w.Policy.RenewGrace + time.Hour)
		if now := w.Get(r.ID); now.State != workflow.StateLeftover || !now.PredecessorTold {
			t.Errorf("%s is %s (linked %v), and its time with two credentials is over", now.ID, now.State, now.PredecessorTold)
		}
	})
}

// What can't be read may be the app that somebody means: not read is not "nothing there".
func TestAnAppWhoseRequestCannotBeReadIsNotTakenForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		damaged := w.HandedOver(n)
		second, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("payroll-backup-2"))
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, second.ID, workflow.StateDone)
		w.Store.Damages(damaged.ID)
		if _, err := n.App(t.Context(), damaged.ID, workflowtest.Bea, ""); !isUnreadable(err) {
			t.Errorf("by its request: %v", err)
		}
		if _, err := n.App(t.Context(), "payroll-backup", workflowtest.Bea, ""); refusedBy(err) != workflow.RuleSeveralApps ||
			!strings.Contains(err.Error(), damaged.ID+" can't be read") {
			t.Errorf("by its name: %v", err)
		}
		if r, err := n.App(t.Context(), second.ID, workflowtest.Bea, ""); err != nil || r.ID != second.ID {
			t.Errorf("another one by its request: %v, %v", r, err)
		}
		if _, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("payroll-backup")); err == nil {
			t.Error("its name was given away")
		}
	})
}

func isUnreadable(err error) bool {
	_, ok := errors.AsType[*workflow.UnreadableError](err)
	return ok
}

func TestManyThatCannotBeReadAreCountedInOneSentence(t *testing.T) {
	var e workflow.UnreadableError
	for _, id := range []string{"EA-1", "EA-2", "EA-3", "EA-4", "EA-5", "EA-6", "EA-7", "EA-2"} {
		e.Add(workflowtest.Unread(id).(*workflow.UnreadableError))
	}
	if got := workflow.Names(e.IDs()); got != "EA-1, EA-2, EA-3, EA-4, EA-5 and 2 more" {
		t.Errorf("they are named %q", got)
	}
	if !strings.HasSuffix(e.Error(), "; and 2 more") || strings.Contains(e.Error(), "EA-6") {
		t.Errorf("the error is %q", e.Error())
	}
}
