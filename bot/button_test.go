package bot

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestSomebodySaysThatAnAppIsListed(t *testing.T) {
	w := newPfxWorld(t)
	r := w.made(t, "mail-backup", workflow.StateDone, nil)
	w.press("UBEA", actEWS, buttonValue(r))
	is, err := w.desk.Get(t.Context(), r.ID)
	if err != nil || !is.EWSListed() || is.EWS.By != "UBEA" {
		t.Errorf("%+v, %v", is.EWS, err)
	}
	view := ewsView(cloud.Public, r)
	b, _ := json.Marshal(view)
	for _, m := range slacktest.ValidateView(b, false) {
		t.Error(m)
	}
	if !strings.Contains(string(b), "Set-OrganizationConfig -EwsAllowedAppIDs") {
		t.Errorf("%s", b)
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

func TestAStoppedRetirementIsTriedAgainOrGivenUp(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "nightly backup", inUse(workflow.StateFailed))
	_, blocks := w.bot.card(r)
	b, _ := json.Marshal(blocks)
	for _, want := range []string{`"Retry"`, `"Give up"`, `"Details"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the card has no %s: %s", want, b)
		}
	}
	if strings.Contains(string(b), `"Undo"`) {
		t.Errorf("there is nothing to undo: %s", b)
	}
	w.press("UADA", actGiveUp, buttonValue(r))
	if r, _ = w.desk.Get(t.Context(), r.ID); r.State != workflow.StateCancelled ||
		!strings.Contains(outcomeText(r), "Nothing was deleted") {
		t.Errorf("it is %s: %s", r.State, outcomeText(r))
	}
	again := w.request(t, "payroll-2", "nightly backup", inUse(workflow.StateSignIn))
	if _, blocks := w.bot.say().signIn(again, &workflow.Prompt{Code: seal.New("ABCD1234E"),
		URL: "https://microsoft.com/devicelogin"}); !strings.Contains(asText(t, blocks), "by pressing Retry") {
		t.Errorf("the sign-in is for %s", asText(t, blocks))
	}
}
