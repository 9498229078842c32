package slacktest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/bot/slacktest"
)

func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", text, false, false), nil, nil)
}

func press(label, actionID, value string) slack.Block {
	return slack.NewActionBlock("", slack.NewButtonBlockElement(actionID, value,
		slack.NewTextBlockObject("plain_text", label, false, false)))
}

func TestWhereTheAppMayPost(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	post := func(channel string, o ...slack.MsgOption) (string, error) {
		channel, _, err := w.api.PostMessageContext(t.Context(), channel, o...)
		return channel, err
	}
	hello := slack.MsgOptionText("hello", false)
	_, err := post("C0OTHER", hello)
	refused(t, "a channel that it is not in", err, "not_in_channel")
	_, err = post(secret, hello)
	refused(t, "a private channel that it is not in", err, "channel_not_found")
	_, err = post("C0NONE", hello)
	refused(t, "no channel", err, "channel_not_found")
	_, err = post(general)
	refused(t, "nothing", err, "no_text")
	_, err = post("U0GONE", hello)
	refused(t, "somebody deactivated", err, "channel_not_found")
	dm, err := post(bea, hello)
	worked(t, "a person", err)
	if !strings.HasPrefix(dm, "D") || w.bea.DM() != dm || len(w.bea.Messages(dm)) != 1 {
		t.Errorf("a post to a person went to %s", dm)
	}
	if len(w.ada.Messages(dm)) != 0 {
		t.Error("Ada reads Bea's messages")
	}
	_, err = post(general, slack.MsgOptionBlocks(section(strings.Repeat("x", 3001))))
	refusal, _ := err.(slack.SlackErrorResponse)
	if refusal.Err != "invalid_blocks" || len(refusal.ResponseMetadata.Messages) != 1 ||
		refusal.ResponseMetadata.Messages[0] != "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]" {
		t.Errorf("%#v", err)
	}
}

func TestUpdatesKeepDropAndClear(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	ctx := t.Context()
	dm, ts, err := w.api.PostMessageContext(ctx, bea, slack.MsgOptionText("one", false), slack.MsgOptionBlocks(section("a block")))
	worked(t, "post", err)
	now := func() slacktest.Message { return w.bea.Messages(dm)[0] }
	update := func(channel, ts string, o ...slack.MsgOption) error {
		_, _, _, err := w.api.UpdateMessageContext(ctx, channel, ts, o...)
		return err
	}
	refused(t, "by the person's ID", update(bea, ts, slack.MsgOptionText("x", false)), "channel_not_found")
	refused(t, "no message", update(dm, "1.1", slack.MsgOptionText("x", false)), "message_not_found")
	refused(t, "nothing", update(dm, ts), "no_text")
	refused(t, "a long text", update(dm, ts, slack.MsgOptionText(strings.Repeat("x", 4001), false)), "msg_too_long")
	worked(t, "a text", update(dm, ts, slack.MsgOptionText("two", false)))
	if m := now(); m.Text != "two" || m.Blocks != nil {
		t.Errorf("a text without blocks does not drop them: %+v", m)
	}
	worked(t, "blocks", update(dm, ts, slack.MsgOptionText("three", false), slack.MsgOptionBlocks(section("b"))))
	worked(t, "no blocks", update(dm, ts, slack.MsgOptionBlocks()))
	if m := now(); m.Text != "three" || m.Blocks != nil {
		t.Errorf("blocks=[] does not clear them: %+v", m)
	}
	worked(t, "Bea writes", w.bea.Say(dm, "", "mine"))
	hers := w.bea.Messages(dm)[1].TS
	refused(t, "hers", update(dm, hers, slack.MsgOptionText("x", false)), "cant_update_message")
	_, _, err = w.api.DeleteMessageContext(ctx, dm, hers)
	refused(t, "hers", err, "cant_delete_message")
	_, _, err = w.api.DeleteMessageContext(ctx, dm, ts)
	worked(t, "delete", err)
}

func TestEphemeralsAreForOneAndNeverStored(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	ts, err := w.api.PostEphemeralContext(t.Context(), general, bea, slack.MsgOptionText("for you alone", false))
	worked(t, "post", err)
	if got := w.bea.Messages(general); len(got) != 1 || !got[0].Ephemeral {
		t.Errorf("Bea sees %+v", got)
	}
	if got := w.ada.Messages(general); len(got) != 0 {
		t.Errorf("Ada sees %+v", got)
	}
	_, _, _, err = w.api.UpdateMessageContext(t.Context(), general, ts, slack.MsgOptionText("x", false))
	refused(t, "an update", err, "message_not_found")
	h, err := w.api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: general})
	worked(t, "history", err)
	if len(h.Messages) != 0 {
		t.Errorf("history has %+v", h.Messages)
	}
	w.AddUser(slacktest.User{ID: "U0TOM", Name: "tom"})
	_, err = w.api.PostEphemeralContext(t.Context(), general, "U0TOM", slack.MsgOptionText("x", false))
	refused(t, "somebody who is not there", err, "user_not_in_channel")
}

