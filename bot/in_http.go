package bot

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// maxBody is more than Slack ever sends: a view has at most 250 KB.
const maxBody = 1 << 20

// Handler serves the three paths that Slack delivers to in HTTP mode. No path
// is reachable without Slack's signature.
func (b *Bot) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /slack/commands", b.verified(func(w http.ResponseWriter, r *http.Request, form url.Values) {
		if form.Get("ssl_check") == "1" {
			return
		}
		b.answer(w, b.Dispatch(r.Context(), Envelope{CommandKind, commandForm(form)}))
	}))
	mux.Handle("POST /slack/interactions", b.verified(func(w http.ResponseWriter, r *http.Request, form url.Values) {
		b.answer(w, b.Dispatch(r.Context(), Envelope{InteractionKind, []byte(form.Get("payload"))}))
	}))
	mux.Handle("POST /slack/events", b.verifiedBody(func(w http.ResponseWriter, r *http.Request, body []byte) {
		var e struct {
			Type      string `json:"type"`
			Challenge string `json:"challenge"`
		}
		if json.Unmarshal(body, &e) == nil && e.Type == "url_verification" {
			b.answer(w, map[string]string{"challenge": e.Challenge})
			return
		}
		b.answer(w, b.Dispatch(r.Context(), Envelope{EventKind, body}))
	}))
	return mux
}

// verifiedBody calls next with the body of a request that Slack signed in the
// last five minutes and that did not come before. Any other gets 401, one that
// is too large 413, a repeated one an empty 200.
// Source: docs.slack.dev/authentication/verifying-requests-from-slack.
func (b *Bot) verifiedBody(next func(http.ResponseWriter, *http.Request, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil {
			http.Error(w, "the body could not be read", http.StatusBadRequest)
			return
		}
		if !b.signed(r.Header, body) {
			b.log.Warn("a request without Slack's signature", "path", r.URL.Path, "from", r.RemoteAddr)
			http.Error(w, "not signed by Slack", http.StatusUnauthorized)
			return
		}
		if b.replays.seen(strings.ToLower(r.Header.Get("X-Slack-Signature")), b.now(), 11*time.Minute) {
			b.log.Warn("a repeated request", "path", r.URL.Path)
			return
		}
		next(w, r, body)
	})
}

func (b *Bot) verified(next func(http.ResponseWriter, *http.Request, url.Values)) http.Handler {
	return b.verifiedBody(func(w http.ResponseWriter, r *http.Request, body []byte) {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			http.Error(w, "not a form", http.StatusBadRequest)
			return
		}
		next(w, r, form)
	})
}

func (b *Bot) signed(h http.Header, body []byte) bool {
	if b.secret.IsZero() {
		return false
	}
	v, err := slack.NewSecretsVerifier(h, b.secret.Reveal())
	if err != nil {
		return false
	}
	v.Write(body)
	return v.Ensure() == nil
}

// answer acknowledges. Errors of ours are sentences in a 200, as Slack wants it.
func (b *Bot) answer(w http.ResponseWriter, reply Reply) {
	if reply == nil {
		return
	}
	body, err := json.Marshal(reply)
	if err != nil {
		b.log.Error("a reply that can't be written", "err", err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(body)
}
