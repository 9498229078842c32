package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// seen reports whether anything of a request was shown to approvers.
func seen(w *workflowtest.World, r *workflow.Request) bool {
	_, card := w.Get(r.ID).Posts[workflow.PostCard]
	return card
}

func TestWhoIsNotKnownWaitsAndNoApproverHearsOfIt(t *testing.T) {
	for what, by := range map[string]people.Person{
		"no address":             second,
		"an unconfirmed address": {ID: "UX", Name: "X", Email: "bea@contoso.com", Confirmed: people.EmailUnproved},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.Unlinked(t)
			w.Profiles[by.ID] = by
			n := w.Boot()
			defer n.Stop()
			r, err := n.Submit(t.Context(), by, workflowtest.Draft("payroll"))
			if err != nil {
				t.Fatal(err)
			}
			workflowtest.Pass(25 * time.Hour)
			if got := w.Get(r.ID); got.State != workflow.StateUnlinked || seen(w, r) || got.Posts[workflow.PostFollow].TS == "" {
				t.Errorf("%s: it is %s; shown to approvers: %v; posts %v", what, got.State, seen(w, r), got.Posts)
			}
			for _, g := range w.Told() {
				if len(g.Waiting) > 0 {
					t.Errorf("%s: the digest names it", what)
				}
			}
			if _, err := n.Approve(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev); refusedBy(err) != workflow.RuleWrongState {
				t.Errorf("%s: approved by a command: %v", what, err)
			}
			if _, err := n.Deny(t.Context(), r.ID, workflowtest.Ada, "no"); refusedBy(err) != workflow.RuleWrongState {
				t.Errorf("%s: denied: %v", what, err)
			}
			w.LinksTo(n, by, identity.Account{TenantID: workflowtest.ContosoID, ObjectID: "OBJ-X", UPN: "x@contoso.com"})
			workflowtest.Pass(time.Second)
			if got := w.Get(r.ID); got.State != workflow.StatePending || !seen(w, r) || got.Known.How != identity.KnownLink ||
				got.Known.ObjectID != "OBJ-X" {
				t.Errorf("%s: once linked it is %s, known by %+v", what, got.State, got.Known)
			}
		})
	}
}

func TestARequestThatWaitsForALinkExpiresAndCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		n := w.Boot()
		defer n.Stop()
		a, err := n.Submit(t.Context(), second, workflowtest.Draft("a"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := n.Submit(t.Context(), second, workflowtest.Draft("b"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Cancel(t.Context(), a.ID, second); err != nil {
			t.Error(err)
		}
		workflowtest.Pass(w.Policy.PendingExpires + time.Minute)
		if w.Get(a.ID).State != workflow.StateCancelled || w.Get(b.ID).State != workflow.StateExpired || seen(w, a) || seen(w, b) {
			t.Errorf("they are %s and %s; approvers have seen %v, %v", w.Get(a.ID).State, w.Get(b.ID).State, seen(w, a), seen(w, b))
		}
	})
}

// An approver asks from another Slack account of theirs, approves with the first and would open the secret.
func TestASecondAccountOfTheApproversGetsNothingByIt(t *testing.T) {
	plus := people.Person{ID: "UADA2", Name: "A. Lovelace", Email: "ada+2@contoso.com", Confirmed: people.EmailProved}
	alias := plus
	alias.Email = "a.lovelace@contoso.com"
	for what, by := range map[string]people.Person{"a plus address": plus, "an alias": alias} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.Unlinked(t)
			w.Profiles[by.ID] = by
			w.Signer.Requesters, w.Signer.Owners = nil, map[string][]workflow.Account{by.Email: nil}
			if by.Email == alias.Email {
				w.Signer.Owners[by.Email] = []workflow.Account{{ObjectID: "obj-ada", UPN: "ada@contoso.com"}}
				w.Signer.Requesters = w.Signer.Owners[by.Email]
			}
			n := w.Boot()
			defer n.Stop()
			r, err := n.Submit(t.Context(), by, workflowtest.Draft("payroll"))
			if err != nil {
				t.Fatal(err)
			}
			w.Approves(n, r.ID)
			workflowtest.Pass(time.Minute)
			got := w.Get(r.ID)
			if got.State == workflow.StateReady || len(w.Apps) > 0 || len(w.Wrote()) > 0 {
				t.Fatalf("%s: it is %s, and the tenant was changed: %v", what, got.State, w.Wrote())
			}
			if by.Email == plus.Email && got.State != workflow.StateUnlinked {
				t.Errorf("%s: it is %s: %s", what, got.State, got.Failure.Text)
			}
			w.LinksTo(n, by, identity.Account{TenantID: workflowtest.ContosoID, ObjectID: "OBJ-ADA", UPN: "ada@contoso.com"})
			links(t, w, map[string]string{by.ID: "OBJ-ADA", workflowtest.Ada.ID: "OBJ-ADA"}) // had it been made before she was an approver
			workflowtest.Pass(time.Minute)
			if _, err := n.Approve(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev); err == nil {
				t.Errorf("%s: approved once linked", what)
			}
		})
	}
}

