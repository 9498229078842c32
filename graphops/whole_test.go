package graphops

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// An odd is an application in which every property that Graph's description knows has
// an odd value, and every object a property that it does not know.
type odd struct {
	testing.TB
	schemas map[string]schema
	ids     int
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Format     string            `json:"format"`
	Enum       []string          `json:"enum"`
	AnyOf      []schema          `json:"anyOf"`
	AllOf      []schema          `json:"allOf"`
	Items      *schema           `json:"items"`
	Properties map[string]schema `json:"properties"`
	Navigation bool              `json:"x-ms-navigationProperty"`
}

func readSchemas(tb testing.TB) map[string]schema {
	tb.Helper()
	raw, err := os.ReadFile("entratest/testdata/graph-openapi.json")
	if err != nil {
		tb.Fatal(err)
	}
	var doc struct {
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(raw, &doc); err != nil || len(doc.Components.Schemas) < 100 {
		tb.Fatalf("%d schemas, %v", len(doc.Components.Schemas), err)
	}
	return doc.Components.Schemas
}

const (
	oddText   = "odd \u200d\u202e  <b>&'\"\\/\u2028 \U0001F9D1\u200D\U0001F91D\u200D\U0001F9D1 "
	oddTime   = "2021-03-04T05:06:01.3433885Z"
	oddFuture = `{"number":12345678901234567890.12345678901234567890,"deep":[null,true,{"wide":1e300}],"text":"\ud83d\ude00<&>"}`
	oddScope  = "0dd00000-0000-4000-8000-00000000abcd"
)

// must are values that the rest of an application has to agree with.
var must = map[string]any{
	"application/displayName": "odd  legacy\u200d ", "application/signInAudience": "AzureADMultipleOrgs", "application/isFallbackPublicClient": false,
	"application/identifierUris": []any{"https://contoso.com/Odd", "api://odd-as-it-is/%41"}, "application/uniqueName": nil, "application/deletedDateTime": nil,
	"application/isDisabled":                          false,
	"webApplication/redirectUris":                     []any{"https://ODD.contoso.com/cb?x=%41&y", "http://localhost/"},
	"webApplication/redirectUriSettings":              []any{map[string]any{"uri": "https://ODD.contoso.com/cb?x=%41&y", "index": 7}, map[string]any{"uri": "http://localhost/", "index": nil}},
	"spaApplication/redirectUris":                     []any{"https://spa.contoso.com/a/../b"},
	"publicClientApplication/redirectUris":            []any{"ms-appx-web://odd/x"},
	"permissionScope/id":                              oddScope,
	"permissionScope/type":                            "User",
	"permissionScope/value":                           "odd.scope",
	"permissionScope/origin":                          "Application",
	"appRole/allowedMemberTypes":                      []any{"Application", "User"},
	"appRole/value":                                   "Odd.Role",
	"appRole/origin":                                  "Application",
	"resourceAccess/type":                             "Role",
	"preAuthorizedApplication/delegatedPermissionIds": []any{oddScope},
	"keyCredential/type":                              "Symmetric",
	"keyCredential/usage":                             "Sign",
	"keyCredential/endDateTime":                       "2031-03-04T05:06:01.3433885Z",
	"passwordCredential/secretText":                   nil,
}

// value is an odd value of a schema. One element in each list: two would have to differ.
func (o *odd) value(of, name string, s schema) any {
	if v, fixed := must[of+"/"+name]; fixed {
		return v
	}
	for _, one := range s.AnyOf {
		if one.Ref != "" {
			s = one
		}
	}
	if t, is := strings.CutPrefix(s.Ref, "#/components/schemas/microsoft.graph."); is {
		if e := o.schemas["microsoft.graph."+t].Enum; e != nil {
			return e[0]
		}
		return o.object(t)
	}
	switch {
	case s.Type == "array":
		return []any{o.value(of, name, *s.Items)}
	case s.Type == "boolean":
		return true
	case s.Type == "integer":
		return 2147483647
	case s.Type == "string" && s.Format == "date-time":
		return oddTime
	case s.Type == "string" && s.Format == "byte":
		return "AQL/+w=="
	case s.Type == "string" && s.Format == "uuid", name == "appId", name == "resourceAppId", name == "knownClientApplications", name == "managerApplications":
		o.ids++
		return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "%s %d", name, o.ids)).String()
	case s.Type == "string":
		return oddText
	}
	o.Fatalf("what is %s of %s? %+v", name, of, s)
	return nil
}

