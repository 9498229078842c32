package workflow_test

import (
	"slices"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// adoptsWidely asks for the adoption of an app that has a scope, another owner and a role
// in Azure of its own, and is to get more of each.
func (w *world) adoptsWidely(n *node) (*workflow.Request, *fakeApp) {
	w.t.Helper()
	app := w.byHand(legacyID, "HR", "OBJ-BEA", "OBJ-ZOE")
	app.Scopes = []plan.Scope{{Name: "staff.read", Title: "Read staff", Words: "Reads staff."}}
	app.azure = []string{second + "/" + contributor.ID}
	w.signer = adaOfAzure()
	w.signer.Subscriptions = []string{subscription, second}
	w.signer.Owners = map[string][]workflow.Account{bea.Email: w.signer.Requesters, zoe.Email: {{ObjectID: "OBJ-ZOE"}},
		tom.Email: {{ObjectID: "OBJ-TOM"}}}
	d := certificateDraft("hr")
	d.Existing = true
	r, err := n.Submit(w.t.Context(), bea, d)
	if err != nil {
		w.t.Fatal(err)
	}
	if r, err = w.store.Update(w.t.Context(), r.ID, func(r *workflow.Request) error {
		r.Plan.Owners = []people.Person{zoe, tom}
		r.Plan.AzureRoles = append(r.Plan.AzureRoles, minimal)
		r.Plan.Subscriptions = []string{subscription, second}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return r, app
}

// refusesAt has Entra say no to these calls, and to no others.
func (w *world) refusesAt(calls ...string) {
	w.set(func() {
		w.before = func(call string) error {
			if slices.Contains(calls, call) {
				return &workflow.ServiceError{Code: "no", Text: "Entra said no."}
			}
			return nil
		}
	})
}

// failsAtTheEnd has a request carried out up to its check, which fails.
func (w *world) failsAtTheEnd(n *node, r *workflow.Request) *workflow.Request {
	w.t.Helper()
	w.refusesAt("inspect")
	if r = w.signsInFor(n, r); r.State != workflow.StateFailed {
		w.t.Fatalf("it is %s", r.State)
	}
	w.refusesAt()
	return r
}

// halfUndone is an adoption whose Undo failed before anything but the credential
// was removed.
func (w *world) halfUndone(n *node) (*workflow.Request, *fakeApp) {
	w.t.Helper()
	r, app := w.adoptsWidely(n)
	r = w.failsAtTheEnd(n, r)
	w.refusesAt("trim")
	r = w.goesOn(n.Undo(w.t.Context(), r.ID, ada))
	w.refusesAt()
	if r.State != workflow.StateFailed || r.Steps.Get(workflow.StepRemoveNew).Status != workflow.StepDone || r.Steps.Get(workflow.StepUndoAdoption).Status == workflow.StepDone {
		w.t.Fatalf("it is %s after %+v", r.State, r.Steps)
	}
	return r, app
}
