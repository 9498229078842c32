package graphops

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

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
