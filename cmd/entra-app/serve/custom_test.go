package serve

import (
	"slices"
	"strings"
	"testing"
)

func TestWhoCanSignInToACustomAppIsChosenAndChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.sends("custom", [][2]string{{"Credential", "none"}}, map[string]any{"App name": "shell", "Reason": "a command line",
		"Permissions":                   []string{"graph:Delegated:User.Read"},
		"Redirect URIs (public client)": "msauth://com.contoso.shell/x", "Who can sign in": "AzureADMultipleOrgs",
		"Public client flows": "allowed"})
	card := w.sees(w.ada, in(approval), "register the app shell?").Plain()
	for _, text := range []string{"people of any Microsoft Entra tenant", "Public client flows: allowed", "msauth://com.contoso.shell/x"} {
		if !strings.Contains(card, text) {
			t.Errorf("the card does not say %q: %s", text, card)
		}
	}
	w.approves("register the app shell", "Approve")
	w.sees(w.ada, in(approval), "EA-1: shell · Done")
	if a := w.made()[0]; a.SignInAudience != "AzureADMultipleOrgs" || !a.PublicClientFlows ||
		!slices.Equal(a.PublicClient, []string{"msauth://com.contoso.shell/x"}) {
		t.Errorf("the app is %+v", a)
	}

	w.types("update shell", map[string]any{"Reason": "only us", "Who can sign in": "AzureADMyOrg", "Public client flows": "off"})
	card = w.sees(w.ada, in(approval), "update the app shell?").Plain()
	for _, text := range []string{"removed: setting public client flows", "added: setting who can sign in: AzureADMyOrg"} {
		if !strings.Contains(card, text) {
			t.Errorf("the card does not say %q: %s", text, card)
		}
	}
	w.approves("update the app shell?", "Approve")
	w.sees(w.ada, in(approval), "EA-2: shell · Done")
	if a := w.made()[0]; a.SignInAudience != "AzureADMyOrg" || a.PublicClientFlows || len(a.PublicClient) != 1 {
		t.Errorf("the app is %+v", a)
	}
}
