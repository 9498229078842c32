package bot

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

func (w *world) says(text string) string { return w.saysTo("UBEA", text) }

// saysTo is what a person is answered to a command.
func (w *world) saysTo(user, text string) string {
	reply := w.bot.Dispatch(context.Background(), Envelope{CommandKind, commandForm(map[string][]string{
		"text": {text}, "user_id": {user}, "team_id": {"T1"}, "channel_id": {"CTEAM"}, "trigger_id": {"1.2.3"}})})
	b, _ := json.Marshal(reply)
	return string(b)
}

func TestCommandsAsPeopleTypeThem(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll-backup", "x", nil)
	for typed, want := range map[string]string{
		"":                       "What /entra-app can do",
		"help":                   "What /entra-app can do",
		"stauts":                 "Did you mean “status”?",
		"requst vbo365":          "Did you mean “request”?",
		"request vbo36":          "Did you mean “vbo365”?",
		"audit EA-1":             "later version",
		"renew payroll":          "No app called payroll was registered or adopted here",
		"retire":                 "Which app?",
		"apps":                   "no app from here yet",
		"  STATUS   ea-1 ":       "payroll-backup",
		"status 1":               "payroll-backup",
		"status EA-99":           "There is no EA-99",
		"status “payroll”":       "payroll-backup",
		"status ROLL":            "payroll-backup",
		"status <@UBEA|bea>":     "payroll-backup",
		"status <#CTEAM|team>":   "payroll-backup",
		"status <#C999|>":        "No request matches",
		"status pending":         "payroll-backup",
		"status all":             "payroll-backup",
		"status":                 "1 request, newest first.",
		"status nothing of that": "No request matches",
		"cancel":                 "Which request?",
		"cancel EA-99":           "There is no EA-99",
		"cancel " + r.ID:         "is cancelled",
	} {
		if typed == "cancel "+r.ID {
			continue // last, below
		}
		if got := w.says(typed); !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %q", typed, got, want)
		}
	}
	if got := w.says("cancel " + r.ID); !strings.Contains(got, "is cancelled") {
		t.Errorf("cancel: %s", got)
	}
	if got := w.says("request"); got != "null" {
		t.Errorf("request is acknowledged with %s", got)
	}
	w.bot.Wait()
	if n := len(w.of("views.open")); n != 1 {
		t.Errorf("%d views were opened", n)
	}
}

func TestStatusComesInPages(t *testing.T) {
	w := newWorld(t)
	for i := range 2*pageSize + 1 {
		w.request(t, "app-"+string(rune('a'+i)), "x", nil)
	}
	page := w.bot.page(context.Background(), listing{Requester: "UBEA"})
	seen := 0
	for pages := 0; ; pages++ {
		var older *slack.ButtonBlockElement
		for _, b := range page.Blocks.BlockSet {
			if a, ok := b.(*slack.ActionBlock); ok {
				for _, e := range a.Elements.ElementSet {
					if btn := e.(*slack.ButtonBlockElement); btn.ActionID == "page:older" {
						older = btn
					}
				}
			}
			if _, ok := b.(*slack.RichTextBlock); ok {
				seen++
			}
		}
		if older == nil {
			break
		}
		var l listing
		json.Unmarshal([]byte(older.Value), &l)
		page = w.bot.page(context.Background(), l)
	}
	if seen != 2*pageSize+1 {
		t.Errorf("%d rows on all pages", seen)
	}
}

func TestAFormIsCommittedBeforeItIsAcknowledgedAndOnlyOnce(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		if reply := w.submission(formView, `{"p":"vbo365"}`, "V1", filled("payroll")); reply != nil {
			t.Errorf("answered %v", reply)
		}
	}
	all, _ := w.desk.List(context.Background(), workflow.Query{})
	if len(all) != 1 || all[0].Plan.AppName != "payroll" || len(all[0].Plan.RedirectURIs) != 1 ||
		all[0].Requester.Email != "bea@contoso.com" {
		t.Errorf("kept %+v", all)
	}
}

func TestMistakesComeBackUnderTheirFields(t *testing.T) {
	w := newWorld(t)
	bad := filled("")
	bad["Redirect URIs of vbo365"] = map[string]any{"value": map[string]any{"value": "http://example.com"}}
	reply, _ := w.submission(formView, `{"p":"vbo365"}`, "V1", bad).(*slack.ViewSubmissionResponse)
	if reply == nil || reply.Errors["App name"] == "" || reply.Errors["Redirect URIs of vbo365"] == "" {
		t.Errorf("answered %+v", reply)
	}
	for block := range reply.Errors {
		if _, ok := bad[block]; !ok {
			t.Errorf("%s is not in the view", block)
		}
	}
}

