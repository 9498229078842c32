package slacktest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack/socketmode"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// What clients of others ask for, call by call, as they send it.

type said = map[string]any

// do calls a method with a form, as every client does.
func (w *world) do(method string, kv ...string) said {
	w.t.Helper()
	form := url.Values{"token": {w.BotToken()}}
	for i := 0; i < len(kv); i += 2 {
		form.Set(kv[i], kv[i+1])
	}
	resp, err := w.http.PostForm(w.url+"/api/"+method, form)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out said
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// must is do for what has to succeed.
func (w *world) must(method string, kv ...string) said {
	w.t.Helper()
	out := w.do(method, kv...)
	if out["ok"] != true {
		w.t.Fatalf("%s %q: %v", method, kv, out)
	}
	return out
}

func (w *world) no(code, method string, kv ...string) {
	w.t.Helper()
	if out := w.do(method, kv...); out["error"] != code {
		w.t.Errorf("%s %q: %v, want %s", method, kv, out, code)
	}
}

func (w *world) get(path string) string {
	w.t.Helper()
	resp, err := w.http.Get(w.url + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(body)
}

func texts(answer said) []string {
	list, is := answer["messages"].([]any)
	if !is {
		return []string{"not a list"}
	}
	out := []string{}
	for _, m := range list {
		out = append(out, m.(said)["text"].(string))
	}
	return out
}

func TestOneMessageIsFetchedAsTheDocumentationSays(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	if got := texts(w.must("conversations.history", "channel", general)); len(got) != 0 {
		t.Errorf("nothing yet, and the list is %q", got)
	}
	one := w.must("chat.postMessage", "channel", general, "text", "one")["ts"].(string)
	two := w.must("chat.postMessage", "channel", general, "text", "two")["ts"].(string)
	three := w.must("chat.postMessage", "channel", general, "text", "three")["ts"].(string)
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"oldest", two, "latest", two, "inclusive", "true", "limit", "1"}, []string{"two"}},
		{[]string{"latest", two, "inclusive", "1", "limit", "1"}, []string{"two"}},
		{[]string{"oldest", one, "latest", three}, []string{"two"}},
		{[]string{"oldest", one, "latest", three, "inclusive", "true"}, []string{"three", "two", "one"}},
		{[]string{"oldest", three}, []string{}},
		{[]string{"oldest", "0"}, []string{"three", "two", "one"}},
	} {
		if got := texts(w.must("conversations.history", append([]string{"channel", general}, c.args...)...)); !slices.Equal(got, c.want) {
			t.Errorf("%q gives %q, want %q", c.args, got, c.want)
		}
	}
}

func TestAChannelHasANameForPosting(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	for _, name := range []string{"#general", "general", general} {
		if got := w.must("chat.postMessage", "channel", name, "text", "hello")["channel"]; got != general {
			t.Errorf("%s is %v", name, got)
		}
	}
	w.no("not_in_channel", "chat.postMessage", "channel", "#other", "text", "x")
	w.no("channel_not_found", "chat.postMessage", "channel", "#secret", "text", "x")
	w.no("channel_not_found", "chat.postMessage", "channel", "#nothing", "text", "x")
	w.no("channel_not_found", "conversations.history", "channel", "#general")
}

func TestMarkdownIsPosted(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	ts := w.must("chat.postMessage", "channel", general, "markdown_text", "**bold**")["ts"].(string)
	w.must("chat.update", "channel", general, "ts", ts, "markdown_text", "_other_")
	if got := texts(w.must("conversations.history", "channel", general)); !slices.Equal(got, []string{"_other_"}) {
		t.Errorf("%q", got)
	}
	w.no("markdown_text_conflict", "chat.postMessage", "channel", general, "markdown_text", "x", "text", "y")
	w.no("markdown_text_conflict", "chat.update", "channel", general, "ts", ts, "markdown_text", "x", "text", "y")
	w.no("msg_too_long", "chat.postMessage", "channel", general, "markdown_text", strings.Repeat("x", 12001))
}

