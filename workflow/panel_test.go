package workflow_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// links has Slack accounts linked to accounts of the tenant.
func links(t *testing.T, w *workflowtest.World, to map[string]string) {
	t.Helper()
	for slack, account := range to {
		if err := w.Store.PutLink(context.Background(), identity.Link{Slack: slack, TenantID: workflowtest.ContosoID, ObjectID: account,
			At: time.Now(), How: identity.ByDeviceCode}); err != nil {
			t.Fatal(err)
		}
	}
}

// second is another full member account of Ada's, without an address.
var second = people.Person{ID: "UADA2", Name: "A. Lovelace"}

func TestNobodyApprovesWhatTheyGainByWhenTheyPress(t *testing.T) {
	for what, c := range map[string]struct {
		request func(*workflow.Request)
		links   map[string]string
		refused workflow.Rule
	}{
		"somebody else's": {func(*workflow.Request) {}, nil, ""},
		"asked for from another Slack account that is linked to the same account": {func(r *workflow.Request) { r.Requester = second },
			map[string]string{second.ID: "OBJ-ADA", workflowtest.Ada.ID: "obj-ada"}, workflow.RuleSelfApproval},
		"with an owner who is linked to the account that is configured": {func(r *workflow.Request) {
			r.Plan.Owners = []people.Person{second}
		}, map[string]string{second.ID: "ada@contoso.com"}, workflow.RuleSelfApproval},
		"with the approver as an owner": {func(r *workflow.Request) { r.Plan.Owners = []people.Person{workflowtest.Ada} }, nil,
			workflow.RuleSelfApproval},
		"with an owner who has the approver's address": {func(r *workflow.Request) {
			r.Plan.Owners = []people.Person{{ID: "UX", Name: "X", Email: "ADA@contoso.com"}}
		}, nil, workflow.RuleSelfApproval},
		"linked to another account": {func(r *workflow.Request) { r.Requester = second }, map[string]string{second.ID: "OBJ-BEA",
			workflowtest.Ada.ID: "OBJ-ADA"}, ""},
	} {
		for name, press := range map[string]func(*workflow.Desk, *workflow.Request) error{
			"Approve": func(d *workflow.Desk, r *workflow.Request) error {
				_, err := d.Approve(context.Background(), r.ID, workflowtest.Ada, r.Rev)
				return err
			},
			"Approve, as the first of two": func(d *workflow.Desk, r *workflow.Request) error {
				r, err := d.KeptIn().Update(context.Background(), r.ID, func(r *workflow.Request) error { takesTwo(r); return nil })
				if err != nil {
					return err
				}
				_, err = d.Approve(context.Background(), r.ID, workflowtest.Ada, r.Rev)
				return err
			},
			"verify": func(d *workflow.Desk, r *workflow.Request) error {
				_, err := d.Verify(context.Background(), r.ID, workflowtest.Ada, "6b1f7d2e-9f43-4f6e-a0f5-2f1d33c1c001")
				return err
			},
			"Deny": func(d *workflow.Desk, r *workflow.Request) error {
				_, err := d.Deny(context.Background(), r.ID, workflowtest.Ada, "no")
				return err
			},
		} {
			w, d, id := at(t, c.request)
			links(t, w, c.links)
			if got := refusedBy(press(d, w.Get(id))); got != c.refused {
				t.Errorf("%s, %s: refused by %q, want %q", what, name, got, c.refused)
			}
		}
	}
}

func TestNobodySignsInForWhatTheyGainBy(t *testing.T) {
	accounts := func(at string, all ...workflow.Account) func(*workflow.Signer) {
		return func(s *workflow.Signer) { s.Owners[at] = all }
	}
	owner := func(p people.Person) func(*workflow.Request) {
		return func(r *workflow.Request) {
			r.Plan.Owners = []people.Person{p}
			r.Approval.Digest = r.Plan.Digest()
		}
	}
	alias := people.Person{ID: "UA2", Name: "A2", Email: "a.lovelace@contoso.com"}
	for what, c := range map[string]struct {
		request func(*workflow.Request)
		signer  func(*workflow.Signer)
		refused workflow.Rule
	}{
		"an owner whose address is an alias of the account": {owner(alias), func(s *workflow.Signer) {
			s.Addresses = []string{"ada@contoso.com", "A.Lovelace@contoso.com"}
		}, workflow.RuleRequesterSelf},
		"an owner who was found to be that account": {owner(alias), accounts(alias.Email, workflow.Account{ObjectID: "obj-ada"}),
			workflow.RuleRequesterSelf},
		"an owner of whom one of two accounts is that one": {owner(alias), accounts(alias.Email, workflow.Account{ObjectID: "o1"},
			workflow.Account{ObjectID: "OBJ-ADA"}), workflow.RuleRequesterSelf},
		"a requester with an alias of the account": {func(r *workflow.Request) { r.Requester.Email = alias.Email },
			func(s *workflow.Signer) { s.Addresses = []string{alias.Email} }, workflow.RuleRequesterSelf},
		"an owner who is somebody else": {owner(alias), accounts(alias.Email, workflow.Account{ObjectID: "o1"}), ""},
	} {
		w, _, id := at(t, in(workflow.StateSignIn, workflowtest.Ada))
		r, who := w.Get(id), workflowtest.AdaSignsIn()
		c.request(r)
		c.signer(&who)
		var got workflow.Rule
		if no := workflow.SignerProblem(r, workflowtest.Contoso, who); no != nil {
			got = no.Rule
		}
		if got != c.refused {
			t.Errorf("%s: refused by %q, want %q", what, got, c.refused)
		}
	}
}

