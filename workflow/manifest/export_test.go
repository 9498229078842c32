package manifest

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestExportIsTheBodyOfCreateApplication(t *testing.T) {
	b, err := Export(rich(t))
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b) {
		t.Error("this is not JSON")
	}
	golden(t, "export.json", string(b))
}

func TestExportHasNothingThatCannotBeInIt(t *testing.T) {
	b, err := Export(withSecret(rich(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"passwordCredentials", "keyCredentials", "self", "{appId}", "f2ef992c-3afb-46b9-b7cf-a126ee74c451", subA,
		client1, "bea.o"} {
		if strings.Contains(string(b), s) {
			t.Errorf("%s is in it:\n%s", s, b)
		}
	}
}

func TestExportNamesThePermissionWhoseIDIsNotKnown(t *testing.T) {
	p := rich(t)
	p.Permissions = append(p.Permissions, plan.Permission{Resource: "Contoso API", ResourceAppID: client1, Name: "Do.All",
		Type: catalog.Application})
	if _, err := Export(p); err == nil || !strings.Contains(err.Error(), `"Do.All"`) || !strings.Contains(err.Error(), "Contoso API") {
		t.Errorf("got %v", err)
	}
}

func TestAnAppWithoutANameIsNotExported(t *testing.T) {
	if _, err := Export(plan.Plan{AppName: " "}); err == nil {
		t.Error("it was exported")
	}
}

func TestChosenIDsFollowFromTheNamesAndAreUUIDs(t *testing.T) {
	a, again, b := scopeID("app", "scope"), scopeID("app", "scope"), scopeID("app/scope", "")
	if a != again || a == b || a == scopeID("ap", "pscope") {
		t.Errorf("got %s, %s, %s", a, again, b)
	}
	if !guid.MatchString(a) || a[14] != '5' || !strings.ContainsRune("89ab", rune(a[19])) {
		t.Errorf("%s is not a UUID of version 5", a)
	}
}

func TestImportCarriesOverAllThatExportWrote(t *testing.T) {
	p := rich(t)
	for name, p := range map[string]plan.Plan{"rich": p, "with a secret": withSecret(p), "bare": {AppName: "bare"}} {
		t.Run(name, func(t *testing.T) {
			b, err := Export(p)
			if err != nil {
				t.Fatal(err)
			}
			d, ignored, err := Import(b)
			if err != nil || len(ignored) > 0 {
				t.Errorf("ignored %v, %v", ignored, err)
			}
			want := Draft{
				AppName: p.AppName, Audience: p.Audience, RedirectURIs: p.RedirectURIs, SPARedirectURIs: p.SPARedirectURIs,
				PublicRedirectURIs: p.PublicRedirectURIs, PublicClientFlows: p.PublicClientFlows,
				AppRoles: p.AppRoles, OptionalClaims: p.OptionalClaims,
				IdentifierURIs: slices.DeleteFunc(slices.Clone(p.IdentifierURIs), func(uri string) bool {
					return strings.Contains(uri, "{appId}")
				}),
			}
			for _, resource := range p.Resources() { // as Export groups them
				for _, q := range p.Permissions {
					if q.ResourceAppID == resource {
						q.Why = ""
						want.Permissions = append(want.Permissions, q)
					}
				}
			}
			for _, s := range p.Scopes {
				s.PreAuthorized = nil
				want.Scopes = append(want.Scopes, s)
			}
			if c := p.Credential.Certificate; !c.IsZero() {
				want.Certificates = append(want.Certificates, c)
			}
			if !reflect.DeepEqual(d, want) {
				t.Errorf("got  %+v\nwant %+v", d, want)
			}
		})
	}
}
