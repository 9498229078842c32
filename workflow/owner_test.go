package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// adopted is an app of another hand that Bea owns, and that is adopted.
func adopted(t *testing.T, w *workflowtest.World, n *workflowtest.Node) (head *workflow.Request, app *workflowtest.FakeApp) {
	t.Helper()
	app = w.ByHand(workflowtest.LegacyID, "HR", "OBJ-BEA")
	first, err := n.Submit(t.Context(), workflowtest.Bea, adoption("HR"))
	if err != nil {
		t.Fatal(err)
	}
	return w.Settle(n, first.ID, workflow.StateDone), app
}

// verbs ask for everything that can be asked for an app.
func verbs(t *testing.T, w *workflowtest.World, n *workflowtest.Node, by people.Person,
	head *workflow.Request) map[workflow.Kind]func() (*workflow.Request, error) {
	return map[workflow.Kind]func() (*workflow.Request, error){
		workflow.KindRenew: func() (*workflow.Request, error) {
			return n.Renew(t.Context(), by, head.ID, workflowtest.FollowUp("V-renew"))
		},
		workflow.KindUpdate: func() (*workflow.Request, error) {
			d := workflowtest.FollowUp("V-update")
			d.RedirectURIs = []string{"https://localhost", "https://new.contoso.com"}
			return n.Update(t.Context(), by, head.ID, d)
		},
		workflow.KindRetire: func() (*workflow.Request, error) {
			return n.Retire(t.Context(), by, head.ID, workflowtest.FollowUp("V-retire"))
		},
		workflow.KindRecreate: func() (*workflow.Request, error) {
			w.IsDeleted(workflowtest.LegacyID)
			return n.Recreate(t.Context(), by, head.ID, workflowtest.FollowUp("V-recreate"))
		},
	}
}

func TestWhoNoLongerOwnsAnAdoptedAppChangesNothingOfIt(t *testing.T) {
	for _, kind := range []workflow.Kind{workflow.KindRenew, workflow.KindUpdate, workflow.KindRetire, workflow.KindRecreate} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				head, app := adopted(t, w, n)
				w.Set(func() { app.Owners = []string{"OBJ-CARL"} }) // in the portal
				r, err := verbs(t, w, n, workflowtest.Bea, head)[kind]()
				if err != nil {
					t.Fatal(err)
				}
				w.Set(func() { w.Calls = nil })
				r = w.SignsInFor(n, r)
				var changes []string
				w.Set(func() { changes = w.Wrote() })
				if kind == workflow.KindRecreate { // who owns it can only be read of one that is there
					changes = set.Without(changes, []string{"restore", "strip"})
				}
				if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "bea@contoso.com does not own HR") ||
					len(changes) != 0 {
					t.Errorf("it is %s: %s; %v", r.State, r.Failure.Text, changes)
				}
				w.Set(func() { app.Owners = append(app.Owners, "OBJ-BEA") })
				want := map[workflow.Kind]workflow.State{workflow.KindRenew: workflow.StateOverlap,
					workflow.KindUpdate: workflow.StateDone, workflow.KindRetire: workflow.StateDone,
					workflow.KindRecreate: workflow.StateDone}[kind]
				if _, err := n.Retry(t.Context(), r.ID, workflowtest.Ada, r.Rev); err != nil {
					t.Fatal(err)
				}
				w.Settle(n, r.ID, want)
			})
		})
	}
}

func TestAnAdoptedAppThatIsGoneCanBeRetired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head, _ := adopted(t, w, n)
		w.IsDeleted(workflowtest.LegacyID)
		r, err := n.Retire(t.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.Settle(n, r.ID, workflow.StateDone); r.Steps.Get(workflow.StepOwned).Status != workflow.StepSkipped {
			t.Errorf("%+v", r.Steps)
		}
	})
}