func TestHistoryIsPagedAndThreadsAreApart(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	var root string
	for _, text := range []string{"one", "two", "three"} {
		_, ts, err := w.api.PostMessageContext(t.Context(), general, slack.MsgOptionText(text, false))
		worked(t, "post", err)
		root = ts
	}
	_, _, err := w.api.PostMessageContext(t.Context(), general, slack.MsgOptionText("reply", false), slack.MsgOptionTS(root))
	worked(t, "reply", err)
	var got []string
	for cursor := ""; ; {
		h, err := w.api.GetConversationHistoryContext(t.Context(),
			&slack.GetConversationHistoryParameters{ChannelID: general, Limit: 2, Cursor: cursor})
		worked(t, "history", err)
		for _, m := range h.Messages {
			got = append(got, m.Text)
		}
		if cursor = h.ResponseMetaData.NextCursor; cursor == "" {
			break
		}
	}
	if strings.Join(got, " ") != "three two one" {
		t.Errorf("history is %q", got)
	}
	replies, _, _, err := w.api.GetConversationRepliesContext(t.Context(),
		&slack.GetConversationRepliesParameters{ChannelID: general, Timestamp: root})
	worked(t, "replies", err)
	if len(replies) != 2 || replies[1].Text != "reply" || replies[1].ThreadTimestamp != root {
		t.Errorf("the thread is %+v", replies)
	}
}

