package workflow_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestARenewedCertificateGoesToTheSameServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithServer()
		n := w.Boot()
		defer n.Stop()
		before := w.Settle(n, w.AskServer(n, workflowtest.ServerDraft("payroll-backup")).ID, workflow.StateDone)

		update := workflowtest.ServerDraft("")
		update.Origin, update.Workloads, update.RedirectURIs = "V-update", []string{"exchange"}, []string{"https://other.contoso.com"}
		up, err := n.Update(t.Context(), workflowtest.Bea, before.ID, update)
		if err != nil {
			t.Fatal(err)
		}
		up = w.Settle(n, up.ID, workflow.StateDone)
		if up.Steps.Get(workflow.StepConnect) != nil || up.Plan.Backup.Server != "vb365-prod" || !up.IsConnected() {
			t.Errorf("the update has %+v and %+v", up.Steps, up.Plan.Backup)
		}
		workflowtest.Pass(time.Second)

		r := w.Renews(n, up, workflowtest.ServerDraft(""))
		w.Approved(n, r.ID)
		r = w.Get(r.ID)
		has := w.Vb365.Has["contoso.onmicrosoft.com"]
		if r.State != workflow.StateOverlap || thumbprintOf(has) != r.Made.Thumbprint || r.Made.Thumbprint == before.Made.Thumbprint ||
			len(w.One().Thumbprints) != 2 {
			t.Fatalf("it is %s (%s), the server has %+v, the app %v", r.State, r.Failure.Text, has, w.One().Thumbprints)
		}
		if has.SharePoint || !slices.Equal(r.Plan.Backup.Services, []string{plan.ExchangeService}) {
			t.Errorf("the server was told %+v", has)
		}
		w.Shredded(r)
		if _, err := n.SayWorks(t.Context(), r.ID, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		if _, err := n.RemoveOld(t.Context(), r.ID, workflowtest.Ada); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(5 * time.Second)
		if r := w.Get(r.ID); r.State != workflow.StateDone || !slices.Equal(w.One().Thumbprints, []string{r.Made.Thumbprint}) {
			t.Errorf("it is %s, the app has %v", r.State, w.One().Thumbprints)
		}

		gone, err := n.Retire(t.Context(), workflowtest.Bea, r.ID, workflowtest.FollowUp("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		if gone = w.Settle(n, gone.ID, workflow.StateDone); gone.Steps.Get(workflow.StepConnect) != nil || gone.IsConnected() {
			t.Errorf("it was retired with %+v", gone.Steps)
		}
	})
}

func TestARenewalThatIsGivenUpLeavesNoKeyBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithServer()
		n := w.Boot()
		defer n.Stop()
		before := w.ConnectedApp(n)
		w.Vb365.Refuses = &workflow.ServiceError{Text: "vb365-prod said no."}
		r := w.Renews(n, before, workflowtest.ServerDraft(""))
		w.Approved(n, r.ID)
		if r = w.Get(r.ID); r.State != workflow.StateFailed || len(r.Handover.File) == 0 {
			t.Fatalf("it is %s with %+v", r.State, r.Handover)
		}
		if _, err := n.GiveUp(t.Context(), r.ID, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		w.Shredded(w.Get(r.ID))
		if has := thumbprintOf(w.Vb365.Has["contoso.onmicrosoft.com"]); has != before.Made.Thumbprint {
			t.Errorf("the server has %s", has)
		}
	})
}
