package entratest_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

func TestARoleInAzureIsAssignedOnce(t *testing.T) {
	w := newAzureWorld(t)
	a := w.register("ada", "backup")
	at, body := w.auth("roleAssignments/"+assignedID), w.assignment(entratest.AzureContributor, a.spID, "principalType", "ServicePrincipal")
	w.refused(w.as("rob", "GET", at, nil), 404, "RoleAssignmentNotFound", assignedID)
	made := w.as("rob", "PUT", at, body)
	p, _ := made.body["properties"].(o)
	if made.status != 201 || made.body["name"] != assignedID || made.body["type"] != "Microsoft.Authorization/roleAssignments" ||
		p["scope"] != "/subscriptions/"+w.sub.ID || p["principalType"] != "ServicePrincipal" {
		t.Fatalf("%d %s", made.status, made.raw)
	}
	if r := w.as("rob", "PUT", at, body); r.status != 200 {
		t.Errorf("again: %d %s", r.status, r.raw)
	}
	w.refused(w.as("rob", "PUT", at, w.assignment(entratest.AzureReader, a.spID)), 409, "RoleAssignmentUpdateNotPermitted",
		"not allowed to be updated")
	w.refused(w.as("rob", "PUT", w.auth("roleAssignments/33333333-aaaa-4000-8000-000000000003"), body), 409, "RoleAssignmentExists",
		strings.ReplaceAll(assignedID, "-", ""))
	if r := w.as("eve", "GET", at, nil); r.status != 200 || r.body["id"] != made.body["id"] {
		t.Errorf("read: %d %s", r.status, r.raw)
	}
	for filter, want := range map[string]int{"": 5, "atScope()": 5, "principalId eq '" + a.spID + "'": 1, "principalId eq " + a.spID: 1,
		"atScope() and assignedTo('" + a.spID + "')": 1, "principalId eq '" + a.id + "'": 0} {
		path := w.auth("roleAssignments")
		if filter != "" {
			path += "&$filter=" + url.QueryEscape(filter)
		}
		if n := len(w.names(w.as("eve", "GET", path, nil))); n != want {
			t.Errorf("%q: %d, want %d", filter, n, want)
		}
	}
	w.refused(w.as("eve", "GET", w.auth("roleAssignments")+"&$filter="+url.QueryEscape("roleDefinitionId eq 'x'"), nil), 400,
		"UnsupportedQuery", "")
	if got, _ := w.t.Application(a.appID); len(got.AzureRoles) != 1 ||
		got.AzureRoles[0] != (entratest.AzureRole{Scope: "/subscriptions/" + w.sub.ID, SubscriptionID: w.sub.ID, Subscription: "Backup",
			RoleID: entratest.AzureContributor, Role: "Contributor"}) {
		t.Errorf("roles %+v", got.AzureRoles)
	}
	if r := w.as("rob", "DELETE", at, nil); r.status != 200 || r.body["name"] != assignedID {
		t.Errorf("delete: %d %s", r.status, r.raw)
	}
	if r := w.as("rob", "DELETE", at, nil); r.status != 204 {
		t.Errorf("delete again: %d %s", r.status, r.raw)
	}
}

