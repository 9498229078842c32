package serve

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// portal is a restore portal that is in use, which has a permission on its own API.
func (w *world) portal(name string) entratest.Application {
	w.t.Helper()
	w.sends("vb365-restore-portal", nil, map[string]any{"App name": name, "Reason": "self-service restores",
		"Redirect URIs": "https://portal.contoso.com:4443", "Certificate": selfSigned(w.t)})
	w.approves("register the app "+name, "Approve")
	w.sees(w.ada, in(approval), name+" · Done")
	return w.app(w.appIDOf(name))
}

func TestARetirementStopsForAUserOfTheApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	app := w.portal("restore-portal")
	client := w.tenant.AddPublicClient(entratest.Client{Name: "Help desk <!channel>", Scopes: []string{"User.Read"}})
	for _, err := range []error{w.tenant.Assign(app.AppID, "tom@contoso.com"),
		w.tenant.Consent(client.AppID, app.AppID, "access_as_user")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	before := w.app(app.AppID)

	w.types("retire restore-portal", map[string]any{"Reason": "no longer needed"})
	if card := w.sees(w.ada, in(approval), "delete the app restore-portal").Plain(); !strings.Contains(card,
		"looks at what else in the tenant depends on it") {
		t.Errorf("the card does not say what is looked at: %s", card)
	}
	w.approves("delete the app restore-portal", "Approve")
	card := w.sees(w.ada, in(approval), "EA-2: restore-portal · Failed").Plain()
	for _, text := range []string{"stopped the job before anything was deleted",
		"It is used by 1 user (“Tom”) and 1 other app (“Help desk <!channel>”).", "Retry to retire it all the same",
		"Give up leaves the app as it is"} {
		if !strings.Contains(card, text) {
			t.Errorf("the card does not say %q: %s", text, card)
		}
	}
	kept(t, before, w.app(app.AppID))

	// Somebody else comes before Ada has signed in again.
	if err := w.tenant.Assign(app.AppID, "bea@contoso.com"); err != nil {
		t.Fatal(err)
	}
	w.approves("EA-2: restore-portal · Failed", "Retry")
	w.sees(w.ada, in(approval), "It is now used by 1 user (“Bea”) as well, besides the 2 shown before")
	kept(t, before, w.app(app.AppID))
	w.press(w.ada, w.sees(w.ada, in(approval), "EA-2: restore-portal · Failed"), "Give up")
	w.sees(w.ada, in(approval), "It was given up. Nothing was deleted, and the app works as before.")
	kept(t, before, w.app(app.AppID))

	w.types("retire restore-portal", map[string]any{"Reason": "now everybody knows"})
	w.approves("delete the app restore-portal", "Approve")
	w.sees(w.ada, in(approval), "It is used by 2 users (“Bea”, “Tom”) and 1 other app")
	w.approves("EA-3: restore-portal · Failed", "Retry")
	if card := w.sees(w.ada, in(approval), "EA-3: restore-portal · Done").Plain(); !strings.Contains(card,
		"Depended on the app: 2 users (“Bea”, “Tom”)") {
		t.Errorf("at the end the card says %s", card)
	}
	if _, alive := w.tenant.Application(app.AppID); alive {
		t.Error("the app is still there")
	}
}

// What the product itself made is nothing that depends on the app.
func TestAnUnusedPortalIsRetiredWithoutAnotherPress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	app := w.portal("restore-portal")
	w.types("retire restore-portal", map[string]any{"Reason": "no longer needed"})
	w.approves("delete the app restore-portal", "Approve")
	if card := w.sees(w.ada, in(approval), "EA-2: restore-portal · Done").Plain(); !strings.Contains(card,
		"nothing else in the tenant uses it") {
		t.Errorf("the card says %s", card)
	}
	if _, alive := w.tenant.Application(app.AppID); alive {
		t.Error("the app is still there")
	}
}
