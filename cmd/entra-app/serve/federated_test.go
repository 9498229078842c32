package serve

import (
	"strings"
	"testing"
)

// An app has one trust, which the form asks for: nothing in it can be there twice.
func TestEveryRefusalOfAFederatedCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	view := w.life("request custom", "federated")
	right := func() map[string]any {
		return map[string]any{"App name": "payroll-deploy", "Reason": "deployments",
			"Permissions": []string{"graph:Application:User.Read.All"},
			"Issuer":      "https://token.actions.githubusercontent.com", "Subject": "repo:contoso/backup:environment:Production Europe",
			"Audience": "api://AzureADTokenExchange"}
	}
	const issuer = "begins with https://"
	for _, c := range []struct{ field, typed, says string }{
		{"Issuer", "http://token.actions.githubusercontent.com", issuer},
		{"Issuer", "token.actions.githubusercontent.com", issuer},
		{"Issuer", "https://", issuer},
		{"Issuer", "https:///contoso", issuer},
		{"Issuer", "https://:443", issuer},
		{"Issuer", "   ", issuer},
		{"Issuer", "https://token.actions .com", issuer},
		{"Issuer", "https://token.actions.com/a b", issuer},
		{"Issuer", "https://*.contoso.com", issuer},
		{"Issuer", "https://bea:secret@contoso.com", issuer},
		{"Issuer", "https://contoso.com/?tenant=1", issuer},
		{"Issuer", "https://contoso.com/#a", issuer},
		{"Issuer", "https://contoso.com/" + strings.Repeat("x", 590), "at most 600 characters"}, // Slack itself
		{"Issuer", "", "complete this required field"},
		{"Subject", "repo:contoso/backup:*", "Name one branch, tag or environment"},
		{"Subject", "*", "Name one branch, tag or environment"},
		{"Subject", " \u200b ", "can't be empty"},
		{"Subject", "", "complete this required field"},
		{"Subject", strings.Repeat("x", 601), "at most 600 characters"},
		{"Audience", strings.Repeat("x", 601), "at most 600 characters"},
	} {
		t.Run(c.field+" "+c.typed[:min(len(c.typed), 40)], func(t *testing.T) {
			fill := right()
			fill[c.field] = c.typed
			w.refused(view, fill, c.field, c.says)
		})
	}
	w.keptNothing()
	fill := right()
	fill["Audience"] = "  " // what is usual
	if errs, err := w.bea.Submit(t.Context(), view, fill); err != nil || len(errs) > 0 {
		t.Fatalf("corrected: %q, %v", errs, err)
	}
	card := w.sees(w.ada, in(approval), "EA-1").Plain()
	for _, text := range []string{"https://token.actions.githubusercontent.com", "repo:contoso/backup:environment:Production Europe",
		"api://AzureADTokenExchange"} {
		if !strings.Contains(card, text) {
			t.Errorf("the card does not say %q: %s", text, card)
		}
	}
}
