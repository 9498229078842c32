package serve

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/entra-app/entra-app/bot"
)

// health answers /healthz, /readyz and /metrics.
type health struct {
	mu    sync.Mutex
	slack string // why Slack is not there; empty if it is
	ends  bool

	registry *prometheus.Registry
	acks     *prometheus.HistogramVec
	ready    prometheus.Gauge
}

func newHealth() *health {
	h := &health{
		slack:    "Slack has not answered yet",
		registry: prometheus.NewRegistry(),
		acks: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "entra_app_ack_seconds", Help: "Time to answer what Slack delivers, by kind.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .15, .25, .5, 1, 3},
		}, []string{"kind"}),
		ready: prometheus.NewGauge(prometheus.GaugeOpts{Name: "entra_app_ready", Help: "1 while the store is open and Slack answers."}),
	}
	h.registry.MustRegister(h.acks, h.ready, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return h
}

func (h *health) observe(kind bot.Kind, took time.Duration) {
	h.acks.WithLabelValues(string(kind)).Observe(took.Seconds())
}

func (h *health) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		h.mu.Lock()
		missing := h.missing()
		h.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		if len(missing) > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(map[string]any{"ready": len(missing) == 0, "missing": missing})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(h.registry, promhttp.HandlerOpts{}))
}

// missing says in words what is not there. The store is open as long as the
// process runs; it would not have started otherwise.
func (h *health) missing() []string {
	missing := []string{}
	if h.slack != "" {
		missing = append(missing, h.slack)
	}
	if h.ends {
		missing = append(missing, "the process is stopping")
	}
	return missing
}

// watch asks Slack who we are until it answers, and then now and again.
func (h *health) watch(ctx context.Context, b *bot.Bot, log *slog.Logger) {
	wait, was := 500*time.Millisecond, "nothing yet"
	for ctx.Err() == nil {
		asking, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := b.Check(asking)
		cancel()
		if ctx.Err() != nil {
			return
		}
		now := ""
		if err != nil {
			now = "Slack: " + err.Error()
			wait = min(2*wait, 15*time.Second)
		} else {
			wait = 30 * time.Second
		}
		h.set(now)
		if now != was {
			if was = now; now == "" {
				log.Info("ready")
			} else {
				log.Warn("not ready", "missing", now)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (h *health) set(slack string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.slack = slack
	if slack == "" && !h.ends {
		h.ready.Set(1)
	} else {
		h.ready.Set(0)
	}
}

func (h *health) stopping() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ends = true
	h.ready.Set(0)
}
