package serve

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/entra-app/entra-app/bot"
	"github.com/entra-app/entra-app/workflow"
)

// metrics are what /metrics shows: one registry, and everything in it is made here.
type metrics struct {
	registry *prometheus.Registry
	acks     *prometheus.HistogramVec
	events   *prometheus.CounterVec
	steps    *prometheus.CounterVec
	saves    *prometheus.HistogramVec
	up       *prometheus.GaugeVec
	ready    prometheus.Gauge
}

func newMetrics() *metrics {
	buckets := []float64{.001, .0025, .005, .01, .025, .05, .1, .15, .25, .5, 1, 3}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		acks: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "entra_app_ack_seconds", Help: "Time to answer what Slack delivers, by kind.", Buckets: buckets}, []string{"kind"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "entra_app_events_total",
			Help: "Lines of history of all requests, by what happened: asked, approved, refused, ready, failed, …"}, []string{"what"}),
		steps: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "entra_app_steps_total",
			Help: "Steps in a tenant, by name and outcome: running, waiting, done, failed, skipped."},
			[]string{"step", "status"}),
		saves: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "entra_app_save_seconds", Help: "Time of a transaction of the store, by outcome.", Buckets: buckets},
			[]string{"result"}),
		up: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "entra_app_up",
			Help: "1 while a part that the bot depends on is available."}, []string{"part"}),
		ready: prometheus.NewGauge(prometheus.GaugeOpts{Name: "entra_app_ready", Help: "1 while the store is open and Slack answers."}),
	}
	for _, c := range []prometheus.Collector{m.acks, m.events, m.steps, m.saves, m.up, m.ready,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector()} {
		m.registry.MustRegister(c)
	}
	return m
}

func (m *metrics) acked(kind bot.Kind, took time.Duration) {
	m.acks.WithLabelValues(string(kind)).Observe(took.Seconds())
}

// A counted store counts what happens to requests. Everything that does is
// saved, so nothing else has to count.
type counted struct {
	workflow.Store
	metrics *metrics
}

func (c counted) Create(ctx context.Context, r *workflow.Request) (*workflow.Request, error) {
	began := time.Now()
	kept, err := c.Store.Create(ctx, r)
	c.saved(began, err)
	if err == nil {
		c.events(kept.History, nil)
	}
	return kept, err
}

func (c counted) Update(ctx context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	var times []int
	steps := map[workflow.StepName]workflow.StepStatus{}
	began := time.Now()
	r, err := c.Store.Update(ctx, id, func(r *workflow.Request) error {
		times = times[:0]
		for _, e := range r.History {
			times = append(times, e.Times)
		}
		clear(steps)
		for _, s := range r.Steps {
			steps[s.Name] = s.Status
		}
		return change(r)
	})
	c.saved(began, err)
	if err != nil {
		return r, err
	}
	c.events(r.History, times)
	for _, s := range r.Steps {
		if s.Status != workflow.StepDue && s.Status != steps[s.Name] {
			c.metrics.steps.WithLabelValues(string(s.Name), string(s.Status)).Inc()
		}
	}
	return r, err
}

func (c counted) saved(began time.Time, err error) {
	result := "ok"
	if err != nil {
		result = "error" // a taken name and a vanished request, too
	}
	c.metrics.saves.WithLabelValues(result).Observe(time.Since(began).Seconds())
}

// events counts the lines that are new, and those that were repeated: times is how
// often each of the lines before had happened.
func (c counted) events(history []workflow.Event, times []int) {
	for i, e := range history {
		if i >= len(times) || e.Times > times[i] {
			c.metrics.events.WithLabelValues(string(e.Kind)).Inc()
		}
	}
}
