package graphops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
)

func TestAdaSignsIn(t *testing.T) {
	w := newWorld(t)
	in, err := w.dir.SignIn(t.Context(), "contoso", append([]string{"User.ReadBasic.All", "Directory.Read.All"}, botScopes...))
	if err != nil {
		t.Fatal(err)
	}
	p := in.Prompt()
	if p.URL != "https://pages.test/devicelogin" || p.Code.IsZero() || time.Until(p.Expires) < 14*time.Minute {
		t.Errorf("the prompt is %+v", p)
	}
	if text := fmt.Sprintf("%v %+v %#v", in, in, in); strings.Contains(text, p.Code.Reveal()) {
		t.Errorf("a sign-in prints its code: %s", text)
	}
	w.s.SignIn(p.Code.Reveal(), "ada@contoso.com")
	s, err := in.Wait(t.Context(), workflow.Ask{Resources: all, Email: "bea@contoso.com"})
	if err != nil {
		t.Fatal(err)
	}
	who := s.Signer()
	if who.TenantID != w.t.ID || who.TenantName != "Contoso" || who.UPN != "ada@contoso.com" || who.Mail != "ada@contoso.com" ||
		who.ObjectID == "" {
		t.Errorf("signed in: %+v", who)
	}
	if !slices.Equal(who.Roles, []string{entratest.GlobalAdministrator}) {
		t.Errorf("roles %q", who.Roles)
	}
	if len(who.Requesters) != 1 || who.Requesters[0].UPN != "bea@contoso.com" {
		t.Errorf("requesters %+v", who.Requesters)
	}
	if n := w.s.RoundTrips(); n != 1 {
		t.Errorf("it took %d round trips to Graph", n)
	}
	for _, e := range w.s.Journal() {
		if e.Method != "GET" && e.Op != "devicecode" && e.Op != "token" && e.Op != "batch" {
			t.Errorf("signing in wrote something: %s %s", e.Method, e.Path)
		}
	}
}

func TestRolesFillSeveralPages(t *testing.T) {
	w := newWorldWith(t, entratest.Config{PageSize: 1}, append([]string{"Directory.Read.All"}, botScopes...)...)
	want := []string{entratest.CloudApplicationAdministrator, entratest.PrivilegedRoleAdministrator, entratest.GlobalReader}
	w.t.ChangeUser("ada@contoso.com", func(u *entratest.User) { u.Roles = want })
	got := slices.Sorted(slices.Values(w.session("ada").Signer().Roles))
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("roles %q, want %q", got, want)
	}
}

func TestWhoTheRequesterIs(t *testing.T) {
	for _, c := range []struct {
		name  string
		email string
		users []entratest.User
		want  int
	}{
		{"nobody has the address", "no.one@contoso.com", nil, 0},
		{"no address is known", "", nil, 0},
		{"the address is a UPN and the mail of the same account", "bea@contoso.com", nil, 1},
		{"the address is one's UPN and another's mail", "bea@contoso.com",
			[]entratest.User{{UPN: "b.other@contoso.com", Mail: "bea@contoso.com"}}, 2},
		{"the address has a quote in it", "o'neil@contoso.com", []entratest.User{{UPN: "o'neil@contoso.com"}}, 1},
		{"the address is a filter", "x' or mail ne 'x", nil, 0},
		{"the address is a path", "../organization#?$select=id", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			for _, u := range c.users {
				w.t.AddUser(u)
			}
			in := w.begin()
			w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com")
			s, err := in.Wait(t.Context(), workflow.Ask{Email: c.email})
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Signer().Requesters; len(got) != c.want {
				t.Errorf("found %+v, want %d", got, c.want)
			}
		})
	}
}

func TestTheRequesterIsLookedUpWithAnotherScopeOrNotAtAll(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, botScopes...)
	if got := w.session("ada").Signer().Requesters; got != nil {
		t.Errorf("found %+v without consent", got)
	}
	w = newWorld(t)
	if got := w.session("ada").Signer().Requesters; len(got) != 1 {
		t.Errorf("found %+v with consent for User.ReadBasic.All", got)
	}
}

