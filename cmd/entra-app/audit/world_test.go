package audit

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/store/storetest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/seal"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// A desk is an operator's directory: a configuration, a store and its key.
type desk struct {
	t   testing.TB
	dir string
	key *seal.Key
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	raw := make([]byte, seal.KeySize)
	rand.Read(raw)
	var err error
	if d.key, err = seal.NewKey(raw); err != nil {
		t.Fatal(err)
	}
	d.file("entra-app.key", base64.StdEncoding.EncodeToString(raw))
	d.file("entra-app.yaml", fmt.Sprintf("store: %s\nkey_file: %s\n", d.path("entra-app.db"), d.path("entra-app.key")))
	return d
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) file(name, text string) string {
	d.t.Helper()
	if err := os.WriteFile(d.path(name), []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return d.path(name)
}

// bot opens the store as a bot has it, until closed.
func (d *desk) bot() *store.Bolt {
	d.t.Helper()
	b, err := store.Open(d.path("entra-app.db"), d.key)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { b.Close() })
	return b
}

// asked makes requests, of which each is approved.
func asked(t testing.TB, b *store.Bolt, names ...string) {
	t.Helper()
	for _, name := range names {
		r, err := b.Create(audit.Via(t.Context(), "slack C1/1.2"), storetest.Pending(name))
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Update(t.Context(), r.ID, func(r *workflow.Request) error {
			r.History = append(r.History, workflow.Event{At: noon, By: "UADA", Kind: workflow.EventApproved, Text: "approved it"})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// with is a desk whose bot has stopped after these requests.
func with(t testing.TB, names ...string) *desk {
	t.Helper()
	d := newDesk(t)
	b := d.bot()
	asked(t, b, names...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return d
}

// runs runs entra-app audit, checks its exit code, and returns what it printed on both.
func (d *desk) runs(want int, args ...string) (out, errs string) {
	d.t.Helper()
	return d.reads("", want, args...)
}

func (d *desk) reads(stdin string, want int, args ...string) (out, errs string) {
	d.t.Helper()
	var stdout, stderr bytes.Buffer
	args = append(args, "--config", d.path("entra-app.yaml"))
	code := Run(context.Background(), Process{Args: args, Stdin: strings.NewReader(stdin), Stdout: &stdout, Stderr: &stderr,
		Env: func(string) (string, bool) { return "", false }, Now: noon.Add(time.Hour)})
	if code != want {
		d.t.Errorf("%v: exit %d, want %d\n%s%s", args, code, want, &stdout, &stderr)
	}
	return stdout.String(), stderr.String()
}

func has(t testing.TB, text string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
}
