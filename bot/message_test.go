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
	"github.com/entra-app/entra-app/workflow/people"
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
		text, blocks := w.bot.say().message(d)
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

// card is the approvers' message, as it is sent.
func (b *Bot) card(r *workflow.Request) (string, []slack.Block) {
	return b.say().message(workflow.Drawing{Request: r, Name: workflow.PostCard})
}
