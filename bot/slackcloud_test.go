package bot

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/seal"
)

// Services, section 6: GovSlack is slack-gov.com, files.slack-gov.com, hooks.slack-gov.com.
func TestTokensAndAnswersStayInTheirCloud(t *testing.T) {
	for api, c := range map[string]struct{ own, other []string }{
		"": {
			[]string{"hooks.slack.com", "files.slack.com", "wss-primary.slack.com"},
			[]string{"hooks.slack-gov.com", "files.slack-gov.com", "wss.slack-gov.com"}},
		"https://slack-gov.com/api": {
			[]string{"hooks.slack-gov.com", "files.slack-gov.com", "wss-primary.slack-gov.com"},
			[]string{"hooks.slack.com", "files.slack.com", "wss-primary.slack.com"}},
	} {
		b, err := New(Config{BotToken: seal.New("x"), APIURL: api})
		if err != nil {
			t.Fatal(err)
		}
		allowed := func(hosts []string) (all [3]bool) {
			hook, _ := url.Parse("https://" + hosts[0] + "/commands/T1/1/x")
			_, err := b.dialer().Proxy(&http.Request{URL: &url.URL{Scheme: "https", Host: hosts[2]}})
			return [3]bool{b.ours(hook), b.atSlack("https://" + hosts[1] + "/files-pri/T1-F1/x"), err == nil}
		}
		if got := allowed(c.own); got != [3]bool{true, true, true} {
			t.Errorf("%q: to its own hosts: %v", api, got)
		}
		if got := allowed(c.other); got != [3]bool{} {
			t.Errorf("%q: to those of the other cloud: %v", api, got)
		}
		for _, host := range []string{"evil.example", "slack-gov.com.evil.example", "evilslack.com", "127.0.0.1"} {
			if got := allowed([]string{host, host, host}); got != [3]bool{} {
				t.Errorf("%q: to %s: %v", api, host, got)
			}
		}
		if _, err := b.dialer().Proxy(&http.Request{URL: &url.URL{Scheme: "http", Host: c.own[2]}}); err == nil ||
			!strings.Contains(err.Error(), "not in the cloud") {
			t.Errorf("%q: without TLS: %v", api, err)
		}
		if user, _ := url.Parse("https://x@" + c.own[0] + "/"); b.ours(user) {
			t.Errorf("%q: with a user in it", api)
		}
	}
}
