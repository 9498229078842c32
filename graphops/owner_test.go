package graphops

import (
	"net/http"
	"slices"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
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

func TestAnOwnerIsAddedOnce(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	obj, appID, _ := w.made(s, app("payroll"))
	bea := s.Signer().Requesters[0].ObjectID
	for range 2 {
		if err := s.EnsureOwners(t.Context(), obj, []string{bea}, nil); w.saw(err) != nil {
			t.Fatal(err)
		}
	}
	if got := w.owners(appID); !slices.Equal(got, []string{"ada@contoso.com", "bea@contoso.com"}) {
		t.Errorf("owners %q", got)
	}
	w.later(2 * replication)
	if err := s.EnsureOwners(t.Context(), "99999999-9999-4999-8999-999999999999", []string{bea}, nil); trouble(w.saw(err)) == nil {
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
			if err := s.EnsureOwners(t.Context(), obj, []string{bea}, nil); err != nil {
				t.Fatal(err)
			}
		},
		"all is done": func(obj string) {
			if err := s.EnsureOwners(t.Context(), obj, []string{bea, tom.ID}, []string{ada}); err != nil {
				t.Fatal(err)
			}
		},
		"an answer about an owner is lost":      func(string) { w.s.Fail("addOwner", entratest.After, http.StatusServiceUnavailable, 2) },
		"an owner is not added":                 func(string) { w.s.Fail("addOwner", entratest.Before, http.StatusServiceUnavailable, 1) },
		"the answer about the signer is lost":   func(string) { w.s.Fail("removeOwner", entratest.After, http.StatusServiceUnavailable, 1) },
		"the answer about everything is lost":   func(string) { w.s.Fail("batch", entratest.After, 0, 1) },
		"everything is throttled":               func(string) { w.s.Fail("batch", entratest.Before, http.StatusTooManyRequests, 2) },
		"somebody else changed it just now":     func(string) { w.s.Fail("addOwner", entratest.Before, http.StatusConflict, 1) },
		"taking the signer away did not happen": func(string) { w.s.Fail("removeOwner", entratest.Before, http.StatusGatewayTimeout, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			obj, appID, _ := w.made(s, app(name))
			prepare(obj)
			before := w.s.RoundTrips()
			if err := w.patiently(func() error { return s.EnsureOwners(t.Context(), obj, []string{bea, tom.ID}, []string{ada}) }); err != nil {
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
	err := s.EnsureOwners(t.Context(), obj, []string{"99999999-9999-4999-8999-999999999999"}, []string{s.Signer().ObjectID})
	if w.saw(err) == nil {
		t.Error("somebody whom there is not became an owner")
	}
	if got := w.owners(appID); !slices.Equal(got, []string{"ada@contoso.com"}) {
		t.Errorf("owners %q", got)
	}
}
