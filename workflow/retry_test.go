package workflow_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// What approvers do when they change their minds, and what others see of it.

func TestACodeIsShownToTheOneWhoAskedForItAndToNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		n.Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev)
		workflowtest.Pass(time.Second)
		n.Cancel(t.Context(), id, workflowtest.Ada)
		n.Approve(t.Context(), id, workflowtest.Zoe, w.Get(id).Rev)
		workflowtest.Pass(5 * time.Second)
		r := w.Get(id)
		his, hers := w.Messages[r.Posts[workflow.PostNamed(workflow.PostSignIn, 1)].TS],
			w.Messages[r.Posts[workflow.PostNamed(workflow.PostSignIn, 2)].TS]
		if hers == nil || hers.Code == "" {
			t.Fatalf("Zoe has %+v", hers)
		}
		if his == nil || his.Code != "" || !r.Posts[workflow.PostNamed(workflow.PostSignIn, 1)].Last {
			t.Errorf("Ada's message is %+v, %+v", his, r.Posts[workflow.PostNamed(workflow.PostSignIn, 1)])
		}
	})
}

func TestAMessageThatIsNoLongerDueIsNotDrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		synctest.Wait()
		w.Store.Update(context.Background(), id, func(r *workflow.Request) error {
			r.Approval, r.State = workflow.Approval{N: 2, By: workflowtest.Zoe}, workflow.StateSignIn
			return nil
		})
		if n.Engine.Draw(id, workflow.PostNamed(workflow.PostSignIn, 1)); len(w.Get(id).Posts[workflow.PostNamed(workflow.PostSignIn,
			1)].TS) != 0 {
			t.Error("a message of the approver before was sent")
		}
	})
}

func TestAnUndoThatIsTakenBackLeavesRetryWhatItWas(t *testing.T) {
	for name, end := range map[string]func(w *workflowtest.World, n *workflowtest.Node, id string){
		"by Cancel": func(_ *workflowtest.World, n *workflowtest.Node, id string) {
			n.Cancel(context.Background(), id, workflowtest.Ada)
		},
		"by the time": func(w *workflowtest.World, _ *workflowtest.Node, _ string) {
			workflowtest.Pass(w.Policy.PendingExpires + time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				id := w.Request(n)
				w.People(n, id)
				workflowtest.Pass(w.Policy.RevealWithin + time.Hour)
				if _, err := n.Undo(t.Context(), id, workflowtest.Ada); err != nil {
					t.Fatal(err)
				}
				workflowtest.Pass(time.Second)
				end(w, n, id)
				workflowtest.Pass(time.Second)
				r := w.Get(id)
				if r.State != workflow.StateRevoked || !strings.Contains(r.Failure.Text, "Retry") {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				if _, err := n.Retry(t.Context(), id, workflowtest.Ada, r.Rev); err != nil {
					t.Fatal(err)
				}
				w.People(n, id)
				w.WantOne(id)
			})
		})
	}
}

func TestTheSecretOfAnAlarmIsTakenAwayThoughEntraIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Extra = []string{"RoleManagement.ReadWrite.Directory"}
		refusals := 3
		w.Before = func(name string) error {
			if name == "remove key" && refusals > 0 {
				refusals--
				return workflowtest.Busy{}
			}
			return nil
		}
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Approves(n, id)
		workflowtest.Pass(time.Minute)
		if a := w.One(); len(a.Keys) != 0 {
			t.Errorf("the app still has %v", a.Keys)
		}
		if r := w.Get(id); r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "was removed") {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

func TestASecretLivesFromTheDayItIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		n.Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev)
		workflowtest.Pass(6 * 24 * time.Hour)
		n.NewCode(t.Context(), id, workflowtest.Ada)
		w.People(n, id)
		r := w.Get(id)
		if left := time.Until(r.Made.KeyExpires); left < r.Plan.Credential.Lifetime-time.Hour {
			t.Errorf("it has %v left of %v", left, r.Plan.Credential.Lifetime)
		}
	})
}

func TestADenialsReasonHasALimit(t *testing.T) {
	_, d, id := at(t, nil)
	if _, err := d.Deny(context.Background(), id, workflowtest.Ada, strings.Repeat("x",
		workflow.DeniedReasonMax+1)); refusedBy(err) != workflow.RuleReason {
		t.Errorf("got %v", err)
	}
}

func TestAMistakeInOneRequestsWorkEndsNobodyElses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		bad := true
		w.Before = func(name string) error {
			if bad && name == "application" {
				bad = false
				panic("a mistake")
			}
			return nil
		}
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.People(n, id)
		workflowtest.Pass(2 * workflow.LookAgain)
		w.People(n, id)
		w.WantOne(id)
	})
}
