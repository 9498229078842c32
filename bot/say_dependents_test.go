package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
)

const inUseText = "“Check what depends on it” stopped the job before anything was deleted, and the app works as before. It is used by 1 " +
	"user (“Tom”) and 1 group (“" + nasty + "”). " +
	"An approver can press Retry to retire it all the same, with another sign-in; Give up leaves the app as it is."

// inUse is a retirement that was stopped for those who depend on the app.
func inUse(s workflow.State) func(*workflow.Request) {
	return func(r *workflow.Request) {
		inState(s)(r)
		r.Kind, r.Target = workflow.KindRetire, workflow.Target{Request: "EA-1", UniqueName: "entra-app-" + r.ID}
		r.Steps = []workflow.Step{{Name: workflow.StepDependents, Status: workflow.StepFailed, Note: "in use by 1 user and 1 group"},
			{Name: workflow.StepRemoveCredentials}, {Name: workflow.StepRevokeConsent}, {Name: workflow.StepDelete}}
		r.Failure = workflow.Failure{}
		if s == workflow.StateFailed {
			r.Failure = workflow.Failure{Rule: workflow.RuleInUse, Text: inUseText}
		}
		r.Approval.N = 2
		r.Dependents = workflow.Dependents{Rev: 1,
			List: []workflow.Dependent{{Kind: workflow.DependentUser, ID: "u", Name: "Tom"},
				{Kind: workflow.DependentGroup, ID: "g", Name: nasty}}}
	}
}

// Nothing depends on an app that is not there any more.
func TestWhatDependedOnAnAppIsPastOnceItIsDecided(t *testing.T) {
	w := newWorld(t)
	for s, want := range map[workflow.State]string{workflow.StateSignIn: "Depends on the app: ",
		workflow.StateDone: "Depended on the app: ", workflow.StateCancelled: "Depended on the app: "} {
		_, blocks := w.bot.card(w.request(t, "payroll-"+string(s), "nightly backup", inUse(s)))
		if text := asText(t, blocks); !strings.Contains(text, want) {
			t.Errorf("%s: the card does not say %q: %s", s, want, text)
		}
	}
}

func TestACardSaysWhatDependsOnARetiredApp(t *testing.T) {
	w := newWorld(t)
	for s, name := range map[workflow.State]string{workflow.StateFailed: "retire-in-use-card.json",
		workflow.StateSignIn: "retire-in-use-signin-card.json"} {
		r := w.request(t, "payroll-"+string(s), "nightly backup", inUse(s))
		r.ID = "EA-7"
		_, blocks := w.bot.card(r)
		got, _ := json.MarshalIndent(blocks, "", "  ")
		for _, m := range slacktest.ValidateMessage(got) {
			t.Errorf("%s: %s", s, m)
		}
		if n := strings.Count(string(got), "1 user (“Tom”) and 1 group"); n != 1 {
			t.Errorf("%s: the card says %d times who depends on it: %s", s, n, got)
		}
		golden(t, name, got)
	}
}

func TestWhatATenantCallsADependentIsNeverMarkup(t *testing.T) {
	w := newWorld(t)
	for _, s := range []workflow.State{workflow.StateFailed, workflow.StateSignIn} {
		r := w.request(t, "payroll-"+string(s), "nightly backup", inUse(s))
		r.Dependents.Unknown = nasty
		r.History = append(r.History, workflow.Event{At: r.Created, Kind: workflow.EventFailed, Text: inUseText})
		for name, blocks := range w.drawn(withN(r, 1)) {
			b, _ := json.Marshal(blocks)
			var v any
			json.Unmarshal(b, &v)
			for _, text := range mrkdwn(v) {
				t.Errorf("%s has mrkdwn: %s", name, text)
			}
			if strings.Contains(string(b), `"emoji":true`) || strings.Contains(string(b), `"type":"link"`) && name != "signin:1" {
				t.Errorf("%s: %s", name, b)
			}
		}
	}
}

// withN has the number of decisions that drawn expects.
func withN(r *workflow.Request, n int) *workflow.Request {
	r.Approval.N = n
	return r
}

func asText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
