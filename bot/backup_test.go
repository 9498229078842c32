package bot

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// aServer is a backup server that can be named. Nobody talks to it here.
type aServer struct{ workflow.BackupServer }

func (aServer) Name() string { return "vb365-prod" }

// newServerWorld is a world with a backup server, and a page if publicURL is one.
func newServerWorld(t *testing.T, publicURL string) *world {
	t.Helper()
	w := newWorld(t)
	products, err := pack.All()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.desk = workflow.NewDesk(workflow.DeskConfig{Store: w.kept, Products: products, Policy: workflow.DefaultPolicy, Key: w.key, Log: log,
		Tenants: w.desk.Tenants(),
		Backups: []workflow.BackupServer{aServer{}}, PublicURL: publicURL})
	w.bot, err = New(Config{Desk: w.desk, BotToken: seal.New("xoxb-SECRET-TOKEN"),
		SigningSecret: seal.New(signingSecret), APIURL: w.url + "/api", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bot.Check(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.bot.Wait)
	return w
}

// connected is a request whose certificate goes to the server, as far as a state.
func (w *world) connected(t *testing.T, appName string, s workflow.State) *workflow.Request {
	t.Helper()
	r, err := w.desk.Submit(context.Background(), people.Person{ID: "UBEA", Name: "Bea", Email: "bea@contoso.com"}, workflow.Draft{
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
				"8 of 9 steps are done. An approver can press Retry to go on, or Undo to delete what was made."
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

func TestWithoutAPageNothingIsHandedOverInstead(t *testing.T) {
	w := newServerWorld(t, "")
	r := w.connected(t, "payroll", workflow.StateFailed)
	_, blocks := w.bot.card(r)
	if b, _ := json.Marshal(blocks); strings.Contains(string(b), actHandOver) {
		t.Errorf("the card is %s", b)
	}
}

func TestTheFormAsksWhereTheCredentialGoes(t *testing.T) {
	w := newServerWorld(t, "")
	p, _ := w.desk.Product("vb365-backup")
	for name, c := range map[string]struct {
		chosen    workflow.Choice
		has, lack []string
	}{
		"hand-over": {p.Choice(), []string{`"Backup server"`, "Hand it over to me", "vb365-prod", "Certificate file"},
			[]string{"made here"}},
		"server": {workflow.Choice{Workloads: []string{"exchange"}, Credential: plan.CredentialMadeCertificate, Backup: "vb365-prod"},
			[]string{"Certificate made here (vb365-prod gets it)", "Lifetime", "on a server"}, []string{"Certificate file"}},
	} {
		v, _ := json.MarshalIndent(w.bot.form(p, c.chosen, meta{Channel: "CTEAM"}), "", "  ")
		for _, m := range slacktest.ValidateView(v, false) {
			t.Errorf("%s: %s", name, m)
		}
		for _, text := range c.has {
			if !strings.Contains(string(v), text) {
				t.Errorf("%s: the form has no %s", name, text)
			}
		}
		for _, text := range c.lack {
			if strings.Contains(string(v), text) {
				t.Errorf("%s: the form has %s", name, text)
			}
		}
		golden(t, "backup-form-"+name+".json", v)
	}
	if p, _ := w.desk.Product("vbo365"); strings.Contains(marshalled(t, w.bot.form(p, p.Choice(), meta{})), "Backup server") {
		t.Error("a product that no server takes is asked for one")
	}
	r := w.connected(t, "payroll", workflow.StateDone)
	if life := marshalled(t, w.bot.lifeForm(workflow.KindRenew, r, asItIs(r))); !strings.Contains(life, `"b\":\"vb365-prod\"`) ||
		!strings.Contains(life, "made here") || strings.Contains(life, "Certificate file") {
		t.Errorf("the renewal's form is %s", life)
	}
}

func TestTheFormAsksWhetherAServerGetsItsAccountInAzure(t *testing.T) {
	w := newServerWorld(t, "")
	p, _ := w.desk.Product("vb365-archiver")
	for kind, has := range map[plan.CredentialKind]string{plan.CredentialMadeCertificate: "Certificate made here (vb365-prod " +
		"gets it)", plan.CredentialSecret: "Client secret (vb365-prod gets it)"} {
		v := w.bot.form(p, workflow.Choice{Workloads: []string{"builtin"}, Credential: kind, Backup: "vb365-prod"}, meta{Channel: "CTEAM"})
		b, _ := json.Marshal(v)
		for _, m := range slacktest.ValidateView(b, false) {
			t.Errorf("%s: %s", kind, m)
		}
		if text := string(b); !strings.Contains(text, has) || strings.Contains(text, "you have the private key") {
			t.Errorf("%s: the form is %s", kind, text)
		}
	}
	r := w.connected(t, "payroll", workflow.StatePending)
	r.Plan.Backup.Services, r.Plan.Credential.Kind = []string{plan.AzureService}, plan.CredentialSecret
	_, card := w.bot.card(r)
	if text := marshalled(t, card); !strings.Contains(text, " the app as its Azure service account for ") ||
		!strings.Contains(text, "it goes to the backup server and is then shredded here") {
		t.Errorf("the card is %s", text)
	}
	r = w.connected(t, "other", workflow.StateDone)
	r.Plan.Backup.Services, r.Made.Connected = []string{plan.AzureService}, "Azure service account other"
	for post, blocks := range w.drawn(r) {
		if text := marshalled(t, blocks); strings.Contains(text, actCheck) {
			t.Errorf("%s has a check of what a person reaches: %s", post, text)
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

func TestAServerIsReadOutOfTheForm(t *testing.T) {
	w := newServerWorld(t, "")
	choose := func(s string) map[string]any {
		return map[string]any{"value": map[string]any{"type": "static_select", "selected_option": map[string]any{"value": s}}}
	}
	values := filled("payroll-backup")
	delete(values, "Credential")
	delete(values, "Lifetime")
	values["Product"], values["Backup server of vb365-backup"] = choose("vb365-backup"), choose("vb365-prod")
	values["Workloads of vb365-backup"] = map[string]any{"value": map[string]any{"type": "checkboxes",
		"selected_options": []any{map[string]any{"value": "teams"}}}}
	values["Credential of vb365-backup on a server"], values["Lifetime of vb365-backup made here"] = choose("made-certificate"),
		choose("8760h0m0s")
	if got := w.submission(formView, `{"p":"vb365-backup","k":"certificate"}`, "V1", values); got == nil ||
		!strings.Contains(marshalled(t, got), `"response_action":"update"`) {
		t.Errorf("a form that was not redrawn for the server was answered %v", got)
	}
	if got := w.submission(formView, `{"p":"vb365-backup","k":"made-certificate","b":"vb365-prod"}`, "V2", values); got != nil {
		t.Fatalf("answered %s", marshalled(t, got))
	}
	found, _ := w.desk.List(context.Background(), workflow.Query{})
	if len(found) != 1 || found[0].Plan.Backup.Server != "vb365-prod" || found[0].Plan.Backup.Titles() != "Teams" ||
		found[0].Plan.Credential.Kind != plan.CredentialMadeCertificate {
		t.Errorf("it became %+v", found)
	}
}

func TestACheckIsShownToWhoAskedAndToNobodyElse(t *testing.T) {
	w := newServerWorld(t, "")
	r := w.connected(t, "payroll", workflow.StateDone)
	r.ID = "EA-7"
	c := workflow.Checking{Request: r, To: people.Person{ID: "UZOE", Name: "Zoe"},
		Prompt: &workflow.Prompt{Code: seal.New("ABCD1234E"), URL: "https://microsoft.com/devicelogin", Expires: r.Created}}
	channel, ts, err := w.bot.Tell(t.Context(), c)
	if err != nil || channel != "DUZOE" || ts == "" {
		t.Fatalf("sent to %s at %s: %v", channel, ts, err)
	}
	if sent := w.of("chat.postMessage"); len(sent) != 1 || strings.Contains(sent[0].Get("text"), "ABCD") ||
		!strings.Contains(sent[0].Get("blocks"), "ABCD1234E") {
		t.Errorf("sent %v", sent)
	}
	_, blocks := checkMessage(c)
	golden(t, "backup-check-code.json", []byte(indented(t, blocks)))
	c.Prompt, c.Said, c.Channel, c.TS = nil, "Connected: contoso.onmicrosoft.com, Exchange, SharePoint", channel, ts
	if _, _, err := w.bot.Tell(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if changed := w.of("chat.update"); len(changed) != 1 || strings.Contains(changed[0].Get("blocks"), "ABCD") ||
		!strings.Contains(changed[0].Get("blocks"), c.Said) {
		t.Errorf("changed %v", changed)
	}
	_, blocks = checkMessage(c)
	golden(t, "backup-check-said.json", []byte(indented(t, blocks)))
	if strings.Contains(w.log.String(), "ABCD1234E") {
		t.Error("the log has the code")
	}
	c = workflow.Checking{Request: r, Servers: "vb365-prod, vb365-test", Unsure: "vb365-test", OwnApp: true,
		Prompt: &workflow.Prompt{Code: seal.New("ABCD1234E"), URL: "https://microsoft.com/devicelogin", Expires: r.Created}}
	_, blocks = checkMessage(c)
	golden(t, "backup-check-several.json", []byte(indented(t, blocks)))
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

func TestAStrangerIsRefusedACheckInPrivate(t *testing.T) {
	w := newServerWorld(t, "")
	r := w.connected(t, "payroll", workflow.StateDone)
	w.press("UADA", actCheck, buttonValue(r))
	if told := w.of("/response/1"); len(told) != 1 || !strings.Contains(told[0].Encode()+told[0].Get("json"), "Only Bea") {
		t.Errorf("told %v of %v", told, w.calls)
	}
	got := w.bot.Dispatch(context.Background(), Envelope{CommandKind,
		commandForm(map[string][]string{"text": {"check " + r.ID}, "user_id": {"UADA"}, "team_id": {"T1"}})})
	if !strings.Contains(marshalled(t, got), "Only Bea") {
		t.Errorf("answered %s", marshalled(t, got))
	}
}
