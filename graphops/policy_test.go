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
		{"all", []string{"Directory.Read.All", "Policy.Read.All"}, workflow.Ask{Email: "bea@contoso.com", Policy: true, New: true}, all,
			true, 2},
		{"the directory only", []string{"Directory.Read.All"}, workflow.Ask{Email: "bea@contoso.com", Policy: true, New: true},
			workflow.AppPolicy{}, true, 3},
		{"people and the policy", []string{"User.ReadBasic.All", "Policy.Read.All"},
			workflow.Ask{Email: "bea@contoso.com", Policy: true, New: true}, all, true, 4},
		{"people only", []string{"User.ReadBasic.All"}, workflow.Ask{Email: "bea@contoso.com", Policy: true, New: true},
			workflow.AppPolicy{}, true, 5},
		{"the policy only", []string{"Policy.Read.All"}, workflow.Ask{Email: "bea@contoso.com", Policy: true, New: true}, all, false, 6},
		{"neither", nil, workflow.Ask{Email: "bea@contoso.com", Policy: true, New: true}, workflow.AppPolicy{}, false, 6},
		{"all, and nobody wants the policy", []string{"Directory.Read.All", "Policy.Read.All"}, workflow.Ask{Email: "bea@contoso.com"},
			workflow.AppPolicy{}, true, 2},
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
		if found := len(s.Signer().Requesters) == 1; found != (status == http.StatusServiceUnavailable) ||
			s.Signer().UPN != "ada@contoso.com" {
			t.Errorf("%d: %+v", status, s.Signer())
		}
		s.Close()
	}
}

// policyWorld is one whose client may read policies.
func policyWorld(t *testing.T, k func(*entratest.Knobs)) *world {
	t.Helper()
	w := newWorldWith(t, entratest.Config{}, append([]string{"Directory.Read.All", "Policy.Read.All"}, botScopes...)...)
	w.t.Change(k)
	return w
}

// reads is what a sign-in reads of the policies.
func (w *world) reads(ask workflow.Ask) (workflow.AppPolicy, workflow.Session) {
	w.Helper()
	in := w.begin()
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
		w.Fatal(err)
	}
	ask.Email, ask.Policy = "bea@contoso.com", true
	s, err := in.Wait(w.Context(), ask)
	if w.saw(err) != nil {
		w.Fatal(err)
	}
	w.Cleanup(s.Close)
	return s.Signer().Policy, s
}

// services.md, section 4: restrictForAppsCreatedAfterDateTime is compared with when the
// application was created.
func TestAPolicyByDateIsComparedWithTheCreationOfTheApp(t *testing.T) {
	w := policyWorld(t, func(*entratest.Knobs) {})
	_, s := w.reads(workflow.Ask{New: true})
	old, _, _ := w.made(s, app("old"))
	w.later(2 * time.Hour)
	w.t.Change(func(k *entratest.Knobs) {
		k.ForbidSecrets, k.MaxKeyLifetime, k.PolicyFrom = true, 90*24*time.Hour, w.now().Add(-time.Hour)
	})
	strict := workflow.AppPolicy{NoSecrets: true, CertificateMax: 90 * 24 * time.Hour}
	p, s := w.reads(workflow.Ask{New: true})
	if p != strict {
		t.Errorf("a new app: %+v", p)
	}
	if p, _ := w.reads(workflow.Ask{Application: old}); p != (workflow.AppPolicy{}) {
		t.Errorf("an app from before: %+v", p)
	}
	if _, _, err := s.AddPassword(t.Context(), old, "EA-1", w.now().Add(time.Hour)); w.saw(err) != nil {
		t.Errorf("Entra itself: %v", err)
	}
	if p, _ := w.reads(workflow.Ask{}); p != (workflow.AppPolicy{}) {
		t.Errorf("an app of which nobody knows yet when it was created: %+v", p)
	}
	if p, err := s.PolicyFor(t.Context(), old); w.saw(err) != nil || p != (workflow.AppPolicy{}) {
		t.Errorf("read later: %+v, %v", p, err)
	}
	young, _, _ := w.made(s, app("young"))
	if p, err := s.PolicyFor(t.Context(), young); w.saw(err) != nil || p != strict {
		t.Errorf("of a young one: %+v, %v", p, err)
	}
}