func TestOnlyWhoAdministersAccessAssignsInAzure(t *testing.T) {
	w := newAzureWorld(t)
	a := w.register("ada", "backup")
	w.t.GrantAzureRole("pia@contoso.com", w.sub.ID, entratest.AzureUserAccessAdministrator)
	body := w.assignment(entratest.AzureReader, a.spID, "principalType", "ServicePrincipal")
	role := o{"properties": o{"roleName": "Custom", "description": "", "type": "CustomRole",
		"assignableScopes": []any{"/subscriptions/" + w.sub.ID}, "permissions": []any{o{"actions": []any{"*/read"}}}}}
	for who, may := range map[string][2]bool{"ada": {true, true}, "pia": {true, true}, "rob": {true, false}, "cloe": {false, false},
		"eve": {false, false}, "mia": {false, false}} {
		for i, call := range []struct {
			what string
			body o
		}{{"roleAssignments/" + assignedID, body}, {"roleDefinitions/" + customID, role}} {
			r := w.as(who, "PUT", w.auth(call.what), call.body)
			if may[i] && r.status > 201 || !may[i] && (r.status != 403 || r.code() != "AuthorizationFailed") {
				t.Errorf("%s writes %s: %d %s", who, call.what, r.status, r.raw)
			}
			if r.status <= 201 {
				w.as("ada", "DELETE", w.auth(call.what), nil)
			}
		}
	}
	ask := func(who string) string { return string(w.as(who, "GET", w.auth("permissions"), nil).raw) }
	for who, wants := range map[string]string{"ada": `"actions":["*"]`, "rob": "Microsoft.Authorization/roleAssignments/write",
		"cloe": `"notActions":["Microsoft.Authorization/*/Delete"`, "eve": `"actions":["*/read"]`, "mia": "AuthorizationFailed"} {
		if got := ask(who); !strings.Contains(got, wants) {
			t.Errorf("%s may %s, want %s", who, got, wants)
		}
	}
}

func TestAPrincipalIsLookedUpUnlessItsTypeIsGiven(t *testing.T) {
	w := newAzureWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.Lag.ServicePrincipal = 10 * time.Second })
	a := w.register("ada", "backup")
	put := func(body o) reply { return w.as("rob", "PUT", w.auth("roleAssignments/"+assignedID), body) }
	none := "11111111-2222-4333-8444-555555555555"
	w.refused(put(w.assignment(entratest.AzureReader, a.spID)), 400, "PrincipalNotFound", "replication delay")
	w.refused(put(w.assignment(entratest.AzureReader, none, "principalType", "ServicePrincipal")), 400, "PrincipalNotFound", "")
	w.refused(put(w.assignment(entratest.AzureReader, a.id, "principalType", "ServicePrincipal")), 400, "PrincipalTypeNotSupported",
		"type Application")
	w.refused(put(w.assignment(entratest.AzureReader, a.appID)), 400, "PrincipalTypeNotSupported", "type Application")
	w.refused(put(w.assignment(entratest.AzureReader, a.spID, "principalType", "User")), 400, "UnmatchedPrincipalType",
		"different from specified")
	if r := put(w.assignment(entratest.AzureReader, a.spID, "principalType", "ServicePrincipal")); r.status != 201 {
		t.Errorf("%d %s", r.status, r.raw)
	}
	w.clock.move(10 * time.Second)
	if r := put(w.assignment(entratest.AzureReader, a.spID)); r.status != 200 {
		t.Errorf("%d %s", r.status, r.raw)
	}
	w.must(w.world.as("ada"), "DELETE", "/applications/"+a.id, nil)
	left := w.t.AzureAssignments()
	if last := left[len(left)-1]; last.ID != assignedID || last.Principal != "" || last.Role != "Reader" {
		t.Errorf("Azure does not clean up, but: %+v", last)
	}
}

