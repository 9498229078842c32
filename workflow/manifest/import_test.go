package manifest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/plan"
)

func aad(n string) string { return "aaaaaaaa-0000-4000-8000-00000000000" + n }

func TestThePortalsOldFormatIsRead(t *testing.T) {
	b, err := os.ReadFile("testdata/portal-aad.json")
	if err != nil {
		t.Fatal(err)
	}
	d, ignored, err := Import(b)
	if err != nil {
		t.Fatal(err)
	}
	want := Draft{
		AppName: "Old backup", Audience: "AzureADMultipleOrgs", PublicClientFlows: true,
		RedirectURIs: []string{"https://backup.example.com/cb"}, SPARedirectURIs: []string{"https://backup.example.com"},
		PublicRedirectURIs: []string{"http://localhost"},
		Permissions: []plan.Permission{
			needed(t, catalog.MicrosoftGraph, catalog.Delegated, "User.Read", ""),
			needed(t, catalog.MicrosoftGraph, catalog.Application, "Mail.Read", ""),
			needed(t, catalog.ExchangeOnline, catalog.Application, "Mail.Read", ""),
			{Resource: "The app itself", ResourceAppID: plan.Self, Name: "user_impersonation", Type: catalog.Delegated,
				Words: "Use it.", Risk: catalog.Medium},
		},
		Scopes: []plan.Scope{{Name: "user_impersonation", Title: "Use", Words: "Use it.", PreAuthorized: []string{aad("8")},
			UserWords: "Use it for you."}},
		AppRoles:       []plan.AppRole{{Name: "Writer", Title: "Writer", Words: "Writers", Users: true}},
		OptionalClaims: []plan.OptionalClaim{{Token: "idToken", Name: "email"}},
		Retired: []Retired{{"requiredResourceAccess[3].resourceAccess[0]", "User.Read", catalog.Delegated,
			needed(t, catalog.MicrosoftGraph, catalog.Delegated, "User.Read", "")}},
		Unread: 2,
	}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
	var lines []string
	for _, i := range ignored {
		lines = append(lines, i.Path+": "+i.Why)
	}
	golden(t, "portal-aad.ignored", strings.Join(lines, "\n")+"\n")
}

