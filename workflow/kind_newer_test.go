package workflow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// An operator went back to this version, and the store has what it does not know.
func TestWhatANewerVersionKeptIsLeftAlone(t *testing.T) {
	for name, newer := range map[string]func(*workflow.Request){
		"a kind": func(r *workflow.Request) { r.Kind = "sell" },
		"a task": func(r *workflow.Request) { r.Task = "sell" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				id := w.Request(n)
				synctest.Wait()
				w.Store.Update(t.Context(), id, func(r *workflow.Request) error { newer(r); return nil })
				r := w.Get(id)
				_, err := n.Approve(t.Context(), id, workflowtest.Ada, r.Rev)
				if refusedBy(err) != workflow.RuleWrongState || !strings.Contains(err.Error(), "A newer version of this bot kept "+id) {
					t.Errorf("it is approved: %v", err)
				}
				if _, err := n.Cancel(t.Context(), id, workflowtest.Bea); refusedBy(err) != workflow.RuleWrongState {
					t.Errorf("it is cancelled: %v", err)
				}
				w.Store.Update(t.Context(), id, func(r *workflow.Request) error {
					r.State, r.SignIn, r.WakeAt = workflow.StateSignIn, workflow.SignIn{N: 1, Status: workflow.SignInWanted}, time.Now()
					r.Approval = workflow.Approval{N: 1, By: workflowtest.Ada, Digest: r.Plan.Digest()}
					return nil
				})
				workflowtest.Pass(24 * time.Hour)
				if r := w.Get(id); r.State != workflow.StateSignIn || r.SignIn.Status != workflow.SignInWanted || len(w.Apps) > 0 {
					t.Errorf("it is %s, the sign-in %s, and there are %d apps", r.State, r.SignIn.Status, len(w.Apps))
				}
			})
		})
	}
}
