package bot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/seal"
)

// signedRequest is a request as Slack signs it.
func signedRequest(path, body string, at time.Time) *http.Request {
	ts := fmt.Sprint(at.Unix())
	mac := hmac.New(sha256.New, []byte(signingSecret))
	mac.Write([]byte("v0:" + ts + ":" + body))
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", ts)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

func TestNothingUnsignedGetsIn(t *testing.T) {
	w := newWorld(t)
	h := w.bot.Handler()
	form := url.Values{"command": {Command}, "text": {"help"}, "user_id": {"UBEA"}, "team_id": {"T1"}}.Encode()
	for _, path := range []string{"/slack/commands", "/slack/interactions", "/slack/events"} {
		for name, c := range map[string]struct {
			change func(*http.Request)
			at     time.Time
			body   string
			status int
		}{
			"signed": {at: time.Now(), body: form, status: 200},
			"without a signature": {change: func(r *http.Request) {
				r.Header.Del("X-Slack-Signature")
			}, at: time.Now(), body: form, status: 401},
			"without a timestamp": {change: func(r *http.Request) {
				r.Header.Del("X-Slack-Request-Timestamp")
			}, at: time.Now(), body: form, status: 401},
			"with another's": {change: func(r *http.Request) {
				r.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("0", 64))
			}, at: time.Now(), body: form, status: 401},
			"six minutes old":        {at: time.Now().Add(-6 * time.Minute), body: form, status: 401},
			"from the future":        {at: time.Now().Add(6 * time.Minute), body: form, status: 401},
			"larger than a megabyte": {at: time.Now(), body: strings.Repeat("x", maxBody+1), status: 413},
		} {
			r := signedRequest(path, c.body+"&path="+path, c.at)
			if c.change != nil {
				c.change(r)
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if rec.Code != c.status {
				t.Errorf("%s %s: %d, want %d", path, name, rec.Code, c.status)
			}
		}
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/slack/commands", nil))
	if rec.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", rec.Code)
	}
}

func TestSlacksOwnExampleIsSigned(t *testing.T) {
	body :=
		"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
			"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
			"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
			"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	got := signedRequest("/", body, time.Unix(1531420618, 0)).Header.Get("X-Slack-Signature")
	if got != "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503" {
		t.Errorf("got %s", got)
	}
}

func TestARepeatedRequestDoesNothing(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "why", nil)
	h := w.bot.Handler()
	body := url.Values{"command": {Command}, "text": {"cancel " + r.ID}, "user_id": {"UBEA"}, "team_id": {"T1"}}.Encode()
	at := time.Now()
	for i := range 2 {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, signedRequest("/slack/commands", body, at))
		if rec.Code != 200 || (rec.Body.Len() == 0) != (i == 1) {
			t.Errorf("time %d: %d %s", i+1, rec.Code, rec.Body)
		}
	}
}

func TestAnEventsAddressIsVerified(t *testing.T) {
	w := newWorld(t)
	rec := httptest.NewRecorder()
	w.bot.Handler().ServeHTTP(rec, signedRequest("/slack/events", `{"type":"url_verification","challenge":"abc"}`, time.Now()))
	if !strings.Contains(rec.Body.String(), `"abc"`) {
		t.Errorf("got %s", rec.Body)
	}
}

func TestWithoutASigningSecretNothingIsSigned(t *testing.T) {
	w := newWorld(t)
	w.bot.secret = seal.Secret{}
	rec := httptest.NewRecorder()
	w.bot.Handler().ServeHTTP(rec, signedRequest("/slack/commands", "text=help", time.Now()))
	if rec.Code != http.StatusUnauthorized {
		t.Errorf("got %d", rec.Code)
	}
}

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
