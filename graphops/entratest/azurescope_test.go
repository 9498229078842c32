package entratest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

const atScopes = "/providers/Microsoft.Authorization/"

// A scopedWorld has the subscription Cloud in the management group Platform, which is in
// Contoso, and in the subscription the resource group RG-Backup.
type scopedWorld struct {
	*azureWorld
	top, platform, sub, group string
	apps                      int
}

func newScopedWorld(t *testing.T) *scopedWorld {
	w := &scopedWorld{azureWorld: newAzureWorld(t)}
	w.t.AddManagementGroup(entratest.ManagementGroup{Name: "Contoso"})
	w.t.AddManagementGroup(entratest.ManagementGroup{Name: "Platform", Parent: "Contoso"})
	cloud := w.t.AddSubscription(entratest.Subscription{Name: "Cloud", ManagementGroup: "Platform"})
	w.top, w.platform = "/providers/Microsoft.Management/managementGroups/Contoso",
		"/providers/Microsoft.Management/managementGroups/Platform"
	w.sub, w.group = "/subscriptions/"+cloud.ID, w.t.AddResourceGroup(cloud.ID, "RG-Backup")
	if !w.t.GrantAzureRole("ada@contoso.com", w.top, "Owner") || !w.t.GrantAzureRole("cloe@contoso.com", w.group, "Owner") ||
		!w.t.GrantAzureRole("mia@contoso.com", "/providers/Microsoft.Management/managementGroups/"+w.t.ID, "Reader") {
		t.Fatal("a role is not granted")
	}
	if w.t.GrantAzureRole("mia@contoso.com", w.sub+"/resourceGroups/none", "Reader") ||
		w.t.GrantAzureRole("mia@contoso.com", w.top+"x", "Reader") {
		t.Fatal("a role on what is not there was granted")
	}
	return w
}

func (w *scopedWorld) put(who, scope, id, role string) reply {
	w.Helper()
	w.apps++
	a := w.register("ada", fmt.Sprint("backup-", w.apps))
	return w.as(who, "PUT", scope+atScopes+"roleAssignments/"+id+authVersion, o{"properties": o{
		"roleDefinitionId": atScopes + "roleDefinitions/" + role, "principalId": a.spID, "principalType": "ServicePrincipal"}})
}

func TestARoleThatIsAssignedAboveIsInheritedBelow(t *testing.T) {
	w := newScopedWorld(t)
	ids := "11111111-aaaa-4000-8000-00000000000"
	for i, scope := range []string{w.top, w.platform, w.sub, w.group} { // Owner of the top group
		if r := w.put("ada", scope, ids+string(rune('1'+i)), entratest.AzureReader); r.status != 201 ||
			r.body["properties"].(o)["scope"] != scope {
			t.Errorf("%s: %d %s", scope, r.status, r.raw)
		}
	}
	if r := w.put("cloe", w.group, ids+"5", entratest.AzureReader); r.status != 201 {
		t.Errorf("%d %s", r.status, r.raw)
	}
	for _, scope := range []string{w.top, w.platform, w.sub} { // Owner of the resource group alone
		w.refused(w.put("cloe", scope, ids+"6", entratest.AzureReader), 403, "AuthorizationFailed", "over scope")
		w.refused(w.as("cloe", "GET", scope+atScopes+"permissions"+authVersion, nil), 403, "AuthorizationFailed", "over scope")
	}
	w.refused(w.put("mia", w.group, ids+"7", entratest.AzureReader), 403, "AuthorizationFailed", "over scope")
	if r := w.as("mia", "GET", w.group+atScopes+"permissions"+authVersion, nil); !strings.Contains(string(r.raw), `"*/read"`) {
		// from the root group
		t.Errorf("mia may %s", r.raw)
	}
	w.refused(w.put("ada", w.sub+"/resourceGroups/none", ids+"8", entratest.AzureReader), 404, "ResourceGroupNotFound", "'none'")
	w.refused(w.put("ada", w.top+"x", ids+"8", entratest.AzureReader), 403, "AuthorizationFailed", "or the scope is invalid")
}