func TestWhatNotifiesAChannel(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	for _, c := range []struct {
		name string
		what slack.MsgOption
		want bool
	}{
		{"markup in the text", slack.MsgOptionText("look <!channel>", false), true},
		{"escaped markup", slack.MsgOptionText("look <!channel>", true), false},
		{"markup in a block", slack.MsgOptionBlocks(section("<!here|here>")), true},
		{"escaped in a block", slack.MsgOptionBlocks(section("&lt;!here&gt;")), false},
		{"plain text", slack.MsgOptionBlocks(slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "<!channel>", false, false))),
			false},
		{"a name in words", slack.MsgOptionText("@channel", false), false},
		{"a name that is linked", slack.MsgOptionCompose(slack.MsgOptionText("@channel", false), slack.MsgOptionLinkNames(true)), true},
	} {
		_, _, err := w.api.PostMessageContext(t.Context(), general, c.what)
		worked(t, c.name, err)
		all := w.bea.Messages(general)
		if got := all[len(all)-1].Broadcasts(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAResponseURLIsGoodForFivePostsInHalfAnHour(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(acknowledge)
	post := func(to, body string) (int, string) {
		resp, err := http.Post(to, "application/json", strings.NewReader(body))
		worked(t, "post", err)
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, strings.TrimSpace(string(b))
	}
	_, to := w.trigger()
	for range 5 {
		if code, body := post(to, `{"text":"hello"}`); code != 200 || body != "ok" {
			t.Fatalf("%d %s", code, body)
		}
	}
	if code, body := post(to, `{"text":"once more"}`); code != 404 || body != `{"error":"used_url","ok":false}` {
		t.Errorf("a sixth: %d %s", code, body)
	}
	if got := w.ada.Messages(general); len(got) != 0 {
		t.Errorf("Ada sees %+v, which is Bea's", got)
	}
	_, to = w.trigger()
	w.clock.pass(30*time.Minute + time.Second)
	if code, body := post(to, `{"text":"late"}`); code != 404 || !strings.Contains(body, "expired_url") {
		t.Errorf("after half an hour: %d %s", code, body)
	}
	_, to = w.trigger()
	if code, body := post(to, `{"text":"to all","response_type":"in_channel"}`); code != 200 {
		t.Errorf("%d %s", code, body)
	}
	if got := w.ada.Messages(general); len(got) != 1 {
		t.Errorf("Ada sees %+v", got)
	}
}

// slack-go sends empty metadata and blocks of null to a response URL.
func TestAPressedEphemeralIsReplacedThroughItsResponseURL(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(acknowledge)
	ts, err := w.api.PostEphemeralContext(t.Context(), general, bea, slack.MsgOptionBlocks(section("sure?"), press("Yes", "yes", "EA-1")))
	worked(t, "post", err)
	if err := w.ada.Press(t.Context(), general, ts, "Yes"); err == nil {
		t.Error("Ada pressed a button that she cannot see")
	}
	worked(t, "press", w.bea.Press(t.Context(), general, ts, "Yes"))
	var p slack.InteractionCallback
	for _, e := range w.Journal() {
		if e.Direction == "delivery" {
			worked(t, "payload", json.Unmarshal([]byte(e.Body), &p))
			if e.Surface != "ephemeral" {
				t.Errorf("the surface is %q", e.Surface)
			}
		}
	}
	a := p.ActionCallback.BlockActions
	if p.Type != slack.InteractionTypeBlockActions || len(a) != 1 || a[0].ActionID != "yes" || a[0].Value != "EA-1" ||
		a[0].BlockID == "" || !p.Container.IsEphemeral {
		t.Errorf("the payload is %+v", p)
	}
	_, _, err = w.api.PostMessageContext(t.Context(), "", slack.MsgOptionResponseURL(p.ResponseURL, ""),
		slack.MsgOptionReplaceOriginal(p.ResponseURL), slack.MsgOptionText("done", false))
	worked(t, "replace", err)
	if got := w.bea.Messages(general); len(got) != 1 || got[0].Text != "done" || !got[0].Ephemeral {
		t.Errorf("Bea sees %+v", got)
	}
	_, _, err = w.api.PostMessageContext(t.Context(), "", slack.MsgOptionDeleteOriginal(p.ResponseURL))
	worked(t, "delete", err)
	if got := w.bea.Messages(general); len(got) != 0 {
		t.Errorf("Bea still sees %+v", got)
	}
}

// Services, section 6: a whole message has a limit that Slack does not document.
func TestAWholeMessageThatIsTooLongIsRefusedWhereverItGoes(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	blocks := func(n int) []slack.Block {
		var all []slack.Block
		for range n {
			all = append(all, slack.NewRichTextBlock("",
				slack.NewRichTextSection(slack.NewRichTextSectionTextElement(strings.Repeat("名", 900), nil))))
		}
		return all
	}
	_, ts, err := w.api.PostMessage(general, slack.MsgOptionBlocks(blocks(11)...))
	worked(t, "eleven blocks", err)
	_, _, err = w.api.PostMessage(general, slack.MsgOptionBlocks(blocks(13)...))
	refused(t, "thirteen blocks", err, "msg_blocks_too_long")
	_, _, err = w.api.PostMessage(general, slack.MsgOptionBlocks(blocks(11)...), slack.MsgOptionText(strings.Repeat("x", 2000), false))
	refused(t, "eleven blocks and a long text", err, "msg_blocks_too_long")
	_, _, _, err = w.api.UpdateMessage(general, ts, slack.MsgOptionBlocks(blocks(13)...))
	refused(t, "an update", err, "msg_blocks_too_long")
	_, _, _, err = w.api.UpdateMessage(general, ts, slack.MsgOptionText(strings.Repeat("名", 1500), false))
	refused(t, "an update with a text of 4500 bytes", err, "msg_too_long")
	_, err = w.api.PostEphemeral(general, bea, slack.MsgOptionBlocks(blocks(13)...))
	refused(t, "an ephemeral", err, "msg_blocks_too_long")
	tiny := make([]slack.Block, 40) // containers count
	for i := range tiny {
		section := slack.NewRichTextSection()
		for range 10 {
			section.Elements = append(section.Elements, slack.NewRichTextSectionTextElement("x",
				&slack.RichTextSectionTextStyle{Bold: true}))
		}
		tiny[i] = slack.NewRichTextBlock("", section)
	}
	_, _, err = w.api.PostMessage(general, slack.MsgOptionBlocks(tiny...))
	refused(t, "many small parts", err, "msg_blocks_too_long")

	w.app(acknowledge)
	_, url := w.trigger()
	for n, want := range map[int]int{11: http.StatusOK, 13: http.StatusNotFound} {
		body, _ := json.Marshal(map[string]any{"text": "x", "blocks": blocks(n)})
		resp, err := w.http.Post(url, "application/json", strings.NewReader(string(body)))
		worked(t, "a response", err)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%d blocks to a response URL: %d", n, resp.StatusCode)
		}
	}
	b, _ := json.Marshal(blocks(13))
	if m := slacktest.ValidateMessage(b); len(m) != 1 || !strings.HasPrefix(m[0], "msg_blocks_too_long") {
		t.Errorf("it is said of thirteen blocks: %v", m)
	}
}
