package workflow_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func takesTwo(r *workflow.Request) { r.Plan.Approvals = 2 }

func TestAPlanThatTakesTwoApprovalsWaitsForTheSecond(t *testing.T) {
	ctx := context.Background()
	w, d, id := at(t, takesTwo)
	must := func(r *workflow.Request, err error) *workflow.Request {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	refused := func(want workflow.Rule, err error) {
		t.Helper()
		if got := refusedBy(err); got != want {
			t.Errorf("refused by %q, want %q (%v)", got, want, err)
		}
	}

	first := must(d.Approve(ctx, id, workflowtest.Ada, w.Get(id).Rev))
	if first.State != workflow.StatePending || len(first.AgreedBy()) != 1 || first.SignIn.Status != "" {
		t.Fatalf("after one approval it is %s, agreed by %v, its sign-in %q", first.State, first.AgreedBy(), first.SignIn.Status)
	}
	_, err := d.Approve(ctx, id, workflowtest.Ada, first.Rev)
	refused(workflow.RuleApprovals, err)
	_, err = d.Verify(ctx, id, workflowtest.Ada, "6b1f7d2e-9f43-4f6e-a0f5-2f1d33c1c001")
	refused(workflow.RuleApprovals, err)
	_, err = d.Cancel(ctx, id, workflowtest.Zoe)
	refused(workflow.RuleNotRequester, err)

	if back := must(d.Cancel(ctx, id, workflowtest.Ada)); back.State != workflow.StatePending || len(back.AgreedBy()) != 0 {
		t.Fatalf("what Ada took back still counts: %s, %v", back.State, back.AgreedBy())
	}
	if r := must(d.Approve(ctx, id, workflowtest.Zoe, w.Get(id).Rev)); r.State != workflow.StatePending {
		t.Fatalf("one approval was enough after another was taken back: %s", r.State)
	}
	last := must(d.Approve(ctx, id, workflowtest.Ada, w.Get(id).Rev))
	if last.State != workflow.StateSignIn || last.Approval.By.ID != workflowtest.Ada.ID || len(last.AgreedBy()) != 1 ||
		last.AgreedBy()[0].ID != workflowtest.Zoe.ID {
		t.Fatalf("after two approvals it is %s, for %s to sign in, agreed by %v", last.State, last.Approval.By.ID, last.AgreedBy())
	}

	// Whoever cancels the sign-in takes the approval back; the other's stands.
	if r := must(d.Cancel(ctx, id, workflowtest.Ada)); r.State != workflow.StatePending || len(r.AgreedBy()) != 1 ||
		r.AgreedBy()[0].ID != workflowtest.Zoe.ID {
		t.Fatalf("after the sign-in was cancelled it is %s, agreed by %v", r.State, r.AgreedBy())
	}
	_, err = d.Approve(ctx, id, workflowtest.Zoe, w.Get(id).Rev)
	refused(workflow.RuleApprovals, err)
}

func TestASignInCountsOnlyWhileEnoughOthersStandBehindThePlan(t *testing.T) {
	signing := func() *workflow.Request {
		r := &workflow.Request{Plan: plan.Plan{TenantID: workflowtest.ContosoID, Approvals: 2}, Task: workflow.TaskProvision,
			Requester: workflowtest.Bea,
			State:     workflow.StateSignIn}
		r.Agreed = []workflow.Approval{{By: workflowtest.Zoe, Digest: r.Plan.Digest()}}
		r.Approval = workflow.Approval{N: 1, By: workflowtest.Ada, Digest: r.Plan.Digest()}
		return r
	}
	tenant := func(approvers ...workflow.Approver) workflow.Tenant {
		t := workflowtest.Contoso
		t.Approvers = approvers
		return t
	}
	one, two := workflow.Approver{workflowtest.Ada.ID, "ada@contoso.com"}, workflow.Approver{workflowtest.Zoe.ID, "zoe@contoso.com"}
	for what, c := range map[string]struct {
		edit   func(*workflow.Request)
		tenant workflow.Tenant
		want   workflow.Rule
	}{
		"both stand behind it":              {nil, tenant(one, two), ""},
		"the other is no approver any more": {nil, tenant(one), workflow.RuleApprovals},
		"both are one account":              {nil, tenant(one, workflow.Approver{workflowtest.Zoe.ID, "OBJ-ADA"}), workflow.RuleApprovals},
		"the other approved another plan": {func(r *workflow.Request) {
			r.Agreed[0].Digest = "other"
		}, tenant(one, two), workflow.RuleApprovals},
		"the other is the requester": {func(r *workflow.Request) {
			r.Agreed[0].By = workflowtest.Bea
		}, tenant(one, workflow.Approver{workflowtest.Bea.ID, "b@contoso.com"}), workflow.RuleApprovals},
		"the other has the requester's account": {nil, tenant(one, workflow.Approver{workflowtest.Zoe.ID, workflowtest.Bea.Email}),
			workflow.RuleApprovals},
		"the other has the account of the requester, who is an approver": {nil,
			tenant(one, workflow.Approver{workflowtest.Zoe.ID, "shared@contoso.com"}, workflow.Approver{workflowtest.Bea.ID,
				"shared@contoso.com"}),
			workflow.RuleApprovals},
		"the same person twice": {func(r *workflow.Request) {
			r.Agreed[0].By = workflowtest.Ada
		}, tenant(one, two), workflow.RuleApprovals},
		"the other has the requester's account, by its object ID": {nil, tenant(one, workflow.Approver{workflowtest.Zoe.ID, "OBJ-BEA"}),
			workflow.RuleApprovals},
		"the other has the requester's account, by another name": {func(r *workflow.Request) {
			r.Requester.Email = "b.lind@contoso.com"
		}, tenant(one, workflow.Approver{workflowtest.Zoe.ID, "bea@contoso.com"}), workflow.RuleApprovals},
		"nobody else": {func(r *workflow.Request) { r.Agreed = nil }, tenant(one, two), workflow.RuleApprovals},
		"to undo, the one who signs in is enough": {func(r *workflow.Request) { r.Task, r.Agreed = workflow.TaskUndo, nil }, tenant(one,
			two), ""},
		"to verify, it takes the others, too": {func(r *workflow.Request) {
			r.Task, r.Agreed = workflow.TaskVerify, nil
		}, tenant(one, two), workflow.RuleApprovals},
		"a plan that takes one is the signer's only": {func(r *workflow.Request) {
			r.Plan.Approvals, r.Agreed = 0, nil
			r.Approval.Digest = r.Plan.Digest()
		}, tenant(one), ""},
	} {
		r := signing()
		if c.edit != nil {
			c.edit(r)
		}
		var got workflow.Rule
		if no := workflow.SignerProblem(r, c.tenant, workflowtest.AdaSignsIn()); no != nil {
			got = no.Rule
		}
		if got != c.want {
			t.Errorf("%s: refused by %q, want %q", what, got, c.want)
		}
	}
}

// A failed request keeps the approvals that it had: another approver may go on.
func TestARetryKeepsTheApprovalsOfThoseWhoSignedInBefore(t *testing.T) {
	ctx := context.Background()
	w, d, id := at(t, func(r *workflow.Request) {
		takesTwo(r)
		in(workflow.StateFailed, workflowtest.Ada)(r)
		r.Task = workflow.TaskProvision
		r.Agreed = []workflow.Approval{{By: workflowtest.Zoe, Digest: r.Plan.Digest()}}
	})
	r, err := d.Retry(ctx, id, workflowtest.Zoe, w.Get(id).Rev)
	if err != nil {
		t.Fatal(err)
	}
	if no := workflow.SignerProblem(r, workflowtest.Contoso, workflow.Signer{TenantID: workflowtest.ContosoID, ObjectID: "OBJ-ZOE",
		UPN:    "zoe@contoso.com",
		Owners: workflowtest.AdaSignsIn().Owners,
		Roles:  []string{workflow.GlobalAdministrator}}); no != nil {
		t.Errorf("Ada's approval was forgotten: %v", no)
	}

	// What an approver withdrew does not come back with a Retry.
	w, d, id = at(t, func(r *workflow.Request) {
		takesTwo(r)
		in(workflow.StateSignIn, workflowtest.Ada)(r)
		r.Task = workflow.TaskProvision
		r.Made = workflow.Made{ObjectID: "o", AppID: "a"}
		r.Agreed = []workflow.Approval{{By: workflowtest.Zoe, Digest: r.Plan.Digest()}}
	})
	if r, err = d.Cancel(ctx, id, workflowtest.Ada); err != nil || r.State != workflow.StateFailed {
		t.Fatalf("%v, %v", r.State, err)
	}
	if _, err = d.Retry(ctx, id, workflowtest.Zoe, w.Get(id).Rev); refusedBy(err) != workflow.RuleApprovals {
		t.Errorf("Zoe could go on with an approval that Ada had withdrawn: %v", err)
	}
	if _, err = d.Retry(ctx, id, workflowtest.Ada, w.Get(id).Rev); err != nil {
		t.Errorf("Ada can't go on, though Zoe's approval stands: %v", err)
	}
}

func TestNobodyAsksForWhatCanNeverBeApproved(t *testing.T) {
	w := workflowtest.New(t)
	product := workflowtest.Vbo()
	product.Approvals = 3
	d := workflow.NewDesk(workflow.DeskConfig{Store: w.Store, Tenants: []workflow.Tenant{workflowtest.Contoso},
		Products: []pack.Product{product},
		Policy:   w.Policy, Key: w.Key,
		Log: workflowtest.Quiet})
	if _, err := d.Submit(context.Background(), workflowtest.Bea,
		workflowtest.Draft("payroll-backup")); refusedBy(err) != workflow.RuleApprovals {
		t.Errorf("three approvals of two approvers: %v", err)
	}
	product.Approvals = 2
	d = workflow.NewDesk(workflow.DeskConfig{Store: w.Store, Tenants: []workflow.Tenant{workflowtest.Contoso},
		Products: []pack.Product{product},
		Policy:   w.Policy, Key: w.Key,
		Log: workflowtest.Quiet})
	if _, err := d.Submit(context.Background(), workflowtest.Ada,
		workflowtest.Draft("payroll-backup")); refusedBy(err) != workflow.RuleApprovals {
		t.Errorf("two approvals of the one approver who did not ask: %v", err)
	}
	if r, err := d.Submit(context.Background(), workflowtest.Bea, workflowtest.Draft("payroll-backup")); err != nil || r.Plan.Needs() != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTwoApproversMakeOneApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer func() { n.Stop() }()
		id := w.Request(n)
		if _, err := w.Store.Update(context.Background(), id, func(r *workflow.Request) error { takesTwo(r); return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := n.Approve(context.Background(), id, workflowtest.Zoe, w.Get(id).Rev); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Minute)
		if r := w.Get(id); r.State != workflow.StatePending || w.CodeFor(r) != "" {
			t.Fatalf("with one of two approvals it is %s, and a code is out: %q", r.State, w.CodeFor(r))
		}
		n.Stop() // an approval outlives the process
		n = w.Boot()
		w.People(n, id) // Ada approves, and signs in
		w.WantOne(id)
		if no, ok := errors.AsType[*workflow.Refusal](n.TooFew(w.Get(id), workflowtest.Ada)); ok && no != nil {
			t.Error(no)
		}
	})
}

