package slacktest_test

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/entra-app/entra-app/bot/slacktest"
)

func TestSlackGoStaysConnectedForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPipeWorld(t, slacktest.Config{})
		var connections atomic.Int32
		w.app(acknowledge)
		start := time.Now()
		w.OnCall(func(method string, after bool) {
			if method == "apps.connections.open" && !after {
				connections.Add(1)
			}
		})
		time.Sleep(time.Hour) // the bubble's
		if n := connections.Load(); n > 0 || w.Connected() != 1 {
			t.Errorf("%d new connections in %v", n, time.Since(start))
		}
	})
}

func TestACommandWithoutAnAcknowledgementTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPipeWorld(t, slacktest.Config{})
		_, err := w.bea.Slash(t.Context(), general, "/entra-app help")
		if err == nil || !strings.Contains(err.Error(), "dispatch_failed") {
			t.Errorf("without an app: %v", err)
		}
		var asked atomic.Int32
		w.app(func(socketmode.Event) (any, bool) { asked.Add(1); return nil, true })
		start := time.Now()
		_, err = w.bea.Slash(t.Context(), general, "/entra-app help")
		if took := time.Since(start); err == nil || err.Error() != `/entra-app failed with the error "operation_timeout"` ||
			took != 3*time.Second {
			t.Errorf("without an answer: %v after %v", err, took)
		}
		time.Sleep(time.Hour)
		if asked.Load() != 1 {
			t.Errorf("the command was delivered %d times", asked.Load())
		}
	})
}

func TestAnEventIsDeliveredAgainUntilItIsAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPipeWorld(t, slacktest.Config{})
		start := time.Now()
		var at []time.Duration
		var attempts []int
		ids := map[string]bool{}
		stop := w.app(func(e socketmode.Event) (any, bool) {
			if e.Type != socketmode.EventTypeEventsAPI {
				return nil, false
			}
			var p struct {
				EventID string `json:"event_id"`
			}
			json.Unmarshal(e.Request.Payload, &p)
			ids[p.EventID] = true
			at, attempts = append(at, time.Since(start)), append(attempts, e.Request.RetryAttempt)
			return nil, len(at) < 4
		})
		worked(t, "open", w.bea.OpenHome(t.Context()))
		time.Sleep(time.Hour)
		stop()
		// each attempt waits three seconds for its acknowledgement
		want := []time.Duration{0, 3 * time.Second, 66 * time.Second, 369 * time.Second}
		if len(at) != 4 || len(ids) != 1 {
			t.Fatalf("delivered at %v, as %v", at, ids)
		}
		for i := range want {
			if at[i] != want[i] || attempts[i] != i {
				t.Errorf("attempt %d came after %v as number %d, want after %v", i, at[i], attempts[i], want[i])
			}
		}
	})
}

func TestEachPayloadGoesToOneConnection(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	var one, two atomic.Int32
	count := func(n *atomic.Int32) answer {
		return func(e socketmode.Event) (any, bool) {
			if e.Type == socketmode.EventTypeSlashCommand {
				n.Add(1)
			}
			return nil, false
		}
	}
	w.app(count(&one))
	w.app(count(&two))
	for range 10 {
		_, err := w.bea.Slash(t.Context(), general, "/entra-app status")
		worked(t, "command", err)
	}
	if one.Load()+two.Load() != 10 || one.Load() == 0 || two.Load() == 0 {
		t.Errorf("%d and %d of ten", one.Load(), two.Load())
	}
}

func TestADroppedConnectionEndsTheWait(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	got := make(chan struct{}, 1)
	w.app(func(e socketmode.Event) (any, bool) {
		if e.Type != socketmode.EventTypeSlashCommand {
			return nil, false
		}
		got <- struct{}{}
		return nil, true
	})
	failed := make(chan error)
	go func() {
		_, err := w.bea.Slash(t.Context(), general, "/entra-app help")
		failed <- err
	}()
	<-got
	w.DropConnections()
	if err := <-failed; err == nil || !strings.Contains(err.Error(), "operation_timeout") {
		t.Errorf("%v", err)
	}
	worked(t, "slack-go connects again", w.WaitFor(t.Context(), func() bool { return w.Connected() == 1 }))
}

