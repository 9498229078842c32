package strangers

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/cmd/emulate/world"
)

const (
	ada, bea = "U0ADA", "U0BEA"
	general  = "C0GENERAL"
)

// workspace starts the emulated Slack; with an address its deliveries are signed HTTP requests.
func workspace(t *testing.T, requestURL string) *world.Slack {
	t.Helper()
	s, err := world.StartSlack(world.SlackOptions{Listen: "127.0.0.1:0", RequestURL: requestURL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func slackEnv(s *world.Slack) []string {
	return []string{"SLACK_API_URL=" + s.URL + "/api/", "SLACK_BOT_TOKEN=" + s.Workspace.BotToken(),
		"SLACK_APP_TOKEN=" + s.Workspace.AppToken(),
		"SLACK_SIGNING_SECRET=" + s.Workspace.SigningSecret()}
}

// A channel is what somebody sees of one, as text.
func channel(p *slacktest.Person, id string) string {
	var all []string
	for _, m := range p.Messages(id) {
		all = append(all, m.Text)
	}
	return strings.Join(all, " | ")
}

// eventually waits until the workspace has changed so that cond holds.
func eventually(t *testing.T, s *world.Slack, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := contextOf(t, 30*time.Second)
	defer cancel()
	if err := s.Workspace.WaitFor(ctx, cond); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func TestBoltOverSocketMode(t *testing.T) {
	s := workspace(t, "")
	bot := node(t, "bolt.cjs", slackEnv(s)...)
	bot.waits(t, "READY")
	eventually(t, s, "it connects", func() bool { return s.Workspace.Connected() > 0 })
	playBolt(t, s, bot)
	s.Workspace.Refresh()
	eventually(t, s, "it connects again", func() bool { return calls(s, "apps.connections.open") >= 2 && s.Workspace.Connected() > 0 })
	if err := s.Workspace.Person(bea).Say(general, "", "ping"); err != nil {
		t.Fatal(err)
	}
	eventually(t, s, "and answers again", func() bool { return strings.Count(channel(s.Workspace.Person(bea), general), "pong") == 2 })
}

// calls counts the calls of a method.
func calls(s *world.Slack, method string) int {
	n := 0
	for _, e := range s.Workspace.Journal() {
		if e.Direction == "api" && e.Method == method {
			n++
		}
	}
	return n
}

func TestBoltOverHTTP(t *testing.T) {
	front := httptest.NewUnstartedServer(nil) // Bolt's port is known only once the workspace is there, so it stands in front
	t.Cleanup(front.Close)
	s := workspace(t, "http://"+front.Listener.Addr().String()+"/slack/events")
	bot := node(t, "bolt.cjs", append(slackEnv(s), "REQUEST_PORT=0")...)
	front.Config.Handler = httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "127.0.0.1:" + bot.waits(t, "READY")})
	front.Start()
	if err := s.Workspace.VerifyURL(t.Context()); err != nil {
		t.Errorf("url_verification: %v", err)
	}
	playBolt(t, s, bot)
}

// page is what the page of the workspace is told for somebody.
func page(t *testing.T, s *world.Slack, user string) string {
	t.Helper()
	resp, err := http.Get(s.URL + "/client/state?user=" + user)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// playBolt has people use the bot, and looks at what it left.
func playBolt(t *testing.T, s *world.Slack, bot *program) {
	t.Helper()
	ctx, a, b := t.Context(), s.Workspace.Person(ada), s.Workspace.Person(bea)
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	_, err := a.Slash(ctx, general, "/hello world")
	must("the command", err)
	eventually(t, s, "it says hello, and answers her alone", func() bool { // in whatever order they come
		saw := channel(a, general)
		return strings.Contains(saw, "Just a moment.") && strings.Contains(saw, "Hello <@U0ADA>") &&
			strings.Contains(saw, "Only you see this.")
	})
	same(t, "what Bea sees", channel(b, general), "Hello <@U0ADA>")
	hello := b.Messages(general)[0]
	same(t, "its metadata", string(hello.Metadata), `{"event_type":"greeted","event_payload":{"by":"U0ADA"}}`)
	must("a button", b.Press(ctx, general, hello.TS, "Wave"))
	eventually(t, s, "the message is replaced", func() bool { return channel(b, general) == "<@U0BEA> waved." })

	_, err = a.Slash(ctx, general, "/hello form")
	must("the command for a form", err)
	eventually(t, s, "a form opens", func() bool { return len(a.Views()) == 1 })
	form := a.Views()[0].ID
	options, err := a.Suggest(ctx, form, "Which", "ap")
	must("suggestions", err)
	same(t, "what is suggested", len(options), 2)
	must("help", a.PressView(ctx, form, "Help"))
	eventually(t, s, "the form changes", func() bool { return strings.Contains(string(a.Views()[0].JSON), "Say what you want.") })
	must("a choice", a.Choose(ctx, form, "Which", "apricot"))
	complaints, err := a.Submit(ctx, form, map[string]any{"What": "no"})
	must("sending too little", err)
	same(t, "the complaint", complaints, "map[what:Say a little more.]")
	complaints, err = a.Submit(ctx, form, map[string]any{"What": "two kilograms"})
	must("sending it", err)
	same(t, "no complaint", len(complaints)+len(a.Views()), 0)
	eventually(t, s, "it tells the channel", func() bool {
		return strings.HasSuffix(channel(b, general), "<@U0ADA> wants apricot: two kilograms")
	})

	must("a message", b.Say(general, "", "ping"))
	eventually(t, s, "it answers in the thread", func() bool {
		all := b.Messages(general)
		last := all[len(all)-1]
		return last.Text == "pong" && last.ThreadTS != ""
	})
	same(t, "it hears itself, as in Slack", bot.waits(t, "HEARD-MYSELF <@U0ADA> wants"), "apricot: two kilograms")
	must("home", b.OpenHome(ctx))
	eventually(t, s, "home is published", func() bool { return strings.Contains(page(t, s, bea), "This is home.") })
	if _, err := a.Slash(ctx, general, "/hello slowly"); err == nil || !strings.Contains(err.Error(), "operation_timeout") {
		t.Errorf("a command that is not acknowledged: %v", err)
	}
}

func TestTheWebAPIClient(t *testing.T) {
	s := workspace(t, "")
	s.Workspace.Fail("chat.delete", slacktest.Before, "429", 1)
	said := node(t, "web-api.cjs", slackEnv(s)...).ends(t)
	if !strings.HasSuffix(said, "ALL-DONE\n") {
		t.Errorf("it ended with %q", said)
	}
	same(t, "calls where one was over the limit", calls(s, "chat.delete"), 2)
	b := s.Workspace.Person(bea)
	same(t, "the channel", channel(b, general), "one, changed | **two** | three | four | only you")
	same(t, "the other channel", channel(b, "C0RANDOM"), "now it may")
	same(t, "her DM", channel(b, b.DM()), "in private")
}