func TestEveryPropertyIsCarriedOverOrNamedOrNothing(t *testing.T) {
	for _, c := range []struct{ manifest, ignored string }{
		{`{"displayName":"a"}`, ""},
		{`{"displayName":"a","description":null,"tags":[],"info":{"logoUrl":null},"identifierUris":[""],"addIns":[{}]}`, ""},
		{`{"displayName":"a","id":"x","appId":"y"}`, "id: " + newIDs + "; appId: " + newIDs},
		{`{"displayName":"a","@odata.context":"x","owners@odata.context":"y"}`,
			"@odata.context: it belongs to Graph's answer, not to the app; owners@odata.context: it belongs to Graph's answer, not " +
				"to the app"},
		{`{"displayName":"a","name":"b"}`, "name: the app has another name before this one"},
		{`{"displayName":"a","name":"a"}`, ""},
		{`{"displayName":5}`, "displayName: is not text, and should be"},
		{`{"displayName":"a","signInAudience":"Everybody"}`, "signInAudience: is not one of Entra's audiences"},
		{`{"displayName":"a","isFallbackPublicClient":"yes"}`, "isFallbackPublicClient: is neither true nor false"},
		{`{"displayName":"a","optionalClaims":{"idToken":[{"name":"email","more":1}],"otherToken":[{"name":"x"}]}}`,
			"optionalClaims.idToken[0].more: this bot does not set it; optionalClaims.otherToken: this bot does not set it"},
		{`{"displayName":"a","appRoles":[{"value":"w","displayName":"W","description":"w","allowedMemberTypes":["User","Group"],"isEnabled":true},{"displayName":"default"},{"value":"old","isEnabled":false}]}`,
			"appRoles[0].allowedMemberTypes[1]: is neither User nor Application; appRoles[1]: the app role has no value, so no token " +
				"would contain it; appRoles[2]: the app role is disabled"},
		{`{"displayName":"a","appId":"` + aad("2") + `","identifierUris":["api://` + aad("2") + `/x","api://${{DOMAIN}}/x",5]}`,
			"appId: " + newIDs + "; identifierUris[1]: it is the placeholder ${{DOMAIN}}, which was never filled in; identifierUris[2]: " +
				"is not text, and should be"},
		{`{"displayName":"a","passwordCredentials":[{"hint":"x"}]}`, "passwordCredentials: a secret cannot be copied"},
		{`{"web":{"redirectUris":["https://a"],"homePageUrl":"https://b","implicitGrantSettings":{"enableIdTokenIssuance":true},"redirectUriSettings":[{"uri":"https://a","index":null},{"uri":"https://c","index":1}]}}`,
			"web.homePageUrl: this bot does not set it; web.implicitGrantSettings: this bot does not enable the implicit flow; " +
				"web.redirectUriSettings[1].uri: is not among the redirect URIs; web.redirectUriSettings[1].index: this bot does " +
				"not set it"},
		{`{"web":{"redirectUriSettings":[{"uri":{"a":1}}],"redirectUris":[{"a":1}]}}`,
			"web.redirectUriSettings[0].uri: is not among the redirect URIs; web.redirectUris[0]: is not text, and should be"},
		{`{"web":[1],"spa":"x"}`, "web: is not an object, and should be one; spa: is not an object, and should be one"},
		{`{"requiredResourceAccess":{"a":1}}`,
			"requiredResourceAccess: it does not name its resource by a GUID or a name that we know"},
		{`{"requiredResourceAccess":"@{resourceAppId=}"}`,
			"requiredResourceAccess: PowerShell left it out: convert with ConvertTo-Json -Depth 10"},
		{`{"requiredResourceAccess":5}`, "requiredResourceAccess: is not a list, and should be one"},
		{`{"appRoles":[{"value":"w","allowedMemberTypes":"User"},{"value":"x","allowedMemberTypes":5,"isEnabled":"false"}]}`,
			"appRoles[1].allowedMemberTypes: is not a list, and should be one; appRoles[1].isEnabled: is neither true nor false"},
		{`{"displayName":"a","optionalClaims":{"idToken":[{"name":"email","essential":"true","additionalProperties":{"a":1}},{"name":"groups","essential":1,"additionalProperties":"x"},{"source":"user"}]}}`,
			"optionalClaims.idToken[0].essential: is neither true nor false; optionalClaims.idToken[0].additionalProperties: is not a " +
				"list, and should be one; " +
				"optionalClaims.idToken[1].essential: is neither true nor false; optionalClaims.idToken[2]: the claim has no name"},
		{`{"displayName":"a","web":{"redirectUris":"System.Object[]"},"identifierUris":"api://x"}`,
			"web.redirectUris: PowerShell left it out: convert with ConvertTo-Json -Depth 10"},
		{`{"displayName":"a","passwordCredentials":{"secretText":"x"}}`,
			"passwordCredentials: a secret cannot be copied, and this text contains one: remove that secret in Entra, as others " +
				"may have seen it"},
		{`{"requiredResourceAccess":[1,null]}`, "requiredResourceAccess[0]: is not an object, and should be one"},
		{`{"requiredResourceAccess":[{"resourceAppId":"grapf"}]}`,
			"requiredResourceAccess[0]: it does not name its resource by a GUID or a name that we know"},
		{`{"requiredResourceAccess":[{"resourceAppId":"Microsoft Graph","resourceAccess":[{"id":"User.Raed","type":"Scope"}]}]}`,
			"requiredResourceAccess[0].resourceAccess[0]: its resource has no delegated permission of that name that we know"},
		{`{"displayName":"a","spa":"Microsoft.Graph.PowerShell.Models.MicrosoftGraphSpaApplication"}`,
			"spa: PowerShell left it out: convert with ConvertTo-Json -Depth 10"},
		{`{"displayName":"${{ NAME }}","web":{"redirectUris":["https://${{DOMAIN}}/cb"]}}`,
			"displayName: it is the placeholder ${{NAME}}, which was never filled in; web.redirectUris[0]: it is the placeholder " +
				"${{DOMAIN}}, which was never filled in"},
		{`{"requiredResourceAccess":[{"resourceAppId":"` + catalog.MicrosoftGraph +
			`","more":1,"resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Role"},{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Both"}]}]}`,
			"requiredResourceAccess[0].more: this bot does not set it; " +
				"requiredResourceAccess[0].resourceAccess[0]: its resource has no application permission with the ID " +
				"e1fe6dd8-ba31-4d61-89e7-88639da4683d that we know; " +
				"requiredResourceAccess[0].resourceAccess[1]: it has no id, or its type is neither Role nor Scope"},
		{`{"api":{"acceptMappedClaims":true,"requestedAccessTokenVersion":2}}`,
			"api.acceptMappedClaims: this bot does not set it; api.requestedAccessTokenVersion: this bot leaves it to Entra for an app " +
				"that offers nothing"},
		{`{"displayName":"a","servicePrincipalLockConfiguration":{"isEnabled":false,"allProperties":true}}`,
			"servicePrincipalLockConfiguration: this bot sets the app instance lock for every app, as Entra does for new ones"},
		{`{"displayName":"a","servicePrincipalLockConfiguration":{"isEnabled":true,"allProperties":true}}`, ""},
		{`{"displayName":"a","servicePrincipalLockConfiguration":null}`, ""},
		{`{"displayName":"a","parentalControlSettings":{"legalAgeGroupRule":"BlockMinors"}}`,
			"parentalControlSettings.legalAgeGroupRule: this bot does not set it"},
		{`{"displayName":"a","a b":{"x":"y"},"` + strings.Repeat("n", 200) + `":1}`,
			`["a b"]: this bot does not set it; ["` + strings.Repeat("n", 60) + `\u2026"]: this bot does not set it`},
		{`{"keyCredentials":[{"type":"Symmetric","key":"c2VjcmV0"},{"type":"AsymmetricX509Cert","usage":"Sign","key":"c2VjcmV0"},{"type":"AsymmetricX509Cert","usage":"Verify","key":"c2VjcmV0"}]}`,
			"keyCredentials[0]: it holds a secret: treat it as compromised, and make a new one; keyCredentials[1]: it holds a " +
				"private key: treat it as compromised, and make a new one; keyCredentials[2]: it cannot be read as a certificate"},
	} {
		_, ignored, err := Import([]byte(c.manifest))
		var got []string
		for _, i := range ignored {
			got = append(got, i.Path+": "+i.Why)
		}
		if err != nil || strings.Join(got, "; ") != c.ignored {
			t.Errorf("%s\nerror   %v\nignored %s\nwant    %s", c.manifest, err, strings.Join(got, "; "), c.ignored)
		}
	}
}

