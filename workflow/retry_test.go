package workflow_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// What approvers do when they change their minds, and what others see of it.

func TestACodeIsShownToTheOneWhoAskedForItAndToNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		n.Approve(t.Context(), id, ada, w.get(id).Rev)
		pass(time.Second)
		n.Cancel(t.Context(), id, ada)
		n.Approve(t.Context(), id, zoe, w.get(id).Rev)
		pass(5 * time.Second)
		r := w.get(id)
		his, hers := w.messages[r.Posts[workflow.PostNamed(workflow.PostSignIn, 1)].TS],
			w.messages[r.Posts[workflow.PostNamed(workflow.PostSignIn, 2)].TS]
		if hers == nil || hers.code == "" {
			t.Fatalf("Zoe has %+v", hers)
		}
		if his == nil || his.code != "" || !r.Posts[workflow.PostNamed(workflow.PostSignIn, 1)].Last {
			t.Errorf("Ada's message is %+v, %+v", his, r.Posts[workflow.PostNamed(workflow.PostSignIn, 1)])
		}
	})
}

func TestAMessageThatIsNoLongerDueIsNotDrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		synctest.Wait()
		w.store.Update(context.Background(), id, func(r *workflow.Request) error {
			r.Approval, r.State = workflow.Approval{N: 2, By: zoe}, workflow.StateSignIn
			return nil
		})
		if n.engine.Draw(id, workflow.PostNamed(workflow.PostSignIn, 1)); len(w.get(id).Posts[workflow.PostNamed(workflow.PostSignIn,
			1)].TS) != 0 {
			t.Error("a message of the approver before was sent")
		}
	})
}

func TestAnUndoThatIsTakenBackLeavesRetryWhatItWas(t *testing.T) {
	for name, end := range map[string]func(w *world, n *node, id string){
		"by Cancel":   func(_ *world, n *node, id string) { n.Cancel(context.Background(), id, ada) },
		"by the time": func(w *world, _ *node, _ string) { pass(w.policy.PendingExpires + time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				id := w.request(n)
				w.people(n, id)
				pass(w.policy.RevealWithin + time.Hour)
				if _, err := n.Undo(t.Context(), id, ada); err != nil {
					t.Fatal(err)
				}
				pass(time.Second)
				end(w, n, id)
				pass(time.Second)
				r := w.get(id)
				if r.State != workflow.StateRevoked || !strings.Contains(r.Failure.Text, "Retry") {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				if _, err := n.Retry(t.Context(), id, ada, r.Rev); err != nil {
					t.Fatal(err)
				}
				w.people(n, id)
				w.wantOne(id)
			})
		})
	}
}

func TestTheSecretOfAnAlarmIsTakenAwayThoughEntraIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.extra = []string{"RoleManagement.ReadWrite.Directory"}
		refusals := 3
		w.before = func(name string) error {
			if name == "remove key" && refusals > 0 {
				refusals--
				return busy{}
			}
			return nil
		}
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.approves(n, id)
		pass(time.Minute)
		if a := w.one(); len(a.keys) != 0 {
			t.Errorf("the app still has %v", a.keys)
		}
		if r := w.get(id); r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "was removed") {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

func TestASecretLivesFromTheDayItIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		n.Approve(t.Context(), id, ada, w.get(id).Rev)
		pass(6 * 24 * time.Hour)
		n.NewCode(t.Context(), id, ada)
		w.people(n, id)
		r := w.get(id)
		if left := time.Until(r.Made.KeyExpires); left < r.Plan.Credential.Lifetime-time.Hour {
			t.Errorf("it has %v left of %v", left, r.Plan.Credential.Lifetime)
		}
	})
}

func TestADenialsReasonHasALimit(t *testing.T) {
	_, d, id := at(t, nil)
	if _, err := d.Deny(context.Background(), id, ada, strings.Repeat("x",
		workflow.DeniedReasonMax+1)); refusedBy(err) != workflow.RuleReason {
		t.Errorf("got %v", err)
	}
}

func TestAMistakeInOneRequestsWorkEndsNobodyElses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		bad := true
		w.before = func(name string) error {
			if bad && name == "application" {
				bad = false
				panic("a mistake")
			}
			return nil
		}
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		w.people(n, id)
		pass(2 * workflow.LookAgain)
		w.people(n, id)
		w.wantOne(id)
	})
}
