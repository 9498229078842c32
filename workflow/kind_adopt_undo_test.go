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
)

func TestUndoOfAnAdoptionTakesBackScopesOwnersAndRolesInAzure(t *testing.T) {
	for _, fails := range []string{"api", "owner", "azure roles", "inspect"} {
		t.Run("that failed at "+fails, func(t *testing.T) {
			withThePowerCut(t, func(t *testing.T, p *power) {
				w := newWorld(t)
				n := w.boot()
				r, app := w.adoptsWidely(n)
				w.refusesAt(fails)
				if r = w.signsInFor(n, r); r.State != workflow.StateFailed {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				if fails == "inspect" && (len(app.Scopes) != 2 || len(app.owners) != 3 || len(app.azure) != 4 ||
					len(app.definitions) != 1) {
					t.Fatalf("it was given %v, %v, %v", app.Scopes, app.owners, app.azure)
				}
				w.refusesAt()
				p.on(w, n)
				if _, err := n.Undo(t.Context(), r.ID, ada); err != nil {
					t.Fatal(err)
				}
				w.settle(n, r.ID, workflow.StateUndone)
				n = p.back(n)
				r = w.settle(n, r.ID, workflow.StateUndone)
				n.stop()
				w.keeps(app)
				if len(app.Scopes) != 1 || app.Scopes[0].Name != "staff.read" ||
					!slices.Equal(app.owners, []string{"OBJ-BEA", "OBJ-ZOE"}) ||
					!slices.Equal(app.azure, []string{second + "/" + contributor.ID}) || len(app.definitions) > 0 {
					t.Errorf("it has %v, %v, %v, %v", app.Scopes, app.owners, app.azure, app.definitions)
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
	withThePowerCut(t, func(t *testing.T, p *power) {
		w := newWorld(t)
		n := w.boot()
		r, app := w.adoptsWidely(n)
		p.on(w, n)
		w.settle(n, r.ID, workflow.StateDone)
		n = p.back(n)
		r = w.settle(n, r.ID, workflow.StateDone)
		n.stop()
		if !slices.Equal(r.Discovered.Owners, []string{"OBJ-BEA", "OBJ-ZOE"}) || !slices.Equal(r.Made.Owners, []string{"OBJ-TOM"}) ||
			len(app.owners) != 3 {
			t.Errorf("found with %v, made owners %v, owned by %v", r.Discovered.Owners, r.Made.Owners, app.owners)
		}
	})
}

func TestWhatEntraDoesNotLetGoStaysAndIsNamed(t *testing.T) {
	for _, c := range []struct {
		refuses, says string
		stays         func(a *fakeApp) bool
	}{
		{"take back api", "the scopes that it exposes now (Entra said no)", func(a *fakeApp) bool { return len(a.Scopes) == 2 }},
		{"remove owner", "Tom as an owner (Entra said no)", func(a *fakeApp) bool { return slices.Contains(a.owners, "OBJ-TOM") }},
		{"take back azure roles", "the role Contributor in Azure (Entra said no); the role Backup operator in Azure",
			func(a *fakeApp) bool {
				return len(a.azure) == 4
			}},
	} {
		t.Run(c.refuses, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				r, app := w.adoptsWidely(n)
				r = w.failsAtTheEnd(n, r)
				w.refusesAt(c.refuses)
				r = w.goesOn(n.Undo(t.Context(), r.ID, ada))
				last := r.History[len(r.History)-1].Text
				if r.State != workflow.StateUndone || !c.stays(app) || !strings.Contains(last, c.says) || strings.Contains(last,
					"had before") {
					t.Errorf("it is %s: %s; %+v", r.State, last, app)
				}
				var gone int
				for _, is := range []bool{len(app.Scopes) == 1, len(app.owners) == 2, len(app.azure) == 1, len(app.thumbprints) == 1} {
					if is {
						gone++
					}
				}
				if gone != 3 {
					t.Errorf("the rest was not finished: %v, %v, %v, %v", app.Scopes, app.owners, app.azure, app.thumbprints)
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
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				r, app := w.halfUndone(n)
				r, err := w.store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
					r.Steps = slices.DeleteFunc(r.Steps, func(s workflow.Step) bool { return s.Name == workflow.StepUnassign })
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				w.set(func() {
					app.azure = []string{second + "/" + contributor.ID, subscription + "/" + contributor.ID}
					app.assigned = app.azure[1:]
					if !may {
						w.signer.Subscriptions = nil
					}
				})
				if got := len(workflow.AskFor(r).Subscriptions); got != 2 {
					t.Errorf("it asks for rights on %d subscriptions", got)
				}
				r = w.goesOn(n.Retry(t.Context(), r.ID, ada, r.Rev))
				switch {
				case !may && (r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || len(app.azure) != 2):
					t.Errorf("it is %s: %s; %v", r.State, r.Failure.Text, app.azure)
				case may && (r.State != workflow.StateUndone || !r.Steps.Done(workflow.StepUnassign) ||
					r.Steps[len(r.Steps)-1].Name != workflow.StepUndoAdoption ||
					!slices.Equal(app.azure, []string{second + "/" + contributor.ID})):
					t.Errorf("it is %s after %+v; %v", r.State, r.Steps, app.azure)
				}
			})
		})
	}
}

// Where the adoption failed before, each sign-in for its Undo is without Azure.
func TestAnUndoTakesNoRightsInAzureWhereNoRoleWasGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		r, app := w.adoptsWidely(n)
		w.refusesAt("api")
		r = w.signsInFor(n, r)
		w.set(func() { w.signer.Subscriptions = nil })
		w.refusesAt("trim")
		r = w.goesOn(n.Undo(t.Context(), r.ID, ada))
		w.refusesAt()
		if s := r.Steps.Get(workflow.StepUnassign); r.State != workflow.StateFailed || s == nil || s.Status != workflow.StepSkipped ||
			s.Note == "" ||
			workflow.AskFor(r).Subscriptions != nil {
			t.Fatalf("it is %s after %+v", r.State, r.Steps)
		}
		if r = w.goesOn(n.Retry(t.Context(), r.ID, ada, r.Rev)); r.State != workflow.StateUndone || len(app.azure) != 1 {
			t.Errorf("it is %s: %s; %v", r.State, r.Failure.Text, app.azure)
		}
	})
}

func TestTheLastOwnerStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		r, app := w.adoptsWidely(n)
		r = w.failsAtTheEnd(n, r)
		w.set(func() { app.owners = []string{"OBJ-TOM"} }) // the others were removed in the portal
		r = w.goesOn(n.Undo(t.Context(), r.ID, ada))
		if last := r.History[len(r.History)-1].Text; r.State != workflow.StateUndone || !slices.Equal(app.owners, []string{"OBJ-TOM"}) ||
			!strings.Contains(last, "Tom, who is its only owner now") {
			t.Errorf("it is %s: %s; %v", r.State, last, app.owners)
		}
	})
}

