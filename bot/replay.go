package bot

import (
	"sync"
	"time"
)

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
