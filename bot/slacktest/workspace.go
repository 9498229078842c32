package slacktest

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config is what a Workspace is made of. Every empty field has a default.
type Config struct {
	TeamID, TeamName, TeamDomain string

	// Cloud is the domain that permalinks are at: "slack.com", or "slack-gov.com" for
	// GovSlack. Where the workspace is reached at https:// and this domain, its files,
	// response URLs and WebSockets are at hosts of their own, as in life.
	Cloud string

	AppID, AppName     string
	BotUserID, BotID   string
	BotToken, AppToken string
	SigningSecret      string
	Scopes             []string // nil means all
	// With CommandsURL set the workspace delivers by signed HTTP, without it by Socket Mode.
	CommandsURL, InteractionsURL, OptionsURL, EventsURL string

	Page       fs.FS  // served at / and /page/
	Aside      string // URL of a page to show beside the workspace
	AsideTitle string // and its title
	Now        func() time.Time
	Log        *slog.Logger
	HTTP       *http.Client // for deliveries

	Events     []string // that the app subscribes to beside app_home_opened: "message.im", "message.channels", "message.groups"
	RateLimits bool     // hold the app to Slack's tiers, and to a message a second in a channel
	FreePlan   bool     // there are no user groups
	// SignInPage is the content type of the page, answered with 200, that whoever may not
	// read a file is shown; empty is a redirect to it. All were seen.
	SignInPage string
	// RefuseDeactivated has a message into the DM of somebody who was deactivated fail;
	// else it succeeds, and nobody reads it. Both were seen.
	RefuseDeactivated bool
	// EventRetries is how long after each failure an event is delivered again;
	// nil means at once, after one minute and after five.
	EventRetries []time.Duration
	After        func(time.Duration) <-chan time.Time // nil means time.After; EventRetries wait for it
}

// A Workspace is an emulated Slack workspace with one app in it. It is an
// http.Handler.
type Workspace struct {
	cfg Config
	mux *http.ServeMux

	mu       sync.Mutex
	base     string
	users    map[string]*User
	order    []string // of users
	channels map[string]*Channel
	chOrder  []string
	messages map[string][]*message // by channel, oldest first
	views    map[string]*view
	stacks   map[string][]string // user to view IDs, the root first
	homes    map[string]*view
	triggers map[string]*trigger
	urls     map[string]*responseURL
	commands map[string]bool // command to should_escape
	groups   map[string]*Usergroup
	files    map[string]*File
	// by channel and timestamp, and by channel
	reactions map[string]reactions
	pins      map[string][]string
	buckets   map[string]*bucket
	sockets   []*socket
	tickets   map[string]bool
	journal   []Entry
	faults    faults
	seq       int
	turn      int // whose connection's it is
	lastTS    int64
	changed   chan struct{} // closed at each change

	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup
}

// User is somebody in the workspace.
type User struct {
	ID, Name, RealName, Email, Title, TeamID, Color             string
	IsBot, Deleted, IsRestricted, IsUltraRestricted, IsStranger bool
	EmailUnconfirmed                                            bool // is_email_confirmed is false
	// Enterprise is the organization of somebody on Enterprise Grid, and Teams its workspaces that
	// they are in. Their TeamID is one of these, and not necessarily the app's.
	Enterprise string
	Teams      []string
}

// Channel is a channel, or a DM if With is set.
type Channel struct {
	ID, Name string
	Private  bool
	Members  []string // user IDs, the bot's among them if it was invited
	With     string   // of a DM with the app: the person

	Topic, Purpose string
}

// New returns a workspace with the app's own user in it, and nobody else.
func New(c Config) *Workspace {
	def := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	def(&c.TeamID, "T0EMULATED")
	def(&c.TeamName, "Emulated")
	def(&c.TeamDomain, "emulated")
	def(&c.Cloud, "slack.com")
	def(&c.AppID, "A0EMULATED")
	def(&c.AppName, "entra-app")
	def(&c.BotUserID, "U0EMULATEDBOT")
	def(&c.BotID, "B0EMULATED")
	def(&c.BotToken, "xoxb-0-0-emulated")
	def(&c.AppToken, "xapp-1-A0EMULATED-0-emulated")
	def(&c.SigningSecret, "00000000000000000000000000000000")
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.EventRetries == nil {
		c.EventRetries = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if c.After == nil {
		c.After = time.After
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: ackLimit}
	}
	w := &Workspace{cfg: c, users: map[string]*User{}, channels: map[string]*Channel{}, messages: map[string][]*message{},
		views: map[string]*view{}, stacks: map[string][]string{}, homes: map[string]*view{}, triggers: map[string]*trigger{},
		urls: map[string]*responseURL{}, commands: map[string]bool{"/entra-app": true}, tickets: map[string]bool{},
		groups: map[string]*Usergroup{}, files: map[string]*File{}, reactions: map[string]reactions{}, pins: map[string][]string{},
		buckets: map[string]*bucket{}, changed: make(chan struct{})}
	w.ctx, w.stop = context.WithCancel(context.Background())
	w.users[c.BotUserID] = &User{ID: c.BotUserID, Name: c.AppName, RealName: c.AppName, IsBot: true, TeamID: c.TeamID}
	w.mux = http.NewServeMux()
	w.routes()
	return w
}

