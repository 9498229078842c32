package manifest

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

func write(t *testing.T, p plan.Plan, k Kind) string {
	t.Helper()
	s, err := Script(p, k)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []byte(s) {
		if c != '\n' && (c < ' ' || c > '~') {
			t.Fatalf("byte %d of the script is %#x: %q", i, c, s[max(0, i-40):i+1])
		}
	}
	return s
}

func TestAScriptDoesAllOfAPlan(t *testing.T) {
	golden(t, "script.sh", write(t, rich(t), AzureCLI))
	golden(t, "script.ps1", write(t, rich(t), PowerShell))
}

// hostile are values that want to be more than values.
var hostile = []string{
	`'; pwned; '`, `$(pwned)`, "`pwned`", `"; pwned; "`, `\'; pwned; \'`, "\npwned\n", "\r\npwned\r\n", `${IFS}pwned`, `| pwned`,
	`&& pwned`, `# pwned`,
	`'"'"'; pwned; '`, `--query pwned`, `@/etc/passwd`, `a=@/etc/passwd`, `!pwned`, `%0apwned`, `*`, `~`, `\`, `\\'`, "\x00pwned",
	"\x1b]0;pwned\x07",
	"\u2018; pwned; \u2019", "\u201a; pwned; \u201b", "\u201c$(pwned)\u201d\u201e", "\u00d1; pwned; \u00d3", "\u202epwned", "\u2028pwned",
	"\u0085pwned", "\u00a0pwned",
	"SIG # Begin signature block", "#Requires -Version 99", "#> pwned <#", "'@\npwned\n@'", `{subscriptionId}`, `"}],"x":[{"y":"`,
	"\U0001f600'", "日本'; pwned",
}

// allHostile is a plan with s wherever somebody may have written something.
func allHostile(t testing.TB, s string) plan.Plan {
	p := rich(t)
	p.AppName, p.Audience = s, s
	p.RedirectURIs, p.SPARedirectURIs, p.PublicRedirectURIs = []string{s}, []string{s, s}, []string{s}
	for i := range p.Permissions {
		p.Permissions[i].Resource, p.Permissions[i].Words, p.Permissions[i].Why = s, s, s
	}
	for i := range p.Scopes {
		p.Scopes[i].Title, p.Scopes[i].Words = s, s
	}
	p.DirectoryRoles[0].Name, p.DirectoryRoles[0].Why = s, s
	for i := range p.AzureRoles {
		p.AzureRoles[i].Name, p.AzureRoles[i].Why = s, s
	}
	p.AzureRoles[1].Actions, p.AzureRoles[1].DataActions = []string{s}, []string{s, s}
	p.Owners = []people.Person{{Name: s, Email: s}}
	p.Workloads = []string{s}
	p.Credential.Certificate.Subject = s
	return p
}

func federated(p plan.Plan, s string) plan.Plan {
	p.Credential = plan.Credential{Kind: plan.CredentialFederated,
		Federated: plan.FederatedIssuer{Issuer: s, Subject: s, Audience: s}}
	return p
}

func TestAHostileValueIsNeverMoreThanAValue(t *testing.T) {
	benign, _, err := run(t, write(t, federated(allHostile(t, "x"), "x"), AzureCLI))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range hostile {
		t.Run(plain(s), func(t *testing.T) {
			t.Parallel()
			for _, p := range []plan.Plan{allHostile(t, s), federated(allHostile(t, s), s)} {
				if strings.TrimSpace(s) == "" {
					t.Fatal("no value")
				}
				calls, out, err := run(t, write(t, p, AzureCLI))
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				if p.Credential.Kind == plan.CredentialFederated {
					if len(calls) != len(benign) {
						t.Fatalf("%d calls, and not %d", len(calls), len(benign))
					}
					// The ID of a custom role follows from its name.
					own, other := chosenID("role", tenant, s, s), chosenID("role", tenant, "x", "x")
					for i := range calls {
						if got, want := strings.ReplaceAll(shape(calls[i]), own, other), shape(benign[i]); got != want {
							t.Errorf("call %d\ngot  %s\nwant %s", i, got, want)
						}
					}
				}
				arrived(t, calls, p, s)
			}
		})
	}
}

