package slacktest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/entra-app/entra-app/bot/slacktest"
)

func TestAnEmptyAnswerClosesTheSubmittedViewAndNoOther(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(func(e socketmode.Event) (any, bool) {
		if c, ok := e.Data.(slack.InteractionCallback); ok && c.Type == slack.InteractionTypeViewSubmission {
			_, err := w.api.PushViewContext(t.Context(), c.TriggerID, form(field("pushed", "More")))
			if err != nil {
				t.Error(err)
			}
		}
		return nil, false
	})
	trigger, _ := w.trigger()
	root, err := w.api.OpenViewContext(t.Context(), trigger, form(field("b", "Name")))
	worked(t, "open", err)
	_, err = w.bea.Submit(t.Context(), root.ID, map[string]any{"Name": "payroll"})
	worked(t, "submit", err)
	if got := w.bea.Views(); slices.ContainsFunc(got, func(v slacktest.View) bool { return v.ID == root.ID }) || len(got) != 1 {
		t.Errorf("the submitted view %s has to be gone and the pushed one stay, %d are open", root.ID, len(got))
	}
}

func TestAPressInAThreadSaysWhichThread(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(acknowledge)
	_, root, err := w.api.PostMessageContext(t.Context(), general, slack.MsgOptionText("root", false))
	worked(t, "post", err)
	_, ts, err := w.api.PostMessageContext(t.Context(), general, slack.MsgOptionTS(root),
		slack.MsgOptionBlocks(section("sure?"), press("Yes", "yes", "EA-1")))
	worked(t, "reply", err)
	worked(t, "press", w.bea.Press(t.Context(), general, ts, "Yes"))
	for _, e := range w.Journal() {
		var p slack.InteractionCallback
		if e.Direction == "delivery" && json.Unmarshal([]byte(e.Body), &p) == nil && p.Container.ThreadTs != root {
			t.Errorf("container.thread_ts is %q, not %q", p.Container.ThreadTs, root)
		}
	}
}

func TestBlocksOfAResponseURLHaveIDs(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(acknowledge)
	_, url := w.trigger()
	body :=
		`{"text":"sure?","blocks":[{"type":"actions","elements":[{"type":"button","action_id":"yes","text":{"type":"plain_text","text":"Yes"}}]}]}`
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	worked(t, "post", err)
	resp.Body.Close()
	m := w.bea.Messages(general)
	if len(m) != 1 {
		t.Fatalf("Bea sees %d messages", len(m))
	}
	if !strings.Contains(string(m[0].Blocks), `"block_id"`) {
		t.Errorf("Bea sees %d messages, blocks %s", len(m), m[0].Blocks)
	}
}

func TestHelloComesFirst(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	for range 60 {
		_, url, err := w.api.StartSocketModeContext(t.Context())
		worked(t, "open", err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.WaitFor(ctx, func() bool { return w.Connected() > 0 })
			w.DeliverRaw(ctx, "interactive", json.RawMessage(`{"type":"block_actions"}`))
		}()
		conn, _, err := websocket.DefaultDialer.Dial(url, nil)
		worked(t, "dial", err)
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		var first struct{ Type string }
		worked(t, "read", conn.ReadJSON(&first))
		cancel()
		conn.Close()
		<-done
		worked(t, "gone", w.WaitFor(t.Context(), func() bool { return w.Connected() == 0 }))
		if first.Type != "hello" {
			t.Fatalf("the first message is %q", first.Type)
		}
	}
}

func TestOnlyTheOwnerSubmitsOrPressesInAView(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(acknowledge)
	trigger, _ := w.trigger()
	v, err := w.api.OpenViewContext(t.Context(), trigger, form(field("b", "Name")))
	worked(t, "open", err)
	if _, err := w.ada.Submit(t.Context(), v.ID, map[string]any{"Name": "x"}); err == nil {
		t.Error("Ada submitted Bea's view")
	}
}

func TestThePrivateChannelsOfTheAppAreListedWhereAskedFor(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.AddChannel(slacktest.Channel{ID: "G0OURS", Name: "ours", Private: true, Members: []string{bea, w.BotUserID()}})
	all, _, err := w.api.GetConversationsContext(t.Context(), &slack.GetConversationsParameters{Types: []string{"private_channel"}})
	worked(t, "list", err)
	if len(all) != 1 || all[0].ID != "G0OURS" {
		t.Errorf("%d channels", len(all))
	}
}

func TestTheConnectionsOfAnAppAreTenAtMost(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	urls := []string{}
	for range 16 {
		_, url, err := w.api.StartSocketModeContext(t.Context())
		worked(t, "open", err)
		urls = append(urls, url)
	}
	conns := make(chan *websocket.Conn, len(urls))
	for _, u := range urls {
		go func() { c, _, _ := websocket.DefaultDialer.Dial(u, nil); conns <- c }()
	}
	open := 0
	for range urls {
		c := <-conns
		if c == nil {
			continue
		}
		defer c.Close()
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		var hello struct{ Type string }
		if c.ReadJSON(&hello) == nil && hello.Type == "hello" {
			open++
		}
	}
	if open != 10 || w.Connected() != 10 {
		t.Errorf("%d connections", open)
	}
}
