package workflow_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// another asks for another app with a certificate.
func another(t *testing.T, n *workflowtest.Node, name string, der []byte) error {
	t.Helper()
	d := workflowtest.CertificateDraft(name)
	d.Certificate = der
	_, err := n.Submit(t.Context(), workflowtest.Bea, d)
	return err
}

func TestACertificateIsFreeOnceItWasReplacedAndRemoved(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		n := w.Boot()
		app := w.AzureApp(n)
		old := app.Plan.Credential.Certificate.DER

		change := workflowtest.CertificateDraft("")
		change.Origin, change.Owners = "V-update", []people.Person{workflowtest.Tom}
		updated, err := n.Update(t.Context(), workflowtest.Bea, app.ID, change)
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, updated.ID, workflow.StateDone)

		renew := workflowtest.Draft("")
		renew.Credential, renew.Certificate = plan.CredentialCertificate, workflowtest.NewCertificate()
		r := w.Renews(n, updated, renew)
		w.Settle(n, r.ID, workflow.StateOverlap)
		if err := another(t, n, "too early", old); err == nil {
			t.Error("it was free while the app had it")
		}
		if _, err := n.SayWorks(t.Context(), r.ID, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		p.On(w, n)
		if _, err := n.RemoveOld(t.Context(), r.ID, workflowtest.Ada); err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		n = p.Back(n)
		w.Settle(n, r.ID, workflow.StateDone)
		if err := another(t, n, "renewed", renew.Certificate); err == nil {
			t.Error("the new certificate is free, though the app has it")
		}
		if err := another(t, n, "in time", old); err != nil {
			t.Errorf("the old certificate was removed, and is not free: %v", err)
		}
		if head, err := n.App(t.Context(), app.ID, workflowtest.Bea, ""); err != nil || head.ID != r.ID {
			t.Errorf("the app is %v, %v", head, err)
		}
		n.Stop()
	})
}

func TestCertificatesOfARetiredAppAreFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.AzureApp(n)
		renew := workflowtest.Draft("")
		renew.Credential, renew.Certificate = plan.CredentialCertificate, workflowtest.NewCertificate()
		r := w.Renews(n, app, renew)
		w.Settle(n, r.ID, workflow.StateOverlap)
		n.SayWorks(t.Context(), r.ID, workflowtest.Bea)
		n.RemoveOld(t.Context(), r.ID, workflowtest.Ada)
		w.Settle(n, r.ID, workflow.StateDone)
		end, err := n.Retire(t.Context(), workflowtest.Bea, r.ID, workflowtest.FollowUp("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, end.ID, workflow.StateDone)
		workflowtest.Pass(time.Second)
		for what, der := range map[string][]byte{"the first": app.Plan.Credential.Certificate.DER, "the second": renew.Certificate} {
			if err := another(t, n, what, der); err != nil {
				t.Errorf("%s is not free: %v", what, err)
			}
		}
	})
}

func TestACertificateThatAnAppCameBackWithoutIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.AzureApp(n)
		w.Mu.Lock() // somebody deletes it in the portal
		name := app.UniqueName()
		w.Deleted[name] = w.Apps[name]
		delete(w.Apps, name)
		w.Mu.Unlock()
		back := workflowtest.FollowUp("V-back")
		back.Credential, back.Certificate = plan.CredentialCertificate, workflowtest.NewCertificate()
		r, err := n.Recreate(t.Context(), workflowtest.Bea, app.ID, back)
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		workflowtest.Pass(time.Second)
		if err := another(t, n, "the old one's", app.Plan.Credential.Certificate.DER); err != nil {
			t.Errorf("its old certificate is not free: %v", err)
		}
		if err := another(t, n, "the new one's", back.Certificate); err == nil {
			t.Error("its new certificate is free")
		}
	})
}