func TestARefreshMakesSlackGoConnectAnew(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.app(acknowledge)
	var opened atomic.Int32
	w.OnCall(func(method string, after bool) {
		if method == "apps.connections.open" && after {
			opened.Add(1)
		}
	})
	w.Refresh()
	worked(t, "a new connection", w.WaitFor(t.Context(), func() bool { return opened.Load() == 1 && w.Connected() == 1 }))
}

func TestATicketIsGoodOnce(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	_, url, err := w.api.StartSocketModeContext(t.Context())
	worked(t, "open", err)
	conn, _, err := w.dial.DialContext(t.Context(), url, nil)
	worked(t, "dial", err)
	defer conn.Close()
	var hello struct {
		Type           string
		NumConnections int `json:"num_connections"`
	}
	worked(t, "hello", conn.ReadJSON(&hello))
	if hello.Type != "hello" || hello.NumConnections != 1 {
		t.Errorf("it says %+v", hello)
	}
	if _, _, err := w.dial.DialContext(t.Context(), url, nil); err == nil {
		t.Error("a ticket was good twice")
	}
}

func TestAnAnswerToACommandIsShown(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	var said slack.SlashCommand
	w.app(func(e socketmode.Event) (any, bool) {
		said, _ = e.Data.(slack.SlashCommand)
		return map[string]any{"text": "Here is help."}, false
	})
	_, err := w.bea.Slash(t.Context(), general, "/entra-app status @ada #general #secret @nobody")
	worked(t, "command", err)
	if want := "status <@U0ADA|ada> <#C0GENERAL|general> <#G0SECRET|> @nobody"; said.Text != want || said.UserID != bea ||
		said.ChannelID != general {
		t.Errorf("delivered %+v, want %q", said, want)
	}
	if got := w.bea.Messages(general); len(got) != 1 || got[0].Text != "Here is help." || !got[0].Ephemeral {
		t.Errorf("Bea sees %+v", got)
	}
	if _, err := w.bea.Slash(t.Context(), general, "/nothing"); err == nil {
		t.Error("a command was typed that there is not")
	}
}

func TestACommandsTextArrivesEscapedAsSlackDoesIt(t *testing.T) {
	w := newWorld(t, slacktest.Config{})
	w.AddCommand("/raw", false)
	var said slack.SlashCommand
	w.app(func(e socketmode.Event) (any, bool) {
		said, _ = e.Data.(slack.SlashCommand)
		return nil, false
	})
	for typed, want := range map[string]string{
		"renew vb365.contoso.com":                  "renew <http://vb365.contoso.com|vb365.contoso.com>",
		"renew “vb365.contoso.com”":                "renew “<http://vb365.contoso.com|vb365.contoso.com>”",
		"renew VB365.Contoso.COM:4443 now":         "renew <http://VB365.Contoso.COM:4443|VB365.Contoso.COM:4443> now",
		"renew https://vb365.contoso.com/?a&b.":    "renew <https://vb365.contoso.com/?a&amp;b>.",
		"status bea@contoso.com, please":           "status <mailto:bea@contoso.com|bea@contoso.com>, please",
		"renew R&D <backup>":                       "renew R&amp;D &lt;backup&gt;",
		"request Mail.Read v8.5 contoso.computing": "request Mail.Read v8.5 contoso.computing",
		"status @bea. #general, @nobody #none":     "status <@U0BEA|bea>. <#C0GENERAL|general>, @nobody #none",
	} {
		_, err := w.bea.Slash(t.Context(), general, "/entra-app "+typed)
		worked(t, typed, err)
		if said.Text != want {
			t.Errorf("%s arrives as %s, want %s", typed, said.Text, want)
		}
		_, err = w.bea.Slash(t.Context(), general, "/raw "+typed)
		worked(t, typed, err)
		if said.Text != typed {
			t.Errorf("without should_escape %s arrives as %s", typed, said.Text)
		}
	}
}
