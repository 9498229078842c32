package workflow

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
)

func TestPublicClientsMayHaveASchemeOfTheirOwn(t *testing.T) {
	for uri, ok := range map[string]bool{
		"http://localhost": true, "https://login.contoso.com/cb": true, "msauth://com.contoso.app/VzSiQcXRmi2kyjzcA%2BmYLEtbGVs%3D": true,
		"ms-appx-web://microsoft.aad.brokerplugin/00000000-0000-0000-0000-000000000000": true, "msauth.com.contoso.app://auth": true,
		"http://example.com": false, "javascript://x/%0aalert(1)": false, "data://x": false, "file://server/share": false, "msauth:opaque": false,
		"msauth://*": false, "msauth://app/#x": false, "msauth://": false,
	} {
		if problem := redirectProblem(uri, PublicClient); (problem == "") != ok {
			t.Errorf("%s: %q", uri, problem)
		}
		for _, on := range []Platform{Web, SPA, ""} {
			if problem := redirectProblem(uri, on); problem == "" && uri[:4] != "http" {
				t.Errorf("%s is taken on platform %q", uri, on)
			}
		}
	}
}

func TestAnUpdateKeepsEachRedirectURIOnItsPlatform(t *testing.T) {
	for _, c := range []struct {
		name             string
		own              []string
		others           map[Field][]string
		web, spa, public []string
	}{
		{"one that is not named stays", []string{"https://web.contoso.com"}, nil, []string{"https://web.contoso.com"}, []string{"https://spa.contoso.com"}, []string{"http://localhost"}},
		{"one that is moved", nil, map[Field][]string{FieldSPARedirectURIs: {"https://spa2.contoso.com"}}, nil, []string{"https://spa2.contoso.com"}, []string{"http://localhost"}},
		{"one that is taken away", nil, map[Field][]string{FieldSPARedirectURIs: {""}, FieldPublicRedirectURIs: {"msauth://app/x"}}, nil, nil, []string{"msauth://app/x"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			n := w.boot()
			defer n.stop()
			before := w.handedOver(n)
			if _, err := w.store.Update(t.Context(), before.ID, func(r *Request) error {
				r.Product, r.Plan.RedirectURIs, r.Plan.SPARedirectURIs, r.Plan.PublicRedirectURIs = "custom", nil, []string{"https://spa.contoso.com"}, []string{"http://localhost"}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			d := d2("V-update")
			d.RedirectURIs, d.Redirects = c.own, c.others
			for _, p := range before.Plan.Permissions {
				d.Permissions = append(d.Permissions, keyOf(p))
			}
			r, err := n.Update(t.Context(), bea, before.ID, d)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if got := r.Plan; !slices.Equal(got.RedirectURIs, c.web) || !slices.Equal(got.SPARedirectURIs, c.spa) || !slices.Equal(got.PublicRedirectURIs, c.public) {
				t.Errorf("%s: got %v, %v, %v", c.name, got.RedirectURIs, got.SPARedirectURIs, got.PublicRedirectURIs)
			}
			d.Origin, d.Redirects = "V-wrong", map[Field][]string{FieldSPARedirectURIs: {"http://spa.contoso.com"}}
			if _, err := n.Update(t.Context(), bea, before.ID, d); err == nil || fmt.Sprint(err.(FieldErrors)[FieldSPARedirectURIs]) == "" {
				t.Errorf("%s: with http got %v", c.name, err)
			}
		})
	}
}
