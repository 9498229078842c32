package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ackLimit is how long Slack waits for an acknowledgement.
const ackLimit = 3 * time.Second

// What people are shown when the app does not acknowledge, or not with 200.
var (
	errTimeout  = errors.New("operation_timeout")
	errDispatch = errors.New("dispatch_failed")
)

// A delivery is something that is handed to the app.
type delivery struct {
	kind    string // "command", "event", or the type of an interaction
	payload json.RawMessage
	attempt int    // of an event; 0 is the first
	reason  string // of the attempt
}

// envelope is what Socket Mode calls the kind.
func (d delivery) envelope() string {
	switch d.kind {
	case "command":
		return "slash_commands"
	case "event":
		return "events_api"
	}
	return "interactive"
}

// answered reports whether the acknowledgement may carry a payload.
func (d delivery) answered() bool {
	return d.kind == "command" || d.kind == "block_suggestion" || d.kind == "view_submission"
}

func (d delivery) surface() string {
	var p struct {
		View      json.RawMessage
		Container struct {
			Type        string
			IsEphemeral bool `json:"is_ephemeral"`
		}
	}
	json.Unmarshal(d.payload, &p)
	switch {
	case p.Container.IsEphemeral:
		return "ephemeral"
	case p.Container.Type == "message":
		return "message"
	case p.View != nil:
		return "view"
	}
	return ""
}

// deliver hands something to the app, by the transport that it has, and returns
// the body of its acknowledgement.
func (w *Workspace) deliver(ctx context.Context, kind string, payload map[string]any) (json.RawMessage, error) {
	answer, _, err := w.hand(ctx, delivery{kind: kind, payload: encode(payload)})
	return answer, err
}

// DeliverRaw delivers a payload as it is. kind is "slash_commands" (an object
// with the form's fields), "interactive" or "events_api". The error's text is
// what a person would be shown.
func (w *Workspace) DeliverRaw(ctx context.Context, kind string, payload json.RawMessage) (json.RawMessage, error) {
	d := delivery{payload: payload}
	switch kind {
	case "slash_commands":
		d.kind = "command"
	case "events_api":
		d.kind = "event"
	case "interactive":
		var p struct{ Type string }
		json.Unmarshal(payload, &p)
		d.kind = p.Type
	default:
		return nil, fmt.Errorf("there is no delivery of kind %q", kind)
	}
	answer, _, err := w.hand(ctx, d)
	return answer, err
}

// hand delivers once. final says that the app wants no other attempt.
func (w *Workspace) hand(ctx context.Context, d delivery) (answer json.RawMessage, final bool, err error) {
	w.write(Entry{Direction: "delivery", Method: d.kind, Body: string(d.payload), Surface: d.surface()})
	if w.cfg.CommandsURL+w.cfg.InteractionsURL+w.cfg.OptionsURL+w.cfg.EventsURL == "" {
		answer, err := w.overSocket(d)
		if !d.answered() {
			answer = nil
		}
		return answer, false, err
	}
	const formType = "application/x-www-form-urlencoded"
	to, contentType, body := w.cfg.InteractionsURL, formType, []byte(url.Values{"payload": {string(d.payload)}}.Encode())
	switch d.kind {
	case "command":
		var fields map[string]any
		if err := json.Unmarshal(d.payload, &fields); err != nil {
			return nil, true, err
		}
		form := url.Values{}
		for k, v := range fields {
			form.Set(k, fmt.Sprint(v))
		}
		to, body = w.cfg.CommandsURL, []byte(form.Encode())
	case "event":
		to, contentType, body = w.cfg.EventsURL, "application/json", d.payload
	case "block_suggestion":
		to = w.cfg.OptionsURL
	}
	if to == "" {
		return nil, true, errDispatch
	}
	header := http.Header{"Content-Type": {contentType}}
	if d.attempt > 0 {
		header.Set("X-Slack-Retry-Num", strconv.Itoa(d.attempt))
		header.Set("X-Slack-Retry-Reason", d.reason)
	}
	resp, answer, err := w.post(ctx, to, header, body)
	ack := "lost"
	if err == nil {
		ack = resp.Status
		final = resp.Header.Get("X-Slack-No-Retry") == "1"
		if resp.StatusCode/100 != 2 || resp.StatusCode != http.StatusOK && d.kind != "event" {
			answer, err = nil, errDispatch
		}
	}
	w.write(Entry{Direction: "ack", Method: d.kind, Body: string(answer), Answer: ack, Surface: d.surface()})
	return answer, final, err
}

// post sends a signed request. Source: docs.slack.dev/authentication/verifying-requests-from-slack.
func (w *Workspace) post(ctx context.Context, to string, header http.Header, body []byte) (*http.Response, json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, ackLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header = header
	Sign(req.Header, w.cfg.SigningSecret, w.cfg.Now(), body)
	resp, err := w.cfg.HTTP.Do(req)
	if err != nil {
		if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
			return nil, nil, errTimeout
		}
		return nil, nil, errDispatch
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, nil, errDispatch
	}
	return resp, answer, nil
}

// Sign signs a body as Slack does.
func Sign(h http.Header, secret string, at time.Time, body []byte) {
	ts := fmt.Sprint(at.Unix())
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + ts + ":"))
	mac.Write(body)
	h.Set("X-Slack-Request-Timestamp", ts)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}
