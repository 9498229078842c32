package slacktest_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/entra-app/entra-app/bot/slacktest"
)

const (
	bea, ada = "U0BEA", "U0ADA"
	general  = "C0GENERAL"
	secret   = "G0SECRET"
)

// A clock stands still until it is told to go.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A world is a workspace with two people, and an app that speaks to it with slack-go.
type world struct {
	*slacktest.Workspace
	t     *testing.T
	clock *clock
	url   string
	http  *http.Client
	dial  *websocket.Dialer
	api   *slack.Client
	bea   *slacktest.Person
	ada   *slacktest.Person
}

func fill(w *slacktest.Workspace) {
	w.AddUser(slacktest.User{ID: bea, Name: "bea", RealName: "Bea Lind", Email: "bea@contoso.com"})
	w.AddUser(slacktest.User{ID: ada, Name: "ada", RealName: "Ada Okafor", Email: "ada@contoso.com"})
	w.AddUser(slacktest.User{ID: "U0GONE", Name: "gone", Email: "gone@contoso.com", Deleted: true})
	w.AddChannel(slacktest.Channel{ID: general, Name: "general", Members: []string{bea, ada, w.BotUserID()}})
	w.AddChannel(slacktest.Channel{ID: secret, Name: "secret", Private: true, Members: []string{bea}})
	w.AddChannel(slacktest.Channel{ID: "C0OTHER", Name: "other", Members: []string{bea}})
	w.AddUsergroup(slacktest.Usergroup{ID: "S0ADMINS", Handle: "admins", Users: []string{ada, "U0GONE"}})
}

func newWorld(t *testing.T, c slacktest.Config) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{at: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}, http: http.DefaultClient,
		dial: websocket.DefaultDialer}
	c.Now = w.clock.Now
	w.Workspace = slacktest.New(c)
	fill(w.Workspace)
	srv := httptest.NewServer(w.Workspace)
	w.url = srv.URL
	w.connect()
	t.Cleanup(func() { w.Close(); srv.Close() })
	return w
}

func (w *world) connect() {
	w.SetURL(w.url)
	w.bea, w.ada = w.Person(bea), w.Person(ada)
	w.api = slack.New(w.BotToken(), slack.OptionAppLevelToken(w.AppToken()), slack.OptionAPIURL(w.url+"/api/"),
		slack.OptionHTTPClient(w.http))
}

// newPipeWorld is a world in a synctest bubble: its connections are pipes, its
// clock is the bubble's, and time passes when everybody waits.
func newPipeWorld(t *testing.T, c slacktest.Config) *world {
	t.Helper()
	l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return l.dial(ctx) }
	w := &world{t: t, url: "http://slack.example", http: &http.Client{Transport: &http.Transport{DialContext: dial}},
		dial: &websocket.Dialer{NetDialContext: dial}}
	w.Workspace = slacktest.New(c)
	fill(w.Workspace)
	srv := &http.Server{Handler: w.Workspace}
	served := make(chan struct{})
	go func() { defer close(served); srv.Serve(l) }()
	w.connect()
	t.Cleanup(func() {
		w.Close()
		srv.Close()
		w.http.CloseIdleConnections()
		<-served
	})
	return w
}

type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// An answer is what the app says to an envelope; silent means nothing at all.
type answer func(e socketmode.Event) (payload any, silent bool)

// app runs slack-go's Socket Mode client until the test ends or stop is called.
func (w *world) app(answer answer) (stop func()) {
	w.t.Helper()
	client := socketmode.New(w.api, socketmode.OptionDialer(w.dial))
	ctx, cancel := context.WithCancel(context.Background())
	before := w.Connected()
	var work sync.WaitGroup
	work.Go(func() { client.RunContext(ctx) })
	work.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-client.Events:
				if e.Request == nil || e.Request.EnvelopeID == "" {
					continue
				}
				payload, silent := answer(e)
				switch {
				case silent:
				case payload == nil:
					client.Ack(*e.Request)
				default:
					client.Ack(*e.Request, payload)
				}
			}
		}
	})
	if err := w.WaitFor(w.t.Context(), func() bool { return w.Connected() > before }); err != nil {
		w.t.Fatal(err)
	}
	stop = sync.OnceFunc(func() { cancel(); work.Wait() })
	w.t.Cleanup(stop)
	return stop
}

func acknowledge(socketmode.Event) (any, bool) { return nil, false }

// trigger has Bea type a command, and returns its trigger and response URL.
func (w *world) trigger() (trigger, responseURL string) {
	w.t.Helper()
	from := len(w.Journal())
	w.bea.Slash(w.t.Context(), general, "/entra-app go")
	for _, e := range w.Journal()[from:] {
		var p struct {
			Trigger  string `json:"trigger_id"`
			Response string `json:"response_url"`
		}
		if e.Direction == "delivery" && e.Method == "command" {
			json.Unmarshal([]byte(e.Body), &p)
			trigger, responseURL = p.Trigger, p.Response
		}
	}
	if trigger == "" {
		w.t.Fatal("no command was delivered")
	}
	return trigger, responseURL
}

// refused checks that a call failed with an error of Slack's.
func refused(t *testing.T, what string, err error, code string) {
	t.Helper()
	got := "no error"
	if err != nil {
		got = err.Error()
	}
	if got != code {
		t.Errorf("%s: %s, want %s", what, got, code)
	}
}

func worked(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
