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
)

// Source: services.md, section 9: Veeam can make the Restore Portal's certificate itself later.
func TestAnUpdateGivesAnAppItsFirstCertificate(t *testing.T) {
	withThePowerCut(t, func(t *testing.T, p *power) {
		w := newWorld(t)
		n := w.boot()
		w.signer = adaOfAzure()
		d := certificateDraft("portal")
		d.Credential, d.Certificate = plan.CredentialNone, nil
		app, err := n.Submit(t.Context(), bea, d)
		if err != nil {
			t.Fatal(err)
		}
		app = w.settle(n, app.ID, workflow.StateDone)
		if len(w.one().thumbprints) != 0 {
			t.Fatal("it has a certificate already")
		}
		p.on(w, n)
		u := d2("V-first")
		u.Subscriptions, u.Owners, u.Certificate = []string{subscription}, []people.Person{zoe}, newCertificate()
		r, err := n.Update(t.Context(), bea, app.ID, u)
		if err != nil {
			t.Fatal(err)
		}
		c := r.Plan.Credential
		if c.Kind != plan.CredentialCertificate || !slices.ContainsFunc(r.Changes(), func(c plan.Change) bool {
			return c.Added && c.What == plan.CredentialChange
		}) {
			t.Errorf("its credential is %+v, and changes %+v", c, r.Changes())
		}
		w.settle(n, r.ID, workflow.StateDone)
		n = p.back(n)
		r = w.settle(n, r.ID, workflow.StateDone)
		n.stop()
		if has := w.one().thumbprints; !slices.Equal(has, []string{c.Certificate.Thumbprint}) || r.Made.KeyExpires.IsZero() ||
			!workflow.MayExpire(r) {
			t.Errorf("it has %q, which ends %s", has, r.Made.KeyExpires)
		}
	})
}

func TestAFirstCertificateIsCheckedAsAnyOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		w.signer = adaOfAzure()
		d := certificateDraft("portal")
		d.Credential, d.Certificate = plan.CredentialNone, nil
		app, err := n.Submit(t.Context(), bea, d)
		if err != nil {
			t.Fatal(err)
		}
		app = w.settle(n, app.ID, workflow.StateDone)
		u := d2("V-first")
		u.Subscriptions, u.Owners, u.Certificate = []string{subscription}, []people.Person{zoe}, []byte("not a certificate")
		_, err = n.Update(t.Context(), bea, app.ID, u)
		if wrong, _ := err.(form.Errors); wrong[form.FieldCertificate] == "" {
			t.Errorf("%v", err)
		}
		u.Certificate, u.Origin = nil, "V-nothing"
		_, err = n.Update(t.Context(), bea, app.ID, u)
		if wrong, _ := err.(form.Errors); !strings.Contains(wrong[form.FieldReason], "Nothing would change") {
			t.Errorf("%v", err)
		}
	})
}
