package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestUndoOfAnAdoptionTakesBackScopesOwnersAndRolesInAzure(t *testing.T) {
	for _, fails := range []string{"api", "owner", "azure roles", "inspect"} {
		t.Run("that failed at "+fails, func(t *testing.T) {
			workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
				w := workflowtest.New(t)
				n := w.Boot()
				r, app := w.AdoptsWidely(n)
				w.RefusesAt(fails)
				if r = w.SignsInFor(n, r); r.State != workflow.StateFailed {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				if fails == "inspect" && (len(app.Scopes) != 2 || len(app.Owners) != 3 || len(app.Azure) != 4 ||
					len(app.Definitions) != 1) {
					t.Fatalf("it was given %v, %v, %v", app.Scopes, app.Owners, app.Azure)
				}
				w.RefusesAt()
				p.On(w, n)
				if _, err := n.Undo(t.Context(), r.ID, workflowtest.Ada); err != nil {
					t.Fatal(err)
				}
				w.Settle(n, r.ID, workflow.StateUndone)
				n = p.Back(n)
				r = w.Settle(n, r.ID, workflow.StateUndone)
				n.Stop()
				w.Keeps(app)
				if len(app.Scopes) != 1 || app.Scopes[0].Name != "staff.read" ||
					!slices.Equal(app.Owners, []string{"OBJ-BEA", "OBJ-ZOE"}) ||
					!slices.Equal(app.Azure, []string{workflowtest.Second + "/" + workflowtest.Contributor.ID}) ||
					len(app.Definitions) > 0 {
					t.Errorf("it has %v, %v, %v, %v", app.Scopes, app.Owners, app.Azure, app.Definitions)
				}
				if last := r.History[len(r.History)-1].Text; !strings.Contains(last, "The app has what it had before") {
					t.Errorf("it ends with %q", last)
				}
			})
		})
	}
}

// Wherever an adoption was interrupted, it is known whom it has made owners, and who was one.
func TestItIsKnownWhomAnAdoptionHasMadeOwners(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		n := w.Boot()
		r, app := w.AdoptsWidely(n)
		p.On(w, n)
		w.Settle(n, r.ID, workflow.StateDone)
		n = p.Back(n)
		r = w.Settle(n, r.ID, workflow.StateDone)
		n.Stop()
		if !slices.Equal(r.Discovered.Owners, []string{"OBJ-BEA", "OBJ-ZOE"}) || !slices.Equal(r.Made.Owners, []string{"OBJ-TOM"}) ||
			len(app.Owners) != 3 {
			t.Errorf("found with %v, made owners %v, owned by %v", r.Discovered.Owners, r.Made.Owners, app.Owners)
		}
	})
}

func TestWhatEntraDoesNotLetGoStaysAndIsNamed(t *testing.T) {
	for _, c := range []struct {
		refuses, says string
		stays         func(a *workflowtest.FakeApp) bool
	}{
		{"take back api", "the scopes that it exposes now (Entra said no)",
			func(a *workflowtest.FakeApp) bool { return len(a.Scopes) == 2 }},
		{"remove owner", "Tom as an owner (Entra said no)", func(a *workflowtest.FakeApp) bool {
			return slices.Contains(a.Owners,
				"OBJ-TOM")
		}},
		{"take back azure roles", "the role Contributor in Azure (Entra said no); the role Backup operator in Azure",
			func(a *workflowtest.FakeApp) bool {
				return len(a.Azure) == 4
			}},
	} {
		t.Run(c.refuses, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				r, app := w.AdoptsWidely(n)
				r = w.FailsAtTheEnd(n, r)
				w.RefusesAt(c.refuses)
				r = w.GoesOn(n.Undo(t.Context(), r.ID, workflowtest.Ada))
				last := r.History[len(r.History)-1].Text
				if r.State != workflow.StateUndone || !c.stays(app) || !strings.Contains(last, c.says) || strings.Contains(last,
					"had before") {
					t.Errorf("it is %s: %s; %+v", r.State, last, app)
				}
				var gone int
				for _, is := range []bool{len(app.Scopes) == 1, len(app.Owners) == 2, len(app.Azure) == 1, len(app.Thumbprints) == 1} {
					if is {
						gone++
					}
				}
				if gone != 3 {
					t.Errorf("the rest was not finished: %v, %v, %v, %v", app.Scopes, app.Owners, app.Azure, app.Thumbprints)
				}
			})
		})
	}
}