func TestASignInThatComesToNothingSaysWhy(t *testing.T) {
	fail := func(code int) func(*world, string) {
		return func(w *world, user string) { w.s.FailSignIn(user, code) }
	}
	for _, c := range []struct {
		name string
		do   func(w *world, userCode string)
		want workflow.SignInReason
		code int
	}{
		{"declined", func(w *world, c string) { w.s.Decline(c) }, workflow.SignInDeclined, 70017},
		{"expired at Microsoft", func(w *world, c string) { w.later(16 * time.Minute) }, workflow.SignInExpired, 70020},
		{"Conditional Access", fail(53003), workflow.SignInBlocked, 53003},
		{"security policy", fail(530032), workflow.SignInBlocked, 530032},
		{"security defaults", fail(530035), workflow.SignInBlocked, 530035},
		{"device code flow is blocked", fail(530033), workflow.SignInBlocked, 530033},
		{"device not compliant", fail(53000), workflow.SignInBlocked, 53000},
		{"no consent", fail(65001), workflow.SignInNoConsent, 65001},
		{"consent declined", fail(65004), workflow.SignInNoConsent, 65004},
		{"admin consent needed", fail(90094), workflow.SignInNoConsent, 90094},
		{"admin consent workflow", fail(90095), workflow.SignInNoConsent, 90095},
		{"resource not required", fail(650057), workflow.SignInNoConsent, 650057},
		{"not assigned", fail(50105), workflow.SignInNotAssigned, 50105},
		{"another tenant", fail(50020), workflow.SignInWrongTenant, 50020},
		{"a guest unknown here", fail(90072), workflow.SignInWrongTenant, 90072},
		{"not a public client", fail(7000218), workflow.SignInClient, 7000218},
		{"no such client", fail(700016), workflow.SignInClient, 700016},
		{"MFA", fail(50076), workflow.SignInMFA, 50076},
		{"MFA", fail(50074), workflow.SignInMFA, 50074},
		{"MFA is not set up", fail(50079), workflow.SignInMFA, 50079},
		{"MFA is not set up", fail(50072), workflow.SignInMFA, 50072},
		{"anything else", fail(50173), workflow.SignInOther, 50173},
	} {
		t.Run(fmt.Sprint(c.name, " ", c.code), func(t *testing.T) {
			w := newWorld(t)
			in := w.begin()
			c.do(w, in.Prompt().Code.Reveal())
			_, err := in.Wait(t.Context(), workflow.Ask{})
			got, ok := errors.AsType[*workflow.SignInError](w.saw(err))
			if !ok || got.Reason != c.want || got.Code != c.code || got.Ref == "" {
				t.Errorf("got %+v, want %s", err, c.want)
			}
		})
	}
}

func TestTheCallerGoesAwayWhileSomebodySignsIn(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	in, err := w.dir.SignIn(ctx, "contoso", botScopes)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := in.Wait(ctx, workflow.Ask{}); w.saw(err) != context.Canceled {
		t.Errorf("got %v", err)
	}
}

