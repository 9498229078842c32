package bot

import (
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/identity"
)

// Who may take part, and so be linked: docs.slack.dev/reference/objects/user-object. The bot's
// workspace is T1. Home is T1's own; a person of Enterprise Grid is in the workspaces of teams.
func TestEveryKindOfSlackAccountHasItsSentence(t *testing.T) {
	for kind, c := range map[string]struct{ id, user, says string }{
		"a member": {"UBEA", `"team_id":"T1","is_email_confirmed":true`, ""},
		"an admin": {"UBEA", `"team_id":"T1","is_admin":true,"is_owner":true`, ""},
		"a member on Enterprise Grid": {"WBEA", `"team_id":"T1","enterprise_user":{"id":"WBEA","enterprise_id":"E1","teams":["T1"]}`,
			""},
		"one from another workspace of it": {"WBEA",
			`"team_id":"T2","enterprise_user":{"id":"WBEA","enterprise_id":"E1","teams":["T2","T1"]}`, ""},
		"one who is not in this workspace": {"WBEA", `"team_id":"T2","enterprise_user":{"id":"WBEA","enterprise_id":"E1","teams":["T2"]}`,
			"people of other workspaces can't take part"},
		"one of another organization": {"WBEA", `"team_id":"T9","enterprise_user":{"id":"WBEA","enterprise_id":"E9","teams":["T9"]}`,
			"people of other workspaces can't take part"},
		"one of Grid whose workspaces are not said": {"WBEA", `"team_id":"E1","enterprise_user":{"id":"WBEA","enterprise_id":"E1"}`,
			"people of other workspaces can't take part"},
		"Slack Connect, in a shared channel": {"UBEA", `"team_id":"T2","is_stranger":false`, "people of other workspaces can't " +
			"take part"},
		"Slack Connect, in no shared channel": {"UBEA", `"team_id":"T2","is_stranger":true`, "people of other workspaces can't " +
			"take part"},
		"a stranger who is said to be from here": {"UBEA", `"team_id":"T1","is_stranger":true`, "people of other workspaces can't " +
			"take part"},
		"a guest in several channels": {"UBEA", `"team_id":"T1","is_restricted":true`, "guests can't take part"},
		"a guest in one channel": {"UBEA", `"team_id":"T1","is_restricted":true,"is_ultra_restricted":true`,
			"guests can't take part"},
		"a guest in one channel, said once": {"UBEA", `"team_id":"T1","is_ultra_restricted":true`, "guests can't take part"},
		"a guest on Grid": {"WBEA", `"team_id":"T1","is_restricted":true,"enterprise_user":{"teams":["T1"]}`,
			"guests can't take part"},
		"deactivated": {"UBEA", `"team_id":"T1","deleted":true`, "this account is deactivated"},
		"merged into another, and deactivated": {"UBEA", `"team_id":"T1","deleted":true,"profile":{"email":"bea@contoso.com"}`,
			"this account is deactivated"},
		"a deactivated guest": {"UBEA", `"team_id":"T1","deleted":true,"is_restricted":true`, "this account is " +
			"deactivated"},
		"a bot": {"UBOT2", `"team_id":"T1","is_bot":true`, "bots can't take part"},
		"a workflow's bot": {"UBOT2", `"team_id":"T1","is_bot":true,"is_workflow_bot":true`, "bots can't take " +
			"part"},
		"a connector of another service": {"UBOT2", `"team_id":"T1","is_bot":true,"is_connector_bot":true`, "bots can't take " +
			"part"},
		"Slackbot, which does not say it is a bot": {"USLACKBOT", `"team_id":"T1","is_bot":false`, "bots can't take part"},
		"made again, with the address of old":      {"UBEANEW", `"team_id":"T1","profile":{"email":"bea@contoso.com"}`, ""},
		"a member whose address was never verified": {"UBEA",
			`"team_id":"T1","is_email_confirmed":false,"profile":{"email":"ada@contoso.com"}`, ""},
	} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			w.answers["users.info"] = fmt.Sprintf(`{"ok":true,"user":{"id":%q,"name":"bea",%s}}`, c.id, c.user)
			p, err := w.bot.person(t.Context(), c.id)
			if err != nil || p.Outside != c.says || p.ID != c.id {
				t.Errorf("got %+v, %v; want %q", p, err, c.says)
			}
			_, err = w.bot.link(t.Context(), c.id, "")
			want := "This bot is being restarted. Try again in a minute." // no engine runs here
			if c.says != "" {
				want = "You can't link an account: " + c.says + "."
			}
			if err == nil || err.Error() != want {
				t.Errorf("a link: %v", err)
			}
			if why, err := w.bot.Away(t.Context(), c.id); err != nil || why != c.says {
				t.Errorf("when it is asked again: %q, %v", why, err)
			}
		})
	}
}

func TestWhomSlackDoesNotKnowIsNotLinked(t *testing.T) {
	for _, answer := range []string{`{"ok":false,"error":"user_not_found"}`, `{"ok":false,"error":"user_not_visible"}`} {
		w := newWorld(t)
		w.answers["users.info"] = answer
		if got := w.says("link"); !strings.Contains(got, "Slack did not tell us who you are") {
			t.Errorf("%s: %s", answer, got)
		}
	}
}

// The home tab says how somebody's link stands, whatever that is.
func TestTheHomeTabSaysHowALinkStands(t *testing.T) {
	w := newWorld(t)
	tenant := w.desk.Tenants()[0]
	home := func() string {
		w.bot.publishHome(t.Context(), "UBEA")
		sent := w.of("views.publish")
		return sent[len(sent)-1].Get("view") + sent[len(sent)-1].Get("json")
	}
	if got := home(); !strings.Contains(got, "your Slack account is not linked to an account there") || !strings.Contains(got,
		`"action_id":"link"`) {
		t.Errorf("not linked: %s", got)
	}
	err := w.kept.PutLink(t.Context(), identity.Link{Slack: "UBEA", TenantID: tenant.ID, ObjectID: "o1", At: w.bot.now(),
		How: "device-code"})
	if err != nil {
		t.Fatal(err)
	}
	if got := home(); !strings.Contains(got, ": linked on ") || strings.Contains(got, `"action_id":"link"`) || strings.Contains(got, "o1") {
		t.Errorf("linked: %s", got)
	}
	err = w.kept.PutLink(t.Context(), identity.Link{Slack: "UBEA", TenantID: tenant.ID, ObjectID: "o1", At: w.bot.now().AddDate(-2, 0, 0),
		How: "device-code"})
	if err != nil {
		t.Fatal(err)
	}
	if got := home(); !strings.Contains(got, "and has to be renewed. Link again.") || !strings.Contains(got, `"action_id":"link"`) {
		t.Errorf("over: %s", got)
	}
}

func TestWhoHasAnAddressIsWhatSlackSaysOfIt(t *testing.T) {
	for answer, want := range map[string]string{
		`{"ok":true,"user":{"id":"UBEA","team_id":"T1"}}`: "UBEA", `{"ok":false,"error":"users_not_found"}`: "",
		`{"ok":false,"error":"missing_scope"}`: "an error",
	} {
		w := newWorld(t)
		w.answers["users.lookupByEmail"] = answer
		got, err := w.bot.WithAddress(t.Context(), "bea@contoso.com")
		if err != nil {
			got = "an error"
		}
		if got != want {
			t.Errorf("%s: %q, %v", answer, got, err)
		}
		if asked := w.of("users.lookupByEmail"); len(asked) != 1 || asked[0].Get("email") != "bea@contoso.com" {
			t.Errorf("Slack was asked %v", asked)
		}
	}
}