func TestAnEarlierApprovalCanBeTakenBackWhileAnotherApproverSignsIn(t *testing.T) {
	ctx := context.Background()
	w, d, id := at(t, takesTwo)
	for _, who := range []people.Person{workflowtest.Zoe, workflowtest.Ada} {
		if _, err := d.Approve(ctx, id, who, w.Get(id).Rev); err != nil {
			t.Fatal(err)
		}
	}
	if no := workflow.SignerProblem(w.Get(id), workflowtest.Contoso, workflowtest.AdaSignsIn()); no != nil {
		t.Fatalf("with both behind it: %v", no)
	}
	if _, err := d.Cancel(ctx, id, workflowtest.Tom); refusedBy(err) != workflow.RuleNotRequester {
		t.Errorf("somebody else takes it back: %v", err)
	}
	r, err := d.Cancel(ctx, id, workflowtest.Zoe)
	if err != nil {
		t.Fatal(err)
	}
	if r.State != workflow.StateSignIn || r.Approval.By.ID != workflowtest.Ada.ID ||
		r.History[len(r.History)-1].Kind != workflow.EventWithdrawn {
		t.Errorf("it is %s for %s to sign in, and ends with %+v", r.State, r.Approval.By.ID, r.History[len(r.History)-1])
	}
	if no := workflow.SignerProblem(r, workflowtest.Contoso, workflowtest.AdaSignsIn()); no == nil || no.Rule != workflow.RuleApprovals {
		t.Errorf("Ada's sign-in alone is answered with %v", no)
	}
	if _, err := d.Cancel(ctx, id, workflowtest.Zoe); refusedBy(err) != workflow.RuleNotRequester {
		t.Errorf("she takes it back twice: %v", err)
	}
}
