package graphops

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// odd seeds one, and returns what names it.
func (w *world) odd() workflow.Made {
	w.Helper()
	description, err := os.ReadFile("entratest/testdata/graph-openapi.json")
	if err != nil {
		w.Fatal(err)
	}
	raw, err := entratest.OddApplication(description)
	if err != nil {
		w.Fatal(err)
	}
	a, err := w.t.Seed(raw)
	if err != nil {
		w.Fatal(err)
	}
	return workflow.Made{ObjectID: a.ID, AppID: a.AppID, ServicePrincipal: a.ServicePrincipalID}
}

// only makes sure that nothing differs but what a plan says.
func (w *world) only(what string, before, after []byte, want ...string) {
	w.Helper()
	got, err := entratest.Differences(before, after)
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		w.Errorf("%s: there differ\n  %s\nand should\n  %s (%v)", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "), err)
	}
}

// services.md section 3, and the case of a certificate with …01.3433885Z (azure-powershell
// #6855): what belongs to others goes back as it came, and what was added for a request
// goes away again without a trace.
func TestAnOddApplicationDiffersInNothingButWhatThePlanSays(t *testing.T) {
	for _, replace := range []bool{false, true} {
		t.Run(fmt.Sprintf("complex properties are replaced: %t", replace), func(t *testing.T) {
			w := newWorld(t)
			w.t.Change(func(k *entratest.Knobs) { k.ReplaceComplex = replace })
			s := w.session("ada", all...)
			m := w.odd()
			if err := w.t.SeedKey(m.AppID, true,
				[]byte(`{"keyId":"0dd00000-0000-4000-8000-00000000abcd","type":"Symmetric","usage":"Sign","startDateTime":"2021-03-04T05:06:01.3433885Z"}`)); err != nil {
				t.Fatal(err)
			}
			before := w.t.Raw(m.AppID)

			a := app("legacy", readGroups)
			a.ObjectID, a.AppID, a.Merge = m.ObjectID, m.AppID, true
			a.RedirectURIs, a.SPARedirectURIs, a.PublicRedirectURIs, a.PublicClientFlows = []string{"https://new.contoso.com"},
				[]string{"https://newspa.contoso.com"}, []string{"http://localhost"}, true
			a.Scopes = []plan.Scope{{Name: "new.scope", Title: "t", Words: "w",
				PreAuthorized: []string{"04b07795-8ddb-461a-bbee-02f9e1bf7b46"}}}
			a.AppRoles = []plan.AppRole{{Name: "New.Role", Title: "t", Words: "w", Apps: true}}
			a.OptionalClaims = []plan.OptionalClaim{{Token: "idToken", Name: "email", Essential: true}}
			a.IdentifierURIs = []string{"https://contoso.com/new"}
			cert := w.certificate("new")
			must := func(what string, err error) {
				t.Helper()
				if w.saw(err) != nil {
					t.Fatalf("%s: %v", what, err)
				}
			}
			_, _, err := s.EnsureApplication(t.Context(), a)
			must("merge", err)
			must("API", s.ExposeScopes(t.Context(), m.ObjectID, m.AppID, a))
			must("certificate", certified(s.EnsureCertificate(t.Context(), m.ObjectID, "EA-1", cert)))
			key, _, err := s.AddPassword(t.Context(), m.ObjectID, "EA-1", w.now().Add(time.Hour))
			must("secret", err)
			must("issuer", s.EnsureFederated(t.Context(), m.ObjectID, "EA-1",
				plan.FederatedIssuer{Issuer: "https://ci.contoso.com", Subject: "x", Audience: "y"}))
			w.only("after it was adopted", before, w.t.Raw(m.AppID),
				".api.oauth2PermissionScopes[+]", ".api.preAuthorizedApplications[+]", ".appRoles[+]", ".identifierUris[+]",
				".identifierUris[+]", ".optionalClaims.idToken[+]", ".isFallbackPublicClient: false is true", ".keyCredentials[+]",
				".passwordCredentials[+]",
				".publicClient.redirectUris[+]", ".requiredResourceAccess[+]", ".spa.redirectUris[+]", ".web.redirectUriSettings[+]",
				".web.redirectUris[+]")

			must("certificate", s.RemoveCertificate(t.Context(), m.ObjectID, cert.Thumbprint))
			must("secret", s.RemovePassword(t.Context(), m.ObjectID, key.KeyID))
			a.Drops = plan.Plan{AppRoles: a.AppRoles, OptionalClaims: a.OptionalClaims, IdentifierURIs: a.IdentifierURIs}
			_, err = s.RemoveScopes(t.Context(), m.ObjectID, m.AppID, a, true)
			must("API", err)
			back := workflow.App{ObjectID: m.ObjectID, AppID: m.AppID, UniqueName: a.UniqueName, Merge: true,
				Drops: plan.Plan{RedirectURIs: a.RedirectURIs, SPARedirectURIs: a.SPARedirectURIs,
					PublicRedirectURIs: a.PublicRedirectURIs, PublicClientFlows: true, Permissions: a.Permissions}}
			_, _, err = s.EnsureApplication(t.Context(), back)
			must("undo", err)
			// Others expose a scope, whose name begins with the identifier URI: it stays, and this is said.
			w.only("after it was given back", before, w.t.Raw(m.AppID), ".identifierUris[+]")
		})
	}
}