func TestWhatIsNoManifestIsRefusedWithAReason(t *testing.T) {
	deep := strings.Repeat(`{"name":`, 40) + "1" + strings.Repeat("}", 40)
	for _, c := range []struct{ name, text, code string }{
		{"nothing", " \n", "empty"},
		{"too much", `{"name":"` + strings.Repeat("a", mostBytes) + `"}`, "too-big"},
		{"another encoding", "{\"name\":\"\xe4\"}", "not-utf8"},
		{"UTF-16 without its mark and with nothing in it", "{\x00}\x00", "not-a-manifest"},
		{"half of UTF-16", "\xff\xfe{\x00}", "not-utf8"},
		{"UTF-16 with nothing in it", "\xff\xfe", "empty"},
		{"words", "hello there", "not-object"},
		{"a string", `"name"`, "not-object"},
		{"a number", `5`, "not-object"},
		{"a list", `[{"name":"a"},{"name":"b"}]`, "list"},
		{"Graph's list of several", `{"value":[{"displayName":"a"},{"displayName":"b"}]}`, "list"},
		{"an end that is missing", `{"name":"a"`, "not-json"},
		{"an end within a string", `{"name":"a`, "not-json"},
		{"an end within a property", `{"name":`, "not-json"},
		{"two values for one property", `{"name":"a" "b"}`, "not-json"},
		{"two manifests", `{"name":"a"} {"name":"b"}`, "trailing"},
		{"words after it", `{"name":"a"} and more`, "trailing"},
		{"a key twice", `{"name":"a","name":"b"}`, "duplicate"},
		{"a key twice, inside and escaped", `{"name":"a","web":{"x":[{"uri":1,"\u0075ri":2}]}}`, "duplicate"},
		{"too deep", deep, "too-deep"},
		{"far too deep", `{"name":` + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + `}`, "too-deep"},
		{"more than an app can have", `{"web":{"redirectUris":[` + strings.Repeat("1,", mostEntries) + `1]}}`, "too-many"},
		{"other JSON", `{"a":1}`, "not-a-manifest"},
		{"an empty object", `{}`, "not-a-manifest"},
	} {
		_, ignored, err := Import([]byte(c.text))
		p, _ := err.(*Problem)
		if p == nil || p.Code != c.code || p.Text == "" || ignored != nil {
			t.Errorf("%s: %+v, want %s", c.name, err, c.code)
		}
	}
	_, _, err := Import([]byte("{\n\"name\":\"a\",\n: 5}"))
	if err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("%v does not name the line", err)
	}
	if _, _, err := Import([]byte("\ufeff{\"name\":\"a\"}\r\n")); err != nil {
		t.Errorf("what an editor on Windows writes: %v", err)
	}
	for _, text := range []string{"\xff\xfe{\x00\"\x00n\x00a\x00m\x00e\x00\"\x00:\x00\"\x00\x3d\xd8\x00\xde\"\x00}\x00\r\x00\n\x00",
		"\xfe\xff\x00{\x00\"\x00n\x00a\x00m\x00e\x00\"\x00:\x00\"\xd8\x3d\xde\x00\x00\"\x00}"} {
		if d, _, err := Import([]byte(text)); err != nil || d.AppName != "😀" {
			t.Errorf("what Windows PowerShell writes: %+v, %v", d, err)
		}
	}
}

