package workflowtest

import (
	"slices"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// AdoptsWidely asks for the adoption of an app that has a scope, another owner and a role
// in Azure of its own, and is to get more of each.
func (w *World) AdoptsWidely(n *Node) (*workflow.Request, *FakeApp) {
	w.T.Helper()
	app := w.ByHand(LegacyID, "HR", "OBJ-BEA", "OBJ-ZOE")
	app.Scopes = []plan.Scope{{Name: "staff.read", Title: "Read staff", Words: "Reads staff."}}
	app.Azure = []string{Second + "/" + Contributor.ID}
	w.Signer = AdaOfAzure()
	w.Signer.Subscriptions = []string{Subscription, Second}
	w.Signer.Owners = map[string][]workflow.Account{Bea.Email: w.Signer.Requesters, Zoe.Email: {{ObjectID: "OBJ-ZOE"}},
		Tom.Email: {{ObjectID: "OBJ-TOM"}}}
	d := CertificateDraft("hr")
	d.Existing = true
	r, err := n.Submit(w.T.Context(), Bea, d)
	if err != nil {
		w.T.Fatal(err)
	}
	if r, err = w.Store.Update(w.T.Context(), r.ID, func(r *workflow.Request) error {
		r.Plan.Owners = []people.Person{Zoe, Tom}
		r.Plan.AzureRoles = append(r.Plan.AzureRoles, Minimal)
		r.Plan.Subscriptions = []string{Subscription, Second}
		return nil
	}); err != nil {
		w.T.Fatal(err)
	}
	return r, app
}

// RefusesAt has Entra say no to these calls, and to no others.
func (w *World) RefusesAt(calls ...string) {
	w.Set(func() {
		w.Before = func(call string) error {
			if slices.Contains(calls, call) {
				return &workflow.ServiceError{Code: "no", Text: "Entra said no."}
			}
			return nil
		}
	})
}

// FailsAtTheEnd has a request carried out up to its check, which fails.
func (w *World) FailsAtTheEnd(n *Node, r *workflow.Request) *workflow.Request {
	w.T.Helper()
	w.RefusesAt("inspect")
	if r = w.SignsInFor(n, r); r.State != workflow.StateFailed {
		w.T.Fatalf("it is %s", r.State)
	}
	w.RefusesAt()
	return r
}

// HalfUndone is an adoption whose Undo failed before anything but the credential
// was removed.
func (w *World) HalfUndone(n *Node) (*workflow.Request, *FakeApp) {
	w.T.Helper()
	r, app := w.AdoptsWidely(n)
	r = w.FailsAtTheEnd(n, r)
	w.RefusesAt("trim")
	r = w.GoesOn(n.Undo(w.T.Context(), r.ID, Ada))
	w.RefusesAt()
	if r.State != workflow.StateFailed || r.Steps.Get(workflow.StepRemoveNew).Status != workflow.StepDone ||
		r.Steps.Get(workflow.StepUndoAdoption).Status == workflow.StepDone {
		w.T.Fatalf("it is %s after %+v", r.State, r.Steps)
	}
	return r, app
}
