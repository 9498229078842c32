package graphops

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/manifest"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// For every product the bot registers the app in one
// tenant, and the script that it exports for that request is run, by bash, in another. The
// two apps are compared property by property, as Graph shows them.
//
// The az that the script finds is a stand-in: it takes the few commands that scripts have,
// and JMESPath's own library answers their queries. That the real one runs such scripts is
// tried in cmd/emulate/strangers.
func TestAScriptMakesWhatTheBotMakes(t *testing.T) {
	query := jmespath(t)
	for i, of := range ways() {
		if of.credential == plan.CredentialMadeCertificate {
			continue // a script has no private key to make one for
		}
		t.Run(of.product.Name+" with "+string(of.credential), func(t *testing.T) {
			t.Parallel()
			var bots, scripts, said string
			var broken []string
			synctest.Test(t, func(t *testing.T) {
				g := &game{seedWorld: newSeedWorld(t, uint64(i), io.Discard), way: of, name: "it's “payroll” (ü)"}
				defer func() { g.running(); broken = g.broken }()
				g.played(func(g *game) {
					r, err := g.desk.Submit(t.Context(), bea, g.draft())
					r = g.ends(g.approve(r, err), workflow.StateReady, workflow.StateDone)
					bots = g.picture(g.token("https://graph.test/.default"), "")
					plan := r.Has()
					plan.Owners = append([]people.Person{r.Requester}, plan.Owners...) // as an export does
					script, err := manifest.Script(plan, manifest.AzureCLI)
					g.must(err)
					by := &game{seedWorld: newSeedWorld(t, uint64(i)+1000, io.Discard), way: of, name: g.name}
					defer func() { by.running(); g.broken = append(g.broken, by.broken...) }()
					said = by.runs(script, query)
					scripts = by.picture(by.token("https://graph.test/.default"), "ada@contoso.com")
				})
			})
			if len(broken) > 0 || bots != scripts || !strings.Contains(bots, "appRoleAssignmentRequired") {
				t.Errorf("%s\nthe bot makes\n%s\nand the script\n%s\nIt said:\n%s", strings.Join(broken, "\n"), bots, scripts, said)
			}
		})
	}
}

// needsTool skips a test without a tool, and fails it in CI.
func needsTool(t *testing.T, err error, install string) {
	t.Helper()
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("install %s: %v", install, err)
	}
	if err != nil {
		t.Skipf("install %s: %v", install, err)
	}
}

// jmespath returns a function that answers queries with the library that az has.
func jmespath(t *testing.T) func(query string, of any) any {
	t.Helper()
	const program = "import sys, json, jmespath\n" +
		"for line in sys.stdin:\n" +
		" asked = json.loads(line)\n" +
		" print(json.dumps(jmespath.search(asked[0], asked[1])), flush=True)\n"
	needsTool(t, exec.Command("python3", "-c", "import jmespath").Run(), "python3-jmespath, which comes with azure-cli")
	c := exec.Command("python3", "-c", program)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); c.Wait() })
	lines := bufio.NewReader(out)
	var mu sync.Mutex
	return func(query string, of any) (found any) {
		mu.Lock()
		defer mu.Unlock()
		asked, _ := json.Marshal([]any{query, of})
		in.Write(append(asked, '\n'))
		line, err := lines.ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &found)
		}
		if err != nil {
			t.Errorf("%s: %v", query, err)
		}
		return found
	}
}

// call asks the emulator for one thing.
func (w *seedWorld) call(method, address, token, body string) (status int, answer []byte) {
	w.t.Helper()
	req := httptest.NewRequest(method, address, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if token == "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	w.entra.ServeHTTP(rec, req)
	return rec.Code, rec.Body.Bytes()
}

// token signs Ada in for a scope.
func (w *seedWorld) token(scope string) string {
	w.t.Helper()
	form := func(path string, v url.Values) map[string]any {
		v.Set("client_id", w.client)
		_, body := w.call("POST", "https://login.test/"+seedTenant+"/oauth2/v2.0/"+path, "", v.Encode())
		var o map[string]any
		if err := json.Unmarshal(body, &o); err != nil {
			w.t.Error(err)
		}
		return o
	}
	code := form("devicecode", url.Values{"scope": {scope}})
	if err := w.entra.SignIn(fmt.Sprint(code["user_code"]), "ada@contoso.com"); err != nil {
		w.t.Errorf("%v: %v", err, code)
	}
	o := form("token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"},
		"device_code": {fmt.Sprint(code["device_code"])}})
	return fmt.Sprint(o["access_token"])
}

