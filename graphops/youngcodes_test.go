package graphops

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// wantYoung checks that an error is of something young, and what people are told of it
// should it last.
func (w *world) wantYoung(err error, code string) {
	w.Helper()
	lag, ok := errors.AsType[workflow.Spreading](w.saw(err))
	if !ok {
		w.Errorf("%s is not waited for: %v", code, err)
		return
	}
	if no := lag.(workflow.Describer).Describe(); no == nil || no.Code != code || no.Text == "" {
		w.Errorf("should it last, people are told %+v, want %s", no, code)
	}
}

// services.md, section 1, the token endpoint: 700027 is a certificate that it has not heard of.
func TestCode700027OfANewCertificateIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	obj, appID, _ := w.made(s, app("payroll"))
	c, keyed := w.make("payroll")
	prove := func() error {
		return last(w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{Keyed: keyed}, nil))
	}
	w.wantYoung(prove(), "AADSTS700027")
	if err := certified(s.EnsureCertificate(t.Context(), obj, "EA-1", c)); w.saw(err) != nil {
		t.Fatal(err)
	}
	if err := w.saw(prove()); err != nil {
		t.Errorf("once it is known: %v", err)
	}
}

// services.md, section 1, the token endpoint: 7000229 is an app whose service principal it has
// not heard of, and 700016 one that it has not heard of at all.
func TestCode7000229OfANewServicePrincipalIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	obj, appID, err := s.EnsureApplication(t.Context(), app("payroll"))
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	_, secret, err := s.AddPassword(t.Context(), obj, "EA-1", w.now().Add(time.Hour))
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	prove := func(id string) error {
		return last(w.dir.Prove(t.Context(), "contoso", id, workflow.Proof{Secret: secret}, nil))
	}
	w.wantYoung(prove(appID), "AADSTS7000229")
	w.wantYoung(prove("99999999-9999-4999-8999-999999999999"), "AADSTS700016")
	if _, err := s.EnsureServicePrincipal(t.Context(), principalFor(appID)); w.saw(err) != nil {
		t.Fatal(err)
	}
	if err := w.saw(prove(appID)); err != nil {
		t.Errorf("once it is known: %v", err)
	}
}

// services.md, section 1, ARM: a repeated PUT of a definition meets a replica that has not
// heard of it, and is answered with 409 RoleDefinitionWithSameNameExists.
func TestRoleDefinitionWithSameNameExistsIsWaitedFor(t *testing.T) {
	w, given := inAzure(t, entratest.AzureUserAccessAdministrator, "Microsoft.Authorization/roleAssignments/write")
	s := given.(*session)
	w.t.Replicate(entratest.Replication{Delay: func(*rand.Rand) time.Duration { return 5 * time.Minute }})
	custom := azureRoles[1]
	put := func() error {
		return s.arm.DefineRole(t.Context(), custom.DefinitionID("entra-app-payroll"), "entra-app-payroll", []string{production}, custom)
	}
	if err := w.saw(put()); err != nil {
		t.Fatal(err)
	}
	met := 0
	for range 40 {
		if err := put(); err != nil {
			w.wantYoung(err, "RoleDefinitionWithSameNameExists")
			met++
		}
	}
	if met == 0 {
		t.Error("no replica has answered that there is one")
	}
	w.later(6 * time.Minute)
	if err := w.saw(put()); err != nil {
		t.Errorf("once it is known: %v", err)
	}
	if _, d := w.ofApp(); d != 1 {
		t.Errorf("%d custom roles", d)
	}
}

// opaqueTokens is a sign-in service whose tokens for apps nobody can read.
func opaqueTokens(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/token") || !strings.Contains(peek(r), "grant_type=client_credentials") {
			next.ServeHTTP(out, r)
			return
		}
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		var said map[string]any
		if json.Unmarshal(rec.Body.Bytes(), &said) == nil && said["access_token"] != nil {
			said["access_token"] = "opaque"
			rec.Body = bytes.NewBuffer(encode(said))
		}
		for k, v := range rec.Header() {
			if k != "Content-Length" {
				out.Header()[k] = v
			}
		}
		out.WriteHeader(rec.Code)
		out.Write(rec.Body.Bytes())
	})
}

