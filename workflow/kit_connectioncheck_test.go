package workflow_test

import (
	"context"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// connectedApp is an app that the server is connected with.
func (w *world) connectedApp(n *node) *workflow.Request {
	w.t.Helper()
	return w.settle(n, w.askServer(n, serverDraft("payroll-backup")).ID, workflow.StateDone)
}

// asks has somebody ask for a check, and returns the message that they got.
func (w *world) asks(n *node, id string, by people.Person) workflow.Checking {
	w.t.Helper()
	if _, err := n.CheckConnection(context.Background(), id, by); err != nil {
		w.t.Fatal(err)
	}
	pass(time.Second)
	return w.newestCheck()
}

func (w *world) newestCheck() workflow.Checking {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.checks["check"+string(rune('0'+len(w.checks)))]
}