// What goes over the wire for a certificate of others is, byte for byte, what came.
func TestCertificatesOfOthersGoBackByteForByte(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	m := w.odd()
	var came, went []string
	w.wire = func(r *http.Request) (*http.Response, error) {
		entries := func(body []byte) (all []string) {
			for _, raw := range decode[object](body).list("keyCredentials") {
				all = append(all, string(raw))
			}
			return all
		}
		if body := peek(r); r.Method == http.MethodPatch {
			went = entries([]byte(body))
		}
		resp, err := w.direct.RoundTrip(r)
		if err != nil || r.Method != http.MethodGet || !strings.Contains(r.URL.RawQuery, "keyCredentials") ||
			strings.Contains(r.URL.RawQuery, "displayName") {
			return resp, err
		}
		body, err := bodyOf(resp)
		came = entries(body)
		resp.Body = io.NopCloser(bytes.NewReader(body))
		return resp, err
	}
	if err := certified(s.EnsureCertificate(t.Context(), m.ObjectID, "EA-1", w.certificate("new"))); w.saw(err) != nil {
		t.Fatal(err)
	}
	if len(came) != 2 || len(went) != 2 || !slices.Contains(came, went[0]) || !strings.Contains(went[0], ".3433885Z") ||
		!strings.Contains(went[0], "12345678901234567890.12345678901234567890") {
		t.Errorf("there came\n%s\nand went\n%s", strings.Join(came, "\n"), strings.Join(went, "\n"))
	}
}

func TestTheCredentialsOfAnOddApplicationAreRemovedAndNothingElse(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	m := w.odd()
	before := w.t.Raw(m.AppID)
	if err := s.RemoveCredentials(t.Context(), m.ObjectID, plan.Plan{}); w.saw(err) != nil {
		t.Fatal(err)
	}
	w.only("without credentials", before, w.t.Raw(m.AppID), ".keyCredentials[-]", ".passwordCredentials[-]")
}

// An app that was made here is updated: what its owners added in Entra since stays, and of
// what was made here only what the plan changes.
func TestAnUpdateOfAnAppMadeHereDiffersInNothingButWhatThePlanSays(t *testing.T) {
	for _, replace := range []bool{false, true} {
		t.Run(fmt.Sprintf("complex properties are replaced: %t", replace), func(t *testing.T) {
			w := newWorld(t)
			w.t.Change(func(k *entratest.Knobs) { k.ReplaceComplex = replace })
			s := w.session("ada", all...)
			m := w.odd()
			own := func(name string) plan.Permission {
				return plan.Permission{Resource: "This application", ResourceAppID: plan.Self, Name: name, Type: catalog.Delegated}
			}
			update := func(a workflow.App) (before, after []byte) {
				t.Helper()
				before = w.t.Raw(m.AppID)
				merged := a
				merged.Merge = true
				if _, _, err := s.EnsureApplication(t.Context(), merged); w.saw(err) != nil {
					t.Fatal(err)
				}
				for range 2 { // a repeat is no mistake
					if err := s.ExposeScopes(t.Context(), m.ObjectID, m.AppID, a); w.saw(err) != nil {
						t.Fatal(err)
					}
				}
				return before, w.t.Raw(m.AppID)
			}

			a := app("ours", readGroups, own("goes"))
			a.ObjectID, a.AppID, a.RedirectURIs = m.ObjectID, m.AppID, nil
			a.Scopes = []plan.Scope{scope("stays", true, azureCLI, teams), scope("changes", false, teams), scope("goes", true, teams)}
			before, after := update(a)
			w.only("with scopes of ours", before, after, ".api.oauth2PermissionScopes[+]", ".api.oauth2PermissionScopes[+]",
				".api.oauth2PermissionScopes[+]",
				".api.preAuthorizedApplications[+]", ".api.preAuthorizedApplications[+]", ".identifierUris[+]",
				".requiredResourceAccess[+]", ".requiredResourceAccess[+]")

			a.Scopes = []plan.Scope{scope("stays", true, azureCLI), scope("changes", true, teams)}
			a.Drops = plan.Plan{Permissions: a.Permissions[1:],
				Scopes: []plan.Scope{scope("stays", true, teams), scope("goes", true, teams)}}
			a.Permissions = a.Permissions[:1]
			before, after = update(a)
			w.only("with other scopes of ours", before, after, ".api.oauth2PermissionScopes[-]",
				".api.oauth2PermissionScopes["+scopeID(a.UniqueName, "changes").String()+"].type: User is Admin",
				".api.preAuthorizedApplications["+teams+"].delegatedPermissionIds[-]",
				".api.preAuthorizedApplications["+teams+"].delegatedPermissionIds[-]", ".requiredResourceAccess[-]")

			a.Drops = plan.Plan{Scopes: a.Scopes}
			a.Scopes = nil
			before, after = update(a)
			w.only("with none", before, after, ".api.oauth2PermissionScopes[-]", ".api.oauth2PermissionScopes[-]",
				".api.preAuthorizedApplications[-]", ".api.preAuthorizedApplications[-]")
		})
	}
}
