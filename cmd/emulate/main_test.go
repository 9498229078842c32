package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/cmd/emulate/world"
)

// emulate runs the command until the test ends, and returns what it says.
func emulate(t *testing.T, args ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan int, 1)
	var errs bytes.Buffer
	go func() { done <- run(ctx, args, w, &errs); w.Close() }()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("exit code %d: %s", code, &errs)
		}
	})
	buffer := make([]byte, 1<<16)
	n, err := r.Read(buffer)
	if err != nil {
		t.Fatalf("%v: %s", err, &errs)
	}
	return string(buffer[:n])
}

func find(t *testing.T, said, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(said)
	if m == nil {
		t.Fatalf("%s is not in\n%s", pattern, said)
	}
	return m[1]
}

func TestEntraSaysAllThatAClientNeeds(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "ca.pem")
	said := emulate(t, "entra", "--listen", "127.0.0.1:0", "--ca-file", ca)
	base := find(t, said, `Graph +(\S+)/v1\.0`)
	pem, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	defer client.CloseIdleConnections()
	resp, err := client.PostForm(base+"/"+find(t, said, `Tenant Contoso, (\S+),`)+"/oauth2/v2.0/token",
		url.Values{"grant_type": {"client_credentials"},
			"client_id": {find(t, said, `app +(\S+)  My service`)}, "client_secret": {find(t, said, `secret (\S+)`)},
			"scope": {base + "/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if json.NewDecoder(resp.Body).Decode(&token); resp.StatusCode != 200 || token.AccessToken == "" {
		t.Fatalf("no token: %s", resp.Status)
	}
	r, _ := http.NewRequest("GET", base+"/v1.0/applications", nil)
	r.Header.Set("Authorization", "Bearer "+token.AccessToken)
	if resp, err = client.Do(r); err != nil || resp.StatusCode != 200 {
		t.Fatalf("Graph: %v %v", resp, err)
	}
	resp.Body.Close()
}

func TestAStartThatFailsLeavesTheCAOfTheOneThatRuns(t *testing.T) {
	dir := t.TempDir()
	ca, file := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "world.yaml")
	base := find(t, emulate(t, "entra", "--listen", "127.0.0.1:0", "--ca-file", ca), `Graph +(\S+)/v1\.0`)
	before, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("tenants:\n  - name: x\n    people: [{upn: a@b.c, roles: [King]}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--listen", strings.TrimPrefix(base, "https://")}, {"--listen", "127.0.0.1:0", "--world", file}} {
		if code := run(t.Context(), append([]string{"entra", "--ca-file", ca}, args...), io.Discard, io.Discard); code != 1 {
			t.Errorf("%q: exit code %d", args, code)
		}
		if after, err := os.ReadFile(ca); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%q: the file has another authority: %v", args, err)
		}
	}
}

func TestTheHostsFileLeadsAllOfMicrosoftsNamesToTheAddress(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"entra", "--hosts", "--listen", "127.0.0.2:443"}, &out, &errs); code != 0 || errs.Len() > 0 {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	for _, name := range world.MicrosoftHosts {
		if !strings.Contains(out.String(), "\n127.0.0.2 "+name+"\n") {
			t.Errorf("%s is missing", name)
		}
	}
	if !strings.HasPrefix(out.String(), "127.0.0.1 localhost\n") {
		t.Errorf("localhost is missing in\n%s", &out)
	}
	for _, address := range []string{"localhost:443", ":443", "0.0.0.0:443", "127.0.0.2"} {
		if code := run(t.Context(), []string{"entra", "--hosts", "--listen", address}, io.Discard, io.Discard); code != 1 {
			t.Errorf("%s: exit code %d", address, code)
		}
	}
}

// examples are the commands of README, word for word but for the address.
func examples(t *testing.T, holding, address, base string) string {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		if strings.Contains(m[1], holding) {
			return strings.ReplaceAll(m[1], address, base)
		}
	}
	t.Fatalf("README has no commands with %q", holding)
	return ""
}

