package workflow

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestATenantsPolicyIsKeptBeforeAnythingIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signer.Policy.NoSecrets = true
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		n.Approve(t.Context(), id, ada, w.get(id).Rev)
		pass(time.Second)
		w.use(w.codeFor(w.get(id)), nil)
		pass(time.Second)
		if r := w.get(id); r.Failure.Rule != RulePolicy || len(w.apps) != 0 || !strings.Contains(r.Failure.Text, "certificate") {
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
		r := w.settle(n, w.request(n), Ready)
		if left := time.Until(r.Made.KeyExpires); left > w.signer.Policy.SecretMax || !strings.Contains(r.Step(StepCredential).Note, "cut from 30 days to 10 days") {
			t.Errorf("it has %v left: %s", left, r.Step(StepCredential).Note)
		}
		if words := r.Cut(); !strings.Contains(words, "30 days were approved") {
			t.Errorf("the requester is told %q", words)
		}
		w.signer.Policy.SecretMax = 30 * 24 * time.Hour
		other, err := n.Submit(t.Context(), bea, draft("payroll-restore"))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.settle(n, other.ID, Ready); r.Cut() != "" {
			t.Errorf("nothing was cut, and the requester is told %q: %s", r.Cut(), r.Step(StepCredential).Note)
		}
	})
}

func TestACertificateThatIsValidForTooLongIsRefusedBeforeAnythingIsMade(t *testing.T) {
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
		if r := w.get(r.ID); r.Failure.Rule != RulePolicy || len(w.apps) != 0 {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}
