package bot

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/seal"
)

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
	r := w.request(t, "payroll", strings.Repeat("<", form.ReasonMax), func(r *workflow.Request) {
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

func TestAnswersGoToSlackOnly(t *testing.T) {
	w := newWorld(t)
	for to, ok := range map[string]bool{
		"https://hooks.slack.com/commands/T1/1/x": true, w.url + "/response/1": true,
		"http://hooks.slack.com/x": false, "https://hooks.slack.com.evil.com/x": false, "https://evil.com/": false,
		"http://169.254.169.254/latest": false, "file:///etc/passwd": false, "": false,
	} {
		u, err := url.Parse(to)
		if err != nil || w.bot.ours(u) != ok {
			t.Errorf("%q: %v", to, !ok)
		}
	}
}
