package serve

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A world is a workspace, a tenant and the real bot between them, over HTTP,
// WebSocket and TLS on loopback.
type world struct {
	t      testing.TB
	slack  *slacktest.Workspace
	entra  *entratest.Server
	tenant *entratest.Tenant
	client *http.Client
	cfg    config.Config
	log    *syncBuffer
	now    func() time.Time                 // nil means time.Now
	files  atomic.Pointer[http.HandlerFunc] // answers downloads instead of the workspace, unless nil

	bea, ada, tom *slacktest.Person
	linked        map[string]string // who is linked before the bot starts for the first time, to which UPN
	running       func()            // stops the bot; nil while none runs
	addr          string
	adminAddr     string
}

const (
	team     = "C0TEAM0001"
	approval = "C0APPROVE1"

	subscription = "3f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
)

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newWorld sets everything up but the bot.
func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOf(t, slacktest.Config{})
}

// newWorldOf is newWorld with a workspace of its own kind. Its clock is that of
// everybody.
func newWorldOf(t testing.TB, c slacktest.Config) *world {
	t.Helper()
	return newWorldIn(t, c, entratest.Config{})
}

// A clock is the time, and can be put on.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// newWorldWithClock is newWorld with such a clock.
func newWorldWithClock(t testing.TB) (*world, *clock) {
	t.Helper()
	c := &clock{}
	return newWorldOf(t, slacktest.Config{Now: c.now}), c
}

// newWorldIn is newWorldOf with a Microsoft of its own kind.
func newWorldIn(t testing.TB, c slacktest.Config, microsoft entratest.Config) *world {
	t.Helper()
	w := &world{t: t, log: &syncBuffer{}, now: c.Now}
	w.slack = slacktest.New(c)
	slackSrv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if other := w.files.Load(); other != nil && strings.HasPrefix(r.URL.Path, "/files-pri/") {
			(*other)(rw, r)
			return
		}
		w.slack.ServeHTTP(rw, r)
	}))
	w.slack.SetURL(slackSrv.URL)
	t.Cleanup(func() { w.slack.Close(); slackSrv.Close() })

	microsoft.Interval, microsoft.Now = time.Second, c.Now
	w.entra = entratest.New(microsoft)
	entraSrv := httptest.NewTLSServer(w.entra)
	w.entra.SetURLs(entraSrv.URL, entraSrv.URL, entraSrv.URL)
	t.Cleanup(func() { w.entra.Close(); entraSrv.Close() })
	roots := x509.NewCertPool()
	roots.AddCert(entraSrv.Certificate())
	w.client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}

	bot := w.slack.BotUserID()
	for _, u := range []slacktest.User{
		{ID: "U0BEA00001", Name: "bea", RealName: "Bea", Email: "bea@contoso.com"},
		{ID: "U0ADA00001", Name: "ada", RealName: "Ada", Email: "ada@contoso.com"},
		{ID: "U0TOM00001", Name: "tom", RealName: "Tom", Email: "tom@contoso.com"},
	} {
		w.slack.AddUser(u)
	}
	w.slack.AddChannel(slacktest.Channel{ID: team, Name: "backup-team", Members: []string{"U0BEA00001", "U0TOM00001", "U0ADA00001", bot}})
	w.slack.AddChannel(slacktest.Channel{ID: approval, Name: "approvals", Private: true,
		Members: []string{"U0BEA00001", "U0ADA00001", "U0TOM00001", bot}})
	w.bea, w.ada, w.tom = w.slack.Person("U0BEA00001"), w.slack.Person("U0ADA00001"), w.slack.Person("U0TOM00001")

	const tenantID = "5b7c2a10-6d0e-4a55-9a6b-6d6f0b0e3c11"
	w.tenant = w.entra.AddTenant(entratest.Tenant{ID: tenantID, Name: "Contoso", Domain: "contoso.com"})
	w.tenant.AddUser(entratest.User{UPN: "ada@contoso.com", Name: "Ada", Mail: "ada@contoso.com",
		Roles: []string{entratest.GlobalAdministrator}})
	w.tenant.AddUser(entratest.User{UPN: "bea@contoso.com", Name: "Bea", Mail: "bea@contoso.com"})
	w.tenant.AddUser(entratest.User{UPN: "tom@contoso.com", Name: "Tom", Mail: "tom@contoso.com"})
	w.tenant.AddUser(entratest.User{UPN: "lesser@contoso.com", Name: "Lesser", Roles: []string{entratest.ApplicationAdministrator}})
	client := w.tenant.AddPublicClient(entratest.Client{Name: "entra-app bot", PublicClientFlows: true,
		Scopes: []string{"User.Read", "User.ReadBasic.All", "Directory.Read.All", "Application.ReadWrite.All",
			"AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "RoleManagement.ReadWrite.Directory"},
		Azure: true})
	w.entra.SetARMURL(entraSrv.URL)
	w.tenant.AddSubscription(entratest.Subscription{ID: subscription, Name: "Production"})
	w.tenant.GrantAzureRole("ada@contoso.com", subscription, entratest.AzureUserAccessAdministrator)

	dir := t.TempDir()
	w.cfg = config.Config{
		Slack: config.Slack{BotToken: seal.New(w.slack.BotToken()), AppToken: seal.New(w.slack.AppToken()),
			Socket: true, APIURL: slackSrv.URL + "/api/"},
		Listen: "127.0.0.1:0", Store: filepath.Join(dir, "entra-app.db"), KeyFile: filepath.Join(dir, "entra-app.key"),
		Policy: workflow.DefaultPolicy,
		Tenants: []config.Tenant{{Name: "contoso", ID: tenantID, ClientID: client.AppID, Cloud: "public", AuthorityURL: entraSrv.URL,
			GraphURL: entraSrv.URL, ARMURL: entraSrv.URL,
			Channel: approval, Approvers: []workflow.Approver{{Slack: "U0ADA00001", Entra: "ada@contoso.com"}}}},
	}
	w.cfg.Policy.DigestAt = -1 // stories do not depend on the time of day
	w.linked = map[string]string{"U0BEA00001": "bea@contoso.com", "U0TOM00001": "tom@contoso.com"}
	t.Cleanup(w.stop)
	return w
}