// An older version of the bot knew no step that takes roles in Azure from an adopted app.
func TestAnUndoThatAnOlderVersionBeganTakesItsRolesInAzureAway(t *testing.T) {
	for _, may := range []bool{true, false} {
		t.Run(map[bool]string{true: "with rights there", false: "without rights there"}[may], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				r, app := w.HalfUndone(n)
				r, err := w.Store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
					r.Steps = slices.DeleteFunc(r.Steps, func(s workflow.Step) bool { return s.Name == workflow.StepUnassign })
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				w.Set(func() {
					app.Azure = []string{workflowtest.Second + "/" + workflowtest.Contributor.ID, workflowtest.Subscription + "/" +
						workflowtest.Contributor.ID}
					app.Assigned = app.Azure[1:]
					if !may {
						w.Signer.Subscriptions = nil
					}
				})
				if got := len(workflow.AskFor(r).Subscriptions); got != 2 {
					t.Errorf("it asks for rights on %d subscriptions", got)
				}
				r = w.GoesOn(n.Retry(t.Context(), r.ID, workflowtest.Ada, r.Rev))
				switch {
				case !may && (r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || len(app.Azure) != 2):
					t.Errorf("it is %s: %s; %v", r.State, r.Failure.Text, app.Azure)
				case may && (r.State != workflow.StateUndone || !r.Steps.Done(workflow.StepUnassign) ||
					r.Steps[len(r.Steps)-1].Name != workflow.StepUndoAdoption ||
					!slices.Equal(app.Azure, []string{workflowtest.Second + "/" + workflowtest.Contributor.ID})):
					t.Errorf("it is %s after %+v; %v", r.State, r.Steps, app.Azure)
				}
			})
		})
	}
}

// Where the adoption failed before, each sign-in for its Undo is without Azure.
func TestAnUndoTakesNoRightsInAzureWhereNoRoleWasGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r, app := w.AdoptsWidely(n)
		w.RefusesAt("api")
		r = w.SignsInFor(n, r)
		w.Set(func() { w.Signer.Subscriptions = nil })
		w.RefusesAt("trim")
		r = w.GoesOn(n.Undo(t.Context(), r.ID, workflowtest.Ada))
		w.RefusesAt()
		if s := r.Steps.Get(workflow.StepUnassign); r.State != workflow.StateFailed || s == nil || s.Status != workflow.StepSkipped ||
			s.Note == "" ||
			workflow.AskFor(r).Subscriptions != nil {
			t.Fatalf("it is %s after %+v", r.State, r.Steps)
		}
		if r = w.GoesOn(n.Retry(t.Context(), r.ID, workflowtest.Ada, r.Rev)); r.State != workflow.StateUndone || len(app.Azure) != 1 {
			t.Errorf("it is %s: %s; %v", r.State, r.Failure.Text, app.Azure)
		}
	})
}

func TestTheLastOwnerStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r, app := w.AdoptsWidely(n)
		r = w.FailsAtTheEnd(n, r)
		w.Set(func() { app.Owners = []string{"OBJ-TOM"} }) // the others were removed in the portal
		r = w.GoesOn(n.Undo(t.Context(), r.ID, workflowtest.Ada))
		if last := r.History[len(r.History)-1].Text; r.State != workflow.StateUndone || !slices.Equal(app.Owners, []string{"OBJ-TOM"}) ||
			!strings.Contains(last, "Tom, who is its only owner now") {
			t.Errorf("it is %s: %s; %v", r.State, last, app.Owners)
		}
	})
}

// An account that got somebody's e-mail address since is not the one that was added.
func TestOnlyTheAccountsThatWereAddedAreTakenFromTheOwners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r, app := w.AdoptsWidely(n)
		r = w.FailsAtTheEnd(n, r)
		w.Set(func() {
			app.Owners = append(app.Owners, "OBJ-OTHER")
			w.Signer.Owners[workflowtest.Tom.Email] = []workflow.Account{{ObjectID: "OBJ-OTHER"}}
		})
		if r = w.GoesOn(n.Undo(t.Context(), r.ID, workflowtest.Ada)); r.State != workflow.StateUndone ||
			!slices.Equal(app.Owners, []string{"OBJ-BEA", "OBJ-ZOE", "OBJ-OTHER"}) {
			t.Errorf("it is %s, and owned by %v", r.State, app.Owners)
		}
	})
}

