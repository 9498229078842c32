package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
)

func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, &out, &errs, func(string) (string, bool) { return "", false })
	return code, out.String(), errs.String()
}

// written is a configuration in a directory of its own.
func written(t *testing.T, slackLines string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "entra-app.yaml")
	text := "slack:\n  bot_token: xoxb-1-2-abcdefgh\n" + slackLines + `
listen: 127.0.0.1:0
store: ` + filepath.Join(dir, "entra-app.db") + `
key_file: ` + filepath.Join(dir, "entra-app.key") + `
tenants:
  - name: contoso
    tenant_id: 72aa0d83-624a-4ebf-a683-1b9b45548610
    client_id: 8c2f1d3e-0a5b-4c8e-9d1f-2b7e6a4c9f10
    channel: C0123456789
    approvers:
      - {slack: U0123456789, entra: admin@contoso.com}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAWrongCommandLineEndsWithTwo(t *testing.T) {
	for _, args := range [][]string{{}, {"srve"}, {"serve", "--nope"}, {"serve", "--config", "nowhere.yaml"}, {"setup"}} {
		if code, _, stderr := call(t, args...); code != exitUsage || stderr == "" {
			t.Errorf("%q ended with %d: %s", args, code, stderr)
		}
	}
	if _, _, stderr := call(t, "srve"); !strings.Contains(stderr, `did you mean "serve"`) {
		t.Errorf("got %s", stderr)
	}
}

func TestTheManifestIsForTheConfiguredMode(t *testing.T) {
	code, out, _ := call(t, "manifest", "--config", written(t, "  app_token: xapp-1-A1-1-abcdef"))
	var m struct {
		Settings struct {
			Socket bool `json:"socket_mode_enabled"`
		}
	}
	if err := json.Unmarshal([]byte(out), &m); code != 0 || err != nil || !m.Settings.Socket {
		t.Errorf("ended with %d, %v: %s", code, err, out)
	}
	if code, _, stderr := call(t, "manifest", "--config", written(t, "  signing_secret: 8f742231b10e8888abcd99eeeeee85a5")); code != exitUsage || !strings.Contains(stderr, "public_url") {
		t.Errorf("HTTP mode without an address ended with %d: %s", code, stderr)
	}
}

func TestAStoreOrKeyThatDoesNotFitEndsWithTwoAndIsLeftAsItIs(t *testing.T) {
	for name, prepare := range map[string]func(dir string){
		"a store that is no store":        func(dir string) { os.WriteFile(filepath.Join(dir, "entra-app.db"), []byte("hello"), 0o600); key(dir) },
		"a store without its key":         func(dir string) { os.WriteFile(filepath.Join(dir, "entra-app.db"), []byte("hello"), 0o600) },
		"a key that is too short":         func(dir string) { os.WriteFile(filepath.Join(dir, "entra-app.key"), []byte("c2hvcnQ="), 0o600) },
		"a key file that is a directory":  func(dir string) { os.Mkdir(filepath.Join(dir, "entra-app.key"), 0o700) },
		"a directory that does not exist": func(dir string) { os.RemoveAll(dir); os.Mkdir(dir, 0o500) },
	} {
		t.Run(name, func(t *testing.T) {
			path := written(t, "  app_token: xapp-1-A1-1-abcdef")
			dir := filepath.Dir(path)
			text, _ := os.ReadFile(path)
			if strings.Contains(name, "does not exist") {
				text = bytes.ReplaceAll(text, []byte(dir), []byte(dir+"/none"))
				os.WriteFile(path, text, 0o600)
			} else {
				prepare(dir)
			}
			before, _ := os.ReadFile(filepath.Join(dir, "entra-app.db"))
			code, _, stderr := call(t, "serve", "--config", path)
			after, _ := os.ReadFile(filepath.Join(dir, "entra-app.db"))
			if code != exitUsage || !strings.Contains(stderr, "hint:") {
				t.Errorf("ended with %d: %s", code, stderr)
			}
			if !bytes.Equal(before, after) {
				t.Error("the store was changed")
			}
		})
	}
}

func key(dir string) {
	os.WriteFile(filepath.Join(dir, "entra-app.key"), []byte("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="), 0o600)
}

func TestTheReadmeHasTheConfigurationTable(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "<!-- config:begin -->\n")
	table, _, ok := strings.Cut(rest, "<!-- config:end -->")
	if !ok || strings.TrimSpace(table) != strings.TrimSpace(config.Markdown()) {
		t.Error("README.md differs from entra-app help config; put its output between the two comments")
	}
}
