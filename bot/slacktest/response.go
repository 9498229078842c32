package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"
)

// A response URL takes five posts in thirty minutes.
// Source: docs.slack.dev/interactivity/handling-user-interaction.
const (
	responseUses = 5
	responseLife = 30 * time.Minute
)

type responseURL struct {
	user, channel, ts string // ts of the message that it came from
	at                time.Time
	uses              int
}

func (w *Workspace) newResponseURL(user, channel, ts string) string {
	id := w.id("R")
	w.urls[id] = &responseURL{user: user, channel: channel, ts: ts, at: w.cfg.Now()}
	return w.at("hooks") + "/response/" + id
}

// response answers POST /response/{id}. The error codes are the emulator's own:
// Slack does not document them.
func (w *Workspace) response(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	w.called("response_url", false)
	code := w.respond(r.PathValue("id"), body)
	w.called("response_url", true)
	w.write(Entry{Direction: "response_url", Method: "response_url", Body: string(body), Answer: code, Surface: "ephemeral"})
	if code != "ok" {
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusNotFound)
		json.NewEncoder(rw).Encode(map[string]any{"ok": false, "error": code})
		return
	}
	rw.Header().Set("Content-Type", "text/plain")
	io.WriteString(rw, "ok")
}

func (w *Workspace) respond(id string, body []byte) string {
	var a struct {
		Text            string          `json:"text"`
		Blocks          json.RawMessage `json:"blocks"`
		ResponseType    string          `json:"response_type"`
		ReplaceOriginal bool            `json:"replace_original"`
		DeleteOriginal  bool            `json:"delete_original"`
		ThreadTS        string          `json:"thread_ts"`
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.urls[id]
	switch {
	case u == nil:
		return "invalid_url"
	case w.cfg.Now().Sub(u.at) > responseLife:
		return "expired_url"
	case u.uses >= responseUses:
		return "used_url"
	case json.Unmarshal(body, &a) != nil:
		return "invalid_payload"
	}
	u.uses++
	if string(a.Blocks) == "null" {
		a.Blocks = nil
	}
	if a.Blocks != nil {
		if tooLong(a.Text, a.Blocks) {
			return errTooLong.Error()
		}
		if m := ValidateMessage(a.Blocks); len(m) > 0 {
			return "invalid_blocks"
		}
	} else if a.Text == "" && !a.DeleteOriginal {
		return "no_text"
	}
	at := slices.IndexFunc(w.messages[u.channel], func(m *message) bool { return m.ts == u.ts })
	if a.DeleteOriginal && at >= 0 {
		w.messages[u.channel] = slices.Delete(w.messages[u.channel], at, at+1)
		at = -1
	}
	switch {
	case a.ReplaceOriginal && at >= 0:
		m := w.messages[u.channel][at]
		m.text, m.blocks, m.edited = a.Text, w.withIDs(a.Blocks), true
	case a.Text != "" || a.Blocks != nil:
		w.private(u.user, u.channel, a.Text, a.Blocks, a.ResponseType == "in_channel")
	}
	w.touch()
	return "ok"
}

// withIDs gives blocks the IDs that they came without.
func (w *Workspace) withIDs(blocks json.RawMessage) json.RawMessage {
	v, err := decode(blocks)
	if err != nil || v == nil {
		return blocks
	}
	w.numbered(items(v))
	return encode(v)
}

// private adds a message that one person sees, or everybody.
func (w *Workspace) private(user, channel, text string, blocks json.RawMessage, everybody bool) {
	m := &message{ts: w.ts(), user: w.cfg.BotUserID, bot: true, text: text, blocks: w.withIDs(blocks), ephemeral: user}
	if everybody {
		m.ephemeral = ""
	}
	w.messages[channel] = append(w.messages[channel], m)
	w.touch()
	if everybody {
		w.announce(w.channels[channel], w.render(channel, m, false))
	}
}
