package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// halfUpdated is an update that has widened the app, and failed before its check.
func halfUpdated(t *testing.T, w *workflowtest.World, n *workflowtest.Node, head *workflow.Request) *workflow.Request {
	t.Helper()
	d := workflowtest.FollowUp("V-wider")
	d.RedirectURIs = append(slices.Clone(head.Plan.RedirectURIs), "https://wider.contoso.com")
	r, err := n.Update(t.Context(), workflowtest.Bea, head.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	more, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "User.Read.All")
	if r, err = w.Store.Update(t.Context(), r.ID, func(r *workflow.Request) error { // its pack needs more by now
		r.Plan.Permissions, r.Plan.Owners = append(r.Plan.Permissions, more), []people.Person{workflowtest.Tom}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w.Set(func() {
		w.Signer.Owners = map[string][]workflow.Account{workflowtest.Bea.Email: w.Signer.Requesters,
			workflowtest.Tom.Email: {{ObjectID: "OBJ-TOM"}}}
		w.Before = func(call string) error {
			if call == "inspect" {
				return &workflow.ServiceError{Code: "no", Text: "no"}
			}
			return nil
		}
	})
	r = w.SignsInFor(n, r)
	w.Set(func() { w.Before = nil })
	if r.State != workflow.StateFailed || len(w.One().Granted) != 4 {
		t.Fatalf("it is %s: %s; the app has %v", r.State, r.Failure.Text, w.One().Granted)
	}
	return r
}

func TestWhatAGivenUpUpdateLeavesIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		head := w.HandedOver(n)
		r := halfUpdated(t, w, n, head)
		if _, err := n.GiveUp(t.Context(), r.ID, workflowtest.Bea); refusedBy(err) != workflow.RuleNotApprover ||
			!strings.Contains(err.Error(), "Retry or Give up") || w.Get(r.ID).State != workflow.StateFailed {
			t.Errorf("the requester gives it up: %v", err)
		}
		w.Set(func() { *n.Off = true }) // the process ends in the transaction, so that nothing else is done
		n.Stop()
		desk := workflow.NewDesk(workflow.DeskConfig{Store: w.Store, Tenants: []workflow.Tenant{workflowtest.Contoso},
			Products: n.Products(),
			Policy:   w.Policy, Key: w.Key})
		r, err := desk.GiveUp(t.Context(), r.ID, workflowtest.Ada)
		if err != nil || r.State != workflow.StateCancelled || !strings.Contains(r.Failure.Text, "until the next update") {
			t.Fatalf("%v, %v", r, err)
		}
		if _, err := desk.Renew(t.Context(), workflowtest.Bea, head.ID,
			workflowtest.FollowUp("V-early")); refusedBy(err) != workflow.RuleWrongState {
			t.Errorf("before it is known: %v", err)
		}
		n = w.Boot()
		defer n.Stop()
		workflowtest.Pass(2 * time.Minute)
		left := w.Get(head.ID).Residue.Plan
		if len(left.Permissions) != 1 || left.Permissions[0].Name != "User.Read.All" ||
			!slices.Equal(left.RedirectURIs, []string{"https://wider.contoso.com"}) || len(left.Owners) != 1 {
			t.Fatalf("it is known to have left %+v", left)
		}
		if w.Get(head.ID).Successor != "" {
			t.Error("it has a successor")
		}

		renewed := w.Renews(n, head, workflowtest.Draft(""))
		if slices.ContainsFunc(renewed.Plan.Permissions, func(p plan.Permission) bool { return p.Name == "User.Read.All" }) {
			t.Error("the renewal asks for it")
		}
		renewed = w.Settle(n, renewed.ID, workflow.StateOverlap)
		n.SayWorks(t.Context(), renewed.ID, workflowtest.Bea)
		n.RemoveOld(t.Context(), renewed.ID, workflowtest.Ada)
		renewed = w.Settle(n, renewed.ID, workflow.StateDone)
		workflowtest.Pass(time.Second)

		back := workflowtest.FollowUp("V-back") // nothing but what the app was approved to have
		u, err := n.Update(t.Context(), workflowtest.Bea, renewed.ID, back)
		if err != nil {
			t.Fatal(err)
		}
		want := []plan.Change{{Added: false, What: plan.PermissionChange, Name: "Microsoft Graph User.Read.All (application)"},
			{Added: false, What: plan.RedirectChange, Name: "https://wider.contoso.com (web)"}, {Added: false, What: plan.OwnerChange,
				Name: "Tom"}}
		if got := u.Changes(); !slices.Equal(got, want) {
			t.Errorf("it is shown as %v", got)
		}
		u = w.Settle(n, u.ID, workflow.StateDone)
		a := w.One()
		if len(a.Granted) != 3 || !slices.Equal(a.RedirectURIs, head.Plan.RedirectURIs) || slices.Contains(a.Owners, "OBJ-TOM") ||
			u.Residue.Plan.TenantID != "" {
			t.Errorf("the app has %v, %v and %v; left is %+v", a.Granted, a.RedirectURIs, a.Owners, u.Residue.Plan)
		}
		if _, err := n.Update(t.Context(), workflowtest.Bea, u.ID, workflowtest.FollowUp("V-again")); err == nil ||
			!strings.Contains(err.(form.Errors)[form.FieldReason], "Nothing would change") {
			t.Errorf("once more: %v", err)
		}
	})
}

func TestMoreThanAGivenUpUpdateCanHaveLeftIsAnAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.HandedOver(n)
		r := halfUpdated(t, w, n, head)
		if _, err := n.GiveUp(t.Context(), r.ID, workflowtest.Ada); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		w.Set(func() { w.Foreign = []string{"Office 365 Exchange Online/full_access_as_app"} })
		renewed := w.Renews(n, head, workflowtest.Draft(""))
		if renewed = w.SignsInFor(n, renewed); renewed.Failure.Rule != workflow.RuleExcess ||
			strings.Contains(renewed.Failure.Text, "User.Read.All") {
			t.Errorf("it is %s: %s", renewed.State, renewed.Failure.Text)
		}
	})
}

func TestAnUpdateThatHasChangedNothingIsItsRequestersToGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head, app := adopted(t, w, n)
		w.Set(func() { app.Owners = nil })
		r, err := verbs(t, w, n, workflowtest.Bea, head)[workflow.KindUpdate]()
		if err != nil {
			t.Fatal(err)
		}
		if r = w.SignsInFor(n, r); r.State != workflow.StateFailed {
			t.Fatalf("it is %s", r.State)
		}
		if _, err := n.GiveUp(t.Context(), r.ID, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		if left := w.Get(head.ID).Residue.Plan; left.TenantID != "" {
			t.Errorf("it is known to have left %+v", left)
		}
	})
}
