package slacktest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/bot/slacktest"
)

func TestTheSignatureOfSlacksDocumentation(t *testing.T) {
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V" +
		"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
		"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
		"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	h := http.Header{}
	slacktest.Sign(h, "8f742231b10e8888abcd99yyyzzz85a5", time.Unix(1531420618, 0), []byte(body))
	if got := h.Get("X-Slack-Signature"); got != "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503" {
		t.Error(got)
	}
}

// An app over HTTP, in the bubble: it checks signatures as slack-go does.
type httpApp struct {
	t      *testing.T
	secret string
	status int
	header http.Header
	body   string
	calls  []*http.Request
	forms  []string
}

func (a *httpApp) RoundTrip(r *http.Request) (*http.Response, error) {
	raw, _ := io.ReadAll(r.Body)
	v, err := slack.NewSecretsVerifier(r.Header, a.secret)
	worked(a.t, "signature", err)
	v.Write(raw)
	worked(a.t, "signature", v.Ensure())
	a.calls, a.forms = append(a.calls, r), append(a.forms, string(raw))
	rec := httptest.NewRecorder()
	for k := range a.header {
		rec.Header().Set(k, a.header.Get(k))
	}
	if strings.HasSuffix(r.URL.Path, "/events") && a.body == "echo" {
		_, challenge, _ := strings.Cut(string(raw), `"challenge":"`)
		challenge, _, _ = strings.Cut(challenge, `"`)
		rec.WriteString(challenge)
	} else {
		rec.WriteHeader(a.status)
		rec.WriteString(a.body)
	}
	return rec.Result(), nil
}

func newHTTPWorld(t *testing.T) (*world, *httpApp) {
	a := &httpApp{t: t, secret: "8f742231b10e8888abcd99yyyzzz85a5", status: 200}
	w := newPipeWorld(t, slacktest.Config{SigningSecret: a.secret, CommandsURL: "http://app/commands",
		InteractionsURL: "http://app/interactions",
		OptionsURL:      "http://app/options", EventsURL: "http://app/events", HTTP: &http.Client{Transport: a}})
	return w, a
}

func TestDeliveriesOverHTTPAreSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a := newHTTPWorld(t)
		a.body = "Done."
		said, err := w.bea.Slash(t.Context(), general, "/entra-app help")
		worked(t, "command", err)
		if said != "Done." || !strings.Contains(a.forms[0], "command=%2Fentra-app") || a.calls[0].URL.Path != "/commands" {
			t.Errorf("%q to %s: %s", said, a.calls[0].URL, a.forms[0])
		}
		a.status = 500
		if _, err := w.bea.Slash(t.Context(), general, "/entra-app help"); err == nil || !strings.Contains(err.Error(), "dispatch_failed") {
			t.Errorf("a 500: %v", err)
		}
		if len(a.calls) != 2 {
			t.Errorf("a command was delivered %d times", len(a.calls)-1)
		}
	})
}

func TestEventsOverHTTPAreRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a := newHTTPWorld(t)
		a.body = "echo"
		worked(t, "url_verification", w.VerifyURL(t.Context()))
		a.calls, a.body, a.status = nil, "", 503
		worked(t, "open", w.bea.OpenHome(t.Context()))
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(a.calls) != 4 {
			t.Fatalf("%d attempts", len(a.calls))
		}
		start, _ := strconv.Atoi(a.calls[0].Header.Get("X-Slack-Request-Timestamp"))
		for i, want := range []int{0, 0, 60, 360} {
			h := a.calls[i].Header
			at, _ := strconv.Atoi(h.Get("X-Slack-Request-Timestamp"))
			num, reason := h.Get("X-Slack-Retry-Num"), h.Get("X-Slack-Retry-Reason")
			if at-start != want || i > 0 && (num != strconv.Itoa(i) || reason != "http_error") || i == 0 && num != "" {
				t.Errorf("attempt %d after %ds: number %q, %q", i, at-start, num, reason)
			}
		}
		a.calls, a.header = nil, http.Header{"X-Slack-No-Retry": {"1"}}
		worked(t, "open", w.bea.OpenHome(t.Context()))
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(a.calls) != 1 {
			t.Errorf("%d attempts where the app wants no other", len(a.calls))
		}
	})
}

func TestARawPayloadIsDeliveredAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a := newHTTPWorld(t)
		_, err := w.DeliverRaw(t.Context(), "interactive", []byte(`{"type":"view_submission","view":{"state":{"values":[]}}}`))
		worked(t, "deliver", err)
		if want :=
			"payload=%7B%22type%22%3A%22view_submission%22%2C%22view%22%3A" +
				"%7B%22state%22%3A%7B%22values%22%3A%5B%5D%7D%7D%7D"; a.forms[0] != want {
			t.Errorf("delivered %s", a.forms[0])
		}
		if _, err := w.DeliverRaw(t.Context(), "telegram", nil); err == nil {
			t.Error("there is no such kind")
		}
	})
}
