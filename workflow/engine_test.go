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
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestARequestBecomesAnAppWithASecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.People(n, id)
		w.WantOne(id)
	})
}

func TestAStepThatEntraDoesNotTakeForThreeMinutesFailsAndCanBeRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Consent = workflowtest.Busy{}
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		r := w.Get(id)
		n.Approve(t.Context(), id, workflowtest.Ada, r.Rev)
		synctest.Wait()
		workflowtest.Pass(time.Second)
		began := time.Now()
		w.Use(w.CodeFor(w.Get(id)), nil)
		workflowtest.Pass(workflow.StepTimeout - 20*time.Second)
		if r := w.Get(id); r.State != workflow.StateProvisioning || r.Steps.Get(workflow.StepConsent).Status != workflow.StepWaiting {
			t.Fatalf("after %v it is %s, consent %+v", time.Since(began), r.State, r.Steps.Get(workflow.StepConsent))
		}
		workflowtest.Pass(40 * time.Second)
		if r := w.Get(id); r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "Grant admin consent") {
			t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
		}
		w.Mu.Lock()
		w.Consent = nil
		w.Mu.Unlock()
		w.People(n, id)
		w.WantOne(id)
	})
}

// lag is what a directory says of something that is not known to it yet, or not any more.
type lag struct{ workflowtest.Busy }

func (lag) Describe() *workflow.ServiceError {
	return &workflow.ServiceError{Code: "HTTP 404", Text: "It may have been deleted.", Ref: "ref-1"}
}

func TestWhatDoesNotGoAwayIsToldAsWhatItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Consent = lag{}
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Approves(n, id)
		workflowtest.Pass(workflow.StepTimeout - 20*time.Second)
		if r := w.Get(id); r.State != workflow.StateProvisioning || r.Steps.Get(workflow.StepConsent).Status != workflow.StepWaiting {
			t.Fatalf("it is %s, consent %+v", r.State, r.Steps.Get(workflow.StepConsent))
		}
		workflowtest.Pass(40 * time.Second)
		if r := w.Get(id); r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "It may have been deleted.") ||
			strings.Contains(r.Failure.Text, "did not answer") || r.Failure.Ref != "ref-1" {
			t.Fatalf("it is %s: %+v", r.State, r.Failure)
		}
		w.Mu.Lock()
		w.Consent = nil
		w.Mu.Unlock()
		w.People(n, id)
		w.WantOne(id)
	})
}

func TestUndoDeletesWhatTheRequestMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Consent = &workflow.ServiceError{Code: "Authorization_RequestDenied", Text: "no"}
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Approves(n, id)
		workflowtest.Pass(time.Second)
		if r := w.Get(id); r.State != workflow.StateFailed {
			t.Fatalf("it is %s", r.State)
		}
		if _, err := n.Undo(t.Context(), id, workflowtest.Zoe); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		w.Mu.Lock()
		w.Signer = workflow.Signer{TenantID: workflowtest.ContosoID, ObjectID: "obj-zoe", UPN: "zoe@contoso.com",
			Roles: []string{workflow.ApplicationAdministrator}}
		w.Mu.Unlock()
		w.Use(w.CodeFor(w.Get(id)), nil)
		workflowtest.Pass(10 * time.Second)
		if r := w.Get(id); r.State != workflow.StateUndone || len(w.Apps) != 0 {
			t.Errorf("it is %s, with %d apps", r.State, len(w.Apps))
		}
		if _, err := n.Submit(t.Context(), workflowtest.Bea, form.Draft{Origin: "V2", Product: "vbo365", AppName: "payroll-backup",
			Reason: "again",
			Team:   "C", Credential: plan.CredentialSecret, Lifetime: time.Hour}); err != nil {
			t.Errorf("the name is not free again: %v", err)
		}
	})
}

func TestMoreRolesThanApprovedIsAnAlarmAndTakesTheSecretAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Extra = []string{"RoleManagement.ReadWrite.Directory"}
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Approves(n, id)
		workflowtest.Pass(5 * time.Second)
		r := w.Get(id)
		if r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess ||
			!strings.Contains(r.Failure.Text, "RoleManagement.ReadWrite.Directory") {
			t.Errorf("it is %s: %+v", r.State, r.Failure)
		}
		if a := w.One(); len(a.Keys) != 0 {
			t.Errorf("the app still has %v", a.Keys)
		}
		if _, _, err := n.Claim(t.Context(), id, workflowtest.Bea); err == nil {
			t.Error("the secret can be claimed")
		}
	})
}

func TestASecretThatNobodyOpensIsRevokedAndMadeAnewOnRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.People(n, id)
		old := w.Get(id).Made.KeyID
		workflowtest.Pass(w.Policy.RevealWithin)
		r := w.Get(id)
		if r.State != workflow.StateRevoked || r.Handover.Status != workflow.HandoverRevoked || len(r.Handover.Sealed) != 0 {
			t.Fatalf("it is %s, %+v", r.State, r.Handover)
		}
		if _, _, err := n.Claim(t.Context(), id, workflowtest.Bea); refusedBy(err) != workflow.RuleTooLate {
			t.Errorf("a late press got %v", err)
		}
		if _, err := n.Retry(t.Context(), id, workflowtest.Ada, r.Rev); err != nil {
			t.Fatal(err)
		}
		w.People(n, id)
		w.WantOne(id)
		if w.Get(id).Made.KeyID == old {
			t.Error("it is the old key")
		}
	})
}

func TestNobodyDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		workflowtest.Pass(w.Policy.PendingExpires + time.Minute)
		r := w.Get(id)
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
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				id := w.Request(n)
				if len(w.Codes) != 0 {
					t.Error("there is a code before anybody approved")
				}
				n.Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev)
				workflowtest.Pass(time.Second)
				if c.err != nil {
					w.Use(w.CodeFor(w.Get(id)), c.err)
				} else {
					workflowtest.Pass(16 * time.Minute)
				}
				workflowtest.Pass(time.Second)
				r := w.Get(id)
				if r.State != workflow.StateSignIn || r.SignIn.Status != workflow.SignInOver || !strings.Contains(r.Failure.Text, c.says) ||
					!strings.Contains(r.Failure.Text, "New code") {
					t.Errorf("it is %s, %s: %s", r.State, r.SignIn.Status, r.Failure.Text)
				}
				if w.CodeFor(r) != "" || len(w.Apps) != 0 {
					t.Errorf("code %q is still shown, or something was made: %v", w.CodeFor(r), w.Apps)
				}
				w.People(n, id)
				w.WantOne(id)
			})
		})
	}
}

func TestStoppingLetsACallUnderWayBeSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		id := w.Request(n)
		w.Approves(n, id)
		n.Stop()
		calls := len(w.Calls)
		workflowtest.Pass(time.Hour)
		if len(w.Calls) != calls {
			t.Errorf("calls after the end: %v", w.Calls[calls:])
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
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Set(func() {
			w.Before = func(call string) error {
				if call == "inspect" {
					panic("a mistake")
				}
				return nil
			}
		})
		r := w.Settle(n, id, workflow.StateFailed)
		if s := r.Steps.Get(workflow.StepProof); s.Status != workflow.StepFailed || !strings.Contains(r.Failure.Text, "did not expect") {
			t.Errorf("the step is %+v, and people are told: %s", s, r.Failure.Text)
		}
		w.Set(func() { w.Before = nil })
		if _, err := n.Retry(t.Context(), id, workflowtest.Ada, w.Get(id).Rev); err != nil {
			t.Fatal(err)
		}
		w.Settle(n, id, workflow.StateDone)
	})
}
