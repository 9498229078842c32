package slacktest_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// call is a call as no library makes it.
func (w *world) call(method, httpMethod, contentType, token, body string) map[string]any {
	w.t.Helper()
	req, err := http.NewRequest(httpMethod, w.url+"/api/"+method, strings.NewReader(body))
	worked(w.t, "request", err)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := w.http.Do(req)
	worked(w.t, method, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	worked(w.t, method, err)
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		w.t.Fatalf("%s: %s %q", method, resp.Status, raw)
	}
	return out
}

func TestWhoMayCallWhat(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	const form, jsonType = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
	for _, c := range []struct{ name, method, http, contentType, token, body, says string }{
		{"nobody", "auth.test", "POST", form, "", "", "not_authed"},
		{"a stranger", "auth.test", "POST", form, "xoxb-stranger", "", "invalid_auth"},
		{"an app-level token for a bot's method", "auth.test", "POST", form, w.AppToken(), "", "not_allowed_token_type"},
		{"a bot token for a socket", "apps.connections.open", "POST", form, w.BotToken(), "", "not_allowed_token_type"},
		{"a token in a form", "auth.test", "POST", form, "", "token=" + w.BotToken(), ""},
		{"a token in JSON", "auth.test", "POST", jsonType, "", `{"token":"` + w.BotToken() + `"}`, "not_authed"},
		{"no such method", "chat.whisper", "POST", form, w.BotToken(), "", "unknown_method"},
		{"JSON where it is not taken", "users.info", "POST", jsonType, w.BotToken(), `{"user":"U0BEA"}`, "invalid_post_type"},
		{"a post by GET", "chat.postMessage", "GET", "", w.BotToken(), "", "invalid_post_type"},
		{"a read by GET", "users.info?user=U0BEA", "GET", "", w.BotToken(), "", ""},
		{"broken JSON", "chat.postMessage", "POST", jsonType, w.BotToken(), `{`, "invalid_json"},
		{"blocks as an array", "chat.postMessage", "POST", jsonType, w.BotToken(),
			`{"channel":"C0GENERAL","blocks":[{"type":"divider"}]}`, ""},
		{"blocks as a string", "chat.postMessage", "POST", jsonType, w.BotToken(),
			`{"channel":"C0GENERAL","blocks":"[{\"type\":\"divider\"}]"}`, ""},
	} {
		got, _ := w.call(c.method, c.http, c.contentType, c.token, c.body)["error"].(string)
		if got != c.says {
			t.Errorf("%s: %q, want %q", c.name, got, c.says)
		}
	}
	if got := w.call("auth.test", "POST", "application/json", w.BotToken(), "{}")["warning"]; got != "missing_charset" {
		t.Errorf("JSON without a charset is warned of with %v", got)
	}
}

func TestAMissingScopeIsNamed(t *testing.T) {
	w := newWorld(t, slacktest.Config{Scopes: []string{"users:read"}})
	_, _, err := w.api.PostMessageContext(t.Context(), general, slack.MsgOptionText("hello", false))
	refusal, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok || refusal.Err != "missing_scope" || refusal.Needed != "chat:write" || refusal.Provided != "users:read" {
		t.Errorf("%#v", err)
	}
	u, err := w.api.GetUserInfoContext(t.Context(), bea)
	worked(t, "users.info", err)
	if u.Profile.Email != "" {
		t.Errorf("without users:read.email the address is %q", u.Profile.Email)
	}
}

