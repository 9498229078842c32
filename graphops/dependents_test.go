package graphops

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	kiota "github.com/microsoft/kiota-abstractions-go"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// ownScope is what a portal offers and asks for itself.
var ownScope = plan.Scope{Name: "access_as_user", Title: "Access", Words: "Access it."}

// offered is an app with an API, as a restore portal has it: with a permission on itself.
func (w *world) offered(s workflow.Session, name string) workflow.Made {
	w.Helper()
	a := app(name, plan.Permission{Resource: "This application", ResourceAppID: plan.Self, Name: ownScope.Name,
		Type: catalog.Delegated})
	a.Scopes = []plan.Scope{ownScope}
	objectID, appID, sp := w.made(s, a)
	for _, do := range []func() error{
		func() error { return s.ExposeScopes(w.Context(), objectID, appID, a) },
		func() error { return s.EnsureConsent(w.Context(), sp, a.Permissions) },
	} {
		if err := w.patiently(do); err != nil {
			w.Fatal(err)
		}
	}
	return workflow.Made{ObjectID: objectID, AppID: appID, ServicePrincipal: sp}
}

// assign assigns users and groups, which are added first.
func (w *world) assign(m workflow.Made, users, groups int) {
	w.Helper()
	for i := range users {
		w.t.AddUser(entratest.User{UPN: fmt.Sprintf("user%d@contoso.com", i), Name: fmt.Sprint("User ", i)})
		w.t.Assign(m.AppID, fmt.Sprintf("user%d@contoso.com", i))
	}
	for i := range groups {
		w.t.AddGroup(entratest.Group{Name: fmt.Sprint("Group ", i)})
		w.t.Assign(m.AppID, fmt.Sprint("Group ", i))
	}
	if a, _ := w.t.Application(m.AppID); len(a.AssignedTo) != users+groups {
		w.Fatalf("assigned to %q", a.AssignedTo)
	}
}

func names(d workflow.Dependents) (all []string) {
	for _, e := range d.List {
		all = append(all, string(e.Kind)+" "+e.Name)
	}
	slices.Sort(all)
	return all
}

func TestNobodyDependsOnAnAppThatOnlyCallsItself(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	m := w.offered(s, "portal")
	if a, _ := w.t.Application(m.AppID); !slices.Contains(a.Scopes, "portal/access_as_user") {
		t.Fatalf("it has %q", a.Scopes)
	}
	if found, err := s.Dependents(t.Context(), m); w.saw(err) != nil || found.List != nil || found.More {
		t.Errorf("found %+v, %v", found, err)
	}
	if found, err := s.Dependents(t.Context(), workflow.Made{AppID: m.AppID}); err != nil || found.List != nil {
		t.Errorf("without a service principal: %+v, %v", found, err)
	}
}

func TestUsersGroupsAndClientsDependOnAnApp(t *testing.T) {
	w := newWorldWith(t, entratest.Config{PageSize: 2}, append([]string{"User.ReadBasic.All", "Directory.Read.All"}, botScopes...)...)
	s := w.session("ada")
	m := w.offered(s, "portal")
	w.assign(m, 3, 2)
	for _, name := range []string{"first", "second", "third"} {
		_, client, _ := w.made(s, app(name))
		if err := w.t.Consent(client, m.AppID, "access_as_user"); err != nil {
			t.Fatal(err)
		}
	}
	found, err := s.Dependents(t.Context(), m)
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	want := []string{"app first", "app second", "app third", "group Group 0", "group Group 1", "user User 0", "user User 1", "user User 2"}
	if got := names(found); !slices.Equal(got, want) || found.More {
		t.Errorf("found %q, more %v", got, found.More)
	}
}

func TestAListThatIsTooLongIsNotReadToItsEnd(t *testing.T) {
	w := newWorldWith(t, entratest.Config{PageSize: 40}, append([]string{"User.ReadBasic.All", "Directory.Read.All"}, botScopes...)...)
	s := w.session("ada")
	m := w.offered(s, "portal")
	w.assign(m, mostDependents+60, 0)
	before := w.count("listAppRoles")
	found, err := s.Dependents(t.Context(), m)
	if w.saw(err) != nil || !found.More || len(found.List) != mostDependents {
		t.Errorf("found %d, more %v, %v", len(found.List), found.More, err)
	}
	if n := w.count("listAppRoles") - before; n != mostDependents/40 {
		t.Errorf("%d pages were read", n)
	}
}

func TestAnAppThatIsGoneHasNoDependents(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	m := w.offered(s, "portal")
	w.assign(m, 1, 0)
	if err := s.DeleteApplication(t.Context(), "entra-app-portal", m.ObjectID); err != nil {
		t.Fatal(err)
	}
	if found, err := s.Dependents(t.Context(), m); w.saw(err) != nil || found.List != nil {
		t.Errorf("found %+v, %v", found, err)
	}
}

