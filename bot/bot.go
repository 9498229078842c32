package bot

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// Command is the slash command that the manifest registers.
const Command = "/entra-app"

// Config is what a Bot is made of.
type Config struct {
	Desk          *workflow.Desk
	BotToken      seal.Secret
	AppToken      seal.Secret      // for Socket Mode
	SigningSecret seal.Secret      // for HTTP
	APIURL        string           // "" means https://slack.com/api/
	HTTP          *http.Client     // nil means one with a timeout
	Log           *slog.Logger     // nil means slog.Default()
	Now           func() time.Time // nil means time.Now
	// Observe, if set, is told how long each envelope took to answer.
	Observe func(kind Kind, took time.Duration)
}

// A Bot talks to one Slack workspace.
type Bot struct {
	desk    *workflow.Desk
	api     *slack.Client
	apiURL  *url.URL
	direct  *http.Client // follows no redirects: for response URLs
	secret  seal.Secret
	token   seal.Secret
	log     *slog.Logger
	now     func() time.Time
	observe func(Kind, time.Duration)
	app     bool // whether there is an app token

	socket  connection // to Slack, in Socket Mode
	people  roster
	replays replays
	events  replays

	deliveries deliveries

	mu   sync.Mutex
	team string            // the workspace's ID, once known
	self self              // who we are in it
	dms  map[string]string // user ID to DM channel ID

	blind sync.Once // says once that lost messages can't be looked for
	tasks sync.WaitGroup
}

// New returns a bot. It talks to nobody yet.
func New(c Config) (*Bot, error) {
	if c.APIURL == "" {
		c.APIURL = slack.APIURL
	}
	if !strings.HasSuffix(c.APIURL, "/") {
		c.APIURL += "/" // slack-go appends the method
	}
	u, err := url.Parse(c.APIURL)
	if err != nil || u.Host == "" {
		return nil, errors.New("bot: the API URL is not a URL")
	}
	if c.BotToken.IsZero() {
		return nil, errors.New("bot: there is no bot token")
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 20 * time.Second}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Observe == nil {
		c.Observe = func(Kind, time.Duration) {}
	}
	direct := *c.HTTP
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	// No retries in the library: one after a lost answer would send twice. The
	// engine asks again, and Draw looks for the message first.
	options := []slack.Option{slack.OptionHTTPClient(c.HTTP), slack.OptionAPIURL(c.APIURL)}
	if !c.AppToken.IsZero() {
		options = append(options, slack.OptionAppLevelToken(c.AppToken.Reveal()))
	}
	return &Bot{
		desk: c.Desk, api: slack.New(c.BotToken.Reveal(), options...), apiURL: u, direct: &direct,
		secret: c.SigningSecret, token: c.BotToken, log: c.Log, now: c.Now, observe: c.Observe, app: !c.AppToken.IsZero(),
		dms: map[string]string{},
	}, nil
}

// Check asks Slack who we are. It fails while Slack can't be reached, or does
// not know the token.
func (b *Bot) Check(ctx context.Context) error {
	who, err := b.api.AuthTestContext(ctx)
	if err != nil {
		return slackError(err)
	}
	b.mu.Lock()
	b.team, b.self = who.TeamID, self{user: who.UserID, bot: who.BotID}
	b.mu.Unlock()
	return nil
}

// self is the bot's own user ID and bot ID.
type self struct{ user, bot string }

// ourselves returns the workspace and who we are in it, and asks Slack if that
// is not known yet.
func (b *Bot) ourselves(ctx context.Context) (team string, me self, err error) {
	b.mu.Lock()
	team, me = b.team, b.self
	b.mu.Unlock()
	if team != "" {
		return team, me, nil
	}
	if err := b.Check(ctx); err != nil {
		return "", self{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.team, b.self, nil
}

// Wait returns when everything that was begun for people is done.
func (b *Bot) Wait() { b.tasks.Wait() }

// later does something after the acknowledgement, in a goroutine of the bot's.
func (b *Bot) later(ctx context.Context, do func(ctx context.Context)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	b.tasks.Go(func() {
		defer cancel()
		defer b.caught("a task")
		do(ctx)
	})
}

// caught logs a panic instead of letting it end the process.
func (b *Bot) caught(where string) {
	if p := recover(); p != nil {
		b.log.Error("panic", "in", where, "panic", p, "ref", newRef(), "stack", string(debug.Stack()))
	}
}