// link keeps links that people have made before the bot starts.
func (w *world) link() {
	w.t.Helper()
	to := w.linked
	w.linked = nil
	if len(to) == 0 {
		return
	}
	key, err := openKey(w.cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return // the story is about that
	}
	s, err := store.Open(w.cfg.Store, key)
	if err != nil {
		return
	}
	at := time.Now()
	if w.now != nil {
		at = w.now()
	}
	for slack, upn := range to {
		var account string
		w.tenant.ChangeUser(upn, func(u *entratest.User) { account = u.ID })
		err = errors.Join(err, s.PutLink(context.Background(), identity.Link{Slack: slack, TenantID: w.tenant.ID, ObjectID: account,
			At: at, How: identity.ByDeviceCode}))
	}
	if err := errors.Join(err, s.Close()); err != nil {
		w.t.Fatal(err)
	}
}

// soon is how long a step of a story waits before it is tried again: stories play faults
// of every call, and are not about how long that takes.
func soon(tries int) time.Duration { return min(time.Second, 50*time.Millisecond<<min(tries, 10)) }

// start runs the bot, as entra-app serve does.
func (w *world) start() {
	w.t.Helper()
	w.link()
	s, err := New(w.cfg, Options{Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})), HTTP: w.client,
		Now: w.now, Backoff: soon})
	if err != nil {
		w.t.Fatal(err)
	}
	w.addr, w.adminAddr = s.Addr(), s.AdminAddr()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	w.running = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
	if w.cfg.Slack.Socket {
		w.until("the bot is connected", func() bool { return w.slack.Connected() > 0 })
	}
}

func (w *world) stop() {
	if w.running != nil {
		w.running()
		w.running = nil
	}
}

// worstCase is longer than any wait: where each call is answered the second time
// only, the engine waits longer and longer.
const worstCase = 3 * time.Minute

// until waits for something to be so, and fails with all that can be seen if it is not.
func (w *world) until(what string, cond func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), worstCase)
	defer cancel()
	if err := w.slack.WaitFor(ctx, cond); err != nil {
		w.t.Fatalf("waiting until %s: %v\n%s\nlog:\n%s", what, err, w.everything(), w.log)
	}
}