func (o *odd) properties(typ string) map[string]schema {
	all := make(map[string]schema)
	of := o.schemas["microsoft.graph."+typ]
	for _, s := range append(of.AllOf, of) {
		if t, is := strings.CutPrefix(s.Ref, "#/components/schemas/microsoft.graph."); is {
			maps.Copy(all, o.properties(t))
		}
		maps.Copy(all, s.Properties)
	}
	return all
}

func (o *odd) object(typ string) map[string]any {
	all := map[string]any{"futureThing": json.RawMessage(oddFuture)}
	properties := o.properties(typ)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if s := properties[name]; !s.Navigation && name != "@odata.type" && !(typ == "application" && name == "id") {
			all[name] = o.value(typ, name, s)
		}
	}
	return all
}

// odd seeds one, and returns it and what else names it.
func (w *world) odd(s workflow.Session) (entratest.Application, workflow.Made) {
	w.Helper()
	o := &odd{TB: w, schemas: readSchemas(w)}
	a, err := w.t.Seed(encode(o.object("application")))
	if err != nil {
		w.Fatal(err)
	}
	if n := len(w.whole(s, a.ID)); n < 40 {
		w.Fatalf("it has %d properties only", n)
	}
	return a, workflow.Made{ObjectID: a.ID, AppID: a.AppID, ServicePrincipal: a.ServicePrincipalID}
}

// whole is all of an application, the keys of its certificates included.
func (w *world) whole(s workflow.Session, id string) map[string]any {
	w.Helper()
	all := make(map[string]any)
	for _, query := range []string{"", "?$select=keyCredentials"} {
		in := s.(*session)
		got, err := in.send(w.Context(), opReadApp, in.get("/applications/{id}"+query, "id", id), asItCame)
		if err != nil {
			w.Fatal(w.saw(in.fault(err)))
		}
		d := json.NewDecoder(bytes.NewReader(encode(got)))
		d.UseNumber()
		if err := d.Decode(&all); err != nil {
			w.Fatal(err)
		}
	}
	delete(all, "@odata.context")
	return all
}

// differences are the paths at which two values differ. An element of a list is told
// by its ID, or else by what it is.
func differences(path string, a, b any) (all []string) {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return []string{path}
		}
		both := maps.Clone(x)
		maps.Copy(both, y)
		for _, k := range slices.Sorted(maps.Keys(both)) {
			all = append(all, differences(path+"."+k, x[k], y[k])...)
		}
		return all
	case []any:
		y, ok := b.([]any)
		if !ok {
			return []string{path}
		}
		left, right := byName(x), byName(y)
		both := maps.Clone(left)
		maps.Copy(both, right)
		for _, k := range slices.Sorted(maps.Keys(both)) {
			switch _, there := left[k]; {
			case !there:
				all = append(all, path+"[+]")
			case right[k] == nil && left[k] != nil:
				all = append(all, path+"[-]")
			default:
				all = append(all, differences(path+"["+k+"]", left[k], right[k])...)
			}
		}
		return all
	}
	if !reflect.DeepEqual(a, b) {
		all = append(all, fmt.Sprintf("%s: %v is %v", path, a, b))
	}
	return all
}

func byName(list []any) map[string]any {
	all := make(map[string]any)
	for _, v := range list {
		name := fmt.Sprint(v)
		if o, ok := v.(map[string]any); ok {
			for _, id := range []string{"keyId", "id", "resourceAppId", "appId", "uri", "name", "key"} {
				if o[id] != nil {
					name = fmt.Sprint(o[id])
					break
				}
			}
		}
		all[name] = v
	}
	return all
}

