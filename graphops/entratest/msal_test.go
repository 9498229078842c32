package entratest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// msal is Microsoft's own library, signing in through the world's client.
func (w *world) msal() public.Client {
	w.Helper()
	c, err := public.New(w.client.AppID, public.WithAuthority(w.url+"/"+w.t.ID), public.WithHTTPClient(w.http),
		public.WithInstanceDiscovery(false))
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func (w *world) scopes() []string {
	var out []string
	for _, s := range botScopes {
		out = append(out, w.url+"/"+s)
	}
	return out
}

// signIn begins with MSAL, lets person act, and returns what MSAL makes of it.
func (w *world) signIn(person func(code string)) (public.Client, public.AuthResult, error) {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c := w.msal()
	code, err := c.AcquireTokenByDeviceCode(ctx, w.scopes())
	if err != nil {
		w.Fatal(err)
	}
	if code.Result.VerificationURL != "http://pages.test/devicelogin" {
		w.Errorf("verification URL %s", code.Result.VerificationURL)
	}
	person(code.Result.UserCode)
	r, err := code.AuthenticationResult(ctx)
	return c, r, err
}

func TestMSALSignsAdaInAfterAPoll(t *testing.T) {
	w := newWorld(t)
	polls := 0
	w.s.OnCall(func(op string, _ *http.Request) {
		if op != "token" {
			return
		}
		if polls++; polls == 2 { // the first poll finds the code pending
			if err := w.s.SignIn(strings.ToLower(w.s.UserCodes()[0]), "ada@contoso.com"); err != nil {
				t.Error(err)
			}
		}
	})
	c, r, err := w.signIn(func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if polls != 2 || r.IDToken.TenantID != w.t.ID || r.IDToken.PreferredUsername != "ada@contoso.com" ||
		r.Account.HomeAccountID != r.IDToken.Oid+"."+w.t.ID {
		t.Errorf("after %d polls: %+v", polls, r)
	}
	me := w.must(r.AccessToken, "GET", "/me?$select=id,userPrincipalName", nil)
	if me.id() != r.IDToken.Oid {
		t.Errorf("/me is %s, the token says %s", me.raw, r.IDToken.Oid)
	}
	if _, err := c.AcquireTokenSilent(context.Background(), []string{"https://management.azure.com/user_impersonation"},
		public.WithSilentAccount(r.Account)); err == nil {
		t.Error("a token for a resource without consent")
	}
	if _, err := c.AcquireTokenSilent(context.Background(), []string{w.url + "/Policy.Read.All"},
		public.WithSilentAccount(r.Account)); err != nil {
		t.Errorf("the refresh token does not work: %v", err)
	}
	w.t.RevokeSessions("ada@contoso.com")
	if _, err := c.AcquireTokenSilent(context.Background(), []string{w.url + "/Directory.Read.All"},
		public.WithSilentAccount(r.Account)); err == nil || !strings.Contains(err.Error(), "AADSTS50173") {
		t.Errorf("after the session was revoked: %v", err)
	}
}

func TestMSALHearsHowASignInFailed(t *testing.T) {
	for name, c := range map[string]struct {
		person func(*world, string)
		want   []string
	}{
		"declined": {func(w *world, code string) { w.s.Decline(code) }, []string{"authorization_declined"}},
		"expired":  {func(w *world, code string) { w.clock.move(16 * time.Minute) }, []string{"expired_token", "AADSTS70020"}},
		"blocked by Conditional Access": {func(w *world, code string) {
			w.t.Change(func(k *entratest.Knobs) { k.BlockDeviceCode = true })
			w.s.SignIn(code, "ada@contoso.com")
		}, []string{"AADSTS53003", "claims"}},
		"MFA": {func(w *world, code string) {
			w.t.Change(func(k *entratest.Knobs) { k.RequireMFA = true })
			w.s.SignIn(code, "ada@contoso.com")
		}, []string{"interaction_required", "AADSTS50076", "capolids"}},
		"made to fail": {func(w *world, code string) { w.s.FailSignIn(code, 90094) }, []string{"AADSTS90094"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, _, err := w.signIn(func(code string) { c.person(w, code) })
			if err == nil {
				t.Fatal("signed in")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %s", err, want)
				}
			}
		})
	}
}

func TestMSALIsToldWhenAScopeHasNoConsent(t *testing.T) {
	w := newWorld(t)
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Unconsented", Scopes: []string{"User.Read"}, PublicClientFlows: true})
	_, _, err := w.signIn(func(code string) {
		if err := w.s.SignIn(code, "ada@contoso.com"); err == nil || !strings.Contains(err.Error(), "AADSTS65001") {
			t.Errorf("the page said %v", err)
		}
	})
	if err == nil || !strings.Contains(err.Error(), "AADSTS65001") {
		t.Errorf("got %v", err)
	}
}

func TestMSALIsToldWhenPublicClientFlowsAreOff(t *testing.T) {
	w := newWorld(t)
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Not public", Scopes: botScopes})
	_, _, err := w.signIn(func(string) {})
	if err == nil || !strings.Contains(err.Error(), "AADSTS7000218") || !strings.Contains(err.Error(), "invalid_client") {
		t.Errorf("got %v", err)
	}
}

func TestADeadlinePassesWhileMSALPolls(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	w.s.OnCall(func(op string, _ *http.Request) {
		if op == "token" {
			cancel()
		}
	})
	code, err := w.msal().AcquireTokenByDeviceCode(ctx, w.scopes())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := code.AuthenticationResult(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestMSALGetsAnAppTokenWhoseRolesAreWhatWasGranted(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "proof")
	secret := w.must(w.as("ada"), "POST", "/applications/"+a.id+"/addPassword",
		o{"passwordCredential": o{"displayName": "x"}}).body["secretText"].(string)
	w.assign("ada", a, graphID, "Directory.Read.All")
	w.assign("ada", a, graphID, "Group.Read.All")

	claims := jwtClaims(t, w.appToken(a.appID, secret, w.url+"/.default"))
	roles, _ := json.Marshal(claims["roles"])
	if !strings.Contains(string(roles), "Directory.Read.All") || !strings.Contains(string(roles), "Group.Read.All") ||
		claims["oid"] != a.spID {
		t.Errorf("claims %v", claims)
	}
	if claims := jwtClaims(t, w.appToken(a.appID, secret, "https://outlook.office365.com/.default")); claims["roles"] != nil {
		t.Errorf("roles on Exchange: %v", claims)
	}
}

func (w *world) confidential(appID string, cred confidential.Credential) confidential.Client {
	w.Helper()
	c, err := confidential.New(w.url+"/"+w.t.ID, appID, cred, confidential.WithHTTPClient(w.http),
		confidential.WithInstanceDiscovery(false))
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func (w *world) tryAppToken(appID, secret, scope string) (string, error) {
	w.Helper()
	cred, err := confidential.NewCredFromSecret(secret)
	if err != nil {
		w.Fatal(err)
	}
	r, err := w.confidential(appID, cred).AcquireTokenByCredential(context.Background(), []string{scope})
	return r.AccessToken, err
}

func (w *world) appToken(appID, secret, scope string) string {
	w.Helper()
	token, err := w.tryAppToken(appID, secret, scope)
	if err != nil {
		w.Fatal(err)
	}
	return token
}

func jwtClaims(t *testing.T, token string) map[string]any {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return object(t, strings.NewReader(string(b)))
}

func TestANewSecretWorksOnlyAfterAWhile(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.Lag = entratest.Lag{Secret: 30 * time.Second, Consent: time.Minute} })
	a := w.register("ada", "proof")
	w.assign("ada", a, graphID, "Directory.Read.All")
	secret := w.must(w.as("ada"), "POST", "/applications/"+a.id+"/addPassword", o{}).body["secretText"].(string)
	if _, err := w.tryAppToken(a.appID, secret, w.url+"/.default"); err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
		t.Errorf("at once: %v", err)
	}
	w.clock.move(31 * time.Second)
	if claims := jwtClaims(t, w.appToken(a.appID, secret, w.url+"/.default")); claims["roles"] != nil {
		t.Errorf("before consent has spread the roles are %v", claims["roles"])
	}
	w.clock.move(30 * time.Second)
	if claims := jwtClaims(t, w.appToken(a.appID, secret, w.url+"/.default")); claims["roles"] == nil {
		t.Error("a minute after consent there are no roles")
	}
	w.clock.move(3 * 366 * 24 * time.Hour)
	if _, err := w.tryAppToken(a.appID, secret, w.url+"/.default"); err == nil || !strings.Contains(err.Error(), "AADSTS7000222") {
		t.Errorf("after three years: %v", err)
	}
	if _, err := w.tryAppToken("7e9f3f3e-0000-4000-8000-000000000000", secret, w.url+"/.default"); err == nil ||
		!strings.Contains(err.Error(), "AADSTS700016") {
		t.Errorf("of an unknown app: %v", err)
	}
}
