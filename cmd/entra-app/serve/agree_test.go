package serve

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

const vault = `name: vault
version: "1"
title: The vault
summary: An app that two people have to agree to.
audience: AzureADMyOrg
approvals: 2
redirectUris:
  - https://localhost
permissions:
  - resource: Microsoft Graph
    type: Application
    name: Group.Read.All
    why: Reads groups and their members.
credentials:
  - kind: secret
    lifetime: 4380h
    max: 4380h
nextSteps:
  - "Application ID: {appId}."
`

// takesTwo offers a product, vault, for which two people have to agree.
func (w *world) takesTwo() {
	w.t.Helper()
	w.cfg.Packs = w.t.TempDir()
	if err := os.WriteFile(filepath.Join(w.cfg.Packs, "vault.yaml"), []byte(vault), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func TestTwoPeopleApproveAndTheLastSignsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.takesTwo()
	if _, err := New(w.cfg, Options{HTTP: w.client}); err == nil || !strings.Contains(err.Error(), "vault") ||
		!strings.Contains(err.Error(), "1 approver") {
		t.Fatalf("one approver cannot give two approvals: %v", err)
	}
	w.cfg.Tenants[0].Approvers = append(w.cfg.Tenants[0].Approvers, workflow.Approver{Slack: "U0TOM00001", Entra: "tom@contoso.com"})
	w.start()
	if _, err := w.bea.Slash(context.Background(), team, "/entra-app request vault"); err != nil {
		t.Fatal(err)
	}
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	if errs, err := w.bea.Submit(context.Background(), w.bea.Views()[0].ID,
		map[string]any{"App name": "payroll-vault", "Reason": "the vault"}); err != nil || len(errs) > 0 {
		t.Fatal(errs, err)
	}
	card := w.sees(w.ada, in(approval), "It takes 2 approvals")
	w.press(w.tom, card, "Approve")
	card = w.sees(w.ada, in(approval), "1 of 2 approvals")
	if codes := w.entra.UserCodes(); len(codes) != 0 {
		t.Errorf("a code after the first of two approvals: %v", codes)
	}
	w.press(w.tom, card, "Approve")
	w.until("Tom is told that he approved already", func() bool {
		m, ok := newest(w.tom, approval, "You have approved")
		return ok && m.Ephemeral
	})
	card, _ = newest(w.ada, approval, "1 of 2 approvals")
	w.press(w.ada, card, "Approve")
	w.signsIn("ada@contoso.com")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	if n := len(w.made()); n != 1 {
		t.Errorf("%d apps", n)
	}
	if done := w.sees(w.ada, in(approval), "Done").Plain(); !strings.Contains(done, "approved by @Tom, @Ada") &&
		!strings.Contains(done, "approved by <@U0TOM00001>, <@U0ADA00001>") {
		t.Errorf("the card does not name both: %s", done)
	}
}
