package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// recreation is a request that has seen that the app is gone, and has not restored it.
func recreation(t *testing.T, w *world, n *node, restore func() error) (r *workflow.Request, name string) {
	t.Helper()
	head := w.handedOver(n)
	name = head.UniqueName()
	w.isDeleted(name)
	r, err := n.Recreate(t.Context(), bea, head.ID, d2("V-recreate"))
	if err != nil {
		t.Fatal(err)
	}
	w.set(func() {
		w.before = func(call string) error {
			if call == "restore" {
				return restore()
			}
			return nil
		}
	})
	return w.signsInFor(n, r), name
}

func TestAnAppThatSomebodyElseHasRestoredIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		r, name := recreation(t, w, n, func() error { return &workflow.ServiceError{Code: "no", Text: "no"} })
		if r.State != workflow.StateFailed || r.Undoable() || !r.CanGiveUp() || r.Steps.Get(workflow.StepGone).Status != workflow.StepDue {
			t.Fatalf("it is %s; undo %v; %+v", r.State, r.Undoable(), r.Steps[:2])
		}
		if _, err := n.Undo(t.Context(), r.ID, ada); refusedBy(err) != workflow.RuleWrongState {
			t.Errorf("an undo is answered with %v", err)
		}
		app := w.isRestored(name)
		w.set(func() { w.before = nil })
		pass(workflow.Youth) // before, it may be listed though it is gone
		r = w.goesOn(n.Retry(t.Context(), r.ID, ada, w.get(r.ID).Rev))
		if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "is not deleted") || app.keys["by-hand"].KeyID == "" ||
			w.apps[name] == nil {
			t.Errorf("it is %s: %s; the app has %v", r.State, r.Failure.Text, app.keys)
		}
	})
}

func TestARestoreWhoseAnswerWasLostIsGoneOnWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		var name string
		r, _ := recreation(t, w, n, func() error {
			for of, a := range w.deleted { // it is done, and nobody knows
				w.apps[of], name = a, of
				delete(w.deleted, of)
			}
			return &workflow.ServiceError{Code: "no", Text: "no"}
		})
		if r.State != workflow.StateFailed || r.Undoable() || r.Steps.Get(workflow.StepGone).Status != workflow.StepDone {
			t.Fatalf("it is %s; undo %v; %+v", r.State, r.Undoable(), r.Steps[:2])
		}
		w.set(func() { w.before = nil })
		if _, err := n.Retry(t.Context(), r.ID, ada, r.Rev); err != nil {
			t.Fatal(err)
		}
		r = w.settle(n, r.ID, workflow.StateDone)
		if a := w.apps[name]; len(a.keys) != 1 || a.keys[r.Made.KeyID].KeyID == "" {
			t.Errorf("the app has %v", a.keys)
		}
	})
}

func TestWhetherTheAppIsGoneIsLookedAtAgainAtEachSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		head := w.handedOver(n)
		w.isDeleted(head.UniqueName())
		r, err := n.Recreate(t.Context(), bea, head.ID, d2("V-recreate"))
		if err != nil {
			t.Fatal(err)
		}
		w.set(func() {
			w.after = func(call string) error {
				if call == "alive" { // and the process ends
					*n.off = true
				}
				return nil
			}
		})
		w.signsInFor(n, r)
		n.stop()
		w.after = nil
		n = w.boot()
		defer n.stop()
		pass(time.Second)
		if _, err := w.store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
			r.Steps.Get(workflow.StepGone).Status = workflow.StepDone
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		app := w.isRestored(head.UniqueName())
		r = w.goesOn(n.NewCode(t.Context(), r.ID, ada))
		if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "is not deleted") || app.keys["by-hand"].KeyID == "" {
			t.Errorf("it is %s: %s; the app has %v", r.State, r.Failure.Text, app.keys)
		}
	})
}