// An account that got somebody's e-mail address since is not the one that was added.
func TestOnlyTheAccountsThatWereAddedAreTakenFromTheOwners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		r, app := w.adoptsWidely(n)
		r = w.failsAtTheEnd(n, r)
		w.set(func() {
			app.owners = append(app.owners, "OBJ-OTHER")
			w.signer.Owners[tom.Email] = []workflow.Account{{ObjectID: "OBJ-OTHER"}}
		})
		if r = w.goesOn(n.Undo(t.Context(), r.ID, ada)); r.State != workflow.StateUndone ||
			!slices.Equal(app.owners, []string{"OBJ-BEA", "OBJ-ZOE", "OBJ-OTHER"}) {
			t.Errorf("it is %s, and owned by %v", r.State, app.owners)
		}
	})
}

// An adoption of an older version did not write down who the owners were.
func TestOwnersStayWhereItIsNotKnownWhoWasOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		r, app := w.adoptsWidely(n)
		w.refusesAt("owner")
		r = w.signsInFor(n, r)
		if _, err := w.store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
			r.Discovered.Owners, r.Made.Owners = nil, nil
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		w.refusesAt("inspect")
		r = w.goesOn(n.Retry(t.Context(), r.ID, ada, w.get(r.ID).Rev))
		w.refusesAt()
		r = w.goesOn(n.Undo(t.Context(), r.ID, ada))
		pass(time.Second)
		if last := r.History[len(r.History)-1].Text; r.State != workflow.StateUndone || !slices.Contains(app.owners, "OBJ-TOM") ||
			!strings.Contains(last, "its new owners") {
			t.Errorf("it is %s: %s; %v", r.State, last, app.owners)
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
		{"scopes of its own stay", true, false, false, "stays: the identifier URI api://" + legacyID +
			", by which its other scopes may be in use."},
		{"no scope was added", true, true, false, "stays: the identifier URI api://" + legacyID +
			", by which its other scopes may be in use."},
		{"no scope is left", true, false, true, "The app has what it had before."},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				r, app := w.adoptsWidely(n)
				w.set(func() {
					if app.anonymous = c.anonymous; c.had {
						app.Scopes = append(app.Scopes, r.Plan.Scopes...)
					}
				})
				r = w.failsAtTheEnd(n, r)
				if app.anonymous {
					t.Fatal("it was given no identifier URI")
				}
				w.set(func() {
					if c.loses {
						app.Scopes = set.Minus(app.Scopes, r.Previous.Scopes, plan.SameScope)
					}
				})
				r = w.goesOn(n.Undo(t.Context(), r.ID, ada))
				if last := r.History[len(r.History)-1].Text; r.State != workflow.StateUndone || !strings.Contains(last, c.says) ||
					app.anonymous != c.loses {
					t.Errorf("it is %s: %s; without a URI %v", r.State, last, app.anonymous)
				}
			})
		})
	}
}

// What the app asked for before is not dropped, though it was not granted.
func TestWhatAnAppAskedForBeforeIsKeptByAnUndo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		r, app := w.adoptsWidely(n)
		w.set(func() { app.required = []string{"graph/role/one"} })
		r = w.failsAtTheEnd(n, r)
		if r = w.goesOn(n.Undo(t.Context(), r.ID, ada)); r.State != workflow.StateUndone || !slices.Equal(app.Keeps,
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