func (w *Workspace) routes() {
	w.mux.HandleFunc("/api/", w.api)
	w.mux.HandleFunc("GET /socket", w.socket)
	w.mux.HandleFunc("POST /response/{id}", w.response)
	w.mux.HandleFunc("GET /files-pri/{file}/{name}", w.download)
	w.mux.HandleFunc("GET /files-pri/{file}/download/{name}", w.download)
	w.clientRoutes()
	if w.cfg.Page != nil {
		files := http.FileServerFS(w.cfg.Page)
		w.mux.Handle("GET /page/", http.StripPrefix("/page/", files))
		w.mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, r *http.Request) { http.ServeFileFS(rw, r, w.cfg.Page, "index.html") })
	}
}

func (w *Workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) { w.mux.ServeHTTP(rw, r) }

// SetURL says where the workspace can be reached, without a slash at the end.
func (w *Workspace) SetURL(base string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.base = strings.TrimRight(base, "/")
}

// at is where the workspace is reached for files, hooks or WebSockets.
// Source: docs.slack.dev/govslack, and the hosts of services.md, section 6.
func (w *Workspace) at(host string) string {
	if w.base == "https://"+w.cfg.Cloud {
		return "https://" + host + "." + w.cfg.Cloud
	}
	return w.base
}

// Close ends every connection and waits for what is under way.
func (w *Workspace) Close() {
	w.mu.Lock()
	w.stop()
	w.mu.Unlock()
	w.DropConnections()
	w.work.Wait()
}

// AddUser adds somebody, or changes them.
func (w *Workspace) AddUser(u User) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u.TeamID == "" {
		u.TeamID = w.cfg.TeamID
	}
	if u.Name == "" {
		u.Name = strings.ToLower(u.ID)
	}
	if w.users[u.ID] == nil {
		w.order = append(w.order, u.ID)
	}
	w.users[u.ID] = &u
	w.touch()
}

// AddChannel adds a channel, or changes it.
func (w *Workspace) AddChannel(c Channel) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.addChannel(&c)
}

func (w *Workspace) addChannel(c *Channel) {
	if w.channels[c.ID] == nil {
		w.chOrder = append(w.chOrder, c.ID)
	}
	w.channels[c.ID] = c
	w.touch()
}

// AddCommand registers a slash command of the app.
func (w *Workspace) AddCommand(name string, shouldEscape bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.commands[name] = shouldEscape
}

// BotToken, AppToken and SigningSecret are what the app is given.
func (w *Workspace) BotToken() string      { return w.cfg.BotToken }
func (w *Workspace) AppToken() string      { return w.cfg.AppToken }
func (w *Workspace) SigningSecret() string { return w.cfg.SigningSecret }
func (w *Workspace) BotUserID() string     { return w.cfg.BotUserID }

// touch tells everybody who waits that something changed. The lock is held.
func (w *Workspace) touch() {
	w.seq++
	close(w.changed)
	w.changed = make(chan struct{})
}

// WaitFor returns when cond holds, or ctx ends. It looks after each change.
func (w *Workspace) WaitFor(ctx context.Context, cond func() bool) error {
	for {
		w.mu.Lock()
		changed := w.changed
		w.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// id makes an ID of Slack's kind.
func (w *Workspace) id(prefix string) string {
	w.seq++
	return fmt.Sprintf("%s0%08X", prefix, w.seq)
}

// ts is the next message timestamp; no two are the same.
func (w *Workspace) ts() string {
	us := max(w.cfg.Now().UnixMicro(), w.lastTS+1)
	w.lastTS = us
	return fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
}

// dm returns the DM of the app with a person, which it makes where there is none.
func (w *Workspace) dm(user string) *Channel {
	for _, c := range w.channels {
		if c.With == user {
			return c
		}
	}
	c := &Channel{ID: w.id("D"), With: user, Members: []string{user, w.cfg.BotUserID}}
	w.addChannel(c)
	return c
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
