package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow/seal"
)

// BenchmarkAck submits filled-in forms from 32 callers at once, over signed
// HTTP, while the bot also sends the cards and DMs that follow from them. Every
// one is on the disk before it is acknowledged. It reports the median and p99 in
// milliseconds, and as a ratio to what we promise: 50 ms and 150 ms.
func BenchmarkAck(b *testing.B) {
	w := newWorld(b)
	w.cfg.Slack.Socket, w.cfg.Slack.SigningSecret = false, seal.New(w.slack.SigningSecret())
	w.start()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	submit := func(n int64) time.Duration {
		text := func(s string) any { return map[string]any{"x": map[string]any{"type": "plain_text_input", "value": s}} }
		choose := func(s string) any {
			return map[string]any{"x": map[string]any{"type": "static_select", "selected_option": map[string]any{"value": s}}}
		}
		payload, _ := json.Marshal(map[string]any{"type": "view_submission", "user": map[string]any{"id": "U0BEA00001"},
			"view": map[string]any{"id": fmt.Sprint("V", n), "callback_id": "request", "private_metadata": `{"p":"vbo365"}`,
				"state": map[string]any{"values": map[string]any{
					"Product": choose("vbo365"), "App name": text(fmt.Sprint("payroll-", n)), "Reason": text("nightly backup"),
					"Credential": choose("secret"),
					"Lifetime":   choose("720h0m0s"),
					"Team": map[string]any{"x": map[string]any{"type": "conversations_select",
						"selected_conversation": team}},
					"Redirect URIs of vbo365": text("https://localhost")}}}})
		body := []byte(url.Values{"payload": {string(payload)}}.Encode())
		req, _ := http.NewRequest(http.MethodPost, "http://"+w.addr+"/slack/interactions", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		slacktest.Sign(req.Header, w.slack.SigningSecret(), time.Now(), body)
		began := time.Now()
		resp, err := client.Do(req)
		took := time.Since(began)
		if err != nil {
			b.Error(err)
			return took
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK || resp.ContentLength != 0 {
			b.Errorf("acknowledged with %s, %d bytes", resp.Status, resp.ContentLength)
		}
		return took
	}
	submit(-1)
	var next atomic.Int64
	var mu sync.Mutex
	var all []time.Duration
	b.ResetTimer()
	var callers sync.WaitGroup
	for range 32 {
		callers.Go(func() {
			for n := next.Add(1); n <= int64(max(b.N, 320)); n = next.Add(1) {
				took := submit(n)
				mu.Lock()
				all = append(all, took)
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	b.StopTimer()
	slices.Sort(all)
	p50, p99 := all[len(all)/2], all[len(all)*99/100]
	b.ReportMetric(float64(p50.Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(p99.Microseconds())/1000, "p99-ms")
	b.ReportMetric(p50.Seconds()/0.050, "p50/limit")
	b.ReportMetric(p99.Seconds()/0.150, "p99/limit")
}
