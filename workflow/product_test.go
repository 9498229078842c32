package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestAnAppWithACertificateIsDoneWhenItHasExactlyWhatWasApproved(t *testing.T) {
	withThePowerCut(t, func(t *testing.T, p *power) {
		w := newWorld(t)
		w.signer = adaOfAzure()
		n := w.boot()
		p.on(w, n)
		r, err := n.Submit(t.Context(), bea, certificateDraft("payroll-backup"))
		if err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateDone)
		n = p.back(n)
		r = w.settle(n, r.ID, workflow.StateDone)
		n.stop()
		a := w.one()
		if len(a.keys) != 0 || !slices.Equal(a.thumbprints, []string{r.Plan.Credential.Certificate.Thumbprint}) ||
			!slices.Equal(a.directory, []string{plan.GlobalReader}) || len(a.azure) != 1 || len(a.Scopes) != 1 || a.owner == "" {
			t.Errorf("made %+v", a)
		}
		if r.Handover.Status != workflow.HandoverNone || r.Outcomes != 1 {
			t.Errorf("handover %+v, %d outcomes", r.Handover, r.Outcomes)
		}
	})
}

func TestMoreThanWasApprovedTakesTheCertificateAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signer, w.extra = adaOfAzure(), []string{"Some service/Everything"}
		n := w.boot()
		defer n.stop()
		r, _ := n.Submit(t.Context(), bea, certificateDraft("payroll-backup"))
		n.Approve(t.Context(), r.ID, ada, w.get(r.ID).Rev)
		pass(time.Second)
		w.use(w.codeFor(w.get(r.ID)), nil)
		pass(time.Minute)
		r = w.get(r.ID)
		if r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess || len(w.one().thumbprints) != 0 {
			t.Errorf("it is %s (%s), with %v", r.State, r.Failure.Text, w.one().thumbprints)
		}
	})
}

func TestASignInWithoutTheRightInAzureChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		r, _ := n.Submit(t.Context(), bea, certificateDraft("payroll-backup"))
		n.Approve(t.Context(), r.ID, ada, w.get(r.ID).Rev)
		pass(time.Second)
		w.use(w.codeFor(w.get(r.ID)), nil)
		pass(time.Minute)
		r = w.get(r.ID)
		if r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || !strings.Contains(r.Failure.Text, subscription) ||
			len(w.apps) != 0 {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

func TestACertificateIsForOneApp(t *testing.T) {
	w := newWorld(t)
	d := w.boot2()
	one := certificateDraft("one")
	two := one
	two.Origin, two.AppName = "V-two", "two"
	if _, err := d.Submit(t.Context(), bea, one); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Submit(t.Context(), bea, two); err == nil || err.(form.Errors)[form.FieldCertificate] == "" {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsMissingForACredentialIsNamedUnderItsField(t *testing.T) {
	d := newWorld(t).boot2()
	none := certificateDraft("a")
	none.Certificate, none.Subscriptions = nil, []string{"production"}
	none.Owners = []people.Person{{ID: "UX", Name: "X"}}
	_, err := d.Submit(t.Context(), bea, none)
	for _, f := range []form.Field{form.FieldCertificate, form.FieldSubscriptions, form.FieldOwners} {
		if err == nil || err.(form.Errors)[f] == "" {
			t.Errorf("%s is not named: %v", f, err)
		}
	}
}

func TestARoleOnAServiceOutsideThePlanIsAnAlarmToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.foreign = []string{"Office 365 Exchange Online/full_access_as_app"}
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.approves(n, id)
		pass(time.Minute)
		if r := w.get(id); r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess || len(w.one().keys) != 0 {
			t.Errorf("it is %s (%s), with %v", r.State, r.Failure.Text, w.one().keys)
		}
	})
}

