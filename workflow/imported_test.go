package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// What a manifest holds and the plan can't is told before anything is sent; once it was,
// what the requester typed comes in addition.
func TestNothingIsSentOfAManifestBeforeItsLossesWereRead(t *testing.T) {
	read, _ := plan.Known("00000003-0000-0000-c000-000000000000", "Delegated", "User.Read")
	for name, c := range map[string]struct {
		m     form.Imported
		typed func(*form.Draft)
		asks  bool
		wrong form.Field // of the second try
		has   func(plan.Plan) bool
	}{
		"nothing is lost": {m: form.Imported{Permissions: []plan.Permission{read}},
			has: func(p plan.Plan) bool { return len(p.Permissions) == 1 }},
		"only put right": {m: form.Imported{Permissions: []plan.Permission{read}, Fixed: []string{"comments were left out"}},
			has: func(p plan.Plan) bool {
				return len(p.Permissions) == 1
			}},
		"a loss": {m: form.Imported{Permissions: []plan.Permission{read}, Ignored: []string{"tags: x"}, Lost: 1}, asks: true,
			has: func(p plan.Plan) bool {
				return len(p.Permissions) == 1
			}},
		"retired, unanswered": {m: form.Imported{Retired: []plan.Permission{read}, Lost: 1}, asks: true, wrong: form.FieldPermissions},
		"retired, answered": {m: form.Imported{Retired: []plan.Permission{read}, Lost: 1}, asks: true, typed: func(d *form.Draft) {
			d.Permissions = []string{"graph:Delegated:User.Read"}
		},
			has: func(p plan.Plan) bool { return len(p.Permissions) == 1 && p.Permissions[0].Name == "User.Read" }},
		"no text for admins": {m: form.Imported{Permissions: []plan.Permission{read}, Scopes: []plan.Scope{{Name: "s",
			UserTitle: "yours"}}},
			asks:  true,
			wrong: form.FieldScopes},
		"a text for admins": {m: form.Imported{Permissions: []plan.Permission{read}, Scopes: []plan.Scope{{Name: "s", UserTitle: "yours"}}},
			asks:  true,
			typed: func(d *form.Draft) { d.Scopes = []string{"s, users: all"} },
			has: func(p plan.Plan) bool {
				return p.Scopes[0].Title == "all" && p.Scopes[0].Words == "all" && p.Scopes[0].UserTitle == "yours"
			}},
	} {
		desk := workflowtest.New(t).OffersCustom()
		d := form.Draft{Origin: "V", Product: "custom", AppName: "api", Reason: "an API", Team: "CTEAM", Credential: plan.CredentialNone}
		first := c.m
		d.Imported = &first
		r, err := desk.Submit(context.Background(), workflowtest.Bea, d)
		if errors.Is(err, form.ErrNotReviewed) != c.asks || c.asks && r != nil {
			t.Errorf("%s: the first try got %v, %v", name, r, err)
			continue
		}
		if c.asks {
			second := c.m
			second.Reviewed = true
			d.Imported = &second
			if c.typed != nil {
				c.typed(&d)
			}
			r, err = desk.Submit(context.Background(), workflowtest.Bea, d)
		}
		wrong, _ := errors.AsType[form.Errors](err)
		if c.wrong != "" && wrong[c.wrong] == "" || c.wrong == "" && err != nil {
			t.Errorf("%s: the second try got %v, want an error under %q", name, err, c.wrong)
		}
		if c.has != nil && (r == nil || !c.has(r.Plan)) {
			t.Errorf("%s: the plan is %+v", name, r)
		}
	}
}

// submitted is a custom app of a manifest, sent once or, reviewed, for the second time.
func submitted(t *testing.T, m form.Imported, typed func(*form.Draft)) (plan.Plan, form.Errors) {
	t.Helper()
	d := form.Draft{Origin: "V", Product: "custom", AppName: "api", Reason: "an API", Team: "CTEAM", Credential: plan.CredentialNone,
		Imported: &m}
	if typed != nil {
		typed(&d)
	}
	r, err := workflowtest.New(t).OffersCustom().Submit(t.Context(), workflowtest.Bea, d)
	wrong, refused := errors.AsType[form.Errors](err)
	if err != nil && !refused {
		t.Fatal(err)
	}
	if err != nil {
		return plan.Plan{}, wrong
	}
	return r.Plan, nil
}

