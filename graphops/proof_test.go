package graphops

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// proven makes an app with two permissions and a key.
func (w *world) proven(ps ...plan.Permission) (appID, obj, sp string, secret seal.Secret, s workflow.Session) {
	w.Helper()
	s = w.session("ada", all...)
	obj, appID, sp = w.made(s, app("payroll", ps...))
	if err := w.patiently(func() error { return s.EnsureConsent(w.Context(), sp, ps) }); err != nil {
		w.Fatal(err)
	}
	_, secret, err := s.AddPassword(w.Context(), obj, "EA-1", w.now().Add(time.Hour))
	if w.saw(err) != nil {
		w.Fatal(err)
	}
	return appID, obj, sp, secret, s
}

func TestTheProofIsWhatTheTokensSay(t *testing.T) {
	w := newWorld(t)
	appID, _, sp, secret, s := w.proven(readDirectory, readGroups, fullAccess, readUser)
	got, err := w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{Secret: secret},
		[]string{catalog.MicrosoftGraph, catalog.ExchangeOnline, catalog.SharePointOnline})
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	graph := slices.Sorted(slices.Values(got[catalog.MicrosoftGraph]))
	if !slices.Equal(graph, []string{"Directory.Read.All", "Group.Read.All"}) ||
		!slices.Equal(got[catalog.ExchangeOnline], []string{"full_access_as_app"}) || got[catalog.SharePointOnline] != nil ||
		len(got) != 3 {
		t.Errorf("proven: %q", got)
	}
	if got, err := w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{Secret: secret}, nil); err != nil ||
		len(got[catalog.MicrosoftGraph]) != 2 {
		t.Errorf("without resources: %q, %v", got, err)
	}
	if err := s.EnsureConsent(t.Context(), sp, []plan.Permission{allSites}); err != nil {
		t.Fatal(err)
	}
	got, err = w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{Secret: secret}, []string{catalog.SharePointOnline})
	if err != nil || !slices.Equal(got[catalog.SharePointOnline], []string{"Sites.FullControl.All"}) {
		t.Errorf("an older token was used: %q, %v", got, err)
	}
}

func TestAProofWaitsUntilEntraKnows(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.Lag = entratest.Lag{Secret: 20 * time.Second} })
	appID, _, _, secret, _ := w.proven(readDirectory)
	prove := func(id string, resources ...string) error {
		return last(w.dir.Prove(t.Context(), "contoso", id, workflow.Proof{Secret: secret}, resources))
	}
	if err := w.saw(prove(appID, catalog.MicrosoftGraph)); !isTemporary(err) {
		t.Errorf("a new secret: %v", err)
	}
	w.later(30 * time.Second)
	if err := prove(appID, catalog.MicrosoftGraph); err != nil {
		t.Errorf("half a minute later: %v", err)
	}
	if err := w.saw(prove("99999999-9999-4999-8999-999999999999", catalog.MicrosoftGraph)); !isTemporary(err) {
		t.Errorf("an app that is not known yet: %v", err)
	}
	w.t.RemoveResource(catalog.ExchangeOnline)
	if err := w.saw(prove(appID, catalog.MicrosoftGraph, catalog.ExchangeOnline)); !isTemporary(err) {
		t.Errorf("a resource that is not known yet: %v", err)
	}
	w.later(2 * time.Hour)
	if no := trouble(w.saw(prove(appID, catalog.MicrosoftGraph))); no == nil || no.Code != "AADSTS7000222" || no.Ref == "" {
		t.Errorf("an expired secret: %v", no)
	}
	for _, status := range []int{0, 400, 429, 500, 503} {
		w.s.Fail("token", entratest.Before, status, 1)
		if err := w.saw(prove(appID)); !isTemporary(err) {
			t.Errorf("status %d: %v", status, err)
		}
	}
	if err := w.saw(last(w.dir.Prove(t.Context(), "fabrikam", appID, workflow.Proof{Secret: secret}, nil))); err == nil {
		t.Error("a tenant that is not configured")
	}
	if err := w.saw(last(w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{}, nil))); err == nil {
		t.Error("no secret")
	}
}

func TestAProofThatIsRefusedForGood(t *testing.T) {
	w := newWorld(t)
	appID, _, _, secret, _ := w.proven(readDirectory)
	for said, want := range map[string]string{
		`{"error":"invalid_grant","error_codes":[53003],"trace_id":"t"}`:         "AADSTS53003",
		`{"error":"unauthorized_client","error_codes":[7000112],"trace_id":"t"}`: "AADSTS7000112",
		`{"error":"invalid_tenant","error_codes":[90002],"trace_id":"t"}`:        "AADSTS90002",
	} {
		w.wire = func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/token") {
				return answering(400, said), nil
			}
			return nil, nil
		}
		if no := trouble(w.saw(last(w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{Secret: secret}, nil)))); no == nil ||
			no.Code != want || no.Ref != "t" || no.Text == "" {
			t.Errorf("got %+v, want %s", no, want)
		}
	}
	w.wire = func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			return answering(200, `not JSON `+secret.Reveal()), nil
		}
		return nil, nil
	}
	if err := w.saw(last(w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{Secret: secret}, nil))); !isTemporary(err) {
		t.Errorf("an answer that is none: %v", err)
	}
}

// services.md, section 1: a token endpoint that has not heard of something new says so with
// any code. Only a code that is about something else is final.
func TestAProofThatNoCodeExplainsIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	appID, _, _, secret, _ := w.proven(readDirectory)
	for said, want := range map[string]string{
		`{"error":"invalid_grant","error_codes":[501051],"trace_id":"t"}`:                          "AADSTS501051",
		`{"error":"invalid_client","error_codes":[700027],"trace_id":"t"}`:                         "AADSTS700027",
		`{"error":"invalid_client","error_codes":[999999],"trace_id":"t"}`:                         "AADSTS999999",
		`{"error":"invalid_client","error_description":"AADSTS888888: something.","trace_id":"t"}`: "AADSTS888888",
		`{"error":"server_said_no","trace_id":"t"}`:                                                "server_said_no",
	} {
		w.wire = func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/token") {
				return answering(400, said), nil
			}
			return nil, nil
		}
		err := w.saw(last(w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{Secret: secret}, nil)))
		lag, spreads := errors.AsType[workflow.Spreading](err)
		if !spreads {
			t.Errorf("%s is final: %v", want, err)
			continue
		}
		if no := lag.(workflow.Describer).Describe(); no == nil || no.Code != want || no.Ref != "t" || no.Text == "" {
			t.Errorf("should %s last, people are told %+v", want, no)
		}
	}
}

func TestAProofWithGraphSaysMore(t *testing.T) {
	w := newWorld(t)
	a := app("payroll-toomany", readDirectory)
	s := w.session("ada", all...)
	obj, appID, sp := w.made(s, a)
	if err := s.EnsureConsent(t.Context(), sp, a.Permissions); err != nil {
		t.Fatal(err)
	}
	_, secret, err := s.AddPassword(t.Context(), obj, "x", w.now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{Secret: secret}, []string{catalog.MicrosoftGraph})
	if err != nil || len(got[catalog.MicrosoftGraph]) != 2 {
		t.Errorf("a role that nobody asked for is not seen: %q, %v", got, err)
	}
}
