package entratest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// An azureWorld is a world with two subscriptions that are reached under
// another host name. ada is Owner of the first, rob administers its roles,
// cloe contributes to it, and eve reads it.
type azureWorld struct {
	*world
	arm        string
	sub, other entratest.Subscription
	tokens     map[string]string
}

func newAzureWorld(t *testing.T) *azureWorld {
	t.Helper()
	w := &azureWorld{world: newWorld(t), tokens: make(map[string]string)}
	w.arm = strings.Replace(w.url, "127.0.0.1", "localhost", 1)
	w.s.SetARMURL(w.arm + "/")
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Bot sign-in", Scopes: append(botScopes, roleScope), PublicClientFlows: true,
		Azure: true})
	w.sub = w.t.AddSubscription(entratest.Subscription{Name: "Backup"})
	w.other = w.t.AddSubscription(entratest.Subscription{ID: "AAAAAAAA-0000-4000-8000-00000000000A", Name: "Other"})
	w.t.AddUser(entratest.User{UPN: "rob@contoso.com"})
	w.t.AddUser(entratest.User{UPN: "eve@contoso.com"})
	for who, role := range map[string]string{"ada": "Owner", "rob": entratest.AzureRBACAdministrator, "cloe": "contributor",
		"eve": entratest.AzureReader} {
		if !w.t.GrantAzureRole(who+"@contoso.com", w.sub.ID, role) {
			t.Fatalf("%s is not granted", role)
		}
	}
	return w
}

// renew signs somebody in to Graph, and asks with the refresh token for more.
func (w *azureWorld) renew(who, scope string) (int, map[string]any) {
	w.Helper()
	code := w.begin("User.Read", "offline_access")
	if err := w.s.SignIn(code["user_code"].(string), who+"@contoso.com"); err != nil {
		w.Fatal(err)
	}
	_, first := w.poll(code)
	return w.form("/"+w.t.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {w.client.AppID},
		"scope": {scope}, "refresh_token": {first["refresh_token"].(string)}})
}

// azureToken is a token for Azure, made once for each person.
func (w *azureWorld) azureToken(who string) string {
	w.Helper()
	if w.tokens[who] == "" {
		status, o := w.renew(who, w.arm+"/user_impersonation")
		if status != 200 {
			w.Fatalf("%s: %v", who, o)
		}
		w.tokens[who] = o["access_token"].(string)
	}
	return w.tokens[who]
}

// azure makes a call; the path has its query.
func (w *azureWorld) azure(token, method, path string, body any) reply {
	w.Helper()
	var b []byte
	if body != nil {
		b, _ = json.Marshal(body)
	}
	r, err := http.NewRequest(method, w.arm+path, bytes.NewReader(b))
	if err != nil {
		w.Fatal(err)
	}
	if b != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := w.http.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	return reply{status: resp.StatusCode, header: resp.Header, body: object(w.T, bytes.NewReader(raw)), raw: raw}
}

func (w *azureWorld) as(who, method, path string, body any) reply {
	w.Helper()
	return w.azure(w.azureToken(who), method, path, body)
}

const (
	subVersion  = "?api-version=2022-12-01"
	authVersion = "?api-version=2022-04-01"
	assignedID  = "11111111-aaaa-4000-8000-000000000001"
	customID    = "22222222-aaaa-4000-8000-000000000002"
)

// auth is the path of something of Microsoft.Authorization in the first
// subscription: roleAssignments, roleDefinitions or one of them.
func (w *azureWorld) auth(what string) string {
	return "/subscriptions/" + w.sub.ID + "/providers/Microsoft.Authorization/" + what + authVersion
}

func (w *azureWorld) roleID(id string) string {
	return "/subscriptions/" + w.sub.ID + "/providers/Microsoft.Authorization/roleDefinitions/" + id
}

func (w *azureWorld) assignment(role, principalID string, more ...string) o {
	p := o{"roleDefinitionId": w.roleID(role), "principalId": principalID}
	for i := 0; i < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	return o{"properties": p}
}

func (w *azureWorld) names(r reply) []string {
	w.Helper()
	if r.status != 200 {
		w.Fatalf("%d %s", r.status, r.raw)
	}
	var names []string
	for _, v := range r.values() {
		p, _ := v["properties"].(o)
		names = append(names, fmt.Sprint(v["name"], p["roleName"]))
	}
	return names
}