func TestARetiredAppHasNoRolesInAzure(t *testing.T) {
	withThePowerCut(t, func(t *testing.T, p *power) {
		w := newWorld(t)
		n := w.boot()
		app := w.azureApp(n)
		p.on(w, n)
		r, err := n.Retire(t.Context(), bea, app.ID, form.Draft{Origin: "V-retire", Reason: "not needed"})
		if err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateDone)
		n = p.back(n)
		r = w.settle(n, r.ID, workflow.StateDone)
		n.stop()
		if a := w.deleted[r.UniqueName()]; len(w.apps) != 0 || a == nil || len(a.azure) != 0 {
			t.Errorf("there are %v, deleted %+v", w.apps, a)
		}
	})
}

func TestWhoMayNotTakeRolesInAzureAwayRetiresNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.azureApp(n)
		w.signer.Subscriptions = nil
		r, _ := n.Retire(t.Context(), bea, app.ID, form.Draft{Origin: "V-retire", Reason: "not needed"})
		n.Approve(t.Context(), r.ID, ada, r.Rev)
		pass(time.Second)
		w.use(w.codeFor(w.get(r.ID)), nil)
		pass(time.Minute)
		r = w.get(r.ID)
		if a := w.one(); r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || len(a.thumbprints) != 1 ||
			len(a.azure) != 1 ||
			len(a.granted) == 0 {
			t.Errorf("it is %s, and the app has %+v", r.State, a)
		}
		for _, text := range []string{subscription, "remove roles", "would stay: Contributor", "Nothing was changed"} {
			if !strings.Contains(r.Failure.Text, text) {
				t.Errorf("%q is not said: %s", text, r.Failure.Text)
			}
		}
	})
}

func TestAnUndoTakesRolesInAzureAwayOnlyWhereSomeWereGiven(t *testing.T) {
	for step, want := range map[string]bool{"directory role": false, "azure roles": true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.signer = adaOfAzure()
			n := w.boot()
			defer n.stop()
			w.after = func(call string) error {
				if call == step { // it was done, and nobody knows
					return &workflow.ServiceError{Code: "no", Text: "no"}
				}
				return nil
			}
			r, _ := n.Submit(t.Context(), bea, certificateDraft("payroll-backup"))
			n.Approve(t.Context(), r.ID, ada, r.Rev)
			pass(time.Second)
			w.use(w.codeFor(w.get(r.ID)), nil)
			pass(time.Minute)
			if r = w.get(r.ID); r.State != workflow.StateFailed {
				t.Fatalf("%s: it is %s", step, r.State)
			}
			if !want {
				w.signer.Subscriptions = nil // then nobody needs a right there
			}
			if _, err := n.Undo(t.Context(), r.ID, ada); err != nil {
				t.Fatal(err)
			}
			r = w.settle(n, r.ID, workflow.StateUndone)
			if took := slices.Contains(w.calls, "remove azure roles"); took != want || len(w.apps) != 0 ||
				len(w.deleted[r.UniqueName()].azure) != 0 {
				t.Errorf("%s: removed roles: %v; %+v", step, took, w.deleted)
			}
		})
	}
}

func TestAForeignRoleInAzureDoesNotStandInForOneThatIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signer = adaOfAzure()
		n := w.boot()
		defer n.stop()
		w.set(func() {
			w.before = func(call string) error {
				if call == "inspect" { // somebody has been there
					w.one().azure = []string{subscription + "/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"}
				}
				return nil
			}
		})
		r, err := n.Submit(t.Context(), bea, certificateDraft("payroll-backup"))
		if err != nil {
			t.Fatal(err)
		}
		r = w.settle(n, r.ID, workflow.StateFailed)
		if r.Failure.Rule != workflow.RuleExcess ||
			!strings.Contains(r.Failure.Text, "the role 8e3af657-a8ff-443c-a75c-2fe8c4bcb635 in the Azure subscription "+subscription) ||
			len(w.one().thumbprints) != 0 {
			t.Errorf("it is %s, and the app has %v", r.Failure.Text, w.one().thumbprints)
		}
	})
}
