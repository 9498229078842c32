package entratest_test

import (
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// services.md, section 2: adding an owner takes Application.ReadWrite.All and
// Directory.Read.All.
func TestAddingAnOwnerTakesDirectoryReadAll(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	cloe := w.must(w.as("mia", "User.ReadBasic.All"), "GET", "/users/cloe@contoso.com", nil).id()
	for _, on := range []string{"/applications/" + a.id, "/servicePrincipals/" + a.spID} {
		add := func(scopes ...string) reply {
			return w.call(w.as("mia", scopes...), "POST", on+"/owners/$ref", o{"@odata.id": w.url + "/v1.0/directoryObjects/" + cloe})
		}
		w.refused(add("Application.ReadWrite.All"), 403, "Authorization_RequestDenied", "Insufficient privileges")
		w.refused(add("Application.ReadWrite.All", "User.ReadBasic.All"), 403, "Authorization_RequestDenied", "Insufficient privileges")
		w.refused(add("Directory.Read.All"), 403, "Authorization_RequestDenied", "Insufficient privileges")
		if r := add("Application.ReadWrite.All", "Directory.Read.All"); r.status != 204 {
			t.Errorf("%s: %d %s", on, r.status, r.raw)
		}
	}
	w.t.Change(func(k *entratest.Knobs) { k.OwnersByBasic = true })
	b := w.register("mia", "y")
	if r := w.call(w.as("mia", "Application.ReadWrite.All", "User.ReadBasic.All"), "POST", "/applications/"+b.id+"/owners/$ref", o{"@odata.id": w.url + "/v1.0/directoryObjects/" + cloe}); r.status != 204 {
		t.Errorf("in a tenant where User.ReadBasic.All is enough: %d %s", r.status, r.raw)
	}
}

// services.md, section 2: an Application Administrator or Cloud Application
// Administrator does not own what they register, and others do.
func TestAnApplicationAdministratorDoesNotOwnWhatTheyRegister(t *testing.T) {
	w := newWorld(t)
	w.t.AddUser(entratest.User{UPN: "both@contoso.com", Roles: []string{entratest.GlobalAdministrator, entratest.ApplicationAdministrator}})
	for who, want := range map[string]int{"cloe": 0, "both": 0, "ada": 1, "mia": 1} {
		a := w.register(who, "of "+who)
		for _, on := range []string{"/applications/" + a.id, "/servicePrincipals/" + a.spID} {
			if got := w.must(w.as("ada"), "GET", on+"/owners", nil).values(); len(got) != want {
				t.Errorf("%s: %s has the owners %v", who, on, got)
			}
		}
	}
}

// services.md, section 2: what the client may not read comes back with its type and
// ID, and all else null.
func TestWhatAClientMayNotReadComesBackEmpty(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	roles := "/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,displayName,roleTemplateId"
	hidden := w.must(w.as("ada", "User.Read"), "GET", roles, nil).values()
	if len(hidden) != 1 || hidden[0]["id"] == nil || hidden[0]["roleTemplateId"] != nil || hidden[0]["displayName"] != nil {
		t.Errorf("with User.Read the roles are %v", hidden)
	}
	for _, scope := range []string{"Directory.Read.All", "RoleManagement.ReadWrite.Directory"} {
		if seen := w.must(w.as("ada", "User.Read", scope), "GET", roles, nil).values(); len(seen) != 1 || seen[0]["roleTemplateId"] != entratest.GlobalAdministrator {
			t.Errorf("with %s the roles are %v", scope, seen)
		}
	}
	if owners := w.must(w.as("ada", "Application.ReadWrite.All"), "GET", "/applications/"+a.id+"/owners", nil).values(); len(owners) != 1 || owners[0]["id"] == nil || owners[0]["userPrincipalName"] != nil || owners[0]["@odata.type"] != "#microsoft.graph.user" {
		t.Errorf("the owners are %v", owners)
	}
	w.t.Change(func(k *entratest.Knobs) { k.RolesShown = true })
	if seen := w.must(w.as("ada", "User.Read"), "GET", roles, nil).values(); len(seen) != 1 || seen[0]["roleTemplateId"] != entratest.GlobalAdministrator {
		t.Errorf("in a tenant that shows them the roles are %v", seen)
	}
}