func (w *world) everything() string {
	var b strings.Builder
	for name, p := range map[string]*slacktest.Person{"bea": w.bea, "ada": w.ada} {
		for _, c := range []string{approval, team, p.DM()} {
			for _, m := range p.Messages(c) {
				fmt.Fprintf(&b, "%s sees in %s: %s\n", name, c, m.Plain())
			}
		}
	}
	return b.String()
}

// newest is the newest message of a channel, threads left out, that has text in it.
func newest(p *slacktest.Person, channel, text string) (slacktest.Message, bool) {
	all := p.Messages(channel)
	slices.Reverse(all)
	for _, m := range all {
		if m.ThreadTS == "" && strings.Contains(m.Plain(), text) {
			return m, true
		}
	}
	return slacktest.Message{}, false
}

// lasting is the newest such message that isn't only for this person and this moment.
func lasting(p *slacktest.Person, channel, text string) (slacktest.Message, bool) {
	all := p.Messages(channel)
	slices.Reverse(all)
	for _, m := range all {
		if !m.Ephemeral && m.ThreadTS == "" && strings.Contains(m.Plain(), text) {
			return m, true
		}
	}
	return slacktest.Message{}, false
}

// sees waits for a message with that text.
func (w *world) sees(p *slacktest.Person, channel func() string, text string) slacktest.Message {
	w.t.Helper()
	var m slacktest.Message
	w.until(fmt.Sprintf("somebody sees %q", text), func() bool {
		found, ok := newest(p, channel(), text)
		m = found
		return ok
	})
	return m
}

func in(channel string) func() string { return func() string { return channel } }

// asks types the command, fills in the form and sends it.
func (w *world) asks(appName string) {
	w.t.Helper()
	ctx := context.Background()
	if _, err := w.bea.Slash(ctx, team, "/entra-app request vbo365"); err != nil {
		w.t.Fatal(err)
	}
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	errs, err := w.bea.Submit(ctx, w.bea.Views()[0].ID, map[string]any{"App name": appName, "Reason": "nightly backup of payroll"})
	if err != nil || len(errs) > 0 {
		w.t.Fatal(errs, err)
	}
}

var codePattern = regexp.MustCompile(`(?m)^([A-Z0-9]{8,9})$`)

// code is what the approver's newest DM shows, or "".
func (w *world) code() string {
	m, ok := newest(w.ada, w.ada.DM(), "sign in")
	if !ok {
		return ""
	}
	if found := codePattern.FindStringSubmatch(m.Plain()); found != nil {
		return found[1]
	}
	return ""
}

// signsIn waits for a code and uses it.
func (w *world) signsIn(upn string) string {
	w.t.Helper()
	w.until("there is a code", func() bool { return w.code() != "" })
	code := w.code()
	if err := w.entra.SignIn(code, upn); err != nil {
		w.t.Fatal(err)
	}
	return code
}

func (w *world) press(p *slacktest.Person, m slacktest.Message, label string) {
	w.t.Helper()
	if err := p.Press(context.Background(), m.Channel, m.TS, label); err != nil {
		w.t.Fatalf("%s: %v in %s", label, err, m.Plain())
	}
}

// reveals opens the secret, and presses again where Slack did not show the view,
// and returns what the view says.
func (w *world) reveals(m slacktest.Message) string {
	w.t.Helper()
	shown := func() string {
		if v := w.bea.Views(); len(v) > 0 && v[len(v)-1].CallbackID == "secret" {
			if text := v[len(v)-1].Plain(); !strings.Contains(text, "Opening the secret") {
				return text
			}
		}
		return ""
	}
	for range 5 {
		w.press(w.bea, m, "Reveal secret")
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		err := w.slack.WaitFor(ctx, func() bool { return shown() != "" })
		cancel()
		if err == nil {
			return shown()
		}
	}
	w.t.Fatalf("the secret was not shown\n%s", w.log)
	return ""
}

// made are the apps of the tenant but the bot's own.
func (w *world) made() []entratest.Application {
	return slices.DeleteFunc(w.tenant.Applications(), func(a entratest.Application) bool { return a.AppID == w.cfg.Tenants[0].ClientID })
}