func TestAnAssignmentThatIsNotRightIsRefused(t *testing.T) {
	w := newAzureWorld(t)
	a := w.register("ada", "backup")
	at := w.auth("roleAssignments/" + assignedID)
	with := func(property string, v any) o {
		b := w.assignment(entratest.AzureReader, a.spID, "principalType", "ServicePrincipal")
		b["properties"].(o)[property] = v
		return b
	}
	for what, c := range map[string]struct {
		path string
		body any
		code string
	}{
		"a name that is no GUID": {w.auth("roleAssignments/mine"), with("principalType", "ServicePrincipal"),
			"InvalidRoleAssignmentId"},
		"a role by its GUID alone": {at, with("roleDefinitionId", entratest.AzureReader), "InvalidRoleDefinitionId"},
		"a role of another subscription": {at, with("roleDefinitionId",
			"/subscriptions/"+w.other.ID+"/providers/Microsoft.Authorization/roleDefinitions/"+entratest.AzureReader),
			"InvalidRoleDefinitionId"},
		"a role that does not exist": {at, with("roleDefinitionId", w.roleID(customID)), "RoleDefinitionDoesNotExist"},
		"another kind of principal":  {at, with("principalType", "Robot"), "BadRequestFormat"},
		"no principal":               {at, with("principalId", ""), "BadRequestFormat"},
		"a property that is not":     {at, with("principalID", a.spID), "BadRequestFormat"},
		"a condition":                {at, with("condition", "true"), "BadRequestFormat"},
		"no properties":              {at, o{"roleDefinitionId": w.roleID(entratest.AzureReader)}, "InvalidRequestContent"},
		"nothing":                    {at, nil, "InvalidRequestContent"},
		"a version of something else": {strings.Replace(at, authVersion, subVersion, 1), with("description", "x"),
			"InvalidApiVersionParameter"},
		"no version": {strings.Replace(at, authVersion, "", 1), with("description", "x"),
			"MissingApiVersionParameter"},
		"a custom role of somewhere else": {at, with("roleDefinitionId", w.roleID(customID)), "RoleDefinitionDoesNotExist"},
	} {
		if r := w.as("ada", "PUT", c.path, c.body); r.status != 400 || r.code() != c.code {
			t.Errorf("%s: %d %s, want 400 %s", what, r.status, r.raw, c.code)
		}
	}
	if n := len(w.t.AzureAssignments()); n != 4 {
		t.Errorf("%d assignments", n)
	}
	if r := w.as("ada", "PUT", at, with("roleDefinitionId", "/providers/Microsoft.Authorization/roleDefinitions/"+
		entratest.AzureReader)); r.status != 201 {
		t.Errorf("a role without a subscription: %d %s", r.status, r.raw)
	}
}

