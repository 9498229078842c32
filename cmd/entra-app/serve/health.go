package serve

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// health knows what is there of what the bot depends on, and answers /healthz,
// /readyz and /metrics from that. Nothing is asked while somebody waits.
type health struct {
	metrics *metrics

	mu    sync.Mutex
	parts []*part
	ends  bool
}

// add makes health watch a part. Until it was asked for the first time it is
// held to be missing.
func (h *health) add(p part) {
	p.missing = "not asked yet"
	h.parts = append(h.parts, &p)
	h.metrics.up.WithLabelValues(p.name).Set(0)
}

func (h *health) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		ready, missing := h.state()
		w.Header().Set("Content-Type", "application/json")
		if !ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(map[string]any{"ready": ready, "missing": missing})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(h.metrics.registry, promhttp.HandlerOpts{}))
}

// state reports whether the bot can take requests, and in words what is missing.
// Without Entra it can: they wait for it, and people are told.
func (h *health) state() (ready bool, missing []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ready, missing = true, []string{}
	for _, p := range h.parts {
		if p.missing != "" {
			missing = append(missing, p.name+": "+p.missing)
			ready = ready && !p.needed
		}
	}
	if h.ends {
		ready, missing = false, append(missing, "the process is stopping")
	}
	return ready, missing
}

// found notes whether a part is there, and reports whether that is news, and
// whether it makes the bot ready.
func (h *health) found(p *part, missing string) (news, ready bool) {
	was, _ := h.state()
	h.mu.Lock()
	news = p.missing != missing
	p.missing = missing
	h.mu.Unlock()
	up := 0.0
	if missing == "" {
		up = 1
	}
	h.metrics.up.WithLabelValues(p.name).Set(up)
	is := h.publish()
	return news, is && !was
}

func (h *health) stopping() {
	h.mu.Lock()
	h.ends = true
	h.mu.Unlock()
	h.publish()
}

// publish sets the gauge to what is so.
func (h *health) publish() (ready bool) {
	ready, _ = h.state()
	if ready {
		h.metrics.ready.Set(1)
	} else {
		h.metrics.ready.Set(0)
	}
	return ready
}
