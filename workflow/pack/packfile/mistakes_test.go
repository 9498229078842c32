package packfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/document"
)

// instead is good with one line replaced by others.
func instead(line int, with string) string {
	lines := strings.Split(good, "\n")
	lines[line-1] = with
	return strings.Join(lines, "\n")
}

// many are entries of permissions, all of them different.
func many(n int) string {
	var b strings.Builder
	for _, p := range catalog.All() {
		if p.ResourceAppID == catalog.MicrosoftGraph && p.Type == catalog.Delegated && n > 0 {
			fmt.Fprintf(&b, "\n  - {resource: Microsoft Graph, type: Delegated, name: %s, why: x}", p.Name)
			n--
		}
	}
	return b.String()
}

// A mistake is a pack that is wrong, and what has to be said about it: line, key
// and words, the hint included. Several are separated by a bar.
type mistake struct {
	says string
	text string
	// onlyHere says that a schema can't see it.
	onlyHere bool
}

var mistakes = []mistake{
	{says: "1: the pack is empty", text: ""},
	{says: "1: the pack is a list, and has to be keys", text: "- a"},
	{says: "2: the pack is not YAML", text: "name: a\n\tb", onlyHere: true},
	{says: "52: the pack has a second document|delete the line ---", text: good + "---\n" + good, onlyHere: true},
	{says: "1: name is missing|1: version is missing|1: title is missing|1: summary is missing|1: audience is missing|1: credentials is " +
		"missing|1: nextSteps is missing|1: the pack asks for nothing", text: "platform: web"},
	{says: `9: publicClientFlow is not a key that is known here|did you mean publicClientFlows?`,
		text: instead(9, "publicClientFlow: true")},
	{says: `9: colour is not a key|these are known: name, version`, text: instead(9, "colour: red")},
	{says: `26: permissions[0].reason is not a key|23: permissions[0].why is missing`, text: instead(26, "    reason: Sends the slips.")},
	{says: `3: version is given twice; it is already on line 2`, text: instead(3, "version: '3'\ntitle: x"), onlyHere: true},
	{says: `1: name is "Pay Roll"|write small letters`, text: instead(1, "name: Pay Roll")},
	{says: `1: name is "wages", and the file is called "payroll.yaml"|call the file wages.yaml or wages-2.1.yaml`,
		text: instead(1, "name: wages"), onlyHere: true},
	{says: `2: version is "two"|write numbers with dots`, text: instead(2, "version: two")},
	{says: `3: title is "365", and has to be text|put it in quotes`, text: instead(3, "title: 365")},
	{says: `3: title is empty`, text: instead(3, "title:")},
	{says: `3: title has 76 characters; at most 75 are allowed`, text: instead(3, "title: "+strings.Repeat("x", 76))},
	{says: `3: title is a list, and has to be one value`, text: instead(3, "title: [x]")},
	{says: `4: summary has a line break`, text: instead(4, `summary: "a\nb"`), onlyHere: true},
	{says: `5: audience is "AzureADMyOrgs", which is not known|did you mean AzureADMyOrg?`, text: instead(5, "audience: AzureADMyOrgs")},
	{says: `21: workloads[1].service is "onedrive", which is not known|exchange, sharepoint, teams, teams-chats, azure`,
		text: strings.Replace(good, "title: Telling", "title: Telling\n    service: onedrive", 1)},
	{says: `2: workloads[1].service is "azure": an app is that of an organization or an account in Azure, not both|make two packs of it`,
		text: "name: payroll\nworkloads: [{name: a, title: a, service: teams}, {name: b, title: b, service: azure}]\nazureRoles: " +
			"[{name: Reader, why: x, workloads: [a]}, {name: Contributor, why: x, workloads: [b]}]\n" + few, onlyHere: true},
	{says: `2: workloads[0].service is "teams", and a backup server takes an app with a certificate only|offer the credential certificate, or delete the line`,
		text: "name: payroll\nworkloads: [{name: a, title: a, service: teams}]\nazureRoles: [{name: Reader, why: x, workloads: [a]}]\n" +
			few, onlyHere: true},
	{says: `6: platform is "SPA", which is not known|did you mean spa?`, text: instead(6, "platform: SPA")},
	{says: `7: redirectUris is a single value, and has to be a list|begin each entry with -`,
		text: strings.Replace(good, "redirectUris:\n  - https", "redirectUris: https", 1)},
	{says: `7: redirectUris has no entry`, text: strings.Replace(good, "redirectUris:\n  - https://payroll.example.com",
		"redirectUris: []", 1)},
	{says: `8: redirectUris[0] is "payroll.example.com": a redirect URI begins with a scheme`, text: instead(8, "  - payroll.example.com")},
	{says: `8: redirectUris[0] is "http://payroll.example.com": a redirect URI has to begin with https:// (or be http://localhost)`,
		text: instead(8, "  - http://payroll.example.com"), onlyHere: true},
	{says: `8: redirectUris[0] is "myapp://auth": a redirect URI has to begin with https:// (or be http://localhost) on the platform spa`,
		text: instead(8, "  - myapp://auth"), onlyHere: true},
	{says: `8: redirectUris[0] is "https://*.example.com": a redirect URI can't contain a wildcard`,
		text: instead(8, "  - https://*.example.com")},
	{says: `8: redirectUris[0] is "https://a.example.com/#x": a redirect URI can't contain a #`,
		text: instead(8, `  - "https://a.example.com/#x"`)},
	{says: `9: redirectUris[1] is the same as redirectUris[0] on line 8`,
		text: instead(8, "  - https://a.example.com\n  - https://a.example.com")},
	{says: `9: publicClientFlows is "yes", and has to be true or false`, text: instead(9, "publicClientFlows: yes")},
	{says: `11: scopes[0].name is "access as user"|as in access_as_user`, text: instead(11, "  - name: access as user")},
	{says: `15: scopes[0].preAuthorized[0] is "me", which is not a GUID`, text: instead(15, "    preAuthorized: [me]")},
	{says: `17: workloads[0].name is "Pay"|37: directoryRoles[0].workloads[0]`, text: instead(17, "  - name: Pay")},
	{says: `19: workloads[1].name is the same as workloads[0].name on line 17|28: permissions[0].workloads[0]`,
		text: instead(19, "  - name: pay"), onlyHere: true},
	{says: `19: workloads[1].title is missing|20: oneWorkload is "maybe"`,
		text: strings.Replace(instead(21, "oneWorkload: maybe"), "    title: Telling\n", "", 1)},
	{says: `21: workloads[2].name is "sing", which no permission or role is for|name it under workloads`,
		text: instead(20, "    title: Telling\n  - {name: sing, title: Singing}"), onlyHere: true},
	{says: `2: oneWorkload is true, and there are no workloads`, text: "name: payroll\noneWorkload: true\n" + few},
	{says: `23: permissions[0].resource is "Microsoft Graf", which is not known|did you mean Microsoft Graph?`,
		text: instead(23, "  - resource: Microsoft Graf")},
	{says: `24: permissions[0].type is "application", which is not known|did you mean Application?`,
		text: instead(24, "    type: application")},
	{says: `25: permissions[0].name is "Mail.Snd", and Microsoft Graph has no such Application permission|did you mean Mail.Send?`,
		text: instead(25, "    name: Mail.Snd"), onlyHere: true},
	{says: `25: permissions[0].name is "offline_access"|offline_access is there as type Delegated`,
		text: instead(25, "    name: offline_access"), onlyHere: true},
	{says: `25: permissions[0].name is "full_access_as_app"|Office 365 Exchange Online has it`,
		text: instead(25, "    name: full_access_as_app"), onlyHere: true},
	{says: `25: permissions[0].name is "nonsense"|Microsoft's permissions reference lists them`, text: instead(25, "    name: nonsense"),
		onlyHere: true},
	{says: `27: permissions[0].risk is low, and Mail.Send is high: a pack may raise a tier, not lower it`,
		text: instead(27, "    risk: low"), onlyHere: true},
	{says: `27: permissions[0].risk is "extreme", which is not known`, text: instead(27, "    risk: extreme")},
	{says: `28: permissions[0].workloads[0] is "tel", which is not one of the pack's workloads|did you mean tell?`,
		text: instead(28, "    workloads: [tel]"), onlyHere: true},
	{says: `29: permissions[0].credentials[0] is "secret", which is not one of the pack's credentials|these are known: certificate, none`,
		text: instead(29, "    credentials: [secret]"), onlyHere: true},
	{says: `29: permissions[0].credentials[0] is "password"`, text: instead(29, "    credentials: [password]")},
	{says: `31: permissions[1].type is Application, and the app's own scopes are delegated`, text: instead(31, "    type: Application"),
		onlyHere: true},
	{says: `32: permissions[1].name is "access_as_users", which is not one of the pack's scopes|did you mean access_as_user?`,
		text: instead(32, "    name: access_as_users"), onlyHere: true},
	{says: `36: permissions[2].name is the same as permissions[0].name on line 25`,
		text:     instead(33, "    why: x\n  - resource: Microsoft Graph\n    type: Application\n    name: Mail.Send\n    why: Again."),
		onlyHere: true},
	{says: `35: directoryRoles[0].name is "Global Raeder", which is not known|did you mean Global Reader?`,
		text: instead(35, "  - name: Global Raeder")},
	{says: `39: azureRoles[0].name is "Reeder", which is not a built-in role|did you mean Reader?; or list its actions`,
		text: instead(39, "  - name: Reeder")},
	{says: `41: azureRoles[1].name is "Owner", which is built in`, text: instead(41, "  - name: Owner")},
	{says: `43: azureRoles[1].actions[0] is "*", which is not an operation|write an operation such as`,
		text: instead(43, `    actions: ["*"]`)},
	{says: `45: credentials[0].kind is "cert", which is not known|29: permissions[0].credentials[0]`, text: instead(45, "  - kind: cert")},
	{says: `46: credentials[0].lifetime is "6 months", which is not a duration|4320h is 180 days`,
		text: instead(46, "    lifetime: 6 months")},
	{says: `46: credentials[0].lifetime is "0h", which is not a duration`, text: instead(46, "    lifetime: 0h"), onlyHere: true},
	{says: `46: credentials[0].lifetime is 17520h, and max is 8760h`, text: instead(46, "    lifetime: 17520h"), onlyHere: true},
	{says: `46: credentials[0].lifetimes[1] is 17520h, and max is 8760h`, text: instead(46, "    lifetimes: [8760h, 17520h]"),
		onlyHere: true},
	{says: `46: credentials[0].lifetimes[0] is "never", which is not a duration`, text: instead(46, "    lifetimes: [never]")},
	{says: `47: credentials[0].lifetimes[1] is there twice|46: credentials[0].lifetime is 1h, which is not one of lifetimes`,
		text: instead(46, "    lifetime: 1h\n    lifetimes: [8760h, 8760h]"), onlyHere: true},
	{says: `48: credentials[1].kind is the same as credentials[0].kind on line 45`, text: instead(48, "  - kind: certificate"),
		onlyHere: true},
	{says: `49: credentials[1].max is for secrets and certificates; none does not expire`,
		text: instead(48, "  - kind: none\n    max: 1h")},
	{says: `5: checked is "last summer", which is not a day|as in 2026-07-03`, text: instead(4, "summary: x\nchecked: last summer")},
	{says: `5: source is given without the day it was checked|add checked`, text: instead(4, "summary: x\nsource: https://example.com/page"),
		onlyHere: true},
	{says: `49: approvals is "0"|write a number from 1 to 9`, text: instead(49, "approvals: 0")},
	{says: `49: approvals is "10"`, text: instead(49, "approvals: 10")},
	{says: `49: approvals is "two", and has to be a whole number`, text: instead(49, "approvals: two")},
	{says: `51: nextSteps[0] has {appID}, which is not a placeholder|did you mean {appId}?`, text: instead(51, "  - Enter {appID}.")},
	{says: `52: guide has {nextSteps} in the middle of a line, or more than once|write it once, on a line of its own`,
		text: good + "guide: Then {nextSteps}.", onlyHere: true},
	{says: `52: guide has {nextSteps} in the middle of a line, or more than once`,
		text: good + "guide: |\n  {nextSteps}\n  {nextSteps}\n", onlyHere: true},
	{says: `52: guide has 8001 characters; at most 8000 are allowed`, text: good + "guide: " + strings.Repeat("x", 8001)},
	{says: `52: guide is a list, and has to be one value`, text: good + "guide: [x]"},
	{says: `52: guide is empty|write a value, or delete the line`, text: good + "guide: ''"},
	{says: `51: nextSteps[0] has {thumbprint}, and there may be no certificate|offer certificates only`,
		text: instead(51, "  - Enter {thumbprint}."), onlyHere: true},
	{says: `92: permissions[60] is one too many; at most 60 are allowed`, text: instead(33, "    why: x"+many(59))},
	{says: `4: redirects[0].uris[0] has "{hots}", which is not one of the pack's fields|did you mean {host}?|6: fields[0].name is "host", which no redirect URI has in it`, text: templated(4, `    uris: ["https://{hots}:4443"]`), onlyHere: true},
	{says: `4: redirects[0].uris[0] has "{host}", which is not one of the pack's fields|list it under fields first`,
		text: strings.Split(templates, "fields:")[0] + few, onlyHere: true},
	{says: `4: redirects[0].uris[1] is "https://{host}/{": a redirect URI can't contain spaces`,
		text: templated(4, `    uris: ["https://{host}:4443", "https://{host}/{"]`)},
	{says: `4: redirects[0].uris[1] is "http://{host}": a redirect URI has to begin with https://`,
		text: templated(4, `    uris: ["https://{host}:4443", "http://{host}"]`), onlyHere: true},
	{says: `4: redirects[0].uris[1] is "{host}://x": a redirect URI begins with a scheme`,
		text: templated(4, `    uris: ["https://{host}:4443", "{host}://x"]`)},
	{says: `4: redirects[0].uris[1] is "myapp://{host}": a redirect URI has to begin with https:// (or be http://localhost) on the platform spa`, text: templated(4, `    uris: ["https://{host}:4443", "myapp://{host}"]`), onlyHere: true},
	{says: `4: redirects[0].uris[1] is the same as redirects[0].uris[0] on line 4`,
		text: templated(4, `    uris: ["https://{host}:4443", "https://{host}:4443"]`)},
	{says: `4: redirects[0].uris[0] is "https://{host}:4443/{site}": it has {host} and {site} in it, and one of them may have many values`,
		text:     templated(10, "    many: true\n  - {name: site, label: Site, many: true}", 4, `    uris: ["https://{host}:4443/{site}"]`),
		onlyHere: true},
	{says: `3: redirects[0].platform is "SPA", which is not known|did you mean spa?|6: fields[0].name is "host", which no`,
		text: templated(3, "  - platform: SPA")},
	{says: `6: fields[0].name is "Portal host"|as in host|4: redirects[0].uris[0] has "{host}"`,
		text: templated(6, "  - name: Portal host")},
	{says: `7: fields[0].label is "redirect uris", and the form has a field of that name`, text: templated(7, "    label: redirect uris"),
		onlyHere: true},
	{says: `9: fields[0].example is "https://a.example.com", and may have letters`,
		text: templated(9, "    example: https://a.example.com")},
	{says: `11: fields[1].label is the same as fields[0].label on line 7|11: fields[1].name is "site", which no redirect URI`,
		text: templated(10, "    many: true\n  - {name: site, label: Portal host}"), onlyHere: true},
	{says: `2: redirectExample is "portal": a redirect URI begins with a scheme`, text: "name: payroll\nredirectExample: portal\n" + few},
	{says: `2: redirectExample is "https://a.example.com", and is shown in an empty field only`,
		text: templated(1, "name: payroll\nredirectExample: https://a.example.com"), onlyHere: true},
	{says: `4: redirects[0].uris[1] is "https://{host}/(x)": Entra supports none of ! $ ' ( ) , ;`,
		text: templated(4, `    uris: ["https://{host}:4443", "https://{host}/(x)"]`)},
	{says: `4: redirects[0].uris[1] is "https://{host}:99999": the port of a redirect URI is a number from 1 to 65535`,
		text: templated(4, `    uris: ["https://{host}:4443", "https://{host}:99999"]`), onlyHere: true},
	{says: `4: redirects[0].uris[1] is the same as redirects[0].uris[0] on line 4`,
		text: templated(4, `    uris: ["https://{host}:4443", "HTTPS://{host}:4443"]`), onlyHere: true},
	{says: `6: redirects[1].uris[0] is the same as redirects[0].uris[0] on line 4`,
		text: templated(4, "    uris: [\"https://{host}:4443\"]\n  - platform: web\n    uris: [\"https://{host}:4443\"]"), onlyHere: true},
	{says: `2: redirectExample is "https://a.example:0"`, text: "name: payroll\nredirectExample: https://a.example:0\n" + few,
		onlyHere: true},
	{says: `2: redirectRequired is "yes", and has to be true or false`, text: "name: payroll\nredirectRequired: yes\n" + few},
	{says: `2: redirectRequired is true, and the form has no field for redirect URIs`,
		text: templated(1, "name: payroll\nredirectRequired: true"), onlyHere: true},
	{says: `2: redirectRequired is true, and the requester of a custom app`,
		text: "name: payroll\nredirectRequired: true\ncustom: true\n" + few, onlyHere: true},
	{says: `3: redirectUris[0] is "https://{host}"|URIs with fields in them belong under redirects`,
		text: "name: payroll\nredirectUris:\n  - https://{host}\n" + few},
	{says: `1: custom is true, and there are permissions`, text: "custom: true\n" + good},
}

