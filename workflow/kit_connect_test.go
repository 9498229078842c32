package workflow_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
)

// askServer asks for an app that the server is connected with.
func (w *world) askServer(n *node, d form.Draft) *workflow.Request {
	w.t.Helper()
	r, err := n.Submit(w.t.Context(), bea, d)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// shredded fails unless nothing of r's credential is left in the store, and nobody
// could have seen it.
func (w *world) shredded(r *workflow.Request) {
	w.t.Helper()
	if h := r.Handover; len(h.Sealed)+len(h.File) != 0 || h.Link != "" || !h.Claimed.IsZero() {
		w.t.Errorf("the hand-over is %+v", h)
	}
	for _, e := range r.History {
		if e.Kind == workflow.EventOpened || e.Kind == workflow.EventFetched {
			w.t.Errorf("somebody %s", e.Text)
		}
	}
}

// noSecrets looks for secrets in the log, the store and all that was posted.
func (w *world) noSecrets(log string, secrets ...string) {
	w.t.Helper()
	places := map[string]string{"the log": log}
	kept, _ := w.store.List(w.t.Context(), workflow.Query{})
	for _, r := range kept {
		b, err := json.Marshal(r)
		if err != nil {
			w.t.Fatal(err)
		}
		places["the store's "+r.ID] = string(b)
	}
	for ts, m := range w.messages {
		b, _ := json.Marshal(m.drawn)
		places["the message "+ts] = string(b)
	}
	for ts, c := range w.checks {
		b, _ := json.Marshal(c)
		places["the message "+ts] = string(b) + fmt.Sprintf("%+v", c)
	}
	for place, text := range places {
		for _, s := range secrets {
			if s == "" || strings.Contains(text, s) {
				w.t.Errorf("%s has %q", place, s)
			}
		}
	}
}

// approved has Ada approve and sign in, and lets the engine work.
func (w *world) approved(n *node, id string) {
	w.t.Helper()
	w.approves(n, id)
	pass(20 * time.Second)
}
