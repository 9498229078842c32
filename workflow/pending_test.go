package workflow_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// However a request has come back to its approvers, its card asks for what a press would do, and
// names the roles for that.
func TestWhatWaitsForAnApproverAsksForWhatAPressDoes(t *testing.T) {
	for name, goesBack := range map[string]func(w *workflowtest.World, n *workflowtest.Node) string{
		"a check of what was made by hand that failed": func(w *workflowtest.World, n *workflowtest.Node) string {
			return w.Verifies(n, func(_ *workflow.Request, app *workflowtest.FakeApp) { app.Granted = nil })
		},
		"a check that was called off": func(w *workflowtest.World, n *workflowtest.Node) string {
			id := w.Request(n)
			w.OK(n.Verify(t.Context(), id, workflowtest.Ada, ""))
			synctest.Wait()
			w.OK(n.Cancel(t.Context(), id, workflowtest.Ada))
			return id
		},
		"an approval that was withdrawn": func(w *workflowtest.World, n *workflowtest.Node) string {
			id := w.Request(n)
			w.OK(n.Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev))
			synctest.Wait()
			w.OK(n.Cancel(t.Context(), id, workflowtest.Ada))
			return id
		},
		"a sign-in that was refused, and called off": func(w *workflowtest.World, n *workflowtest.Node) string {
			w.Signer.Roles = nil
			id := w.Request(n)
			w.Approves(n, id)
			workflowtest.Pass(time.Second)
			w.OK(n.Cancel(t.Context(), id, workflowtest.Ada))
			w.Signer = workflowtest.AdaSignsIn()
			return id
		},
		"a check that an older version has kept": func(w *workflowtest.World, n *workflowtest.Node) string {
			id := w.Request(n)
			w.OK(w.Store.Update(t.Context(), id, func(r *workflow.Request) error { r.Task = workflow.TaskVerify; return nil }))
			return id
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				id := goesBack(w, n)
				var r *workflow.Request
				for range 60 {
					if r = w.Get(id); r.State == workflow.StatePending {
						break
					}
					workflowtest.Pass(time.Second)
				}
				if r.State != workflow.StatePending || r.Does() != "register the app payroll-backup" ||
					!strings.Contains(r.RolesWords(), "(to register applications)") || len(r.Steps) > 0 || r.Made.AppID != "" ||
					r.SignIn.Status != "" || r.SignIn.Account != "" || r.Failure.Rule != "" {
					t.Fatalf("it is %s, to %s by %q; steps %+v, made %+v, sign-in %+v, %s", r.State, r.Does(), r.RolesWords(), r.Steps,
						r.Made, r.SignIn, r.Failure.Text)
				}
				w.Set(func() { clear(w.Apps) })
				w.OK(n.Approve(t.Context(), id, workflowtest.Ada, r.Rev))
				r = w.Get(id)
				if r.Task != workflow.TaskProvision || r.Steps[0].Name != workflow.StepApplication {
					t.Errorf("a press began %s with %+v", r.Task, r.Steps)
				}
			})
		})
	}
}

// One function brings a request back to its approvers.
func TestThereIsOneWayBackToTheApprovers(t *testing.T) {
	files, _ := filepath.Glob("*.go")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "move(StatePending") && f != "pending.go" && !strings.HasSuffix(f, "_test.go") {
			t.Errorf("%s moves a request to %s by itself", f, workflow.StatePending)
		}
	}
}