func TestACertificateIsCarriedOverFromBothFormats(t *testing.T) {
	c := leaf(t)
	key := base64.StdEncoding.EncodeToString(c.DER)
	for _, m := range []string{
		`{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":"` + key + `","keyId":"` + aad("1") + `"}]}`,
		`{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","value":"` + key + `","keyId":"` + aad("1") + `"}]}`,
	} {
		d, ignored, err := Import([]byte(m))
		if err != nil || !reflect.DeepEqual(d.Certificates, []certificate.Certificate{c}) ||
			!slices.Equal(ignored, []Ignored{{"keyCredentials[0].keyId", newIDs}}) {
			t.Errorf("got %+v, %v, %v", d.Certificates, ignored, err)
		}
	}
}

func TestASecretIsNeverQuoted(t *testing.T) {
	private, err := os.ReadFile("../certificate/testdata/private-ec-pkcs8.der")
	if err != nil {
		t.Fatal(err)
	}
	key := base64.StdEncoding.EncodeToString(private)
	for _, m := range []string{
		`{"displayName":"a","passwordCredentials":[{"secretText":"SECRET-1"}]}`,
		`{"displayName":"a","passwordCredentials":[{"value":"SECRET-1"}]}`,
		`{"displayName":"a","passwordCredentials":"SECRET-1"}`,
		`{"displayName":"a","keyCredentials":[{"usage":"Sign","key":"SECRET-1"}]}`,
		`{"displayName":"a","keyCredentials":[{"type":"SECRET-1","key":"SECRET-1"}]}`,
		`{"displayName":"a","keyCredentials":[{"usage":"Verify","key":"` + key + `"}]}`,
		`{"displayName":"a","passwordCredentials":[{"secretText":"SECRET-1"]}`,
		`{"displayName":"a","passwordCredentials":[{"secretText":"SECRET-1"}]} SECRET-1`,
		`{"displayName":"a","signInAudience":"SECRET-1","requiredResourceAccess":[{"resourceAppId":"SECRET-1","resourceAccess":[{"id":"SECRET-1"}]}]}`,
	} {
		d, ignored, err := Import([]byte(m))
		if said := fmt.Sprintf("%+v %v %v", d, ignored, err); strings.Contains(said, "SECRET-1") || strings.Contains(said, key[:40]) {
			t.Errorf("%s: %s", m, said)
		}
		if err == nil && len(ignored) == 0 {
			t.Errorf("%s: nothing is said of it", m)
		}
	}
}