// shell runs commands in a directory.
func shell(t *testing.T, dir, commands string) string {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("install curl")
		}
		t.Skip("install curl to try README's commands")
	}
	cmd := exec.Command("sh", "-eu", "-c", commands)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestReadmesCommandsReachBoth(t *testing.T) {
	dir := t.TempDir()
	said := emulate(t, "entra", "--listen", "127.0.0.1:0", "--ca-file", filepath.Join(dir, "entra-ca.pem"))
	base := find(t, said, `Graph +(\S+)/v1\.0`)
	out := shell(t, dir, examples(t, "client_credentials", "https://127.0.0.1:8443", base))
	if !strings.Contains(out, `"displayName":"My service"`) || !strings.Contains(out, `"displayName":"Production"`) {
		t.Errorf("as an app: %s", out)
	}
	code := shell(t, dir, "curl -s --cacert entra-ca.pem "+base+
		"/contoso.onmicrosoft.com/oauth2/v2.0/devicecode -d client_id=8c2f1d3e-0a5b-4c8e-9d1f-2b7e6a4c9f10 -d scope=openid")
	enter := "e=" + base + "\n" + examples(t, "devicelogin", "CODE", find(t, code, `"user_code":"(\w+)"`))
	if out := shell(t, dir, enter); !strings.Contains(out, "You have signed in") {
		t.Errorf("as a person: %s", out)
	}
	slack := emulate(t, "slack", "--listen", "127.0.0.1:0")
	out = shell(t, dir, examples(t, "/client/command", "http://127.0.0.1:8081", find(t, slack, `Page +(\S+)`)))
	if !strings.Contains(out, "dispatch_failed") || !strings.Contains(out, `"text":"ping"`) { // no app is there to take the command
		t.Errorf("in Slack: %s", out)
	}
}

