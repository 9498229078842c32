package workflow_test

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestATenantsPolicyIsKeptBeforeAnythingIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer.Policy.NoSecrets = true
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Approves(n, id)
		workflowtest.Pass(time.Second)
		if r := w.Get(id); r.Failure.Rule != workflow.RulePolicy || len(w.Apps) != 0 || !strings.Contains(r.Failure.Text, "certificate") {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

func TestALifetimeIsCutToWhatTheTenantAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer.Policy.SecretMax = 10 * 24 * time.Hour
		n := w.Boot()
		defer n.Stop()
		r := w.Settle(n, w.Request(n), workflow.StateReady)
		if left := time.Until(r.Made.KeyExpires); left > w.Signer.Policy.SecretMax ||
			!strings.Contains(r.Steps.Get(workflow.StepCredential).Note, "cut from 30 days to 10 days") {
			t.Errorf("it has %v left: %s", left, r.Steps.Get(workflow.StepCredential).Note)
		}
		if words := r.Cut(); !strings.Contains(words, "30 days were approved") {
			t.Errorf("the requester is told %q", words)
		}
		w.Signer.Policy.SecretMax = 30 * 24 * time.Hour
		other, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("payroll-restore"))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.Settle(n, other.ID, workflow.StateReady); r.Cut() != "" {
			t.Errorf("nothing was cut, and the requester is told %q: %s", r.Cut(), r.Steps.Get(workflow.StepCredential).Note)
		}
	})
}

func TestACertificateValidForTooLongIsRefusedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer = workflowtest.AdaOfAzure()
		w.Signer.Policy.CertificateMax = 90 * 24 * time.Hour
		n := w.Boot()
		defer n.Stop()
		r, _ := n.Submit(t.Context(), workflowtest.Bea, workflowtest.CertificateDraft("a"))
		n.Approve(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev)
		workflowtest.Pass(time.Second)
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(time.Second)
		if r := w.Get(r.ID); r.Failure.Rule != workflow.RulePolicy || len(w.Apps) != 0 {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

// services.md, section 4: trusted certificate authorities and audiences are known before
// anything is made, and each refusal speaks of its own kind.
func TestAPolicyIsForeseenInItsOwnWords(t *testing.T) {
	self, err := certificate.Parse(readFile(t, "certificate/testdata/another.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what   string
		plan   plan.Plan
		policy workflow.AppPolicy
		says   string // empty: nothing is against it
		not    string
	}{
		{"a secret", plan.Plan{Credential: plan.Credential{Kind: plan.CredentialSecret}}, workflow.AppPolicy{NoSecrets: true},
			"forbids client secrets",
			"certificates of"},
		{"a certificate where secrets are forbidden", plan.Plan{Credential: plan.Credential{Kind: plan.CredentialMadeCertificate}},
			workflow.AppPolicy{NoSecrets: true}, "", ""},
		{"one that is made here", plan.Plan{Credential: plan.Credential{Kind: plan.CredentialMadeCertificate}},
			workflow.AppPolicy{TrustedOnly: true},
			"one that is made here signs itself", "client secret"},
		{"one of an authority", plan.Plan{Credential: plan.Credential{Kind: plan.CredentialCertificate,
			Certificate: certificate.Certificate{}}},
			workflow.AppPolicy{TrustedOnly: true}, "", ""},
		{"for other tenants", plan.Plan{Audience: "AzureADMultipleOrgs", Credential: plan.Credential{Kind: plan.CredentialNone}},
			workflow.AppPolicy{OwnTenantOnly: true}, "accounts of other tenants", "client secret"},
		{"for this tenant", plan.Plan{Audience: "AzureADMyOrg", Credential: plan.Credential{Kind: plan.CredentialNone}},
			workflow.AppPolicy{OwnTenantOnly: true},
			"", ""},
		{"one that signs itself", plan.Plan{Credential: plan.Credential{Kind: plan.CredentialCertificate, Certificate: self}},
			workflow.AppPolicy{TrustedOnly: true}, "this one signs itself", "client secret"},
	} {
		if c.what == "one that signs itself" && !self.SignsItself() {
			t.Fatal("the certificate does not sign itself")
		}
		r := &workflow.Request{Kind: workflow.KindRegister, Task: workflow.TaskProvision, Plan: c.plan}
		no := workflow.AgainstPolicy(r, c.policy)
		switch {
		case (no == nil) != (c.says == ""):
			t.Errorf("%s: %v", c.what, no)
		case no != nil && (!strings.Contains(no.Text, c.says) || strings.Contains(no.Text, c.not) ||
			!strings.Contains(no.Text, "Nothing was changed.")):
			t.Errorf("%s: %s", c.what, no.Text)
		}
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
