package slacktest

import (
	"strings"
	"time"
)

// An Entry is one thing that was said between the app and the workspace.
type Entry struct {
	At        time.Time
	Direction string // "api", "delivery", "ack" or "response_url"
	Method    string
	Body      string // tokens are "[token]"
	Answer    string
	Surface   string // "message", "ephemeral", "view" or ""
}

// Journal returns everything that was said, oldest first.
func (w *Workspace) Journal() []Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Entry(nil), w.journal...)
}

func (w *Workspace) write(e Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.At = w.cfg.Now()
	for _, token := range []string{w.cfg.BotToken, w.cfg.AppToken, w.cfg.SigningSecret} {
		e.Body = strings.ReplaceAll(e.Body, token, "[token]")
		e.Answer = strings.ReplaceAll(e.Answer, token, "[token]")
	}
	w.journal = append(w.journal, e)
}
