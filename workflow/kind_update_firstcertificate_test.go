package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// Source: services.md, section 9: Veeam can make the Restore Portal's certificate itself later.
func TestAnUpdateGivesAnAppItsFirstCertificate(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		n := w.Boot()
		w.Signer = workflowtest.AdaOfAzure()
		d := workflowtest.CertificateDraft("portal")
		d.Credential, d.Certificate = plan.CredentialNone, nil
		app, err := n.Submit(t.Context(), workflowtest.Bea, d)
		if err != nil {
			t.Fatal(err)
		}
		app = w.Settle(n, app.ID, workflow.StateDone)
		if len(w.One().Thumbprints) != 0 {
			t.Fatal("it has a certificate already")
		}
		p.On(w, n)
		u := workflowtest.FollowUp("V-first")
		u.Subscriptions, u.Owners, u.Certificate = []string{workflowtest.Subscription}, []people.Person{workflowtest.Zoe},
			workflowtest.NewCertificate()
		r, err := n.Update(t.Context(), workflowtest.Bea, app.ID, u)
		if err != nil {
			t.Fatal(err)
		}
		c := r.Plan.Credential
		if c.Kind != plan.CredentialCertificate || !slices.ContainsFunc(r.Changes(), func(c plan.Change) bool {
			return c.Added && c.What == plan.CredentialChange
		}) {
			t.Errorf("its credential is %+v, and changes %+v", c, r.Changes())
		}
		w.Settle(n, r.ID, workflow.StateDone)
		n = p.Back(n)
		r = w.Settle(n, r.ID, workflow.StateDone)
		n.Stop()
		if has := w.One().Thumbprints; !slices.Equal(has, []string{c.Certificate.Thumbprint}) || r.Made.KeyExpires.IsZero() ||
			!workflow.MayExpire(r) {
			t.Errorf("it has %q, which ends %s", has, r.Made.KeyExpires)
		}
	})
}

func TestAFirstCertificateIsCheckedAsAnyOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		w.Signer = workflowtest.AdaOfAzure()
		d := workflowtest.CertificateDraft("portal")
		d.Credential, d.Certificate = plan.CredentialNone, nil
		app, err := n.Submit(t.Context(), workflowtest.Bea, d)
		if err != nil {
			t.Fatal(err)
		}
		app = w.Settle(n, app.ID, workflow.StateDone)
		u := workflowtest.FollowUp("V-first")
		u.Subscriptions, u.Owners, u.Certificate = []string{workflowtest.Subscription}, []people.Person{workflowtest.Zoe},
			[]byte("not a certificate")
		_, err = n.Update(t.Context(), workflowtest.Bea, app.ID, u)
		if wrong, _ := err.(form.Errors); wrong[form.FieldCertificate] == "" {
			t.Errorf("%v", err)
		}
		u.Certificate, u.Origin = nil, "V-nothing"
		_, err = n.Update(t.Context(), workflowtest.Bea, app.ID, u)
		if wrong, _ := err.(form.Errors); !strings.Contains(wrong[form.FieldReason], "Nothing would change") {
			t.Errorf("%v", err)
		}
	})
}
