package workflow

import (
	"slices"
	"testing"

	"github.com/entra-app/entra-app/workflow/plan"
)

func TestWhoCanSignInToACustomAppIsChosen(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		name    string
		edit    func(d *Draft)
		who     string
		flows   bool
		public  []string
		refused Field
	}{
		{"nothing", func(*Draft) {}, ThisTenant, false, nil, ""},
		{"this tenant", func(d *Draft) { d.WhoSignsIn, d.PublicClientFlows = ThisTenant, &no }, ThisTenant, false, nil, ""},
		{"any tenant", func(d *Draft) { d.WhoSignsIn, d.PublicClientFlows = AnyTenant, &yes }, AnyTenant, true, nil, ""},
		{"personal accounts", func(d *Draft) { d.WhoSignsIn = "AzureADandPersonalMicrosoftAccount" }, "", false, nil, FieldWhoSignsIn},
		{"a public client", func(d *Draft) {
			d.Redirects = map[Field][]string{FieldPublicRedirectURIs: {"msauth://com.contoso.app/x", ""}}
		}, ThisTenant, false, []string{"msauth://com.contoso.app/x"}, ""},
		{"a script as a public client", func(d *Draft) {
			d.Redirects = map[Field][]string{FieldPublicRedirectURIs: {"javascript://x"}}
		}, "", false, nil, FieldPublicRedirectURIs},
		{"beside a manifest that says nothing of it", func(d *Draft) {
			d.WhoSignsIn, d.PublicClientFlows, d.Permissions = AnyTenant, &yes, nil
			d.Imported = &Imported{Scopes: []plan.Scope{{Name: "access", Title: "Use it", Words: "Use it"}},
				PublicRedirectURIs: []string{"ms-appx-web://microsoft.aad.brokerplugin/x"}}
		}, AnyTenant, true, []string{"ms-appx-web://microsoft.aad.brokerplugin/x"}, ""},
	} {
		d, p, wrong := draft(c.name), plan.Plan{Audience: ThisTenant}, FieldErrors{}
		d.Permissions = []string{"graph:Application:User.Read.All"}
		c.edit(&d)
		checkCustom(wrong, d, &p)
		if (c.refused != "") != (len(wrong) > 0) || c.refused != "" && wrong[c.refused] == "" {
			t.Errorf("%s: got %v", c.name, wrong)
		}
		if c.refused != "" {
			continue
		}
		if p.Audience != c.who || p.PublicClientFlows != c.flows || !slices.Equal(p.PublicRedirectURIs, c.public) {
			t.Errorf("%s: %s, %v, %v", c.name, p.Audience, p.PublicClientFlows, p.PublicRedirectURIs)
		}
	}
}
