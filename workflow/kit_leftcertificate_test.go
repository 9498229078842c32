package workflow_test

import (
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// portal is an app without a credential, with which people sign in.
func (w *world) portal(n *node) *workflow.Request {
	w.t.Helper()
	w.signer = adaOfAzure()
	d := certificateDraft("portal")
	d.Credential, d.Certificate = plan.CredentialNone, nil
	app, err := n.Submit(w.t.Context(), bea, d)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.settle(n, app.ID, workflow.StateDone)
}