// An az is the stand-in for the Azure CLI in one tenant.
type az struct {
	*game
	query        func(string, any) any
	graph, azure string // tokens
	log          bytes.Buffer
}

// runs runs a script with bash, in a terminal, and returns what it said.
func (g *game) runs(script string, query func(string, any) any) string {
	g.t.Helper()
	a := &az{game: g, query: query, graph: g.token("https://graph.test/.default"), azure: g.token("https://azure.test/.default")}
	srv := httptest.NewServer(a)
	defer srv.Close()
	dir := g.t.TempDir()
	for name, text := range map[string]string{"az": "#!/bin/sh\nprintf '%s\\0' \"$@\" | curl -sf --data-binary @- \"$AZ\"\n",
		"sleep": "#!/bin/sh\nexit 1\n", "script.sh": script} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			g.t.Fatal(err)
		}
	}
	for _, tool := range []string{"script", "curl", "bash"} { // script(1) makes a terminal
		_, err := exec.LookPath(tool)
		needsTool(g.t.(*testing.T), err, tool)
	}
	c := exec.Command("script", "-qec", "bash --norc "+filepath.Join(dir, "script.sh"), "/dev/null")
	c.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "AZ="+srv.URL, "SHELL=/bin/sh")
	c.Stdin = nil
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Done. App ID: ") {
		g.no("the script: %v\n%s\n%s", err, out, a.log.String())
	}
	return string(out)
}

// ServeHTTP takes the arguments of az, each with a zero byte after it.
func (a *az) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	args := strings.Split(strings.TrimSuffix(string(body), "\x00"), "\x00")
	flag := func(name string) string {
		if i := slices.Index(args, name); i >= 0 && i+1 < len(args) {
			return args[i+1]
		}
		return ""
	}
	var answer any
	switch command := strings.Join(args[:2], " "); command {
	case "account show":
		answer = map[string]any{"tenantId": seedTenant}
	case "cloud show":
		answer = map[string]any{"endpoints": map[string]any{"microsoftGraphResourceId": "https://graph.test/",
			"resourceManager": "https://azure.test/"}}
	default:
		method, address, sent := flag("--method"), flag("--url"), flag("--body")
		if command == "role assignment" {
			method, address = "put", "https://azure.test"+flag("--scope")+"/providers/Microsoft.Authorization/roleAssignments/"+
				uuid.NewString()+"?api-version=2022-04-01"
			b, _ := json.Marshal(map[string]any{"properties": map[string]any{"roleDefinitionId": flag("--role"),
				"principalId": flag("--assignee-object-id"), "principalType": flag("--assignee-principal-type")}})
			sent = string(b)
		}
		token := a.graph
		if strings.HasPrefix(address, "https://azure.test/") {
			token = a.azure
		}
		status, got := a.call(strings.ToUpper(method), address, token, sent)
		if fmt.Fprintf(&a.log, "%s %s %s: %d %s\n", method, address, sent, status, got); status >= 300 {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		json.Unmarshal(got, &answer)
	}
	if query := flag("--query"); query != "" && flag("--output") == "tsv" {
		io.WriteString(rw, tsv(a.query(query, answer)))
	}
}

// tsv writes a value as az does for --output tsv.
func tsv(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		var b strings.Builder
		for _, x := range v {
			b.WriteString(tsv(x))
		}
		return b.String()
	}
	return fmt.Sprintln(v)
}

// byNature is what differs by its nature: whose request it was, when it was made, and which
// secret it is.
var byNature = []string{"uniqueName", "notes", "createdDateTime", "keyId", "hint", "@odata.context"}

