package slacktest

import (
	"math"
	"time"
)

// burst is how many messages a channel takes at once, before the limit of one
// in a second holds. Slack says that it tolerates bursts, not how long ones.
const burst = 5

// A bucket fills with time, and every call takes one from it.
type bucket struct {
	left float64
	at   time.Time
}

// tooMany says after how many seconds a call may be made, 0 for now. Calls are
// counted by method, and messages by channel.
// Source: docs.slack.dev/apis/web-api/rate-limits.
func (w *Workspace) tooMany(name string, m method, a args) int {
	if !w.cfg.RateLimits {
		return 0
	}
	key, most, each := name, float64(m.tier), time.Minute
	switch {
	case name == "chat.postMessage":
		key, most, each = name+" "+a["channel"], burst, burst*time.Second
	case m.tier == 0:
		return 0
	}
	b, now := w.buckets[key], w.cfg.Now()
	if b == nil {
		b = &bucket{left: most, at: now}
		w.buckets[key] = b
	}
	rate := most / each.Seconds()
	b.left = min(most, b.left+now.Sub(b.at).Seconds()*rate)
	b.at = now
	if b.left < 1 {
		return int(math.Ceil((1 - b.left) / rate))
	}
	b.left--
	return 0
}
