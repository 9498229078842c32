package serve

import (
	"slices"
	"strings"
	"testing"
)

// offering is a manifest of an app that offers all that one can.
const offering = `{"displayName":"x","appId":"5f0d2c3e-4b1a-4c6d-9e8f-000000000001","signInAudience":"AzureADMyOrg",
	"identifierUris":["api://5f0d2c3e-4b1a-4c6d-9e8f-000000000001","api://5f0d2c3e-4b1a-4c6d-9e8f-000000000001/orders","https://orders.contoso.com"],
	"appRoles":[{"id":"5f0d2c3e-4b1a-4c6d-9e8f-000000000002","value":"Orders.Run","displayName":"Run orders","description":"Runs orders.","isEnabled":true,"allowedMemberTypes":["User","Application"]}],
	"optionalClaims":{"idToken":[{"name":"email","essential":true,"source":null,"additionalProperties":[]}],"accessToken":[],"saml2Token":[]},
	"api":{"requestedAccessTokenVersion":2,"oauth2PermissionScopes":[{"id":"5f0d2c3e-4b1a-4c6d-9e8f-000000000003","value":"orders:write","type":"User","isEnabled":true,
		"adminConsentDisplayName":"Change orders","adminConsentDescription":"Changes orders.","userConsentDisplayName":"Change your orders","userConsentDescription":"Changes your orders."}]},
	"requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"}]}]}`

// Issue 7: app roles, optional claims, identifier URIs and users' consent texts go from a
// manifest through the card into the tenant. Nothing of it is a loss, so it is sent at once.
func TestWhatAManifestOffersIsRegistered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.sends("custom", [][2]string{{"Credential", "none"}}, map[string]any{"App name": "orders", "Reason": "an API", "Manifest": offering})
	card := w.sees(w.ada, in(approval), "register the app orders?")
	for _, text := range []string{"Orders.Run (for people and apps)", "email in the idToken, essential", "api://{appId}/orders",
		"https://orders.contoso.com", "Users read: Change your orders – Changes your orders."} {
		if !strings.Contains(card.Plain(), text) {
			t.Errorf("the card does not say %q: %s", text, card.Plain())
		}
	}
	w.press(w.ada, card, "Approve")
	w.signsIn("ada@contoso.com")
	w.sees(w.ada, in(approval), "Done")
	apps := w.made()
	if len(apps) != 1 {
		t.Fatalf("%d apps", len(apps))
	}
	a := apps[0]
	own := "api://" + a.AppID
	if !slices.Equal(a.IdentifierURIs, []string{own, own + "/orders", "https://orders.contoso.com"}) ||
		!slices.Equal(a.AppRoles, []string{"Orders.Run: User, Application"}) ||
		!slices.Equal(a.OptionalClaims, []string{"idToken: email"}) || len(a.Exposed) != 1 || a.Exposed[0].Value != "orders:write" {
		t.Errorf("the tenant has %+v", a)
	}
}
