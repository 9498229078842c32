package bot

import (
	"encoding/json"
	"sync"
	"time"
)

const (
	// deliveredFor is how long an envelope is known again. Slack's last attempt
	// comes five minutes after the first. Source: docs.slack.dev/apis/events-api.
	deliveredFor = 10 * time.Minute
	// deliveredMax is how many envelopes are known; one reply has 20 KB at most.
	// What falls out is answered again, which is harmless: every handler checks the
	// state of what it changes.
	deliveredMax = 1000
)

// deliveries remembers the envelopes of Socket Mode with what they were answered.
// Slack delivers one again whose acknowledgement it did not get. The same things
// must not be done and said twice, and whoever waits has to get the same answer.
//
// A reply is what its person sees in Slack anyway: sentences, lists of requests,
// forms, options and what is wrong with a field. A secret is in none of them: it
// goes into a view by a call of ours (see reveal.go).
type deliveries struct {
	mu    sync.Mutex
	known map[string]*delivery
	order []*delivery // the oldest first
}

// A delivery is one envelope, however often it came.
type delivery struct {
	id   string
	came time.Time

	answered chan struct{} // closed once there is a reply
	reply    any           // JSON, or nil for an empty one
	err      error         // why there is none that can be written
}

// of returns the delivery of an envelope. first says that it has not come before,
// and that the caller has to answer it.
func (s *deliveries) of(id string, now time.Time) (d *delivery, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.order) > 0 && (len(s.order) >= deliveredMax || now.Sub(s.order[0].came) >= deliveredFor) {
		delete(s.known, s.order[0].id)
		s.order[0] = nil // its reply is not kept by the list's array
		s.order = s.order[1:]
	}
	if d, ok := s.known[id]; ok {
		return d, false
	}
	if s.known == nil {
		s.known = map[string]*delivery{}
	}
	d = &delivery{id: id, came: now, answered: make(chan struct{})}
	s.known[id] = d
	s.order = append(s.order, d)
	return d, true
}

// answer keeps the reply, as it is written to Slack.
func (d *delivery) answer(r Reply) {
	defer close(d.answered)
	if r == nil {
		return
	}
	body, err := json.Marshal(r)
	if err != nil {
		d.err = err
		return
	}
	d.reply = json.RawMessage(body)
}

// replays remembers what was seen lately, so that nothing is done twice. It
// holds no more than replaysMax entries; what falls out is still harmless,
// because every handler checks the state of what it changes.
type replays struct {
	mu    sync.Mutex
	until map[string]time.Time
}

const replaysMax = 20000

// seen reports whether key was seen before, and remembers it for a time.
func (r *replays) seen(key string, now time.Time, keep time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.until == nil {
		r.until = map[string]time.Time{}
	}
	if until, ok := r.until[key]; ok && now.Before(until) {
		return true
	}
	if len(r.until) >= replaysMax {
		for k, until := range r.until {
			if !now.Before(until) || len(r.until) > replaysMax*3/4 {
				delete(r.until, k)
			}
		}
	}
	r.until[key] = now.Add(keep)
	return false
}
