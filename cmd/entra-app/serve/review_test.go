package serve

import (
	"os"
	"strings"
	"testing"
)

// The files of cases/manifests and cases/scopes, through the form: what the requester is
// told before anything is sent, what the form asks, and what the approver's card then says.
func TestManifestsOfPeopleThroughTheForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		told    []string       // in the form, before anything is sent; nil is sent at once
		answer  map[string]any // with the second try
		card    []string       // nil is refused
		refused []string       // under the field of the file
	}{
		{name: "01-naa-broker-spa", card: []string{"brk-multihub://addin.contoso.com", "User.Read"}},
		{name: "02-oob-public-client", card: []string{"urn:ietf:wg:oauth:2.0:oob", "nativeclient"}},
		{name: "04-powershell-pascal", card: []string{"Mail.Read", "small first letter"}},
		{name: "06-nbsp-indent", card: []string{"User.Read", "unusual spaces were read as usual ones"}},
		{name: "07-curly-quotes", told: []string{"curly or single quotes were read as straight ones", "asks for no permission"},
			answer: map[string]any{"Permissions": []string{"graph:Delegated:User.Read"}}, card: []string{"User.Read"}},
		{name: "08-comments", card: []string{"User.Read", "comments were left out"}},
		{name: "12-readable-names", told: []string{"id: it is the placeholder ${{AAD_APP_OBJECT_ID}}",
			"appId: it is the placeholder ${{AAD_APP_CLIENT_ID}}"}, card: []string{"User.Read", "https://tab.contoso.com/auth-end.html"}},
		{name: "13-aad-graph-old",
			told: []string{"it is User.Read of Azure AD Graph, which is retired; Microsoft Graph's User.Read replaces it",
				"Instead of Azure AD Graph"},
			answer: map[string]any{"Instead of Azure AD Graph": []string{"graph:Delegated:User.Read"}},
			card:   []string{"User.Read", "urn:ietf:wg:oauth:2.0:oob"}},
		{name: "15-sharepoint-and-keyvault", refused: []string{"None of the permissions",
			"cfa8b339-82a2-471a-a3c9-0fc0be7a4093 (Azure Key Vault)", "797f4846-ba00-4fd7-ba43-dac1f8f63013 (Azure Service Management)"}},
		{name: "a-user-texts-only", told: []string{"a text that admins read", "orders.read, users: Read your orders"},
			answer: map[string]any{"Exposed scopes": "orders.read, users: Read orders"},
			card:   []string{"orders.read", "Read orders", "Read your orders – Reads your orders."}},
		{name: "b-title-150", refused: []string{"orders.read", "150 characters; at most 100"}},
		{name: "c-description-1200", refused: []string{"orders.read", "characters; at most 850"}},
		{name: "d-name-with-space", refused: []string{"orders read", "no spaces"}},
		{name: "i-two-same-fold", refused: []string{"orders.read", "Orders.Read", "capitals"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := intake(t)
			content, err := os.ReadFile("testdata/manifests/" + c.name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			v := w.custom()
			fill := named(map[string]any{inManifest: w.bea.AddFile("app.json", content)})
			if c.refused != nil {
				w.refused(v, fill, inManifest, c.refused...)
				return
			}
			w.submits(v, fill)
			if c.told == nil && len(w.bea.Views()) > 0 {
				t.Fatalf("the form stays open: %s", w.bea.Views()[0].Plain())
			}
			if c.told != nil {
				form := w.bea.Views()[0].Plain()
				for _, text := range append(c.told, "Not sent yet.") {
					if !strings.Contains(form, text) && !strings.Contains(string(w.bea.Views()[0].JSON), text) {
						t.Errorf("the form does not say %q: %s", text, form)
					}
				}
				if got := w.ada.Messages(approval); len(got) > 0 {
					t.Fatalf("something was sent: %s", got[0].Plain())
				}
				w.submits(v, c.answer)
			}
			w.sees(w.ada, in(approval), "register the app payroll-mail?")
			w.until("the card says it", func() bool {
				said := ""
				for _, m := range w.ada.Messages(approval) {
					said += m.Plain()
				}
				for _, text := range c.card {
					if !strings.Contains(said, text) {
						return false
					}
				}
				return true
			})
		})
	}
}

// Who was told and answers nothing is asked again under the field, and sends nothing.
func TestAManifestWithoutPermissionsNeedsSome(t *testing.T) {
	t.Parallel()
	w := intake(t)
	v := w.custom()
	w.submits(v, named(map[string]any{inText: "{“displayName”: “from a blog”}"}))
	w.refused(v, map[string]any{}, "Permissions", "at least one permission")
	w.submits(v, map[string]any{"Permissions": []string{"graph:Delegated:User.Read"}})
	w.sees(w.ada, in(approval), "register the app payroll-mail?")
}

func (w *world) submits(view string, fill map[string]any) {
	w.t.Helper()
	if errs, err := w.bea.Submit(w.t.Context(), view, fill); err != nil || len(errs) > 0 {
		w.t.Fatalf("refused: %q, %v", errs, err)
	}
}
