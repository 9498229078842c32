package serve

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// program is entra-app, built once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "entra-app-test")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "entra-app")
	out, err := exec.Command("go", "build", "-o", path, "..").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return path, err
})

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "8") // stories wait for people and clocks, not for a processor
	code := m.Run()
	if path, err := program(); err == nil && builtIt.Load() {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

var builtIt atomic.Bool // whether a test asked for the program

// A tap sits before both emulators and can pull the plug at one call, before it
// has any effect or after, when its answer is on the way.
type tap struct {
	mu    sync.Mutex
	armed bool
	n     int // calls so far
	at    int // the call to pull the plug at; -1 is never
	after bool
	pull  func()
	calls []string
}

// around counts the calls of the bot that h answers.
func (p *tap) around(name string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		counted := name == "entra" || strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/response/")
		if !counted || r.URL.Path == "/api/apps.connections.open" || r.URL.Path == "/api/auth.test" ||
			strings.Contains(r.UserAgent(), "readyz") {
			h.ServeHTTP(rw, r)
			return
		}
		p.mu.Lock()
		now := p.armed && p.n == p.at
		if p.armed {
			p.n++
			p.calls = append(p.calls, name+" "+r.Method+" "+r.URL.Path)
		}
		p.mu.Unlock()
		if now && !p.after {
			p.pull()
			panic(http.ErrAbortHandler)
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if now {
			p.pull()
			panic(http.ErrAbortHandler)
		}
		for k, v := range answer.Header() {
			rw.Header()[k] = v
		}
		rw.WriteHeader(answer.Code)
		rw.Write(answer.Body.Bytes())
	})
}

// process is the bot as a process of its own, which can be killed.
type process struct {
	w      *world
	config string
	ca     string
	mu     sync.Mutex
	cmd    *exec.Cmd
	ended  chan struct{}

	boots, pressed int
}

func (p *process) boot() {
	p.w.t.Helper()
	path, err := program()
	if err != nil {
		p.w.t.Fatal(err)
	}
	cmd := exec.Command(path, "serve", "--config", p.config)
	cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+p.ca)
	cmd.Stderr = p.w.log
	if err := cmd.Start(); err != nil {
		p.w.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	p.mu.Lock()
	p.cmd, p.ended = cmd, ended
	p.boots++
	p.mu.Unlock()
	p.w.until("the bot is connected", func() bool { return p.w.slack.Connected() > 0 || !p.alive() })
}

func (p *process) alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// kill ends the process as a power cut does.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd.Process.Kill()
	<-p.ended
}

// newCrashWorld is a world whose bot is a process behind a tap.
func newCrashWorld(t *testing.T) (*world, *process, *tap) {
	w := newWorld(t)
	p := &process{w: w}
	plug := &tap{at: -1}
	plug.pull = p.kill
	slackSrv := httptest.NewServer(plug.around("slack", w.slack))
	w.slack.SetURL(slackSrv.URL)
	entraSrv := httptest.NewTLSServer(plug.around("entra", w.entra))
	w.entra.SetURLs(entraSrv.URL, entraSrv.URL, entraSrv.URL)
	t.Cleanup(func() { p.kill(); w.slack.Close(); w.entra.Close(); slackSrv.Close(); entraSrv.Close() })

	dir := t.TempDir()
	p.ca = filepath.Join(dir, "ca.pem")
	os.WriteFile(p.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: entraSrv.Certificate().Raw}), 0o600)
	tenant := w.cfg.Tenants[0]
	conf, _ := json.Marshal(map[string]any{ // JSON is YAML
		"slack":  map[string]any{"bot_token": w.slack.BotToken(), "app_token": w.slack.AppToken(), "api_url": slackSrv.URL + "/api/"},
		"listen": "127.0.0.1:0", "store": filepath.Join(dir, "entra-app.db"), "key_file": filepath.Join(dir, "entra-app.key"),
		"tenants": []any{map[string]any{"name": "contoso", "tenant_id": tenant.ID, "client_id": tenant.ClientID, "channel": approval,
			"authority_url": entraSrv.URL, "graph_url": entraSrv.URL,
			"approvers": []any{map[string]any{"slack": "U0ADA00001", "entra": "ada@contoso.com"}}}},
	})
	p.config = filepath.Join(dir, "entra-app.yaml")
	os.WriteFile(p.config, conf, 0o600)
	return w, p, plug
}

