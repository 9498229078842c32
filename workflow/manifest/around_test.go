package manifest

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/plan"
)

const asksUserRead = `{"displayName":"a","requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000",` +
	`"resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"}]}]}`

// services.md section 5, the last row: {"value":[…]}, in every place where a list is.
func TestAListInAnObjectOfPowerShellOrGraphIsReadWhereverAListIs(t *testing.T) {
	const text = `{"displayName":"a","web":{"redirectUris":["https://a.contoso.com"]},"spa":{"redirectUris":["https://b.contoso.com"]},"identifierUris":["api://contoso.com/x"],` +
		`"appRoles":[{"value":"w","displayName":"W","description":"w","allowedMemberTypes":["User"]}],"optionalClaims":{"idToken":[{"name":"groups","additionalProperties":["x"]}]},` +
		`"requiredResourceAccess":[{"resourceAppId":"Microsoft Graph","resourceAccess":[{"id":"User.Read","type":"Scope"}]}],` +
		`"api":{"requestedAccessTokenVersion":2,"oauth2PermissionScopes":[{"id":"` + roleGUID + `","value":"s"}],` +
		`"preAuthorizedApplications":[{"appId":"` + roleGUID + `","delegatedPermissionIds":["` + roleGUID + `"]}]}}`
	want, loss, err := Import([]byte(text))
	if err != nil || len(want.Scopes) != 1 || len(want.Scopes[0].PreAuthorized) != 1 || len(want.OptionalClaims) != 1 ||
		len(want.Permissions) != 1 {
		t.Fatalf("%+v, %v, %v", want, loss, err)
	}
	want.Fixed = []string{fixedWrapped}
	for name, in := range map[string][2]string{
		"Windows PowerShell": {`{"value":[`, `],"Count":1}`},
		"its other order":    {`{"Count":1,"value":[`, `]}`},
		"in capitals":        {`{"Value":[`, `],"count":1}`},
		"Graph":              {`{"@odata.context":"x","value":[`, `]}`},
		"twice":              {`{"value":{"value":[`, `],"Count":1},"Count":1}`},
	} {
		d, ignored, err := Import([]byte(strings.NewReplacer("[", in[0], "]", in[1]).Replace(text)))
		d.Fixed = slices.DeleteFunc(d.Fixed, func(f string) bool { return f == fixedNames })
		if err != nil || !reflect.DeepEqual(d, want) || !slices.Equal(ignored, loss) {
			t.Errorf("%s:\ngot  %+v\nwant %+v\nignored %v, want %v; %v", name, d, want, ignored, loss, err)
		}
	}
	one, ignored, err :=
		Import([]byte(`{"displayName":"a","web":{"redirectUris":{"value":"https://a.contoso.com","Count":1}},"spa":{"redirectUris":{"value":[],"Count":0}},` +
			`"requiredResourceAccess":{"value":"System.Object[]","Count":2}}`))
	if err != nil || !slices.Equal(one.RedirectURIs, []string{"https://a.contoso.com"}) || one.Unread != 1 ||
		!slices.Equal(ignored, []Ignored{{"requiredResourceAccess", "PowerShell left it out: convert with ConvertTo-Json -Depth 10"}}) {
		t.Errorf("%+v, %v, %v", one, ignored, err)
	}
	// What has more in it is no such object: half of a list is not the list.
	half, ignored, err :=
		Import([]byte(`{"displayName":"a","appRoles":{"value":[],"@odata.nextLink":"x"},"spa":{"redirectUris":{"value":["https://a.contoso.com"],"@odata.nextLink":"x"}}}`))
	if err != nil || half.SPARedirectURIs != nil || len(ignored) != 2 {
		t.Errorf("%+v, %v, %v", half, ignored, err)
	}
}

const roleGUID = "aaaaaaaa-0000-4000-8000-000000000005"

