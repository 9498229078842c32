package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/entra-app/entra-app/cmd/entra-app/audit"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/store/tree"
	entry "github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/seal"
)

// logged are all entries of the log, read from the file.
func (w *world) logged() (all []entry.Entry) {
	w.t.Helper()
	text, err := os.ReadFile(w.cfg.KeyFile)
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := config.DecodeKey(string(text))
	if err != nil {
		w.t.Fatal(err)
	}
	key, err := seal.NewKey(raw)
	if err != nil {
		w.t.Fatal(err)
	}
	log, err := store.OpenLog(w.cfg.Store, key)
	if err != nil {
		w.t.Fatal(err)
	}
	defer log.Close()
	err = log.Each(0, func(r tree.Record) error {
		e, err := entry.Read(r.Line)
		all = append(all, e)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// audits runs entra-app audit on the store, and returns what it prints.
func (w *world) audits(args ...string) string {
	w.t.Helper()
	name := filepath.Join(w.t.TempDir(), "entra-app.yaml")
	text := fmt.Sprintf("store: %s\nkey_file: %s\n", w.cfg.Store, w.cfg.KeyFile)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code := audit.Run(w.t.Context(), audit.Process{Args: append(args, "--config", name), Stdin: strings.NewReader(""), Stdout: &out,
		Stderr: &errs, Env: func(string) (string, bool) { return "", false }})
	if code != 0 {
		w.t.Errorf("audit %v: exit %d: %s%s", args, code, &out, &errs)
	}
	return out.String()
}

// exported is the log in every format.
func (w *world) exported() (all string) {
	for _, format := range []string{"jsonl", "csv", "cef"} {
		all += w.audits("export", "--format", format)
	}
	return all
}

// changing notes, at the wire, each call to Graph and Azure that is no read, and the ID of its answer.
type changing struct {
	next http.RoundTripper
	mu   sync.Mutex
	ids  map[string]string // request-id to method and path
}

func (c *changing) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil && strings.HasSuffix(r.URL.Path, "/$batch") {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	resp, err := c.next.RoundTrip(r)
	if err != nil || strings.Contains(r.URL.Path, "/oauth2/") {
		return resp, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id := resp.Header.Get("request-id") + resp.Header.Get("x-ms-request-id")
	switch {
	case body != nil:
		var batch struct {
			Requests []struct{ ID, Method, URL string }
		}
		json.Unmarshal(body, &batch)
		for _, part := range batch.Requests {
			if part.Method != http.MethodGet {
				c.ids["batch "+id+" part "+part.ID] = part.Method + " " + part.URL
			}
		}
	case r.Method != http.MethodGet && id != "": // Slack's have none
		c.ids[id] = r.Method + " " + r.URL.Path
	}
	return resp, nil
}

// TestTheWholeJobIsInTheLogWithTheServicesOwnIDs has somebody refused, and the wrong account, on the way.
func TestTheWholeJobIsInTheLogWithTheServicesOwnIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wire := &changing{next: w.client.Transport, ids: map[string]string{}}
	w.client.Transport = wire
	w.start()
	w.asks("payroll-backup")
	card := w.sees(w.ada, in(approval), "register the app payroll-backup")
	w.press(w.tom, card, "Approve")
	w.until("Tom is refused", func() bool {
		m, ok := newest(w.tom, approval, "Only the approvers")
		return ok && m.Ephemeral
	})
	card, _ = newest(w.ada, approval, "register the app")
	w.press(w.ada, card, "Approve")
	w.signsIn("lesser@contoso.com")
	m := w.sees(w.ada, w.ada.DM, "Press New code and sign in with ada@contoso.com")
	w.press(w.ada, m, "New code")
	w.signsIn("ada@contoso.com")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	w.sees(w.bea, w.bea.DM, "You opened the secret")
	w.stop()

	all := w.logged()
	find := func(what string, fits func(e entry.Entry) bool) entry.Entry {
		t.Helper()
		i := slices.IndexFunc(all, func(e entry.Entry) bool { return e.What == what && fits(e) })
		if i < 0 {
			t.Errorf("there is no entry %q that fits", what)
			return entry.Entry{}
		}
		return all[i]
	}
	has := func(e entry.Entry) bool { return true }
	find(entry.WhatBegan, has)
	find(entry.WhatStart, has)
	find(entry.WhatStop, has)
	asked := find("asked", func(e entry.Entry) bool { return e.Slack == "U0BEA00001" && strings.HasPrefix(e.From, "slack ") })
	if asked.About != "register payroll-backup" || asked.Tenant != "contoso" {
		t.Errorf("asked: %+v", asked)
	}
	find("refused", func(e entry.Entry) bool {
		return e.Slack == "U0TOM00001" && e.Result == "refused" && e.From == "slack message "+approval+"/"+card.TS
	})
	find("approved", func(e entry.Entry) bool { return e.Slack == "U0ADA00001" && e.Plan != "" })
	find(entry.WhatCode, func(e entry.Entry) bool { return e.Slack == "U0ADA00001" })
	find("sign-in-failed", func(e entry.Entry) bool { return e.UPN == "lesser@contoso.com" && e.Entra != "" })
	find("signed-in", func(e entry.Entry) bool { return e.UPN == "ada@contoso.com" && e.Entra != "" })
	find(entry.WhatBegun, func(e entry.Entry) bool { return e.Detail == "Register the application" && e.UPN == "ada@contoso.com" })
	find(entry.WhatHandover, func(e entry.Entry) bool { return e.Slack == "U0BEA00001" && e.Result == "claimed" })
	find("opened", func(e entry.Entry) bool { return e.Slack == "U0BEA00001" })

	calls := ""
	for _, e := range all {
		if len(e.RequestIDs) > 0 && (e.What != entry.WhatStep || e.UPN != "ada@contoso.com" || e.Plan == "") {
			t.Errorf("calls are in an entry that does not say whose: %+v", e)
		}
		calls += strings.Join(e.RequestIDs, "\n") + "\n"
	}
	for id, call := range wire.ids {
		whole, _, batched := strings.Cut(strings.TrimPrefix(id, "batch "), " part ")
		if !strings.Contains(calls, id) && !(batched && strings.Contains(calls, whole)) {
			t.Errorf("%s is not in the log: %s", call, id)
		}
	}
	if len(wire.ids) < 5 || strings.Count(calls, ": 20") != len(wire.ids) {
		t.Errorf("%v changed something, and the log has\n%s", wire.ids, strings.TrimSpace(calls))
	}
	if out := w.audits("verify"); !strings.Contains(out, "all as they were written") {
		t.Error(out)
	}
}

// TestAStartSaysWhichKeysOfTheConfigurationChanged has a value that is nobody's business.
func TestAStartSaysWhichKeysOfTheConfigurationChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	env := func(string) (string, bool) { return "", false }
	run := func(more string) {
		t.Helper()
		name := filepath.Join(t.TempDir(), "entra-app.yaml")
		text := "slack:\n  bot_token: " + w.slack.BotToken() + "\n  app_token: " + w.slack.AppToken() + "\n" + more
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, _ := config.Load(name, env)
		w.cfg.Said = c.Said
		w.start()
		w.stop()
	}
	run("listen: 127.0.0.1:8080\n")
	run("listen: 127.0.0.1:8080\n")
	run("listen: 127.0.0.1:9999\npolicy:\n  reveal_within: 48h\n")
	run("policy:\n  reveal_within: 48h\n")
	var got []string
	starts := 0
	for _, e := range w.logged() {
		switch e.What {
		case entry.WhatStart:
			starts++
		case entry.WhatConfiguration:
			got = append(got, e.Detail)
		}
	}
	want := []string{"The configuration is not that of the start before: changed listen; added policy.reveal_within.",
		"The configuration is not that of the start before: removed listen."}
	if starts != 4 || !slices.Equal(got, want) {
		t.Errorf("%d starts, %q", starts, got)
	}
	if all := w.exported(); strings.Contains(all, "9999") || strings.Contains(all, w.slack.BotToken()) {
		t.Error("a value of the configuration is in the log")
	}
}
