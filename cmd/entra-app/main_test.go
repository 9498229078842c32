package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow/seal"
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
	for _, args := range [][]string{{}, {"srve"}, {"serve", "--nope"}, {"serve", "--config", "nowhere.yaml"}, {"setup"}, {"pack"},
		{"pack", "lst"}} {
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
	if code, _, stderr := call(t, "manifest", "--config", written(t,
		"  signing_secret: 8f742231b10e8888abcd99eeeeee85a5")); code != exitUsage || !strings.Contains(stderr, "public_url") {
		t.Errorf("HTTP mode without an address ended with %d: %s", code, stderr)
	}
}

func TestAStoreOrKeyThatDoesNotFitEndsWithTwoAndIsLeftAsItIs(t *testing.T) {
	for name, prepare := range map[string]func(dir string){
		"a store that is no store": func(dir string) {
			os.WriteFile(filepath.Join(dir, "entra-app.db"), []byte("hello"), 0o600)
			key(dir)
		},
		"a store without its key":        func(dir string) { os.WriteFile(filepath.Join(dir, "entra-app.db"), []byte("hello"), 0o600) },
		"a key that is too short":        func(dir string) { os.WriteFile(filepath.Join(dir, "entra-app.key"), []byte("c2hvcnQ="), 0o600) },
		"a key file that is a directory": func(dir string) { os.Mkdir(filepath.Join(dir, "entra-app.key"), 0o700) },
		"an empty key file":              func(dir string) { os.WriteFile(filepath.Join(dir, "entra-app.key"), nil, 0o600) },
		"a store of another key": func(dir string) {
			other, _ := seal.NewKey(bytes.Repeat([]byte{7}, seal.KeySize))
			if s, err := store.Open(filepath.Join(dir, "entra-app.db"), other); err == nil {
				s.Close()
			}
			key(dir)
		},
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

func TestABadPackEndsWithTwoBeforeAnythingIsMade(t *testing.T) {
	path := written(t, "  app_token: xapp-1-A1-1-abcdef")
	dir := filepath.Dir(path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for packs, says := range map[string]string{
		dir + "/packs":   dir + "/packs/payroll.yaml:2: colour is not a key that is known here",
		dir + "/nowhere": "packs: ",
	} {
		os.Mkdir(filepath.Join(dir, "packs"), 0o700)
		os.WriteFile(filepath.Join(dir, "packs", "payroll.yaml"), []byte("name: payroll\ncolour: red\n"), 0o600)
		os.WriteFile(path, append(text, []byte("packs: "+packs+"\n")...), 0o600)
		code, _, stderr := call(t, "serve", "--config", path)
		if code != exitUsage || !strings.Contains(stderr, says) || !strings.Contains(stderr, "hint:") {
			t.Errorf("ended with %d: %s", code, stderr)
		}
		if _, err := os.Stat(filepath.Join(dir, "entra-app.key")); err == nil {
			t.Error("a key was made")
		}
	}
}

func key(dir string) {
	os.WriteFile(filepath.Join(dir, "entra-app.key"), []byte("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="), 0o600)
}

func TestAStoreInUseEndsWithTwo(t *testing.T) {
	path := written(t, "  app_token: xapp-1-A1-1-abcdef")
	dir := filepath.Dir(path)
	key(dir)
	k, err := seal.NewKey([]byte("01234567890123456789012345678901"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(filepath.Join(dir, "entra-app.db"), k)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if code, _, stderr := call(t, "serve", "--config", path); code != exitUsage || !strings.Contains(stderr, "is in use") {
		t.Errorf("ended with %d: %s", code, stderr)
	}
}

// Before there is a Slack app there are no tokens, and its manifest is what makes it.
func TestTheManifestNeedsNoTokens(t *testing.T) {
	for _, c := range []struct {
		text   string
		code   int
		socket bool
	}{
		{"slack: {bot_token: '${NONE}', app_token: '${NONE}'}", exitOK, true},
		{"slack: {bot_token: '${NONE}', app_token: '${NONE}', signing_secret: '${NONE}'}", exitOK, true},
		{"slack: {bot_token: …}", exitOK, true},
		{"slack: {signing_secret: '${NONE}'}\npublic_url: https://bot.example.com", exitOK, false},
		{"slack: {signing_secret: '${NONE}'}", exitUsage, false},
		{"slack: {signing_secret: '${NONE}'}\npublic_url: http://bot.example.com", exitUsage, false},
		{"slack: [", exitUsage, false},
	} {
		path := filepath.Join(t.TempDir(), "entra-app.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, stderr := call(t, "manifest", "--config", path)
		if code != c.code || code == exitOK && strings.Contains(out, `"socket_mode_enabled": true`) != c.socket {
			t.Errorf("%s\nended with %d: %s%s", c.text, code, stderr, out)
		}
	}
}

func TestHealthKnowsAliveFromNot(t *testing.T) {
	status := http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
	}))
	path := filepath.Join(t.TempDir(), "entra-app.yaml")
	if err := os.WriteFile(path, []byte("listen: "+srv.Listener.Addr().String()), 0o600); err != nil {
		t.Fatal(err)
	}
	byURL, byConfig := []string{"health", "--url", srv.URL + "/healthz"}, []string{"health", "--config", path}
	apart := filepath.Join(t.TempDir(), "apart.yaml")
	if err := os.WriteFile(apart, []byte("listen: 127.0.0.1:1\nadmin_listen: "+srv.Listener.Addr().String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{byURL, byConfig, {"health", "--config", apart}} {
		if code, _, stderr := call(t, args...); code != exitOK {
			t.Errorf("%q ended with %d: %s", args, code, stderr)
		}
	}
	status = http.StatusInternalServerError
	if code, _, _ := call(t, byURL...); code != exitFailed {
		t.Errorf("a sick one ended with %d", code)
	}
	srv.Close()
	for _, args := range [][]string{byURL, byConfig, {"health", "--config", "nowhere.yaml"}} {
		if code, _, stderr := call(t, args...); code != exitFailed || stderr == "" {
			t.Errorf("%q ended with %d: %s", args, code, stderr)
		}
	}
	for listen, want := range map[string]string{
		":1": "http://127.0.0.1:1/healthz", "0.0.0.0:1": "http://127.0.0.1:1/healthz", "[::]:1": "http://[::1]:1/healthz",
		"10.0.0.1:1": "http://10.0.0.1:1/healthz", "bot.local:1": "http://bot.local:1/healthz",
	} {
		if got := aliveURL(listen); got != want {
			t.Errorf("listening on %s it is asked at %s, want %s", listen, got, want)
		}
	}
}

// TestMain is the program itself where a test has started it as such.
func TestMain(m *testing.M) {
	if os.Getenv("ENTRA_APP_TEST_AS_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

func TestATerminatedProcessEndsWithZero(t *testing.T) {
	path := written(t, "  app_token: xapp-1-A1-1-abcdef\n  api_url: http://127.0.0.1:1/api/")
	cmd := exec.Command(os.Args[0], "serve", "--config", path)
	cmd.Env = append(os.Environ(), "ENTRA_APP_TEST_AS_PROGRAM=1")
	logs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
	defer stuck.Stop()
	var last string
	var began time.Time
	for lines := bufio.NewScanner(logs); lines.Scan(); {
		last = lines.Text()
		var entry struct{ Msg, Part string }
		if err := json.Unmarshal([]byte(last), &entry); err != nil {
			t.Errorf("a log line that is not JSON: %s", last)
		}
		if entry.Msg == "missing" && entry.Part == "Slack" {
			began = time.Now()
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(last, `"stopped"`) {
		t.Errorf("ended with %v after %s", err, last)
	}
	if took := time.Since(began); began.IsZero() || took > 10*time.Second {
		t.Errorf("it took %s to stop, and the contract is ten seconds", took)
	}
}