func TestAMistakeIsNamedWithItsLineAndWhatToWriteInstead(t *testing.T) {
	for _, m := range mistakes {
		_, err := Parse("payroll.yaml", []byte(m.text))
		problems, ok := errors.AsType[document.Problems](err)
		if !ok {
			t.Errorf("no mistake is found, want %s\n%v", m.says, err)
			continue
		}
		said := problems.Error()
		for i, part := range strings.Split(m.says, "|") {
			if i == 0 && !strings.Contains(said, "payroll.yaml:"+part) || !strings.Contains(said, part) {
				t.Errorf("want %s\ngot  %s", part, said)
			}
		}
		if n := strings.Count(m.says, "|") + 1; len(problems) > n {
			t.Errorf("want no more than %s\ngot  %s", m.says, said)
		}
	}
}

func TestAllMistakesAreNamedAtOnceFromTopToBottom(t *testing.T) {
	text := `name: Payroll
version: two
title: Payroll
summary: ""
audience: Everybody
platform: desktop
redirectUris: [ftp]
permissions:
  - resource: Microsoft Graph
    type: Application
    name: Mail.Snd
    workloads: [tell]
  - type: Aplication
credentials:
  - kind: password
nextSteps: [{text: x}]
colour: red
`
	_, err := Parse("payroll.yaml", []byte(text))
	problems, _ := errors.AsType[document.Problems](err)
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d %s", p.Line, p.Key))
	}
	want := "1 name, 1 name, 2 version, 4 summary, 5 audience, 6 platform, 7 redirectUris[0], 9 permissions[0].why, 11 " +
		"permissions[0].name, " +
		"12 permissions[0].workloads[0], 13 permissions[1].resource, 13 permissions[1].name, 13 permissions[1].why, 13 " +
		"permissions[1].type, " +
		"15 credentials[0].kind, 16 nextSteps[0], 17 colour"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s\n%v", strings.Join(got, ", "), want, err)
	}
}

func TestAFewLinesThatStandForMillionsAreRefused(t *testing.T) {
	var b strings.Builder
	b.WriteString("a: &a [x, x, x, x, x, x, x, x, x, x]\nnextSteps: &n\n")
	for range 3000 {
		b.WriteString("  - x\n")
	}
	b.WriteString("permissions:\n")
	for range 10 {
		b.WriteString("  - {workloads: *n, credentials: *n}\n")
	}
	if _, err := Parse("x.yaml", []byte(b.String())); err == nil || strings.Count(err.Error(), "is too large") != 1 {
		t.Error("it was read to the end, or said to be too large more than once")
	}
	if _, err := Parse("x.yaml", []byte("permissions: &p [*p]\nscopes: &s\n  - *s")); err == nil {
		t.Error("a list in itself was taken")
	}
}