func TestAThreadShowsOnItsParentAndABroadcastInTheChannel(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	parent := w.must("chat.postMessage", "channel", general, "text", "parent")["ts"].(string)
	w.must("chat.postMessage", "channel", general, "text", "quiet", "thread_ts", parent)
	last := w.must("chat.postMessage", "channel", general, "text", "loud", "thread_ts", parent, "reply_broadcast", "true")["ts"].(string)
	w.must("chat.update", "channel", general, "ts", parent, "text", "edited")
	history := w.must("conversations.history", "channel", general)
	if got := texts(history); !slices.Equal(got, []string{"loud", "edited"}) {
		t.Fatalf("the channel shows %q", got)
	}
	loud, top := history["messages"].([]any)[0].(said), history["messages"].([]any)[1].(said)
	if loud["subtype"] != "thread_broadcast" || loud["thread_ts"] != parent || loud["root"].(said)["ts"] != parent {
		t.Errorf("the broadcast: %v", loud)
	}
	if top["thread_ts"] != parent || top["reply_count"] != 2.0 || top["latest_reply"] != last || top["edited"] == nil ||
		top["bot_profile"] == nil {
		t.Errorf("the parent: %v", top)
	}
	if page := w.get("/client/state?user=" + bea); strings.Count(page, `"text":"quiet"`) != 1 || strings.Count(page, `"text":"loud"`) != 2 {
		t.Errorf("the page shows %s", page)
	}
	replies := w.must("conversations.replies", "channel", general, "ts", parent)
	if got := texts(replies); !slices.Equal(got, []string{"edited", "quiet", "loud"}) ||
		replies["messages"].([]any)[1].(said)["parent_user_id"] != w.BotUserID() {
		t.Errorf("the thread: %v", replies)
	}
}

func TestAnAppSpeaksUnderAnotherNameIfItMay(t *testing.T) {
	for _, c := range []struct {
		scopes []string
		want   any
	}{{[]string{"chat:write"}, nil}, {[]string{"chat:write", "chat:write.customize"}, "Other"}} {
		w := newWorld(t, slacktest.Config{Scopes: c.scopes})
		m := w.must("chat.postMessage", "channel", general, "text", "x", "username", "Other", "icon_emoji", ":tada:")["message"].(said)
		if m["username"] != c.want || (m["icons"] != nil) != (c.want != nil) {
			t.Errorf("with %q it is %v", c.scopes, m)
		}
	}
}

func TestADMIsOpenedOnce(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	first := w.must("conversations.open", "users", bea, "return_im", "true")
	if c := first["channel"].(said); c["user"] != bea || c["is_im"] != true || first["already_open"] != nil {
		t.Errorf("at first: %v", first)
	}
	again := w.must("conversations.open", "users", bea)
	if again["already_open"] != true || again["no_op"] != true || again["channel"].(said)["id"] != first["channel"].(said)["id"] {
		t.Errorf("again: %v", again)
	}
}

func TestPeopleAndChannelsAreShownWhole(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	u := w.must("users.info", "user", bea)["user"].(said)
	if u["tz_offset"] != 0.0 || u["tz_label"] == nil || u["profile"].(said)["real_name_normalized"] != "Bea Lind" ||
		u["profile"].(said)["first_name"] != "Bea" {
		t.Errorf("%v", u)
	}
	if p := w.must("users.profile.get", "user", bea)["profile"].(said); p["display_name"] != "bea" {
		t.Errorf("%v", p)
	}
	w.must("conversations.setTopic", "channel", general, "topic", "about all")
	c := w.must("conversations.info", "channel", general)["channel"].(said)
	if c["is_archived"] != false || c["topic"].(said)["value"] != "about all" || c["purpose"].(said)["value"] != "" ||
		c["is_general"] != true {
		t.Errorf("%v", c)
	}
}

