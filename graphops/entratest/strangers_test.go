package entratest_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// What clients of others ask for. Each of these stopped one of them once.

func TestTheLeafNamesTheKeyOfItsAuthority(t *testing.T) {
	cert, ca, err := entratest.SelfSigned("entra.test", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(ca)
	authority, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if len(leaf.AuthorityKeyId) == 0 || !slices.Equal(leaf.AuthorityKeyId, authority.SubjectKeyId) {
		t.Errorf("the leaf names key %x, the authority has %x", leaf.AuthorityKeyId, authority.SubjectKeyId)
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("install openssl")
		}
		t.Skip("install openssl to see it check the certificate")
	}
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	out, err := exec.Command(openssl, "verify", "-x509_strict", "-verify_hostname", "entra.test", "-CAfile", file("ca.pem", ca),
		file("leaf.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}))).CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestAFilterHasOrNotParenthesesAndNe(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	for _, name := range []string{"alpha", "beta", "gamma and delta", "o'hara"} {
		w.must(ada, "POST", "/applications", o{"displayName": name, "tags": []any{"t-" + name}})
	}
	names := func(filter string, advanced bool) []string {
		t.Helper()
		q := url.Values{"$filter": {filter}, "$select": {"displayName"}}
		if advanced {
			q.Set("$count", "true")
		}
		r := w.request(ada, "GET", "/applications?"+q.Encode(), nil)
		if advanced {
			r.Header.Set("ConsistencyLevel", "eventual")
		}
		answer := w.send(r)
		if answer.status != 200 {
			return []string{answer.message()}
		}
		var out []string
		for _, v := range answer.values() {
			out = append(out, v["displayName"].(string))
		}
		slices.Sort(out)
		return out
	}
	for filter, want := range map[string][]string{
		"displayName eq 'alpha' or displayName eq 'beta'":                                           {"alpha", "beta"},
		"(displayName eq 'alpha')":                                                                  {"alpha"},
		"startswith(displayName,'a') or startswith(displayName,'b') and displayName eq 'beta'":      {"alpha", "beta"},
		"(startswith(displayName,'a') or startswith(displayName,'b')) and displayName eq 'beta'":    {"beta"},
		"displayName eq 'gamma and delta'":                                                          {"gamma and delta"},
		"displayname eq 'o''hara' or displayName in ('ALPHA', 'nobody')":                            {"alpha", "o'hara"},
		"tags/any(t:t eq 't-beta' or t eq 't-alpha')":                                               {"alpha", "beta"},
		"startswith(displayName,'a') and (tags/any(t:t eq 't-alpha') or tags/any(x:x eq 't-beta'))": {"alpha"},
	} {
		if got := names(filter, false); !slices.Equal(got, want) {
			t.Errorf("%s finds %q, want %q", filter, got, want)
		}
	}
	for filter, want := range map[string][]string{
		"displayName ne 'alpha' and startswith(displayName,'a')":           nil,
		"not(startswith(displayName,'b') or startswith(displayName,'B'))":  {"alpha", "gamma and delta", "o'hara"},
		"not startswith(displayName,'b') and not (displayName eq 'alpha')": {"gamma and delta", "o'hara"},
		"displayName ne 'Bot sign-in' and not tags/any(t:t eq 't-alpha')":  {"beta", "gamma and delta", "o'hara"},
	} {
		if got := names(filter, true); !slices.Equal(got, want) {
			t.Errorf("%s finds %q, want %q", filter, got, want)
		}
		if got := names(filter, false); len(got) != 1 || !strings.Contains(got[0], "ConsistencyLevel:eventual") {
			t.Errorf("%s without the header finds %q", filter, got)
		}
	}
	for _, broken := range []string{"displayName eq", "displayName eq 'a' or", "(displayName eq 'a'", "displayName eq 'a')",
		"displayName eq 'a", "or", "displayName 'a'",
		"displayName eq 'a' displayName eq 'b'", "displayName in ()", "tags/any(t:x eq 'a')", "tags/any(t:t eq 'a'", "not"} {
		if got := names(broken, true); len(got) != 1 || !strings.HasPrefix(got[0], "Invalid filter clause") {
			t.Errorf("%s finds %q", broken, got)
		}
	}
}

func TestAListIsOrderedAndExpanded(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	for _, name := range []string{"b", "a", "C"} {
		w.must(ada, "POST", "/applications", o{"displayName": name})
	}
	var names []string
	for _, v := range w.must(ada, "GET", "/applications?$orderby=displayName%20desc&$top=999", nil).values() {
		names = append(names, v["displayName"].(string))
	}
	if want := []string{"C", "Bot sign-in", "b", "a"}; !slices.Equal(names, want) {
		t.Errorf("in descending order: %q, want %q", names, want)
	}
	w.refused(w.call(ada, "GET", "/applications?$orderby=notes", nil), 400, "Request_UnsupportedQuery", "notes")
	w.refused(w.call(ada, "GET", "/applications?$orderby=displayName&$filter=startswith(displayName,'a')", nil), 400,
		"Request_UnsupportedQuery", "Sorting not supported for current query.")
	a := w.register("ada", "expanded")
	graph := w.must(ada, "GET", "/servicePrincipals(appId='"+graphID+"')", nil)
	w.must(ada, "POST", "/servicePrincipals/"+a.spID+"/appRoleAssignments",
		o{"principalId": a.spID, "resourceId": graph.id(), "appRoleId": "df021288-bdef-4463-88db-98f22de89214"})
	r := w.must(ada, "GET", "/servicePrincipals?$expand=appRoleAssignments&$filter=appId+eq+'"+a.appID+"'+or+displayName+eq+'nobody'", nil)
	if all, _ := r.values()[0]["appRoleAssignments"].([]any); len(r.values()) != 1 || len(all) != 1 {
		t.Errorf("expanded: %s", r.raw)
	}
	w.refused(w.call(ada, "GET", "/applications?$expand=tokenIssuancePolicies", nil), 400, "BadRequest", "tokenIssuancePolicies")
}

func TestAPathMayEndInAPropertyAndBeginWithMyorganization(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	role := o{"id": "11111111-2222-4333-8444-555555555555", "allowedMemberTypes": []any{"User"}, "displayName": "Reader",
		"description": "Reads.", "value": "Read", "isEnabled": true}
	created := w.must(ada, "POST", "/applications", o{"displayName": "roles", "appRoles": []any{role}})
	w.must(ada, "POST", "/servicePrincipals", o{"appId": created.body["appId"]})
	get := func(path string) (int, map[string]any) { return w.plain(ada, "GET", path, nil) }
	for _, path := range []string{"/applications/" + created.id() + "/appRoles",
		"/myorganization/applications/" + created.id() + "/appRoles",
		"/servicePrincipals(appId='" + created.body["appId"].(string) + "')/appRoles",
		"/ServicePrincipals(appId='" + created.body["appId"].(string) + "')/approles"} {
		status, body := get(path)
		if all, _ := body["value"].([]any); status != 200 || len(all) != 1 {
			t.Errorf("%s: %d %v", path, status, body)
		}
	}
	if status, body := get("/applications/" + created.id() + "/displayName"); status != 200 || body["value"] != "roles" {
		t.Errorf("a plain property: %d %v", status, body)
	}
	if status, _ := get("/applications/" + created.id() + "/notes"); status != 204 {
		t.Errorf("null: %d", status)
	}
	if status, body := get("/myorganization/servicePrincipals?$select=appid,id"); status != 200 ||
		body["value"].([]any)[0].(map[string]any)["appId"] == nil {
		t.Errorf("in the alias: %d %v", status, body)
	}
	if status, _ := get("/applications/" + created.id() + "/password"); status != 400 {
		t.Errorf("what is no property: %d", status)
	}
}

// plain is a call that is not held against the description, which has not all of Graph.
func (w *world) plain(token, method, path string, body any) (int, map[string]any) {
	w.Helper()
	resp, err := w.http.Do(w.request(token, method, path, body))
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode, object(w.T, resp.Body)
}

// appTokenOf gives an application a secret and a permission of Graph, and signs in as it.
func (w *world) appTokenOf(a app, roleIDs ...string) string {
	w.Helper()
	ada := w.as("ada")
	graph := w.must(ada, "GET", "/servicePrincipals(appId='"+graphID+"')", nil)
	for _, id := range roleIDs {
		w.must(ada, "POST", "/servicePrincipals/"+a.spID+"/appRoleAssignments",
			o{"principalId": a.spID, "resourceId": graph.id(), "appRoleId": id})
	}
	secret := w.must(ada, "POST", "/applications/"+a.id+"/addPassword",
		o{"passwordCredential": o{"displayName": "s"}}).body["secretText"].(string)
	status, body := w.form("/"+w.t.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {a.appID},
		"client_secret": {secret}, "scope": {w.url + "/.default"}})
	if status != 200 {
		w.Fatalf("%d %v", status, body)
	}
	return body["access_token"].(string)
}

