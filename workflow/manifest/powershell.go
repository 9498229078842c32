package manifest

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/plan"
)

const azureVersion = "?api-version=2022-04-01"

// powershell writes for Windows PowerShell 5.1 and PowerShell 7.
type powershell struct {
	strings.Builder
	steps    int
	assigned int
}

// psQuote quotes s for PowerShell. Between single quotes only these are special,
// and the typographic ones that PowerShell takes for the same: all that is not
// printable ASCII is written by its number, since what a letter becomes depends
// on the encoding that the file is taken for.
func psQuote(s string) string { return psText(text{lit(s)}) }

// psText joins what is quoted with variables into one expression.
func psText(t text) string {
	var parts []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			parts = append(parts, "'"+b.String()+"'")
			b.Reset()
		}
	}
	for _, p := range t {
		if p.variable != "" {
			flush()
			parts = append(parts, "$"+p.variable)
		}
		for _, u := range utf16.Encode([]rune(p.literal)) {
			switch {
			case u == '\'':
				b.WriteString("''")
			case ' ' <= u && u <= '~', u == '\n':
				b.WriteByte(byte(u))
			default:
				flush()
				parts = append(parts, fmt.Sprintf("[char]0x%04X", u))
			}
		}
	}
	flush()
	switch {
	case len(parts) == 0:
		return "''"
	case len(parts) == 1 && parts[0][0] != '[':
		return parts[0]
	case parts[0][0] != '\'': // the first part makes it a string
		parts = append([]string{"''"}, parts...)
	}
	return "(" + strings.Join(parts, " + ") + ")"
}

func (s *powershell) line(format string, args ...any) { fmt.Fprintf(s, format+"\n", args...) }

func (s *powershell) step(title string) {
	s.steps++
	s.line("\n# %d. %s\nWrite-Host %s", s.steps, plain(title), psQuote(plain(title)))
}

func (s *powershell) why(words string) { s.line("# - %s", plain(words)) }

func (s *powershell) begin(p plan.Plan, c cloud.Cloud) {
	scopes := p.SignInScopes()
	if len(p.Owners) > 0 {
		scopes = append(scopes, "User.ReadBasic.All")
	}
	for i, sc := range scopes {
		scopes[i] = psQuote(sc)
	}
	modules, azure := "Microsoft.Graph.Authentication", ""
	if len(p.AzureRoles) > 0 {
		modules, azure = modules+", Az.Accounts", ", [string]$AzureEnvironment = "+psQuote(c.AzureModule)
	}
	s.line(`#Requires -Version 5.1
#Requires -Modules %s
# Registers the application: %s
# Tenant: %s
# Plan: SHA-256 %s
#
# Read it before you run it. It signs you in and runs with your own rights.
# Where it stops, an error says why, and nothing after that was done.
# A character beyond ASCII is written as its number, as in \u00fc or <U+00FC>, and an @ in JSON as \u0040.
param([string]$Environment = %s%s)
$ErrorActionPreference = 'Stop'

# Assert-Id stops where a value is not one ID.
function Assert-Id($value, [string]$what) {
  if (@($value).Count -ne 1 -or "$value" -notmatch '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z') { throw "Not found, or not just one: $what" }
}

# Invoke-Patiently tries again for twenty minutes: it can take that long until all of Entra knows what is new.
function Invoke-Patiently([scriptblock]$call) {
  for ($try = 1; ; $try++) {
    try { return & $call } catch { if ($try -ge 60) { throw }; Write-Host $_ }
    Write-Host "Try $try of 60 failed. If waiting can help, wait: the next try is in 20 seconds. Ctrl-C ends it."
    Start-Sleep -Seconds 20
  }
}

function Get-Graph([string]$path) {
  Invoke-MgGraphRequest -Method GET -Uri "$graph/v1.0$path" -OutputType PSObject
}

function Send-Graph([string]$method, [string]$path, [string]$body) {
  Invoke-MgGraphRequest -Method $method -Uri "$graph/v1.0$path" -Body $body -ContentType 'application/json' -OutputType PSObject
}
`, modules, plain(p.AppName), p.TenantID, p.Digest(), psQuote(c.GraphModule), azure)
	if len(p.AzureRoles) > 0 {
		s.line(`function Send-Azure([string]$path, [string]$body) {
  $answer = Invoke-AzRestMethod -Method PUT -Path $path -Payload $body
  if ($answer.StatusCode -ge 300) { throw "Azure answered $($answer.StatusCode): $($answer.Content)" }
}
`)
	}
	if credentialKinds[p.Credential.Kind].shown {
		s.line(`if ([Console]::IsOutputRedirected) { throw 'This shows a client secret. Run it in a terminal, so that the secret does not get into a file.' }`)
	}
	s.line(`Connect-MgGraph -TenantId %s -Environment $Environment -NoWelcome -Scopes %s
$context = Get-MgContext
if ($context.TenantId -ne %[1]s) { throw 'You are signed in to another tenant.' }
$graph = (Get-MgEnvironment -Name $context.Environment).GraphEndpoint.TrimEnd('/')`, psQuote(p.TenantID), strings.Join(scopes, ", "))
	if len(p.AzureRoles) > 0 {
		s.line(`Connect-AzAccount -Tenant %s -Environment $AzureEnvironment | Out-Null
if ((Get-AzContext).Tenant.Id -ne %[1]s) { throw 'You are signed in to another tenant in Azure.' }`, psQuote(p.TenantID))
	}
}

