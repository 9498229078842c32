package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// recreation is a request that has seen that the app is gone, and has not restored it.
func recreation(t *testing.T, w *workflowtest.World, n *workflowtest.Node, restore func() error) (r *workflow.Request, name string) {
	t.Helper()
	head := w.HandedOver(n)
	name = head.UniqueName()
	w.IsDeleted(name)
	r, err := n.Recreate(t.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-recreate"))
	if err != nil {
		t.Fatal(err)
	}
	w.Set(func() {
		w.Before = func(call string) error {
			if call == "restore" {
				return restore()
			}
			return nil
		}
	})
	return w.SignsInFor(n, r), name
}

func TestAnAppThatSomebodyElseHasRestoredIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r, name := recreation(t, w, n, func() error { return &workflow.ServiceError{Code: "no", Text: "no"} })
		if r.State != workflow.StateFailed || r.Undoable() || !r.CanGiveUp() || r.Steps.Get(workflow.StepGone).Status != workflow.StepDue {
			t.Fatalf("it is %s; undo %v; %+v", r.State, r.Undoable(), r.Steps[:2])
		}
		if _, err := n.Undo(t.Context(), r.ID, workflowtest.Ada); refusedBy(err) != workflow.RuleWrongState {
			t.Errorf("an undo is answered with %v", err)
		}
		app := w.IsRestored(name)
		w.Set(func() { w.Before = nil })
		workflowtest.Pass(workflow.Youth) // before, it may be listed though it is gone
		r = w.GoesOn(n.Retry(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev))
		if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "is not deleted") || app.Keys["by-hand"].KeyID == "" ||
			w.Apps[name] == nil {
			t.Errorf("it is %s: %s; the app has %v", r.State, r.Failure.Text, app.Keys)
		}
	})
}

func TestARestoreWhoseAnswerWasLostIsGoneOnWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		var name string
		r, _ := recreation(t, w, n, func() error {
			for of, a := range w.Deleted { // it is done, and nobody knows
				w.Apps[of], name = a, of
				delete(w.Deleted, of)
			}
			return &workflow.ServiceError{Code: "no", Text: "no"}
		})
		if r.State != workflow.StateFailed || r.Undoable() || r.Steps.Get(workflow.StepGone).Status != workflow.StepDone {
			t.Fatalf("it is %s; undo %v; %+v", r.State, r.Undoable(), r.Steps[:2])
		}
		w.Set(func() { w.Before = nil })
		if _, err := n.Retry(t.Context(), r.ID, workflowtest.Ada, r.Rev); err != nil {
			t.Fatal(err)
		}
		r = w.Settle(n, r.ID, workflow.StateDone)
		if a := w.Apps[name]; len(a.Keys) != 1 || a.Keys[r.Made.KeyID].KeyID == "" {
			t.Errorf("the app has %v", a.Keys)
		}
	})
}

func TestWhetherTheAppIsGoneIsLookedAtAgainAtEachSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		head := w.HandedOver(n)
		w.IsDeleted(head.UniqueName())
		r, err := n.Recreate(t.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-recreate"))
		if err != nil {
			t.Fatal(err)
		}
		w.Set(func() {
			w.After = func(call string) error {
				if call == "alive" { // and the process ends
					*n.Off = true
				}
				return nil
			}
		})
		w.SignsInFor(n, r)
		n.Stop()
		w.After = nil
		n = w.Boot()
		defer n.Stop()
		workflowtest.Pass(time.Second)
		if _, err := w.Store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
			r.Steps.Get(workflow.StepGone).Status = workflow.StepDone
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		app := w.IsRestored(head.UniqueName())
		r = w.GoesOn(n.NewCode(t.Context(), r.ID, workflowtest.Ada))
		if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "is not deleted") || app.Keys["by-hand"].KeyID == "" {
			t.Errorf("it is %s: %s; the app has %v", r.State, r.Failure.Text, app.Keys)
		}
	})
}

