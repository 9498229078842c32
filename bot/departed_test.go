package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

const deactivated = `{"ok":true,"user":{"id":"UBEA","team_id":"T1","name":"bea","real_name":"Bea","deleted":true,"profile":{"email":"bea@contoso.com"}}}`

func TestWhoeverIsDeactivatedHasLeft(t *testing.T) {
	w := newWorld(t)
	for body, want := range map[string]bool{deactivated: true,
		strings.Replace(deactivated, `"deleted":true`, `"is_restricted":true`, 1): false} {
		w.answers["users.info"] = body
		w.bot.people.known = nil
		if left, err := w.bot.HasLeft(t.Context(), "UBEA"); left != want || err != nil {
			t.Errorf("%s: %v, %v", body, left, err)
		}
	}
	w.bot.people.known = nil
	w.answers["users.info"] = `{"ok":false,"error":"user_not_found"}`
	if _, err := w.bot.HasLeft(t.Context(), "UBEA"); err == nil {
		t.Error("somebody whom Slack does not know is still there")
	}
}

func TestAllWhoHaveLeftAreListedPageByPage(t *testing.T) {
	w := newWorld(t)
	w.answers["users.list"] =
		`{"ok":true,"members":[{"id":"U1","real_name":"Tom Weiss","deleted":true},{"id":"U2","real_name":"Zoe"},{"id":"U3","deleted":true,"is_bot":true}],"response_metadata":{"next_cursor":""}}`
	left, err := w.bot.Departed(t.Context())
	if err != nil || len(left) != 1 || left[0] != (people.Person{ID: "U1", Name: "Tom Weiss"}) {
		t.Errorf("%+v, %v", left, err)
	}
	w.answers["users.list"] = `{"ok":false,"error":"missing_scope"}`
	if left, err := w.bot.Departed(t.Context()); err == nil {
		t.Errorf("without an answer: %+v", left)
	}
}

func TestOwnersWhoHaveLeftAreMarked(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", func(r *workflow.Request) {
		inState(workflow.StateDone)(r)
		r.Plan.Owners = []people.Person{{ID: "UTOM", Name: "Tom"}}
	})
	w.bot.people.known = map[string]knownPerson{"UBEA": {Person: people.Person{ID: "UBEA"}, at: time.Now(), left: true},
		"UADA": {Person: people.Person{ID: "UADA"}, at: time.Now()}}
	for _, text := range []string{"apps", "status " + r.ID} {
		said := w.saysTo("UADA", text)
		if n := strings.Count(said, "(has left)"); n != 1 {
			t.Errorf("%s: %d have left: %s", text, n, said)
		}
		at, tom := strings.Index(said, "(has left)"), strings.LastIndex(said, `"UTOM"`)
		if bea := strings.LastIndex(said[:max(at, 0)], `"UBEA"`); bea < 0 || tom < at {
			t.Errorf("%s: the wrong one has left: %s", text, said)
		}
	}
	if n := len(w.of("users.info")); n != 1 {
		t.Errorf("%d people were looked up, want the one who was not known, once", n)
	}
}

func TestAnOwnerWhoHasLeftIsNotWarnedForEver(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", inState(workflow.StateDone))
	w.answers["conversations.open"] = `{"ok":false,"error":"user_disabled"}`
	if _, ts, err := w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: "expiry:1:UTOM"}); ts != "none" || err != nil {
		t.Errorf("%q, %v", ts, err)
	}
}

func TestAFormIsNotOpenedForThoseWhoMayNotSendIt(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", inState(workflow.StateDone))
	for _, verb := range []string{actRenew, actUpdate, actRetire} {
		w.press("UTOM", verb, r.ID)
		if said := w.saysTo("UTOM", verb+" "+r.ID); !strings.Contains(said, "and its owners can ask for that") {
			t.Errorf("%s is answered with %s", verb, said)
		}
	}
	if n := len(w.of("views.open")); n != 0 {
		t.Errorf("%d forms were opened", n)
	}
	told := w.of("/response/1")
	for _, c := range told {
		if !strings.Contains(c.Get("json"), "and its owners can ask for that") {
			t.Errorf("somebody is told %v", c)
		}
	}
	if len(told) != 3 {
		t.Errorf("told %d times", len(told))
	}
	w.press("UBEA", actRenew, r.ID)
	if n := len(w.of("views.open")); n != 1 {
		t.Errorf("for the requester %d forms were opened", n)
	}
}

// Who was deactivated a minute ago is sent nothing that announces a credential.
func TestACredentialIsNotAnnouncedToWhoeverHasJustLeft(t *testing.T) {
	w := newWorld(t)
	if _, err := w.bot.person(t.Context(), "UBEA"); err != nil {
		t.Fatal(err)
	}
	w.answers["users.info"] = deactivated
	r := w.request(t, "payroll", "backup", inState(workflow.StateReady))
	if _, ts, err := w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: workflow.PostOutcome + "1"}); err != nil || ts != "none" {
		t.Errorf("it was sent: %q, %v", ts, err)
	}
}
