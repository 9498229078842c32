package graphops

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A listing is everything that reads a list and decides by it: what it did not see must
// not be taken for "nothing there".
type listing struct {
	name string
	do   func(w *world, s workflow.Session, m workflow.Made) error
}

var listingPlan = plan.Plan{Permissions: []plan.Permission{readDirectory, readUser},
	DirectoryRoles: []plan.DirectoryRole{{Name: "Global Reader", TemplateID: entratest.GlobalReader}}}

var listings = []listing{
	{"what an app has", func(w *world, s workflow.Session, m workflow.Made) error {
		return last(inspected(s, w.Context(), m, listingPlan))
	}},
	{"its app roles", func(w *world, s workflow.Session, m workflow.Made) error {
		return last(rolesRead(s, w.Context(), m, listingPlan))
	}},
	{"what an adopted app has", func(w *world, s workflow.Session, m workflow.Made) error {
		_, _, _, err := s.ReadApplication(w.Context(), m, listingPlan)
		return err
	}},
	{"its owners", func(w *world, s workflow.Session, m workflow.Made) error {
		return last(s.Owners(w.Context(), m.ObjectID))
	}},
	{"what is trimmed", func(w *world, s workflow.Session, m workflow.Made) error {
		return s.RemovePermissions(w.Context(), m, plan.Plan{}, listingPlan)
	}},
	{"its trust in other issuers", func(w *world, s workflow.Session, m workflow.Made) error {
		return s.RemoveCredentials(w.Context(), m.ObjectID, listingPlan)
	}},
	{"its consents", func(w *world, s workflow.Session, m workflow.Made) error {
		return s.RemoveConsent(w.Context(), m.ServicePrincipal, listingPlan)
	}},
	{"apps of a name", func(w *world, s workflow.Session, m workflow.Made) error {
		return last(s.Applications(w.Context(), "nobody's"))
	}},
	{"deleted apps of an ID", func(w *world, s workflow.Session, m workflow.Made) error {
		return last(s.RestoreApplication(w.Context(), uuid.NewString(), ""))
	}},
	{"a consent that was given already", func(w *world, s workflow.Session, m workflow.Made) error {
		return s.EnsureConsent(w.Context(), m.ServicePrincipal, listingPlan.Permissions)
	}},
	{"a directory role that was given already", func(w *world, s workflow.Session, m workflow.Made) error {
		return s.EnsureDirectoryRole(w.Context(), m.ServicePrincipal, entratest.GlobalReader)
	}},
	{"who signs in, and whose an address is", func(w *world, s workflow.Session, m workflow.Made) error { return last(w.full()) }},
}

// full signs Ada in with all that the listings read.
func (w *world) full() (workflow.Session, error) {
	in, err := w.dir.SignIn(w.Context(), "contoso", append([]string{"RoleManagement.ReadWrite.Directory"}, botScopes...))
	if err != nil {
		return nil, err
	}
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
		return nil, err
	}
	return in.Wait(w.Context(), workflow.Ask{Resources: all, Email: "bea@contoso.com"})
}

var aValue = regexp.MustCompile(`"value": ?\[`)

// goesOn has every page of a list say where the next one is.
func (w *world) goesOn(next func(n int) string) {
	n := 0
	more := func(body string) string {
		return aValue.ReplaceAllStringFunc(body, func(value string) string {
			n++
			return fmt.Sprintf(`"@odata.nextLink":%q,%s`, next(n), value)
		})
	}
	w.rewritten(func(path, _ string) bool { return !strings.Contains(path, "/further") }, func(status int, body string) (int, string) {
		if status >= 300 {
			return status, body
		}
		return status, more(nextLink.ReplaceAllString(body, `"was": ""`))
	})
	known := w.wire
	w.wire = func(r *http.Request) (*http.Response, error) {
		if strings.Contains(r.URL.Path, "/further") {
			return answering(200, more(`{"value":[]}`)), nil
		}
		return known(r)
	}
}

