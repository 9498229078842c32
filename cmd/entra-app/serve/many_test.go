package serve

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// large is an app that was made by hand, with more than a form has room for.
func (w *world) large(name string, uris int) entratest.Application {
	l := entratest.Legacy{Name: name, Owner: "bea@contoso.com"}
	for i := range uris {
		l.RedirectURIs = append(l.RedirectURIs, fmt.Sprintf("https://number%d.contoso.com/%s", i, strings.Repeat("a", 90)))
	}
	for _, p := range catalog.All() {
		if p.ResourceAppID == catalog.MicrosoftGraph && p.Type == catalog.Application && len(l.Roles) < 71 {
			l.Roles = append(l.Roles, p.Name)
		}
	}
	return w.tenant.AddApplication(l)
}

func TestAnAppWithMuchIsAdoptedAndUpdated(t *testing.T) {
	for _, uris := range []int{25, 40} {
		t.Run(fmt.Sprint(uris), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.start()
			before := w.large("intranet", uris)
			w.sends("custom", [][2]string{{"Application", "An existing one"}, {"Credential", "none"}},
				map[string]any{"App name": "intranet", "Reason": "it is looked after here",
					"Permissions": []string{"graph:Delegated:User.Read"}, "Redirect URIs": "https://localhost"})
			w.approves("look at the app", "Approve")
			w.approves("add to the existing app intranet?", "Approve")
			w.sees(w.ada, in(approval), "EA-1: intranet · Done")

			w.types("update intranet", map[string]any{"Reason": "Tom looks after it, too", "Owners": []string{"U0TOM00001"}})
			w.approves("update the app intranet?", "Approve")
			w.sees(w.ada, in(approval), "EA-2: intranet · Done")
			after := w.app(before.AppID)
			kept(t, before, after)
			if len(after.RedirectURIs) != uris+1 || len(after.Roles) != 71 || len(after.Owners) != len(before.Owners)+1 {
				t.Errorf("it has %d redirect URIs, %d roles and the owners %v", len(after.RedirectURIs), len(after.Roles), after.Owners)
			}
		})
	}
}

func TestARedirectURIIsOnOnePlatformInFormsAndAdoptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.bea.Slash(t.Context(), team, "/entra-app request custom")
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	view := w.bea.Views()[0]
	w.bea.Choose(t.Context(), view.ID, "Credential", "none")
	w.until("the form is redrawn", func() bool { return len(w.bea.Views()) == 1 && w.bea.Views()[0].Hash != view.Hash })
	fill := map[string]any{"App name": "shell", "Reason": "a command line", "Permissions": []string{"graph:Delegated:User.Read"},
		"Redirect URIs": "https://localhost\nhttps://localhost", "Redirect URIs (public client)": "https://LOCALHOST"}
	w.refused(view.ID, fill, "Redirect URIs (public client)", "https://LOCALHOST: this is a redirect URI of the platform web already")
	fill["Redirect URIs (public client)"] = "http://localhost"
	w.fills(fill)
	w.approves("register the app shell?", "Approve")
	w.sees(w.ada, in(approval), "EA-1: shell · Done")
	if a := w.made()[0]; !slices.Equal(a.Web, []string{"https://localhost"}) ||
		!slices.Equal(a.PublicClient, []string{"http://localhost"}) {
		t.Errorf("the app has %v and %v", a.Web, a.PublicClient)
	}
	w.types("update shell", map[string]any{"Reason": "moved", "Redirect URIs": "",
		"Redirect URIs (public client)": "http://localhost\nhttps://localhost"})
	w.approves("update the app shell?", "Approve")
	w.sees(w.ada, in(approval), "EA-2: shell · Done")
	if a := w.made()[0]; len(a.Web) != 0 || len(a.PublicClient) != 2 {
		t.Errorf("the app has %v and %v", a.Web, a.PublicClient)
	}

	before := w.legacy("HR Portal", true)
	w.sends("custom", [][2]string{{"Application", "An existing one"}, {"Credential", "none"}},
		map[string]any{"App name": "HR Portal", "Reason": "a command line",
			"Permissions": []string{"graph:Delegated:User.Read"}, "Redirect URIs": "https://hr.contoso.com/CALLBACK"})
	w.approves("look at the app HR Portal?", "Approve")
	w.sees(w.ada, in(approval), "the app has the redirect URI https://hr.contoso.com/callback on the platform web already")
	if after := w.app(before.AppID); len(after.RedirectURIs) != 1 || len(after.Scopes) != len(before.Scopes) {
		t.Errorf("it was changed: %+v", after)
	}
}

func TestAnAppForTheRestorePortalIsNotMadeWithoutAnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.bea.Slash(t.Context(), team, "/entra-app request vb365-restore-portal")
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	fill := map[string]any{"App name": "portal", "Reason": "self-service restores", "Certificate": selfSigned(t), "Redirect URIs": " "}
	w.refused(w.bea.Views()[0].ID, fill, "Redirect URIs")
	fill["Redirect URIs"] = "https://portal.contoso.com:4443"
	w.fills(fill)
	w.sees(w.ada, in(approval), "register the app portal?")
}
