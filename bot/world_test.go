package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack/packfile"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A wire answers like Slack's Web API with as little as slack-go needs, and
// writes down what was sent. What Slack would refuse is the emulator's to say,
// in the stories.
type wire struct {
	mu      sync.Mutex
	calls   []sent
	answers map[string]string // method to body, instead of the usual
}

type sent struct {
	method string
	args   url.Values // of a form; JSON is under "json"
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	args, _ := url.ParseQuery(string(body))
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		args = url.Values{"json": {string(body)}}
	}
	w.mu.Lock()
	w.calls = append(w.calls, sent{method, args})
	answer := w.answers[method]
	n := len(w.calls)
	w.mu.Unlock()
	if answer == "" {
		answer = map[string]string{
			"auth.test":          `{"ok":true,"team_id":"T1","user_id":"UBOT"}`,
			"users.info":         fmt.Sprintf(`{"ok":true,"user":{"id":%q,"team_id":"T1","name":"bea","real_name":"Bea","profile":{"email":"bea@contoso.com"}}}`, args.Get("user")),
			"conversations.open": fmt.Sprintf(`{"ok":true,"channel":{"id":"D%s"}}`, args.Get("users")),
			"views.open":         `{"ok":true,"view":{"id":"V1","hash":"h"}}`,
			"views.update":       `{"ok":true,"view":{"id":"V1","hash":"h"}}`,
		}[method]
	}
	if answer == "" {
		answer = fmt.Sprintf(`{"ok":true,"channel":%q,"ts":"%d.1","message_ts":"1.1"}`, args.Get("channel"), n)
	}
	rw.Header().Set("Content-Type", "application/json")
	io.WriteString(rw, answer)
}

func (w *wire) of(method string) []url.Values {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []url.Values
	for _, c := range w.calls {
		if c.method == method {
			out = append(out, c.args)
		}
	}
	return out
}

type world struct {
	*wire
	bot  *Bot
	desk *workflow.Desk
	kept *store.Bolt
	key  *seal.Key
	url  string
	log  *strings.Builder
}

const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5"

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{wire: &wire{answers: map[string]string{}}, log: &strings.Builder{}}
	srv := httptest.NewServer(w.wire)
	t.Cleanup(srv.Close)
	w.key, _ = seal.NewKey(make([]byte, seal.KeySize))
	kept, err := store.Open(filepath.Join(t.TempDir(), "db"), w.key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	w.kept = kept
	ring, err := kept.Ring()
	if err != nil {
		t.Fatal(err)
	}
	w.key = w.key.On(ring)
	w.url = srv.URL
	w.boots(t, workflow.DeskConfig{})
	return w
}

// boots starts the bot on a desk that has, besides the usual, what is said.
func (w *world) boots(t testing.TB, desk workflow.DeskConfig) {
	t.Helper()
	products, err := packfile.All()
	if err != nil {
		t.Fatal(err)
	}
	desk.Store, desk.Products, desk.Policy, desk.Key = w.kept, products, workflow.DefaultPolicy, w.key
	desk.Log = slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	desk.Tenants = []workflow.Tenant{{Name: "contoso", ID: "72aa0d83-624a-4ebf-a683-1b9b45548610", Channel: "CAPPROVE",
		Approvers: []workflow.Approver{{Slack: "UADA", Entra: "ada@contoso.com"}}}}
	w.desk = workflow.NewDesk(desk)
	w.bot, err = New(Config{Desk: w.desk, BotToken: seal.New("xoxb-SECRET-TOKEN"),
		SigningSecret: seal.New(signingSecret), APIURL: w.url + "/api", Log: desk.Log})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bot.Check(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.bot.Wait)
}

// request keeps one that somebody asked for, changed by edit.
func (w *world) request(t *testing.T, appName, reason string, edit func(*workflow.Request)) *workflow.Request {
	t.Helper()
	ctx := context.Background()
	r, err := w.desk.Submit(ctx, people.Person{ID: "UBEA", Name: "Bea", Email: "bea@contoso.com"}, form.Draft{
		Product: "vbo365", AppName: appName, Reason: reason, Team: "CTEAM", Credential: plan.CredentialSecret,
		Lifetime: 720 * time.Hour, RedirectURIs: []string{"https://localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		r, err = w.kept.Update(ctx, r.ID, func(r *workflow.Request) error { edit(r); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// sealed is a secret, sealed.
func (w *world) sealed(name, secret string) seal.Sealed {
	s, err := w.key.Seal(name, seal.New(secret))
	if err != nil {
		panic(err)
	}
	return s
}

// press delivers a block_actions payload and waits for what comes of it.
func (w *world) press(user, actionID, value string) { w.pressIn("CAPPROVE", user, actionID, value) }

func (w *world) pressIn(channel, user, actionID, value string) {
	payload, _ := json.Marshal(map[string]any{
		"type": "block_actions", "user": map[string]string{"id": user, "team_id": "T1"}, "trigger_id": "1.2.3",
		"channel": map[string]string{"id": channel}, "response_url": w.url + "/response/1",
		"actions": []any{map[string]string{"type": "button", "action_id": actionID, "value": value}},
	})
	w.answers["response"] = "ok"
	w.bot.Dispatch(context.Background(), Envelope{InteractionKind, payload})
	w.bot.Wait()
}

// submission delivers a view_submission payload.
func (w *world) submission(callback, metadata, viewID string, values map[string]any) Reply {
	return w.submissionOf("UBEA", callback, metadata, viewID, values)
}

func (w *world) submissionOf(user, callback, metadata, viewID string, values map[string]any) Reply {
	payload, _ := json.Marshal(map[string]any{
		"type": "view_submission", "user": map[string]string{"id": user, "team_id": "T1"}, "team": map[string]string{"id": "T1"},
		"view": map[string]any{"id": viewID, "callback_id": callback, "private_metadata": metadata,
			"state": map[string]any{"values": values}},
	})
	return w.bot.Dispatch(context.Background(), Envelope{InteractionKind, payload})
}

// filled is the state of a form that is filled in well.
func filled(appName string) map[string]any {
	text := func(s string) map[string]any {
		return map[string]any{"value": map[string]any{"type": "plain_text_input", "value": s}}
	}
	choose := func(s string) map[string]any {
		return map[string]any{"value": map[string]any{"type": "static_select", "selected_option": map[string]any{"value": s}}}
	}
	return map[string]any{
		"Product": choose("vbo365"), "App name": text(appName), "Reason": text("nightly backup"), "Credential": choose("secret"),
		"Lifetime": choose("720h0m0s"),
		"Team": map[string]any{"value": map[string]any{"type": "conversations_select",
			"selected_conversation": "CTEAM"}},
		"Redirect URIs of vbo365": text("https://localhost\n\n"),
	}
}

func reasonState(s string) map[string]any {
	return map[string]any{reasonBlock: map[string]any{"any": map[string]any{"type": "plain_text_input", "value": s}}}
}

// texts are all texts of a JSON document that Slack would treat as mrkdwn.
func mrkdwn(v any) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		if v["type"] == "mrkdwn" {
			out = append(out, fmt.Sprint(v["text"]))
		}
		for _, x := range v {
			out = append(out, mrkdwn(x)...)
		}
	case []any:
		for _, x := range v {
			out = append(out, mrkdwn(x)...)
		}
	}
	slices.Sort(out)
	return out
}