// only makes sure that nothing differs but what a plan says.
func (w *world) only(what string, before, after map[string]any, want ...string) {
	w.Helper()
	got := differences("", before, after)
	slices.Sort(got)
	slices.SortFunc(want, cmp.Compare)
	if !slices.Equal(got, want) {
		w.Errorf("%s: there differ\n  %s\nand should\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
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
			_, m := w.odd(s)
			if err := w.t.SeedKey(m.AppID, true, []byte(`{"keyId":"`+oddScope+`","type":"Symmetric","usage":"Sign","startDateTime":"`+oddTime+`","endDateTime":"`+oddTime+`"}`)); err != nil {
				t.Fatal(err)
			}
			before := w.whole(s, m.ObjectID)

			a := app("legacy", readGroups)
			a.ObjectID, a.AppID, a.Merge = m.ObjectID, m.AppID, true
			a.RedirectURIs, a.SPARedirectURIs, a.PublicRedirectURIs, a.PublicClientFlows = []string{"https://new.contoso.com"}, []string{"https://newspa.contoso.com"}, []string{"http://localhost"}, true
			a.Scopes = []workflow.Scope{{Name: "new.scope", Title: "t", Words: "w", PreAuthorized: []string{"04b07795-8ddb-461a-bbee-02f9e1bf7b46"}}}
			cert := w.certificate("new")
			must := func(what string, err error) {
				t.Helper()
				if w.saw(err) != nil {
					t.Fatalf("%s: %v", what, err)
				}
			}
			_, _, err := s.EnsureApplication(t.Context(), a)
			must("merge", err)
			must("API", s.EnsureAPI(t.Context(), m.ObjectID, m.AppID, a))
			must("certificate", s.EnsureCertificate(t.Context(), m.ObjectID, "EA-1", cert))
			key, _, err := s.AddKey(t.Context(), m.ObjectID, "EA-1", w.now().Add(time.Hour))
			must("secret", err)
			must("issuer", s.EnsureFederated(t.Context(), m.ObjectID, "EA-1", workflow.FederatedIssuer{Issuer: "https://ci.contoso.com", Subject: "x", Audience: "y"}))
			w.only("after it was adopted", before, w.whole(s, m.ObjectID),
				".api.oauth2PermissionScopes[+]", ".api.preAuthorizedApplications[+]", ".identifierUris[+]", ".isFallbackPublicClient: false is true", ".keyCredentials[+]", ".passwordCredentials[+]",
				".publicClient.redirectUris[+]", ".requiredResourceAccess[+]", ".spa.redirectUris[+]", ".web.redirectUriSettings[+]", ".web.redirectUris[+]")

			must("certificate", s.RemoveCertificate(t.Context(), m.ObjectID, cert.Thumbprint))
			must("secret", s.RemoveKey(t.Context(), m.ObjectID, key.KeyID))
			_, err = s.TakeBackAPI(t.Context(), m.ObjectID, m.AppID, a, true)
			must("API", err)
			back := workflow.App{ObjectID: m.ObjectID, AppID: m.AppID, UniqueName: a.UniqueName, Merge: true, Drops: workflow.Plan{RedirectURIs: a.RedirectURIs, SPARedirectURIs: a.SPARedirectURIs,
				PublicRedirectURIs: a.PublicRedirectURIs, PublicClientFlows: true, Permissions: a.Permissions}}
			_, _, err = s.EnsureApplication(t.Context(), back)
			must("undo", err)
			// Others expose a scope, whose name begins with the identifier URI: it stays, and this is said.
			w.only("after it was given back", before, w.whole(s, m.ObjectID), ".identifierUris[+]")
		})
	}
}

// What goes over the wire for a certificate of others is, byte for byte, what came.
func TestCertificatesOfOthersGoBackByteForByte(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	_, m := w.odd(s)
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
		if err != nil || r.Method != http.MethodGet || !strings.Contains(r.URL.RawQuery, "keyCredentials") || strings.Contains(r.URL.RawQuery, "displayName") {
			return resp, err
		}
		body, err := bodyOf(resp)
		came = entries(body)
		resp.Body = io.NopCloser(bytes.NewReader(body))
		return resp, err
	}
	if err := s.EnsureCertificate(t.Context(), m.ObjectID, "EA-1", w.certificate("new")); w.saw(err) != nil {
		t.Fatal(err)
	}
	if len(came) != 2 || len(went) != 2 || !slices.Contains(came, went[0]) || !strings.Contains(went[0], ".3433885Z") || !strings.Contains(went[0], "12345678901234567890.12345678901234567890") {
		t.Errorf("there came\n%s\nand went\n%s", strings.Join(came, "\n"), strings.Join(went, "\n"))
	}
}

func TestTheCredentialsOfAnOddApplicationAreRemovedAndNothingElse(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	_, m := w.odd(s)
	before := w.whole(s, m.ObjectID)
	if err := s.RemoveCredentials(t.Context(), m.ObjectID); w.saw(err) != nil {
		t.Fatal(err)
	}
	w.only("without credentials", before, w.whole(s, m.ObjectID), ".keyCredentials[-]", ".passwordCredentials[-]")
}
