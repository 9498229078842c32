package workflow_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/policy"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// takes are rules under which every app takes so many approvals.
func takes(n int) *policy.Rules { return &policy.Rules{Approvals: policy.ByTier[int]{catalog.Low: n}} }

func TestAnAppTakesTheApprovalsOfItsTierOfRisk(t *testing.T) {
	w := workflowtest.New(t)
	for _, c := range []struct {
		rules *policy.Rules
		want  int
	}{
		{nil, 1},
		{&policy.Rules{Approvals: policy.ByTier[int]{catalog.Critical: 2}}, 1}, // the app is not critical
		{&policy.Rules{Approvals: policy.ByTier[int]{catalog.Medium: 2}}, 2},
		{&policy.Rules{List: []policy.Rule{{Packs: []string{"vbo365"}, Approvals: policy.ByTier[int]{catalog.Low: 2}}}}, 2},
		{&policy.Rules{List: []policy.Rule{{Tenants: []string{"fabrikam"}, Approvals: policy.ByTier[int]{catalog.Low: 2}}}}, 1},
	} {
		w.Policy.Rules = c.rules
		draft := workflowtest.Draft("payroll-backup" + string(rune('a'+len(w.Store.Requests))))
		r, err := w.Boot2().Submit(t.Context(), workflowtest.Bea, draft)
		if err != nil || r.Needs() != c.want {
			t.Errorf("%+v: takes %d approvals, want %d; %v", c.rules, r.Needs(), c.want, err)
		}
	}
	w.Policy.Rules = takes(3)
	if _, err := w.Boot2().Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("x")); refusedBy(err) != workflow.RuleApprovals {
		t.Errorf("three approvals of two approvers: %v", err)
	}
}

func TestMoreApprovalsCountAtOnceAndFewerDoNot(t *testing.T) {
	w, _, id := at(t, nil)
	w.Policy.Rules = takes(2)
	r, err := w.Boot2().Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev)
	if err != nil || r.State != workflow.StatePending || r.Needs() != 2 {
		t.Fatalf("the policy asks for two by now, and Ada alone brings it to %s, %v", r.State, err)
	}
	w.Policy.Rules = nil
	if r = w.Get(id); r.Needs() != 2 {
		t.Errorf("a card said two, and it takes %d", r.Needs())
	}
	if r, err = w.Boot2().Approve(t.Context(), id, workflowtest.Zoe, r.Rev); err != nil || r.State != workflow.StateSignIn {
		t.Errorf("after two approvals it is %s, %v", r.State, err)
	}
}

func TestASignInDoesNotCountWhereThePolicyAsksForMoreByThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer func() { n.Stop() }()
		id := w.Request(n)
		if _, err := n.Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		n.Stop()
		w.Policy.Rules = takes(2)
		n = w.Boot()
		signsInAgain(t, w, n, id)
		if r := w.Get(id); r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleApprovals || len(w.Apps) != 0 {
			t.Errorf("one of two approvals brought it to %s: %+v, %d apps", r.State, r.Failure, len(w.Apps))
		}
	})
}

// signsInAgain has Ada use the code that she has after a restart.
func signsInAgain(t *testing.T, w *workflowtest.World, n *workflowtest.Node, id string) {
	t.Helper()
	workflowtest.Pass(time.Second)
	if r := w.Get(id); r.SignIn.Status == workflow.SignInOver {
		if _, err := n.NewCode(t.Context(), id, workflowtest.Ada); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
	}
	w.Use(w.CodeFor(w.Get(id)), nil)
	workflowtest.Pass(time.Second)
}

func TestRulesLeaveSomeAppsToSomeApprovers(t *testing.T) {
	w, _, id := at(t, nil)
	w.Policy.Rules = rule(policy.Rule{Packs: []string{"vbo365"}, MayApprove: []string{workflowtest.Zoe.ID}})
	d := w.Boot2()
	if _, err := d.Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev); refusedBy(err) != workflow.RuleNotApprover {
		t.Errorf("Ada, to whom it is not left: %v", err)
	}
	if _, err := d.Deny(t.Context(), id, workflowtest.Ada, "not mine"); refusedBy(err) != workflow.RuleNotApprover {
		t.Errorf("Ada denies what is not left to her: %v", err)
	}
	if r, err := d.Approve(t.Context(), id, workflowtest.Zoe, w.Get(id).Rev); err != nil || r.State != workflow.StateSignIn {
		t.Errorf("Zoe, to whom it is left: %v", err)
	}
	w.Policy.Rules.Approvals = policy.ByTier[int]{catalog.Low: 2}
	if _, err := w.Boot2().Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("x")); refusedBy(err) != workflow.RuleApprovals {
		t.Errorf("two approvals of the one to whom it is left: %v", err)
	}
	w.Policy.Rules = rule(policy.Rule{Packs: []string{"other"}, MayApprove: []string{workflowtest.Zoe.ID}})
	r, err := w.Boot2().Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("y"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = w.Boot2().Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev); err != nil {
		t.Errorf("a rule about another pack: %v", err)
	}
}

func TestASignInOfWhomItIsNotLeftToCountsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Policy.Rules = rule(policy.Rule{MayApprove: []string{workflowtest.Ada.ID}})
		n := w.Boot()
		defer func() { n.Stop() }()
		id := w.Request(n)
		if _, err := n.Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		code := w.CodeFor(w.Get(id))
		n.Desk.Policy().Rules.List[0].MayApprove = []string{workflowtest.Zoe.ID}
		w.Use(code, nil)
		workflowtest.Pass(time.Second)
		if r := w.Get(id); r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleNotApprover || len(w.Apps) != 0 {
			t.Errorf("it is %s: %+v, %d apps", r.State, r.Failure, len(w.Apps))
		}
	})
}
