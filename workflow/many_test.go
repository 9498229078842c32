package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// many are n redirect URIs.
func many(name string, n int) (uris []string) {
	for i := range n {
		uris = append(uris, fmt.Sprintf("https://%s%d.contoso.com", name, i))
	}
	return uris
}

// someKeys are the keys of n permissions from the one at the place from.
func someKeys(from, n int) (keys []string) {
	for _, p := range catalog.All() {
		if k := p.Key(); p.ResourceAppID == catalog.MicrosoftGraph && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys[from : from+n]
}

func permissionsOf(t *testing.T, keys []string) []plan.Permission {
	t.Helper()
	wrong := form.Errors{}
	ps := form.CheckPermissions(wrong, keys[:min(len(keys), 60)], true)
	if len(keys) > 60 {
		ps = append(ps, permissionsOf(t, keys[60:])...)
	}
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	return ps
}

func TestWhatAnAppHasIsNotCountedAgainstItsUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		web, has := append(many("web", 25), "https://localhost"), someKeys(0, 71)
		scopes := make([]plan.Scope, 25)
		for i := range scopes {
			scopes[i] = plan.Scope{Name: fmt.Sprint("scope", i), Title: strings.Repeat("long ", 30), Words: "w"}
		}
		if _, err := w.Store.Update(t.Context(), before.ID, func(r *workflow.Request) error {
			r.Product, r.Plan.RedirectURIs, r.Plan.SPARedirectURIs = "custom", web, many("spa", 200)
			r.Plan.Permissions, r.Plan.Scopes = permissionsOf(t, has), scopes
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, s := range scopes {
			lines = append(lines, s.Line())
		}
		for name, c := range map[string]struct {
			edit  func(d *form.Draft)
			field form.Field
			says  string
		}{
			"only an owner":                 {func(*form.Draft) {}, "", ""},
			"only an owner, fields omitted": {func(d *form.Draft) { d.RedirectURIs, d.Permissions, d.Scopes = nil, nil, nil }, "", ""},
			"20 more URIs":                  {func(d *form.Draft) { d.RedirectURIs = append(d.RedirectURIs, many("more", 20)...) }, "", ""},
			"21 more URIs": {func(d *form.Draft) { d.RedirectURIs = append(d.RedirectURIs, many("more", 21)...) }, form.FieldRedirectURIs,
				"There are 21 redirect URIs that the app does not have yet; at most 20 are allowed in one request."},
			"more than Entra allows": {func(d *form.Draft) {
				d.RedirectURIs = append(d.RedirectURIs, many("more", 20)...)
				d.Redirects = map[form.Field][]string{form.FieldPublicRedirectURIs: many("public", 11)}
			}, form.FieldPublicRedirectURIs,
				"With these the app has 257 redirect URIs on all its platforms together, and Entra allows 256. " +
					"Name 1 fewer."},
			"60 more permissions": {func(d *form.Draft) { d.Permissions = someKeys(0, 131) }, "", ""},
			"61 more permissions": {func(d *form.Draft) { d.Permissions = someKeys(0, 132) }, form.FieldPermissions,
				"There are 61 permissions that the app does not have yet; at most 60 are allowed in one request."},
			"no permission": {func(d *form.Draft) {
				d.Permissions, d.Scopes = []string{}, []string{""}
			}, form.FieldPermissions, "Choose at least one permission."},
			"21 more scopes": {func(d *form.Draft) {
				for i := range 21 {
					d.Scopes = append(d.Scopes, fmt.Sprintf("more%d: x", i))
				}
			}, form.FieldScopes, "Line 46: 20 scopes are allowed in one request."},
		} {
			d := workflowtest.FollowUp("V-" + name)
			d.RedirectURIs, d.Permissions, d.Scopes, d.Owners = slices.Clone(web), slices.Clone(has), slices.Clone(lines),
				[]people.Person{workflowtest.Tom}
			c.edit(&d)
			r, err := n.Update(t.Context(), workflowtest.Bea, before.ID, d)
			wrong, _ := err.(form.Errors)
			if wrong[c.field] != c.says || (c.field == "") != (err == nil) {
				t.Errorf("%s: got %v", name, err)
			}
			if err != nil {
				continue
			}
			if len(r.Plan.On(plan.Web)) < 26 || len(r.Plan.On(plan.SPA)) != 200 || len(r.Plan.Permissions) < 71 ||
				len(r.Plan.Scopes) != 25 {
				t.Errorf("%s: the app is to have %d, %d, %d and %d", name, len(r.Plan.On(plan.Web)), len(r.Plan.On(plan.SPA)),
					len(r.Plan.Permissions), len(r.Plan.Scopes))
			}
			for _, change := range r.Changes() {
				if !change.Added {
					t.Errorf("%s: removes %v", name, change)
				}
			}
			if _, err := n.Cancel(t.Context(), r.ID, workflowtest.Bea); err != nil {
				t.Fatal(err)
			}
		}
	})
}
