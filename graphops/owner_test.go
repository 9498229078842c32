package graphops

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow"
)

// owners are the UPNs of those who own an app, in order.
func (w *world) owners(appID string) []string {
	w.Helper()
	a, ok := w.t.Application(appID)
	if !ok {
		w.Fatal("there is no such app")
	}
	slices.Sort(a.Owners)
	return a.Owners
}

// owned is EnsureOwners where nothing may be refused.
func owned(ctx context.Context, s workflow.Session, app string, users, not []string) error {
	has, err := s.EnsureOwners(ctx, workflow.Made{ObjectID: app}, users, not, nil)
	for _, no := range has.Refused {
		return no
	}
	return err
}

func TestAnOwnerIsAddedOnce(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	obj, appID, _ := w.made(s, app("payroll"))
	bea := s.Signer().Requesters[0].ObjectID
	for range 2 {
		if err := owned(t.Context(), s, obj, []string{bea}, nil); w.saw(err) != nil {
			t.Fatal(err)
		}
	}
	if got := w.owners(appID); !slices.Equal(got, []string{"ada@contoso.com", "bea@contoso.com"}) {
		t.Errorf("owners %q", got)
	}
	w.later(2 * memory.Replication)
	if err := owned(t.Context(), s, "99999999-9999-4999-8999-999999999999", []string{bea}, nil); trouble(w.saw(err)) == nil {
		t.Errorf("of an application that is not there: %v", err)
	}
}

// All owners are one round trip, whoever of them is one already, and whoever
// registered the app goes last.
func TestTheSignerIsNoOwnerOnceOthersAre(t *testing.T) {
	w := newWorld(t)
	tom := w.t.AddUser(entratest.User{UPN: "tom@contoso.com"})
	s := w.session("ada")
	ada, bea := s.Signer().ObjectID, s.Signer().Requesters[0].ObjectID
	want := []string{"bea@contoso.com", "tom@contoso.com"}
	for name, prepare := range map[string]func(obj string){
		"none was one": func(string) {},
		"the first was one": func(obj string) {
			if err := owned(t.Context(), s, obj, []string{bea}, nil); err != nil {
				t.Fatal(err)
			}
		},
		"all is done": func(obj string) {
			if err := owned(t.Context(), s, obj, []string{bea, tom.ID}, []string{ada}); err != nil {
				t.Fatal(err)
			}
		},
		"an answer about an owner is lost":    func(string) { w.s.Fail("addOwner", entratest.After, http.StatusServiceUnavailable, 2) },
		"an owner is not added":               func(string) { w.s.Fail("addOwner", entratest.Before, http.StatusServiceUnavailable, 1) },
		"the answer about the signer is lost": func(string) { w.s.Fail("removeOwner", entratest.After, http.StatusServiceUnavailable, 1) },
		"the answer about everything is lost": func(string) { w.s.Fail("batch", entratest.After, 0, 1) },
		"everything is throttled":             func(string) { w.s.Fail("batch", entratest.Before, http.StatusTooManyRequests, 2) },
		"somebody else changed it just now":   func(string) { w.s.Fail("addOwner", entratest.Before, http.StatusConflict, 1) },
		"removing the signer did not happen":  func(string) { w.s.Fail("removeOwner", entratest.Before, http.StatusGatewayTimeout, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			obj, appID, _ := w.made(s, app(name))
			prepare(obj)
			before := w.s.RoundTrips()
			if err := w.patiently(func() error { return owned(t.Context(), s, obj, []string{bea, tom.ID}, []string{ada}) }); err != nil {
				t.Fatal(err)
			}
			if got := w.owners(appID); !slices.Equal(got, want) {
				t.Errorf("owners %q, want %q", got, want)
			}
			if n := w.s.RoundTrips() - before; name == "none was one" && n != 1 {
				t.Errorf("it took %d round trips", n)
			}
		})
	}
}

// Where an owner is refused, whoever registered the app stays one.
func TestAnAppIsNeverWithoutAnOwner(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	obj, appID, _ := w.made(s, app("payroll"))
	err := owned(t.Context(), s, obj, []string{"99999999-9999-4999-8999-999999999999"}, []string{s.Signer().ObjectID})
	if w.saw(err) == nil {
		t.Error("somebody whom there is not became an owner")
	}
	if got := w.owners(appID); !slices.Equal(got, []string{"ada@contoso.com"}) {
		t.Errorf("owners %q", got)
	}
}

// services.md, section 2: a 403 of an owner is about consent for Directory.Read.All.
func TestARefusedOwnerIsToldAndTheRestGoesOn(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, append([]string{"User.ReadBasic.All"}, botScopes...)...)
	w.t.Change(func(k *entratest.Knobs) { k.RolesShown = true })
	s := w.session("ada")
	ada, bea := s.Signer().ObjectID, s.Signer().Requesters[0].ObjectID
	obj, appID, _ := w.made(s, app("payroll"))
	has, err := s.EnsureOwners(t.Context(), workflow.Made{ObjectID: obj}, []string{bea}, []string{ada}, nil)
	if w.saw(err) != nil || has.Has(bea) || !has.Has(ada) {
		t.Fatalf("%+v, %v", has, err)
	}
	if no := has.Refused[bea]; no == nil || !strings.Contains(no.Text, "Directory.Read.All") ||
		strings.Contains(no.Text, "directory role") {
		t.Errorf("it was refused because %v", no)
	}
	if got := w.owners(appID); !slices.Equal(got, []string{"ada@contoso.com"}) {
		t.Errorf("owners %q", got)
	}
}

// services.md, section 2: nobody says that somebody is an owner who is none. Cloe is
// not made one by registering, and there is nothing to remove.
func TestWhoIsAnOwnerIsRead(t *testing.T) {
	w := newWorld(t)
	s := w.session("cloe")
	cloe, bea := s.Signer().ObjectID, s.Signer().Requesters[0].ObjectID
	obj, appID, _ := w.made(s, app("payroll"))
	if has, err := s.EnsureOwners(t.Context(), workflow.Made{ObjectID: obj}, nil, []string{cloe}, nil); w.saw(err) != nil ||
		len(has.Owners) != 0 || len(has.Refused) != 0 {
		t.Errorf("before: %+v, %v", has, err)
	}
	has, err := s.EnsureOwners(t.Context(), workflow.Made{ObjectID: obj}, []string{bea}, []string{cloe}, nil)
	if w.saw(err) != nil || !slices.Equal(has.Owners, []string{bea}) || len(has.Refused) != 0 {
		t.Errorf("after: %+v, %v", has, err)
	}
	if got := w.owners(appID); !slices.Equal(got, []string{"bea@contoso.com"}) {
		t.Errorf("owners %q", got)
	}
}