func TestGuestsStrangersAndUnknownPeopleAreRefused(t *testing.T) {
	for name, user := range map[string]string{
		"a guest":            `{"ok":true,"user":{"id":"UBEA","team_id":"T1","is_restricted":true}}`,
		"a deactivated one":  `{"ok":true,"user":{"id":"UBEA","team_id":"T1","deleted":true}}`,
		"a stranger":         `{"ok":true,"user":{"id":"UBEA","team_id":"T2"}}`,
		"nobody Slack knows": `{"ok":false,"error":"user_not_found"}`,
	} {
		w := newWorld(t)
		w.answers["users.info"] = user
		if reply := w.submission(formView, `{"p":"vbo365"}`, "V1", filled("payroll")); reply == nil {
			t.Errorf("%s may ask", name)
		}
		if all, _ := w.desk.List(context.Background(), workflow.Query{}); len(all) != 0 {
			t.Errorf("%s asked for %v", name, all)
		}
	}
}

func TestAnApproverApprovesAndOthersAreToldPrivately(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.press("UTOM", actApprove, buttonValue(r))
	if got, _ := w.desk.Get(context.Background(), r.ID); got.State != workflow.StatePending {
		t.Fatalf("after a stranger's press it is %s", got.State)
	}
	if n := len(w.of("chat.postMessage")); n != 0 {
		t.Errorf("%d messages were sent for everybody to see", n)
	}
	r, _ = w.desk.Get(context.Background(), r.ID)
	w.press("UADA", actApprove, buttonValue(r))
	if got, _ := w.desk.Get(context.Background(), r.ID); got.State != workflow.StateSignIn {
		t.Errorf("after Ada's press it is %s", got.State)
	}
}

func TestADenialAsksForAReason(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.press("UADA", actDeny, buttonValue(r))
	if len(w.of("views.open")) != 1 {
		t.Fatal("no view was opened")
	}
	if reply := w.submission(denyView, r.ID, "V2", reasonState("too much")); reply == nil {
		t.Error("Bea, who is no approver, denied it")
	}
}

// ready is a request whose secret waits to be opened.
func (w *world) ready(t *testing.T) *workflow.Request {
	return w.request(t, "payroll", "x", func(r *workflow.Request) {
		inState(workflow.StateReady)(r)
		r.Entered = time.Now()
		r.Handover = workflow.Handover{Status: workflow.HandoverKept, Sealed: w.key.Seal(r.ID, seal.New("hunter2"))}
	})
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

func TestPayloadsWithThingsWeDoNotKnowAreAnswered(t *testing.T) {
	w := newWorld(t)
	for _, payload := range []string{
		`{"type":"view_submission","user":{"id":"UBEA"},"view":{"id":"V1","callback_id":"request","state":{"values":[]}}}`,
		`{"type":"view_submission","user":{"id":"UBEA"},"view":{"id":"V1","callback_id":"request","state":{"values":{"Product":{"value":{"type":"hologram","value":{"x":1}}}}}}}`,
		`{"type":"block_actions","actions":[{"type":"hologram","action_id":"x","value":"EA-1 1"}],"user":{"id":"UBEA"},"new":{"field":1}}`,
		`{"type":"of-tomorrow"}`, `{}`, `[]`, `null`, ``, `{"type":"block_actions"}`,
	} {
		w.bot.Dispatch(context.Background(), Envelope{InteractionKind, []byte(payload)})
	}
	w.bot.Wait()
	if strings.Contains(w.log.String(), "panic") {
		t.Error(w.log.String())
	}
}

func FuzzInteraction(f *testing.F) {
	f.Add([]byte(`{"type":"view_submission","view":{"callback_id":"request","state":{"values":{"a":{"b":{"value":"x"}}}}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var i interaction
		json.Unmarshal(b, &i)
		i.channel()
		i.View.State.conversation("Team")
	})
}

func TestQuotesAroundANameAreNoPartOfIt(t *testing.T) {
	for text, want := range map[string][2]string{
		"renew “payroll backup”": {"renew", "payroll backup"},
		`status a "q" b`:         {"status", `a "q" b`},
		`"status"`:               {"status", ""},
		"„retire old app“":       {"retire", "old app"},
		`renew "`:                {"renew", `"`},
		"Help":                   {"help", ""},
		// services.md section 5: names hold double and trailing spaces, and joiners.
		"update two  spaces":         {"update", "two  spaces"},
		"update “at the end ”":       {"update", "at the end "},
		"update\u00a0نرم\u200cافزار": {"update", "نرم\u200cافزار"},
	} {
		if verb, rest := split(text); verb != want[0] || rest != want[1] {
			t.Errorf("%s is %q and %q", text, verb, rest)
		}
	}
}

func FuzzCommand(f *testing.F) {
	f.Add("status <@U1|bea>")
	f.Add("request “vbo365”")
	f.Fuzz(func(t *testing.T, s string) {
		verb, rest := split(s)
		requestID(rest)
		ask(rest, command{UserID: "U1"})
		if len(didYouMean(verb, []string{"request", "status"})) > 60 {
			t.Error("a long guess")
		}
	})
}