// Their configured name may be an alias of an account that counts already, or of the requester's.
func TestAnApproverWhoseAccountIsNotKnownCountsForNothing(t *testing.T) {
	for what, c := range map[string]struct {
		found   []workflow.Account
		refused workflow.Rule
	}{
		"known":     {[]workflow.Account{{ObjectID: "OBJ-ZOE", UPN: "zoe@contoso.com"}}, ""},
		"not there": {nil, workflow.RuleApprovals},
		"under another UPN": {[]workflow.Account{{ObjectID: "OBJ-X", UPN: "x@contoso.com", Mail: "zoe@contoso.com"}},
			workflow.RuleApprovals},
		"the signer's":    {[]workflow.Account{{ObjectID: "OBJ-ADA", UPN: "zoe@contoso.com"}}, workflow.RuleApprovals},
		"the requester's": {[]workflow.Account{{ObjectID: "OBJ-BEA", UPN: "zoe@contoso.com"}}, workflow.RuleApprovals},
	} {
		w, _, id := at(t, func(r *workflow.Request) {
			takesTwo(r)
			in(workflow.StateSignIn, workflowtest.Ada)(r)
			r.Agreed = []workflow.Approval{{By: workflowtest.Zoe, Digest: r.Plan.Digest()}}
		})
		tenant, who := workflowtest.Contoso, workflowtest.AdaSignsIn()
		tenant.Approvers = []workflow.Approver{{Slack: workflowtest.Ada.ID, Entra: "ada@contoso.com"},
			{Slack: workflowtest.Zoe.ID, Entra: "zoe@contoso.com"}}
		who.Owners["zoe@contoso.com"] = c.found
		var got workflow.Rule
		if no := workflow.SignerProblem(w.Get(id), tenant, who); no != nil {
			got = no.Rule
		}
		if got != c.refused {
			t.Errorf("%s: refused by %q, want %q", what, got, c.refused)
		}
	}
}

func TestASoleApproverWhoAsksIsToldSo(t *testing.T) {
	w := workflowtest.New(t)
	tenant := workflowtest.Contoso
	tenant.Approvers = tenant.Approvers[:1]
	d := w.Boot2With(tenant)
	_, err := d.Submit(context.Background(), workflowtest.Ada, workflowtest.Draft("a"))
	if refusedBy(err) != workflow.RuleApprovals {
		t.Errorf("the only approver asks: %v", err)
	}
	links(t, w, map[string]string{second.ID: "OBJ-ADA", workflowtest.Ada.ID: "OBJ-ADA"})
	if _, err := d.Submit(context.Background(), second, workflowtest.Draft("b")); refusedBy(err) != workflow.RuleApprovals {
		t.Errorf("from another account of theirs: %v", err)
	}
	draft := workflowtest.Draft("c")
	draft.Owners = []people.Person{workflowtest.Ada}
	if _, err := d.Submit(context.Background(), workflowtest.Bea, draft); refusedBy(err) != workflow.RuleApprovals {
		t.Errorf("they would be an owner: %v", err)
	}
	if _, err := d.Submit(context.Background(), workflowtest.Bea, workflowtest.Draft("d")); err != nil {
		t.Errorf("somebody else asks: %v", err)
	}
}

// What is read before the transaction may have changed by then.
func TestAnApprovalTakenBackDuringTheSignInCountsNoMore(t *testing.T) {
	for what, c := range map[string]struct {
		meanwhile func(*workflowtest.Node, string) error
		state     workflow.State
		rule      workflow.Rule
	}{
		"nothing": {func(*workflowtest.Node, string) error { return nil }, workflow.StateReady, ""},
		"the other takes the approval back": {func(n *workflowtest.Node, id string) error {
			_, err := n.Cancel(context.Background(), id, workflowtest.Zoe)
			return err
		}, workflow.StateSignIn, workflow.RuleApprovals},
		"the signer does": {func(n *workflowtest.Node, id string) error {
			_, err := n.Cancel(context.Background(), id, workflowtest.Ada)
			return err
		}, workflow.StatePending, ""},
		"the requester cancels": {func(n *workflowtest.Node, id string) error {
			_, err := n.Cancel(context.Background(), id, workflowtest.Bea)
			return err
		}, workflow.StateCancelled, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			w.Policy.Rules = takes(2)
			n := w.Boot()
			defer n.Stop()
			id := w.Request(n)
			for _, by := range []people.Person{workflowtest.Zoe, workflowtest.Ada} {
				if _, err := n.Approve(t.Context(), id, by, w.Get(id).Rev); err != nil {
					t.Fatal(err)
				}
			}
			workflowtest.Pass(time.Second)
			w.Set(func() {
				w.Meanwhile = func() {
					if err := c.meanwhile(n, id); err != nil {
						t.Error(err)
					}
				}
			})
			w.Use(w.CodeFor(w.Get(id)), nil)
			workflowtest.Pass(time.Minute)
			if r := w.Get(id); r.State != c.state || r.Failure.Rule != c.rule || len(w.Apps) > 0 != (c.state == workflow.StateReady) {
				t.Errorf("%s: it is %s (%s), and there are %d apps", what, r.State, r.Failure.Text, len(w.Apps))
			}
		})
	}
}
