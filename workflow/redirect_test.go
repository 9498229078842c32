package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestAnUpdateKeepsEachRedirectURIOnItsPlatform(t *testing.T) {
	for _, c := range []struct {
		name             string
		own              []string
		others           map[form.Field][]string
		web, spa, public []string
	}{
		{"one that is not named stays", []string{"https://web.contoso.com"}, nil, []string{"https://web.contoso.com"},
			[]string{"https://spa.contoso.com"}, []string{"http://localhost"}},
		{"one that is moved", nil, map[form.Field][]string{form.FieldSPARedirectURIs: {"https://spa2.contoso.com"}}, nil,
			[]string{"https://spa2.contoso.com"}, []string{"http://localhost"}},
		{"one that is removed", nil, map[form.Field][]string{form.FieldSPARedirectURIs: {""},
			form.FieldPublicRedirectURIs: {"msauth://app/x"}}, nil,
			nil, []string{"msauth://app/x"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			n := w.Boot()
			defer n.Stop()
			before := w.HandedOver(n)
			if _, err := w.Store.Update(t.Context(), before.ID, func(r *workflow.Request) error {
				r.Product, r.Plan.RedirectURIs, r.Plan.SPARedirectURIs, r.Plan.PublicRedirectURIs = "custom", nil,
					[]string{"https://spa.contoso.com"}, []string{"http://localhost"}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			d := workflowtest.FollowUp("V-update")
			d.RedirectURIs, d.Redirects = c.own, c.others
			for _, p := range before.Plan.Permissions {
				d.Permissions = append(d.Permissions, pack.KeyOf(p))
			}
			r, err := n.Update(t.Context(), workflowtest.Bea, before.ID, d)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if got := r.Plan; !slices.Equal(got.RedirectURIs, c.web) || !slices.Equal(got.SPARedirectURIs, c.spa) ||
				!slices.Equal(got.PublicRedirectURIs, c.public) {
				t.Errorf("%s: got %v, %v, %v", c.name, got.RedirectURIs, got.SPARedirectURIs, got.PublicRedirectURIs)
			}
			d.Origin, d.Redirects = "V-wrong", map[form.Field][]string{form.FieldSPARedirectURIs: {"http://spa.contoso.com"}}
			if _, err := n.Update(t.Context(), workflowtest.Bea, before.ID, d); err == nil ||
				fmt.Sprint(err.(form.Errors)[form.FieldSPARedirectURIs]) == "" {
				t.Errorf("%s: with http got %v", c.name, err)
			}
		})
	}
}

func TestEntraDoesNotSupportSomeCharactersAndPorts(t *testing.T) {
	for uri, ok := range map[string]bool{
		"https://a.example/~x-y_z.w?q=1&r=%21+@:": true, "https://a.example:65535/": true, "https://a.example:1": true,
		"https://[::1]:443/": true,
		"https://a:99999/":   false, "https://a:65536": false, "https://a:0": false, "https://a:/": false,
	} {
		if problem := form.RedirectProblem(uri, plan.Web); (problem == "") != ok {
			t.Errorf("%s: %q", uri, problem)
		}
	}
	for _, c := range form.RedirectUnsupported {
		for _, uri := range []string{"https://a.example/x" + string(c), "https://a.example/?q=" + string(c), "msauth://app/" + string(c)} {
			if problem := form.RedirectProblem(uri, plan.PublicClient); !strings.Contains(problem, string(c)) {
				t.Errorf("%s: %q", uri, problem)
			}
		}
	}
	had := "https://a.example/(x)"
	if wrong := (form.Errors{}); len(form.CheckRedirects(wrong, form.FieldRedirectURIs, plan.Web, []string{had}, had)) != 1 ||
		len(wrong) > 0 {
		t.Errorf("one that the app has: %v", wrong)
	}
}

func TestARedirectURIIsOnOnePlatformOnce(t *testing.T) {
	const one, other = "https://a.example/cb", "https://A.example/CB"
	const elsewhere = one + ": this is a redirect URI of the platform "
	custom := func(edit func(d *form.Draft)) form.Draft {
		d := workflowtest.Draft("payroll")
		d.Product, d.Permissions, d.RedirectURIs = "custom", someKeys(0, 1), []string{one}
		edit(&d)
		return d
	}
	portal := func(host ...string) form.Draft {
		d := workflowtest.Draft("payroll")
		d.Product, d.RedirectURIs, d.Fields = "portal", nil, map[string][]string{"host": host}
		return d
	}
	for name, c := range map[string]struct {
		d          form.Draft
		in         form.Field // of the mistake
		says       string
		web, spa   []string
		publicOnes []string
	}{
		"a repeat": {d: custom(func(d *form.Draft) {
			d.RedirectURIs = []string{one, " " + one, "https://b.example", one}
		}), web: []string{one, "https://b.example"}},
		"in other letters": {d: custom(func(d *form.Draft) { d.RedirectURIs = []string{one, other} }), in: form.FieldRedirectURIs,
			says: other + ": Entra treats this as the same as " + one},
		"on two platforms": {d: custom(func(d *form.Draft) {
			d.Redirects = map[form.Field][]string{form.FieldPublicRedirectURIs: {one}}
		}), in: form.FieldPublicRedirectURIs, says: elsewhere + "web"},
		"on two platforms, in other letters": {d: custom(func(d *form.Draft) {
			d.Redirects = map[form.Field][]string{form.FieldPublicRedirectURIs: {other}}
		}), in: form.FieldPublicRedirectURIs,
			says: other + ": this is a redirect URI of the platform web"},
		"on two platforms of a manifest": {d: custom(func(d *form.Draft) {
			d.RedirectURIs, d.Permissions = nil, nil
			d.Imported = &form.Imported{In: form.FieldManifestFile, Scopes: []plan.Scope{{Name: "x", Title: "Use it", Words: "Use it"}},
				SPARedirectURIs: []string{one}, PublicRedirectURIs: []string{one}}
		}), in: form.FieldManifestFile, says: elsewhere + "spa"},
		"in a field and in a manifest": {d: custom(func(d *form.Draft) {
			d.Permissions = nil
			d.Imported = &form.Imported{Scopes: []plan.Scope{{Name: "x", Title: "Use it", Words: "Use it"}},
				SPARedirectURIs: []string{one, one}}
		}), in: form.FieldManifest, says: elsewhere + "web"},
		"in a product's own field": {d: portal("a.example", "A.example"), in: "{host}",
			says: "https://A.example: Entra treats this as the same as"},
		"where a product has it": {d: portal("fixed.example"), in: "{host}",
			says: "https://fixed.example: this is a redirect URI of the platform web"},
		"different ones on three platforms": {d: portal("a.example"), web: []string{"https://fixed.example"},
			spa: []string{"https://a.example"}},
	} {
		w := workflowtest.New(t)
		portal := (pack.Product{Name: "portal", Audience: plan.ThisTenant, Platform: plan.SPA,
			Credentials: []pack.Offer{{Kind: plan.CredentialSecret, Lifetime: 720 * time.Hour}},
			Redirects: []pack.Redirect{{Platform: plan.Web, URIs: []string{"https://fixed.example"}},
				{Platform: plan.SPA, URIs: []string{"https://{host}"}}},
			Fields: []pack.TemplateField{{Name: "host", Label: "Host", Many: true}}})
		desk := workflow.NewDesk(workflow.DeskConfig{Store: w.Store, Tenants: []workflow.Tenant{workflowtest.Contoso},
			Products: []pack.Product{{Name: "custom", Custom: true, Audience: plan.ThisTenant,
				Credentials: workflowtest.Vbo().Credentials}, portal},
			Policy: w.Policy, Key: w.Key, Log: workflowtest.Quiet})
		r, err := desk.Submit(t.Context(), workflowtest.Bea, c.d)
		wrong, _ := err.(form.Errors)
		if c.in != "" {
			if len(wrong) != 1 || !strings.HasPrefix(wrong[c.in], c.says) {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(r.Plan.RedirectURIs, c.web) || !slices.Equal(r.Plan.SPARedirectURIs, c.spa) ||
			!slices.Equal(r.Plan.PublicRedirectURIs, c.publicOnes) {
			t.Errorf("%s: %v, %v, %v", name, r.Plan.RedirectURIs, r.Plan.SPARedirectURIs, r.Plan.PublicRedirectURIs)
		}
	}
}

func TestAnUpdateMayMoveARedirectURIAndMayNotDoubleIt(t *testing.T) {
	const one, spa = "https://a.example/cb", "https://spa.example"
	p := pack.Product{Platform: plan.Web}
	for name, c := range map[string]struct {
		web   []string
		spa   []string
		wrong form.Field
	}{
		"moved":                   {[]string{""}, []string{spa, one}, ""},
		"in other letters":        {[]string{"https://a.example/CB"}, nil, ""},
		"doubled":                 {[]string{one}, []string{spa, one}, form.FieldSPARedirectURIs},
		"doubled in what is left": {[]string{one, spa}, nil, form.FieldRedirectURIs},
		"doubled, and both shown": {[]string{one, spa}, []string{spa}, form.FieldRedirectURIs},
	} {
		r, wrong := &workflow.Request{Previous: plan.Plan{RedirectURIs: []string{one}, SPARedirectURIs: []string{spa}}}, form.Errors{}
		d := form.Draft{RedirectURIs: c.web, Redirects: map[form.Field][]string{}}
		if c.spa != nil {
			d.Redirects[form.FieldSPARedirectURIs] = c.spa
		}
		workflow.UpdateRedirects(wrong, p, d, r)
		if (c.wrong == "") != (len(wrong) == 0) || c.wrong != "" && wrong[c.wrong] == "" {
			t.Errorf("%s: %v", name, wrong)
		}
	}
}

func TestAProductCanRequireARedirectURI(t *testing.T) {
	portal := workflowtest.Vbo()
	portal.Name, portal.Platform, portal.RedirectURIs, portal.RedirectRequired, portal.RedirectExample = "portal", plan.SPA, nil, true,
		"https://portal.example.com:4443"
	w := workflowtest.New(t)
	desk := workflow.NewDesk(workflow.DeskConfig{Store: w.Store, Tenants: []workflow.Tenant{workflowtest.Contoso},
		Products: []pack.Product{workflowtest.Vbo(),
			portal}, Policy: w.Policy,
		Key: w.Key, Log: workflowtest.Quiet})
	d := workflowtest.Draft("portal")
	for _, existing := range []bool{false, true} {
		d.Product, d.Existing, d.RedirectURIs = "portal", existing, []string{"", " "}
		_, err := desk.Submit(t.Context(), workflowtest.Bea, d)
		wrong, _ := err.(form.Errors)
		if len(wrong) != 1 || !strings.Contains(wrong[form.FieldRedirectURIs], "at least one") ||
			!strings.Contains(wrong[form.FieldRedirectURIs], portal.RedirectExample) {
			t.Errorf("existing %v: got %v", existing, err)
		}
	}
	d.RedirectURIs = []string{"http://a.example"}
	if _, err := desk.Submit(t.Context(), workflowtest.Bea, d); strings.Contains(err.(form.Errors)[form.FieldRedirectURIs],
		"at least one") {
		t.Errorf("a wrong one is taken for none: %v", err)
	}
	d.Existing, d.RedirectURIs = false, []string{"https://a.example"}
	if r, err := desk.Submit(t.Context(), workflowtest.Bea, d); err != nil || !slices.Equal(r.Plan.SPARedirectURIs, d.RedirectURIs) {
		t.Errorf("got %v, %v", r, err)
	}
	d.Product, d.Origin, d.AppName, d.RedirectURIs = "vbo365", "V-other", "other", nil
	if _, err := desk.Submit(t.Context(), workflowtest.Bea, d); err != nil {
		t.Errorf("a product that needs none: %v", err)
	}
	for name, c := range map[string]struct {
		was, is []string
		refused bool
	}{
		"the last one is removed":   {[]string{"https://a.example"}, []string{""}, true},
		"another one":               {[]string{"https://a.example"}, []string{"https://b.example"}, false},
		"not asked about":           {[]string{"https://a.example"}, nil, false},
		"made before it was needed": {nil, []string{""}, false},
	} {
		r, wrong := &workflow.Request{Previous: plan.Plan{SPARedirectURIs: c.was}}, form.Errors{}
		workflow.UpdateRedirects(wrong, portal, form.Draft{RedirectURIs: c.is}, r)
		if (wrong[form.FieldRedirectURIs] != "") != c.refused {
			t.Errorf("%s: %v", name, wrong)
		}
	}
}

// What others wrote into an app stays as it is, letter by letter, whatever of it can't be seen.
func TestARedirectURIThatTheAppHasIsNotRewritten(t *testing.T) {
	const added = "https://b.contoso.com"
	for _, there := range []string{"https://a.contoso.com/x\u200b", "https://a.contoso.com/x  y", "https://a.contoso.com/x ",
		"https://a.contoso.com/\u202ex", "https://a.contoso.com/\u00a0"} {
		r, wrong := &workflow.Request{Previous: plan.Plan{RedirectURIs: []string{there}}}, form.Errors{}
		workflow.UpdateRedirects(wrong, pack.Product{Platform: plan.Web}, form.Draft{RedirectURIs: []string{there + "\r", " " + added +
			" "}}, r)
		if len(wrong) > 0 || !slices.Equal(r.Plan.RedirectURIs, []string{there, added}) {
			t.Errorf("%q sent back with another: %q, %v", there, r.Plan.RedirectURIs, wrong)
		}
		if got, want := plan.Changes(r.Previous, r.Plan), []plan.Change{{Added: true, What: plan.RedirectChange, Name: added +
			" (web)"}}; !slices.Equal(got, want) {
			t.Errorf("%q: the card shows %+v", there, got)
		}
		r.Plan.RedirectURIs = []string{text.OneLine(there)}
		if got := plan.Changes(r.Previous, r.Plan); len(got) != 2 || got[0].Name == got[1].Name ||
			!strings.HasPrefix(got[1].Name, `"https://a.contoso.com/`) {
			t.Errorf("%q is replaced by one that looks like it: the card shows %+v", there, got)
		}
	}
	wrong := form.Errors{}
	if uris := form.CheckRedirects(wrong, form.FieldRedirectURIs, plan.Web, []string{"https://a.contoso.com/x\u200b"}); len(uris) > 0 ||
		!strings.Contains(wrong[form.FieldRedirectURIs], `x\u200b": a redirect URI can't contain invisible`) {
		t.Errorf("a new one: %q, %v", uris, wrong)
	}
}