func TestNoCodeIsGivenOut(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*world)
		want string
	}{
		{"the service is down", func(w *world) { w.s.Fail("devicecode", entratest.Before, 503, 1) }, "temporary"},
		{"the service throttles", func(w *world) { w.s.Fail("devicecode", entratest.Before, 429, 1) }, "temporary"},
		{"the connection breaks", func(w *world) { w.s.Fail("devicecode", entratest.Before, 0, 1) }, "temporary"},
		{"the answer is lost", func(w *world) { w.s.Fail("devicecode", entratest.After, 0, 1) }, "temporary"},
		{"discovery is down", func(w *world) { w.s.Fail("openid", entratest.Before, 503, 1) }, "temporary"},
		{"the client does not exist", func(w *world) {
			w.client.AppID = "99999999-9999-4999-8999-999999999999"
			w.dir = w.directory(nil)
		}, "client"},
		{"the tenant does not exist", func(w *world) {
			w.dir = w.directory(func(c *Config) { c.Tenants[0].TenantID = "99999999-9999-4999-8999-999999999999" })
		}, "tenant"},
		{"it says that it is not well", func(w *world) { w.s.Fail("devicecode", entratest.Before, 400, 1) }, "temporary"},
		{"discovery says that it is not well", func(w *world) { w.s.Fail("openid", entratest.Before, 400, 1) }, "temporary"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.do(w)
			_, err := w.dir.SignIn(t.Context(), "contoso", botScopes)
			got := ""
			if no, ok := errors.AsType[*workflow.SignInError](w.saw(err)); ok {
				got = string(no.Reason)
			} else if isTemporary(err) {
				got = "temporary"
			}
			if got != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	w := newWorld(t)
	if _, err := w.dir.SignIn(t.Context(), "fabrikam", nil); err == nil || isTemporary(err) {
		t.Errorf("a tenant that is not configured: %v", err)
	}
}

func TestWhoSignedInIsAskedAgainUntilGraphAnswers(t *testing.T) {
	for name, do := range map[string]func(*world){
		"it throttles each part":  func(w *world) { w.t.Change(func(k *entratest.Knobs) { k.ThrottleEach = true }) },
		"the connection breaks":   func(w *world) { w.s.Fail("batch", entratest.Before, 0, 1) },
		"one part is unavailable": func(w *world) { w.s.Fail("organization", entratest.Before, 503, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			do(w)
			if who := w.session("ada").Signer(); who.UPN != "ada@contoso.com" || len(who.Requesters) != 1 {
				t.Errorf("signed in: %+v", who)
			}
		})
	}
}

func TestATokenThatGraphRefusesIsNoSignIn(t *testing.T) {
	w := newWorld(t)
	in := w.begin()
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	w.wire = func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/$batch") {
			return answering(401, graphError("InvalidAuthenticationToken")), nil
		}
		return nil, nil
	}
	if _, err := in.Wait(t.Context(), workflow.Ask{}); reason(w.saw(err)) != workflow.SignInOther {
		t.Errorf("got %v", err)
	}
}

func TestAClosedSessionIsOver(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	obj, appID, sp := w.made(s, app("payroll"))
	before := w.s.RoundTrips()
	s.Close()
	s.Close()
	ctx := t.Context()
	for name, err := range map[string]error{
		"EnsureApplication":      second(s.EnsureApplication(ctx, app("payroll"))),
		"EnsureServicePrincipal": last(s.EnsureServicePrincipal(ctx, principalFor(appID))),
		"EnsureOwners":           owned(ctx, s, obj, []string{s.Signer().ObjectID}, nil),
		"EnsureConsent":          s.EnsureConsent(ctx, sp, nil),
		"Keys":                   last(s.Passwords(ctx, obj)),
		"AddKey":                 second(s.AddPassword(ctx, obj, "x", time.Now())),
		"RemoveKey":              s.RemovePassword(ctx, obj, obj),
		"DeleteApplication":      s.DeleteApplication(ctx, "entra-app-payroll", ""),
	} {
		if !errors.Is(err, workflow.ErrSessionOver) {
			t.Errorf("%s of a closed session: %v", name, err)
		}
	}
	if w.s.RoundTrips() != before {
		t.Error("a closed session has called Graph")
	}
}

func last[T any](_ T, err error) error           { return err }
func second[T, U any](_ T, _ U, err error) error { return err }

func TestTheSessionIsOverWhenTheTokenIs(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	w.later(2 * time.Hour)
	if _, err := s.EnsureServicePrincipal(t.Context(), principalFor(w.client.AppID)); !errors.Is(w.saw(err), workflow.ErrSessionOver) {
		t.Errorf("got %v", err)
	}
	if err := s.EnsureConsent(t.Context(), w.client.AppID, nil); err != nil {
		t.Errorf("nothing to consent to, and yet %v", err)
	}
}