// services.md, section 4: an application can have a policy of its own, whose restrictions
// override the tenant's one by one, and people can be exempt.
func TestExemptionsFromAPolicyAreSeen(t *testing.T) {
	w := policyWorld(t, func(k *entratest.Knobs) {
		k.ForbidSecrets, k.MaxKeyLifetime, k.ForbidMultitenant, k.PolicyShowsAudiences = true, time.Hour, true, true
	})
	_, s := w.reads(workflow.Ask{New: true})
	obj, appID, _ := w.made(s, app("exempt"))
	for what, c := range map[string]struct {
		own  entratest.AppManagement
		want workflow.AppPolicy
	}{
		"it defines nothing": {entratest.AppManagement{},
			workflow.AppPolicy{NoSecrets: true, CertificateMax: time.Hour, OwnTenantOnly: true}},
		"it adds one": {entratest.AppManagement{MaxSecretLifetime: 24 * time.Hour},
			workflow.AppPolicy{NoSecrets: true, SecretMax: 24 * time.Hour, CertificateMax: time.Hour, OwnTenantOnly: true}},
		"it disables one": {entratest.AppManagement{Off: []string{"passwordAddition"}},
			workflow.AppPolicy{CertificateMax: time.Hour, OwnTenantOnly: true}},
		"it allows more time": {entratest.AppManagement{MaxKeyLifetime: 48 * time.Hour},
			workflow.AppPolicy{NoSecrets: true, CertificateMax: 48 * time.Hour, OwnTenantOnly: true}},
		"its own is for later apps": {entratest.AppManagement{ForbidSecrets: true, From: w.now().Add(time.Hour)},
			workflow.AppPolicy{CertificateMax: time.Hour, OwnTenantOnly: true}},
		"it disables several": {entratest.AppManagement{Off: []string{"asymmetricKeyLifetime", "audiences"}},
			workflow.AppPolicy{NoSecrets: true}},
		"it disables what is no matter": {entratest.AppManagement{Off: []string{"passwordLifetime"}},
			workflow.AppPolicy{NoSecrets: true, CertificateMax: time.Hour, OwnTenantOnly: true}},
	} {
		w.t.Exempt(appID, c.own)
		if p, _ := w.reads(workflow.Ask{Application: obj}); p != c.want {
			t.Errorf("%s: %+v", what, p)
		}
		if p, err := s.PolicyFor(t.Context(), obj); w.saw(err) != nil || p != c.want {
			t.Errorf("%s, read later: %+v, %v", what, p, err)
		}
	}
	w.t.Change(func(k *entratest.Knobs) { k.PolicyExempts = []string{"ada@contoso.com"} })
	p, s := w.reads(workflow.Ask{New: true})
	if p.NoSecrets || p.CertificateMax != time.Hour {
		t.Errorf("where somebody is exempt nothing is forbidden for certain: %+v", p)
	}
	other, _, _ := w.made(s, app("by somebody exempt"))
	if _, _, err := s.AddPassword(t.Context(), other, "EA-1", w.now().Add(time.Hour)); w.saw(err) != nil {
		t.Errorf("Entra itself: %v", err)
	}
}

