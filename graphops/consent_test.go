package graphops

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// widePlan is n application permissions of three resources, and some delegated ones.
func widePlan(t testing.TB, n int) []plan.Permission {
	t.Helper()
	ps := []plan.Permission{readUser, readMail, fullAccess, allSites}
	for _, p := range catalog.All() {
		if len(ps) == n {
			return ps
		}
		if p.ResourceAppID == catalog.MicrosoftGraph && p.Type == catalog.Application && strings.HasSuffix(p.Name, ".Read.All") {
			ps = append(ps, permission(p.ResourceAppID, p.Type, p.Name))
		}
	}
	t.Fatalf("the catalogue has only %d", len(ps))
	return nil
}

func TestConsentIsOneRoundTrip(t *testing.T) {
	for _, n := range []int{1, 20, 45} {
		w := newWorld(t)
		s := w.session("ada", all...)
		ps := widePlan(t, max(n, 4))
		_, appID, sp := w.made(s, app("wide", ps...))
		before := w.s.RoundTrips()
		if err := s.EnsureConsent(t.Context(), sp, ps); w.saw(err) != nil {
			t.Fatal(err)
		}
		if got, want := w.s.RoundTrips()-before, (len(ps)-1+19)/20; got != want { // two delegated ones are one grant
			t.Errorf("%d permissions took %d batches, want %d", len(ps), got, want)
		}
		if got, _ := w.t.Application(appID); len(got.Roles)+len(got.Scopes) != len(ps) {
			t.Errorf("granted %q and %q", got.Roles, got.Scopes)
		}
		before = w.s.RoundTrips()
		if err := s.EnsureConsent(t.Context(), sp, ps); err != nil || w.s.RoundTrips() != before {
			t.Errorf("what is done was sent again (%v)", err)
		}
	}
}

func TestConsentThatIsThereAlreadyIsSuccess(t *testing.T) {
	w := newWorldWith(t, entratest.Config{PageSize: 2}, append([]string{"User.ReadBasic.All", "Directory.Read.All"}, botScopes...)...)
	ps := widePlan(t, 12)
	s := w.session("ada", all...)
	_, appID, sp := w.made(s, app("payroll", ps...))
	if err := s.EnsureConsent(t.Context(), sp, ps[:7]); w.saw(err) != nil {
		t.Fatal(err)
	}
	other := w.session("ada", all...) // another run of the bot knows nothing of that
	if err := other.EnsureConsent(t.Context(), sp, ps); w.saw(err) != nil {
		t.Fatal(err)
	}
	if got, _ := w.t.Application(appID); len(got.Roles)+len(got.Scopes) != len(ps) {
		t.Errorf("granted %q and %q", got.Roles, got.Scopes)
	}
}

func TestAGrantIsWidenedToWhatWasApprovedAndNoFurther(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	_, appID, sp := w.made(s, app("payroll", readUser, readMail))
	if err := s.EnsureConsent(t.Context(), sp, []plan.Permission{readUser}); err != nil {
		t.Fatal(err)
	}
	if err := w.session("ada", all...).EnsureConsent(t.Context(), sp, []plan.Permission{readUser, readMail}); w.saw(err) != nil {
		t.Fatal(err)
	}
	got, _ := w.t.Application(appID)
	if slices.Sort(got.Scopes); !slices.Equal(got.Scopes, []string{"Microsoft Graph/Mail.Read", "Microsoft Graph/User.Read"}) {
		t.Errorf("granted %q", got.Scopes)
	}
	for _, approved := range [][]plan.Permission{{readMail}, {readMail, readDirectory},
		{permission(catalog.MicrosoftGraph, catalog.Delegated, "Files.Read.All")}} {
		err := w.session("ada", all...).EnsureConsent(t.Context(), sp, approved)
		more, ok := errors.AsType[*workflow.ExcessError](w.saw(err))
		if !ok || !slices.Contains(more.Names, "User.Read") {
			t.Errorf("it can do more than %v, and yet: %v", approved, err)
		}
	}
	if again, _ := w.t.Application(appID); len(again.Scopes) != 2 {
		t.Errorf("a grant that was not approved was changed to %q", again.Scopes)
	}
}

