package workflow_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// The case “requester's Slack account deactivated while the request waits”.
func TestNothingIsApprovedForARequesterWhoIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Goes(nil, workflowtest.Bea)
		workflowtest.Pass(workflow.RecipientsEvery + time.Minute)
		synctest.Wait()
		if r := w.Get(id); r.Away == "" || r.Posts[workflow.PostCard].Shown != r.Rev {
			t.Fatalf("an hour after the requester has left the card shows revision %d of %d, of %q", r.Posts[workflow.PostCard].Shown,
				r.Rev, r.Away)
		}
		r := w.Get(id)
		if _, err := n.Approve(t.Context(), id, workflowtest.Ada, r.Rev); refusedBy(err) != workflow.RuleRecipient ||
			!strings.Contains(err.Error(), "Deny the request") {
			t.Errorf("an approval is answered with %v", err)
		}
		w.Goes(errors.New("no answer"), workflowtest.Bea)
		if _, err := n.Approve(t.Context(), id, workflowtest.Ada, r.Rev); refusedBy(err) != workflow.RuleRecipient ||
			!strings.Contains(err.Error(), "Try again in a minute") {
			t.Errorf("where nobody knows an approval is answered with %v", err)
		}
		if len(w.Codes) > 0 || len(w.Apps) > 0 {
			t.Errorf("%d codes and %d apps were made", len(w.Codes), len(w.Apps))
		}
		w.Goes(nil)
		workflowtest.Pass(workflow.RecipientsEvery)
		synctest.Wait()
		if r = w.Get(id); r.Away != "" {
			t.Fatalf("who is back is %q", r.Away)
		}
		if _, err := n.Approve(t.Context(), id, workflowtest.Ada, r.Rev); err != nil {
			t.Error(err)
		}
	})
}

func TestNobodyIsAskedAboutTwiceAtOnceThoughSlackIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		w.Request(n)
		if _, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("ledger-backup")); err != nil {
			t.Fatal(err)
		}
		w.Goes(workflowtest.Busy{})
		w.Set(func() { w.AskedAway = 0 })
		workflowtest.Pass(workflow.RecipientsEvery + time.Minute)
		w.Set(func() {
			if w.AskedAway != 1 {
				t.Errorf("Slack was asked %d times about Bea, who has two requests", w.AskedAway)
			}
		})
	})
}

func TestWhoLeavesJustBeforeTheApprovalIsNoticedByIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		rev := w.Get(id).Rev
		w.Goes(nil, workflowtest.Bea)
		if _, err := n.Approve(t.Context(), id, workflowtest.Ada, rev); refusedBy(err) != workflow.RuleRecipient {
			t.Errorf("it is answered with %v", err)
		}
		if r := w.Get(id); r.State != workflow.StatePending || r.Away == "" || len(w.Codes) > 0 {
			t.Errorf("it is %s, of %q, with %d codes", r.State, r.Away, len(w.Codes))
		}
	})
}

func TestWhatGivesTheRequesterNothingMayBeApprovedAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.HandedOver(n)
		r, err := n.Retire(t.Context(), workflowtest.Bea, app.ID, workflowtest.FollowUp("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		w.Goes(nil, workflowtest.Bea)
		if _, err := n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev); refusedBy(err) != workflow.RuleRecipient ||
			!strings.Contains(err.Error(), "press Approve again") {
			t.Errorf("the first time: %v", err)
		}
		if _, err := n.Approve(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev); err != nil {
			t.Errorf("once the card says so: %v", err)
		}
	})
}

func TestWhoLeavesAfterTheApprovalIsNoticedBeforeTheCredentialIsMade(t *testing.T) {
	for name, atStep := range map[string]bool{"before the sign-in": false, "before the secret": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				id := w.Request(n)
				r := w.Get(id)
				if _, err := n.Approve(t.Context(), id, workflowtest.Ada, r.Rev); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if !atStep {
					w.Goes(nil, workflowtest.Bea)
				} else {
					w.Goes(workflowtest.Busy{})
				}
				w.Use(w.CodeFor(w.Get(id)), nil)
				workflowtest.Pass(2 * time.Second)
				if atStep { // it waited for the answer
					if r = w.Get(id); r.Steps.Get(workflow.StepCredential).Status == workflow.StepDone {
						t.Fatal("a secret was made while nobody knew whom it is for")
					}
					w.Goes(nil, workflowtest.Bea)
					workflowtest.Pass(time.Minute)
				}
				synctest.Wait()
				r = w.Get(id)
				if !strings.Contains(r.Failure.Text, "is gone (this account is deactivated)") {
					t.Errorf("it is %s: %s", r.State, r.Failure.Text)
				}
				for _, a := range w.Apps {
					if len(a.Keys) > 0 {
						t.Errorf("an app has %v", a.Keys)
					}
				}
				if !atStep && len(w.Apps) > 0 {
					t.Errorf("%d apps were made", len(w.Apps))
				}
			})
		})
	}
}

// Services, section 6: is_email_confirmed reports whether the address in a profile was ever
// proved.
func TestNoAccountIsLookedUpByAnAddressThatWasNeverConfirmed(t *testing.T) {
	for confirmed, note := range map[people.EmailConfirmed]string{
		people.EmailUnproved:    "was never confirmed, and no account is looked up by it",
		people.EmailNothingSaid: "Slack does not say whether",
		people.EmailProved:      "", people.EmailAsBefore: "",
	} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			n := w.Boot()
			defer n.Stop()
			by := workflowtest.Bea
			by.Confirmed = confirmed
			r, err := n.Submit(t.Context(), by, workflowtest.Draft("payroll"))
			if err != nil {
				t.Fatal(err)
			}
			if asked := workflow.AskFor(r).Email; (asked == "") != (confirmed == people.EmailUnproved) {
				t.Errorf("%q: an account is looked up by %q", confirmed, asked)
			}
			if confirmed == people.EmailUnproved {
				w.Set(func() { w.Signer.Requesters = nil })
			}
			r = w.Settle(n, r.ID, workflow.StateReady)
			if step := r.Steps.Get(workflow.StepOwner); !strings.Contains(step.Note, note) || note == "" && strings.Contains(step.Note,
				"confirm") {
				t.Errorf("%q: the step says %q", confirmed, step.Note)
			}
			owned := w.One().Owner == "OBJ-BEA"
			if owned != (confirmed != people.EmailUnproved) {
				t.Errorf("%q: the requester owns the app: %v", confirmed, owned)
			}
		})
	}
	d := workflowtest.Draft("other")
	d.Owners = []people.Person{{ID: "UTOM", Name: "Tom", Email: "tom@contoso.com", Confirmed: people.EmailUnproved}}
	w := workflowtest.New(t)
	n := w.Boot()
	defer n.Stop()
	_, err := n.Submit(t.Context(), workflowtest.Bea, d)
	if wrong, _ := err.(form.Errors); !strings.Contains(wrong[form.FieldOwners], "never confirmed") {
		t.Errorf("an owner with such an address is answered with %v", err)
	}
}
