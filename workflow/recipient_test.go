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
)

// The case “requester's Slack account deactivated while the request waits”.
func TestNothingIsApprovedForARequesterWhoIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.goes(nil, bea)
		pass(workflow.RecipientsEvery + time.Minute)
		synctest.Wait()
		if r := w.get(id); r.Away == "" || r.Posts[workflow.PostCard].Shown != r.Rev {
			t.Fatalf("an hour after the requester has left the card shows revision %d of %d, of %q", r.Posts[workflow.PostCard].Shown,
				r.Rev, r.Away)
		}
		r := w.get(id)
		if _, err := n.Approve(t.Context(), id, ada, r.Rev); refusedBy(err) != workflow.RuleRecipient ||
			!strings.Contains(err.Error(), "Deny the request") {
			t.Errorf("an approval is answered with %v", err)
		}
		w.goes(errors.New("no answer"), bea)
		if _, err := n.Approve(t.Context(), id, ada, r.Rev); refusedBy(err) != workflow.RuleRecipient ||
			!strings.Contains(err.Error(), "Try again in a minute") {
			t.Errorf("where nobody knows an approval is answered with %v", err)
		}
		if len(w.codes) > 0 || len(w.apps) > 0 {
			t.Errorf("%d codes and %d apps were made", len(w.codes), len(w.apps))
		}
		w.goes(nil)
		pass(workflow.RecipientsEvery)
		synctest.Wait()
		if r = w.get(id); r.Away != "" {
			t.Fatalf("who is back is %q", r.Away)
		}
		if _, err := n.Approve(t.Context(), id, ada, r.Rev); err != nil {
			t.Error(err)
		}
	})
}

func TestNobodyIsAskedAboutTwiceAtOnceThoughSlackIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		w.request(n)
		if _, err := n.Submit(t.Context(), bea, draft("ledger-backup")); err != nil {
			t.Fatal(err)
		}
		w.goes(busy{})
		w.set(func() { w.askedAway = 0 })
		pass(workflow.RecipientsEvery + time.Minute)
		w.set(func() {
			if w.askedAway != 1 {
				t.Errorf("Slack was asked %d times about Bea, who has two requests", w.askedAway)
			}
		})
	})
}

func TestWhoLeavesJustBeforeTheApprovalIsNoticedByIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		rev := w.get(id).Rev
		w.goes(nil, bea)
		if _, err := n.Approve(t.Context(), id, ada, rev); refusedBy(err) != workflow.RuleRecipient {
			t.Errorf("it is answered with %v", err)
		}
		if r := w.get(id); r.State != workflow.StatePending || r.Away == "" || len(w.codes) > 0 {
			t.Errorf("it is %s, of %q, with %d codes", r.State, r.Away, len(w.codes))
		}
	})
}

func TestWhatGivesTheRequesterNothingMayBeApprovedAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.handedOver(n)
		r, err := n.Retire(t.Context(), bea, app.ID, d2("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		w.goes(nil, bea)
		if _, err := n.Approve(t.Context(), r.ID, ada, r.Rev); refusedBy(err) != workflow.RuleRecipient ||
			!strings.Contains(err.Error(), "press Approve again") {
			t.Errorf("the first time: %v", err)
		}
		if _, err := n.Approve(t.Context(), r.ID, ada, w.get(r.ID).Rev); err != nil {
			t.Errorf("once the card says so: %v", err)
		}
	})
}

func TestWhoLeavesAfterTheApprovalIsNoticedBeforeTheCredentialIsMade(t *testing.T) {
	for name, atStep := range map[string]bool{"before the sign-in": false, "before the secret": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				id := w.request(n)
				r := w.get(id)
				if _, err := n.Approve(t.Context(), id, ada, r.Rev); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if !atStep {
					w.goes(nil, bea)
				} else {
					w.goes(busy{})
				}
				w.use(w.codeFor(w.get(id)), nil)
				pass(2 * time.Second)
				if atStep { // it waited for the answer
					if r = w.get(id); r.Steps.Get(workflow.StepCredential).Status == workflow.StepDone {
						t.Fatal("a secret was made while nobody knew whom it is for")
					}
					w.goes(nil, bea)
					pass(time.Minute)
				}
				synctest.Wait()
				r = w.get(id)
				if !strings.Contains(r.Failure.Text, "is gone (this account is deactivated)") {
					t.Errorf("it is %s: %s", r.State, r.Failure.Text)
				}
				for _, a := range w.apps {
					if len(a.keys) > 0 {
						t.Errorf("an app has %v", a.keys)
					}
				}
				if !atStep && len(w.apps) > 0 {
					t.Errorf("%d apps were made", len(w.apps))
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
			w := newWorld(t)
			n := w.boot()
			defer n.stop()
			by := bea
			by.Confirmed = confirmed
			r, err := n.Submit(t.Context(), by, draft("payroll"))
			if err != nil {
				t.Fatal(err)
			}
			if asked := workflow.AskFor(r).Email; (asked == "") != (confirmed == people.EmailUnproved) {
				t.Errorf("%q: an account is looked up by %q", confirmed, asked)
			}
			if confirmed == people.EmailUnproved {
				w.set(func() { w.signer.Requesters = nil })
			}
			r = w.settle(n, r.ID, workflow.StateReady)
			if step := r.Steps.Get(workflow.StepOwner); !strings.Contains(step.Note, note) || note == "" && strings.Contains(step.Note,
				"confirm") {
				t.Errorf("%q: the step says %q", confirmed, step.Note)
			}
			owned := w.one().owner == "OBJ-BEA"
			if owned != (confirmed != people.EmailUnproved) {
				t.Errorf("%q: the requester owns the app: %v", confirmed, owned)
			}
		})
	}
	d := draft("other")
	d.Owners = []people.Person{{ID: "UTOM", Name: "Tom", Email: "tom@contoso.com", Confirmed: people.EmailUnproved}}
	w := newWorld(t)
	n := w.boot()
	defer n.stop()
	_, err := n.Submit(t.Context(), bea, d)
	if wrong, _ := err.(form.Errors); !strings.Contains(wrong[form.FieldOwners], "never confirmed") {
		t.Errorf("an owner with such an address is answered with %v", err)
	}
}
