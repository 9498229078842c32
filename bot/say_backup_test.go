package bot

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// aServer is a backup server that can be named. Nobody talks to it here.
type aServer struct{ workflow.BackupServer }

func (aServer) Name() string { return "vb365-prod" }

// newServerWorld is a world with a backup server, and a page if publicURL is one.
func newServerWorld(t *testing.T, publicURL string) *world {
	t.Helper()
	w := newWorld(t)
	w.boots(t, workflow.DeskConfig{Backups: []workflow.BackupServer{aServer{}}, PublicURL: publicURL})
	return w
}

// connected is a request whose certificate goes to the server, as far as a state.
func (w *world) connected(t *testing.T, appName string, s workflow.State) *workflow.Request {
	t.Helper()
	r, err := w.desk.Submit(context.Background(), people.Person{ID: "UBEA", Name: "Bea", Email: "bea@contoso.com"}, form.Draft{
		Product: "vb365-backup", Workloads: []string{"exchange", "sharepoint"}, AppName: appName, Reason: "nightly", Team: "CTEAM",
		Credential: plan.CredentialMadeCertificate, Lifetime: 8760 * time.Hour, Backup: "vb365-prod"})
	if err != nil {
		t.Fatal(err)
	}
	r, err = w.kept.Update(context.Background(), r.ID, func(r *workflow.Request) error {
		inState(s)(r)
		if s == workflow.StatePending {
			return nil
		}
		connect := workflow.Step{Name: workflow.StepConnect, Tries: 1}
		r.Task, r.Handover = workflow.TaskProvision, workflow.Handover{}
		r.Made.Thumbprint = thumbprint
		switch s {
		case workflow.StateDone:
			r.Made.Connected = "contoso.onmicrosoft.com: Exchange, SharePoint"
			connect.Status, connect.Note, r.Failure = workflow.StepDone, r.Made.Connected, workflow.Failure{}
		case workflow.StateProvisioning:
			connect.Status, connect.Note, r.Failure = workflow.StepWaiting, "waiting for vb365-prod", workflow.Failure{}
		case workflow.StateFailed:
			connect.Status = workflow.StepFailed
			r.Failure.Text = "“Connect the backup server” failed: vb365-prod refused to add the organization. It says: “Wrong license” " +
				"8 of 9 steps are done. An approver can press Retry to continue, or Undo to delete what was made."
		}
		r.Steps = []workflow.Step{{Name: workflow.StepCertificate, Status: workflow.StepDone, Note: "thumbprint " + thumbprint},
			{Name: workflow.StepProof, Status: workflow.StepDone}, connect}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheMessagesOfAHandOffAreWhatSlackTakes(t *testing.T) {
	w := newServerWorld(t, "https://bot.contoso.com")
	w.bot.now = atBlocked // they say what becomes of Exchange Web Services
	for s, pressable := range map[workflow.State][]string{
		workflow.StatePending: nil, workflow.StateProvisioning: nil, workflow.StateFailed: {"card " + actHandOver},
		workflow.StateDone: {"outcome:1 " + actCheck},
	} {
		r := w.connected(t, "payroll-"+string(s), s)
		r.ID = "EA-7"
		for post, blocks := range w.drawn(r) {
			got, _ := json.MarshalIndent(blocks, "", "  ")
			for _, m := range slacktest.ValidateMessage(got) {
				t.Errorf("%s %s: %s", s, post, m)
			}
			if post == workflow.PostCard || post == "outcome:1" {
				golden(t, "backup-"+string(s)+"-"+strings.TrimSuffix(string(post), ":1")+".json", got)
			}
			if strings.Contains(string(got), `"`+actReveal+`"`) {
				t.Errorf("%s %s has something to open", s, post)
			}
			for _, action := range []string{actHandOver, actCheck} {
				there := strings.Contains(string(got), `"action_id": "`+action+`"`)
				if want := strings.Contains(strings.Join(pressable, ","), string(post)+" "+action); there != want {
					t.Errorf("%s %s: the button %s is there: %v", s, post, action, there)
				}
			}
		}
	}
}

func marshalled(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func indented(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slacktest.ValidateMessage(b) {
		t.Error(m)
	}
	return string(b)
}
