package strangers

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/manifest"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// azureCLI is a machine with Debian's Azure CLI on which ada has signed in.
type azureCLI struct {
	*machine
	tenant *entratest.Tenant
	env    []string
}

func newAzureCLI(t *testing.T) *azureCLI {
	t.Helper()
	wanted(t)
	if _, err := exec.LookPath("az"); err != nil {
		missing(t, "install azure-cli")
	}
	file, err := os.ReadFile("testdata/az.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shim, err := filepath.Abs("testdata/debian")
	if err != nil {
		t.Fatal(err)
	}
	m := microsoft(t, file)
	c := &azureCLI{m, m.Tenants[0], []string{"PYTHONPATH=" + shim, "AZURE_CORE_COLLECT_TELEMETRY=no", "PYTHONWARNINGS=ignore",
		"PYTHONDONTWRITEBYTECODE=1"}}
	login := m.start(t, c.env, "az", "login", "--use-device-code", "-o", "none")
	m.signIn(t, login, upn)
	login.ends(t)
	return c
}

// bash runs a script, which has to succeed, and returns what it said.
func (c *azureCLI) bash(t *testing.T, script string, env ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "script.sh")
	if err := os.WriteFile(file, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return c.machine.start(t, append(env, c.env...), "bash", "-euo", "pipefail", file).ends(t)
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// named finds the one application of that name.
func (c *azureCLI) named(t *testing.T, name string) entratest.Application {
	t.Helper()
	var found []entratest.Application
	for _, a := range c.tenant.Applications() {
		if a.DisplayName == name {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d applications called %q", len(found), name)
	}
	return found[0]
}

func TestTheAzureCLI(t *testing.T) {
	c := newAzureCLI(t)
	t.Run("does the main job", func(t *testing.T) {
		cert, _ := certificate(t)
		c.bash(t, read(t, "testdata/az.sh"), "CERT="+cert)
		app := c.named(t, "From az")
		same(t, "its redirect URIs", app.Web, "[https://az.example.com/cb]")
		same(t, "its notes", app.Notes, "Made with az")
		same(t, "its roles", app.Roles, "[Microsoft Graph/User.Read.All]")
		same(t, "its scopes", app.Scopes, "[Microsoft Graph/Group.Read.All Microsoft Graph/User.Read]")
		same(t, "what it asks for", app.Requested, "[Microsoft Graph/Group.Read.All Microsoft Graph/User.Read.All]")
		same(t, "its roles in Azure", azure(app), "[Contributor on Backup Reader on Production Reader on platform]")
		if len(app.Passwords) != 1 || app.Passwords[0].DisplayName != "second" || len(app.Certificates) != 1 {
			t.Errorf("its credentials: %+v %+v", app.Passwords, app.Certificates)
		}
		same(t, "what was deleted", len(c.tenant.DeletedApplications()), 1)
	})
	t.Run("registers the bot's own client as the operator's page says", func(t *testing.T) {
		c.bash(t, commands(t, "az ad app create"))
		app := c.named(t, "entra-app bot")
		same(t, "public client flows", app.PublicClientFlows, true)
		same(t, "its scopes", app.Scopes, app.Requested)
		if app.ServicePrincipalID == "" || len(app.Scopes) < 7 || len(app.Roles)+len(app.Passwords)+len(app.Certificates) > 0 {
			t.Errorf("it is %+v", app)
		}
	})
	t.Run("runs an exported script", func(t *testing.T) {
		said := c.bash(t, read(t, "../../../workflow/manifest/testdata/script.sh"))
		app := c.named(t, "Müller's backup")
		same(t, "its last word", strings.HasSuffix(said, "Done. App ID: "+app.AppID+"\n"), true)
		same(t, "its redirect URIs", [][]string{app.Web, app.SPA, app.PublicClient},
			"[[https://backup.example.com/cb?x=@1 https://localhost] [https://backup.example.com:4443] [http://localhost]]")
		same(t, "its owners", app.Owners, "["+upn+" bea.o'hara@contoso.com]")
		same(t, "its roles", app.Roles, "[Microsoft Graph/Directory.Read.All Office 365 Exchange Online/full_access_as_app]")
		same(t, "its scopes", app.Scopes,
			"[Microsoft Graph/Group.Read.All Microsoft Graph/User.Read Müller's backup/access_as_user Office 365 SharePoint "+
				"Online/AllSites.Read]")
		same(t, "what it offers", len(app.Exposed), 2)
		same(t, "under which names", app.IdentifierURIs, "[api://"+app.AppID+" api://"+app.AppID+"/restore api://"+c.tenant.ID+"/backup]")
		claims := c.bash(t, `az rest --method get --url "https://graph.microsoft.com/v1.0/applications(appId='$APP')" --output tsv \
			--query '[appRoles[].value, optionalClaims.idToken[].name, optionalClaims.accessToken[].name][]'`, "APP="+app.AppID)
		same(t, "its app roles and claims", strings.Fields(claims), "[Restore.Run Audit email groups extension_x]")
		same(t, "to whom without consent", app.PreAuthorized, "[7d1f2b3c-0000-4000-8000-00000000000d]")
		same(t, "its directory roles", app.DirectoryRoles, "[Global Reader]")
		same(t, "its roles in Azure", azure(app),
			"[Contributor on Production Contributor on Test Snapshots (Müller's backup) on Production Snapshots (Müller's backup) on Test]")
		if len(app.Certificates) != 1 || len(app.Passwords) != 0 || !app.PublicClientFlows {
			t.Errorf("its credentials: %+v %+v", app.Certificates, app.Passwords)
		}
	})
	t.Run("runs an exported script that makes a secret", func(t *testing.T) {
		script, err := manifest.Script(small(c.tenant.ID), manifest.AzureCLI)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "secret.sh")
		if err := os.WriteFile(file, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		said := c.bash(t, `script --quiet --return --command "bash $FILE" /dev/null`, "FILE="+file) // it wants a terminal
		app := c.named(t, "Small")
		same(t, "its roles", app.Roles, "[Microsoft Graph/User.Read.All]")
		if len(app.Passwords) != 1 || !strings.Contains(said, app.Passwords[0].Hint) {
			t.Errorf("its secret: %+v, and the script said %s", app.Passwords, said)
		}
	})
	t.Run("runs an exported script that has to wait for replicas", func(t *testing.T) {
		c.tenant.Change(func(k *entratest.Knobs) {
			k.Lag = entratest.Lag{Application: 4 * time.Second, ServicePrincipal: 4 * time.Second, Consent: 4 * time.Second}
		})
		bin := t.TempDir() // with a sleep that is shorter
		if err := os.WriteFile(filepath.Join(bin, "sleep"), []byte("#!/bin/sh\nexec /bin/sleep 0.5\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		p := small(c.tenant.ID)
		p.AppName = "Trusting"
		p.Credential = plan.Credential{Kind: plan.CredentialFederated, Federated: plan.FederatedIssuer{
			Issuer: "https://token.actions.githubusercontent.com", Subject: "repo:contoso/app:ref:refs/heads/main",
			Audience: "api://AzureADTokenExchange"}}
		script, err := manifest.Script(p, manifest.AzureCLI)
		if err != nil {
			t.Fatal(err)
		}
		if said := c.bash(t, script, "PATH="+bin+":"+os.Getenv("PATH")); !strings.Contains(said, "of 60 failed") {
			t.Errorf("it had to wait for nothing: %s", said)
		}
		app := c.named(t, "Trusting")
		if len(app.Federated) != 1 || app.Federated[0].Subject != p.Credential.Federated.Subject ||
			app.Federated[0].Audience != p.Credential.Federated.Audience {
			t.Errorf("whom it trusts: %+v", app.Federated)
		}
	})
}

// azure names the roles that an application has in Azure.
func azure(app entratest.Application) []string {
	var all []string
	for _, r := range app.AzureRoles {
		on := r.Subscription
		if r.Scope != "/subscriptions/"+r.SubscriptionID {
			on = path.Base(r.Scope) // a group
		}
		all = append(all, r.Role+" on "+on)
	}
	slices.Sort(all)
	return all
}

// small is a plan with one permission and a secret.
func small(tenantID string) plan.Plan {
	p, err := pack.Needed(catalog.MicrosoftGraph, catalog.Application, "User.Read.All", "Finds people.")
	if err != nil {
		panic(err) // it is in the catalog
	}
	return plan.Plan{TenantID: tenantID, AppName: "Small", Audience: "AzureADMyOrg", Permissions: []plan.Permission{p},
		Credential: plan.Credential{Kind: plan.CredentialSecret, Lifetime: 90 * 24 * time.Hour}}
}

// fence is a block of commands on a page.
var fence = regexp.MustCompile("(?s)```sh\n(.*?)```")

// commands is the one block of commands on the operator's page that holds a text, word for word.
func commands(t *testing.T, text string) string {
	t.Helper()
	var found []string
	for _, m := range fence.FindAllStringSubmatch(read(t, "../../entra-app/README.md"), -1) {
		if strings.Contains(m[1], text) {
			found = append(found, m[1])
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d blocks of the page have %q", len(found), text)
	}
	return found[0]
}