func TestTheSignerIsWhoTheTokenSays(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada").(*session)
	for _, c := range []struct {
		by   login.SignedIn
		want workflow.SignInReason
	}{
		{login.SignedIn{TenantID: "99999999-9999-4999-8999-999999999999", ObjectID: s.signer.ObjectID}, workflow.SignInWrongTenant},
		{login.SignedIn{ObjectID: s.signer.ObjectID}, workflow.SignInWrongTenant},
		{login.SignedIn{TenantID: w.t.ID, ObjectID: "99999999-9999-4999-8999-999999999999"}, workflow.SignInOther},
	} {
		if err := s.identify(t.Context(), workflow.Ask{}, &c.by); reason(w.saw(err)) != c.want {
			t.Errorf("%s in %s: %v", c.by.ObjectID, c.by.TenantID, err)
		}
	}
	by := &login.SignedIn{TenantID: strings.ToUpper(w.t.ID), ObjectID: strings.ToUpper(s.signer.ObjectID)}
	if err := s.identify(t.Context(), workflow.Ask{}, by); err != nil {
		t.Errorf("in another case: %v", err)
	}
}

func TestATokenThatMayNotReadWhoSignedInIsNoSession(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, botScopes...)
	in, err := w.dir.SignIn(t.Context(), "contoso", []string{"Application.ReadWrite.All"})
	if err != nil {
		t.Fatal(err)
	}
	w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com")
	if s, err := in.Wait(t.Context(), workflow.Ask{}); reason(w.saw(err)) != workflow.SignInNoConsent || s != nil {
		t.Errorf("got %v, %v", s, err)
	}
}

func TestARequestToGraphIsWhatItShouldBe(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	var h http.Header
	w.wire = func(r *http.Request) (*http.Response, error) {
		h = r.Header
		return nil, nil
	}
	if _, _, err := s.EnsureApplication(t.Context(), app("payroll")); err != nil {
		t.Fatal(err)
	}
	id := h["Client-Request-Id"]
	if len(id) != 1 || !strings.Contains(w.log.String(), id[0]) {
		t.Errorf("client-request-id is %q, and should be in the log", id)
	}
	if h.Get("Content-Encoding") != "" || !strings.HasPrefix(h.Get("SdkVersion"), "graph-go/"+sdkVersion) ||
		h.Get("Prefer") != "create-if-missing" {
		t.Errorf("headers %v", h)
	}
	for _, word := range []string{w.t.ID, "payroll", "bea@contoso.com", "ada@contoso.com"} {
		if strings.Contains(w.log.String(), word) {
			t.Errorf("the log has %s in it", word)
		}
	}
}

func TestADisabledAccountIsSeenWhereTheTokenIsGoodForThat(t *testing.T) {
	for _, may := range []bool{true, false} {
		w := newWorld(t)
		w.t.AddUser(entratest.User{UPN: "tom@contoso.com", Name: "Tom", Disabled: true})
		w.t.AddUser(entratest.User{UPN: "weiss@contoso.com", Mail: "weiss.mail@contoso.com", Disabled: true})
		if !may { // Entra has another answer for what User.ReadBasic.All does not have; here all of a batch comes this way
			w.wire = func(r *http.Request) (*http.Response, error) {
				if !strings.HasSuffix(r.URL.Path, "/$batch") {
					return nil, nil
				}
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				body = bytes.ReplaceAll(body, []byte("$select=id,accountEnabled"), []byte("$select=id,nothing"))
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
				return nil, nil
			}
		}
		in := w.begin()
		if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
			t.Fatal(err)
		}
		s, err := in.Wait(t.Context(), workflow.Ask{Email: "bea@contoso.com",
			Owners: []string{"tom@contoso.com", "weiss.mail@contoso.com", "nobody@contoso.com"}})
		if err != nil {
			t.Fatal(err)
		}
		got := s.Signer().Owners
		for _, email := range []string{"tom@contoso.com", "weiss.mail@contoso.com"} {
			if a := got[email]; len(a) != 1 || a[0].Disabled != may || a[0].UPN == "" {
				t.Errorf("good for that: %v; %s is %+v", may, email, a)
			}
		}
		if a := got["bea@contoso.com"]; len(a) != 1 || a[0].Disabled || len(got["nobody@contoso.com"]) != 0 {
			t.Errorf("good for that: %v; %+v", may, got)
		}
		s.Close()
	}
}
