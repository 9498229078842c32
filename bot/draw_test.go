package bot

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

var update = flag.Bool("update", false, "write the golden files again")

// nasty is what somebody might put into a name or a reason.
const nasty = "*b* _i_ ~s~ `c` <!channel> <@UADA> <https://evil.example|x> :boom: & @here"

// inState is a request as far as a state.
func inState(s workflow.State) func(*workflow.Request) {
	return func(r *workflow.Request) {
		at := time.Unix(1790000000, 0).UTC()
		r.Created, r.Entered, r.State = at, at, s
		r.History[0].At = at
		if s == workflow.StatePending {
			return
		}
		r.Approval = workflow.Approval{N: 1, By: people.Person{ID: "UADA", Name: "Ada"}, At: at, Digest: r.Plan.Digest(),
			Reason: "too much"}
		r.SignIn = workflow.SignIn{N: 1, Status: workflow.SignInWaiting, Expires: at.Add(15 * time.Minute), Account: "ada@contoso.com"}
		if s == workflow.StateDenied || s == workflow.StateExpired || s == workflow.StateCancelled {
			r.Outcomes = 1
			return
		}
		r.Steps = []workflow.Step{{Name: workflow.StepApplication, Status: workflow.StepDone},
			{Name: workflow.StepOwner, Status: workflow.StepSkipped, Note: "no account"},
			{Name: workflow.StepConsent, Status: workflow.StepWaiting}, {Name: workflow.StepCredential, Status: workflow.StepRunning},
			{Name: workflow.StepProof}}
		r.Made = workflow.Made{ObjectID: "o", AppID: "6b1f7d2e-9f43-4f6e-a0f5-2f1d33c1c001", TenantID: r.Plan.TenantID,
			TenantName: "Contoso Ltd", KeyExpires: at.Add(720 * time.Hour)}
		r.Handover.At = at
		if s == workflow.StateDone {
			r.Handover.Status = workflow.HandoverShown
		}
		r.Failure = workflow.Failure{Text: "“Grant admin consent” failed."}
		if s.IsOutcome() || s == workflow.StateDone {
			r.Outcomes = 1
		}
	}
}

// drawn is every message of a request in a state.
func (w *world) drawn(r *workflow.Request) map[workflow.PostName][]slack.Block {
	out := map[workflow.PostName][]slack.Block{}
	prompt := &workflow.Prompt{Code: seal.New("ABCD1234E"), URL: "https://microsoft.com/devicelogin",
		Expires: r.Created.Add(15 * time.Minute)}
	for _, name := range []workflow.PostName{workflow.PostCard, workflow.PostFollow, "signin:1", "outcome:1", workflow.PostThread} {
		if name == "signin:1" && r.Approval.N == 0 || name == "outcome:1" && r.Outcomes == 0 {
			continue
		}
		d := workflow.Drawing{Request: r, Name: name, Event: &r.History[len(r.History)-1]}
		if r.State == workflow.StateSignIn {
			d.Prompt = prompt
		}
		text, blocks := w.bot.message(d)
		if text == "" || strings.Contains(text, "ABCD1234E") {
			panic(fmt.Sprintf("%s %s: the text is %q", r.State, name, text))
		}
		out[name] = blocks
	}
	return out
}

func TestEveryMessageInEveryStateIsWhatSlackTakes(t *testing.T) {
	w := newWorld(t)
	for i, s := range workflow.States {
		r := w.request(t, fmt.Sprint("payroll-", i), "nightly backup", inState(s))
		r.ID = "EA-7"
		for name, blocks := range w.drawn(r) {
			got, err := json.MarshalIndent(blocks, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range slacktest.ValidateMessage(got) {
				t.Errorf("%s %s: %s", s, name, m)
			}
			golden(t, fmt.Sprintf("%s-%s.json", s, strings.TrimSuffix(strings.ReplaceAll(string(name), ":", ""), "1")), got)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	got = append(got, '\n')
	if *update {
		os.MkdirAll("testdata", 0o755)
		os.WriteFile(path, got, 0o644)
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != string(got) {
		t.Errorf("%s differs (%v); go test ./bot -update writes it again, then look at the difference", path, err)
	}
}

func TestWhatPeopleTypeIsNeverMarkup(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, nasty, nasty, inState(workflow.StateDenied))
	r.Approval.Reason, r.Requester.Name, r.Failure.Text = nasty, nasty, nasty
	r.History = append(r.History, workflow.Event{At: r.Created, By: "UADA", Kind: workflow.EventDenied, Text: "denied it: " + nasty})
	for name, blocks := range w.drawn(r) {
		b, _ := json.Marshal(blocks)
		var v any
		json.Unmarshal(b, &v)
		for _, text := range mrkdwn(v) {
			t.Errorf("%s has mrkdwn: %s", name, text)
		}
		if regexp.MustCompile(`"emoji":true|"type":"broadcast"|"type":"link"`).Match(b) {
			t.Errorf("%s: %s", name, b)
		}
	}
	w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard})
	sent := w.of("chat.postMessage")
	if len(sent) == 0 {
		t.Error("nothing was sent")
	}
	for _, args := range sent {
		if text := args.Get("text"); strings.ContainsAny(text, "<>") {
			t.Errorf("the text is %s", text)
		}
	}
	answer := w.bot.Dispatch(context.Background(), Envelope{CommandKind,
		commandForm(map[string][]string{"text": {"request " + nasty}, "user_id": {"UBEA"}})})
	if b, _ := json.Marshal(answer); strings.Contains(string(b), `"mrkdwn"`) ||
		strings.Contains(answer.(interface{ top() string }).top(), "<!channel>") {
		t.Errorf("answered %s", b)
	}
}

func (a answer) top() string { return a.Text }

func TestSixtyLongPermissionsFitAndAllAreThere(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, strings.Repeat("W", workflow.AppNameMax), strings.Repeat("é", workflow.ReasonMax), inState(workflow.StatePending))
	r.Plan.Permissions = nil
	for _, p := range catalog.All() {
		if len(r.Plan.Permissions) < workflow.PermissionsMax && len(p.Description) > 150 {
			known, _ := plan.Known(p.ResourceAppID, p.Type, p.Name)
			r.Plan.Permissions = append(r.Plan.Permissions, known)
		}
	}
	r.Plan.RedirectURIs = nil
	for range workflow.RedirectsMax {
		r.Plan.RedirectURIs = append(r.Plan.RedirectURIs, "https://example.com/"+strings.Repeat("x", 230))
	}
	_, blocks := w.bot.card(r)
	b, _ := json.Marshal(blocks)
	for _, m := range slacktest.ValidateMessage(b) {
		t.Error(m)
	}
	for _, p := range r.Plan.Permissions {
		if !strings.Contains(string(b), p.Name) {
			t.Errorf("%s is not on the card", p.Name)
		}
	}
	if words := r.Plan.Permissions[0].Words; !strings.Contains(w.detailsOf(t, r), words[:60]) {
		t.Error("Details does not say what a permission allows")
	}
}

