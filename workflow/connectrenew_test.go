package workflow_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestARenewedCertificateGoesToTheSameServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t).withServer()
		n := w.boot()
		defer n.stop()
		before := w.settle(n, w.askServer(n, serverDraft("payroll-backup")).ID, workflow.StateDone)

		update := serverDraft("")
		update.Origin, update.Workloads, update.RedirectURIs = "V-update", []string{"exchange"}, []string{"https://other.contoso.com"}
		up, err := n.Update(t.Context(), bea, before.ID, update)
		if err != nil {
			t.Fatal(err)
		}
		up = w.settle(n, up.ID, workflow.StateDone)
		if up.Steps.Get(workflow.StepConnect) != nil || up.Plan.Backup.Server != "vb365-prod" || !up.IsConnected() {
			t.Errorf("the update has %+v and %+v", up.Steps, up.Plan.Backup)
		}
		pass(time.Second)

		r := w.renews(n, up, serverDraft(""))
		w.approved(n, r.ID)
		r = w.get(r.ID)
		has := w.vb365.has["contoso.onmicrosoft.com"]
		if r.State != workflow.StateOverlap || thumbprintOf(has) != r.Made.Thumbprint || r.Made.Thumbprint == before.Made.Thumbprint ||
			len(w.one().thumbprints) != 2 {
			t.Fatalf("it is %s (%s), the server has %+v, the app %v", r.State, r.Failure.Text, has, w.one().thumbprints)
		}
		if has.SharePoint || !slices.Equal(r.Plan.Backup.Services, []string{plan.ExchangeService}) {
			t.Errorf("the server was told %+v", has)
		}
		w.shredded(r)
		if _, err := n.SayWorks(t.Context(), r.ID, bea); err != nil {
			t.Fatal(err)
		}
		if _, err := n.RemoveOld(t.Context(), r.ID, ada); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		w.use(w.codeFor(w.get(r.ID)), nil)
		pass(5 * time.Second)
		if r := w.get(r.ID); r.State != workflow.StateDone || !slices.Equal(w.one().thumbprints, []string{r.Made.Thumbprint}) {
			t.Errorf("it is %s, the app has %v", r.State, w.one().thumbprints)
		}

		gone, err := n.Retire(t.Context(), bea, r.ID, d2("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		if gone = w.settle(n, gone.ID, workflow.StateDone); gone.Steps.Get(workflow.StepConnect) != nil || gone.IsConnected() {
			t.Errorf("it was retired with %+v", gone.Steps)
		}
	})
}

func TestARenewalThatIsGivenUpLeavesNoKeyBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t).withServer()
		n := w.boot()
		defer n.stop()
		before := w.connectedApp(n)
		w.vb365.refuses = &workflow.ServiceError{Text: "vb365-prod said no."}
		r := w.renews(n, before, serverDraft(""))
		w.approved(n, r.ID)
		if r = w.get(r.ID); r.State != workflow.StateFailed || len(r.Handover.File) == 0 {
			t.Fatalf("it is %s with %+v", r.State, r.Handover)
		}
		if _, err := n.GiveUp(t.Context(), r.ID, bea); err != nil {
			t.Fatal(err)
		}
		w.shredded(w.get(r.ID))
		if has := thumbprintOf(w.vb365.has["contoso.onmicrosoft.com"]); has != before.Made.Thumbprint {
			t.Errorf("the server has %s", has)
		}
	})
}