// Zoe takes over when Bea and Tom have left: they are no owners any more, and she is one.
func TestWhoHasLeftOwnsNothingAfterATakeOver(t *testing.T) {
	for _, kind := range []workflow.Kind{workflow.KindRenew, workflow.KindUpdate} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				app := w.ByHand(workflowtest.LegacyID, "HR", "OBJ-BEA", "OBJ-CARL")
				n := w.Boot()
				defer n.Stop()
				d := adoption("HR")
				d.Owners = []people.Person{workflowtest.Tom}
				w.Set(func() {
					w.Signer.Owners = map[string][]workflow.Account{workflowtest.Tom.Email: {{ObjectID: "OBJ-TOM"}},
						workflowtest.Bea.Email: w.Signer.Requesters}
				})
				first, err := n.Submit(t.Context(), workflowtest.Bea, d)
				if err != nil {
					t.Fatal(err)
				}
				head := w.Settle(n, first.ID, workflow.StateDone)
				w.Set(func() {
					w.Left = []people.Person{workflowtest.Bea, workflowtest.Tom}
					zoes := []workflow.Account{{ObjectID: "OBJ-ZOE", UPN: "zoe@contoso.com"}}
					w.Signer.Requesters = zoes
					app.PrincipalOwners = []string{"OBJ-BEA", "OBJ-CARL"}
					w.Signer.Owners = map[string][]workflow.Account{workflowtest.Zoe.Email: zoes,
						workflowtest.Bea.Email: {{ObjectID: "OBJ-BEA"}},
						workflowtest.Tom.Email: {{ObjectID: "OBJ-TOM"}, {ObjectID: "OBJ-TOM2"}}}
				})
				r, err := verbs(t, w, n, workflowtest.Zoe, head)[kind]()
				if err != nil {
					t.Fatal(err)
				}
				if len(r.Plan.Owners) != 0 || len(r.Previous.Owners) != 2 {
					t.Errorf("the plan has the owners %v, and there were %v", r.Plan.Owners, r.Previous.Owners)
				}
				r = w.Settle(n, r.ID, map[workflow.Kind]workflow.State{workflow.KindRenew: workflow.StateReady,
					workflow.KindUpdate: workflow.StateDone}[kind])
				if s := r.Steps.Get(workflow.StepOwned); s == nil || s.Status != workflow.StepSkipped || !strings.Contains(s.Note,
					"an approver took over") {
					t.Errorf("the step is %+v", s)
				}
				slices.Sort(app.Owners)
				if !slices.Equal(app.Owners, []string{"OBJ-CARL", "OBJ-TOM", "OBJ-ZOE"}) {
					t.Errorf("its owners are %v", app.Owners)
				}
				if !slices.Equal(app.PrincipalOwners, []string{"OBJ-CARL"}) {
					t.Errorf("the owners of its service principal are %v", app.PrincipalOwners)
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
				w.Set(func() { app.Owners = []string{"OBJ-CARL"} })
				next, err := n.Retire(t.Context(), workflowtest.Zoe, r.ID, workflowtest.FollowUp("V-retire"))
				if err != nil {
					t.Fatal(err)
				}
				if next = w.SignsInFor(n, next); next.State != workflow.StateFailed ||
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
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				d := workflowtest.Draft("payroll")
				d.Owners = []people.Person{workflowtest.Tom}
				accounts := map[string][]workflow.Account{workflowtest.Bea.Email: {{ObjectID: "OBJ-BEA"}},
					workflowtest.Tom.Email: {{ObjectID: "OBJ-TOM"}}}
				w.Set(func() { w.Signer.Owners, w.Signer.Requesters = accounts, accounts[workflowtest.Bea.Email] })
				first, err := n.Submit(t.Context(), workflowtest.Bea, d)
				if err != nil {
					t.Fatal(err)
				}
				head := w.Settle(n, first.ID, workflow.StateDone)
				zoes := []workflow.Account{{ObjectID: "OBJ-ZOE", UPN: "zoe@contoso.com"}}
				accounts[workflowtest.Zoe.Email] = zoes
				refused := 0
				w.Set(func() {
					w.Left, w.Signer.Requesters = []people.Person{workflowtest.Bea, workflowtest.Tom}, zoes
					w.Before = func(call string) error {
						if call != "remove owner" || refused > 0 {
							return nil
						}
						refused++
						return &workflow.ServiceError{Code: "no", Text: "Entra said no."}
					}
				})
				r, err := verbs(t, w, n, workflowtest.Zoe, head)[kind]()
				if err != nil {
					t.Fatal(err)
				}
				r = w.Settle(n, r.ID, map[workflow.Kind]workflow.State{workflow.KindRenew: workflow.StateReady,
					workflow.KindUpdate: workflow.StateDone}[kind])
				if app := w.One(); refused != 1 || len(app.Owners) != 2 || !slices.Contains(app.Owners, "OBJ-ZOE") {
					t.Errorf("%d were refused, and its owners are %v", refused, app.Owners)
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