// services.md, section 4: there is a rule about authorities and one about audiences, and
// each refusal is said in words for its own kind of credential.
func TestRefusalsByAPolicyNameTheirKind(t *testing.T) {
	w := policyWorld(t, func(k *entratest.Knobs) {
		k.TrustedOnly, k.ForbidMultitenant, k.PolicyShowsAudiences = true, true, true
	})
	p, s := w.reads(workflow.Ask{New: true})
	if !p.TrustedOnly || !p.OwnTenantOnly {
		t.Errorf("the policy is %+v", p)
	}
	obj, _, _ := w.made(s, app("payroll"))
	c, _, err := w.dir.MakeCertificate("payroll", w.now().Add(48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	err = certified(s.EnsureCertificate(t.Context(), obj, "EA-1", c))
	if no := trouble(w.saw(err)); no == nil || !strings.Contains(no.Text, "certificates") ||
		!strings.Contains(no.Text, "self-signed") || strings.Contains(no.Text, "client secret") {
		t.Errorf("a certificate that signs itself: %v", err)
	}
	w.t.Change(func(k *entratest.Knobs) { k.TrustedOnly, k.MaxKeyLifetime = false, time.Hour })
	err = certified(s.EnsureCertificate(t.Context(), obj, "EA-1", c))
	if no := trouble(w.saw(err)); no == nil || !strings.Contains(no.Text, "certificates that expire sooner") ||
		strings.Contains(no.Text, "client secret") {
		t.Errorf("a certificate that is valid for too long: %v", err)
	}
	many := app("portal")
	many.Audience = "AzureADMultipleOrgs"
	_, _, err = s.EnsureApplication(t.Context(), many)
	if no := trouble(w.saw(err)); no == nil || !strings.Contains(no.Text, "accounts of other tenants") {
		t.Errorf("an app for other tenants: %v", err)
	}
}

func TestALifetimeIsReadAsISOWritesIt(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[string]time.Duration{"P90D": 90 * day, "P4DT12H30M5S": 4*day + 12*time.Hour + 30*time.Minute + 5*time.Second,
		"PT3600S": time.Hour, "P6M": 180 * day, "P1Y": 365 * day, "P2W": 14 * day, "PT0.5S": 0, "": 0, "soon": 0} {
		if got := lifetime(d); got != want {
			t.Errorf("%q is %s, want %s", d, got, want)
		}
	}
}

// A policy of one application that is not enabled may override the tenant's or not, and
// one that cannot be read may exempt from it: what is not certain is left to Entra.
func TestAPolicyThatMayNotCountForbidsNothingByItself(t *testing.T) {
	rule := func(most string) map[string][]restriction {
		return map[string][]restriction{noPasswords: {{}}, passwordLife: {{MaxLifetime: most}}, keyLife: {{MaxLifetime: most}}}
	}
	off := map[string][]restriction{noPasswords: {{State: "disabled"}}, passwordLife: {{State: "disabled", MaxLifetime: "P1D"}},
		keyLife: {{State: "disabled"}}}
	const day = 24 * time.Hour
	for what, c := range map[string]struct {
		p    policies
		want workflow.AppPolicy
	}{
		"both forbid": {policies{tenant: rule("P9D"), own: rule("P2D"), unsure: true},
			workflow.AppPolicy{NoSecrets: true, SecretMax: 2 * day, CertificateMax: 9 * day}},
		"the tenant's is the strict": {policies{tenant: rule("P2D"), own: rule("P9D"), unsure: true},
			workflow.AppPolicy{NoSecrets: true, SecretMax: 2 * day, CertificateMax: 9 * day}},
		"only its own forbids": {policies{own: rule("P2D"), unsure: true}, workflow.AppPolicy{SecretMax: 2 * day}},
		"its own may exempt":   {policies{tenant: rule("P9D"), own: off, unsure: true}, workflow.AppPolicy{SecretMax: 9 * day}},
		"its own says nothing": {policies{tenant: rule("P9D"), unsure: true},
			workflow.AppPolicy{NoSecrets: true, SecretMax: 9 * day, CertificateMax: 9 * day}},
		"its own is not read": {policies{tenant: rule("P9D"), unread: true}, workflow.AppPolicy{SecretMax: 9 * day}},
	} {
		if got := c.p.forbid(time.Now()); got != c.want {
			t.Errorf("%s: %+v", what, got)
		}
	}
}