func TestACustomRoleIsMadeAssignedAndRemoved(t *testing.T) {
	w := newAzureWorld(t)
	a := w.register("ada", "backup")
	role := func(change ...any) o {
		p := o{"roleName": "Veeam Backup", "description": "Backs up.", "type": "CustomRole",
			"assignableScopes": []any{"/subscriptions/" + w.sub.ID},
			"permissions": []any{o{"actions": []any{"Microsoft.Compute/disks/read", "Microsoft.Authorization/locks/Read"},
				"dataActions": []any{"Microsoft.KeyVault/vaults/keys/read"}}}}
		for i := 0; i < len(change); i += 2 {
			p[change[i].(string)] = change[i+1]
		}
		return o{"properties": p}
	}
	at := w.auth("roleDefinitions/" + customID)
	w.refused(w.as("ada", "GET", at, nil), 404, "RoleDefinitionDoesNotExist", "")
	made := w.as("ada", "PUT", at, role())
	if made.status != 201 || made.body["id"] != w.roleID(customID) || made.body["properties"].(o)["type"] != "CustomRole" {
		t.Fatalf("%d %s", made.status, made.raw)
	}
	if r := w.as("ada", "PUT", at, role("description", "Backs up well.")); r.status != 201 || len(w.t.AzureRoleDefinitions()) != 1 ||
		w.t.AzureRoleDefinitions()[0].Description != "Backs up well." {
		t.Errorf("again: %d %s", r.status, r.raw)
	}
	for filter, want := range map[string]string{"roleName eq 'Veeam Backup'": customID + "Veeam Backup",
		"type eq 'CustomRole'":                   customID + "Veeam Backup",
		"roleName eq 'Key Vault Crypto Officer'": entratest.AzureKeyVaultCryptoOfficer + "Key Vault Crypto Officer"} {
		if got := w.names(w.as("eve", "GET", w.auth("roleDefinitions")+"&$filter="+url.QueryEscape(filter), nil)); len(got) != 1 ||
			got[0] != want {
			t.Errorf("%s: %v", filter, got)
		}
	}
	for what, c := range map[string]struct {
		id     string
		body   o
		status int
		code   string
	}{
		"the same name":          {assignedID, role(), 409, "RoleDefinitionWithSameNameExists"},
		"the name of a built-in": {assignedID, role("roleName", "reader"), 409, "RoleDefinitionWithSameNameExists"},
		"no name":                {customID, role("roleName", ""), 400, "InvalidRoleDefinition"},
		"no actions":             {customID, role("permissions", []any{o{"actions": []any{}}}), 400, "InvalidRoleDefinition"},
		"an action that is none": {customID, role("permissions", []any{o{"actions": []any{"read disks"}}}), 400,
			"InvalidActionOrNotAction"},
		"the whole directory": {customID, role("assignableScopes", []any{"/"}), 400, "InvalidAssignableScope"},
		"only another place":  {customID, role("assignableScopes", []any{}), 400, "InvalidAssignableScope"},
		"a place without rights": {customID, role("assignableScopes",
			[]any{"/subscriptions/" + w.sub.ID, "/subscriptions/" + w.other.ID}), 403, "AuthorizationFailed"},
		"another type":            {customID, role("type", "BuiltInRole"), 400, "InvalidRoleDefinition"},
		"a built-in role":         {entratest.AzureReader, role("roleName", "Mine"), 400, "InvalidRoleDefinitionId"},
		"a name that is no GUID":  {"veeam", role("roleName", "Mine"), 400, "InvalidRoleDefinitionId"},
		"a property that is none": {customID, role("scopes", []any{}), 400, "BadRequestFormat"},
	} {
		if r := w.as("ada", "PUT", w.auth("roleDefinitions/"+c.id), c.body); r.status != c.status || r.code() != c.code {
			t.Errorf("%s: %d %s, want %d %s", what, r.status, r.raw, c.status, c.code)
		}
	}
	if r := w.as("ada", "PUT", w.auth("roleAssignments/"+assignedID),
		w.assignment(customID, a.spID, "principalType", "ServicePrincipal")); r.status != 201 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	if got, _ := w.t.Application(a.appID); len(got.AzureRoles) != 1 || got.AzureRoles[0].Role != "Veeam Backup" ||
		!got.AzureRoles[0].Custom {
		t.Errorf("roles %+v", got.AzureRoles)
	}
	w.refused(w.as("ada", "DELETE", at, nil), 400, "RoleDefinitionHasAssignments", "existing role assignments")
	w.as("ada", "DELETE", w.auth("roleAssignments/"+assignedID), nil)
	if r := w.as("ada", "DELETE", at, nil); r.status != 200 || len(w.t.AzureRoleDefinitions()) != 0 {
		t.Errorf("%d %s", r.status, r.raw)
	}
	if r := w.as("ada", "DELETE", at, nil); r.status != 204 {
		t.Errorf("again: %d %s", r.status, r.raw)
	}
}

func TestARoleInAzureTakesAWhile(t *testing.T) {
	w := newAzureWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.Lag.Azure = time.Minute })
	a := w.register("ada", "backup")
	secret := w.must(w.world.as("ada"), "POST", "/applications/"+a.id+"/addPassword", o{}).body["secretText"].(string)
	app := w.appToken(a.appID, secret, w.arm+"/.default")
	custom := o{"properties": o{"roleName": "Custom", "assignableScopes": []any{"/subscriptions/" + w.sub.ID},
		"permissions": []any{o{"actions": []any{"*/read"}}}}}
	w.as("ada", "PUT", w.auth("roleDefinitions/"+customID), custom)
	put := func() reply {
		return w.as("ada", "PUT", w.auth("roleAssignments/"+assignedID),
			w.assignment(customID, a.spID, "principalType", "ServicePrincipal"))
	}
	w.refused(put(), 400, "RoleDefinitionDoesNotExist", "")
	w.clock.move(time.Minute)
	if r := put(); r.status != 201 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	sub := "/subscriptions/" + w.sub.ID + subVersion
	w.refused(w.azure(app, "GET", sub, nil), 403, "AuthorizationFailed", a.appID)
	w.clock.move(time.Minute)
	if r := w.azure(app, "GET", sub, nil); r.status != 200 { // the app acts as itself
		t.Errorf("%d %s", r.status, r.raw)
	}
}
