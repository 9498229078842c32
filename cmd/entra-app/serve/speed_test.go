package serve

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// latency is what each call to Microsoft takes in the benchmark of the products.
const latency = 100 * time.Millisecond

// A line is the way to Microsoft, with latency, and what went over it since somebody
// signed in.
type line struct {
	net http.RoundTripper

	mu    sync.Mutex
	began time.Time // when the token of the sign-in came
	calls []period
}

type period struct{ from, until time.Time }

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/api/") { // Slack's
		return l.net.RoundTrip(r)
	}
	from := time.Now()
	time.Sleep(latency)
	resp, err := l.net.RoundTrip(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch token := strings.HasSuffix(r.URL.Path, "/token"); {
	case !l.began.IsZero():
		l.calls = append(l.calls, period{from, time.Now()})
	case token && err == nil && resp.StatusCode == http.StatusOK:
		l.began = time.Now()
	}
	return resp, err
}

// depth is how many calls were made one after another, at least; took is until the last
// of them was answered.
func (l *line) depth() (calls, deep int, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.SortFunc(l.calls, func(a, b period) int { return a.until.Compare(b.until) })
	var last time.Time
	for _, c := range l.calls {
		if !c.from.Before(last) {
			deep, last = deep+1, c.until
		}
	}
	if len(l.calls) > 0 {
		took = l.calls[len(l.calls)-1].until.Sub(l.began)
	}
	return len(l.calls), deep, took
}

// BenchmarkProducts takes each product from the sign-in to where it is done, at 100 ms a
// call, and reports the calls to Microsoft (a batch is one), how many were made one after
// another, and the milliseconds from the token to the last answer.
//
//	go test ./cmd/entra-app/serve -run '^$' -bench Products -benchtime 1x
func BenchmarkProducts(b *testing.B) {
	for _, p := range []struct {
		name, product string
		choose        [][2]string
		fill          map[string]any
	}{
		{"vbo365", "vbo365", nil, nil},
		{"vb365-backup", "vb365-backup", nil, map[string]any{"Certificate": ""}},
		{"vb365-restore", "vb365-restore", nil, nil},
		{"vb365-restore-portal", "vb365-restore-portal", nil,
			map[string]any{"Certificate": "", "Redirect URIs": "https://portal.contoso.com:4443"}},
		{"vb365-archiver", "vb365-archiver", nil, map[string]any{"Subscriptions": subscription}},
		{"vbazure", "vbazure", nil, map[string]any{"Subscriptions": subscription}},
		{"custom", "custom", nil, map[string]any{"Permissions": []string{"graph:Application:User.Read.All"}}},
		{"custom-federated", "custom", [][2]string{{"Credential", "federated"}},
			map[string]any{"Issuer": "https://token.actions.githubusercontent.com", "Subject": "repo:contoso/backup:ref:refs/heads/main",
				"Permissions": []string{"graph:Application:User.Read.All"}}},
	} {
		b.Run(p.name, func(b *testing.B) {
			for range b.N {
				w := newWorld(b)
				l := &line{net: w.client.Transport}
				w.client.Transport = l
				w.start()
				fill := map[string]any{"App name": "payroll", "Reason": "nightly backup", "Owners": []string{"U0TOM00001"}}
				maps.Copy(fill, p.fill)
				if fill["Certificate"] != nil {
					fill["Certificate"] = selfSigned(b)
				}
				w.sends(p.product, p.choose, fill)
				w.press(w.ada, w.sees(w.ada, in(approval), "register the app"), "Approve")
				w.signsIn("ada@contoso.com")
				w.sees(w.bea, w.bea.DM, "Next steps")
				calls, deep, took := l.depth()
				b.ReportMetric(float64(calls), "calls")
				b.ReportMetric(float64(deep), "deep")
				b.ReportMetric(float64(took.Milliseconds()), "ms")
				b.ReportMetric(0, "ns/op")
				w.stop()
			}
		})
	}
}
