package graphops

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// legacy is an application that has a life of its own.
func (w *world) legacy(s workflow.Session, name string) (m workflow.Made) {
	w.Helper()
	a := app(name, readGroups)
	a.Audience, a.RedirectURIs, a.SPARedirectURIs = "AzureADMultipleOrgs", []string{"https://hr.contoso.com"},
		[]string{"https://spa.contoso.com"}
	a.Scopes = []plan.Scope{{Name: "staff.read", Title: "Read staff", Words: "Reads staff.",
		PreAuthorized: []string{"04b07795-8ddb-461a-bbee-02f9e1bf7b46"}}}
	m.ObjectID, m.AppID, m.ServicePrincipal = w.made(s, a)
	for _, err := range []error{
		s.ExposeScopes(w.Context(), m.ObjectID, m.AppID, a),
		s.EnsureConsent(w.Context(), m.ServicePrincipal, []plan.Permission{readGroups, readMail, readUser}),
		s.EnsureFederated(w.Context(), m.ObjectID, "by-hand-ci",
			plan.FederatedIssuer{Issuer: "https://ci.contoso.com", Subject: "x", Audience: "y"}),
	} {
		if w.saw(err) != nil {
			w.Fatal(err)
		}
	}
	if _, _, err := s.AddPassword(w.Context(), m.ObjectID, "by hand", w.now().Add(time.Hour)); w.saw(err) != nil {
		w.Fatal(err)
	}
	return m
}

