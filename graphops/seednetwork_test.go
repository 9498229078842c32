package graphops

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A network carries requests to the emulator. Those that are under way at the same time
// arrive one after the other, in an order that depends on nothing but what they are.
type network struct {
	server http.Handler
	mu     sync.Mutex
	queue  []*sent
	power  atomic.Pointer[atomic.Bool]              // of the process; nil is on
	after  atomic.Pointer[func(*http.Request) bool] // reports whether the answer gets through; nil lets each
}

type sent struct {
	at    time.Time
	order string
	r     *http.Request
	done  chan *http.Response
}

// assertion is what an app with a certificate signs.
var assertion = regexp.MustCompile(`client_assertion=[^&]*`)

const travel = 40 * time.Millisecond

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	s := &sent{at: time.Now(), r: r, done: make(chan *http.Response, 1)}
	s.order = r.Method + " " + r.URL.String() + " " + peek(r)
	s.order = assertion.ReplaceAllString(s.order, "") // it is never the same
	n.mu.Lock()
	n.queue = append(n.queue, s)
	if !slices.ContainsFunc(n.queue[:len(n.queue)-1], func(o *sent) bool { return o.at.Equal(s.at) }) {
		time.AfterFunc(travel, func() { n.deliver(s.at) })
	}
	n.mu.Unlock()
	select {
	case resp := <-s.done:
		if resp == nil {
			return nil, io.ErrUnexpectedEOF
		}
		return resp, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// deliver answers what was sent at one moment.
func (n *network) deliver(at time.Time) {
	n.mu.Lock()
	var now []*sent
	n.queue = slices.DeleteFunc(n.queue, func(s *sent) bool {
		if s.at.Equal(at) {
			now = append(now, s)
			return true
		}
		return false
	})
	n.mu.Unlock()
	slices.SortStableFunc(now, func(a, b *sent) int { return cmp.Compare(a.order, b.order) })
	for _, s := range now {
		var resp *http.Response
		if power := n.power.Load(); power == nil || power.Load() { // a process without power sends nothing
			resp = n.answer(s.r)
		}
		if after := n.after.Load(); after != nil && !(*after)(s.r) {
			resp = nil
		}
		s.done <- resp
	}
}

func (n *network) answer(r *http.Request) (resp *http.Response) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			resp = nil
		}
	}()
	in := r.Clone(context.Background())
	in.RequestURI = r.URL.RequestURI()
	if in.Body == nil {
		in.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	n.server.ServeHTTP(rec, in)
	resp = rec.Result()
	resp.Request = r
	return resp
}

// Of requests that are sent at the same time, the one that arrives first is the same in
// whatever order they were sent.
func TestRequestsSentAtOnceArriveInOneOrder(t *testing.T) {
	send := func(t *testing.T, scopes ...string) (arrived []string) {
		synctest.Test(t, func(t *testing.T) {
			n := &network{server: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				arrived = append(arrived, r.FormValue("scope"))
			})}
			for i, scope := range scopes {
				body := fmt.Sprintf("client_assertion=signed%d&scope=%s", i, scope)
				r := httptest.NewRequest(http.MethodPost, "https://login.test/token", strings.NewReader(body))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				go n.RoundTrip(r)
				synctest.Wait()
			}
			time.Sleep(2 * travel)
		})
		return arrived
	}
	for _, scopes := range [][]string{{"graph", "exchange", "sharepoint"}, {"sharepoint", "graph", "exchange"}} {
		if got := send(t, scopes...); !slices.IsSorted(got) || len(got) != len(scopes) {
			t.Errorf("sent as %q they arrive as %q", scopes, got)
		}
	}
}
