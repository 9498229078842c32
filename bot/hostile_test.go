package bot

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestAReplayInOtherLettersDoesNothing(t *testing.T) {
	w := newWorld(t)
	h := w.bot.Handler()
	body := url.Values{"command": {Command}, "text": {"help"}, "user_id": {"UBEA"}}.Encode()
	at := time.Now()
	h.ServeHTTP(httptest.NewRecorder(), signedRequest("/slack/commands", body, at))
	again := signedRequest("/slack/commands", body, at)
	again.Header.Set("X-Slack-Signature", "v0="+strings.ToUpper(strings.TrimPrefix(again.Header.Get("X-Slack-Signature"), "v0=")))
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, again)
	if rec.Code == 200 && rec.Body.Len() > 0 {
		t.Errorf("the replay was answered with %s", rec.Body)
	}
}

func TestAPayloadWithStrangeMembersIsStillRead(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.bot.person(context.Background(), "UADA")
	w.bot.Dispatch(context.Background(), Envelope{InteractionKind,
		[]byte(`{"type":"block_actions","user":{"id":"UADA","new":[1]},"value":{"an":"object"},
		"view":{"id":5,"state":{"values":[]}},"channel":"CAPPROVE","container":[],"actions":[{"action_id":"future","value":{"x":1}},
		{"type":"button","action_id":"approve","value":"` + buttonValue(r) + `","confirm":7}]}`)})
	w.bot.Wait()
	if got, _ := w.desk.Get(context.Background(), r.ID); got.State != workflow.StateSignIn {
		t.Errorf("it is %s", got.State)
	}
}

func TestAnswersAreNotRedirected(t *testing.T) {
	var mu sync.Mutex
	reached := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		reached = true
	}))
	defer elsewhere.Close()
	slackLike := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer slackLike.Close()
	b, err := New(Config{BotToken: seal.New("x"), APIURL: slackLike.URL + "/api/"})
	if err != nil {
		t.Fatal(err)
	}
	if b.respond(context.Background(), slackLike.URL+"/r", private("hello")) == nil {
		t.Error("a redirect counts as taken")
	}
	mu.Lock()
	defer mu.Unlock()
	if reached {
		t.Error("an answer went where the response URL redirects to")
	}
}

func TestALongStatusGoesOutByItself(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", strings.Repeat("<", workflow.ReasonMax), func(r *workflow.Request) {
		for range 40 {
			r.History = append(r.History, workflow.Event{At: r.Created, By: "UADA", Kind: workflow.EventNewCode,
				Text: strings.Repeat("x", 600)})
		}
	})
	for _, typed := range []string{"status " + r.ID, "status all"} {
		if n := len(w.says(typed)); n >= 20480 {
			t.Errorf("%s is acknowledged with %d bytes", typed, n)
		}
	}
}

func TestPeopleAreLookedUpOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if p, err := w.bot.person(context.Background(), "UADA"); err != nil || p.ID != "UADA" {
				t.Errorf("got %+v, %v", p, err)
			}
		})
	}
	wg.Wait()
	if n := len(w.of("users.info")); n != 1 {
		t.Errorf("Slack was asked %d times", n)
	}
}

func TestGuestsSeeNothing(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll-secretproject", "x", nil)
	w.answers["users.info"] = `{"ok":true,"user":{"id":"UGUEST","team_id":"T1","is_restricted":true}}`
	for _, typed := range []string{"status all", "status " + r.ID} {
		if got := w.says(typed); strings.Contains(got, "secretproject") || !strings.Contains(got, "guests") {
			t.Errorf("%s: %s", typed, got)
		}
	}
	w.press("UGUEST", actDetails, buttonValue(r))
	w.press("UGUEST", "page:older", `{}`)
	for _, c := range w.of("views.open") {
		t.Errorf("a guest was shown %s", c)
	}
	for _, c := range w.of("response") {
		if strings.Contains(c.Encode(), "secretproject") {
			t.Errorf("a guest was told %s", c)
		}
	}
}

func TestOnlyThoseWhoMayDenyAreAskedWhy(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.press("UTOM", actDeny, buttonValue(r))
	if n := len(w.of("views.open")); n != 0 {
		t.Errorf("%d views were opened for somebody who may not deny", n)
	}
}

func TestTheManifestIsWhatSlackTakes(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "manifest.schema.1.0.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	// Go's regular expressions have no look-ahead; it is in patterns for domains, of which we have none.
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.ReplaceAll(raw, []byte(`(?![\\.\\-])`), nil)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("manifest.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string][]byte{"socket": Manifest(""), "http": Manifest("https://bot.contoso.com/")} {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(m))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
