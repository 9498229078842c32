package serve

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/policy"
)

// asksFor fills in the form of a custom app with these permissions.
func (w *world) asksFor(appName string, permissions ...string) {
	w.t.Helper()
	view := w.life("request custom", "secret")
	errs, err := w.bea.Submit(w.t.Context(), view, map[string]any{"App name": appName, "Reason": "deployments",
		"Permissions": permissions})
	if err != nil || len(errs) > 0 {
		w.t.Fatal(errs, err)
	}
}

const takesOver = "graph:Application:RoleManagement.ReadWrite.Directory"

func TestACriticalAppTakesTwoApprovalsWhereThePolicySaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Policy.Rules = &policy.Rules{Approvals: policy.ByTier[int]{catalog.Critical: 2}}
	if _, err := New(w.cfg, Options{HTTP: w.client}); err == nil ||
		!strings.Contains(err.Error(), "approvals of an app of critical risk, and the tenant contoso has 1 approver") {
		t.Fatalf("one approver cannot give two approvals: %v", err)
	}
	w.cfg.Tenants[0].Approvers = append(w.cfg.Tenants[0].Approvers, workflow.Approver{Slack: "U0TOM00001", Entra: "tom@contoso.com"})
	w.start()
	if strings.Contains(w.log.String(), "two are recommended") {
		t.Error("the start recommends what is configured")
	}
	w.asksFor("takes-over", takesOver)
	card := w.sees(w.ada, in(approval), "It takes 2 approvals")
	w.press(w.tom, card, "Approve")
	card = w.sees(w.ada, in(approval), "1 of 2 approvals")
	if codes := w.entra.UserCodes(); len(codes) != 0 {
		t.Errorf("a code after the first of two approvals: %v", codes)
	}
	w.press(w.ada, card, "Approve")
	w.signsIn("ada@contoso.com")
	w.sees(w.bea, w.bea.DM, "The secret can be opened")
}

func TestTheCardOfACriticalAppRecommendsTwoApprovals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	if !strings.Contains(w.log.String(), "two are recommended: set policy.approvals to {critical: 2}") {
		t.Errorf("the start does not recommend two approvals:\n%s", w.log)
	}
	w.asksFor("reads", "graph:Application:User.Read.All")
	if card := w.sees(w.ada, in(approval), "EA-1").Plain(); strings.Contains(card, "Two approvals are recommended") {
		t.Errorf("for an app that only reads: %s", card)
	}
	w.asksFor("takes-over", takesOver)
	if card := w.sees(w.ada, in(approval), "EA-2").Plain(); !strings.Contains(card, "Two approvals are recommended") {
		t.Errorf("the card does not recommend two approvals: %s", card)
	}
}
