package graphops

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// unwell has the parts of a batch whose address has a text answered with 503.
func (w *world) unwell(text string) {
	ids := map[string]bool{}
	w.rewritten(func(path, body string) bool {
		var sent struct{ Requests []struct{ ID, URL string } }
		clear(ids)
		if !strings.HasSuffix(path, "/$batch") || json.Unmarshal([]byte(body), &sent) != nil {
			return false
		}
		for _, r := range sent.Requests {
			if strings.Contains(r.URL, text) {
				ids[r.ID] = true
			}
		}
		return len(ids) > 0
	}, func(status int, body string) (int, string) {
		var said struct {
			Responses []map[string]any `json:"responses"`
		}
		if json.Unmarshal([]byte(body), &said) != nil {
			return status, body
		}
		for _, r := range said.Responses {
			if id, _ := r["id"].(string); ids[id] {
				r["status"], r["body"] = 503, map[string]any{"error": map[string]any{"code": "ServiceUnavailable"}}
			}
		}
		return status, string(encode(said))
	})
}

// What a sign-in can do without does not lose it, however long it can't be read. Whoever
// could not be looked up is not said to have no account, and a role that could not be read
// is not said to be missing.
func TestWhatCannotBeReadLosesNoSignIn(t *testing.T) {
	for what, text := range map[string]string{"an owner": "cloe", "assigned roles": "roleAssignments", "the requester": "bea"} {
		w := newWorld(t)
		w.dir.login.Pause = time.Millisecond
		w.unwell(text)
		in := w.begin()
		if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
			t.Fatal(err)
		}
		s, err := in.Wait(t.Context(), workflow.Ask{Email: "bea@contoso.com", Owners: []string{"cloe@contoso.com"}, Assigned: true})
		if what == "the requester" {
			if !isTemporary(w.saw(err)) {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		if w.saw(err) != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		who := s.Signer()
		s.Close()
		_, found := who.Owners["cloe@contoso.com"]
		if who.UPN != "ada@contoso.com" || len(who.Requesters) != 1 || found != (what != "an owner") ||
			who.HidesAssigned != (what == "assigned roles") {
			t.Errorf("%s: %+v", what, who)
		}
	}
}
