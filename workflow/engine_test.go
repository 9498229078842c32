package workflow_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestARequestBecomesAnAppWithASecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.people(n, id)
		w.wantOne(id)
	})
}

func TestAStepThatEntraDoesNotTakeForThreeMinutesFailsAndCanBeRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.consent = busy{}
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		r := w.get(id)
		n.Approve(t.Context(), id, ada, r.Rev)
		synctest.Wait()
		pass(time.Second)
		began := time.Now()
		w.use(w.codeFor(w.get(id)), nil)
		pass(workflow.StepTimeout - 20*time.Second)
		if r := w.get(id); r.State != workflow.StateProvisioning || r.Steps.Get(workflow.StepConsent).Status != workflow.StepWaiting {
			t.Fatalf("after %v it is %s, consent %+v", time.Since(began), r.State, r.Steps.Get(workflow.StepConsent))
		}
		pass(40 * time.Second)
		if r := w.get(id); r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "Grant admin consent") {
			t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
		}
		w.mu.Lock()
		w.consent = nil
		w.mu.Unlock()
		w.people(n, id)
		w.wantOne(id)
	})
}

// lag is what a directory says of something that is not known to it yet, or not any more.
type lag struct{ busy }

func (lag) Describe() *workflow.ServiceError {
	return &workflow.ServiceError{Code: "HTTP 404", Text: "It may have been deleted.", Ref: "ref-1"}
}

func TestWhatDoesNotGoAwayIsToldAsWhatItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.consent = lag{}
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.approves(n, id)
		pass(workflow.StepTimeout - 20*time.Second)
		if r := w.get(id); r.State != workflow.StateProvisioning || r.Steps.Get(workflow.StepConsent).Status != workflow.StepWaiting {
			t.Fatalf("it is %s, consent %+v", r.State, r.Steps.Get(workflow.StepConsent))
		}
		pass(40 * time.Second)
		if r := w.get(id); r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "It may have been deleted.") ||
			strings.Contains(r.Failure.Text, "did not answer") || r.Failure.Ref != "ref-1" {
			t.Fatalf("it is %s: %+v", r.State, r.Failure)
		}
		w.mu.Lock()
		w.consent = nil
		w.mu.Unlock()
		w.people(n, id)
		w.wantOne(id)
	})
}

func TestUndoDeletesWhatTheRequestMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.consent = &workflow.ServiceError{Code: "Authorization_RequestDenied", Text: "no"}
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.approves(n, id)
		pass(time.Second)
		if r := w.get(id); r.State != workflow.StateFailed {
			t.Fatalf("it is %s", r.State)
		}
		if _, err := n.Undo(t.Context(), id, zoe); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		w.mu.Lock()
		w.signer = workflow.Signer{TenantID: contosoID, ObjectID: "obj-zoe", UPN: "zoe@contoso.com",
			Roles: []string{workflow.ApplicationAdministrator}}
		w.mu.Unlock()
		w.use(w.codeFor(w.get(id)), nil)
		pass(10 * time.Second)
		if r := w.get(id); r.State != workflow.StateUndone || len(w.apps) != 0 {
			t.Errorf("it is %s, with %d apps", r.State, len(w.apps))
		}
		if _, err := n.Submit(t.Context(), bea, form.Draft{Origin: "V2", Product: "vbo365", AppName: "payroll-backup", Reason: "again",
			Team: "C", Credential: plan.CredentialSecret, Lifetime: time.Hour}); err != nil {
			t.Errorf("the name is not free again: %v", err)
		}
	})
}

func TestMoreRolesThanApprovedIsAnAlarmAndTakesTheSecretAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.extra = []string{"RoleManagement.ReadWrite.Directory"}
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.approves(n, id)
		pass(5 * time.Second)
		r := w.get(id)
		if r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess ||
			!strings.Contains(r.Failure.Text, "RoleManagement.ReadWrite.Directory") {
			t.Errorf("it is %s: %+v", r.State, r.Failure)
		}
		if a := w.one(); len(a.keys) != 0 {
			t.Errorf("the app still has %v", a.keys)
		}
		if _, _, err := n.Claim(t.Context(), id, bea); err == nil {
			t.Error("the secret can be claimed")
		}
	})
}

