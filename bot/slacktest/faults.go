package slacktest

import (
	"maps"
	"net/http"
	"sync"
)

// When says on which side of its effect a call fails.
type When int

const (
	Before When = iota // nothing has happened
	After              // it has happened, and the answer is lost
)

type fault struct {
	method, code string
	when         When
	times        int
}

type faults struct {
	mu       sync.Mutex
	list     []*fault
	lost     bool
	throttle bool
	seen     map[string]bool
	hook     func(method string, after bool)
}

// Fail makes the next calls of a method fail. code is an HTTP status ("503"), an
// error of Slack's ("not_in_channel"), or "drop" to close the connection.
func (w *Workspace) Fail(method string, when When, code string, times int) {
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	w.faults.list = append(w.faults.list, &fault{method, code, when, times})
}

// OnCall has f called before and after the effect of every call.
func (w *Workspace) OnCall(f func(method string, after bool)) {
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	w.faults.hook = f
}

// AnswersLost loses the first answer of every different call, after its effect.
func (w *Workspace) AnswersLost(on bool) {
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	w.faults.lost, w.faults.seen = on, map[string]bool{}
}

// ThrottleEach answers every different call with 429 once.
func (w *Workspace) ThrottleEach(on bool) {
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	w.faults.throttle, w.faults.seen = on, map[string]bool{}
}

func (w *Workspace) called(method string, after bool) {
	w.faults.mu.Lock()
	f := w.faults.hook
	w.faults.mu.Unlock()
	if f != nil {
		f(method, after)
	}
}

// next is the fault of a call before its effect, and that after it.
func (f *faults) next(method string, a args) (before, after string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, x := range f.list {
		if x.method == method && x.times > 0 {
			x.times--
			if x.when == Before {
				return x.code, ""
			}
			return "", x.code
		}
	}
	same := maps.Clone(a) // a trigger and a hash are new each time, and the call is the same
	delete(same, "trigger_id")
	delete(same, "hash")
	key := method + "\n" + same.text()
	if (f.throttle || f.lost) && !f.seen[key] {
		f.seen[key] = true
		if f.throttle {
			return "429", ""
		}
		return "", "drop"
	}
	return "", ""
}

// spoil answers with a fault. It says false where the fault is none.
func (w *Workspace) spoil(rw http.ResponseWriter, code string) bool {
	switch code {
	case "":
		return false
	case "drop":
		if h, ok := rw.(http.Hijacker); ok {
			if conn, _, err := h.Hijack(); err == nil {
				conn.Close()
				return true
			}
		}
		rw.WriteHeader(http.StatusServiceUnavailable)
	case "429":
		rw.Header().Set("Retry-After", "1")
		rw.WriteHeader(http.StatusTooManyRequests)
	case "500", "502", "503", "504":
		rw.WriteHeader(map[string]int{"500": 500, "502": 502, "503": 503, "504": 504}[code])
	default:
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		rw.Write([]byte(`{"ok":false,"error":"` + code + `"}`))
	}
	return true
}