func TestSlackSaysAllThatAClientNeeds(t *testing.T) {
	said := emulate(t, "slack", "--listen", "127.0.0.1:0")
	resp, err := http.PostForm(find(t, said, `Web API +(\S+)`)+"chat.postMessage", url.Values{"token": {find(t, said, `Bot token +(\S+)`)},
		"channel": {"#" + find(t, said, `channel +\S+ +#(\S+)`)}, "text": {"hello"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), `"ok":true`) {
		t.Errorf("%s", body)
	}
	page, err := http.Get(find(t, said, `Page +(\S+)`))
	if err != nil || page.StatusCode != 200 {
		t.Fatalf("the page: %v %v", page, err)
	}
	page.Body.Close()
}

func TestAFileSaysWhoThereIs(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "world.yaml")
	write := func(s string) {
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("tenants:\n  - name: Fabrikam\n    people: [{upn: zoe@fabrikam.com, roles: [Global Reader]}]\n    clients: [{name: Mine}]\n")
	said := emulate(t, "entra", "--listen", "127.0.0.1:0", "--ca-file", filepath.Join(dir, "ca.pem"), "--world", file)
	find(t, said, `(?s)(Tenant Fabrikam.*zoe@fabrikam\.com +Global Reader.*public client [0-9a-f-]{36}  Mine)`)
	for wrong, says := range map[string]string{
		"tenants:\n  - nmae: x\n": "nmae",
		"tenants:\n  - name: x\n    people: [{upn: a@b.c, roles: [King]}]\n":                            `"King"`,
		"tenants:\n  - name: x\n    apps: [{name: a, permissions: [Everything.Read]}]\n":                "Everything.Read",
		"tenants:\n  - name: x\n    subscriptions: [{name: s, roles: [{upn: a@b.c, role: Owner}]}]":     "a@b.c",
		"tenants:\n  - name: x\n    subscriptions: [{name: s, roles: [{app: mine, role: Owner}]}]":      "mine",
		"tenants:\n  - name: x\n    subscriptions: [{name: s, management_group: corp}]":                 `no management group "corp"`,
		"tenants:\n  - name: x\n    management_groups: [{name: g, parent: corp}]":                       `no management group "corp"`,
		"tenants:\n  - name: x\n    management_groups: [{name: g, roles: [{upn: a@b.c, role: Owner}]}]": "a@b.c",
		"tenants:\n  - name: x\n    subscriptions: [{name: s, resource_groups: [{nmae: g}]}]":           "nmae",
		"tenants:\n  - name: x\n    subscriptions: [{name: s, resource_groups: [{roles: []}]}]":         "has no name",
	} {
		write(wrong)
		var errs bytes.Buffer
		if code := run(t.Context(), []string{"entra", "--listen", "127.0.0.1:0", "--ca-file", filepath.Join(dir, "ca.pem"), "--world",
			file}, io.Discard, &errs); code != 1 || !strings.Contains(errs.String(), says) {
			t.Errorf("%s: %d %s", wrong, code, &errs)
		}
	}
}

// What is given on a group is inherited by what is in it, and by nothing else.
func TestAFileSaysWhoHasRolesOnGroupsOfAzure(t *testing.T) {
	dir := t.TempDir()
	file, ca := filepath.Join(dir, "world.yaml"), filepath.Join(dir, "entra-ca.pem")
	const app = "5d0f0a1e-6a0c-4f0e-9b7e-0c8d5a9b3c21"
	write := `tenants:
  - name: Fabrikam
    domain: contoso.onmicrosoft.com
    apps: [{name: My service, app_id: ` + app + `, secret: my-service-secret}]
    management_groups:
      - {name: platform, parent: corp} # the other is named after it
      - {name: corp, display_name: Corporate, roles: [{app: ` + app + `, role: Reader}]}
    subscriptions:
      - {name: Below, management_group: platform}
      - {name: Beside}
      - name: Groups
        resource_groups: [{name: Backup, roles: [{app: ` + app + `, role: Contributor}]}, {name: Other}]
`
	if err := os.WriteFile(file, []byte(write), 0o600); err != nil {
		t.Fatal(err)
	}
	said := emulate(t, "entra", "--listen", "127.0.0.1:0", "--ca-file", ca, "--world", file)
	find(t, said,
		`(?s)(managementGroups/platform\n.*managementGroups/corp\n.*Below\n.*Groups\n.*/resourceGroups/Backup\n.*/resourceGroups/Other\n)`)
	base := find(t, said, `Graph +(\S+)/v1\.0`)
	out := shell(t, dir, examples(t, "client_credentials", "https://127.0.0.1:8443", base))
	if !strings.Contains(out, `"displayName":"Below"`) || strings.Contains(out, `"displayName":"Beside"`) {
		t.Errorf("the subscriptions: %s", out)
	}
	scope := find(t, said, `(/subscriptions/\S+)/resourceGroups/Backup`)
	roles := `curl -s --cacert entra-ca.pem -H "Authorization: Bearer $(token https://management.azure.com/.default)" "$e` + scope +
		`/resourceGroups/`
	ask := examples(t, "client_credentials", "https://127.0.0.1:8443", base) + "\necho\n"
	for group, has := range map[string]bool{"Backup": true, "Other": false} {
		out := strings.TrimSpace(shell(t, dir, ask+roles+group+
			`/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"`))
		if last := out[strings.LastIndex(out, "\n")+1:]; strings.Contains(last, "roleDefinitionId") != has {
			t.Errorf("%s: %s", group, last)
		}
	}
}

func TestTheExamplesAreWhatIsThere(t *testing.T) {
	for kind, part := range map[string]string{"entra": "tenants:", "slack": "channels:"} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{kind, "--example"}, &out, &errs); code != 0 || !strings.Contains(out.String(), part) {
			t.Errorf("%s: %d %s %s", kind, code, &out, &errs)
		}
	}
	for _, args := range [][]string{nil, {"both"}, {"entra", "x"}, {"slack", "--wrong"}} {
		if code := run(t.Context(), args, io.Discard, io.Discard); code != 2 {
			t.Errorf("%q: %d", args, code)
		}
	}
}