func (s *powershell) absent(path, what string) {
	s.line("if (@((Get-Graph %s).value).Count -ne 0) { throw %s }", psQuote(path), psQuote(plain(what)))
}

func (s *powershell) resource(name, appID, title string) {
	s.line("$%sObject = Get-Graph %s", name, psQuote("/servicePrincipals(appId='"+appID+"')?$select=id,appRoles,oauth2PermissionScopes"))
	s.line("$%[1]s = $%[1]sObject.id\nAssert-Id $%[1]s %[2]s", name, psQuote(plain(title)))
}

func (s *powershell) permission(name, resource string, q plan.Permission) {
	from, where := "appRoles", " -and $_.allowedMemberTypes -contains 'Application'"
	if q.Type != "Application" {
		from, where = "oauth2PermissionScopes", ""
	}
	s.line("$%s = ($%sObject.%s | Where-Object { $_.value -ceq %s -and $_.isEnabled%s }).id", name, resource, from, psQuote(q.Name), where)
	s.line("Assert-Id $%s %s", name, psQuote(plain(fmt.Sprintf("the %s permission %s of %s", q.Type, q.Name, q.Resource))))
}

func (s *powershell) user(name, path, who string) {
	s.line("$%[1]s = (Get-Graph %[2]s).value.id\nAssert-Id $%[1]s %[3]s", name, psQuote(path), psQuote(plain(who)))
}

func (s *powershell) create(body text) {
	s.line(`$made = Send-Graph POST '/applications' %s
$object = $made.id
$app = $made.appId
Assert-Id $object 'the new application'
Assert-Id $app 'the App ID of the new application'
Write-Host "App ID: $app"`, psText(body))
}

func (s *powershell) principal(body text) {
	s.line("$principal = (Invoke-Patiently { Send-Graph POST '/servicePrincipals' %s }).id\nAssert-Id $principal 'the new service "+
		"principal'", psText(body))
}

func (s *powershell) send(method string, path, body text) {
	s.line("Invoke-Patiently { Send-Graph %s %s %s } | Out-Null", method, psText(path), psText(body))
}

func (s *powershell) post(path, body text)  { s.send("POST", path, body) }
func (s *powershell) patch(path, body text) { s.send("PATCH", path, body) }

func (s *powershell) owner(name string, path, body text) {
	s.line("if ((Invoke-Patiently { Get-Graph %s }).value.id -notcontains $%s) {", psText(append(path, lit("?$select=id"))), name)
	s.post(append(path, lit("/$ref")), body)
	s.line("}")
}

func (s *powershell) secret(path, body text, seconds int64) {
	s.line(`$until = [DateTime]::UtcNow.AddSeconds(%d).ToString('s') + 'Z'
$password = Send-Graph POST %s %s
Write-Host "Valid until: $until"
Write-Host 'WARNING: the next line is the client secret. Put it into your vault now, and clear this terminal. It cannot be shown again.'
Write-Host $password.secretText
$password = $null`, seconds, psText(path), psText(body))
}

func (s *powershell) definition(id, scope string, body text) {
	s.line("Invoke-Patiently { Send-Azure %s %s }", psQuote(azurescope.Path(scope)+roleDefinitions+id+azureVersion), psText(body))
}

func (s *powershell) assign(id, scope string) {
	s.assigned++
	assignment := fmt.Sprintf("assignment%d", s.assigned)
	s.line("$%s = [guid]::NewGuid().ToString()\nInvoke-Patiently { Send-Azure %s %s }", assignment,
		psText(assignmentPath(scope, assignment)), psText(assignmentBody(scope, id)))
}

func (s *powershell) end(plan.Plan) { s.line("\nWrite-Host \"Done. App ID: $app\"") }