func TestAMatchIsExactlyOneEnabledAccount(t *testing.T) {
	bea := workflow.Account{ObjectID: "OBJ-BEA", UPN: "bea@contoso.com"}
	off := bea
	off.Disabled = true
	for what, c := range map[string]struct {
		found []workflow.Account
		none  bool
		want  workflow.State
	}{
		"one":           {[]workflow.Account{bea}, false, workflow.StateReady},
		"none":          {nil, false, workflow.StateUnlinked},
		"two":           {[]workflow.Account{bea, {ObjectID: "OBJ-B2"}}, false, workflow.StateUnlinked},
		"disabled":      {[]workflow.Account{off}, false, workflow.StateUnlinked},
		"nobody looked": {nil, true, workflow.StateUnlinked},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.Unlinked(t)
			w.Signer.Requesters, w.Signer.Owners = c.found, map[string][]workflow.Account{workflowtest.Bea.Email: c.found}
			if c.none {
				w.Signer.Owners = nil
			}
			n := w.Boot()
			defer n.Stop()
			id := w.Request(n)
			if got := w.Get(id); got.State != workflow.StatePending || got.Known.How != identity.KnownAddress {
				t.Fatalf("%s: it is %s, known by %+v", what, got.State, got.Known)
			}
			w.Approves(n, id)
			workflowtest.Pass(time.Minute)
			got := w.Get(id)
			if got.State != c.want || len(w.Apps) > 0 != (c.want == workflow.StateReady) {
				t.Errorf("%s: it is %s (%s), and there are %d apps", what, got.State, got.Failure.Text, len(w.Apps))
			}
			if c.want == workflow.StateReady && (got.Known.How != identity.KnownMatch || got.Known.ObjectID != "OBJ-BEA") {
				t.Errorf("%s: known by %+v", what, got.Known)
			}
			if c.want == workflow.StateUnlinked && (got.Approval.Digest != "" || got.Known.How != "" || got.SignIn.Status != "") {
				t.Errorf("%s: the approval still counts: %+v", what, got.Approval)
			}
		})
	}
}

// Whoever has another person's address in their profile is that person to nobody.
func TestWhatGivesACredentialOfAnAppTakesALink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		n := w.Boot()
		defer n.Stop()
		w.ByHand(workflowtest.LegacyID, "hr", "OBJ-BEA")
		mallory := people.Person{ID: "UMAL", Name: "Mal", Email: workflowtest.Bea.Email, Confirmed: people.EmailProved}
		w.Profiles[mallory.ID] = mallory
		r, err := n.Submit(t.Context(), mallory, adoption("hr"))
		if err != nil || r.State != workflow.StateUnlinked {
			t.Fatalf("%+v, %v", r, err)
		}
		workflowtest.Pass(time.Second)
		w.LinksTo(n, mallory, identity.Account{TenantID: workflowtest.ContosoID, ObjectID: "OBJ-MAL", UPN: "mal@contoso.com"})
		w.Set(func() { w.Signer.Requesters = []workflow.Account{{ObjectID: "OBJ-MAL", UPN: "mal@contoso.com"}} })
		workflowtest.Pass(time.Second)
		r = w.SignsInFor(n, w.Get(r.ID))
		wrote := slices.DeleteFunc(w.Wrote(), func(call string) bool { return strings.Contains(call, "link") })
		if r.State == workflow.StateReady || len(wrote) > 0 || r.Handover.Status != workflow.HandoverNone {
			t.Errorf("it is %s, and the tenant was changed: %v", r.State, w.Wrote())
		}
	})
}

func TestALinkWhoseAccountIsGoneEndsAtTheSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer.Requesters, w.Signer.Owners = nil, map[string][]workflow.Account{"OBJ-BEA": nil}
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Approves(n, id)
		workflowtest.Pass(time.Minute)
		if _, err := w.Store.Link(t.Context(), workflowtest.Bea.ID, workflowtest.ContosoID); err == nil {
			t.Error("the link is still there")
		}
		if r := w.Get(id); r.State != workflow.StateUnlinked || len(w.Apps) > 0 {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}