// arrived checks that what a script said to az is what the plan says.
func arrived(t *testing.T, calls [][]string, p plan.Plan, s string) {
	t.Helper()
	bodies := map[string]map[string]any{}
	for _, call := range calls {
		if call[0] != "az" {
			t.Errorf("%v was run", call)
		}
		for _, a := range call {
			if _, after, ok := strings.Cut(a, "="); strings.HasPrefix(a, "@") || ok && strings.HasPrefix(after, "@") {
				t.Errorf("az reads a file for %q", a)
			}
		}
		u, err := url.Parse(arg(call, "--url"))
		if err != nil {
			t.Fatal(err)
		}
		if f := u.Query().Get("$filter"); strings.HasPrefix(f, "displayName") && f != "displayName eq "+odata(s) ||
			strings.HasPrefix(f, "user") && f != "userPrincipalName eq "+odata(s)+" or mail eq "+odata(s) {
			t.Errorf("it searches for %q", f)
		}
		body := arg(call, "--body")
		if body == "" {
			continue
		}
		var o map[string]any
		if err := json.Unmarshal([]byte(body), &o); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		bodies[u.Path] = o
		if o["displayName"] != nil {
			var app struct {
				DisplayName, SignInAudience string
				Web, Spa, PublicClient      struct{ RedirectUris []string }
			}
			json.Unmarshal([]byte(body), &app)
			if app.DisplayName != s || app.SignInAudience != s || app.Web.RedirectUris[0] != s ||
				!slices.Equal(app.Spa.RedirectUris, []string{s, s}) || app.PublicClient.RedirectUris[0] != s {
				t.Errorf("the application is %s", body)
			}
		}
	}
	role := bodies["/subscriptions/"+subA+roleDefinitions+chosenID("role", tenant, s, s)]
	if properties, _ := role["properties"].(map[string]any); properties["roleName"] != s+" ("+s+")" || properties["description"] != s {
		t.Errorf("the role is %v", role)
	}
	f := bodies["/v1.0/applications/11111111-1111-1111-1111-111111111111/federatedIdentityCredentials"]
	if p.Credential.Kind == plan.CredentialFederated && (f["issuer"] != s || f["subject"] != s || f["audiences"].([]any)[0] != s) {
		t.Errorf("the federated credential is %v", f)
	}
}

func TestASecretIsShownOnceAndOnlyInATerminal(t *testing.T) {
	script := write(t, withSecret(rich(t)), AzureCLI)
	calls, out, err := run(t, script)
	if err == nil || len(calls) > 0 || !strings.Contains(out, "in a terminal") {
		t.Errorf("without a terminal: %v, %v\n%s", calls, err, out)
	}
	calls, out, err = run(t, script, "TTY=1")
	if err != nil || strings.Count(out, "s3cret") != 1 || !strings.Contains(out, "WARNING") || !strings.Contains(out, "App ID: 22222222") {
		t.Fatalf("%v\n%s", err, out)
	}
	var body struct {
		PasswordCredential struct{ EndDateTime time.Time }
	}
	last := calls[len(calls)-1]
	if err := json.Unmarshal([]byte(arg(last, "--body")), &body); err != nil {
		t.Fatal(err)
	}
	if left := time.Until(body.PasswordCredential.EndDateTime); left < 89*24*time.Hour || left > 91*24*time.Hour {
		t.Errorf("the secret lives for %v", left)
	}
	golden(t, "secret.ps1", write(t, withSecret(plan.Plan{TenantID: tenant, AppName: "small"}), PowerShell))
}

func TestAScriptMakesNothingWhereSomethingIsNotFound(t *testing.T) {
	for name, env := range map[string]string{"a permission": "ID=", "another kind of answer": "ID=None",
		"two of it": "ID=" + stubID + "\n" + stubID, "another tenant": "TENANT=" + subA} {
		calls, out, err := run(t, write(t, rich(t), AzureCLI), env)
		if err == nil || out == "" {
			t.Errorf("%s: it went on\n%s", name, out)
		}
		for _, call := range calls {
			if slices.Contains(call, "post") || slices.Contains(call, "create") {
				t.Errorf("%s: %v", name, call)
			}
		}
	}
}

func TestAPlanThatIsNotInItsFormGetsNoScript(t *testing.T) {
	for name, change := range map[string]func(p *plan.Plan){
		"a tenant that is no GUID":         func(p *plan.Plan) { p.TenantID = "contoso" },
		"no name":                          func(p *plan.Plan) { p.AppName = "" },
		"a subscription that is no GUID":   func(p *plan.Plan) { p.Subscriptions[0] += "/x" },
		"a GUID with a line after it":      func(p *plan.Plan) { p.Subscriptions[0] += "\n" },
		"no subscription":                  func(p *plan.Plan) { p.Subscriptions = nil },
		"a resource that is no GUID":       func(p *plan.Plan) { p.Permissions[0].ResourceAppID = "graph" },
		"two permissions in one name":      func(p *plan.Plan) { p.Permissions[1].Name += " Mail.Read" },
		"a type that is none":              func(p *plan.Plan) { p.Permissions[1].Type = "Admin" },
		"a scope of its own that is none":  func(p *plan.Plan) { p.Permissions[5].Name = "other" },
		"an app role of its own":           func(p *plan.Plan) { p.Permissions[5].Type = catalog.Application },
		"a scope with a space":             func(p *plan.Plan) { p.Scopes[0].Name = "a b" },
		"a client that is no GUID":         func(p *plan.Plan) { p.Scopes[0].PreAuthorized = []string{"x"} },
		"a directory role that is no GUID": func(p *plan.Plan) { p.DirectoryRoles[0].TemplateID = "Global Reader" },
		"a role in Azure that is no GUID":  func(p *plan.Plan) { p.AzureRoles[0].ID = "Contributor" },
		"an owner without an address":      func(p *plan.Plan) { p.Owners[0].Email = "" },
		"no certificate":                   func(p *plan.Plan) { p.Credential.Certificate = certificate.Certificate{} },
		"a secret without a lifetime":      func(p *plan.Plan) { p.Credential = plan.Credential{Kind: plan.CredentialSecret} },
		"a certificate that the bot makes": func(p *plan.Plan) {
			p.Credential = plan.Credential{Kind: plan.CredentialMadeCertificate}
		},
		"a kind of credential that is none": func(p *plan.Plan) { p.Credential.Kind = "" },
	} {
		p := rich(t)
		change(&p)
		for _, k := range []Kind{AzureCLI, PowerShell} {
			if s, err := Script(p, k); err == nil || s != "" {
				t.Errorf("%s: there is a script of kind %s", name, k)
			}
		}
	}
	if _, err := Script(rich(t), "fish"); err == nil {
		t.Error("there is a script of kind fish")
	}
}

