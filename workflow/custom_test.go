package workflow_test

import (
	"slices"
	"testing"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestWhoCanSignInToACustomAppIsChosen(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		name    string
		edit    func(d *form.Draft)
		who     string
		flows   bool
		public  []string
		refused form.Field
	}{
		{"nothing", func(*form.Draft) {}, plan.ThisTenant, false, nil, ""},
		{"this tenant", func(d *form.Draft) { d.WhoSignsIn, d.PublicClientFlows = plan.ThisTenant, &no }, plan.ThisTenant, false, nil, ""},
		{"any tenant", func(d *form.Draft) { d.WhoSignsIn, d.PublicClientFlows = plan.AnyTenant, &yes }, plan.AnyTenant, true, nil, ""},
		{"personal accounts", func(d *form.Draft) { d.WhoSignsIn = "AzureADandPersonalMicrosoftAccount" }, "", false, nil,
			form.FieldWhoSignsIn},
		{"a public client", func(d *form.Draft) {
			d.Redirects = map[form.Field][]string{form.FieldPublicRedirectURIs: {"msauth://com.contoso.app/x", ""}}
		}, plan.ThisTenant, false, []string{"msauth://com.contoso.app/x"}, ""},
		{"a script as a public client", func(d *form.Draft) {
			d.Redirects = map[form.Field][]string{form.FieldPublicRedirectURIs: {"javascript://x"}}
		}, "", false, nil, form.FieldPublicRedirectURIs},
		{"beside a manifest that says nothing of it", func(d *form.Draft) {
			d.WhoSignsIn, d.PublicClientFlows, d.Permissions = plan.AnyTenant, &yes, nil
			d.Imported = &form.Imported{Scopes: []plan.Scope{{Name: "access", Title: "Use it", Words: "Use it"}},
				PublicRedirectURIs: []string{"ms-appx-web://microsoft.aad.brokerplugin/x"}}
		}, plan.AnyTenant, true, []string{"ms-appx-web://microsoft.aad.brokerplugin/x"}, ""},
	} {
		d, p, wrong := workflowtest.Draft(c.name), plan.Plan{Audience: plan.ThisTenant}, form.Errors{}
		d.Permissions = []string{"graph:Application:User.Read.All"}
		c.edit(&d)
		form.CheckCustom(wrong, d, &p)
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
