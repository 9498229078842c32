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
)

// halfUpdated is an update that has widened the app, and failed before its check.
func halfUpdated(t *testing.T, w *world, n *node, head *workflow.Request) *workflow.Request {
	t.Helper()
	d := d2("V-wider")
	d.RedirectURIs = append(slices.Clone(head.Plan.RedirectURIs), "https://wider.contoso.com")
	r, err := n.Update(t.Context(), bea, head.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	more, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "User.Read.All")
	if r, err = w.store.Update(t.Context(), r.ID, func(r *workflow.Request) error { // its pack needs more by now
		r.Plan.Permissions, r.Plan.Owners = append(r.Plan.Permissions, more), []people.Person{tom}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w.set(func() {
		w.signer.Owners = map[string][]workflow.Account{bea.Email: w.signer.Requesters, tom.Email: {{ObjectID: "OBJ-TOM"}}}
		w.before = func(call string) error {
			if call == "inspect" {
				return &workflow.ServiceError{Code: "no", Text: "no"}
			}
			return nil
		}
	})
	r = w.signsInFor(n, r)
	w.set(func() { w.before = nil })
	if r.State != workflow.StateFailed || len(w.one().granted) != 4 {
		t.Fatalf("it is %s: %s; the app has %v", r.State, r.Failure.Text, w.one().granted)
	}
	return r
}

func TestWhatAGivenUpUpdateLeavesIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		head := w.handedOver(n)
		r := halfUpdated(t, w, n, head)
		if _, err := n.GiveUp(t.Context(), r.ID, bea); refusedBy(err) != workflow.RuleNotApprover ||
			!strings.Contains(err.Error(), "Retry or Give up") || w.get(r.ID).State != workflow.StateFailed {
			t.Errorf("the requester gives it up: %v", err)
		}
		w.set(func() { *n.off = true }) // the process ends in the transaction, so that nothing else is done
		n.stop()
		desk := workflow.NewDesk(workflow.DeskConfig{Store: w.store, Tenants: []workflow.Tenant{contoso}, Products: n.Products(),
			Policy: w.policy, Key: w.key})
		r, err := desk.GiveUp(t.Context(), r.ID, ada)
		if err != nil || r.State != workflow.StateCancelled || !strings.Contains(r.Failure.Text, "until the next update") {
			t.Fatalf("%v, %v", r, err)
		}
		if _, err := desk.Renew(t.Context(), bea, head.ID, d2("V-early")); refusedBy(err) != workflow.RuleWrongState {
			t.Errorf("before it is known: %v", err)
		}
		n = w.boot()
		defer n.stop()
		pass(2 * time.Minute)
		left := w.get(head.ID).Residue.Plan
		if len(left.Permissions) != 1 || left.Permissions[0].Name != "User.Read.All" ||
			!slices.Equal(left.RedirectURIs, []string{"https://wider.contoso.com"}) || len(left.Owners) != 1 {
			t.Fatalf("it is known to have left %+v", left)
		}
		if w.get(head.ID).Successor != "" {
			t.Error("it has a successor")
		}

		renewed := w.renews(n, head, draft(""))
		if slices.ContainsFunc(renewed.Plan.Permissions, func(p plan.Permission) bool { return p.Name == "User.Read.All" }) {
			t.Error("the renewal asks for it")
		}
		renewed = w.settle(n, renewed.ID, workflow.StateOverlap)
		n.SayWorks(t.Context(), renewed.ID, bea)
		n.RemoveOld(t.Context(), renewed.ID, ada)
		renewed = w.settle(n, renewed.ID, workflow.StateDone)
		pass(time.Second)

		back := d2("V-back") // nothing but what the app was approved to have
		u, err := n.Update(t.Context(), bea, renewed.ID, back)
		if err != nil {
			t.Fatal(err)
		}
		want := []plan.Change{{Added: false, What: plan.PermissionChange, Name: "Microsoft Graph User.Read.All (application)"},
			{Added: false, What: plan.RedirectChange, Name: "https://wider.contoso.com (web)"}, {Added: false, What: plan.OwnerChange,
				Name: "Tom"}}
		if got := u.Changes(); !slices.Equal(got, want) {
			t.Errorf("it is shown as %v", got)
		}
		u = w.settle(n, u.ID, workflow.StateDone)
		a := w.one()
		if len(a.granted) != 3 || !slices.Equal(a.RedirectURIs, head.Plan.RedirectURIs) || slices.Contains(a.owners, "OBJ-TOM") ||
			u.Residue.Plan.TenantID != "" {
			t.Errorf("the app has %v, %v and %v; left is %+v", a.granted, a.RedirectURIs, a.owners, u.Residue.Plan)
		}
		if _, err := n.Update(t.Context(), bea, u.ID, d2("V-again")); err == nil ||
			!strings.Contains(err.(form.Errors)[form.FieldReason], "Nothing would change") {
			t.Errorf("once more: %v", err)
		}
	})
}

func TestMoreThanAGivenUpUpdateCanHaveLeftIsAnAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.handedOver(n)
		r := halfUpdated(t, w, n, head)
		if _, err := n.GiveUp(t.Context(), r.ID, ada); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		w.set(func() { w.foreign = []string{"Office 365 Exchange Online/full_access_as_app"} })
		renewed := w.renews(n, head, draft(""))
		if renewed = w.signsInFor(n, renewed); renewed.Failure.Rule != workflow.RuleExcess ||
			strings.Contains(renewed.Failure.Text, "User.Read.All") {
			t.Errorf("it is %s: %s", renewed.State, renewed.Failure.Text)
		}
	})
}

func TestAnUpdateThatHasChangedNothingIsItsRequestersToGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head, app := adopted(t, w, n)
		w.set(func() { app.owners = nil })
		r, err := verbs(t, w, n, bea, head)[workflow.KindUpdate]()
		if err != nil {
			t.Fatal(err)
		}
		if r = w.signsInFor(n, r); r.State != workflow.StateFailed {
			t.Fatalf("it is %s", r.State)
		}
		if _, err := n.GiveUp(t.Context(), r.ID, bea); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		if left := w.get(head.ID).Residue.Plan; left.TenantID != "" {
			t.Errorf("it is known to have left %+v", left)
		}
	})
}