// A replica that has not heard of the service principal yet is not taken for its end.
func TestAServicePrincipalThatIsNotKnownYetIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	m := w.offered(s, "portal")
	w.assign(m, 1, 0)
	w.s.Fail("listAppRoles", entratest.Before, http.StatusNotFound, 1)
	if found, err := s.Dependents(t.Context(), m); w.saw(err) == nil || !isTemporary(err) {
		t.Errorf("found %+v, %v", found, err)
	}
	if found, err := s.Dependents(t.Context(), m); w.saw(err) != nil || len(found.List) != 1 {
		t.Errorf("then found %+v, %v", found, err)
	}
}

// remove deletes a service principal, as somebody does in the portal.
func (w *world) remove(s workflow.Session, sp string) {
	w.Helper()
	req := s.(*session).get("/servicePrincipals/{id}", "id", sp)
	req.Method = kiota.DELETE
	if _, err := s.(*session).send(w.Context(), opDeleteApp, req, nil); w.saw(err) != nil {
		w.Fatal(err)
	}
}

func TestDependentsOnAServicePrincipalThatWasMadeAgainCount(t *testing.T) {
	w := newWorld(t)
	first := w.session("ada")
	m := w.offered(first, "portal")
	w.remove(first, m.ServicePrincipal)
	w.later(2 * memory.Replication)
	t.Run("none is there", func(t *testing.T) {
		s := w.session("ada")
		if found, err := s.Dependents(t.Context(), m); !isTemporary(w.saw(err)) {
			t.Errorf("while the session is young: %+v, %v", found, err)
		}
		w.later(2 * memory.Replication)
		if found, err := s.Dependents(t.Context(), m); w.saw(err) != nil || found.List != nil {
			t.Errorf("later: %+v, %v", found, err)
		}
	})
	again, err := first.EnsureServicePrincipal(t.Context(), principalFor(m.AppID))
	if w.saw(err) != nil || again == m.ServicePrincipal {
		t.Fatal(again, err)
	}
	w.assign(m, 1, 1)
	was := m
	was.ServicePrincipal = ""
	for name, m := range map[string]workflow.Made{"under another ID": m, "where none was written down": was} {
		t.Run(name, func(t *testing.T) {
			s := w.session("ada")
			for _, age := range []time.Duration{0, 2 * memory.Replication} {
				w.later(age)
				found, err := s.Dependents(t.Context(), m)
				if got := names(found); w.saw(err) != nil || !slices.Equal(got, []string{"group Group 0", "user User 0"}) {
					t.Errorf("found %q, %v", got, err)
				}
			}
		})
	}
	t.Run("and is not known everywhere", func(t *testing.T) {
		s := w.session("ada")
		w.later(2 * memory.Replication)
		w.s.Fail("listAppRoles", entratest.Before, http.StatusNotFound, 2)
		if found, err := s.Dependents(t.Context(), m); !isTemporary(w.saw(err)) {
			t.Errorf("found %+v, %v", found, err)
		}
	})
}

// However old the session is: the service principal is there.
func TestThatAReplicaDoesNotKnowIsNotTheEndOfAServicePrincipal(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	m := w.offered(s, "portal")
	w.assign(m, 1, 0)
	old := w.session("ada")
	w.later(2 * memory.Replication)
	w.s.Fail("listAppRoles", entratest.Before, http.StatusNotFound, 1)
	if found, err := old.Dependents(t.Context(), m); !isTemporary(w.saw(err)) {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestWhatTheTokenIsNotGoodForIsSaidAndTheRestCounts(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, append([]string{"User.ReadBasic.All"}, botScopes...)...)
	m := w.offered(w.session("ada"), "portal")
	w.assign(m, 1, 0)
	in, err := w.dir.SignIn(t.Context(), "contoso", []string{"User.Read", "Application.ReadWrite.All"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "cloe@contoso.com"); err != nil {
		t.Fatal(err)
	}
	s, err := in.Wait(t.Context(), workflow.Ask{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	found, err := s.Dependents(t.Context(), m)
	if no := trouble(w.saw(err)); no == nil || !strings.Contains(no.Text,
		"did not let this account read which other apps have permissions on the app's API") {
		t.Errorf("got %v", err)
	}
	if got := names(found); !slices.Equal(got, []string{"user User 0"}) {
		t.Errorf("found %q", got)
	}
	// What goes away by itself comes first: a “no” to one list says nothing of the other.
	w.s.Fail("listAppRoles", entratest.Before, http.StatusServiceUnavailable, 1)
	if _, err := s.Dependents(t.Context(), m); !isTemporary(w.saw(err)) {
		t.Errorf("got %v", err)
	}
	s.Close()
	if _, err := s.Dependents(t.Context(), m); !errors.Is(err, workflow.ErrSessionOver) {
		t.Errorf("after the session: %v", err)
	}
}
