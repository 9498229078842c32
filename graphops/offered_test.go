package graphops

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Issue 7: app roles, optional claims and identifier URIs are registered, read back, changed
// and removed, and what others have beside them stays.
func TestWhatAnAppOffersIsWrittenReadAndRemoved(t *testing.T) {
	for name, knobs := range map[string]func(*entratest.Knobs){
		"as it should be": func(*entratest.Knobs) {}, "with answers lost": func(k *entratest.Knobs) { k.AnswerLost = true },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.session("ada", all...)
			a := app("offers")
			objectID, appID, _ := w.made(s, a)
			m := workflow.Made{ObjectID: objectID, AppID: appID}
			w.t.Change(knobs)
			a.Scopes = []plan.Scope{{Name: "orders:write", Title: "Change orders", Words: "Changes orders.",
				UserTitle: "Change yours", UserWords: "Changes your orders."}}
			a.AppRoles = []plan.AppRole{{Name: "Run", Title: "Run", Words: "Runs it.", Users: true, Apps: true},
				{Name: "Audit", Title: "Audit", Words: "Reads it.", Users: true}}
			a.OptionalClaims = []plan.OptionalClaim{{Token: "idToken", Name: "email", Essential: true},
				{Token: "accessToken", Name: "groups", Properties: []string{"sam_account_name"}}}
			a.IdentifierURIs = []string{"api://{appId}/orders", "https://orders.contoso.com"}
			ensure := func() {
				t.Helper()
				if err := w.patiently(func() error { return s.ExposeScopes(t.Context(), objectID, appID, a) }); err != nil {
					t.Fatal(err)
				}
			}
			offers := func(want workflow.App) {
				t.Helper()
				var has plan.Plan
				if err := w.patiently(func() (err error) {
					has, _, _, err = s.ReadApplication(t.Context(), m, plan.Plan{})
					return err
				}); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(has.AppRoles, want.AppRoles) || !slices.Equal(has.IdentifierURIs, want.IdentifierURIs) ||
					!reflect.DeepEqual(has.OptionalClaims, want.OptionalClaims) || !reflect.DeepEqual(has.Scopes, want.Scopes) {
					t.Errorf("it has %+v\nwant %+v", has, want)
				}
			}
			for range 2 { // a repeat is no mistake
				ensure()
				offers(a)
			}
			before := a
			a.AppRoles = []plan.AppRole{{Name: "Run", Title: "Run it all", Words: "Runs it.", Apps: true}}
			a.OptionalClaims, a.IdentifierURIs, a.ObjectID, a.AppID = nil, []string{"https://orders.contoso.com"}, objectID, appID
			a.Drops = plan.Plan{AppRoles: before.AppRoles[1:], OptionalClaims: before.OptionalClaims,
				IdentifierURIs: before.IdentifierURIs[:1]}
			for range 2 {
				ensure()
				offers(a)
			}
		})
	}
}