// An adoption of an older version did not record who the owners were.
func TestOwnersStayWhereItIsNotKnownWhoWasOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r, app := w.AdoptsWidely(n)
		w.RefusesAt("owner")
		r = w.SignsInFor(n, r)
		if _, err := w.Store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
			r.Discovered.Owners, r.Made.Owners = nil, nil
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		w.RefusesAt("inspect")
		r = w.GoesOn(n.Retry(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev))
		w.RefusesAt()
		r = w.GoesOn(n.Undo(t.Context(), r.ID, workflowtest.Ada))
		workflowtest.Pass(time.Second)
		if last := r.History[len(r.History)-1].Text; r.State != workflow.StateUndone || !slices.Contains(app.Owners, "OBJ-TOM") ||
			!strings.Contains(last, "its new owners") {
			t.Errorf("it is %s: %s; %v", r.State, last, app.Owners)
		}
	})
}

// Others may call the app's scopes by a URI that an adoption has added, and it is named.
func TestTheIdentifierURIThatAnAdoptionAddedGoesOrIsNamed(t *testing.T) {
	for _, c := range []struct {
		name      string
		anonymous bool // before
		had       bool // the scope of the plan
		loses     bool // the app has no scope of its own by then
		says      string
	}{
		{"it was there", false, false, false, "The app has what it had before."},
		{"scopes of its own stay", true, false, false, "stays: the identifier URI api://" + workflowtest.LegacyID +
			", by which its other scopes may be in use."},
		{"no scope was added", true, true, false, "stays: the identifier URI api://" + workflowtest.LegacyID +
			", by which its other scopes may be in use."},
		{"no scope is left", true, false, true, "The app has what it had before."},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				r, app := w.AdoptsWidely(n)
				w.Set(func() {
					if app.Anonymous = c.anonymous; c.had {
						app.Scopes = append(app.Scopes, r.Plan.Scopes...)
					}
				})
				r = w.FailsAtTheEnd(n, r)
				if app.Anonymous {
					t.Fatal("it was given no identifier URI")
				}
				w.Set(func() {
					if c.loses {
						app.Scopes = set.Minus(app.Scopes, r.Previous.Scopes, plan.SameScope)
					}
				})
				r = w.GoesOn(n.Undo(t.Context(), r.ID, workflowtest.Ada))
				if last := r.History[len(r.History)-1].Text; r.State != workflow.StateUndone || !strings.Contains(last, c.says) ||
					app.Anonymous != c.loses {
					t.Errorf("it is %s: %s; without a URI %v", r.State, last, app.Anonymous)
				}
			})
		})
	}
}

// What the app asked for before is not dropped, though it was not granted.
func TestWhatAnAppAskedForBeforeIsKeptByAnUndo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r, app := w.AdoptsWidely(n)
		w.Set(func() { app.Required = []string{"graph/role/one"} })
		r = w.FailsAtTheEnd(n, r)
		if r = w.GoesOn(n.Undo(t.Context(), r.ID, workflowtest.Ada)); r.State != workflow.StateUndone || !slices.Equal(app.Keeps,
			[]string{"graph/role/one"}) {
			t.Errorf("it is %s, and the app was to keep %v", r.State, app.Keeps)
		}
	})
}

func TestClientsThatWereAddedToAScopeGoFromIt(t *testing.T) {
	r := &workflow.Request{Kind: workflow.KindAdopt,
		Previous: plan.Plan{Scopes: []plan.Scope{{Name: "read", PreAuthorized: []string{"AAAA"}}, {Name: "write"}}},
		Plan:     plan.Plan{Scopes: []plan.Scope{{Name: "read", PreAuthorized: []string{"aaaa", "bbbb"}}, {Name: "write"}, {Name: "new"}}}}
	got := workflow.AddedScopes(r)
	if len(got) != 2 || got[0].Name != "read" || !slices.Equal(got[0].PreAuthorized, []string{"bbbb"}) || got[1].Name != "new" {
		t.Errorf("it has added %+v", got)
	}
}
