package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/set"
)

// adopted is an app of another hand that Bea owns, and that is adopted.
func adopted(t *testing.T, w *world, n *node) (head *workflow.Request, app *fakeApp) {
	t.Helper()
	app = w.byHand(legacyID, "HR", "OBJ-BEA")
	first, err := n.Submit(t.Context(), bea, adoption("HR"))
	if err != nil {
		t.Fatal(err)
	}
	return w.settle(n, first.ID, workflow.StateDone), app
}

// verbs ask for everything that can be asked for an app.
func verbs(t *testing.T, w *world, n *node, by people.Person, head *workflow.Request) map[workflow.Kind]func() (*workflow.Request, error) {
	return map[workflow.Kind]func() (*workflow.Request, error){
		workflow.KindRenew: func() (*workflow.Request, error) { return n.Renew(t.Context(), by, head.ID, d2("V-renew")) },
		workflow.KindUpdate: func() (*workflow.Request, error) {
			d := d2("V-update")
			d.RedirectURIs = []string{"https://localhost", "https://new.contoso.com"}
			return n.Update(t.Context(), by, head.ID, d)
		},
		workflow.KindRetire: func() (*workflow.Request, error) { return n.Retire(t.Context(), by, head.ID, d2("V-retire")) },
		workflow.KindRecreate: func() (*workflow.Request, error) {
			w.isDeleted(legacyID)
			return n.Recreate(t.Context(), by, head.ID, d2("V-recreate"))
		},
	}
}

func TestWhoNoLongerOwnsAnAdoptedAppChangesNothingOfIt(t *testing.T) {
	for _, kind := range []workflow.Kind{workflow.KindRenew, workflow.KindUpdate, workflow.KindRetire, workflow.KindRecreate} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				head, app := adopted(t, w, n)
				w.set(func() { app.owners = []string{"OBJ-CARL"} }) // in the portal
				r, err := verbs(t, w, n, bea, head)[kind]()
				if err != nil {
					t.Fatal(err)
				}
				w.set(func() { w.calls = nil })
				r = w.signsInFor(n, r)
				var changes []string
				w.set(func() { changes = w.wrote() })
				if kind == workflow.KindRecreate { // who owns it can only be read of one that is there
					changes = set.Without(changes, []string{"restore", "strip"})
				}
				if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "bea@contoso.com does not own HR") ||
					len(changes) != 0 {
					t.Errorf("it is %s: %s; %v", r.State, r.Failure.Text, changes)
				}
				w.set(func() { app.owners = append(app.owners, "OBJ-BEA") })
				want := map[workflow.Kind]workflow.State{workflow.KindRenew: workflow.StateOverlap,
					workflow.KindUpdate: workflow.StateDone, workflow.KindRetire: workflow.StateDone,
					workflow.KindRecreate: workflow.StateDone}[kind]
				if _, err := n.Retry(t.Context(), r.ID, ada, r.Rev); err != nil {
					t.Fatal(err)
				}
				w.settle(n, r.ID, want)
			})
		})
	}
}

func TestAnAdoptedAppThatIsGoneCanBeRetired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head, _ := adopted(t, w, n)
		w.isDeleted(legacyID)
		r, err := n.Retire(t.Context(), bea, head.ID, d2("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.settle(n, r.ID, workflow.StateDone); r.Steps.Get(workflow.StepOwned).Status != workflow.StepSkipped {
			t.Errorf("%+v", r.Steps)
		}
	})
}