func TestASecretThatNobodyOpensIsRevokedAndMadeAnewOnRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.people(n, id)
		old := w.get(id).Made.KeyID
		pass(w.policy.RevealWithin)
		r := w.get(id)
		if r.State != workflow.StateRevoked || r.Handover.Status != workflow.HandoverRevoked || len(r.Handover.Sealed) != 0 {
			t.Fatalf("it is %s, %+v", r.State, r.Handover)
		}
		if _, _, err := n.Claim(t.Context(), id, bea); refusedBy(err) != workflow.RuleTooLate {
			t.Errorf("a late press got %v", err)
		}
		if _, err := n.Retry(t.Context(), id, ada, r.Rev); err != nil {
			t.Fatal(err)
		}
		w.people(n, id)
		w.wantOne(id)
		if w.get(id).Made.KeyID == old {
			t.Error("it is the old key")
		}
	})
}

func TestNobodyDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		pass(w.policy.RemindEvery + time.Minute)
		if r := w.get(id); r.State != workflow.StatePending || r.History[len(r.History)-1].Kind != workflow.EventReminder {
			t.Errorf("after a day: %s, %+v", r.State, r.History)
		}
		pass(w.policy.PendingExpires)
		r := w.get(id)
		if r.State != workflow.StateExpired || !r.WakeAt.IsZero() {
			t.Errorf("after a week: %s, woken at %v", r.State, r.WakeAt)
		}
	})
}

func TestACodeThatCameToNothingChangesNothingAndOffersANewOne(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		says string
	}{
		{"declined", &workflow.SignInError{Reason: workflow.SignInDeclined}, "declined"},
		{"blocked by Conditional Access", &workflow.SignInError{Reason: workflow.SignInBlocked, Code: 53003}, "AADSTS53003"},
		{"no consent for the bot", &workflow.SignInError{Reason: workflow.SignInNoConsent, Code: 65001}, "admin consent"},
		{"the tenant is not there", &workflow.SignInError{Reason: workflow.SignInTenant, Code: 90002}, "check tenant_id"},
		{"there is no address for Azure", &workflow.ServiceError{Code: "NoARM", Text: "There is no arm_url."},
			"There is no arm_url. The sign-in failed, and nothing was changed."},
		{"what is explained, if it lasts", lag{}, "It may have been deleted. The sign-in failed, and nothing was changed."},
		{"never used", nil, "expired"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				id := w.request(n)
				if len(w.codes) != 0 {
					t.Error("there is a code before anybody approved")
				}
				n.Approve(t.Context(), id, ada, w.get(id).Rev)
				pass(time.Second)
				if c.err != nil {
					w.use(w.codeFor(w.get(id)), c.err)
				} else {
					pass(16 * time.Minute)
				}
				pass(time.Second)
				r := w.get(id)
				if r.State != workflow.StateSignIn || r.SignIn.Status != workflow.SignInOver || !strings.Contains(r.Failure.Text, c.says) ||
					!strings.Contains(r.Failure.Text, "New code") {
					t.Errorf("it is %s, %s: %s", r.State, r.SignIn.Status, r.Failure.Text)
				}
				if w.codeFor(r) != "" || len(w.apps) != 0 {
					t.Errorf("code %q is still shown, or something was made: %v", w.codeFor(r), w.apps)
				}
				w.people(n, id)
				w.wantOne(id)
			})
		})
	}
}

func TestStoppingLetsACallUnderWayBeSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		id := w.request(n)
		w.approves(n, id)
		n.stop()
		calls := len(w.calls)
		pass(time.Hour)
		if len(w.calls) != calls {
			t.Errorf("calls after the end: %v", w.calls[calls:])
		}
	})
}

func refusedBy(err error) workflow.Rule {
	if no, ok := errors.AsType[*workflow.Refusal](err); ok {
		return no.Rule
	}
	return ""
}

func TestAMistakeWhileTheProofReadsRolesEndsOnlyThatStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.set(func() {
			w.before = func(call string) error {
				if call == "inspect" {
					panic("a mistake")
				}
				return nil
			}
		})
		r := w.settle(n, id, workflow.StateFailed)
		if s := r.Steps.Get(workflow.StepProof); s.Status != workflow.StepFailed || !strings.Contains(r.Failure.Text, "did not expect") {
			t.Errorf("the step is %+v, and people are told: %s", s, r.Failure.Text)
		}
		w.set(func() { w.before = nil })
		if _, err := n.Retry(t.Context(), id, ada, w.get(id).Rev); err != nil {
			t.Fatal(err)
		}
		w.settle(n, id, workflow.StateDone)
	})
}