func TestAnAppJoinsInvitesAndLeaves(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	mine := func() []string {
		var out []string
		for _, c := range w.must("users.conversations")["channels"].([]any) {
			out = append(out, c.(said)["name"].(string))
		}
		return out
	}
	w.must("conversations.join", "channel", "C0OTHER")
	if got := mine(); !slices.Equal(got, []string{"general", "other"}) {
		t.Errorf("it is in %q", got)
	}
	if got := w.must("conversations.join", "channel", "C0OTHER"); got["warning"] != "already_in_channel" {
		t.Errorf("twice: %v", got)
	}
	w.no("channel_not_found", "conversations.join", "channel", secret)
	w.must("conversations.invite", "channel", "C0OTHER", "users", ada)
	w.no("already_in_channel", "conversations.invite", "channel", "C0OTHER", "users", ada)
	w.must("conversations.leave", "channel", "C0OTHER")
	if got := mine(); !slices.Equal(got, []string{"general"}) {
		t.Errorf("after it left: %q", got)
	}
}

func TestReactionsAndPins(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	ts := w.must("chat.postMessage", "channel", general, "text", "x")["ts"].(string)
	at := []string{"channel", general, "timestamp", ts}
	w.must("reactions.add", append(at, "name", "tada")...)
	w.no("already_reacted", "reactions.add", append(at, "name", "tada")...)
	m := w.must("conversations.history", "channel", general)["messages"].([]any)[0].(said)
	if r, _ := m["reactions"].([]any); len(r) != 1 || r[0].(said)["name"] != "tada" || r[0].(said)["count"] != 1.0 {
		t.Errorf("%v", m)
	}
	w.must("reactions.remove", append(at, "name", "tada")...)
	w.no("no_reaction", "reactions.remove", append(at, "name", "tada")...)
	w.no("message_not_found", "reactions.add", "channel", general, "timestamp", "1.1", "name", "x")
	w.must("pins.add", at...)
	w.no("already_pinned", "pins.add", at...)
	if items := w.must("pins.list", "channel", general)["items"].([]any); len(items) != 1 {
		t.Errorf("%v", items)
	}
	w.must("pins.remove", at...)
	w.no("no_pin", "pins.remove", at...)
}

func TestAPITestNeedsNoToken(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	resp, err := http.PostForm(w.url+"/api/api.test", url.Values{"foo": {"bar"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out said
	if json.NewDecoder(resp.Body).Decode(&out); out["ok"] != true || out["args"].(said)["foo"] != "bar" {
		t.Errorf("%v", out)
	}
	w.no("my_error", "api.test", "error", "my_error")
}

func TestAnAppHearsItself(t *testing.T) {
	w := newWorld(t, slacktest.Config{Events: []string{"message.channels"}})
	heard := make(chan said, 10)
	w.app(func(e socketmode.Event) (any, bool) {
		var payload struct{ Event said }
		if e.Request != nil && json.Unmarshal(e.Request.Payload, &payload) == nil && payload.Event != nil {
			heard <- payload.Event
		}
		return nil, false
	})
	ts := w.must("chat.postMessage", "channel", general, "text", "hello")["ts"].(string)
	if e := <-heard; e["bot_id"] == nil || e["text"] != "hello" || e["channel"] != general || e["channel_type"] != "channel" {
		t.Errorf("of its own message: %v", e)
	}
	w.must("chat.update", "channel", general, "ts", ts, "text", "changed")
	if e := <-heard; e["subtype"] != "message_changed" || e["message"].(said)["text"] != "changed" ||
		e["previous_message"].(said)["text"] != "hello" {
		t.Errorf("of its change: %v", e)
	}
	w.must("chat.delete", "channel", general, "ts", ts)
	if e := <-heard; e["subtype"] != "message_deleted" || e["deleted_ts"] != ts {
		t.Errorf("of its end: %v", e)
	}
}