func FuzzImport(f *testing.F) {
	for _, name := range []string{"testdata/portal-aad.json", "testdata/export.json"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	cases, err := filepath.Glob("testdata/cases/*.json")
	if err != nil || len(cases) == 0 {
		f.Fatal(cases, err)
	}
	for _, name := range cases {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"web":{"redirectUriSettings":[{"uri":{"a":1}}],"redirectUris":[{"a":1}]},"api":{"preAuthorizedApplications":[{"appId":"x"}]}}`))
	f.Add([]byte("\xff\xfe{\x00\"\x00n\x00a\x00m\x00e\x00\"\x00:\x00\"\x00a\x00\"\x00}\x00"))
	f.Add([]byte(`{"keyCredentials":[{"type":"Symmetric","usage":"Sign","key":"c2VjcmV0"}],"passwordCredentials":[{"secretText":"x"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, ignored, err := Import(b)
		if err != nil {
			if _, ok := err.(*Problem); !ok || ignored != nil || !reflect.DeepEqual(d, Draft{}) {
				t.Fatalf("%T %v with %v and %v", err, err, d, ignored)
			}
			return
		}
		for _, i := range ignored {
			if i.Path == "" || i.Why == "" || strings.ContainsAny(i.Path+i.Why, "\n\r\x00") {
				t.Fatalf("%q", i)
			}
		}
		// What was read can be written, and is read the same again.
		p := plan.Plan{
			AppName: d.AppName, Audience: d.Audience, RedirectURIs: d.RedirectURIs, SPARedirectURIs: d.SPARedirectURIs,
			PublicRedirectURIs: d.PublicRedirectURIs,
			PublicClientFlows:  d.PublicClientFlows, Permissions: d.Permissions, Scopes: d.Scopes,
			AppRoles: d.AppRoles, OptionalClaims: d.OptionalClaims, IdentifierURIs: d.IdentifierURIs,
		}
		out, err := Export(p)
		if err != nil {
			if strings.TrimSpace(d.AppName) == "" {
				return
			}
			t.Fatal(err)
		}
		if !json.Valid(out) {
			t.Fatalf("%s", out)
		}
		if len(out) > mostBytes {
			return
		}
		again, ignored, err := Import(out)
		if err != nil || len(ignored) > 0 || again.AppName != d.AppName || !slices.Equal(again.RedirectURIs, d.RedirectURIs) ||
			len(again.Scopes) != len(d.Scopes) {
			t.Fatalf("%v %v\n%+v\n%+v", err, ignored, d, again)
		}
		if !bytes.Contains(out, []byte(ourNotes)) {
			t.Fatal("there are no notes")
		}
	})
}

// What PowerShell cuts at its depth, and one element in the place of a list.
func TestEveryPermissionThatCouldNotBeReadIsCounted(t *testing.T) {
	const read = `{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"}`
	graph := func(access string) string {
		return `{"resourceAppId":"` + catalog.MicrosoftGraph + `","resourceAccess":` + access + `}`
	}
	for asks, want := range map[string]struct{ permissions, unread int }{
		`["System.Object"]`:                    {0, 1},
		`["@{resourceAppId=}", null]`:          {0, 1},
		`"@{resourceAppId=x; type=Scope}"`:     {0, 1},
		`5`:                                    {0, 1},
		`[` + graph(`"System.Object[]"`) + `]`: {0, 1},
		`[` + graph(`["@{id=}", "@{id=}", `+read+`]`) + `]`: {1, 2},
		`[` + graph(`null`) + `]`:                           {0, 1},
		`[` + graph(`[]`) + `]`:                             {0, 0},
		`[]`:                                                {0, 0},
		graph(read):                                         {1, 0},
		`[` + graph(read) + `]`:                             {1, 0},
		graph(`[` + read + `,` + read + `]`):                {1, 0},
	} {
		d, _, err := Import([]byte(`{"displayName":"a","requiredResourceAccess":` + asks + `}`))
		if err != nil || len(d.Permissions) != want.permissions || d.Unread != want.unread {
			t.Errorf("%s: %d permissions, %d unread, %v; want %+v", asks, len(d.Permissions), d.Unread, err, want)
		}
	}
}

func TestOneValueInThePlaceOfAListIsRead(t *testing.T) {
	d, ignored, err :=
		Import([]byte(`{"displayName":"a","web":{"redirectUris":"https://a.contoso.com"},"identifierUris":"api://contoso.com/x",` +
			`"appRoles":{"value":"w","displayName":"W","description":"w","allowedMemberTypes":"User"},"optionalClaims":{"idToken":{"name":"groups","additionalProperties":"x"}},` +
			`"api":{"oauth2PermissionScopes":{"id":"` + aad("5") + `","value":"s"},"preAuthorizedApplications":{"appId":"` + aad("8") +
			`","delegatedPermissionIds":"` + aad("5") + `"}}}`))
	want := Draft{AppName: "a", RedirectURIs: []string{"https://a.contoso.com"}, IdentifierURIs: []string{"api://contoso.com/x"},
		AppRoles:       []plan.AppRole{{Name: "w", Title: "W", Words: "w", Users: true}},
		OptionalClaims: []plan.OptionalClaim{{Token: "idToken", Name: "groups", Properties: []string{"x"}}},
		Scopes:         []plan.Scope{{Name: "s", AdminsOnly: true, PreAuthorized: []string{aad("8")}}}, Fixed: []string{fixedOne}}
	ignored = slices.DeleteFunc(ignored, Ignored.Minor)
	if err != nil || !reflect.DeepEqual(d, want) || len(ignored) > 0 {
		t.Errorf("got  %+v\nwant %+v\nignored %v, %v", d, want, ignored, err)
	}
}