func TestWhatOthersOfferStaysWhereAnAppIsAdopted(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	theirs := app("theirs")
	objectID, appID, _ := w.made(s, theirs)
	theirs.AppRoles = []plan.AppRole{{Name: "Theirs", Title: "Theirs", Words: "Theirs.", Users: true}}
	theirs.OptionalClaims = []plan.OptionalClaim{{Token: "idToken", Name: "upn"}}
	if err := s.ExposeScopes(t.Context(), objectID, appID, theirs); err != nil {
		t.Fatal(err)
	}
	a := app("adopts")
	a.ObjectID, a.AppID, a.Merge = objectID, appID, true
	a.AppRoles = []plan.AppRole{{Name: "theirs", Title: "Other words", Words: "Ours.", Users: true},
		{Name: "Ours", Title: "Ours", Words: "Ours.", Apps: true}}
	a.OptionalClaims = []plan.OptionalClaim{{Token: "idToken", Name: "email"}}
	a.IdentifierURIs = []string{"api://{appId}/ours"}
	if err := s.ExposeScopes(t.Context(), objectID, appID, a); err != nil {
		t.Fatal(err)
	}
	names := func() string {
		has, _, _, err := s.ReadApplication(t.Context(), workflow.Made{ObjectID: objectID, AppID: appID}, plan.Plan{})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, r := range has.AppRoles {
			all = append(all, r.Name+" "+r.Title)
		}
		for _, c := range has.OptionalClaims {
			all = append(all, c.Name)
		}
		return strings.Join(append(all, has.IdentifierURIs...), ", ")
	}
	if got := names(); got != "Theirs Theirs, Ours Ours, upn, email, api://{appId}/ours" {
		t.Errorf("adopted, it offers %s", got)
	}
	a.Drops = plan.Plan{AppRoles: a.AppRoles[1:], OptionalClaims: a.OptionalClaims, IdentifierURIs: a.IdentifierURIs}
	for range 2 {
		if _, err := s.RemoveScopes(t.Context(), objectID, appID, a, false); err != nil {
			t.Fatal(err)
		}
		if got := names(); got != "Theirs Theirs, upn" {
			t.Errorf("undone, it offers %s", got)
		}
	}
}

// Issue 7: a role of others with the plan's name counts only where it is for whom the plan says.
func TestARoleOfOthersThatIsForSomebodyElseIsRefused(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	theirs := app("theirs")
	objectID, appID, _ := w.made(s, theirs)
	theirs.AppRoles = []plan.AppRole{{Name: "Run", Title: "Run", Words: "Runs it.", Users: true, Apps: true}}
	if err := s.ExposeScopes(t.Context(), objectID, appID, theirs); err != nil {
		t.Fatal(err)
	}
	before := w.t.Raw(appID)
	a := app("adopts")
	a.ObjectID, a.AppID, a.Merge = objectID, appID, true
	a.AppRoles = []plan.AppRole{{Name: "Run", Title: "Run", Words: "Runs it.", Apps: true}}
	err := s.ExposeScopes(t.Context(), objectID, appID, a)
	if no, ok := errors.AsType[*workflow.ServiceError](err); !ok || no.Code != "RoleDiffers" ||
		!strings.Contains(no.Text, "for people and apps; the plan has it for apps") {
		t.Errorf("it is answered with %v", err)
	}
	w.only("refused", before, w.t.Raw(appID))
}

// Issue 7: Entra takes scopes that differ in capitals for one.
func TestAScopeOfOthersThatDiffersInCapitalsIsRefused(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	m := w.odd()
	before := w.t.Raw(m.AppID)
	a := app("adopts")
	a.ObjectID, a.AppID, a.Merge = m.ObjectID, m.AppID, true
	a.Scopes = []plan.Scope{scope("ODD.SCOPE", false)}
	for _, a.Merge = range []bool{true, false} {
		err := s.ExposeScopes(t.Context(), m.ObjectID, m.AppID, a)
		if no, ok := errors.AsType[*workflow.ServiceError](err); !ok || no.Code != "ScopeDiffers" ||
			!strings.Contains(no.Text, "the scope odd.scope already. The plan has it as ODD.SCOPE") {
			t.Errorf("it is answered with %v", err)
		}
	}
	w.only("refused", before, w.t.Raw(m.AppID))
}

// Issue 7: the identifier URI that comes with the first scope may be in the plan too.
func TestAnIdentifierURIThatThePlanNamesTooIsWrittenOnce(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	a := app("named")
	objectID, appID, _ := w.made(s, a)
	a.Scopes, a.IdentifierURIs = []plan.Scope{scope("orders.read", false)}, []string{"https://contoso.com/x", plan.OwnURI}
	if err := s.ExposeScopes(t.Context(), objectID, appID, a); w.saw(err) != nil {
		t.Fatal(err)
	}
	if got, _ := w.t.Application(appID); !slices.Equal(got.IdentifierURIs, []string{"api://" + appID, "https://contoso.com/x"}) {
		t.Errorf("it is called %v", got.IdentifierURIs)
	}
}
