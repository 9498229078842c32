package manifest

import (
	"fmt"
	"strings"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/plan"
)

// bash writes for bash 3.2 and later, which macOS has, and az.
type bash struct {
	strings.Builder
	steps int
}

// bashQuote quotes s for bash, where nothing is special between single quotes
// but these.
func bashQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// bashText joins what is quoted with variables into one word.
func bashText(t text) string {
	var b, literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			b.WriteString(bashQuote(literal.String()))
			literal.Reset()
		}
	}
	for _, p := range t {
		if p.variable != "" {
			flush()
			b.WriteString(`"$` + p.variable + `"`)
		}
		literal.WriteString(p.literal)
	}
	flush()
	return b.String()
}

func (b *bash) line(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }

func (b *bash) step(title string) {
	b.steps++
	b.line("\n# %d. %s\nsay %s", b.steps, plain(title), bashQuote(plain(title)))
}

func (b *bash) why(words string) { b.line("# %s", plain(words)) }

// url is the address of a path of Graph.
func (b *bash) url(path text) string {
	return `"$graph"` + bashText(append(text{lit("/v1.0")}, path...))
}

// setCloud are the commands that set the Azure CLI to a cloud, before others.
func setCloud(c cloud.Cloud) string {
	commands := ""
	for _, set := range c.SetCLI() {
		commands += set + " && "
	}
	return commands
}

func (b *bash) begin(p plan.Plan, c cloud.Cloud) {
	b.line(`#!/usr/bin/env bash
# Registers the application: %s
# Tenant: %s
# Plan: SHA-256 %s
#
# Read it before you run it. It runs with your own rights, in bash on Linux, macOS,
# WSL or in Azure Cloud Shell, after: %[4]saz login --tenant %[2]s
# Where it stops, an error says why, and nothing after that was done.
# A character beyond ASCII is written as its number, as in \u00fc or <U+00FC>, and an @ in JSON as \u0040.
set -euo pipefail

say() { printf '%%s\n' "$1"; }
fail() { printf '%%s\n' "$1" >&2; exit 1; }

# known stops where $1 is not one ID.
known() {
  [[ $1 =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]] || fail "Not found, or not just one: $2"
}

# patient tries again for twenty minutes: it can take that long until all of Entra knows what is new.
patient() {
  local try
  for try in {1..60}; do
    if "$@"; then return 0; fi
    printf 'Try %%s of 60 failed. If waiting can help, wait: the next try is in 20 seconds. Ctrl-C ends it.\n' "$try" >&2
    sleep 20
  done
  return 1
}
`, plain(p.AppName), p.TenantID, p.Digest(), setCloud(c))
	if credentialKinds[p.Credential.Kind].shown {
		b.line(`[ -t 1 ] || fail 'This shows a client secret. Run it in a terminal, so that the secret does not get into a file.'`)
	}
	b.line(`[ "$(az account show --query tenantId --output tsv)" = %s ] || fail %s`, bashQuote(p.TenantID),
		bashQuote("You are signed in to another tenant. First: "+setCloud(c)+"az login --tenant "+p.TenantID))
	b.line(`graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
graph=${graph%%/}
[[ $graph =~ ^https://[a-z0-9.-]+(:[0-9]+)?$ ]] || fail 'az does not say where Microsoft Graph is.'`)
	if c.Name != cloud.Public.Name {
		b.line(`[ "$graph" = %s ] || fail %s`, bashQuote(c.Graph),
			bashQuote("az is not set to the cloud of this tenant. First: "+setCloud(c)+"az login --tenant "+p.TenantID))
	}
	if len(p.AzureRoles) > 0 {
		b.line(`azure=$(az cloud show --query endpoints.resourceManager --output tsv)
azure=${azure%%/}
[[ $azure =~ ^https://[a-z0-9.-]+(:[0-9]+)?$ ]] || fail 'az does not say where Azure Resource Manager is.'`)
	}
}

// get asks for what a query of JMESPath finds in the answer.
func (b *bash) get(path, jmes string) string {
	return fmt.Sprintf("az rest --method get --url %s --query %s --output tsv", b.url(text{lit(path)}), bashQuote(jmes))
}

func (b *bash) absent(path, what string) {
	b.line(`[ "$(%s)" = 0 ] || fail %s`, b.get(path, "length(value)"), bashQuote(plain(what)))
}