func TestTheFormIsWhatSlackTakes(t *testing.T) {
	w := newWorld(t)
	for _, p := range w.desk.Products() {
		v, _ := json.MarshalIndent(w.bot.form(p, p.Choice(), meta{Channel: "CTEAM"}), "", "  ")
		for _, m := range slacktest.ValidateView(v, false) {
			t.Errorf("%s: %s", p.Name, m)
		}
		golden(t, "form-"+p.Name+".json", v)
	}
	options, _ := json.Marshal(suggestions("read"))
	var o struct{ Options []json.RawMessage }
	json.Unmarshal(options, &o)
	if len(o.Options) < 50 || len(o.Options) > 100 || len(options) >= 20480 { // larger ones Slack drops in Socket Mode
		t.Errorf("%d suggestions for read, %d bytes", len(o.Options), len(options))
	}
	for _, p := range catalog.All() {
		if len(p.Key()) > 75 {
			t.Errorf("%s is too long for an option", p.Key())
		}
	}
}

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

func TestAMessageWhoseAnswerWasLostIsFoundAndNotSentAgain(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.answers["conversations.history"] =
		`{"ok":true,"messages":[{"ts":"4.4","user":"UEVIL","metadata":{"event_type":"entra_app_post","event_payload":{"request":"` +
			r.ID + `","post":"card"}}},
		{"ts":"5.5","user":"UBOT","metadata":{"event_type":"entra_app_post","event_payload":{"request":"EA-99","post":"card"}}},
		{"ts":"7.7","user":"UBOT","metadata":{"event_type":"entra_app_post","event_payload":{"request":"` + r.ID + `","post":"card"}}}]}`
	_, ts, err := w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard,
		Post: workflow.Post{Begun: time.Now()}})
	if err != nil || ts != "7.7" || len(w.of("chat.postMessage")) != 0 || len(w.of("chat.update")) != 1 {
		t.Errorf("drawn at %s, %v", ts, err)
	}
	w.answers["conversations.history"] = `{"ok":false,"error":"missing_scope"}`
	if _, _, err := w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard,
		Post: workflow.Post{Begun: time.Now()}}); err != nil || len(w.of("chat.postMessage")) != 1 {
		t.Errorf("where it may not look it does not send: %v", err)
	}
	w.answers["conversations.history"] = `{"ok":false,"error":"ratelimited"}`
	_, _, err = w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard,
		Post: workflow.Post{Begun: time.Now()}})
	if _, busy := err.(workflow.Temporary); !busy || len(w.of("chat.postMessage")) != 1 {
		t.Errorf("while Slack is busy it sends again: %v", err)
	}
}

func TestSlacksRefusalsSayWhenToComeBackOrWhatToDo(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.answers["chat.postMessage"] = `{"ok":false,"error":"not_in_channel"}`
	_, _, err := w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard})
	if no, ok := err.(*workflow.ServiceError); !ok || !strings.Contains(no.Text, "/invite") {
		t.Errorf("got %v", err)
	}
	w.answers["chat.postMessage"] = `{"ok":false,"error":"ratelimited"}`
	if _, _, err = w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard}); err == nil {
		t.Error("no error")
	} else if _, ok := err.(workflow.Temporary); !ok {
		t.Errorf("got %T", err)
	}
}

// card is the approvers' message, as it is sent.
func (b *Bot) card(r *workflow.Request) (string, []slack.Block) {
	return b.message(workflow.Drawing{Request: r, Name: workflow.PostCard})
}
