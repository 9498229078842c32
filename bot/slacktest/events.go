package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// subscribed reports whether the app wants an event. app_home_opened it always wants.
func (w *Workspace) subscribed(event string) bool {
	return event == "app_home_opened" || slices.Contains(w.cfg.Events, event)
}

// event is the payload of an event. The lock is held.
func (w *Workspace) event(inner map[string]any) json.RawMessage {
	return encode(map[string]any{
		"token": "verification", "team_id": w.cfg.TeamID, "context_team_id": w.cfg.TeamID, "context_enterprise_id": nil,
		"api_app_id": w.cfg.AppID,
		"type":       "event_callback", "event_id": w.id("Ev"), "event_time": w.cfg.Now().Unix(), "event_context": w.id("4-"),
		"event":                 inner,
		"is_ext_shared_channel": false,
		"authorizations": []any{map[string]any{"enterprise_id": nil, "team_id": w.cfg.TeamID, "user_id": w.cfg.BotUserID,
			"is_bot": true, "is_enterprise_install": false}},
	})
}

// send delivers an event, and again after a failure, until the app has taken it
// or Slack's patience ends. It returns after the first attempt.
// Source: docs.slack.dev/apis/events-api.
func (w *Workspace) send(ctx context.Context, payload json.RawMessage) {
	d := delivery{kind: "event", payload: payload}
	_, final, err := w.hand(ctx, d)
	if err == nil || final {
		return
	}
	w.spawn(func() {
		for _, wait := range w.cfg.EventRetries {
			if wait > 0 {
				select {
				case <-w.cfg.After(wait):
				case <-w.ctx.Done():
					return
				}
			}
			d.attempt++
			d.reason = w.reason(err)
			if _, final, err = w.hand(w.ctx, d); err == nil || final || w.ctx.Err() != nil {
				return
			}
		}
	})
}

// reason is why an event is delivered again, in the words of the transport.
func (w *Workspace) reason(err error) string {
	overHTTP := w.cfg.EventsURL != ""
	switch {
	case errors.Is(err, errTimeout) && overHTTP:
		return "http_timeout"
	case errors.Is(err, errTimeout):
		return "timeout"
	case overHTTP:
		return "http_error"
	}
	return "connection_failed"
}

// spawn runs f in a goroutine that Close waits for.
func (w *Workspace) spawn(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx.Err() == nil {
		w.work.Go(f)
	}
}

// VerifyURL sends url_verification to EventsURL, as Slack does when the address
// is entered, and says what is wrong with the answer.
func (w *Workspace) VerifyURL(ctx context.Context) error {
	w.mu.Lock()
	challenge := w.id("challenge")
	w.mu.Unlock()
	body, _ := json.Marshal(map[string]any{"token": "verification", "type": "url_verification", "challenge": challenge})
	resp, answer, err := w.post(ctx, w.cfg.EventsURL, http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return err
	}
	var said struct{ Challenge string }
	json.Unmarshal(answer, &said)
	if resp.StatusCode != http.StatusOK || string(answer) != challenge && said.Challenge != challenge {
		return fmt.Errorf("the challenge %q was answered with %s and %q", challenge, resp.Status, answer)
	}
	return nil
}