func TestAnAppWithOwnedByRegistersAndManagesItsOwn(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	maker, other := w.register("ada", "maker"), w.register("ada", "other")
	const ownedBy = "18a4783c-866b-4cc7-a460-3d5e5662c884"
	token := w.appTokenOf(maker, ownedBy)
	made := w.must(token, "POST", "/applications", o{"displayName": "made"})
	w.must(token, "POST", "/servicePrincipals", o{"appId": made.body["appId"]})
	w.must(token, "POST", "/applications/"+made.id()+"/addPassword", o{"passwordCredential": o{"displayName": "s"}})
	w.must(token, "PATCH", "/applications/"+made.id(), o{"notes": "mine"})
	owners := w.must(ada, "GET", "/applications/"+made.id()+"/owners", nil).values()
	if len(owners) != 1 || owners[0]["id"] != maker.spID || owners[0]["@odata.type"] != "#microsoft.graph.servicePrincipal" {
		t.Errorf("owners: %v", owners)
	}
	w.refused(w.call(token, "PATCH", "/applications/"+other.id, o{"notes": "not mine"}), 403, "Authorization_RequestDenied",
		"Insufficient privileges")
	w.refused(w.call(token, "POST", "/applications/"+other.id+"/addPassword", o{"passwordCredential": o{"displayName": "s"}}), 403,
		"Authorization_RequestDenied", "")
	w.must(token, "DELETE", "/applications/"+made.id(), nil)
	w.refused(w.call(token, "POST", "/directory/deletedItems/"+made.id()+"/restore", nil), 403, "Authorization_RequestDenied", "")
}

