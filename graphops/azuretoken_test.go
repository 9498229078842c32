package graphops

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// forAzure reports whether a request is for the token that is for Azure.
func forAzure(path, body string) bool {
	return strings.HasSuffix(path, "/token") && strings.Contains(body, "user_impersonation")
}

func TestATokenForAzureIsAskedForAgainWhenEntraIsNotWell(t *testing.T) {
	for name, fails := range map[string]func() (*http.Response, error){
		"unavailable":           func() (*http.Response, error) { return answering(503, "{}"), nil },
		"throttled":             func() (*http.Response, error) { return answering(429, "{}", "Retry-After", "1"), nil },
		"the connection breaks": func() (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
		"it says so": func() (*http.Response, error) {
			return answering(400, `{"error":"temporarily_unavailable","error_codes":[90033]}`), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := azureWorld(t, entratest.AzureOwner)
			n := 0
			w.rewritten(forAzure, func(status int, body string) (int, string) { n++; return status, body })
			pass := w.wire
			w.wire = func(r *http.Request) (*http.Response, error) {
				if body := peek(r); forAzure(r.URL.Path, body) && n == 0 {
					n++
					return fails()
				}
				return pass(r)
			}
			s, err := w.azureSession("Microsoft.Authorization/roleAssignments/write")
			if err != nil || len(s.Signer().Subscriptions) != 2 || n != 2 {
				t.Fatalf("after %d requests for a token: %v", n, err)
			}
		})
	}
}

func TestWhyThereIsNoTokenForAzure(t *testing.T) {
	for _, c := range []struct {
		status int
		says   string
		want   workflow.SignInReason
	}{
		{400, `{"error":"invalid_grant","error_codes":[65001],"trace_id":"t"}`, workflow.SignInNoConsent},
		{400, `{"error":"interaction_required","error_codes":[50076],"trace_id":"t"}`, workflow.SignInMFA},
		{400, `{"error":"invalid_grant","error_codes":[53003],"trace_id":"t"}`, workflow.SignInBlocked},
		{400, `{"error":"invalid_resource","error_codes":[500011],"trace_id":"t"}`, workflow.SignInOther},
		{200, `{"token_type":"Bearer","scope":"openid profile","expires_in":3599,"access_token":"at"}`, workflow.SignInNoConsent},
		{200, `{"token_type":"Bearer","scope":"user_impersonation","expires_in":3599}`, workflow.SignInOther},
	} {
		t.Run(fmt.Sprint(c.says), func(t *testing.T) {
			w := azureWorld(t, entratest.AzureOwner)
			w.rewritten(forAzure, func(int, string) (int, string) { return c.status, c.says })
			if s, err := w.azureSession(); s != nil || reason(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestATokenForAzureIsTakenHoweverEntraSpellsItsScope(t *testing.T) {
	for _, scope := range []string{"user_impersonation", "https://management.azure.com/user_impersonation",
		"https://management.azure.com//user_impersonation",
		"https://management.azure.com/user_impersonation/", "https://management.core.windows.net//User_Impersonation openid"} {
		t.Run(scope, func(t *testing.T) {
			w := azureWorld(t, entratest.AzureOwner)
			seen := false
			w.rewritten(forAzure, func(status int, body string) (int, string) {
				again := strings.ReplaceAll(body, w.url+"/user_impersonation", scope)
				seen = again != body
				return status, again
			})
			s, err := w.azureSession("Microsoft.Authorization/roleAssignments/write")
			if err != nil || !seen || len(s.Signer().Subscriptions) != 2 {
				t.Errorf("respelled: %v; %v", seen, err)
			}
		})
	}
}
