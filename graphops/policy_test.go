package graphops

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// The code is asked for with what the plan needs. What is optional is added to the
// token afterwards, without another code, as far as the client has consent for it.
func TestTheTenantsPolicyForAppsIsReadWhereTheClientHasConsent(t *testing.T) {
	all := workflow.AppPolicy{NoSecrets: true, SecretMax: 90 * 24 * time.Hour, CertificateMax: 365 * 24 * time.Hour}
	for _, c := range []struct {
		what      string
		consented []string
		ask       workflow.Ask
		want      workflow.AppPolicy
		people    bool
		tokens    int // asked for, with that of the code
	}{
		{"all", []string{"Directory.Read.All", "Policy.Read.All"}, workflow.Ask{Email: "bea@contoso.com", Policy: true}, all, true, 2},
		{"the directory only", []string{"Directory.Read.All"}, workflow.Ask{Email: "bea@contoso.com", Policy: true}, workflow.AppPolicy{}, true, 3},
		{"people and the policy", []string{"User.ReadBasic.All", "Policy.Read.All"}, workflow.Ask{Email: "bea@contoso.com", Policy: true}, all, true, 4},
		{"people only", []string{"User.ReadBasic.All"}, workflow.Ask{Email: "bea@contoso.com", Policy: true}, workflow.AppPolicy{}, true, 5},
		{"the policy only", []string{"Policy.Read.All"}, workflow.Ask{Email: "bea@contoso.com", Policy: true}, all, false, 6},
		{"neither", nil, workflow.Ask{Email: "bea@contoso.com", Policy: true}, workflow.AppPolicy{}, false, 6},
		{"all, and nobody wants the policy", []string{"Directory.Read.All", "Policy.Read.All"}, workflow.Ask{Email: "bea@contoso.com"}, workflow.AppPolicy{}, true, 2},
		{"all, and nothing is wanted", []string{"Directory.Read.All", "Policy.Read.All"}, workflow.Ask{}, workflow.AppPolicy{}, false, 2},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWorldWith(t, entratest.Config{}, append(c.consented, botScopes...)...)
			w.t.Change(func(k *entratest.Knobs) {
				k.ForbidSecrets, k.MaxSecretLifetime, k.MaxKeyLifetime = true, 90*24*time.Hour, 365*24*time.Hour
			})
			in := w.begin()
			if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
				t.Fatal(err)
			}
			s, err := in.Wait(t.Context(), c.ask)
			if w.saw(err) != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if got := s.Signer(); got.Policy != c.want || (len(got.Requesters) == 1) != c.people || got.UPN != "ada@contoso.com" {
				t.Errorf("got %+v, want %+v, people %v", got, c.want, c.people)
			}
			if n, tokens := w.s.RoundTrips(), w.count("token"); n != 1 || tokens != c.tokens {
				t.Errorf("it took %d round trips to Graph and %d tokens, want 1 and %d", n, tokens, c.tokens)
			}
		})
	}
}

// A sign-in service that is not well, or a policy against it, costs what is
// optional and nothing else.
func TestASignInDoesNotFailForWhatIsOptional(t *testing.T) {
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusBadRequest} {
		w := newWorldWith(t, entratest.Config{}, append([]string{"User.ReadBasic.All"}, botScopes...)...)
		in := w.begin()
		if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
			t.Fatal(err)
		}
		n := 0
		w.wire = func(r *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(r.URL.Path, "/token") {
				return nil, nil
			}
			if n++; n == 1 || status == http.StatusServiceUnavailable && n > 2 {
				return nil, nil
			}
			return answering(status, `{"error":"interaction_required","error_codes":[50076]}`), nil
		}
		s, err := in.Wait(t.Context(), workflow.Ask{Email: "bea@contoso.com"})
		if w.saw(err) != nil {
			t.Fatalf("%d: %v", status, err)
		}
		if found := len(s.Signer().Requesters) == 1; found != (status == http.StatusServiceUnavailable) || s.Signer().UPN != "ada@contoso.com" {
			t.Errorf("%d: %+v", status, s.Signer())
		}
		s.Close()
	}
}
