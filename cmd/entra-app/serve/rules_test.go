package serve

import (
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/policy"
)

func deployment(subject string) map[string]any {
	return map[string]any{"App name": "payroll-deploy", "Reason": "deployments",
		"Permissions": []string{"graph:Application:User.Read.All"},
		"Issuer":      "https://token.actions.githubusercontent.com", "Subject": subject}
}

func TestAGitHubOrganizationThatNobodyListedIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Policy.Rules = &policy.Rules{List: []policy.Rule{{Name: "ours", Line: 30, Federated: []policy.Issuer{
		{Issuer: "https://token.actions.githubusercontent.com", Subjects: []string{"repo:contoso/*", "repo:contoso@1234/*"}}}}}}
	w.start()
	view := w.life("request custom", "federated")
	for _, subject := range []string{"repo:evil/backup:ref:refs/heads/main", "repo:contoso-evil/backup:ref:refs/heads/main",
		"repo:contoso@9999/backup@1:ref:refs/heads/main"} {
		w.refused(view, deployment(subject), "Subject", "is not on the list of those that apps may trust in contoso")
	}
	other := deployment("repo:contoso/backup:ref:refs/heads/main")
	other["Issuer"] = "https://gitlab.com"
	w.refused(view, other, "Issuer", "is not on any list")
	w.keptNothing()
	errs, err := w.bea.Submit(t.Context(), view, deployment("repo:contoso@1234/backup@5678:ref:refs/heads/main"))
	if err != nil || len(errs) > 0 {
		t.Fatalf("an organization that is listed: %q, %v", errs, err)
	}
	if card := w.sees(w.ada, in(approval), "EA-1").Plain(); strings.Contains(card, "has no list") {
		t.Errorf("the card says that there is no list: %s", card)
	}
}

func TestWithoutAListTheCardSaysThatNobodyElseLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	view := w.life("request custom", "federated")
	if errs, err := w.bea.Submit(t.Context(), view, deployment("repo:evil/backup:ref:refs/heads/main")); err != nil || len(errs) > 0 {
		t.Fatalf("%q, %v", errs, err)
	}
	card := w.sees(w.ada, in(approval), "EA-1").Plain()
	if !strings.Contains(card, "has no list of the issuers and subjects that apps may trust") {
		t.Errorf("the card is silent: %s", card)
	}
	if !strings.Contains(w.log.String(), "no rule lists whose tokens apps may trust") {
		t.Errorf("the start is silent:\n%s", w.log)
	}
}

func TestTheRulesAreHeededFromTheFormToTheSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asksFor("takes-over", takesOver)
	card := w.sees(w.ada, in(approval), "EA-1")
	w.stop()
	never, err := policy.ParsePermission("application RoleManagement.*")
	if err != nil {
		t.Fatal(err)
	}
	w.cfg.Policy.Rules = &policy.Rules{List: []policy.Rule{
		{Name: "no takeover", Line: 40, Forbid: policy.Forbidden{Permissions: []policy.PermissionPattern{never}}},
		{Name: "short", Line: 41, SecretMax: policy.ByTier[time.Duration]{catalog.Medium: 24 * time.Hour}},
	}}
	w.start()
	w.press(w.ada, card, "Approve")
	w.sees(w.ada, in(approval), "No app may have the application permission RoleManagement.ReadWrite.Directory")
	if codes := w.entra.UserCodes(); len(codes) != 0 {
		t.Errorf("a code for what is forbidden: %v", codes)
	}
	view := w.life("request custom", "secret")
	fill := map[string]any{"App name": "again", "Reason": "deployments", "Permissions": []string{takesOver}}
	errs, err := w.bea.Submit(t.Context(), view, fill)
	if err != nil || !strings.Contains(errs["Permissions"], "the rule “no takeover”, line 40 of the configuration") ||
		!strings.Contains(errs["Lifetime of custom"], "at most 24 hours") {
		t.Fatalf("not all is said at once: %q, %v", errs, err)
	}
	fill["Permissions"], fill["Lifetime"] = []string{"graph:Application:User.Read.All"}, "24h0m0s"
	if errs, err := w.bea.Submit(t.Context(), view, fill); err != nil || len(errs) > 0 {
		t.Fatalf("what is allowed: %q, %v", errs, err)
	}
	w.sees(w.ada, in(approval), "EA-2")
}

func TestOnlyThoseOnTheListAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Policy.Rules = &policy.Rules{List: []policy.Rule{{MayAsk: []string{"U0TOM00001"}, Packs: []string{"vbo365"}, Line: 9}}}
	w.start()
	view := w.life("request vbo365", "")
	fill := map[string]any{"App name": "payroll", "Reason": "nightly backup"}
	w.refused(view, fill, "Product", "Bea is not on the list of those who may ask for vbo365 in contoso: the rule on line 9")
	w.keptNothing()
}

func TestWhoHasTooManyRequestsIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Policy.Rules = &policy.Rules{Limits: policy.Limits{Open: 1}}
	w.start()
	w.asks("payroll-backup")
	w.sees(w.ada, in(approval), "register the app payroll-backup?")
	w.stop()
	w.start() // which forgets nothing
	view := w.life("request vbo365", "")
	w.refused(view, map[string]any{"App name": "another", "Reason": "nightly backup"}, "Product",
		"allows one person 1 request at a time, and you have 1", "/entra-app status lists them")
}