// services.md, section 1: access tokens of Graph are opaque by contract. On the day when they
// can't be read the list of assignments says what the app may do, the card says so, and more
// than was approved is an alarm all the same.
func TestWhereTokensCannotBeReadTheListSaysWhatTheAppMayDo(t *testing.T) {
	alarms := 0
	for _, more := range []bool{false, true} {
		someSeeds(t, 4, func(w way) bool { return w.credential == plan.CredentialSecret }, func(g *game) {
			g.net.server = opaqueTokens(g.net.server)
			g.lags()
			r, err := g.desk.Submit(g.t.Context(), bea, g.drawn())
			id := g.approve(r, err)
			if more {
				r = g.until(id, func(r *workflow.Request) bool { return r.Made.ServicePrincipal != "" })
				g.grantMail(r.Made.ServicePrincipal)
			}
			r = g.until(id, func(r *workflow.Request) bool {
				return r.State == workflow.StateFailed || r.State == workflow.StateReady
			})
			if r.State == workflow.StateFailed && more && strings.Contains(r.Failure.Text, "ALARM") &&
				strings.Contains(r.Failure.Text, "Mail.Read") {
				alarms++
				return
			}
			note := r.Steps.Get(workflow.StepProof).Note
			if r.State != workflow.StateReady || !strings.Contains(note,
				"its token for Microsoft Graph can't be read, so its permissions there were read from the list of what is assigned to it") {
				g.no("it is %s: %s; the card says %q", r.State, r.Failure.Text, note)
			}
			if !more {
				g.stands(r)
			}
		})
	}
	if alarms == 0 {
		t.Error("there was no alarm")
	}
}

// The same in one call: a resource whose token can't be read is not in the proof at all.
func TestAnOpaqueTokenIsNoTokenWithoutRoles(t *testing.T) {
	w := newWorld(t)
	appID, _, _, secret, _ := w.proven(readDirectory)
	w.rewritten(func(path, body string) bool {
		return strings.HasSuffix(path, "/token") && strings.Contains(body, "client_credentials")
	},
		func(status int, body string) (int, string) {
			var said map[string]any
			if err := json.Unmarshal([]byte(body), &said); err != nil {
				t.Error(err)
			}
			said["access_token"] = "opaque"
			return status, string(encode(said))
		})
	got, err := w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{Secret: secret}, []string{catalog.MicrosoftGraph})
	if _, read := got[catalog.MicrosoftGraph]; w.saw(err) != nil || read || len(got) != 0 {
		t.Errorf("proven: %q, %v", got, err)
	}
}

// services.md, section 1: a replica that has not heard that an app role is disabled refuses to
// remove it, as with a scope.
func TestACodeOfARoleWhoseEndIsYoungIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	a := app("payroll")
	a.AppRoles = []plan.AppRole{{Name: "Run", Title: "Run", Words: "Runs it.", Apps: true}}
	id, appID, _ := w.made(s, a)
	if err := s.ExposeScopes(t.Context(), id, appID, a); w.saw(err) != nil {
		t.Fatal(err)
	}
	const code = "CannotDeleteOrUpdateEnabledEntitlement"
	w.wire = func(r *http.Request) (*http.Response, error) {
		if !strings.Contains(peek(r), `"appRoles":[]`) {
			return nil, nil
		}
		return answering(400, graphError(code)), nil
	}
	a.ObjectID, a.AppID, a.AppRoles, a.Drops.AppRoles = id, appID, nil, a.AppRoles
	w.wantYoung(s.ExposeScopes(t.Context(), id, appID, a), code)
	w.wire = nil
	if err := w.saw(s.ExposeScopes(t.Context(), id, appID, a)); err != nil {
		t.Errorf("once it is known: %v", err)
	}
	if has, _, _, err := s.ReadApplication(t.Context(), workflow.Made{ObjectID: id, AppID: appID}, plan.Plan{}); err != nil ||
		len(has.AppRoles) != 0 {
		t.Errorf("it has %+v, %v", has.AppRoles, err)
	}
}