func TestWhatARecreationHasBroughtBackCanBeUndone(t *testing.T) {
	for _, again := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			n := w.Boot()
			defer n.Stop()
			head := w.HandedOver(n)
			w.IsDeleted(head.UniqueName())
			if again {
				w.Set(func() { clear(w.Deleted) })
			}
			w.Set(func() {
				w.Before = func(call string) error {
					if call == "consent" {
						return &workflow.ServiceError{Code: "no", Text: "no"}
					}
					return nil
				}
			})
			r, err := n.Recreate(t.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-recreate"))
			if err != nil {
				t.Fatal(err)
			}
			r = w.SignsInFor(n, r)
			if r.State != workflow.StateFailed || !r.Undoable() || len(w.Apps) != 1 {
				t.Fatalf("it is %s; undo %v; %d apps", r.State, r.Undoable(), len(w.Apps))
			}
			w.GoesOn(n.Undo(t.Context(), r.ID, workflowtest.Ada))
			if r = w.Get(r.ID); r.State != workflow.StateUndone || len(w.Apps) != 0 {
				t.Errorf("it is %s, and there are %d apps", r.State, len(w.Apps))
			}
		})
	}
}

// Credentials of the service principal are removed at a restore. One that is there all the
// same came meanwhile, and is an alarm.
func TestACredentialOnTheServicePrincipalOfWhatWasRestoredIsAnAlarm(t *testing.T) {
	for _, byHand := range []int{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			w.Signer = workflowtest.AdaOfAzure()
			n := w.Boot()
			defer n.Stop()
			first, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.CertificateDraft("payroll"))
			if err != nil {
				t.Fatal(err)
			}
			head := w.Settle(n, first.ID, workflow.StateDone)
			w.IsDeleted(head.UniqueName())
			w.Set(func() { w.OnPrincipal = byHand })
			d := workflowtest.FollowUp("V-recreate")
			d.Credential, d.Certificate = plan.CredentialCertificate, head.Plan.Credential.Certificate.DER
			r, err := n.Recreate(t.Context(), workflowtest.Bea, head.ID, d)
			if err != nil {
				t.Fatal(err)
			}
			r = w.Settle(n, r.ID, map[int]workflow.State{0: workflow.StateDone, 1: workflow.StateFailed}[byHand])
			if alarm := r.Failure.Rule == workflow.RuleExcess && strings.Contains(r.Failure.Text,
				"client secret principal-0 of its service principal"); alarm != (byHand > 0) {
				t.Errorf("with %d it is %s: %+v", byHand, r.State, r.Failure)
			}
		})
	}
}

func TestAnAdoptedAppThatIsMadeAnewIsOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.ByHand(workflowtest.LegacyID, "HR", "OBJ-BEA")
		n := w.Boot()
		defer n.Stop()
		first, err := n.Submit(t.Context(), workflowtest.Bea, adoption("HR"))
		if err != nil {
			t.Fatal(err)
		}
		head := w.Settle(n, first.ID, workflow.StateDone)
		w.Set(func() { clear(w.Apps) }) // for good
		r, err := n.Recreate(t.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-recreate"))
		if err != nil {
			t.Fatal(err)
		}
		r = w.Settle(n, r.ID, workflow.StateDone)
		app := w.One()
		if r.Adopted() || r.Discovered.Read || len(r.Discovered.Federated) != 0 || r.AppName() != "HR" || app.DisplayName != "HR" ||
			r.Made.AppID == workflowtest.LegacyID {
			t.Errorf("it is %+v, found %+v, and the app %+v", r.Made, r.Discovered, app)
		}
		// What the old app trusted is an alarm now.
		w.Set(func() {
			app.Federated = []plan.FederatedIssuer{{Issuer: "https://ci.contoso.com", Subject: "x", Audience: "y"}}
		})
		change := workflowtest.FollowUp("V-update")
		change.RedirectURIs = slices.Concat(r.Plan.RedirectURIs, []string{"https://new.contoso.com"})
		u, err := n.Update(t.Context(), workflowtest.Bea, r.ID, change)
		if err != nil {
			t.Fatal(err)
		}
		if u = w.SignsInFor(n, u); u.State != workflow.StateFailed || u.Failure.Rule != workflow.RuleExcess {
			t.Errorf("it is %s: %s", u.State, u.Failure.Text)
		}
	})
}
