package serve

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const portal = `name: portal
version: "1"
title: The portal
summary: The app with which people sign in to a portal of ours.
audience: AzureADMyOrg
redirects:
  - platform: spa
    uris: ["https://{host}:4443"]
  - platform: web
    uris: ["https://{host}:4443/{site}/callback", "https://localhost"]
fields:
  - name: host
    label: Portal host
    hint: The names that people open it with.
    example: portal.contoso.com
    many: true
  - {name: site, label: Site}
permissions:
  - resource: Microsoft Graph
    type: Delegated
    name: User.Read
    why: Tells the portal who has signed in.
credentials:
  - {kind: secret, lifetime: 4380h}
nextSteps:
  - "Application ID: {appId}."
`

func TestWhatIsTypedIntoThePacksOwnFieldsIsInTheRedirectURIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Packs = t.TempDir()
	if err := os.WriteFile(filepath.Join(w.cfg.Packs, "portal.yaml"), []byte(portal), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	if _, err := w.bea.Slash(t.Context(), team, "/entra-app request portal"); err != nil {
		t.Fatal(err)
	}
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	v := w.bea.Views()[0]
	if text := v.Plain(); strings.Contains(text, "leave empty if the product needs none") ||
		!strings.Contains(text, "The app also gets these redirect URIs (web): https://localhost") {
		t.Errorf("the form says %s", text)
	}
	fill := map[string]any{"App name": "our-portal", "Reason": "people sign in"}
	for _, c := range []struct{ host, site, under, says string }{
		{"https://portal.contoso.com", "main", "{host} of portal",
			"https://portal.contoso.com: this can't be filled in: it becomes a part of https://{host}:4443. Write letters, digits, dots " +
				"and dashes only, as in portal.contoso.com."},
		{"portal.contoso.com", "main\\..", "{site} of portal",
			"can't be filled in: it becomes a part of https://{host}:4443/{site}/callback"},
		{"evil.example/?x=", "main", "{host} of portal", "can't be filled in"},
		{"-----BEGIN PRIVATE KEY-----", "main", "{host} of portal", "This contains a private key"},
		{strings.Repeat("long.", 60) + "com", "main", "{site} of portal", "a redirect URI can have at most 256 characters"},
		{"a\na\n" + hosts(21), "main", "{host} of portal", "That makes 22 redirect URIs; at most 20 are allowed"},
	} {
		fill["Portal host"], fill["Site"] = c.host, c.site
		errs, err := w.bea.Submit(t.Context(), v.ID, fill)
		if err != nil || !strings.Contains(errs[c.under], c.says) {
			t.Errorf("of %.40q: %v, %v", c.host, errs, err)
		}
	}
	fill["Portal host"], fill["Site"] = "portal.contoso.com\nportal2.contoso.com\n", "main"
	w.fills(fill)
	w.approves("register the app our-portal?", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	w.sees(w.ada, in(approval), "EA-1: our-portal · Done")
	has := w.made()[0]
	if want := []string{"https://portal.contoso.com:4443", "https://portal2.contoso.com:4443"}; !slices.Equal(has.SPA, want) {
		t.Errorf("single-page: %v", has.SPA)
	}
	if want := []string{"https://portal.contoso.com:4443/main/callback", "https://portal2.contoso.com:4443/main/callback",
		"https://localhost"}; !slices.Equal(has.Web, want) {
		t.Errorf("web: %v", has.Web)
	}

	// Whoever moves a portal changes the addresses of both platforms.
	w.types("update our-portal", map[string]any{"Reason": "it has moved", "Redirect URIs": "https://new.contoso.com:4443",
		"Redirect URIs (web)": "https://new.contoso.com:4443/main/callback\nhttps://localhost"})
	w.approves("update the app our-portal?", "Approve")
	w.sees(w.ada, in(approval), "EA-2: our-portal · Done")
	has = w.made()[0]
	slices.Sort(has.Web)
	if !slices.Equal(has.SPA, []string{"https://new.contoso.com:4443"}) ||
		!slices.Equal(has.Web, []string{"https://localhost", "https://new.contoso.com:4443/main/callback"}) {
		t.Errorf("after the update: %v and %v", has.SPA, has.Web)
	}
}

// hosts are so many names, one on a line.
func hosts(n int) string {
	var all []string
	for i := range n {
		all = append(all, "h"+strings.Repeat("x", i)+".contoso.com")
	}
	return strings.Join(all, "\n")
}

func TestABadTemplateKeepsTheBotFromStarting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Packs = t.TempDir()
	file := filepath.Join(w.cfg.Packs, "portal.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(portal, "https://{host}:4443\"", "https://{hots}:4443\"", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := New(w.cfg, Options{HTTP: w.client})
	if err == nil || !strings.Contains(err.Error(),
		file+`:8: redirects[0].uris[0] has "{hots}", which is not one of the pack's fields`) ||
		!strings.Contains(err.Error(), "did you mean {host}?") {
		t.Errorf("got %v", err)
	}
}
