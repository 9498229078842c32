package bot

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestTheSecretsViewHasNothingToPress(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", inState(workflow.StateReady))
	v, _ := json.Marshal(secretView(secretBlocks(r, seal.New("hunter2"))...))
	for _, m := range slacktest.ValidateView(v, false) {
		t.Error(m)
	}
	for _, no := range []string{`"input"`, `"actions"`, `"button"`, "private_metadata", "notify_on_close", `"submit"`, "action_id"} {
		if strings.Contains(string(v), no) {
			t.Errorf("the view has %s: %s", no, v)
		}
	}
}

func TestTheSecretIsShownOnceToItsRequester(t *testing.T) {
	w := newWorld(t)
	r := w.ready(t)
	for _, who := range []string{"UADA", "UBEA", "UBEA"} {
		w.press(who, actReveal, buttonValue(r))
	}
	var shown []string
	for _, args := range w.of("views.update") {
		shown = append(shown, args.Get("json"))
	}
	if len(shown) != 3 || strings.Contains(shown[0], "hunter2") || !strings.Contains(shown[1], "hunter2") ||
		strings.Contains(shown[2], "hunter2") {
		t.Errorf("shown: %q", shown)
	}
	for _, method := range []string{"chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "response/1"} {
		for _, args := range w.of(method) {
			if strings.Contains(args.Encode(), "hunter2") {
				t.Errorf("%s has the secret", method)
			}
		}
	}
	if strings.Contains(w.log.String(), "hunter2") || strings.Contains(w.log.String(), "SECRET-TOKEN") {
		t.Error("the log has a secret")
	}
	if got, _ := w.desk.Get(context.Background(), r.ID); got.State != workflow.StateDone || len(got.Handover.Sealed) != 0 {
		t.Errorf("it is %s, with %d sealed bytes", got.State, len(got.Handover.Sealed))
	}
}

func TestIfSlackDoesNotTakeTheViewTheSecretCanBeOpenedAgain(t *testing.T) {
	w := newWorld(t)
	r := w.ready(t)
	w.answers["views.update"] = `{"ok":false,"error":"not_found"}`
	w.press("UBEA", actReveal, buttonValue(r))
	delete(w.answers, "views.update")
	w.press("UBEA", actReveal, buttonValue(r))
	updates := w.of("views.update")
	if !strings.Contains(updates[len(updates)-1].Get("json"), "hunter2") {
		t.Error("it was not shown again")
	}
}

func TestIfNoViewOpensNothingIsClaimed(t *testing.T) {
	w := newWorld(t)
	r := w.ready(t)
	w.answers["views.open"] = `{"ok":false,"error":"expired_trigger_id"}`
	w.press("UBEA", actReveal, buttonValue(r))
	if got, _ := w.desk.Get(context.Background(), r.ID); got.Handover.Status != workflow.HandoverKept {
		t.Errorf("the secret is %s", got.Handover.Status)
	}
}

// ready is a request whose secret waits to be opened.
func (w *world) ready(t *testing.T) *workflow.Request {
	return w.request(t, "payroll", "x", func(r *workflow.Request) {
		inState(workflow.StateReady)(r)
		r.Entered = time.Now()
		r.Handover = workflow.Handover{Status: workflow.HandoverKept, Sealed: w.sealed(r.ID, "hunter2")}
	})
}