func TestATokenForGraphHasTheAppsName(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "named")
	claims := func(token string) map[string]any {
		part, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		var c map[string]any
		if err != nil || json.Unmarshal(part, &c) != nil {
			t.Fatalf("not a token: %v", err)
		}
		return c
	}
	if got := claims(w.appTokenOf(a))["app_displayname"]; got != "named" {
		t.Errorf("an app's: %v", got)
	}
	if got := claims(w.as("ada"))["app_displayname"]; got != "Bot sign-in" {
		t.Errorf("a person's: %v", got)
	}
}

func TestObjectsAreFoundByTheirIDs(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada", "Directory.Read.All", "Application.ReadWrite.All", "User.Read")
	me, a := w.must(ada, "GET", "/me", nil).id(), w.register("ada", "found")
	ids := []any{me, a.spID, "11111111-2222-4333-8444-555555555555"}
	kinds := func(body o) []string {
		var out []string
		_, answer := w.plain(ada, "POST", "/directoryObjects/getByIds", body)
		for _, v := range answer["value"].([]any) {
			out = append(out, v.(map[string]any)["@odata.type"].(string))
		}
		return out
	}
	if got := kinds(o{"ids": ids}); !slices.Equal(got, []string{"#microsoft.graph.user", "#microsoft.graph.servicePrincipal"}) {
		t.Errorf("found %q", got)
	}
	if got := kinds(o{"ids": ids, "types": []any{"user", "group"}}); !slices.Equal(got, []string{"#microsoft.graph.user"}) {
		t.Errorf("people only: %q", got)
	}
}

func TestAClientForManyTenantsSignsInAtTheSharedEndpoint(t *testing.T) {
	w := newWorld(t)
	const id = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
	other := w.s.AddTenant(entratest.Tenant{Name: "Fabrikam", Domain: "fabrikam.com"})
	other.AddUser(entratest.User{UPN: "ada@contoso.com", Guest: true, HomeTenant: w.t.ID})
	for _, in := range []*entratest.Tenant{w.t, other} {
		in.AddPublicClient(entratest.Client{AppID: id, Name: "CLI", Scopes: []string{"User.Read"}, PublicClientFlows: true,
			Audience: "AzureADMultipleOrgs", Azure: true})
	}
	status, code := w.form("/organizations/oauth2/v2.0/devicecode",
		url.Values{"client_id": {id}, "scope": {"https://management.azure.com/.default offline_access openid profile"}})
	if status != 200 {
		t.Fatal(code)
	}
	if err := w.s.SignIn(code["user_code"].(string), "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	status, body := w.form("/organizations/oauth2/v2.0/token",
		url.Values{"grant_type": {"device_code"}, "client_id": {id}, "device_code": {code["device_code"].(string)}})
	if status != 200 {
		t.Fatal(body)
	}
	r, _ := http.NewRequest("GET", w.url+"/tenants?api-version=2019-11-01", nil)
	r.Header.Set("Authorization", "Bearer "+body["access_token"].(string))
	resp, err := w.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	tenants, _ := object(t, resp.Body)["value"].([]any)
	if len(tenants) != 2 {
		t.Errorf("her tenants: %v", tenants)
	}
	again := func(tenant string) (int, map[string]any) {
		return w.form("/"+tenant+"/oauth2/v2.0/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {id},
			"refresh_token": {body["refresh_token"].(string)}, "scope": {"https://management.azure.com/.default"}})
	}
	if status, body := again(other.ID); status != 200 {
		t.Errorf("in the tenant that she is a guest of: %v", body)
	}
	third := w.s.AddTenant(entratest.Tenant{Name: "Tailspin"})
	third.AddPublicClient(entratest.Client{AppID: id, Name: "CLI", PublicClientFlows: true, Audience: "AzureADMultipleOrgs", Azure: true})
	if status, body := again(third.ID); status != 400 || !strings.Contains(body["error_description"].(string), "AADSTS50020") {
		t.Errorf("in a tenant that does not know her: %d %v", status, body)
	}
}