func (b *bash) resource(name, appID, title string) {
	b.found(name, b.get("/servicePrincipals(appId='"+appID+"')?$select=id", "id"), title)
}

func (b *bash) permission(name, resource string, q plan.Permission) {
	from, where := "appRoles", " && contains(allowedMemberTypes, 'Application')"
	if q.Type != "Application" {
		from, where = "oauth2PermissionScopes", ""
	}
	b.line("%s=$(az rest --method get --url %s --query %s --output tsv)", name,
		b.url(text{lit("/servicePrincipals/"), variable(resource), lit("?$select=" + from)}),
		bashQuote(fmt.Sprintf("%s[?value==%s && isEnabled%s].id | [0]", from, jmesLiteral(q.Name), where)))
	b.line("known \"$%s\" %s", name, bashQuote(plain(fmt.Sprintf("the %s permission %s of %s", q.Type, q.Name, q.Resource))))
}

// jmesLiteral is s as a literal of JMESPath: JSON between backquotes, with all
// that could end it or mean something as an escape.
func jmesLiteral(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '.' || r == '-' || r == '_' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r) // the names of permissions are ASCII
		}
	}
	return "`\"" + b.String() + "\"`"
}

// found keeps what a command prints, if that is an ID.
func (b *bash) found(name, command, what string) {
	b.line("%[1]s=$(%[2]s)\nknown \"$%[1]s\" %[3]s", name, command, bashQuote(plain(what)))
}

func (b *bash) user(name, path, who string) {
	b.found(name, b.get(path, "value[].id"), who)
}

func (b *bash) create(body text) {
	b.line(`made=$(az rest --method post --url %s --body %s --query %s --output tsv)
object=${made%% *}
app=${made#* }
known "$object" 'the new application'
known "$app" 'the App ID of the new application'
say "App ID: $app"`, b.url(text{lit("/applications")}), bashText(body), bashQuote("join(' ', [id, appId])"))
}

func (b *bash) principal(body text) {
	b.found("principal", fmt.Sprintf("patient az rest --method post --url %s --body %s --query id --output tsv",
		b.url(text{lit("/servicePrincipals")}), bashText(body)), "the new service principal")
}

func (b *bash) send(method string, url string, body text) {
	b.line("patient az rest --method %s --url %s --body %s --output none", method, url, bashText(body))
}

func (b *bash) post(path, body text)  { b.send("post", b.url(path), body) }
func (b *bash) patch(path, body text) { b.send("patch", b.url(path), body) }

func (b *bash) owner(name string, path, body text) {
	b.line(`[ "$(patient az rest --method get --url %s --query "contains(value[].id, '$%s')" --output tsv)" = true ] ||`,
		b.url(append(path, lit("?$select=id"))), name)
	b.post(append(path, lit("/$ref")), body)
}

func (b *bash) secret(path, body text, seconds int64) {
	b.line(`seconds=$(($(date +%%s) + %d))
until=$(date -u -d "@$seconds" +%%Y-%%m-%%dT%%H:%%M:%%SZ 2>/dev/null || date -u -r "$seconds" +%%Y-%%m-%%dT%%H:%%M:%%SZ)
say "Valid until: $until"
say 'WARNING: the next line is the client secret. Put it into your vault now, and clear this terminal. It cannot be shown again.'
az rest --method post --url %s --body %s --query secretText --output tsv`, seconds, b.url(path), bashText(body))
}

const roleDefinitions = "/providers/Microsoft.Authorization/roleDefinitions/"

func (b *bash) definition(id, scope string, body text) {
	b.send("put", `"$azure"`+bashQuote(azurescope.Path(scope)+roleDefinitions+id+azureVersion), body)
}

// assign names the role by its ID. az takes one for an ID only where it is that of a
// subscription, so on a management group the assignment is put there without its help.
func (b *bash) assign(id, scope string) {
	role := azurescope.RoleID(scope, id)
	if !strings.HasPrefix(role, "/subscriptions/") {
		b.line("assignment=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)\nknown \"$assignment\" 'an ID for the assignment'")
		b.send("put", `"$azure"`+bashText(assignmentPath(scope, "assignment")), assignmentBody(scope, id))
		return
	}
	b.line(`patient az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal --role %s --scope %s --output none`,
		bashQuote(role), bashQuote(azurescope.Path(scope)))
}

func (b *bash) end(plan.Plan) { b.line("\nsay \"Done. App ID: $app\"") }
