package bot

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// A slackCloud is one of Slack's clouds: the hosts that our token and our answers may go
// to. Everything else that depends on the cloud reads it here.
type slackCloud struct {
	api   string // host of the Web API
	files string // … of what people have added to a form
	hooks string // … of response URLs
	over  string // domain of the WebSockets of Socket Mode
}

// slackClouds are all of them, the usual one first.
// Source: docs.slack.dev/govslack, for slack-gov.com.
var slackClouds = []slackCloud{
	{api: "slack.com", files: "files.slack.com", hooks: "hooks.slack.com", over: ".slack.com"},
	{api: "slack-gov.com", files: "files.slack-gov.com", hooks: "hooks.slack-gov.com", over: ".slack-gov.com"},
}

// cloudOf is the cloud that an API URL is in. One that is in none, as an emulator's, is
// taken for the usual one with hosts of its own: known says which it is.
func cloudOf(api *url.URL) (c slackCloud, known bool) {
	for _, c := range slackClouds {
		if api.Hostname() == c.api || strings.HasSuffix(api.Hostname(), "."+c.api) {
			return c, true
		}
	}
	return slackClouds[0], false
}

// isAt reports whether an address is at a host of Slack's, or where the API is.
func (b *Bot) isAt(u *url.URL, host string) bool {
	if u.User != nil {
		return false
	}
	return u.Scheme == "https" && u.Host == host || u.Scheme == b.apiURL.Scheme && u.Host == b.apiURL.Host
}

// dialer opens WebSockets, and where we know the cloud, only to that. It trusts and
// reaches what the client for everything else does.
func (b *Bot) dialer() *websocket.Dialer {
	c, known := cloudOf(b.apiURL)
	d := &websocket.Dialer{HandshakeTimeout: 45 * time.Second}
	proxy := http.ProxyFromEnvironment
	if t, ok := b.direct.Transport.(*http.Transport); ok {
		t = t.Clone() // others use it, and it completes its TLS configuration at its first use
		d.NetDialContext = t.DialContext
		if t.TLSClientConfig != nil {
			d.TLSClientConfig = t.TLSClientConfig
			d.TLSClientConfig.NextProtos = nil // a WebSocket begins as HTTP/1.1
		}
		if t.Proxy != nil {
			proxy = t.Proxy
		}
	}
	d.Proxy = func(r *http.Request) (*url.URL, error) {
		if known && !(r.URL.Scheme == "https" && strings.HasSuffix(r.URL.Hostname(), c.over)) {
			return nil, fmt.Errorf("the address in Slack's answer is at %s, which is not in the cloud of %s", r.URL.Hostname(), c.api)
		}
		return proxy(r)
	}
	return d
}