func TestAnApplicationIsFoundByItsNameOrItsAppID(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	var ids []string
	for _, unique := range []string{"one", "two"} {
		a := app(unique)
		a.DisplayName = "O'Brien & Søns"
		_, appID, _ := w.made(s, a)
		ids = append(ids, appID)
	}
	for name, want := range map[string]int{"O'Brien & Søns": 2, "O'Brien": 0, ids[1]: 1, "ffffffff-ffff-4fff-8fff-ffffffffffff": 0} {
		found, err := s.Applications(t.Context(), name)
		if w.saw(err) != nil || len(found) != want {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	found, _ := s.Applications(t.Context(), ids[1])
	if found[0].AppID != ids[1] || found[0].Name != "O'Brien & Søns" {
		t.Fatalf("by its App ID: %+v", found)
	}
	owners, err := s.Owners(t.Context(), found[0].ObjectID)
	if w.saw(err) != nil || !slices.Equal(owners, []string{s.Signer().ObjectID}) {
		t.Errorf("it is owned by %v, %v", owners, err)
	}
}

func TestAMergedApplicationKeepsAllThatItHad(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	m := w.legacy(s, "legacy")
	before, _ := w.t.Application(m.AppID)

	has, found, sp, err := s.ReadApplication(t.Context(), m, plan.Plan{})
	if w.saw(err) != nil || sp != m.ServicePrincipal {
		t.Fatal(sp, err)
	}
	if has.Audience != "AzureADMultipleOrgs" || !slices.Equal(has.RedirectURIs, before.Web) ||
		!slices.Equal(has.SPARedirectURIs, before.SPA) ||
		len(has.Scopes) != 1 || len(has.Scopes[0].PreAuthorized) != 1 || found.Secrets != 1 || len(found.Federated) != 1 {
		t.Errorf("it has %+v and %+v", has, found)
	}
	for _, p := range []plan.Permission{readGroups, readMail, readUser} {
		if !slices.Contains(has.Permissions, p) {
			t.Errorf("%s %s is not among %+v", p.Type, p.Name, has.Permissions)
		}
	}

	a := app("another-name", readDirectory, fullAccess, readUser, permission(catalog.MicrosoftGraph, catalog.Delegated, "Group.Read.All"))
	a.ObjectID, a.AppID, a.Merge = m.ObjectID, m.AppID, true
	a.Scopes = []plan.Scope{{Name: "staff.write", AdminsOnly: true, Title: "Write staff", Words: "Writes staff.",
		PreAuthorized: []string{"04b07795-8ddb-461a-bbee-02f9e1bf7b46"}}}
	for range 2 { // the second time there is nothing to do
		if _, _, err := s.EnsureApplication(t.Context(), a); w.saw(err) != nil {
			t.Fatal(err)
		}
		if err := s.ExposeScopes(t.Context(), m.ObjectID, m.AppID, a); w.saw(err) != nil {
			t.Fatal(err)
		}
		if err := s.EnsureConsent(t.Context(), sp, a.Permissions, has.Permissions...); w.saw(err) != nil {
			t.Fatal(err)
		}
	}
	after, _ := w.t.Application(m.AppID)
	if after.DisplayName != "legacy" || after.Notes != before.Notes || after.SignInAudience != before.SignInAudience ||
		len(after.Passwords) != 1 || len(after.Federated) != 1 ||
		!slices.Equal(after.Web, []string{"https://hr.contoso.com", "https://localhost"}) || !slices.Equal(after.SPA, before.SPA) ||
		!slices.Equal(after.IdentifierURIs, before.IdentifierURIs) {
		t.Errorf("it was %+v\nand is %+v", before, after)
	}
	for what, of := range map[string][2][]string{"asks for": {before.Requested, after.Requested}, "has": {before.Roles, after.Roles},
		"was granted": {before.Scopes, after.Scopes}, "lets in": {before.PreAuthorized, after.PreAuthorized}} {
		for _, n := range of[0] {
			if !slices.Contains(of[1], n) {
				t.Errorf("it no longer %s %s: %v", what, n, of[1])
			}
		}
	}
	if len(after.Exposed) != 2 || after.Exposed[0].ID != before.Exposed[0].ID || len(after.Roles) != 3 || len(after.Scopes) != 3 ||
		len(after.Requested) != 5 {
		t.Errorf("it is %+v", after)
	}

	t.Run("and keeps who may consent to its scopes", func(t *testing.T) {
		other := a
		other.Scopes = []plan.Scope{has.Scopes[0]}
		other.Scopes[0].AdminsOnly = !other.Scopes[0].AdminsOnly
		err := s.ExposeScopes(t.Context(), m.ObjectID, m.AppID, other)
		if no, ok := errors.AsType[*workflow.ServiceError](err); !ok || no.Code != "ScopeDiffers" {
			t.Errorf("another kind of consent is answered with %v", err)
		}
	})

	t.Run("and loses only what is dropped", func(t *testing.T) {
		drop := workflow.App{ObjectID: m.ObjectID, AppID: m.AppID, Merge: true,
			Drops: plan.Plan{RedirectURIs: []string{"https://localhost"},
				Permissions: []plan.Permission{readDirectory, fullAccess}}}
		if _, _, err := s.EnsureApplication(t.Context(), drop); w.saw(err) != nil {
			t.Fatal(err)
		}
		got, _ := w.t.Application(m.AppID)
		if !slices.Equal(got.Web, before.Web) || len(got.Requested) != len(after.Requested)-2 ||
			!slices.Contains(got.Requested, "Microsoft Graph/Group.Read.All") {
			t.Errorf("it is %+v", got)
		}
		for range 2 {
			if err := s.RemoveFederated(t.Context(), m.ObjectID, "by-hand-ci"); w.saw(err) != nil {
				t.Fatal(err)
			}
		}
		if got, _ := w.t.Application(m.AppID); len(got.Federated) != 0 {
			t.Errorf("it trusts %+v", got.Federated)
		}
	})
}

func TestScopesThatNobodyFoundNorApprovedAreAnAlarm(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	m := w.legacy(s, "legacy")
	err := s.EnsureConsent(t.Context(), m.ServicePrincipal,
		[]plan.Permission{permission(catalog.MicrosoftGraph, catalog.Delegated, "Group.Read.All")}, readUser)
	more, ok := errors.AsType[*workflow.ExcessError](w.saw(err))
	if !ok || !slices.Equal(more.Names, []string{"Mail.Read"}) {
		t.Errorf("the error is %v", err)
	}
	got, _ := w.t.Application(m.AppID)
	if len(got.Scopes) != 2 {
		t.Errorf("it was granted %v", got.Scopes)
	}
}

func TestAPermissionThatNobodyKnowsIsFoundAndKept(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	service := w.legacy(s, "HR")
	strange := plan.Permission{Resource: "HR", ResourceAppID: service.AppID, Name: "staff.read", Type: catalog.Delegated,
		Words: "Not in this bot's catalogue.", Risk: catalog.High}
	objectID, appID, sp := w.made(s, app("client", strange))
	if err := s.EnsureConsent(t.Context(), sp, []plan.Permission{strange}); w.saw(err) != nil {
		t.Fatal(err)
	}
	m := workflow.Made{ObjectID: objectID, AppID: appID, ServicePrincipal: sp}
	has, _, _, err := w.session("ada", all...).ReadApplication(t.Context(), m, plan.Plan{})
	if w.saw(err) != nil || !slices.Equal(has.Permissions, []plan.Permission{strange}) {
		t.Fatalf("it has %+v, %v", has.Permissions, err)
	}
	got, err := inspected(s, t.Context(), m, has)
	if w.saw(err) != nil || !slices.Equal(got.Scopes, []string{"HR/staff.read"}) {
		t.Errorf("it is inspected as %v, %v", got.Scopes, err)
	}
}

func TestARoleWithoutANameGoesByItsID(t *testing.T) {
	const none = "00000000-0000-0000-0000-000000000000"
	r := &resource{id: "1", name: "HR"}
	p := r.permission(catalog.Application, none)
	if id, err := r.find(p); err != nil || id.String() != none {
		t.Errorf("%+v is %v, %v", p, id, err)
	}
	p.Type = catalog.Delegated
	if _, err := r.find(p); err == nil {
		t.Error("a scope goes by its name")
	}
}

func TestWhatTheTenantDoesNotKnowKeepsNothingFromBeingTakenAway(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	objectID, appID, sp := w.made(s, app("payroll", readDirectory))
	m := workflow.Made{ObjectID: objectID, AppID: appID, ServicePrincipal: sp}
	if err := s.EnsureConsent(t.Context(), sp, []plan.Permission{readDirectory}); w.saw(err) != nil {
		t.Fatal(err)
	}
	had := plan.Plan{Permissions: []plan.Permission{permission(catalog.MicrosoftGraph, catalog.Application, "No.Such.Role"),
		readDirectory,
		permission("dddddddd-0000-4000-8000-00000000000d", catalog.Application, "No.Such.Service")}}
	if has, err := rolesRead(s, t.Context(), m, had); w.saw(err) != nil ||
		!slices.Equal(has, []string{readDirectory.Resource + "/" + readDirectory.Name}) {
		t.Errorf("it has %q (%v)", has, err)
	}
	if err := s.RemovePermissions(t.Context(), m, plan.Plan{}, had); w.saw(err) != nil {
		t.Fatal(err)
	}
	if a, _ := w.t.Application(appID); len(a.Roles) != 0 {
		t.Errorf("it has %v", a.Roles)
	}
}

// Of a grant on a service that Entra no longer knows nobody can say what it allows. The app
// can be looked at, changed and verified all the same, and the grant can be removed.
func TestAGrantOnAServiceThatIsGoneIsListedAsUnknown(t *testing.T) {
	w := newWorld(t)
	m := w.legacy(w.session("ada", all...), "HR")
	s := w.session("ada")
	graph := ""
	w.wire = func(r *http.Request) (*http.Response, error) {
		if _, id, is := strings.Cut(r.URL.Path, "/servicePrincipals/"); is && id != m.ServicePrincipal && !strings.Contains(id, "/") &&
			r.Method == http.MethodGet {
			graph = id
			return answering(http.StatusNotFound, `{"error":{"code":"Request_ResourceNotFound","message":"Resource does not exist."}}`), nil
		}
		return nil, nil
	}
	has, _, _, err := s.ReadApplication(t.Context(), m, plan.Plan{})
	if w.saw(err) != nil || len(has.Permissions) != 3 || graph == "" {
		t.Fatalf("%+v, %v", has.Permissions, err)
	}
	var roles, scopes []string
	for _, p := range has.Permissions {
		id, gone := p.OnGone()
		if !gone || id != graph || p.Resource != graph || p.Risk != catalog.High {
			t.Errorf("it lists %+v", p)
		}
		if p.Type == catalog.Delegated {
			scopes = append(scopes, p.Resource+"/"+p.Name)
		} else {
			roles = append(roles, p.Resource+"/"+p.Name)
		}
	}
	slices.Sort(roles)
	slices.Sort(scopes)
	a := app("HR", has.Permissions...)
	a.ObjectID, a.AppID, a.Merge = m.ObjectID, m.AppID, true
	if _, _, err := s.EnsureApplication(t.Context(), a); w.saw(err) != nil {
		t.Errorf("a change of it: %v", err)
	}
	if err := s.EnsureConsent(t.Context(), m.ServicePrincipal, has.Permissions); w.saw(err) != nil {
		t.Errorf("its consent: %v", err)
	}
	if is, err := inspected(s, t.Context(), m, has); w.saw(err) != nil || !slices.Equal(is.Roles, roles) ||
		!slices.Equal(is.Scopes, scopes) {
		t.Errorf("a check of it: %q and %q, want %q and %q; %v", is.Roles, is.Scopes, roles, scopes, err)
	}
	if err := s.RemovePermissions(t.Context(), m, plan.Plan{}, has); w.saw(err) != nil {
		t.Errorf("its removal: %v", err)
	}
	if got, _ := w.t.Application(m.AppID); len(got.Roles)+len(got.Scopes) != 0 {
		t.Errorf("it has %q and %q", got.Roles, got.Scopes)
	}
}