func TestPeopleAndGroupsAreFound(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	u, err := w.api.GetUserByEmailContext(t.Context(), "Ada@contoso.com")
	worked(t, "lookup", err)
	if u.ID != ada {
		t.Errorf("found %s", u.ID)
	}
	_, err = w.api.GetUserByEmailContext(t.Context(), "gone@contoso.com")
	refused(t, "somebody deactivated", err, "users_not_found")
	_, err = w.api.GetUserInfoContext(t.Context(), "U0NOBODY")
	refused(t, "nobody", err, "user_not_found")
	members, err := w.api.GetUserGroupMembersContext(t.Context(), "S0ADMINS")
	worked(t, "usergroups.users.list", err)
	if len(members) != 1 || members[0] != ada {
		t.Errorf("the group has %v, want only those who are not deactivated", members)
	}
	_, err = w.api.GetUserGroupMembersContext(t.Context(), "S0NONE")
	refused(t, "no such group", err, "no_such_subteam")
	_, _, err = w.api.GetUsersInConversationContext(t.Context(), &slack.GetUsersInConversationParameters{ChannelID: secret})
	refused(t, "the members of a private channel", err, "channel_not_found")

	free := newWorld(t, slacktest.Config{FreePlan: true})
	_, err = free.api.GetUserGroupMembersContext(t.Context(), "S0ADMINS")
	refused(t, "a free workspace", err, "plan_upgrade_required")
}

func TestTiersAndOneMessageASecond(t *testing.T) {
	w := newWorld(t, slacktest.Config{RateLimits: true})
	post := func() error {
		_, _, err := w.api.PostMessageContext(t.Context(), general, slack.MsgOptionText("hello", false))
		return err
	}
	for range 5 {
		worked(t, "within the burst", post())
	}
	limited, ok := errors.AsType[*slack.RateLimitedError](post())
	if !ok || limited.RetryAfter != time.Second {
		t.Fatalf("after the burst: %v", limited)
	}
	w.clock.pass(time.Second)
	worked(t, "a second later", post())
	for range 20 {
		_, err := w.api.GetUserGroupMembersContext(t.Context(), "S0ADMINS")
		worked(t, "tier 2", err)
	}
	if _, err := w.api.GetUserGroupMembersContext(t.Context(), "S0ADMINS"); err == nil {
		t.Error("a 21st call of tier 2 in a minute went through")
	}
}

func TestFaultsBeforeAndAfter(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	post := func(text string) error {
		_, _, err := w.api.PostMessageContext(t.Context(), general, slack.MsgOptionText(text, false))
		return err
	}
	seen := func() int { return len(w.bea.Messages(general)) }
	w.Fail("chat.postMessage", slacktest.Before, "503", 1)
	if post("one") == nil || seen() != 0 {
		t.Error("a call that failed before was executed")
	}
	w.Fail("chat.postMessage", slacktest.After, "drop", 1)
	if post("two") == nil || seen() != 1 {
		t.Error("a call that failed after was not executed, or answered")
	}
	w.Fail("chat.postMessage", slacktest.Before, "internal_error", 1)
	refused(t, "an error of Slack's", post("three"), "internal_error")
	worked(t, "afterwards", post("four"))

	w.ThrottleEach(true)
	if _, ok := errors.AsType[*slack.RateLimitedError](post("five")); !ok {
		t.Error("a first call was not throttled")
	}
	worked(t, "the same call again", post("five"))
	w.ThrottleEach(false)

	w.AnswersLost(true)
	before := seen()
	if post("six") == nil || seen() != before+1 {
		t.Error("a first call was answered, or not executed")
	}
	worked(t, "the same call again", post("six"))
	w.AnswersLost(false)
}

func TestTheJournalHasNoTokens(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	_, _, err := w.api.PostMessageContext(t.Context(), general, slack.MsgOptionText("my token is "+w.BotToken(), false))
	worked(t, "post", err)
	w.call("auth.test", "POST", "application/x-www-form-urlencoded", "", url.Values{"token": {w.BotToken()}}.Encode())
	for _, e := range w.Journal() {
		if all := e.Body + e.Answer; strings.Contains(all, w.BotToken()) || strings.Contains(all, w.AppToken()) {
			t.Errorf("%s %s: %s", e.Direction, e.Method, all)
		}
	}
	if first := w.Journal()[0]; first.Surface != "message" || !strings.Contains(first.Body, "[token]") {
		t.Errorf("%+v", first)
	}
}