func TestWhatIsTypedBesideAManifestIsInThePlanOrRefused(t *testing.T) {
	read, _ := plan.Known("00000003-0000-0000-c000-000000000000", "Delegated", "User.Read")
	of := func(edit func(*form.Imported)) form.Imported {
		m := form.Imported{Permissions: []plan.Permission{read}, RedirectURIs: []string{"https://m.contoso.com"}, Reviewed: true}
		if edit != nil {
			edit(&m)
		}
		return m
	}
	on, off := true, false
	p, wrong := submitted(t, of(nil), func(d *form.Draft) {
		d.RedirectURIs, d.Redirects = []string{"https://typed.contoso.com", "https://m.contoso.com"},
			map[form.Field][]string{form.FieldPublicRedirectURIs: {"http://localhost"}}
		d.WhoSignsIn, d.PublicClientFlows = plan.AnyTenant, &on
	})
	if len(wrong) > 0 || !slices.Equal(p.RedirectURIs, []string{"https://typed.contoso.com", "https://m.contoso.com"}) ||
		!slices.Equal(p.PublicRedirectURIs, []string{"http://localhost"}) ||
		p.Audience != plan.AnyTenant || !p.PublicClientFlows {
		t.Errorf("beside a manifest that says nothing of it: %+v, %v", p, wrong)
	}
	p, wrong = submitted(t, of(func(m *form.Imported) {
		m.Audience, m.PublicClientFlows = plan.AnyTenant, true
	}), func(d *form.Draft) { d.WhoSignsIn, d.PublicClientFlows = plan.ThisTenant, &off })
	if len(wrong) > 0 || p.Audience != plan.AnyTenant || !p.PublicClientFlows {
		t.Errorf("what the form begins with, beside a manifest that says more: %+v, %v", p, wrong)
	}
	if p, wrong = submitted(t, of(func(m *form.Imported) {
		m.Audience = plan.ThisTenant
	}), func(d *form.Draft) { d.WhoSignsIn = plan.AnyTenant }); !strings.Contains(wrong[form.FieldWhoSignsIn], "this tenant only") {
		t.Errorf("a contradiction: %+v, %v", p, wrong)
	}
	var many []string
	for i := range form.RedirectsMax {
		many = append(many, fmt.Sprintf("https://%d.contoso.com", i))
	}
	if p, wrong = submitted(t, of(nil), func(d *form.Draft) {
		d.RedirectURIs = many
	}); !strings.Contains(wrong[form.FieldManifest], "21 redirect URIs") {
		t.Errorf("one too many: %d, %v", len(p.RedirectURIs), wrong)
	}
}

func TestAManifestWithoutReadablePermissionsIsRefused(t *testing.T) {
	read, _ := plan.Known("00000003-0000-0000-c000-000000000000", "Delegated", "User.Read")
	scopes := []plan.Scope{{Name: "x", Title: "Use it", Words: "Use it"}}
	for name, m := range map[string]form.Imported{
		"it offers a scope":                      {Scopes: scopes, Unread: 1},
		"one is retired, and none was chosen":    {Scopes: scopes, Unread: 3, Retired: []plan.Permission{read}},
		"it offers nothing, and none was chosen": {Unread: 1},
		"one is retired, and it offers an app role": {AppRoles: []plan.AppRole{{Name: "w", Title: "W", Words: "w", Users: true}}, Unread: 1,
			Retired: []plan.Permission{read}},
	} {
		m.Reviewed = true
		if p, wrong := submitted(t, m, nil); !strings.Contains(wrong[form.FieldManifest], "None of the permissions") {
			t.Errorf("%s: %+v, %v", name, p, wrong)
		}
		if p, wrong := submitted(t, m, func(d *form.Draft) {
			d.Permissions = []string{"graph:Delegated:User.Read"}
		}); len(wrong) > 0 || len(p.Permissions) != 1 {
			t.Errorf("%s, but chosen: %+v, %v", name, p, wrong)
		}
	}
}

func TestScopesTypedBesideAManifestCountAndKeepItsWords(t *testing.T) {
	m := form.Imported{Reviewed: true}
	for i := range form.ScopesMax {
		m.Scopes = append(m.Scopes, plan.Scope{Name: fmt.Sprintf("s%d", i), Title: "Use it", Words: "Use it"})
	}
	if p, wrong := submitted(t, m, func(d *form.Draft) {
		d.Scopes = []string{"more, admins: Use more"}
	}); !strings.Contains(wrong[form.FieldManifest], "21 scopes") {
		t.Errorf("one too many: %d, %v", len(p.Scopes), wrong)
	}
	words := strings.Repeat("It reads. ", 25)
	for name, c := range map[string]struct{ had, want plan.Scope }{
		"a description without a title": {plan.Scope{Name: "s", Words: words}, plan.Scope{Name: "s", Title: "Read", Words: words}},
		"with another title": {plan.Scope{Name: "s", Title: "Old", Words: words}, plan.Scope{Name: "s", Title: "Read",
			Words: words}},
		"that repeats the title": {plan.Scope{Name: "s", Title: "Old", Words: "Old"}, plan.Scope{Name: "s", Title: "Read",
			Words: "Read"}},
		"none": {plan.Scope{Name: "s", Title: "Read"}, plan.Scope{Name: "s", Title: "Read", Words: "Read"}},
	} {
		p, wrong := submitted(t, form.Imported{Reviewed: true, Scopes: []plan.Scope{c.had}},
			func(d *form.Draft) { d.Scopes = []string{"s, users: Read"} })
		if len(wrong) > 0 || !reflect.DeepEqual(p.Scopes, []plan.Scope{c.want}) {
			t.Errorf("%s: %+v, %v", name, p.Scopes, wrong)
		}
	}
}