// patiently does what people do until the secret can be opened: press again
// what had no effect, ask for a new code, retry, and start the bot when it is gone.
func (w *world) patiently(p *process) slacktest.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	used := map[string]bool{}
	sent := false
	for ctx.Err() == nil {
		if !p.alive() {
			p.boot()
		}
		if !sent {
			if len(w.bea.Views()) == 0 {
				w.bea.Slash(ctx, team, "/entra-app request vbo365")
			}
			moment(ctx, w, func() bool { return len(w.bea.Views()) > 0 })
			if v := w.bea.Views(); len(v) > 0 {
				errs, err := w.bea.Submit(ctx, v[0].ID, map[string]any{"App name": "payroll-backup", "Reason": "nightly backup"})
				sent = err == nil && len(errs) == 0
			}
			continue
		}
		if m, ok := lasting(w.bea, w.bea.DM(), "Reveal secret"); ok {
			return m
		}
		if _, ok := newest(w.ada, approval, mayBeSecret); ok {
			return slacktest.Message{}
		}
		if m, ok := lasting(w.ada, approval, "register the app payroll-backup?"); ok {
			w.ada.Press(ctx, approval, m.TS, "Approve")
		}
		if m, ok := lasting(w.ada, approval, "Retry"); ok {
			w.ada.Press(ctx, approval, m.TS, "Retry")
		}
		if m, ok := newest(w.ada, w.ada.DM(), "press New code"); ok {
			w.ada.Press(ctx, m.Channel, m.TS, "New code")
		} else if m, ok := newest(w.ada, w.ada.DM(), "Press New code"); ok {
			w.ada.Press(ctx, m.Channel, m.TS, "New code")
		}
		if code := w.code(); code != "" && !used[code] {
			used[code] = w.entra.SignIn(code, "ada@contoso.com") == nil
		}
		moment(ctx, w, func() bool { return !p.alive() })
	}
	w.t.Fatalf("it never became ready\n%s\nlog:\n%s", w.everything(), w.log)
	return slacktest.Message{}
}

// opens presses Reveal secret until the message says that it was opened, and
// returns what the view showed.
func (w *world) opens(p *process) (shown string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	var pressed time.Time
	for ctx.Err() == nil {
		if !p.alive() {
			p.boot()
		}
		shown = cmp.Or(w.secretView(), shown)
		if _, ok := newest(w.bea, w.bea.DM(), "You opened the secret"); ok && shown != "" {
			return shown
		}
		// Somebody whose window stays empty, or whose message still has the button
		// after a while, closes the window and presses again.
		if m, ok := lasting(w.bea, w.bea.DM(), "Reveal secret"); ok &&
			(shown == "" || w.restarted(p) || time.Since(pressed) > workflow.ShowFor) {
			pressed = time.Now()
			if v := w.bea.Views(); len(v) > 0 {
				w.bea.CloseView(ctx, v[len(v)-1].ID, true)
			}
			w.bea.Press(ctx, m.Channel, m.TS, "Reveal secret")
			waiting, stop := context.WithTimeout(ctx, 3*time.Second)
			w.slack.WaitFor(waiting, func() bool { return !p.alive() || w.secretView() != "" })
			stop()
		}
		moment(ctx, w, func() bool { return !p.alive() })
	}
	w.t.Fatalf("the secret was not opened\n%s\nlog:\n%s", w.everything(), w.log)
	return ""
}

// secretView is what bea's window shows, if it is the secret.
func (w *world) secretView() string {
	if v := w.bea.Views(); len(v) > 0 {
		if text := v[len(v)-1].Plain(); strings.Contains(text, "Copy it into your product") {
			return text
		}
	}
	return ""
}

// restarted reports whether the bot was restarted since it was last asked. It
// then does not know that a view was shown.
func (w *world) restarted(p *process) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	again := p.boots > p.pressed
	p.pressed = p.boots
	return again
}

// moment lets a little time pass, or less if something is so.
func moment(ctx context.Context, w *world, cond func() bool) {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	w.slack.WaitFor(ctx, cond)
}

