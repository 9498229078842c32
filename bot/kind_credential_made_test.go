package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestTheMessagesOfACertificateAreWhatSlackTakes(t *testing.T) {
	w := newPfxWorld(t)
	w.bot.now = atBlocked // they say what becomes of Exchange Web Services
	for name, c := range map[string]struct {
		state workflow.State
		edit  func(*workflow.Request)
	}{
		"pending": {workflow.StatePending, nil},
		"ready":   {workflow.StateReady, nil},
		"fetching": {workflow.StateReady, func(r *workflow.Request) {
			r.Handover.Status, r.Handover.At, r.Handover.Claimed = workflow.HandoverFetching, r.Entered, r.Entered
		}},
		"done": {workflow.StateDone, func(r *workflow.Request) {
			r.Handover = workflow.Handover{Status: workflow.HandoverShown, At: r.Entered}
		}},
	} {
		r := w.made(t, "payroll-"+name, c.state, c.edit)
		r.ID = "EA-7"
		for post, blocks := range w.drawn(r) {
			got, _ := json.MarshalIndent(blocks, "", "  ")
			for _, m := range slacktest.ValidateMessage(got) {
				t.Errorf("%s %s: %s", name, post, m)
			}
			if post == workflow.PostCard || post == "outcome:1" {
				golden(t, "pfx-"+name+"-"+strings.TrimSuffix(string(post), ":1")+".json", got)
			}
			if pressable := strings.Contains(string(got), actReveal+`"`); pressable != (name == "ready" && post == "outcome:1") {
				t.Errorf("%s %s: the button is there: %v", name, post, pressable)
			}
		}
	}
}

func TestTheViewOfACertificateHasALinkAndNothingToPress(t *testing.T) {
	w := newPfxWorld(t)
	r := w.made(t, "payroll", workflow.StateReady, func(r *workflow.Request) { r.Handover.Claimed = r.Entered })
	v, _ := json.MarshalIndent(w.bot.say().pfxView(r, workflow.Disclosure{Secret: seal.New(pfxPassword),
		Link: seal.New("https://bot.contoso.com/pfx/EA-1.token")}), "", "  ")
	for _, m := range slacktest.ValidateView(v, false) {
		t.Error(m)
	}
	for _, no := range []string{`"input"`, `"actions"`, `"button"`, "private_metadata", "notify_on_close", `"submit"`, "action_id"} {
		if strings.Contains(string(v), no) {
			t.Errorf("the view has %s: %s", no, v)
		}
	}
	golden(t, "pfx-view.json", v)
}

// Only whoever was handed a certificate has fetched it.
func TestACertificateThatNobodyFetchedIsNotCalledFetched(t *testing.T) {
	w := newPfxWorld(t)
	for _, c := range []struct {
		kind workflow.Kind
		task workflow.Task
		says string
	}{
		{workflow.KindRegister, workflow.TaskVerify, "The app was made by hand, and has what the plan says."},
		{workflow.KindUpdate, workflow.TaskProvision, "The app now has what was approved."},
		{workflow.KindRenew, workflow.TaskRemoveOld, "There was nothing secret to hand over."},
	} {
		r := &workflow.Request{Kind: c.kind, Task: c.task, State: workflow.StateDone,
			Plan: plan.Plan{Credential: plan.Credential{Kind: plan.CredentialMadeCertificate}}}
		text, _ := w.bot.say().outcome(r)
		if got := outcomeText(r); !strings.Contains(got, c.says) || strings.Contains(text, "fetched") {
			t.Errorf("a %s, to %s: %s %s", c.kind, c.task, text, got)
		}
	}
}
