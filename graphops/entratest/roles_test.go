package entratest_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

const (
	roleAssignments = "/roleManagement/directory/roleAssignments"
	roleScope       = "RoleManagement.ReadWrite.Directory"
)

func (w *world) giveRole(who string, a app, role string) reply {
	w.Helper()
	return w.call(w.as(who, roleScope), "POST", roleAssignments,
		o{"roleDefinitionId": role, "principalId": a.spID, "directoryScopeId": "/"})
}

func (w *world) rolesWhere(filter string) []map[string]any {
	w.Helper()
	return w.must(w.as("pia", roleScope), "GET", roleAssignments+"?$filter="+url.QueryEscape(filter), nil).values()
}

func TestARoleIsGivenFoundAndTakenBack(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	made := w.giveRole("pia", a, entratest.GlobalReader)
	if made.status != 201 || made.body["principalId"] != a.spID || made.body["directoryScopeId"] != "/" {
		t.Fatalf("%d %s", made.status, made.raw)
	}
	w.refused(w.giveRole("ada", a, entratest.GlobalReader), 400, "Request_BadRequest",
		"A conflicting object with one or more of the specified property values is present in the directory.")
	if r := w.giveRole("ada", a, entratest.DirectoryReaders); r.status != 201 {
		t.Errorf("a second role: %d %s", r.status, r.raw)
	}
	if l := w.rolesWhere("principalId eq '" + a.spID + "'"); len(l) != 2 {
		t.Errorf("roles of the app: %v", l)
	}
	both := "principalId eq '" + a.spID + "' and roleDefinitionId eq '" + entratest.GlobalReader + "'"
	if l := w.rolesWhere(both); len(l) != 1 || l[0]["id"] != made.id() {
		t.Errorf("%s: %v", both, l)
	}
	if l := w.rolesWhere("roleDefinitionId eq '" + entratest.GlobalAdministrator + "'"); len(l) != 1 {
		t.Errorf("global administrators: %v", l)
	}
	if got := w.must(w.as("ada", "Directory.Read.All"), "GET", roleAssignments+"/"+made.id(),
		nil); got.body["roleDefinitionId"] != entratest.GlobalReader {
		t.Errorf("by ID: %s", got.raw)
	}
	w.must(w.as("ada", roleScope), "DELETE", roleAssignments+"/"+made.id(), nil)
	w.refused(w.call(w.as("ada", roleScope), "DELETE", roleAssignments+"/"+made.id(), nil), 404, "Request_ResourceNotFound", made.id())
	if got, _ := w.t.Application(a.appID); !slices.Equal(got.DirectoryRoles, []string{"Directory Readers"}) {
		t.Errorf("roles %v", got.DirectoryRoles)
	}
}

func TestOnlyWhoMayAssignRolesDoes(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	for _, who := range []string{"mia", "cloe"} {
		w.refused(w.giveRole(who, a, entratest.GlobalReader), 403, "Authorization_RequestDenied", "")
	}
	body := o{"roleDefinitionId": entratest.GlobalReader, "principalId": a.spID, "directoryScopeId": "/"}
	w.refused(w.call(w.as("ada"), "POST", roleAssignments, body), 403, "Authorization_RequestDenied", "")
	w.refused(w.call(w.as("ada", "Directory.Read.All"), "POST", roleAssignments, body), 403, "Authorization_RequestDenied", "")
	made := w.giveRole("pia", a, entratest.GlobalReader)
	w.refused(w.call(w.as("cloe", roleScope), "DELETE", roleAssignments+"/"+made.id(), nil), 403, "Authorization_RequestDenied", "")
	w.refused(w.call(w.as("ada", "User.Read"), "GET", roleAssignments+"?$filter=principalId+eq+'"+a.spID+"'", nil), 403,
		"Authorization_RequestDenied", "")
	w.refused(w.call(w.as("ada", roleScope), "GET", roleAssignments, nil), 400, "Request_BadRequest", "filtered")
}

func TestARoleThatIsNotRightIsRefused(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	none := "11111111-2222-4333-8444-555555555555"
	try := func(body o) reply { return w.call(w.as("pia", roleScope), "POST", roleAssignments, body) }
	w.refused(try(o{"roleDefinitionId": none, "principalId": a.spID, "directoryScopeId": "/"}), 404, "Request_ResourceNotFound", none)
	w.refused(try(o{"roleDefinitionId": entratest.GlobalReader, "principalId": none, "directoryScopeId": "/"}), 404,
		"Request_ResourceNotFound", none)
	// the application, not its service principal
	w.refused(try(o{"roleDefinitionId": entratest.GlobalReader, "principalId": a.id, "directoryScopeId": "/"}), 404,
		"Request_ResourceNotFound", a.id)
	w.refused(try(o{"roleDefinitionId": entratest.GlobalReader, "principalId": a.spID}), 400, "Request_BadRequest", "directoryScopeId")
	w.refused(try(o{"roleDefinitionId": entratest.GlobalReader, "directoryScopeId": "/"}), 400, "Request_BadRequest", "principalId")
	w.refused(try(o{"roleDefinitionId": "Global Reader", "principalId": a.spID, "directoryScopeId": "/"}), 400, "Request_BadRequest",
		"Edm.Guid")
}

func TestAFreshServicePrincipalHasNoRoleYet(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.Lag.ServicePrincipal = 10 * time.Second })
	a := w.register("ada", "x")
	w.refused(w.giveRole("pia", a, entratest.GlobalReader), 404, "Request_ResourceNotFound", a.spID)
	w.clock.move(10 * time.Second)
	if r := w.giveRole("pia", a, entratest.GlobalReader); r.status != 201 {
		t.Errorf("%d %s", r.status, r.raw)
	}
	w.must(w.as("ada"), "DELETE", "/servicePrincipals/"+a.spID, nil)
	if l := w.rolesWhere("principalId eq '" + a.spID + "'"); len(l) != 0 {
		t.Errorf("the role has outlived its principal: %v", l)
	}
}
