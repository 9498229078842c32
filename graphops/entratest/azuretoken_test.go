package entratest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/entra-app/entra-app/graphops/entratest"
)

func TestATokenForAzureTakesConsentAndItsOwnAudience(t *testing.T) {
	w := newAzureWorld(t)
	list := "/subscriptions" + subVersion
	for _, scope := range []string{w.arm + "/.default", w.arm + "/user_impersonation", "https://management.azure.com//user_impersonation"} {
		status, body := w.renew("ada", scope)
		if status != 200 {
			t.Errorf("%s: %v", scope, body)
			continue
		}
		if r := w.azure(body["access_token"].(string), "GET", list, nil); r.status != 200 || len(r.values()) != 1 {
			t.Errorf("%s: %d %s", scope, r.status, r.raw)
		}
		w.refused(w.world.call(body["access_token"].(string), "GET", "/me", nil), 401, "InvalidAuthenticationToken", "audience")
	}
	w.refused(w.azure(w.world.as("ada", "User.Read"), "GET", list, nil), 401, "InvalidAuthenticationTokenAudience",
		"wrong audience or resource")
	w.refused(w.azure("", "GET", list, nil), 401, "AuthenticationFailed", "header is missing")
	w.refused(w.azure("made up", "GET", list, nil), 401, "InvalidAuthenticationToken", "")
	old := w.azureToken("ada")
	w.clock.move(2 * time.Hour)
	w.refused(w.azure(old, "GET", list, nil), 401, "ExpiredAuthenticationToken", "expiry")
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Without", Scopes: []string{"User.Read"}, PublicClientFlows: true})
	if status, body := w.renew("ada", w.arm+"/.default"); status != 400 ||
		!strings.Contains(body["error_description"].(string), "AADSTS65001") {
		t.Errorf("without consent: %d %v", status, body)
	}
}

func TestMSALGetsATokenForAzureFromTheSameSignIn(t *testing.T) {
	w := newAzureWorld(t)
	c, r, err := w.signIn(func(code string) {
		if err := w.s.SignIn(code, "ada@contoso.com"); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, scope := range []string{w.arm + "/user_impersonation", w.arm + "/.default"} {
		azure, err := c.AcquireTokenSilent(t.Context(), []string{scope}, public.WithSilentAccount(r.Account))
		if err != nil {
			t.Errorf("%s: %v", scope, err)
			continue
		}
		if got := w.azure(azure.AccessToken, "GET", "/subscriptions/"+w.sub.ID+subVersion, nil); got.status != 200 {
			t.Errorf("%s: %d %s", scope, got.status, got.raw)
		}
	}
	w.t.RevokeSessions("ada@contoso.com")
	if _, err := c.AcquireTokenSilent(t.Context(), []string{"https://management.azure.com/user_impersonation"},
		public.WithSilentAccount(r.Account)); err == nil || !strings.Contains(err.Error(), "AADSTS50173") {
		t.Errorf("after the session was revoked: %v", err)
	}
}