func TestOnlyWhatIsMissingIsSentAgain(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	ps := widePlan(t, 12)
	_, appID, sp := w.made(s, app("payroll", ps...))
	w.s.Fail("assignAppRole", entratest.Before, 429, 3)
	err := w.saw(s.EnsureConsent(t.Context(), sp, ps))
	later, ok := errors.AsType[workflow.Temporary](err)
	if !ok || later.RetryAfter().Seconds() != 1 {
		t.Fatalf("throttled: %v", err)
	}
	before := w.count("assignAppRole")
	if err := s.EnsureConsent(t.Context(), sp, ps); w.saw(err) != nil {
		t.Fatal(err)
	}
	if n := w.count("assignAppRole") - before; n != 3 {
		t.Errorf("%d were sent again, and 3 were missing", n)
	}
	if got, _ := w.t.Application(appID); len(got.Roles)+len(got.Scopes) != len(ps) {
		t.Errorf("granted %q and %q", got.Roles, got.Scopes)
	}
}

func TestTheLongestWaitOfABatchCounts(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	_, _, sp := w.made(s, app("payroll", readDirectory))
	w.wire = func(r *http.Request) (*http.Response, error) {
		return answering(200, `{"responses":[
			{"id":"2","status":429,"headers":{"Retry-After":"7"}},
			{"id":"0","status":429,"headers":{"retry-after":"120"},"body":{"error":{"code":"TooManyRequests"}}},
			{"id":"1","status":424,"headers":{}},
			{"id":"9","status":201},{"id":"x","status":201}]}`), nil
	}
	err := w.saw(s.EnsureConsent(t.Context(), sp, []plan.Permission{readDirectory, readGroups, readUser}))
	if later, ok := errors.AsType[workflow.Temporary](err); !ok || later.RetryAfter().Seconds() != 120 {
		t.Errorf("got %v", err)
	}
	w.wire = func(r *http.Request) (*http.Response, error) { return answering(200, `{"responses":[]}`), nil }
	if err := w.saw(s.EnsureConsent(t.Context(), sp, []plan.Permission{readDirectory})); !isTemporary(err) {
		t.Errorf("a batch without answers: %v", err)
	}
	w.wire = nil
	if err := s.EnsureConsent(t.Context(), sp, []plan.Permission{readDirectory, readGroups, readUser}); err != nil {
		t.Error(err)
	}
}

func TestANoCountsMoreThanALater(t *testing.T) {
	w := newWorld(t)
	s := w.session("cloe", all...)
	ps := []plan.Permission{fullAccess, readDirectory, readUser}
	_, appID, sp := w.made(s, app("payroll", ps...))
	w.s.Fail("createGrant", entratest.Before, 503, 1)
	err := s.EnsureConsent(t.Context(), sp, ps)
	if no := trouble(w.saw(err)); no == nil || no.Code != "Authorization_RequestDenied" ||
		!strings.Contains(no.Text, "Privileged Role Administrator") {
		t.Errorf("a Cloud Application Administrator consents to Graph: %v", err)
	}
	if got, _ := w.t.Application(appID); len(got.Roles) != 1 {
		t.Errorf("roles %q", got.Roles)
	}
	if err := s.EnsureConsent(t.Context(), sp, []plan.Permission{fullAccess, readUser}); w.saw(err) != nil {
		t.Errorf("what she may consent to: %v", err)
	}
}

func TestConsentIsReadBackWithNoMoreRightsThanThePlanAsksFor(t *testing.T) {
	for name, ps := range map[string][]plan.Permission{
		"application permissions only": {readDirectory, readGroups},
		"delegated permissions only":   {readUser, readMail},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, _, sp := w.made(w.session("ada"), app("payroll", ps...))
			for _, op := range []string{"assignAppRole", "createGrant"} {
				w.s.Fail(op, entratest.After, 503, 1)
			}
			in, err := w.dir.SignIn(t.Context(), "contoso", plan.Plan{Permissions: ps}.SignInScopes())
			if err != nil {
				t.Fatal(err)
			}
			if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
				t.Fatal(err)
			}
			s, err := in.Wait(t.Context(), workflow.Ask{Resources: all})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if err := w.patiently(func() error { return s.EnsureConsent(t.Context(), sp, ps) }); err != nil {
				t.Error(err)
			}
		})
	}
}
