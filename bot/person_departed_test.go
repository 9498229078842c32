package bot

import (
	"strings"
	"testing"

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

func TestWhyNobodyCanBeGivenAnything(t *testing.T) {
	for answer, want := range map[string]string{
		deactivated: "deactivated", `{"ok":false,"error":"user_not_found"}`: "no longer knows",
		strings.Replace(deactivated, `"deleted":true`, `"is_restricted":true`, 1):       "guests",
		strings.Replace(deactivated, `"team_id":"T1"`, `"team_id":"T2"`, 1):             "deactivated",
		strings.Replace(deactivated, `"T1","name":"bea"`, `"T2","is_stranger":true`, 1): "deactivated",
		strings.Replace(deactivated, `"deleted":true`, `"deleted":false`, 1):            "",
	} {
		w := newWorld(t)
		w.answers["users.info"] = answer
		if why, err := w.bot.Away(t.Context(), "UBEA"); err != nil || (why == "") != (want == "") || !strings.Contains(why, want) {
			t.Errorf("%s: %q, %v", answer, why, err)
		}
	}
	w := newWorld(t)
	w.bot.person(t.Context(), "UBEA")
	w.answers["users.info"] = deactivated
	if why, err := w.bot.Away(t.Context(), "UBEA"); why == "" || err != nil {
		t.Errorf("who left a minute ago: %q, %v", why, err)
	}
	w.answers["users.info"] = `{"ok":false,"error":"missing_scope"}`
	w.bot.people.known = nil
	if why, err := w.bot.Away(t.Context(), "UBEA"); err == nil {
		t.Errorf("where Slack does not say: %q", why)
	}
}
