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
)

func TestATenantsPolicyIsKeptBeforeAnythingIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signer.Policy.NoSecrets = true
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.approves(n, id)
		pass(time.Second)
		if r := w.get(id); r.Failure.Rule != workflow.RulePolicy || len(w.apps) != 0 || !strings.Contains(r.Failure.Text, "certificate") {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

func TestALifetimeIsCutToWhatTheTenantAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signer.Policy.SecretMax = 10 * 24 * time.Hour
		n := w.boot()
		defer n.stop()
		r := w.settle(n, w.request(n), workflow.StateReady)
		if left := time.Until(r.Made.KeyExpires); left > w.signer.Policy.SecretMax ||
			!strings.Contains(r.Steps.Get(workflow.StepCredential).Note, "cut from 30 days to 10 days") {
			t.Errorf("it has %v left: %s", left, r.Steps.Get(workflow.StepCredential).Note)
		}
		if words := r.Cut(); !strings.Contains(words, "30 days were approved") {
			t.Errorf("the requester is told %q", words)
		}
		w.signer.Policy.SecretMax = 30 * 24 * time.Hour
		other, err := n.Submit(t.Context(), bea, draft("payroll-restore"))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.settle(n, other.ID, workflow.StateReady); r.Cut() != "" {
			t.Errorf("nothing was cut, and the requester is told %q: %s", r.Cut(), r.Steps.Get(workflow.StepCredential).Note)
		}
	})
}

func TestACertificateValidForTooLongIsRefusedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signer = adaOfAzure()
		w.signer.Policy.CertificateMax = 90 * 24 * time.Hour
		n := w.boot()
		defer n.stop()
		r, _ := n.Submit(t.Context(), bea, certificateDraft("a"))
		n.Approve(t.Context(), r.ID, ada, w.get(r.ID).Rev)
		pass(time.Second)
		w.use(w.codeFor(w.get(r.ID)), nil)
		pass(time.Second)
		if r := w.get(r.ID); r.Failure.Rule != workflow.RulePolicy || len(w.apps) != 0 {
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
