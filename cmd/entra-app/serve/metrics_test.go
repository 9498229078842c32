package serve

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestWhatHappensToRequestsIsCounted(t *testing.T) {
	key, err := seal.NewKey(bytes.Repeat([]byte{1}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(filepath.Join(t.TempDir(), "entra-app.db"), key)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	h := &health{metrics: newMetrics()}
	s, ctx := counted{kept, h.metrics}, context.Background()
	asked := workflow.Event{At: time.Now(), Kind: workflow.EventAsked, Text: "asked"}
	r, err := s.Create(ctx, &workflow.Request{Kind: workflow.KindRegister, State: workflow.StatePending, Tenant: "contoso",
		Plan: plan.Plan{AppName: "payroll"}, History: []workflow.Event{asked}})
	if err != nil {
		t.Fatal(err)
	}
	update := func(change func(*workflow.Request) error) {
		t.Helper()
		if _, err := s.Update(ctx, r.ID, change); err != nil {
			t.Fatal(err)
		}
	}
	update(func(r *workflow.Request) error {
		r.History = append(r.History, workflow.Event{At: time.Now(), Kind: workflow.EventRefused, Text: "no"})
		return nil
	})
	update(func(r *workflow.Request) error { r.History[1].Times = 2; return nil })
	update(func(r *workflow.Request) error { return workflow.ErrUnchanged })
	for _, status := range []workflow.StepStatus{workflow.StepRunning, workflow.StepWaiting, workflow.StepRunning, workflow.StepDone} {
		update(func(r *workflow.Request) error {
			r.Steps = []workflow.Step{{Name: workflow.StepProof, Status: status}, {Name: workflow.StepDelete}}
			return nil
		})
	}
	if _, err := s.Update(ctx, "EA-999", func(*workflow.Request) error { return nil }); err == nil {
		t.Error("a request that does not exist was updated")
	}
	h.metrics.acked(bot.CommandKind, time.Millisecond)

	answer := httptest.NewRecorder()
	mux := http.NewServeMux()
	h.routes(mux)
	mux.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	text := answer.Body.String()
	for _, line := range []string{
		`entra_app_events_total{what="asked"} 1`, `entra_app_events_total{what="refused"} 2`,
		`entra_app_steps_total{status="running",step="proof"} 2`, `entra_app_steps_total{status="waiting",step="proof"} 1`,
		`entra_app_steps_total{status="done",step="proof"} 1`,
		`entra_app_save_seconds_count{result="ok"} 8`, `entra_app_save_seconds_count{result="error"} 1`,
		`entra_app_ack_seconds_count{kind="command"} 1`,
		"entra_app_ready 0", "go_goroutines", "process_resident_memory_bytes", "go_build_info",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("/metrics has no %s", line)
		}
	}
	if t.Failed() {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "entra_app") && !strings.Contains(line, "bucket") {
				t.Log(line)
			}
		}
	}
}