// picture is the one app of the tenant as Graph and Azure show it, with all that it was
// given, and with words for IDs that are made up. Whoever ran a script owns what it made.
func (g *game) picture(token, ran string) string {
	apps := g.apps()
	if len(apps) != 1 {
		g.no("%d apps, want one", len(apps))
		return ""
	}
	a := apps[0]
	get := func(path string) any {
		status, body := g.call("GET", "https://graph.test/v1.0"+path, token, "")
		var v any
		if err := json.Unmarshal(body, &v); err != nil || status != 200 {
			g.no("%s: %d %v", path, status, err)
		}
		return v
	}
	a.Owners = slices.DeleteFunc(a.Owners, func(upn string) bool { return upn == ran })
	slices.Sort(a.Owners)
	azure, defined := g.azureOf(a)
	all := map[string]any{"application": json.RawMessage(g.tenant.Raw(a.AppID)),
		"servicePrincipal": get("/servicePrincipals/" + a.ServicePrincipalID),
		"trusts":           get("/applications/" + a.ID + "/federatedIdentityCredentials"), "owners": a.Owners, "roles": a.Roles,
		"scopes":         a.Scopes,
		"directoryRoles": a.DirectoryRoles, "azure": azure, "azureRoles": defined}
	raw, err := json.Marshal(all)
	g.must(err)
	names := []string{a.AppID, "{appId}", a.ID, "{id}", a.ServicePrincipalID, "{principal}"}
	var tree map[string]any
	g.must(json.Unmarshal(raw, &tree))
	settle(tree, &names)
	raw, err = json.Marshal(tree)
	g.must(err)
	g.must(json.Unmarshal([]byte(strings.NewReplacer(names...).Replace(string(raw))), &tree))
	unordered(tree)
	raw, err = json.MarshalIndent(tree, "", " ")
	g.must(err)
	return string(raw)
}

// unordered sorts every list: in what Graph shows, order means nothing.
func unordered(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			unordered(x)
		}
		slices.SortFunc(v, func(a, b any) int {
			x, _ := json.Marshal(a)
			y, _ := json.Marshal(b)
			return bytes.Compare(x, y)
		})
	case map[string]any:
		for _, x := range v {
			unordered(x)
		}
	}
}

// settle removes what differs by its nature, and notes the IDs of scopes and app roles.
func settle(v any, names *[]string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			settle(x, names)
		}
	case map[string]any:
		for _, name := range byNature {
			delete(v, name)
		}
		_, isScope := v["adminConsentDescription"]
		_, isRole := v["allowedMemberTypes"]
		if id, _ := v["id"].(string); isScope || isRole {
			*names = append(*names, id, fmt.Sprintf("{%v}", v["value"]))
		}
		_, isIssuer := v["issuer"]
		_, isKey := v["customKeyIdentifier"]
		if isIssuer || isKey { // the bot's carry the ID of its request
			delete(v, "id")
			delete(v, "name")
			delete(v, "description")
			delete(v, "displayName")
		}
		if _, secret := v["secretText"]; secret || isKey && v["key"] == nil {
			delete(v, "startDateTime")
			delete(v, "endDateTime")
		}
		for _, x := range v {
			settle(x, names)
		}
	}
}

// azureOf is what the app was given in Azure. A role of its own has the app's name behind
// its own: the bot's the unique one, and the script's the one that people read.
func (g *game) azureOf(a entratest.Application) (roles, defined []string) {
	plain := strings.NewReplacer(" ("+a.UniqueName+")", "", " ("+a.DisplayName+")", "").Replace
	for _, r := range a.AzureRoles {
		roles = append(roles, plain(r.Role)+" on "+r.Scope)
	}
	for _, d := range g.tenant.AzureRoleDefinitions() {
		d.ID, d.Name = "", plain(d.Name)
		defined = append(defined, fmt.Sprintf("%+v", d))
	}
	slices.Sort(roles)
	slices.Sort(defined)
	return roles, defined
}
