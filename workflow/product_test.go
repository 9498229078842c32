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
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestAnAppWithACertificateIsDoneWhenItHasExactlyWhatWasApproved(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		w.Signer = workflowtest.AdaOfAzure()
		n := w.Boot()
		p.On(w, n)
		r, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.CertificateDraft("payroll-backup"))
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		n = p.Back(n)
		r = w.Settle(n, r.ID, workflow.StateDone)
		n.Stop()
		a := w.One()
		if len(a.Keys) != 0 || !slices.Equal(a.Thumbprints, []string{r.Plan.Credential.Certificate.Thumbprint}) ||
			!slices.Equal(a.Directory, []string{plan.GlobalReader}) || len(a.Azure) != 1 || len(a.Scopes) != 1 || a.Owner == "" {
			t.Errorf("made %+v", a)
		}
		if r.Handover.Status != workflow.HandoverNone || r.Outcomes != 1 {
			t.Errorf("handover %+v, %d outcomes", r.Handover, r.Outcomes)
		}
	})
}

func TestMoreThanWasApprovedTakesTheCertificateAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer, w.Extra = workflowtest.AdaOfAzure(), []string{"Some service/Everything"}
		n := w.Boot()
		defer n.Stop()
		r, _ := n.Submit(t.Context(), workflowtest.Bea, workflowtest.CertificateDraft("payroll-backup"))
		n.Approve(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev)
		workflowtest.Pass(time.Second)
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(time.Minute)
		r = w.Get(r.ID)
		if r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess || len(w.One().Thumbprints) != 0 {
			t.Errorf("it is %s (%s), with %v", r.State, r.Failure.Text, w.One().Thumbprints)
		}
	})
}

func TestASignInWithoutTheRightInAzureChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r, _ := n.Submit(t.Context(), workflowtest.Bea, workflowtest.CertificateDraft("payroll-backup"))
		n.Approve(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev)
		workflowtest.Pass(time.Second)
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(time.Minute)
		r = w.Get(r.ID)
		if r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || !strings.Contains(r.Failure.Text,
			workflowtest.Subscription) ||
			len(w.Apps) != 0 {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

func TestACertificateIsForOneApp(t *testing.T) {
	w := workflowtest.New(t)
	d := w.Boot2()
	one := workflowtest.CertificateDraft("one")
	two := one
	two.Origin, two.AppName = "V-two", "two"
	if _, err := d.Submit(t.Context(), workflowtest.Bea, one); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Submit(t.Context(), workflowtest.Bea, two); err == nil || err.(form.Errors)[form.FieldCertificate] == "" {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsMissingForACredentialIsNamedUnderItsField(t *testing.T) {
	d := workflowtest.New(t).Boot2()
	none := workflowtest.CertificateDraft("a")
	none.Certificate, none.Subscriptions = nil, []string{"production"}
	none.Owners = []people.Person{{ID: "UX", Name: "X"}}
	_, err := d.Submit(t.Context(), workflowtest.Bea, none)
	for _, f := range []form.Field{form.FieldCertificate, form.FieldSubscriptions, form.FieldOwners} {
		if err == nil || err.(form.Errors)[f] == "" {
			t.Errorf("%s is not named: %v", f, err)
		}
	}
}

func TestARoleOnAServiceOutsideThePlanIsAnAlarmToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Foreign = []string{"Office 365 Exchange Online/full_access_as_app"}
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Approves(n, id)
		workflowtest.Pass(time.Minute)
		if r := w.Get(id); r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess || len(w.One().Keys) != 0 {
			t.Errorf("it is %s (%s), with %v", r.State, r.Failure.Text, w.One().Keys)
		}
	})
}

func TestARetiredAppHasNoRolesInAzure(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		n := w.Boot()
		app := w.AzureApp(n)
		p.On(w, n)
		r, err := n.Retire(t.Context(), workflowtest.Bea, app.ID, form.Draft{Origin: "V-retire", Reason: "not needed"})
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		n = p.Back(n)
		r = w.Settle(n, r.ID, workflow.StateDone)
		n.Stop()
		if a := w.Deleted[r.UniqueName()]; len(w.Apps) != 0 || a == nil || len(a.Azure) != 0 {
			t.Errorf("there are %v, deleted %+v", w.Apps, a)
		}
	})
}

func TestWhoMayNotTakeRolesInAzureAwayRetiresNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.AzureApp(n)
		w.Signer.Subscriptions = nil
		r, _ := n.Retire(t.Context(), workflowtest.Bea, app.ID, form.Draft{Origin: "V-retire", Reason: "not needed"})
		n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev)
		workflowtest.Pass(time.Second)
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(time.Minute)
		r = w.Get(r.ID)
		if a := w.One(); r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || len(a.Thumbprints) != 1 ||
			len(a.Azure) != 1 ||
			len(a.Granted) == 0 {
			t.Errorf("it is %s, and the app has %+v", r.State, a)
		}
		for _, text := range []string{workflowtest.Subscription, "remove roles", "would stay: Contributor", "Nothing was changed"} {
			if !strings.Contains(r.Failure.Text, text) {
				t.Errorf("%q is not said: %s", text, r.Failure.Text)
			}
		}
	})
}

func TestAnUndoTakesRolesInAzureAwayOnlyWhereSomeWereGiven(t *testing.T) {
	for step, want := range map[string]bool{"directory role": false, "azure roles": true} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			w.Signer = workflowtest.AdaOfAzure()
			n := w.Boot()
			defer n.Stop()
			w.After = func(call string) error {
				if call == step { // it was done, and nobody knows
					return &workflow.ServiceError{Code: "no", Text: "no"}
				}
				return nil
			}
			r, _ := n.Submit(t.Context(), workflowtest.Bea, workflowtest.CertificateDraft("payroll-backup"))
			n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev)
			workflowtest.Pass(time.Second)
			w.Use(w.CodeFor(w.Get(r.ID)), nil)
			workflowtest.Pass(time.Minute)
			if r = w.Get(r.ID); r.State != workflow.StateFailed {
				t.Fatalf("%s: it is %s", step, r.State)
			}
			if !want {
				w.Signer.Subscriptions = nil // then nobody needs a right there
			}
			if _, err := n.Undo(t.Context(), r.ID, workflowtest.Ada); err != nil {
				t.Fatal(err)
			}
			r = w.Settle(n, r.ID, workflow.StateUndone)
			if took := slices.Contains(w.Calls, "remove azure roles"); took != want || len(w.Apps) != 0 ||
				len(w.Deleted[r.UniqueName()].Azure) != 0 {
				t.Errorf("%s: removed roles: %v; %+v", step, took, w.Deleted)
			}
		})
	}
}

func TestAForeignRoleInAzureDoesNotStandInForOneThatIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer = workflowtest.AdaOfAzure()
		n := w.Boot()
		defer n.Stop()
		w.Set(func() {
			w.Before = func(call string) error {
				if call == "inspect" { // somebody has been there
					w.One().Azure = []string{workflowtest.Subscription + "/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"}
				}
				return nil
			}
		})
		r, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.CertificateDraft("payroll-backup"))
		if err != nil {
			t.Fatal(err)
		}
		r = w.Settle(n, r.ID, workflow.StateFailed)
		if r.Failure.Rule != workflow.RuleExcess ||
			!strings.Contains(r.Failure.Text,
				"the role 8e3af657-a8ff-443c-a75c-2fe8c4bcb635 in the Azure subscription "+workflowtest.Subscription) ||
			len(w.One().Thumbprints) != 0 {
			t.Errorf("it is %s, and the app has %v", r.Failure.Text, w.One().Thumbprints)
		}
	})
}
