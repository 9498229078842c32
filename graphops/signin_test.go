package graphops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
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

func last[T any](_ T, err error) error           { return err }
func second[T, U any](_ T, _ U, err error) error { return err }

// A wider token for Graph comes the same way.
func TestAWiderTokenIsAskedForAgainWhenEntraIsNotWell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := 0
	w.rewritten(func(path, body string) bool {
		return strings.HasSuffix(path, "/token") && strings.Contains(body, scopeDirectory)
	}, func(status int, body string) (int, string) {
		if n++; n == 1 {
			return 400, `{"error":"server_error","error_codes":[90006]}`
		}
		return status, body
	})
	if who := w.session("ada").Signer(); len(who.Requesters) != 1 || n != 2 {
		t.Errorf("after %d requests: %+v", n, who)
	}
}