// Every list is read to its end, or it is said that it was not: one that is endless, that
// goes round in a circle, that is slow, or goes on at another host.
func TestAListThatWasNotReadToItsEndDecidesNothing(t *testing.T) {
	var calls int
	endings := []struct {
		name string
		next func(w *world) func(n int) string
		most int // calls
	}{
		{"without an end", func(w *world) func(int) string {
			return func(n int) string { return fmt.Sprintf("%s/v1.0/further?n=%d", w.url, n) }
		}, 2*fault.ListPages + 30},
		{"in a circle", func(w *world) func(int) string {
			return func(n int) string { return w.url + "/v1.0/further?round" }
		}, 40},
		{"slowly", func(w *world) func(int) string {
			return func(n int) string { w.later(9 * time.Second); return fmt.Sprintf("%s/v1.0/further?n=%d", w.url, n) }
		}, 60},
	}
	w := newWorldWith(t, entratest.Config{}, append([]string{"User.ReadBasic.All", "Directory.Read.All",
		"RoleManagement.ReadWrite.Directory"}, botScopes...)...)
	session := func() workflow.Session {
		w.wire = nil
		s, err := w.full()
		if w.saw(err) != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	s := session()
	var m workflow.Made
	m.ObjectID, m.AppID, m.ServicePrincipal = w.made(s, app("payroll", listingPlan.Permissions...))
	if err := w.saw(s.EnsureConsent(t.Context(), m.ServicePrincipal, listingPlan.Permissions)); err != nil {
		t.Fatal(err)
	}
	if err := w.saw(s.EnsureDirectoryRole(t.Context(), m.ServicePrincipal, entratest.GlobalReader)); err != nil {
		t.Fatal(err)
	}
	w.later(time.Hour)
	before, _ := w.t.Application(m.AppID)
	for _, e := range endings {
		s := session()
		for _, l := range listings {
			t.Run(l.name+" "+e.name, func(t *testing.T) {
				w.goesOn(e.next(w))
				counted := w.wire
				calls = 0
				w.wire = func(r *http.Request) (*http.Response, error) {
					calls++
					return counted(r)
				}
				err := w.saw(l.do(w, s, m))
				x, ok := errors.AsType[workflow.Describer](err)
				if !ok || x.Describe() == nil || x.Describe().Code != "ListNotWhole" || trouble(err) != nil || isTemporary(err) {
					t.Errorf("it says %v", err)
				}
				if calls > e.most {
					t.Errorf("%d calls", calls)
				}
			})
		}
	}
	w.wire = nil
	if after, _ := w.t.Application(m.AppID); fmt.Sprint(after.Roles, after.Scopes, after.DirectoryRoles,
		after.Owners) != fmt.Sprint(before.Roles, before.Scopes, before.DirectoryRoles, before.Owners) {
		t.Errorf("the app has %+v", after)
	}
	s = session()
	for _, l := range listings {
		t.Run(l.name+" at another host", func(t *testing.T) {
			w.goesOn(func(int) string { return "https://evil.test/v1.0/further" })
			w.toEvil()
			w.wantElsewhere(l.do(w, s, m), "graph_url")
		})
	}
}

// A list of many pages is read to its end, and of one with more than that it is said.
func TestALongListIsReadToItsEnd(t *testing.T) {
	w := newWorldWith(t, entratest.Config{PageSize: 1}, append([]string{"User.ReadBasic.All", "Directory.Read.All"}, botScopes...)...)
	s := w.session("ada")
	id, _, _ := w.made(s, app("payroll"))
	var people []string
	for i := range 30 {
		people = append(people, w.t.AddUser(entratest.User{UPN: fmt.Sprintf("p%d@contoso.com", i)}).ID)
	}
	if _, err := s.EnsureOwners(t.Context(), workflow.Made{ObjectID: id}, people, nil, nil); w.saw(err) != nil {
		t.Fatal(err)
	}
	if owners, err := s.Owners(t.Context(), id); w.saw(err) != nil || len(owners) < 30 {
		t.Errorf("%d owners, %v", len(owners), err)
	}

	for i := range fault.ListPages + 1 {
		a := w.t.AddApplication(entratest.Legacy{Name: fmt.Sprint("old ", i)})
		if err := s.DeleteApplication(t.Context(), "", a.ID); err != nil {
			t.Fatal(err)
		}
	}
	found, err := s.(*session).deletedNamed(t.Context(), app("gone"))
	if _, notAll := errors.AsType[*fault.Partial](w.saw(err)); !notAll || found != nil {
		t.Errorf("of more deleted applications than are looked at: %v", err)
	}
	later := unseenName(opApplication.Read(400, nil, nil, w.now()), true)
	if x, ok := errors.AsType[workflow.Describer](later); !ok || !isTemporary(later) ||
		!strings.Contains(x.Describe().Text, "which were not all") {
		t.Errorf("it says %v", later)
	}
}

// An answer without anything in it is not an empty list.
func TestAnEmptyAnswerIsNoEmptyList(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	id, _, _ := w.made(s, app("payroll"))
	w.wire = func(*http.Request) (*http.Response, error) { return answering(204, ""), nil }
	if owners, err := s.Owners(t.Context(), id); !isTemporary(w.saw(err)) {
		t.Errorf("%q, %v", owners, err)
	}
}
