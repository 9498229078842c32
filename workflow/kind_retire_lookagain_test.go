package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// After a stop a retirement looks again: with each sign-in, and at what was not known.

func TestThoseWhoCameAfterTheStopStopItAgain(t *testing.T) {
	withThePowerCut(t, func(t *testing.T, p *power) {
		w := newWorld(t)
		n := w.boot()
		before := w.handedOver(n)
		w.usedBy(tomUses)
		id := w.retires(n, before, "V-1").ID
		old := w.upTo(n, id, workflow.StateFailed)
		w.usedBy(tomUses, adaUses)
		p.on(w, n)
		w.retry(n, id)
		w.upTo(n, id, workflow.StateFailed)
		n = p.again(n)
		r := w.upTo(n, id, workflow.StateFailed)
		w.untouched()
		if !strings.Contains(r.Failure.Text, "It is now used by 1 user (“Ada Able”) as well, besides the 1 shown before.") ||
			r.Dependents.Rev <= old.Dependents.Rev || len(r.Dependents.List) != 2 {
			t.Errorf("it says %q and keeps %+v", r.Failure.Text, r.Dependents)
		}
		if _, err := n.Retry(t.Context(), id, zoe, old.Rev); refusedBy(err) != workflow.RuleStale {
			t.Errorf("Retry on the card that did not name Ada: %v", err)
		}
		w.usedBy(adaUses) // that somebody has gone is no news
		w.retry(n, id)
		w.upTo(n, id, workflow.StateDone)
		n = p.back(n)
		w.upTo(n, id, workflow.StateDone)
		n.stop()
		if len(w.apps) != 0 {
			t.Error("the app is still there")
		}
	})
}

// The look counts for one sign-in: until the app itself was to be deleted, another one looks again.
func TestAnotherSignInLooksAgainUntilTheAppIsDeleted(t *testing.T) {
	for _, c := range []struct {
		fails string
		want  workflow.State
	}{{"strip", workflow.StateFailed}, {"withdraw", workflow.StateFailed}, {"delete", workflow.StateDone}} {
		t.Run(c.fails, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				before := w.handedOver(n)
				w.set(func() {
					w.before = func(call string) error {
						if call == c.fails {
							*n.off = true
							return errPower
						}
						return nil
					}
				})
				id := w.retires(n, before, "V-1").ID
				w.upTo(n, id, workflow.StateDone)
				n.stop()
				w.set(func() { w.before = nil })
				w.usedBy(tomUses)
				n = w.boot()
				defer n.stop()
				w.upTo(n, id, c.want)
				if gone := len(w.apps) == 0; gone != (c.want == workflow.StateDone) {
					t.Errorf("gone: %v", gone)
				}
			})
		})
	}
}

// Whoever pressed Retry not knowing, and with a better account, has seen nobody yet.
func TestWhatWasUnknownAndIsKnownNowIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		before := w.handedOver(n)
		a := w.one()
		w.set(func() { a.unreadable = noRights })
		id := w.retires(n, before, "V-1").ID
		w.upTo(n, id, workflow.StateFailed)
		w.set(func() { a.unreadable = nil })
		w.usedBy(tomUses)
		w.retry(n, id)
		r := w.upTo(n, id, workflow.StateFailed)
		if !strings.Contains(r.Failure.Text, "It is used by 1 user (“Tom”).") || strings.Contains(r.Failure.Text, "looked up") {
			t.Errorf("it says %q", r.Failure.Text)
		}
		w.untouched()
	})
}

// What a try came to does not matter: Entra may have said no to it.
func TestWhoComesWhileARetirementIsStuckIsShown(t *testing.T) {
	for _, at := range []struct{ call, removed string }{
		{"strip", "“Remove its credentials” was tried)"},
		{"withdraw", "“Remove its credentials” was done, “Revoke its consents” was tried)"},
	} {
		t.Run(at.call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				before := w.handedOver(n)
				w.set(func() {
					w.before = func(call string) error {
						if call == at.call {
							return &workflow.ServiceError{Code: "no", Text: "Entra said no."}
						}
						return nil
					}
				})
				id := w.retires(n, before, "V-1").ID
				w.upTo(n, id, workflow.StateFailed)
				w.set(func() { w.before = nil })
				w.usedBy(tomUses)
				w.retry(n, id)
				r := w.upTo(n, id, workflow.StateFailed)
				for _, want := range []string{"stopped the job before the app was deleted. What was removed so far stays removed (",
					at.removed,
					"It is used by 1 user (“Tom”).", "Give up leaves the app as it is now."} {
					if !strings.Contains(r.Failure.Text, want) {
						t.Errorf("it does not say %q: %s", want, r.Failure.Text)
					}
				}
				if r.Failure.Rule != workflow.RuleInUse || len(w.apps) != 1 || strings.Contains(r.Failure.Text, "works as before") {
					t.Errorf("%d apps are left: %s", len(w.apps), r.Failure.Text)
				}
				w.retry(n, id)
				pass(time.Second)
				if _, err := n.Cancel(t.Context(), id, ada); err != nil {
					t.Fatal(err)
				}
				if text := w.get(id).Failure.Text; text != "The sign-in was cancelled. What was removed so far stays removed. An "+
					"approver can press Retry or Give up." {
					t.Errorf("after Cancel it says %q", text)
				}
				if at.call == "withdraw" {
					w.retry(n, id)
					w.upTo(n, id, workflow.StateDone)
					return
				}
				if _, err := n.GiveUp(t.Context(), id, ada); err != nil {
					t.Fatal(err)
				}
				if text := w.get(id).Failure.Text; text != "It was given up. What was removed so far stays removed; another request can "+
					"be made for the app." {
					t.Errorf("after Give up it says %q", text)
				}
			})
		})
	}
}

// A job that was approved before there was such a step has it from its next sign-in on.
func TestARetirementOfAnOlderVersionLooksToo(t *testing.T) {
	for _, adopted := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			n := w.boot()
			defer n.stop()
			before := w.handedOver(n)
			w.usedBy(tomUses)
			r := w.retires(n, before, "V-1")
			if _, err := n.Approve(t.Context(), r.ID, ada, r.Rev); err != nil {
				t.Fatal(err)
			}
			want := []workflow.StepName{workflow.StepDependents, workflow.StepRemoveCredentials, workflow.StepRevokeConsent,
				workflow.StepDelete}
			w.store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
				r.Steps = slices.DeleteFunc(r.Steps, func(s workflow.Step) bool { return s.Name == workflow.StepDependents })
				if adopted {
					r.Steps = append([]workflow.Step{{Name: workflow.StepOwned, Status: workflow.StepSkipped}}, r.Steps...)
					want = append([]workflow.StepName{workflow.StepOwned}, want...)
				}
				return nil
			})
			old := w.get(r.ID).Clone()
			if workflow.DueAtSignIn(old); !slices.EqualFunc(old.Steps, want, func(s workflow.Step,
				n workflow.StepName) bool {
				return s.Name == n
			}) {
				t.Errorf("the steps are %+v, want %v", old.Steps, want)
			}
			if adopted {
				return
			}
			r = w.upTo(n, r.ID, workflow.StateFailed)
			w.untouched()
			if r.Failure.Rule != workflow.RuleInUse {
				t.Errorf("it says %s", r.Failure.Text)
			}
			w.retry(n, r.ID)
			w.upTo(n, r.ID, workflow.StateDone)
		})
	}
}
