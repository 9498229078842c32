package graphops

import (
	"slices"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

const (
	azureCLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
	teams    = "1fec8e78-bce4-4aaf-ab1b-5451cc387264"
)

func TestWhatAnAdoptionExposedIsTakenBack(t *testing.T) {
	for name, knobs := range map[string]func(*entratest.Knobs){
		"as it should be": func(*entratest.Knobs) {}, "with answers lost": func(k *entratest.Knobs) {
			k.AnswerLost = true
		}, "throttled": func(k *entratest.Knobs) { k.ThrottleEach = true },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.session("ada", all...)
			m := w.legacy(s, "legacy")
			before, _ := w.t.Application(m.AppID)
			own := plan.Permission{Resource: "This application", ResourceAppID: plan.Self, Name: "staff.write",
				Type: catalog.Delegated}
			a := app("adopted", own)
			a.ObjectID, a.AppID, a.Merge = m.ObjectID, m.AppID, true
			a.Scopes = []plan.Scope{{Name: "staff.write", AdminsOnly: true, Title: "Write staff", Words: "Writes staff.",
				PreAuthorized: []string{azureCLI, teams}},
				{Name: "staff.read", Title: "Read staff", Words: "Reads staff.", PreAuthorized: []string{teams}}}
			w.t.Change(knobs)
			if err := w.patiently(func() error { return s.ExposeScopes(t.Context(), m.ObjectID, m.AppID, a) }); err != nil {
				t.Fatal(err)
			}
			if got, _ := w.t.Application(m.AppID); len(got.Exposed) != 2 || len(got.PreAuthorized) == len(before.PreAuthorized) ||
				len(got.Requested) != len(before.Requested)+1 {
				t.Fatalf("it was given %+v", got)
			}
			for range 2 { // a repeat is no mistake
				if err := w.patiently(func() error {
					stay, err := s.RemoveScopes(t.Context(), m.ObjectID, m.AppID, a, true)
					if err == nil && !slices.Equal(stay, []string{"api://" + m.AppID}) { // for the scope that was there
						t.Errorf("%q stay", stay)
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
				got, _ := w.t.Application(m.AppID)
				if !slices.Equal(got.Exposed, before.Exposed) || !slices.Equal(got.PreAuthorized, before.PreAuthorized) ||
					!slices.Equal(got.Requested, before.Requested) || !slices.Equal(got.IdentifierURIs, before.IdentifierURIs) {
					t.Errorf("it was %+v\nand is %+v", before, got)
				}
			}
		})
	}
}

// A permission on a scope that was there follows from no ID of ours, but from its name.
func TestWhatAnAdoptionAskedOfScopesThatWereThereIsTakenBack(t *testing.T) {
	own := plan.Permission{Resource: "This application", ResourceAppID: plan.Self, Name: "staff.read", Type: catalog.Delegated}
	for name, asked := range map[string][]plan.Permission{"that were not asked for": {},
		"but for those that were asked for": {own, readDirectory}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.session("ada", all...)
			m := w.legacy(s, "legacy")
			a := app("legacy", asked...)
			a.ObjectID, a.AppID, a.Merge = m.ObjectID, m.AppID, true
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			add := func() {
				_, _, err := s.EnsureApplication(t.Context(), a)
				must(err)
				must(w.patiently(func() error { return s.ExposeScopes(t.Context(), m.ObjectID, m.AppID, a) }))
			}
			add()
			before, _ := w.t.Application(m.AppID)
			_, found, _, err := s.ReadApplication(t.Context(), m, plan.Plan{})
			must(err)
			a.Permissions = []plan.Permission{own, readDirectory, fullAccess}
			a.Scopes = []plan.Scope{{Name: "staff.read", Title: "Read staff", Words: "Reads staff."}}
			add()
			if got, _ := w.t.Application(m.AppID); len(got.Requested) != len(before.Requested)+3-len(asked) {
				t.Fatalf("it asked for %v\nand asks for %v", before.Requested, got.Requested)
			}
			a.Permissions, a.Drops.Permissions, a.Keeps = nil, a.Permissions, found.Required
			for range 2 { // a repeat is no mistake
				_, _, err = s.EnsureApplication(t.Context(), a)
				must(err)
				if got, _ := w.t.Application(m.AppID); !slices.Equal(got.Requested, before.Requested) {
					t.Errorf("it asked for %v\nand asks for %v", before.Requested, got.Requested)
				}
			}
		})
	}
}

// One that exposed nothing has no identifier URI either when it is undone, if it had none.
func TestTheIdentifierURIGoesWhereTheAdoptionBroughtIt(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	objectID, appID, _ := w.made(s, app("plain"))
	m := workflow.Made{ObjectID: objectID, AppID: appID}
	_, found, _, err := s.ReadApplication(t.Context(), m, plan.Plan{})
	if err != nil || !found.NoIdentifierURI {
		t.Fatalf("it was found with %+v, %v", found, err)
	}
	a := app("adopted")
	a.ObjectID, a.AppID, a.Merge = objectID, appID, true
	a.Scopes = []plan.Scope{{Name: "staff.write", Title: "Write staff", Words: "Writes staff."}}
	for _, uri := range []bool{false, true} {
		if err := s.ExposeScopes(t.Context(), objectID, appID, a); err != nil {
			t.Fatal(err)
		}
		if _, found, _, err := s.ReadApplication(t.Context(), m, plan.Plan{}); err != nil || found.NoIdentifierURI {
			t.Errorf("with a URI it is found with %+v, %v", found, err)
		}
		if stay, err := s.RemoveScopes(t.Context(), objectID, appID, a, uri); err != nil || stay != nil {
			t.Fatal(stay, err)
		}
		if got, _ := w.t.Application(appID); len(got.Exposed) != 0 || len(got.IdentifierURIs) > 0 == uri {
			t.Errorf("with %v it has %v and %v", uri, got.Exposed, got.IdentifierURIs)
		}
	}
}