// Source: services.md, section 9: scopes of roles in Azure are not subscriptions only.
func TestAScriptAssignsRolesOnManagementGroupsAndResourceGroups(t *testing.T) {
	p := rich(t)
	const group, rg = "/providers/Microsoft.Management/managementGroups/Platform",
		"/subscriptions/3f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b/resourceGroups/RG-Backup_(1).eu"
	p.Subscriptions = []string{group, rg}
	sh, ps := write(t, p, AzureCLI), write(t, p, PowerShell)
	sh, ps = strings.Join(strings.Fields(sh), " "), strings.Join(strings.Fields(ps), " ") // JSON has lines
	for _, want := range []string{
		`--role '/subscriptions/3f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b/providers/Microsoft.Authorization/roleDefinitions/` +
			p.AzureRoles[0].ID + `' --scope '` + rg + `'`,
		`az rest --method put --url "$azure"'` + group +
			`/providers/Microsoft.Authorization/roleAssignments/'"$assignment"'?api-version=2022-04-01' --body '{ "properties": { "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/` + p.AzureRoles[0].ID + `"`,
		`"$azure"'` + group + `/providers/Microsoft.Authorization/roleDefinitions/`,
		`"assignableScopes": [ "` + group + `", "` + rg + `" ]`,
	} {
		if !strings.Contains(sh, want) {
			t.Errorf("not in bash: %s", want)
		}
	}
	for _, want := range []string{
		`Send-Azure ('` + group + `/providers/Microsoft.Authorization/roleAssignments/' + $assignment1 + '?api-version=2022-04-01')`,
		`Send-Azure ('` + rg + `/providers/Microsoft.Authorization/roleAssignments/' + $assignment2 + '?api-version=2022-04-01')`,
		`"assignableScopes": [ "` + group + `", "` + rg + `" ]`,
	} {
		if !strings.Contains(ps, want) {
			t.Errorf("not in PowerShell: %s", want)
		}
	}
	for _, no := range []string{"/", "Platform", rg + "/providers/Microsoft.KeyVault/vaults/v", group + "?x=", rg + "'",
		"/subscriptions/x/resourceGroups/y", "/subscriptions/3f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b/resourceGroups/Müller"} {
		p.Subscriptions = []string{no}
		if _, err := Script(p, AzureCLI); err == nil {
			t.Errorf("%q was taken", no)
		}
	}
}

// A script is for the tenant's cloud, and stops in any other.
func TestAScriptIsForTheTenantsCloud(t *testing.T) {
	for _, c := range cloud.All {
		bash, err := ScriptIn(c, rich(t), AzureCLI)
		if err != nil {
			t.Fatal(err)
		}
		checks := strings.Contains(bash, `[ "$graph" = '`+c.Graph+`' ] || fail 'az is not set to the cloud of this tenant. First: `+
			strings.Join(c.SetCLI(), " && "))
		if checks != (c.Name != cloud.Public.Name) {
			t.Errorf("%s: the script stops in another cloud: %v", c.Name, checks)
		}
		ps, err := ScriptIn(c, rich(t), PowerShell)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(ps, "$Environment = '"+c.GraphModule+"'") || !strings.Contains(ps, "$AzureEnvironment = '"+c.AzureModule+"'") {
			t.Errorf("%s: %s", c.Name, ps)
		}
		const tenant = "72aa0d83-624a-4ebf-a683-1b9b45548610"
		ews, err := EWSScript(Listing{TenantID: tenant, AppName: "x", Add: []string{tenant}, Cloud: c})
		if err != nil {
			t.Fatal(err)
		}
		if named := strings.Contains(ews, "Connect-ExchangeOnline -ExchangeEnvironmentName "+c.Exchange+
			" "); named != (c.Name != cloud.Public.Name) {
			t.Errorf("%s: it names Exchange's environment: %v", c.Name, named)
		}
	}
}