func TestWhatARecreationHasBroughtBackCanBeUndone(t *testing.T) {
	for _, anew := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			n := w.boot()
			defer n.stop()
			head := w.handedOver(n)
			w.isDeleted(head.UniqueName())
			if anew {
				w.set(func() { clear(w.deleted) })
			}
			w.set(func() {
				w.before = func(call string) error {
					if call == "consent" {
						return &workflow.ServiceError{Code: "no", Text: "no"}
					}
					return nil
				}
			})
			r, err := n.Recreate(t.Context(), bea, head.ID, d2("V-recreate"))
			if err != nil {
				t.Fatal(err)
			}
			r = w.signsInFor(n, r)
			if r.State != workflow.StateFailed || !r.Undoable() || len(w.apps) != 1 {
				t.Fatalf("it is %s; undo %v; %d apps", r.State, r.Undoable(), len(w.apps))
			}
			w.goesOn(n.Undo(t.Context(), r.ID, ada))
			if r = w.get(r.ID); r.State != workflow.StateUndone || len(w.apps) != 0 {
				t.Errorf("it is %s, and there are %d apps", r.State, len(w.apps))
			}
		})
	}
}

// Credentials of the service principal are removed at a restore. One that is there all the
// same came meanwhile, and is an alarm.
func TestACredentialOnTheServicePrincipalOfWhatWasRestoredIsAnAlarm(t *testing.T) {
	for _, byHand := range []int{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.signer = adaOfAzure()
			n := w.boot()
			defer n.stop()
			first, err := n.Submit(t.Context(), bea, certificateDraft("payroll"))
			if err != nil {
				t.Fatal(err)
			}
			head := w.settle(n, first.ID, workflow.StateDone)
			w.isDeleted(head.UniqueName())
			w.set(func() { w.onPrincipal = byHand })
			d := d2("V-recreate")
			d.Credential, d.Certificate = plan.CredentialCertificate, head.Plan.Credential.Certificate.DER
			r, err := n.Recreate(t.Context(), bea, head.ID, d)
			if err != nil {
				t.Fatal(err)
			}
			r = w.settle(n, r.ID, map[int]workflow.State{0: workflow.StateDone, 1: workflow.StateFailed}[byHand])
			if alarm := r.Failure.Rule == workflow.RuleExcess && strings.Contains(r.Failure.Text,
				"credentials of its service principal: 1"); alarm != (byHand > 0) {
				t.Errorf("with %d it is %s: %+v", byHand, r.State, r.Failure)
			}
		})
	}
}

func TestAnAdoptedAppThatIsMadeAnewIsOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.byHand(legacyID, "HR", "OBJ-BEA")
		n := w.boot()
		defer n.stop()
		first, err := n.Submit(t.Context(), bea, adoption("HR"))
		if err != nil {
			t.Fatal(err)
		}
		head := w.settle(n, first.ID, workflow.StateDone)
		w.set(func() { clear(w.apps) }) // for good
		r, err := n.Recreate(t.Context(), bea, head.ID, d2("V-recreate"))
		if err != nil {
			t.Fatal(err)
		}
		r = w.settle(n, r.ID, workflow.StateDone)
		app := w.one()
		if r.Adopted() || r.Discovered.Read || len(r.Discovered.Federated) != 0 || r.AppName() != "HR" || app.DisplayName != "HR" ||
			r.Made.AppID == legacyID {
			t.Errorf("it is %+v, found %+v, and the app %+v", r.Made, r.Discovered, app)
		}
		// What the old app trusted is an alarm now.
		w.set(func() {
			app.federated = []plan.FederatedIssuer{{Issuer: "https://ci.contoso.com", Subject: "x", Audience: "y"}}
		})
		change := d2("V-update")
		change.RedirectURIs = slices.Concat(r.Plan.RedirectURIs, []string{"https://new.contoso.com"})
		u, err := n.Update(t.Context(), bea, r.ID, change)
		if err != nil {
			t.Fatal(err)
		}
		if u = w.signsInFor(n, u); u.State != workflow.StateFailed || u.Failure.Rule != workflow.RuleExcess {
			t.Errorf("it is %s: %s", u.State, u.Failure.Text)
		}
	})
}