// mayBeSecret is on the card while a secret is looked for whose answer was lost. It takes
// the twenty minutes in which Entra need not list it, which only virtual time has: seeds
// play that to the end.
const mayBeSecret = "there may be a secret that nobody has"

// wantOne checks that there is one app, one live secret, and each message once; or, where
// the power was cut amid the making of the secret, that the bot waits and says so.
func (w *world) wantOne(p *process) {
	w.t.Helper()
	w.patiently(p)
	made := w.made()
	if _, ok := newest(w.ada, approval, mayBeSecret); ok {
		if len(made) != 1 || len(made[0].Passwords) > 1 {
			w.t.Fatalf("while a lost secret is looked for, the tenant has %+v", made)
		}
		return
	}
	shown := w.opens(p)
	if len(made) != 1 || len(made[0].Passwords) != 1 {
		w.t.Fatalf("in the tenant: %+v", made)
	}
	if !strings.Contains(shown, made[0].AppID) {
		w.t.Errorf("the view is of another app: %s", shown)
	}
	if want := []string{"Microsoft Graph/Directory.Read.All",
		"Microsoft Graph/Group.Read.All"}; !slices.Equal(slices.Sorted(slices.Values(made[0].Roles)), want) {
		w.t.Errorf("roles: %v", made[0].Roles)
	}
	if hint := made[0].Passwords[0].Hint; !strings.Contains(shown, hint) {
		w.t.Errorf("the view's secret is not the live one: %s", hint)
	}
	for place, p := range map[string]*slacktest.Person{approval: w.ada, w.bea.DM(): w.bea, w.ada.DM(): w.ada} {
		seen := map[string]int{}
		for _, m := range p.Messages(place) {
			if !m.Ephemeral && len(m.Metadata) > 0 {
				seen[string(m.Metadata)]++
			}
		}
		for what, times := range seen {
			if times != 1 {
				w.t.Errorf("%s was sent %d times to %s", what, times, place)
			}
		}
	}
}

// notShort skips a test that takes long where -short was given. CI plays all.
func notShort(t *testing.T, why string) {
	t.Helper()
	if !testing.Short() {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal(why + ", and CI is not to leave it out: run it without -short")
	}
	t.Skip(why + "; without -short")
}

func TestAPowerCutAtAnyCallLosesNothingAndDoublesNothing(t *testing.T) {
	notShort(t, "about a hundred runs of the program")
	builtIt.Store(true)
	w, p, plug := newCrashWorld(t)
	p.boot()
	plug.armed = true
	w.wantOne(p)
	plug.mu.Lock()
	calls := slices.Clone(plug.calls)
	plug.mu.Unlock()
	if len(calls) < 20 {
		t.Fatalf("the main job has only %d outside calls: %v", len(calls), calls)
	}
	places := make(chan struct{}, 8)
	var runs sync.WaitGroup
	for _, after := range []bool{false, true} {
		for at, call := range calls {
			runs.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				t.Run(fmt.Sprintf("at call %d after=%v %s", at, after, call), func(t *testing.T) {
					w, p, plug := newCrashWorld(t)
					plug.at, plug.after = at, after
					p.boot()
					plug.mu.Lock()
					plug.armed = true
					plug.mu.Unlock()
					w.wantOne(p)
				})
			})
		}
	}
	runs.Wait()
}

func TestEveryAnswerLostAfterItsEffectDoublesNothing(t *testing.T) {
	t.Parallel() // it waits most of its time
	builtIt.Store(true)
	w, p, _ := newCrashWorld(t)
	w.tenant.Change(func(k *entratest.Knobs) { k.AnswerLost = true })
	w.slack.AnswersLost(true)
	p.boot()
	w.wantOne(p)
}

func TestEveryCallThrottledOnceIsRiddenOut(t *testing.T) {
	t.Parallel() // it waits most of its time
	builtIt.Store(true)
	w, p, _ := newCrashWorld(t)
	w.tenant.Change(func(k *entratest.Knobs) { k.ThrottleEach = true })
	w.slack.ThrottleEach(true)
	p.boot()
	w.wantOne(p)
}
