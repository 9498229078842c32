package manifest

import (
	"encoding/binary"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Manifests as people have them: services.md section 5, the last row, and the files of
// cases/manifests and cases/scopes, which are in testdata/cases.

func ofCase(t *testing.T, name string) (Draft, []string) {
	t.Helper()
	b, err := os.ReadFile("testdata/cases/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	d, ignored, err := Import(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var loss []string
	for _, i := range ignored {
		if !i.Minor() {
			loss = append(loss, i.Path+": "+i.Why)
		}
	}
	return d, loss
}

func userRead(t *testing.T) plan.Permission {
	return needed(t, catalog.MicrosoftGraph, catalog.Delegated, "User.Read", "")
}

func TestManifestsOfPeopleAreRead(t *testing.T) {
	read := []plan.Permission{userRead(t)}
	mail := []plan.Permission{needed(t, catalog.MicrosoftGraph, catalog.Application, "Mail.Read", "")}
	one := "AzureADMyOrg"
	for name, c := range map[string]struct {
		want Draft
		loss []string
	}{
		"01-naa-broker-spa": {want: Draft{AppName: "mail-addin", Audience: one,
			SPARedirectURIs: []string{"https://addin.contoso.com/taskpane.html", "brk-multihub://addin.contoso.com"}, Permissions: read}},
		"02-oob-public-client": {want: Draft{AppName: "cluster-console", Audience: one, PublicClientFlows: true, Permissions: read,
			PublicRedirectURIs: []string{"urn:ietf:wg:oauth:2.0:oob", "https://login.microsoftonline.com/common/oauth2/nativeclient"}}},
		"04-powershell-pascal": {want: Draft{AppName: "mail-reader", Audience: one, RedirectURIs: []string{"https://mail.contoso.com/cb"},
			Permissions: mail, Fixed: []string{fixedNames}}},
		"06-nbsp-indent":  {want: Draft{AppName: "pasted-from-wiki", Audience: one, Permissions: read, Fixed: []string{fixedSpaces}}},
		"07-curly-quotes": {want: Draft{AppName: "from a blog", Audience: one, Fixed: []string{fixedQuotes}}},
		"08-comments":     {want: Draft{AppName: "commented", Audience: one, Permissions: read, Fixed: []string{fixedComments}}},
		"12-readable-names": {want: Draft{AppName: "tab-aad", Audience: one, Permissions: read,
			RedirectURIs: []string{"https://tab.contoso.com/auth-end.html"}}, loss: []string{
			"id: it is the placeholder ${{AAD_APP_OBJECT_ID}}, which was never filled in",
			"appId: it is the placeholder ${{AAD_APP_CLIENT_ID}}, which was never filled in",
		}},
		"13-aad-graph-old": {want: Draft{AppName: "native-sync", PublicClientFlows: true,
			PublicRedirectURIs: []string{"https://sync.contoso.com", "urn:ietf:wg:oauth:2.0:oob"},
			Retired:            []Retired{{"requiredResourceAccess[0].resourceAccess[0]", "User.Read", catalog.Delegated, userRead(t)}}}},
		"15-sharepoint-and-keyvault": {want: Draft{AppName: "vault-reader", Audience: one, Unread: 2}, loss: []string{
			"requiredResourceAccess[0]: the resource cfa8b339-82a2-471a-a3c9-0fc0be7a4093 (Azure Key Vault) is not one that we know",
			"requiredResourceAccess[1]: the resource 797f4846-ba00-4fd7-ba43-dac1f8f63013 (Azure Service Management) is not one " +
				"that we know",
		}},
		"a-user-texts-only": {want: Draft{AppName: "orders-api", Audience: one, Permissions: read,
			Scopes: []plan.Scope{{Name: "orders.read", UserTitle: "Read your orders", UserWords: "Reads your orders."}}}},
	} {
		d, loss := ofCase(t, name)
		if !reflect.DeepEqual(d, c.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, d, c.want)
		}
		if !slices.Equal(loss, c.loss) {
			t.Errorf("%s: lost %q, want %q", name, loss, c.loss)
		}
	}
	for _, name := range []string{"b-title-150", "c-description-1200", "d-name-with-space"} {
		if d, loss := ofCase(t, name); len(d.Scopes) != 1 || len(loss) > 0 || form.ScopesProblem(d.Scopes) == "" {
			t.Errorf("%s: %+v, %q", name, d.Scopes, loss)
		}
	}
	if d, _ := ofCase(t, "i-two-same-fold"); form.ScopesProblem(d.Scopes) == "" {
		t.Errorf("i-two-same-fold: %+v", d.Scopes)
	}
}

func TestTheSameManifestIsReadHoweverItIsWritten(t *testing.T) {
	const plain = `{"displayName":"a","requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"}]}]}`
	wide := func(order binary.AppendByteOrder, mark bool) string {
		var b []byte
		if mark {
			b = order.AppendUint16(b, 0xfeff)
		}
		for _, u := range utf16.Encode([]rune(plain)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	for name, c := range map[string]struct {
		text, fixed, guessed string
	}{
		"as it should be":           {plain, "", ""},
		"with a byte order mark":    {"\ufeff" + plain, "", ""},
		"in UTF-16":                 {wide(binary.LittleEndian, true), "", ""},
		"in UTF-16 without a mark":  {wide(binary.LittleEndian, false), "", ""},
		"in UTF-16, the other way":  {wide(binary.BigEndian, true), "", ""},
		"in Graph's list":           {`{"@odata.context":"x","value":[` + plain + `]}`, fixedApp, ""},
		"in a list of one":          {"[" + plain + "]", fixedApp, ""},
		"with commas at the end":    {strings.ReplaceAll(strings.ReplaceAll(plain, "}]", "},]"), `"Scope"`, `"Scope",`), fixedCommas, ""},
		"with a comment at the end": {plain + " // that's all", fixedComments, ""},
		"with a comment in front":   {"/* Ada's “app” */" + plain, fixedComments, ""},
		"with single quotes":        {strings.ReplaceAll(plain, `"`, `'`), fixedQuotes, ""},
		"with low quotes": {strings.NewReplacer(`{"`, `{„`, `":`, `“:`, `:"`, `:„`, `",`, `“,`, `,"`, `,„`, `"}`,
			`“}`).Replace(plain), fixedQuotes, ""},
		"with one curly quote": {strings.Replace(plain, `"a",`, "\"a”,\n", 1), fixedQuotes, ""},
		"with spaces of the web": {strings.NewReplacer(",", ",\u00a0\u202f", ":", ":\u3000", "{", "{\u200b").Replace(plain), fixedSpaces,
			""},
		"from PowerShell": {strings.NewReplacer("displayName", "DisplayName", "requiredResource", "RequiredResource", "resourceA",
			"ResourceA", `"id"`, `"Id"`, `"type"`, `"Type"`).Replace(plain),
			fixedNames, ""},
		"without its first bracket": {plain[1:], "", "line 1: the { at the beginning is missing"},
		"without its last bracket, of a page": {strings.NewReplacer(`"a"`, `“a”`).Replace(plain[:len(plain)-1]), fixedQuotes,
			"line 1: the end is missing: } was added, and what may have stood before it is not here"},
		"without a bracket in it": {strings.Replace(plain, `"Scope"}]`, `"Scope"]`, 1), "", "line 1: a } is missing before this"},
		"without two brackets in it": {strings.Replace(strings.Replace(plain, `"Scope"}]}`, `"Scope"}`, 1), `"a",`, `"a"`, 1), "",
			"line 1: the end is missing: ]} was added"},
		"without a bracket of a list": {strings.Replace(plain, `:[{"id"`, `:["id"`, 1), "", "line 1: a { is missing before this"},
		"without a comma":             {strings.Replace(plain, `"a",`, "\"a\"\n", 1), "", "line 2: a comma is missing before this"},
		"with a bracket too many":     {strings.Replace(plain, `"a",`, `"a"},`, 1), "", "an extra } before this was left out"},
		"without quotes around names": {strings.NewReplacer(`"displayName"`, "displayName", `"type"`, "type").Replace(plain), fixedQuoted,
			""},
		"with one object for a list": {strings.NewReplacer("[", "", "]", "").Replace(plain), fixedOne, ""},
	} {
		d, ignored, err := Import([]byte(c.text))
		if err != nil || d.AppName != "a" || !reflect.DeepEqual(d.Permissions, []plan.Permission{userRead(t)}) {
			t.Errorf("%s: %+v, %v, %v", name, d, ignored, err)
			continue
		}
		if got := strings.Join(d.Fixed, "; "); got != c.fixed {
			t.Errorf("%s: fixed %q, want %q", name, got, c.fixed)
		}
		if got := strings.Join(d.Guessed, "; "); !strings.Contains(got, c.guessed) || c.guessed == "" && got != "" {
			t.Errorf("%s: guessed %q, want %q", name, got, c.guessed)
		}
	}
	list := plain[strings.Index(plain, "["):strings.LastIndex(plain, "]")] + "]"
	for _, text := range []string{list, `{"value":` + list + `}`, list[1 : len(list)-1]} {
		d, _, err := Import([]byte(text))
		if err != nil || len(d.Permissions) != 1 || !slices.Equal(d.Fixed, []string{fixedList}) {
			t.Errorf("%s: %+v, %v", text, d, err)
		}
	}
}

// The restore portal's manifest as a web page prints it: curly quotes, brackets that are
// lost, and names of an older format.
func TestTheRestorePortalsManifestOfAWebPageGetsAsFarAsItCan(t *testing.T) {
	text := "“accessTokenAcceptedVersion”: 2,\n“allowPublicClient”: true,\n“name”: “portal”,\n“oauth2Permissions”: [\n" +
		"“adminConsentDescription”: “Access as user”,\n" +
		"“adminConsentDisplayName”: “Access as user”,\n“id”: “aaaaaaaa-0000-4000-8000-000000000005”,\n“isEnabled”: true,\n“type”: " +
		"“Admin”,\n“value”: “access_as_user”\n}\n],\n" +
		"“replyUrlsWithType”: [\n{\n“url”: “https://portal.contoso.com:4443”,\n“type”: “Spa”\n}\n],\n“requiredResourceAccess”: [\n{\n" +
		"“resourceAppId”: “00000003-0000-0000-c000-000000000000”,\n" +
		"“resourceAccess”: [\n{\n“id”: “e1fe6dd8-ba31-4d61-89e7-88639da4683d”,\n“type”: “Scope”\n}\n]\n}\n]\n“signInAudience”: " +
		"“AzureADMultipleOrgs”"
	d, _, err := Import([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := Draft{AppName: "portal", Audience: "AzureADMultipleOrgs", PublicClientFlows: true,
		SPARedirectURIs: []string{"https://portal.contoso.com:4443"},
		Permissions:     []plan.Permission{userRead(t)},
		Scopes:          []plan.Scope{{Name: "access_as_user", AdminsOnly: true, Title: "Access as user", Words: "Access as user"}},
		Fixed:           []string{fixedQuotes}, Guessed: []string{"line 1: the { at the beginning is missing",
			"line 5: a { is missing before this", "line 30: a comma is missing before this",
			"line 30: the end is missing: } was added, and what may have stood before it is not here"}}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
}

func TestAManifestOfQuotesIsReadInTime(t *testing.T) {
	for _, piece := range []string{`"” : `, `“ : `, "' ", `"”    `, `//“`, `[“:`, `{"a":`, "/* ", `\"`} {
		began := time.Now()
		Import([]byte("{\"" + strings.Repeat(piece, mostBytes/len(piece)-1)))
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%q over and over took %s", piece, took)
		}
	}
}
