package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// After a stop a retirement looks again: with each sign-in, and at what was not known.

func TestThoseWhoCameAfterTheStopStopItAgain(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		n := w.Boot()
		before := w.HandedOver(n)
		w.UsedBy(tomUses)
		id := w.Retires(n, before, "V-1").ID
		old := w.UpTo(n, id, workflow.StateFailed)
		w.UsedBy(tomUses, adaUses)
		p.On(w, n)
		w.Retry(n, id)
		w.UpTo(n, id, workflow.StateFailed)
		n = p.Again(n)
		r := w.UpTo(n, id, workflow.StateFailed)
		w.Untouched()
		if !strings.Contains(r.Failure.Text, "It is now used by 1 user (“Ada Able”) as well, besides the 1 shown before.") ||
			r.Dependents.Rev <= old.Dependents.Rev || len(r.Dependents.List) != 2 {
			t.Errorf("it says %q and keeps %+v", r.Failure.Text, r.Dependents)
		}
		if _, err := n.Retry(t.Context(), id, workflowtest.Zoe, old.Rev); refusedBy(err) != workflow.RuleStale {
			t.Errorf("Retry on the card that did not name Ada: %v", err)
		}
		w.UsedBy(adaUses) // that somebody has gone is no news
		w.Retry(n, id)
		w.UpTo(n, id, workflow.StateDone)
		n = p.Back(n)
		w.UpTo(n, id, workflow.StateDone)
		n.Stop()
		if len(w.Apps) != 0 {
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
				w := workflowtest.New(t)
				n := w.Boot()
				before := w.HandedOver(n)
				w.Set(func() {
					w.Before = func(call string) error {
						if call == c.fails {
							*n.Off = true
							return workflowtest.ErrPower
						}
						return nil
					}
				})
				id := w.Retires(n, before, "V-1").ID
				w.UpTo(n, id, workflow.StateDone)
				n.Stop()
				w.Set(func() { w.Before = nil })
				w.UsedBy(tomUses)
				n = w.Boot()
				defer n.Stop()
				w.UpTo(n, id, c.want)
				if gone := len(w.Apps) == 0; gone != (c.want == workflow.StateDone) {
					t.Errorf("gone: %v", gone)
				}
			})
		})
	}
}

// Whoever pressed Retry not knowing, and with a better account, has seen nobody yet.
func TestWhatWasUnknownAndIsKnownNowIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		a := w.One()
		w.Set(func() { a.Unreadable = noRights })
		id := w.Retires(n, before, "V-1").ID
		w.UpTo(n, id, workflow.StateFailed)
		w.Set(func() { a.Unreadable = nil })
		w.UsedBy(tomUses)
		w.Retry(n, id)
		r := w.UpTo(n, id, workflow.StateFailed)
		if !strings.Contains(r.Failure.Text, "It is used by 1 user (“Tom”).") || strings.Contains(r.Failure.Text, "looked up") {
			t.Errorf("it says %q", r.Failure.Text)
		}
		w.Untouched()
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
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				before := w.HandedOver(n)
				w.Set(func() {
					w.Before = func(call string) error {
						if call == at.call {
							return &workflow.ServiceError{Code: "no", Text: "Entra said no."}
						}
						return nil
					}
				})
				id := w.Retires(n, before, "V-1").ID
				w.UpTo(n, id, workflow.StateFailed)
				w.Set(func() { w.Before = nil })
				w.UsedBy(tomUses)
				w.Retry(n, id)
				r := w.UpTo(n, id, workflow.StateFailed)
				for _, want := range []string{"stopped the job before the app was deleted. What was removed so far stays removed (",
					at.removed,
					"It is used by 1 user (“Tom”).", "Give up leaves the app as it is now."} {
					if !strings.Contains(r.Failure.Text, want) {
						t.Errorf("it does not say %q: %s", want, r.Failure.Text)
					}
				}
				if r.Failure.Rule != workflow.RuleInUse || len(w.Apps) != 1 || strings.Contains(r.Failure.Text, "works as before") {
					t.Errorf("%d apps are left: %s", len(w.Apps), r.Failure.Text)
				}
				w.Retry(n, id)
				workflowtest.Pass(time.Second)
				if _, err := n.Cancel(t.Context(), id, workflowtest.Ada); err != nil {
					t.Fatal(err)
				}
				if text := w.Get(id).Failure.Text; text != "The sign-in was cancelled. What was removed so far stays removed. An "+
					"approver can press Retry or Give up." {
					t.Errorf("after Cancel it says %q", text)
				}
				if at.call == "withdraw" {
					w.Retry(n, id)
					w.UpTo(n, id, workflow.StateDone)
					return
				}
				if _, err := n.GiveUp(t.Context(), id, workflowtest.Ada); err != nil {
					t.Fatal(err)
				}
				if text := w.Get(id).Failure.Text; text != "It was given up. What was removed so far stays removed; another request can "+
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
			w := workflowtest.New(t)
			n := w.Boot()
			defer n.Stop()
			before := w.HandedOver(n)
			w.UsedBy(tomUses)
			r := w.Retires(n, before, "V-1")
			if _, err := n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev); err != nil {
				t.Fatal(err)
			}
			want := []workflow.StepName{workflow.StepDependents, workflow.StepRemoveCredentials, workflow.StepRevokeConsent,
				workflow.StepDelete}
			w.Store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
				r.Steps = slices.DeleteFunc(r.Steps, func(s workflow.Step) bool { return s.Name == workflow.StepDependents })
				if adopted {
					r.Steps = append([]workflow.Step{{Name: workflow.StepOwned, Status: workflow.StepSkipped}}, r.Steps...)
					want = append([]workflow.StepName{workflow.StepOwned}, want...)
				}
				return nil
			})
			old := w.Get(r.ID).Clone()
			if workflow.DueAtSignIn(old); !slices.EqualFunc(old.Steps, want, func(s workflow.Step,
				n workflow.StepName) bool {
				return s.Name == n
			}) {
				t.Errorf("the steps are %+v, want %v", old.Steps, want)
			}
			if adopted {
				return
			}
			r = w.UpTo(n, r.ID, workflow.StateFailed)
			w.Untouched()
			if r.Failure.Rule != workflow.RuleInUse {
				t.Errorf("it says %s", r.Failure.Text)
			}
			w.Retry(n, r.ID)
			w.UpTo(n, r.ID, workflow.StateDone)
		})
	}
}