// services.md section 5, the last row: no-break spaces, in identifiers too.
func TestIdentifiersAreReadWithoutWhatAWebPageAddsToThem(t *testing.T) {
	const graph, read = "00000003-0000-0000-c000-000000000000", "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
	want, _, err := Import([]byte(asksUserRead))
	if err != nil || len(want.Permissions) != 1 {
		t.Fatal(want, err)
	}
	want.Fixed = []string{fixedIDs}
	for name, replace := range map[string]*strings.Replacer{
		"a no-break space in a name":   strings.NewReplacer(graph, "Microsoft\u00a0Graph"),
		"a narrow one":                 strings.NewReplacer(graph, "Microsoft\u202fGraph", read, "User.Read"),
		"a zero-width space in a GUID": strings.NewReplacer(graph, "00000003-\u200b0000-0000-c000-000000000000"),
		"one behind a GUID":            strings.NewReplacer(read, read+"\u200b"),
		"a byte order mark":            strings.NewReplacer(read, "\ufeff"+read),
		"a soft hyphen":                strings.NewReplacer(read, "User.\u00adRead"),
		"a blank behind a GUID":        strings.NewReplacer(graph, graph+" "),
		"a tab and a line end":         strings.NewReplacer(graph, `\t`+graph+`\r\n`),
		"a blank behind a type":        strings.NewReplacer("Scope", "Scope "),
		"hyphens that do not break":    strings.NewReplacer(graph, strings.ReplaceAll(graph, "-", "\u2011")),
		"a blank in a property":        strings.NewReplacer(`"id"`, "\"id\u00a0\"", `"resourceAppId"`, "\"\u200bresourceAppId \""),
		"dashes":                       strings.NewReplacer(read, strings.ReplaceAll(read, "-", "–")),
	} {
		d, ignored, err := Import([]byte(replace.Replace(asksUserRead)))
		if err != nil || !reflect.DeepEqual(d, want) || len(ignored) > 0 {
			t.Errorf("%s:\ngot  %+v\nwant %+v\nignored %v, %v", name, d, want, ignored, err)
		}
	}
	d, ignored, err := Import([]byte(`{"displayName":"pay\u200droll  x ","signInAudience":"AzureADMyOrg ","appId":"\u00a0` + aad("1") +
		`","identifierUris":["api://` + aad("1") + `/x"],
		"api":{"requestedAccessTokenVersion":2,"oauth2PermissionScopes":[{"id":"` + roleGUID +
		`\u200b","value":"s ","type":"User\u00a0","adminConsentDisplayName":"Two\u00a0words"}],
		"preAuthorizedApplications":[{"appId":"` + aad("8") + ` ","delegatedPermissionIds":["` + roleGUID + ` "]}]}}`))
	wantNames := Draft{AppName: "pay\u200droll  x ", Audience: plan.ThisTenant, IdentifierURIs: []string{"api://{appId}/x"},
		Scopes: []plan.Scope{{Name: "s ", Title: "Two\u00a0words", PreAuthorized: []string{aad("8")}}}, Fixed: []string{fixedIDs}}
	if ignored = slices.DeleteFunc(ignored, Ignored.Minor); err != nil || !reflect.DeepEqual(d, wantNames) || len(ignored) > 0 {
		t.Errorf("got  %+v\nwant %+v\nignored %v, %v", d, wantNames, ignored, err)
	}
}

func TestAManifestIsReadWithoutTheFenceAroundIt(t *testing.T) {
	want, _, _ := Import([]byte(asksUserRead))
	for text, fixed := range map[string][]string{
		"```json\n" + asksUserRead + "\n```":                    {fixedFence},
		"```\r\n" + asksUserRead + "\r\n```\r\n":                {fixedFence},
		"```" + asksUserRead + "```":                            {fixedFence},
		"~~~ json\n" + asksUserRead + "\n~~~":                   {fixedFence},
		"````jsonc\n" + asksUserRead + " // that's it\n````":    {fixedFence, fixedComments},
		"`" + asksUserRead + "`":                                {fixedFence},
		"```json\n" + asksUserRead + "\n":                       {fixedFence},
		asksUserRead + ";":                                      {fixedEnd},
		asksUserRead + "\n ; \n":                                {fixedEnd},
		"```js\n" + asksUserRead + ";\n```":                     {fixedFence, fixedEnd},
		"```\n[" + asksUserRead + "]\n```":                      {fixedFence, fixedApp},
		strings.Replace(asksUserRead, `"a",`, `"a",,`, 1) + ";": {fixedEnd},
	} {
		d, ignored, err := Import([]byte(text))
		guessed := d.Guessed
		d.Guessed = nil
		want.Fixed = fixed
		if err != nil || !reflect.DeepEqual(d, want) || len(ignored) > 0 || len(guessed) > 0 != strings.Contains(text, ",,") {
			t.Errorf("%s:\ngot  %+v\nwant %+v\nignored %v, guessed %q, %v", text, d, want, ignored, guessed, err)
		}
	}
	for text, code := range map[string]string{
		"```json\n```": "empty", "```json\n": "empty", "```\nhello\n```": "not-object", ";": "empty",
		"```json\n" + asksUserRead + "\n``` and more": "trailing", asksUserRead + "; x": "trailing",
		"```json\n" + asksUserRead[:20] + "\n```": "not-json",
	} {
		if _, _, err := Import([]byte(text)); err == nil || err.(*Problem).Code != code {
			t.Errorf("%q: %v, want %s", text, err, code)
		}
	}
}

// hard are manifests of about n bytes in which there is much to put right.
var hard = map[string]func(n int) string{
	"brackets too many":  func(n int) string { return asksUserRead[:18] + strings.Repeat("},\n\"b\":1", n/9) },
	"brackets in threes": func(n int) string { return asksUserRead[:18] + strings.Repeat("}}},\n\"b\":{}", n/12) },
	"commas too many":    func(n int) string { return asksUserRead[:18] + strings.Repeat(",,\n\"b\":[1 2]", n/13) },
}

// Slack waits three seconds for an answer. It is counted in memory, which no other program
// on the machine changes.
func TestTwiceAsMuchToPutRightTakesTwiceAsMuch(t *testing.T) {
	took := func(text string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		tidy([]byte(text))
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	for name, of := range hard {
		once, twice := took(of(64<<10)), took(of(128<<10))
		if twice > 3*once {
			t.Errorf("%s: %d bytes, and %d for twice as much", name, once, twice)
		}
	}
}

func BenchmarkImportOfWhatHasMuchToPutRight(b *testing.B) {
	for name, of := range hard {
		text := []byte(of(mostBytes - 1024))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Import(text)
			}
		})
	}
}
