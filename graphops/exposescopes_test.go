package graphops

import (
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/plan"
)

func scope(name string, adminsOnly bool, clients ...string) plan.Scope {
	return plan.Scope{Name: name, AdminsOnly: adminsOnly, Title: name, Words: "words", PreAuthorized: clients}
}

func TestScopesThatChangeOrGoAreDisabledFirst(t *testing.T) {
	const client, other = "9b1f7d2e-9f43-4f6e-a0f5-2f1d33c1c001", "8b1f7d2e-9f43-4f6e-a0f5-2f1d33c1c001"
	before := []plan.Scope{scope("stays", true, client), scope("changes", true, client, other), scope("goes", true, other)}
	for name, c := range map[string]struct {
		after []plan.Scope
		calls int // that write
	}{
		"nothing":          {before, 0},
		"one is added":     {append(before[:3:3], scope("new", true)), 1},
		"one changes":      {[]plan.Scope{before[0], scope("changes", false, client), before[2]}, 2},
		"one goes":         {before[:2], 2},
		"one of each kind": {[]plan.Scope{before[0], scope("changes", false), scope("new", true, client)}, 3},
		"all go":           {nil, 2},
	} {
		for what, knobs := range map[string]func(*entratest.Knobs){"": func(*entratest.Knobs) {},
			", answers are lost": func(k *entratest.Knobs) {
				k.AnswerLost = true
			}} {
			t.Run(name+what, func(t *testing.T) {
				w := newWorld(t)
				s := w.session("ada")
				a := app("api")
				a.Scopes = before
				objectID, appID, _ := w.made(s, a)
				if err := w.saw(s.ExposeScopes(t.Context(), objectID, appID, a)); err != nil {
					t.Fatal(err)
				}
				w.t.Change(knobs)
				began := w.count("updateApplication")
				a.ObjectID, a.AppID, a.Scopes = objectID, appID, c.after
				if err := w.patiently(func() error { return s.ExposeScopes(t.Context(), objectID, appID, a) }); err != nil {
					t.Fatal(err)
				}
				if n := w.count("updateApplication") - began; what == "" && n != c.calls {
					t.Errorf("written %d times, want %d", n, c.calls)
				}
				has := map[string]bool{}
				allowed := map[string]bool{}
				for _, made := range w.t.Applications() {
					if made.AppID == appID {
						for _, c := range made.PreAuthorized {
							allowed[c] = true
						}
						for _, sc := range made.Exposed {
							has[sc.Value] = sc.Admin
							if !sc.Enabled {
								t.Errorf("%s is disabled", sc.Value)
							}
						}
					}
				}
				for _, sc := range c.after {
					if admins, there := has[sc.Name]; !there || admins != sc.AdminsOnly {
						t.Errorf("%s: there %v, for admins only %v", sc.Name, there, admins)
					}
					for _, c := range sc.PreAuthorized {
						if !allowed[c] {
							t.Errorf("%s needs consent for %s", c, sc.Name)
						}
					}
					delete(has, sc.Name)
				}
				if len(has) > 0 {
					t.Errorf("it still has %v", has)
				}
			})
		}
	}
}
