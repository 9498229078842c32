package bot

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

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

func TestAStrangerIsRefusedACheckInPrivate(t *testing.T) {
	w := newServerWorld(t, "")
	r := w.connected(t, "payroll", workflow.StateDone)
	const onlyBea = "Only Bea, who asked for EA-1, and its owners"
	w.press("UADA", actCheck, buttonValue(r))
	if told := w.of("/response/1"); len(told) != 1 || !strings.Contains(told[0].Encode()+told[0].Get("json"), onlyBea) {
		t.Errorf("told %v of %v", told, w.calls)
	}
	got := w.bot.Dispatch(context.Background(), Envelope{CommandKind,
		commandForm(map[string][]string{"text": {"check " + r.ID}, "user_id": {"UADA"}, "team_id": {"T1"}})})
	if !strings.Contains(marshalled(t, got), onlyBea) {
		t.Errorf("answered %s", marshalled(t, got))
	}
}

func TestACheckOfAConnectionFits(t *testing.T) {
	r := &workflow.Request{ID: "EA-7", Plan: plan.Plan{AppName: wide(120), Backup: plan.Backup{Server: wide(100)}},
		Created: time.Unix(1, 0)}
	text, blocks := checkMessage(workflow.Checking{Request: r, Said: strings.Repeat("Connected to this. ", 2000)})
	if !inMessage.within(blocks, len(text)) {
		t.Errorf("%d bytes", size(blocks))
	}
}
