package serve

import (
	"slices"
	"strings"
	"testing"
)

func TestTheAddressOfASinglePageAppIsChangedWhereItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	manifest :=
		`{"displayName":"x","signInAudience":"AzureADMyOrg","spa":{"redirectUris":["https://spa.contoso.com"]},"publicClient":{"redirectUris":["ms-appx-web://microsoft.aad.brokerplugin/x"]},` +
			`"requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"}]}]}`
	w.sends("custom", [][2]string{{"Credential", "none"}}, map[string]any{"App name": "spa", "Reason": "shows slips", "Manifest": manifest})
	w.approves("register the app spa", "Approve")
	w.sees(w.ada, in(approval), "EA-1: spa · Done")
	w.types("update spa", map[string]any{"Reason": "moved", "Redirect URIs (single-page app)": "https://spa2.contoso.com"})
	card := w.sees(w.ada, in(approval), "update the app spa?").Plain()
	for _, text := range []string{"added: redirect URI https://spa2.contoso.com (spa)",
		"removed: redirect URI https://spa.contoso.com (spa)"} {
		if !strings.Contains(card, text) {
			t.Errorf("the card does not say %q: %s", text, card)
		}
	}
	w.approves("update the app spa?", "Approve")
	w.sees(w.ada, in(approval), "EA-2: spa · Done")
	if a := w.made()[0]; !slices.Equal(a.SPA, []string{"https://spa2.contoso.com"}) || len(a.Web) != 0 || len(a.PublicClient) != 1 {
		t.Errorf("the app has %+v", a)
	}
}
