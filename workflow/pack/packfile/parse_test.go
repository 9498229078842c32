package packfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/plan"
)

// good is a pack with something of everything. Its lines are counted on.
const good = `name: payroll
version: "2.1"
title: Payroll
summary: What the payroll runs on.
audience: AzureADMyOrg
platform: spa
redirectUris:
  - https://payroll.example.com
publicClientFlows: true
scopes:
  - name: access_as_user
    adminsOnly: true
    title: Use payroll
    words: Lets payroll act for you.
    preAuthorized: [11111111-2222-3333-4444-555555555555]
workloads:
  - name: pay
    title: Paying
  - name: tell
    title: Telling
oneWorkload: true
permissions:
  - resource: Microsoft Graph
    type: Application
    name: Mail.Send
    why: Sends the slips.
    risk: critical
    workloads: [tell]
    credentials: [certificate]
  - resource: self
    type: Delegated
    name: access_as_user
    why: Speaks to itself.
directoryRoles:
  - name: Directory Readers
    why: Finds people.
    workloads: [pay]
azureRoles:
  - name: Reader
    why: Looks.
  - name: Payroll disks
    why: Reads disks.
    actions: [Microsoft.Compute/disks/read, "*/read"]
credentials:
  - kind: certificate
    lifetime: 4380h
    max: 8760h
  - kind: none
approvals: 2
nextSteps:
  - Enter {appId} and {tenantId} of {appName}.
`

func TestAPackCanSayEverything(t *testing.T) {
	p, err := Parse("payroll.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	send := p.Permissions[0]
	switch {
	case p.Name != "payroll", p.Version != "2.1", p.Title != "Payroll", p.Platform != plan.SPA, !p.PublicClientFlows, !p.OneWorkload,
		p.Custom, p.Approvals != 2:
		t.Errorf("got %+v", p)
	case send.Name != "Mail.Send", send.Risk != catalog.Critical, send.Why != "Sends the slips.", send.Words == "",
		send.Workloads[0] != "tell", send.Credentials[0] != plan.CredentialCertificate:
		t.Errorf("got %+v", send)
	case p.Scopes[0].PreAuthorized[0] != "11111111-2222-3333-4444-555555555555", p.DirectoryRoles[0].TemplateID == "",
		p.AzureRoles[0].ID == "", p.AzureRoles[1].Actions[1] != "*/read":
		t.Errorf("got %+v", p)
	case p.Credentials[0].Max != 2*p.Credentials[0].Lifetime, len(p.NextSteps) != 1, len(p.Workloads) != 2:
		t.Errorf("got %+v", p)
	}
}

// few is the end of a small pack.
const few = "version: 1\ntitle: x\nsummary: x\naudience: AzureADMyOrg\nscopes: [{name: a, title: a, words: a}]\ncredentials: [{kind: " +
	"none}]\nnextSteps: [x]\n"

// templates is the beginning of a small pack with a field in its redirect URIs.
const templates = `name: payroll
redirects:
  - platform: spa
    uris: ["https://{host}:4443"]
fields:
  - name: host
    label: Portal host
    hint: Where the portal runs.
    example: portal.example.com
    many: true
`

// templated is that pack with some of its lines replaced: a number and what stands
// there instead, and so on.
func templated(changes ...any) string {
	lines := strings.Split(templates, "\n")
	for i := 0; i < len(changes); i += 2 {
		lines[changes[i].(int)-1] = changes[i+1].(string)
	}
	return strings.Join(lines, "\n") + few
}

func TestAPackCanHaveRedirectURIsOfEachPlatformWithFieldsInThem(t *testing.T) {
	p, err := Parse("payroll.yaml", []byte(templated()))
	if err != nil {
		t.Fatal(err)
	}
	f := p.Fields[0]
	switch {
	case len(p.Redirects) != 1, p.Redirects[0].Platform != plan.SPA, p.Redirects[0].URIs[0] != "https://{host}:4443":
		t.Errorf("got %+v", p.Redirects)
	case f.Name != "host", f.Label != "Portal host", f.Hint != "Where the portal runs.", f.Example != "portal.example.com", !f.Many:
		t.Errorf("got %+v", f)
	case p.Platform != plan.SPA, p.AsksRedirects():
		t.Errorf("the form asks for redirect URIs of %s: %t", p.Platform, p.AsksRedirects())
	}
	other, err := Parse("payroll.yaml", []byte(templated(3, "  - platform: web", 4, `    uris: ["https://{host}", "https://localhost"]`)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range Diff(p, other) {
		got = append(got, string(c.Sign)+" "+c.Group+": "+c.Name)
	}
	want := "~ Settings: platform, + Redirect URIs of platform web: https://{host}, + Redirect URIs of platform web: https://localhost, " +
		"- Redirect URIs of platform spa: https://{host}:4443"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	for _, m := range mistakes {
		f.Add([]byte(m.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Parse("payroll.yaml", b)
		problems, _ := errors.AsType[document.Problems](err)
		switch {
		case err == nil && (p.Name != "payroll" || p.Title == "" || len(p.Credentials) == 0 || len(p.NextSteps) == 0):
			t.Errorf("taken with %+v", p)
		case err != nil && len(problems) == 0:
			t.Errorf("refused with %v", err)
		}
		for _, q := range problems {
			if q.Line < 1 || q.Key == "" || q.Text == "" {
				t.Errorf("a problem without a place: %+v", q)
			}
		}
		for _, n := range p.Permissions {
			if known, ok := plan.Known(n.ResourceAppID, n.Type, n.Name); n.ResourceAppID != plan.Self &&
				(!ok || n.Risk.Weight() < known.Risk.Weight()) {
				t.Errorf("%+v is not in the catalogue, or its risk was lowered", n)
			}
		}
	})
}