func TestCapitalsMakeNoOtherScope(t *testing.T) {
	w := newScopedWorld(t)
	upper := strings.Replace(strings.ToUpper(w.group), "/SUBSCRIPTIONS", "/Subscriptions", 1)
	if r := w.put("ada", upper, assignedID, entratest.AzureReader); r.status != 201 || r.body["properties"].(o)["scope"] != w.group {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	if r := w.as("ada", "GET", w.group+atScopes+"roleAssignments/"+assignedID+authVersion, nil); r.status != 200 {
		t.Errorf("%d %s", r.status, r.raw)
	}
	w.refused(w.as("ada", "GET", w.sub+atScopes+"roleAssignments/"+assignedID+authVersion, nil), 404, "RoleAssignmentNotFound", "")
	if r := w.as("ada", "DELETE", strings.ToLower(w.group)+atScopes+"roleAssignments/"+assignedID+authVersion, nil); r.status != 200 {
		t.Errorf("%d %s", r.status, r.raw)
	}
}

func TestAListHasWhatIsAssignedAboveAndBelow(t *testing.T) {
	w := newScopedWorld(t)
	a := w.register("ada", "backup")
	for _, scope := range []string{w.top, w.sub, w.group, w.azureWorld.sub.ID} {
		if !w.t.GrantAzureRole(a.spID, scope, "Reader") {
			t.Fatal(scope)
		}
	}
	for _, c := range []struct {
		scope, filter string
		want          int
	}{
		{w.sub, "principalId eq '" + a.spID + "'", 3},
		{w.sub, "atScope() and assignedTo('" + a.spID + "')", 2},
		{w.group, "principalId eq '" + a.spID + "'", 3},
		{w.platform, "principalId eq '" + a.spID + "'", 3},
		{w.platform, "atScope() and assignedTo('" + a.spID + "')", 1},
		{w.top, "atScope()", 3}, // ada's and mia's
	} {
		r := w.as("ada", "GET", c.scope+atScopes+"roleAssignments"+authVersion+"&$filter="+url.QueryEscape(c.filter), nil)
		if n := len(w.names(r)); n != c.want {
			t.Errorf("%s, %s: %d, want %d: %s", c.scope, c.filter, n, c.want, r.raw)
		}
	}
}

func TestACustomRoleIsForItsScopesAndThoseInThem(t *testing.T) {
	w := newScopedWorld(t)
	role := func(data bool, scopes ...any) o {
		allows := o{"actions": []any{"*/read"}}
		if data {
			allows["dataActions"] = []any{"Microsoft.KeyVault/vaults/keys/read"}
		}
		return o{"properties": o{"roleName": "Ours", "type": "CustomRole", "assignableScopes": scopes, "permissions": []any{allows}}}
	}
	at := func(scope string) string { return scope + atScopes + "roleDefinitions/" + customID + authVersion }
	w.refused(w.as("ada", "PUT", at(w.top), role(false, w.top, w.platform)), 400, "InvalidAssignableScope", "one management group")
	w.refused(w.as("ada", "PUT", at(w.top), role(true, w.top)), 400, "InvalidAssignableScope", "data actions")
	w.refused(w.as("ada", "PUT", at(w.group), role(false, w.sub)), 400, "InvalidAssignableScope", "must contain")
	w.refused(w.as("cloe", "PUT", at(w.group), role(false, w.group, w.sub)), 403, "AuthorizationFailed", "roleDefinitions/write")
	if r := w.as("ada", "PUT", at(w.group), role(true, strings.ToUpper(w.group))); r.status != 201 ||
		w.t.AzureRoleDefinitions()[0].Scopes[0] != w.group {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	w.refused(w.put("ada", w.sub, assignedID, customID), 400, "RoleDefinitionDoesNotExist", "")
	if r := w.as("ada", "PUT", at(w.platform), role(false, w.platform, w.group)); r.status != 201 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	if r := w.put("ada", w.sub, assignedID, customID); r.status != 201 { // in the management group
		t.Fatalf("%d %s", r.status, r.raw)
	}
	w.refused(w.as("cloe", "DELETE", at(w.group), nil), 403, "AuthorizationFailed", "roleDefinitions/delete")
	w.as("ada", "DELETE", w.sub+atScopes+"roleAssignments/"+assignedID+authVersion, nil)
	if r := w.as("ada", "DELETE", at(w.group), nil); r.status != 200 || len(w.t.AzureRoleDefinitions()) != 0 {
		t.Errorf("%d %s", r.status, r.raw)
	}
}