// Zoe takes over when Bea and Tom have left: they are no owners any more, and she is one.
func TestWhoHasLeftOwnsNothingAfterATakeOver(t *testing.T) {
	for _, kind := range []workflow.Kind{workflow.KindRenew, workflow.KindUpdate} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				app := w.byHand(legacyID, "HR", "OBJ-BEA", "OBJ-CARL")
				n := w.boot()
				defer n.stop()
				d := adoption("HR")
				d.Owners = []people.Person{tom}
				w.set(func() {
					w.signer.Owners = map[string][]workflow.Account{tom.Email: {{ObjectID: "OBJ-TOM"}}, bea.Email: w.signer.Requesters}
				})
				first, err := n.Submit(t.Context(), bea, d)
				if err != nil {
					t.Fatal(err)
				}
				head := w.settle(n, first.ID, workflow.StateDone)
				w.set(func() {
					w.left = []people.Person{bea, tom}
					zoes := []workflow.Account{{ObjectID: "OBJ-ZOE", UPN: "zoe@contoso.com"}}
					w.signer.Requesters = zoes
					app.principalOwners = []string{"OBJ-BEA", "OBJ-CARL"}
					w.signer.Owners = map[string][]workflow.Account{zoe.Email: zoes, bea.Email: {{ObjectID: "OBJ-BEA"}},
						tom.Email: {{ObjectID: "OBJ-TOM"}, {ObjectID: "OBJ-TOM2"}}}
				})
				r, err := verbs(t, w, n, zoe, head)[kind]()
				if err != nil {
					t.Fatal(err)
				}
				if len(r.Plan.Owners) != 0 || len(r.Previous.Owners) != 2 {
					t.Errorf("the plan has the owners %v, and there were %v", r.Plan.Owners, r.Previous.Owners)
				}
				r = w.settle(n, r.ID, map[workflow.Kind]workflow.State{workflow.KindRenew: workflow.StateReady,
					workflow.KindUpdate: workflow.StateDone}[kind])
				if s := r.Steps.Get(workflow.StepOwned); s == nil || s.Status != workflow.StepSkipped || !strings.Contains(s.Note,
					"an approver took over") {
					t.Errorf("the step is %+v", s)
				}
				slices.Sort(app.owners)
				if !slices.Equal(app.owners, []string{"OBJ-CARL", "OBJ-TOM", "OBJ-ZOE"}) {
					t.Errorf("its owners are %v", app.owners)
				}
				if !slices.Equal(app.principalOwners, []string{"OBJ-CARL"}) {
					t.Errorf("the owners of its service principal are %v", app.principalOwners)
				}
				step := map[workflow.Kind]workflow.StepName{workflow.KindRenew: workflow.StepOwner,
					workflow.KindUpdate: workflow.StepTrim}[kind]
				if note := r.Steps.Get(step).Note; !strings.Contains(note,
					"more than one account has the e-mail address of Tom, so one of them may still be an owner") {
					t.Errorf("the step says: %s", note)
				}
				if kind == workflow.KindRenew { // it is hers now, as any app of its owner
					return
				}
				w.set(func() { app.owners = []string{"OBJ-CARL"} })
				next, err := n.Retire(t.Context(), zoe, r.ID, d2("V-retire"))
				if err != nil {
					t.Fatal(err)
				}
				if next = w.signsInFor(n, next); next.State != workflow.StateFailed ||
					!strings.Contains(next.Failure.Text, "zoe@contoso.com does not own HR") {
					t.Errorf("the next is %s: %s", next.State, next.Failure.Text)
				}
			})
		})
	}
}

// An owner whom Entra does not remove is a note, and keeps no other from being removed.
func TestAnOwnerWhoIsNotRemovedFailsNothing(t *testing.T) {
	for _, kind := range []workflow.Kind{workflow.KindRenew, workflow.KindUpdate} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				d := draft("payroll")
				d.Owners = []people.Person{tom}
				accounts := map[string][]workflow.Account{bea.Email: {{ObjectID: "OBJ-BEA"}}, tom.Email: {{ObjectID: "OBJ-TOM"}}}
				w.set(func() { w.signer.Owners, w.signer.Requesters = accounts, accounts[bea.Email] })
				first, err := n.Submit(t.Context(), bea, d)
				if err != nil {
					t.Fatal(err)
				}
				head := w.settle(n, first.ID, workflow.StateDone)
				zoes := []workflow.Account{{ObjectID: "OBJ-ZOE", UPN: "zoe@contoso.com"}}
				accounts[zoe.Email] = zoes
				refused := 0
				w.set(func() {
					w.left, w.signer.Requesters = []people.Person{bea, tom}, zoes
					w.before = func(call string) error {
						if call != "remove owner" || refused > 0 {
							return nil
						}
						refused++
						return &workflow.ServiceError{Code: "no", Text: "Entra said no."}
					}
				})
				r, err := verbs(t, w, n, zoe, head)[kind]()
				if err != nil {
					t.Fatal(err)
				}
				r = w.settle(n, r.ID, map[workflow.Kind]workflow.State{workflow.KindRenew: workflow.StateReady,
					workflow.KindUpdate: workflow.StateDone}[kind])
				if app := w.one(); refused != 1 || len(app.owners) != 2 || !slices.Contains(app.owners, "OBJ-ZOE") {
					t.Errorf("%d were refused, and its owners are %v", refused, app.owners)
				}
				step := map[workflow.Kind]workflow.StepName{workflow.KindRenew: workflow.StepOwner,
					workflow.KindUpdate: workflow.StepTrim}[kind]
				if note := r.Steps.Get(step).Note; !strings.Contains(note,
					"stays an owner until an application administrator removes them in Entra, under App registrations › Owners (Entra "+
						"said no)") {
					t.Errorf("the step says: %s", note)
				}
			})
		})
	}
}
