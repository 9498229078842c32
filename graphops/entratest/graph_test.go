package entratest_test

import (
	"net/url"
	"testing"
)

// An app is an application with its service principal.
type app struct{ id, appID, spID string }

// register makes an application the way a careful client does.
func (w *world) register(who, name string) app {
	w.Helper()
	r := w.request(w.as(who), "PATCH", "/applications(uniqueName='bot-"+url.PathEscape(name)+"')", o{"displayName": name})
	r.Header.Set("Prefer", "create-if-missing")
	made := w.send(r)
	if made.status != 201 {
		w.Fatalf("upsert: %d %s", made.status, made.raw)
	}
	a := app{id: made.id(), appID: made.body["appId"].(string)}
	a.spID = w.must(w.as(who), "POST", "/servicePrincipals", o{"appId": a.appID}).id()
	return a
}

// resource returns the service principal of a resource and the ID of a role.
func (w *world) resource(who, appID, role string) (spID, roleID string) {
	w.Helper()
	r := w.must(w.as(who), "GET", "/servicePrincipals(appId='"+appID+"')?$select=id,appId,displayName,appRoles,oauth2PermissionScopes", nil)
	for _, x := range r.body["appRoles"].([]any) {
		if x := x.(map[string]any); x["value"] == role {
			return r.id(), x["id"].(string)
		}
	}
	w.Fatalf("no role %s", role)
	return "", ""
}

func (w *world) tryAssign(who string, a app, appID, role string) reply {
	w.Helper()
	on, id := w.resource(who, appID, role)
	return w.call(w.as(who), "POST", "/servicePrincipals/"+on+"/appRoleAssignedTo",
		o{"principalId": a.spID, "resourceId": on, "appRoleId": id})
}

func (w *world) assign(who string, a app, appID, role string) {
	w.Helper()
	if r := w.tryAssign(who, a, appID, role); r.status != 201 {
		w.Fatalf("assign %s: %d %s", role, r.status, r.raw)
	}
}

func TestAnUpsertCreatesOnceAndUpdatesAfterwards(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "backup")
	r := w.request(w.as("mia"), "PATCH", "/applications(uniqueName='bot-backup')",
		o{"@odata.type": "#microsoft.graph.application", "displayName": "backup 2"})
	r.Header.Set("Prefer", "create-if-missing")
	if again := w.send(r); again.status != 204 || len(again.raw) != 0 {
		t.Errorf("again: %d %s", again.status, again.raw)
	}
	got := w.must(w.as("mia"), "GET", "/applications(appId='"+a.appID+"')", nil)
	if got.body["displayName"] != "backup 2" || got.body["uniqueName"] != "bot-backup" || got.id() != a.id {
		t.Errorf("got %s", got.raw)
	}
	w.refused(w.call(w.as("mia"), "PATCH", "/applications(uniqueName='other')", o{"displayName": "x"}), 404, "Request_ResourceNotFound", "")
}

func TestOnlyTheRightRoleConsents(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "backup") // a member registers and owns it
	w.refused(w.tryAssign("mia", a, exchangeID, "full_access_as_app"), 403, "Authorization_RequestDenied", "Insufficient privileges")
	w.refused(w.tryAssign("cloe", a, graphID, "Directory.Read.All"), 403, "Authorization_RequestDenied", "Insufficient privileges")
	w.assign("cloe", a, exchangeID, "full_access_as_app")
	w.assign("pia", a, graphID, "Directory.Read.All")
	w.refused(w.tryAssign("ada", a, graphID, "Directory.Read.All"), 400, "Request_BadRequest",
		"Permission being assigned already exists on the object")
	w.refused(w.call(w.as("ada", "User.Read"), "GET", "/applications", nil), 403, "Authorization_RequestDenied", "")
	w.refused(w.call("", "GET", "/me", nil), 401, "InvalidAuthenticationToken", "")
}
