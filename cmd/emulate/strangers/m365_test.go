package strangers

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// An m365 is CLI for Microsoft 365 on a machine.
type m365 struct {
	*machine
	t   *testing.T
	cli string
	app string // its own client
}

func newM365(t *testing.T) *m365 {
	cli := filepath.Join(modules(t), "@pnp", "cli-microsoft365", "dist", "index.js")
	m := microsoft(t, nil)
	config := filepath.Join(home(t), ".config", "configstore")
	if err := os.MkdirAll(config, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "cli-m365-config.json"), []byte(`{"disableTelemetry": true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return &m365{m, t, cli, m.File.Tenants[0].Clients[2].AppID}
}

func (c *m365) start(args ...string) *program {
	env := []string{"CLIMICROSOFT365_ENTRAAPPID=" + c.app, "CLIMICROSOFT365_TENANT=" + c.Tenants[0].ID, "CLIMICROSOFT365_NOUPDATE=1"}
	return c.machine.start(c.t, env, append([]string{"node", c.cli}, args...)...)
}

// run runs a command that has to succeed.
func (c *m365) run(args ...string) string {
	c.t.Helper()
	return c.start(args...).ends(c.t)
}

// object runs a command that prints one.
func (c *m365) object(args ...string) map[string]any {
	c.t.Helper()
	said := c.run(append(args, "--output", "json")...)
	var out map[string]any
	if err := json.Unmarshal([]byte(said[max(0, strings.Index(said, "{")):]), &out); err != nil {
		c.t.Fatalf("%q printed %s", args, said)
	}
	return out
}

var userCode = regexp.MustCompile(`enter the code (\w+) to authenticate`)

// signIn enters the code that a program shows, and reports what it said until then.
func (m *machine) signIn(t *testing.T, p *program, upn string) {
	t.Helper()
	p.waits(t, "enter the code")
	if err := m.Server.SignIn(userCode.FindStringSubmatch(p.said())[1], upn); err != nil {
		t.Fatal(err)
	}
}

func TestCLIForMicrosoft365SignsInThreeWaysAndAddsAnApp(t *testing.T) {
	c := newM365(t)
	tenant := c.Tenants[0]
	login := c.start("login", "--authType", "deviceCode")
	c.signIn(t, login, upn)
	login.ends(t)
	same(t, "who is signed in", c.object("status")["connectedAs"], upn)

	made := c.object("entra", "app", "add", "--name", "From the CLI", "--platform", "web", "--redirectUris", "https://cli.example.com/cb",
		"--withSecret", "--grantAdminConsent",
		"--apisApplication", "https://graph.microsoft.com/User.Read.All", "--apisDelegated",
		"https://graph.microsoft.com/Group.Read.All,https://graph.microsoft.com/User.Read")
	appID, _ := made["appId"].(string)
	objectID, _ := made["objectId"].(string)
	c.run("entra", "app", "role", "add", "--appId", appID, "--name", "Reader", "--description", "Reads.", "--allowedMembers",
		"applications", "--claim", "Read.All")
	same(t, "its roles, as the CLI lists them", strings.Contains(c.run("entra", "app", "role", "list", "--appId", appID, "--output",
		"json"), `"value": "Read.All"`), true)
	cert, key := certificate(t)
	c.run("entra", "app", "set", "--appId", appID, "--certificateFile", derOf(t, cert), "--certificateDisplayName", "made elsewhere")
	c.run("entra", "approleassignment", "add", "--appId", appID, "--resource", "Microsoft Graph", "--scopes", "Directory.Read.All")
	same(t, "its roles, as the CLI lists them", c.list("roleName", "entra", "approleassignment", "list", "--appId", appID),
		"[Directory.Read.All User.Read.All]")
	c.changesPermissions(appID)
	app, _ := tenant.Application(appID)
	checkCLIApp(t, app)
	same(t, "its object ID", app.ID, objectID)

	secrets := made["secrets"].([]any)[0].(map[string]any)["value"].(string)
	c.run("logout")
	for _, how := range [][]string{
		{"--authType", "secret", "--secret", secrets},
		{"--authType", "certificate", "--certificateFile", key, "--thumbprint", app.Certificates[0].Thumbprint},
	} {
		c.run(append([]string{"login", "--appId", appID}, how...)...)
		same(t, "who is signed in by "+how[1], c.object("status")["connectedAs"], "From the CLI")
		same(t, "what it sees", strings.Contains(c.run("entra", "user", "list"), beasUPN), true)
		c.run("logout")
	}
}

// list runs a command that prints a list of objects, and returns one property of each, sorted.
func (c *m365) list(property string, args ...string) []string {
	c.t.Helper()
	said := c.run(append(args, "--output", "json")...)
	var out []map[string]any
	if err := json.Unmarshal([]byte(said[max(0, strings.Index(said, "[")):]), &out); err != nil {
		c.t.Fatalf("%q printed %s", args, said)
	}
	var all []string
	for _, o := range out {
		all = append(all, fmt.Sprint(o[property]))
	}
	slices.Sort(all)
	return all
}

// changesPermissions adds a permission of each kind, looks at all of them, and removes the two.
func (c *m365) changesPermissions(appID string) {
	c.t.Helper()
	permissions := func(verb string, more ...string) []string {
		return append([]string{"entra", "app", "permission", verb, "--appId", appID}, more...)
	}
	const role, scope = "https://graph.microsoft.com/Group.Read.All", "https://graph.microsoft.com/Directory.Read.All"
	c.run(permissions("add", "--applicationPermissions", role, "--grantAdminConsent")...)
	c.run(permissions("add", "--delegatedPermissions", scope)...)
	same(c.t, "the permissions for applications", c.list("permission", permissions("list", "--type", "application")...),
		"[Group.Read.All User.Read.All]")
	same(c.t, "the delegated ones", c.list("permission", permissions("list", "--type", "delegated")...),
		"[Directory.Read.All Group.Read.All User.Read]")
	app, _ := c.Tenants[0].Application(appID)
	same(c.t, "what is consented", app.Roles,
		"[Microsoft Graph/Directory.Read.All Microsoft Graph/Group.Read.All Microsoft Graph/User.Read.All]")

	c.run(permissions("remove", "--applicationPermissions", role, "--revokeAdminConsent", "--force")...)
	c.run(permissions("remove", "--delegatedPermissions", scope, "--force")...)
	same(c.t, "what is left", c.list("permission", permissions("list")...), "[Group.Read.All User.Read User.Read.All]")
}

func checkCLIApp(t *testing.T, app entratest.Application) {
	t.Helper()
	same(t, "its name", app.DisplayName, "From the CLI")
	same(t, "its redirect URIs", app.Web, "[https://cli.example.com/cb]")
	same(t, "its roles", app.Roles, "[Microsoft Graph/Directory.Read.All Microsoft Graph/User.Read.All]")
	same(t, "its scopes", app.Scopes, "[Microsoft Graph/Group.Read.All Microsoft Graph/User.Read]")
	if len(app.Passwords) != 1 || len(app.Certificates) != 1 {
		t.Fatalf("its credentials: %+v %+v", app.Passwords, app.Certificates)
	}
}
