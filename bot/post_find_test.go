package bot

import (
	"context"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

func TestAMessageWhoseAnswerWasLostIsFoundAndNotSentAgain(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.answers["conversations.history"] =
		`{"ok":true,"messages":[{"ts":"4.4","user":"UEVIL","metadata":{"event_type":"entra_app_post","event_payload":{"request":"` +
			r.ID + `","post":"card"}}},
		{"ts":"5.5","user":"UBOT","metadata":{"event_type":"entra_app_post","event_payload":{"request":"EA-99","post":"card"}}},
		{"ts":"7.7","user":"UBOT","metadata":{"event_type":"entra_app_post","event_payload":{"request":"` + r.ID + `","post":"card"}}}]}`
	_, ts, err := w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard,
		Post: workflow.Post{Begun: time.Now()}})
	if err != nil || ts != "7.7" || len(w.of("chat.postMessage")) != 0 || len(w.of("chat.update")) != 1 {
		t.Errorf("drawn at %s, %v", ts, err)
	}
	w.answers["conversations.history"] = `{"ok":false,"error":"missing_scope"}`
	if _, _, err := w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard,
		Post: workflow.Post{Begun: time.Now()}}); err != nil || len(w.of("chat.postMessage")) != 1 {
		t.Errorf("where it may not look it does not send: %v", err)
	}
	w.answers["conversations.history"] = `{"ok":false,"error":"ratelimited"}`
	_, _, err = w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard,
		Post: workflow.Post{Begun: time.Now()}})
	if _, busy := err.(workflow.Temporary); !busy || len(w.of("chat.postMessage")) != 1 {
		t.Errorf("while Slack is busy it sends again: %v", err)
	}
}
