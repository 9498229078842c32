package workflow_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// another asks for another app with a certificate.
func another(t *testing.T, n *node, name string, der []byte) error {
	t.Helper()
	d := certificateDraft(name)
	d.Certificate = der
	_, err := n.Submit(t.Context(), bea, d)
	return err
}

func TestACertificateIsFreeOnceItWasReplacedAndRemoved(t *testing.T) {
	withThePowerCut(t, func(t *testing.T, p *power) {
		w := newWorld(t)
		n := w.boot()
		app := w.azureApp(n)
		old := app.Plan.Credential.Certificate.DER

		change := certificateDraft("")
		change.Origin, change.Owners = "V-update", []people.Person{tom}
		updated, err := n.Update(t.Context(), bea, app.ID, change)
		if err != nil {
			t.Fatal(err)
		}
		w.settle(n, updated.ID, workflow.StateDone)

		renew := draft("")
		renew.Credential, renew.Certificate = plan.CredentialCertificate, newCertificate()
		r := w.renews(n, updated, renew)
		w.settle(n, r.ID, workflow.StateOverlap)
		if err := another(t, n, "too early", old); err == nil {
			t.Error("it was free while the app had it")
		}
		if _, err := n.SayWorks(t.Context(), r.ID, bea); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		p.on(w, n)
		if _, err := n.RemoveOld(t.Context(), r.ID, ada); err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateDone)
		n = p.back(n)
		w.settle(n, r.ID, workflow.StateDone)
		if err := another(t, n, "renewed", renew.Certificate); err == nil {
			t.Error("the new certificate is free, though the app has it")
		}
		if err := another(t, n, "in time", old); err != nil {
			t.Errorf("the old certificate was removed, and is not free: %v", err)
		}
		if head, err := n.App(t.Context(), app.ID); err != nil || head.ID != r.ID {
			t.Errorf("the app is %v, %v", head, err)
		}
		n.stop()
	})
}

func TestCertificatesOfARetiredAppAreFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.azureApp(n)
		renew := draft("")
		renew.Credential, renew.Certificate = plan.CredentialCertificate, newCertificate()
		r := w.renews(n, app, renew)
		w.settle(n, r.ID, workflow.StateOverlap)
		n.SayWorks(t.Context(), r.ID, bea)
		n.RemoveOld(t.Context(), r.ID, ada)
		w.settle(n, r.ID, workflow.StateDone)
		end, err := n.Retire(t.Context(), bea, r.ID, d2("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		w.settle(n, end.ID, workflow.StateDone)
		pass(time.Second)
		for what, der := range map[string][]byte{"the first": app.Plan.Credential.Certificate.DER, "the second": renew.Certificate} {
			if err := another(t, n, what, der); err != nil {
				t.Errorf("%s is not free: %v", what, err)
			}
		}
	})
}

func TestACertificateThatAnAppCameBackWithoutIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.azureApp(n)
		w.mu.Lock() // somebody deletes it in the portal
		name := app.UniqueName()
		w.deleted[name] = w.apps[name]
		delete(w.apps, name)
		w.mu.Unlock()
		back := d2("V-back")
		back.Credential, back.Certificate = plan.CredentialCertificate, newCertificate()
		r, err := n.Recreate(t.Context(), bea, app.ID, back)
		if err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateDone)
		pass(time.Second)
		if err := another(t, n, "the old one's", app.Plan.Credential.Certificate.DER); err != nil {
			t.Errorf("its old certificate is not free: %v", err)
		}
		if err := another(t, n, "the new one's", back.Certificate); err == nil {
			t.Error("its new certificate is free")
		}
	})
}
