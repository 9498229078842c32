package entratest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

const noRole = "00000000-0000-0000-0000-000000000000"

func TestUsersAndGroupsAreAssignedToAnApplication(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	ada, cloe := w.as("ada"), w.as("cloe")
	mia := w.t.AddUser(entratest.User{UPN: "mia2@contoso.com", Name: "Mia Second"})
	w.t.AddGroup(entratest.Group{Name: "Payees"})
	path := "/servicePrincipals/" + a.spID + "/appRoleAssignedTo"
	assign := o{"principalId": mia.ID, "resourceId": a.spID, "appRoleId": noRole}
	made := w.must(cloe, "POST", path, assign)
	if made.body["principalType"] != "User" || made.body["principalDisplayName"] != "Mia Second" || made.body["appRoleId"] != noRole {
		t.Errorf("made %s", made.raw)
	}
	w.refused(w.call(cloe, "POST", path, assign), 400, "Request_BadRequest", "already exists")
	w.refused(w.call(w.as("mia"), "POST", path, o{"principalId": mia.ID, "resourceId": a.spID, "appRoleId": noRole}), 403,
		"Authorization_RequestDenied", "")
	w.refused(w.call(cloe, "POST", path, o{"principalId": mia.ID, "resourceId": a.spID, "appRoleId": graphID}), 400, "Request_BadRequest",
		"was not found on application")
	if err := w.t.Assign(a.appID, "payees"); err != nil {
		t.Fatal(err)
	}
	for _, no := range [][2]string{{a.appID, "nobody@contoso.com"}, {graphID[:35] + "1", "payees"}, {graphID, "payees"}} {
		if w.t.Assign(no[0], no[1]) == nil {
			t.Errorf("%q was assigned to %s", no[1], no[0])
		}
	}
	kinds := func() (found []string) {
		for _, v := range w.must(ada, "GET", path, nil).values() {
			found = append(found, v["principalType"].(string)+" "+v["principalDisplayName"].(string))
		}
		slices.Sort(found)
		return found
	}
	want := []string{"Group Payees", "User Mia Second"}
	if got := kinds(); !slices.Equal(got, want) {
		t.Errorf("assigned: %q", got)
	}
	// They go with the service principal, and come back with it.
	w.must(ada, "DELETE", "/applications/"+a.id, nil)
	w.must(ada, "POST", "/directory/deletedItems/"+a.id+"/restore", nil)
	w.must(ada, "POST", "/directory/deletedItems/"+a.spID+"/restore", nil)
	if got := kinds(); !slices.Equal(got, want) {
		t.Errorf("after it was restored: %q", got)
	}
}

func TestAssignmentsComeInPages(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	for _, name := range []string{"one", "two", "three"} {
		w.t.AddGroup(entratest.Group{Name: name})
		if err := w.t.Assign(a.appID, name); err != nil {
			t.Fatal(err)
		}
	}
	seen, path := map[string]bool{}, "/servicePrincipals/"+a.spID+"/appRoleAssignedTo?$top=2"
	for pages := 1; ; pages++ {
		r := w.must(w.as("ada"), "GET", path, nil)
		for _, v := range r.values() {
			seen[v["principalDisplayName"].(string)] = true
		}
		next, more := r.body["@odata.nextLink"].(string)
		if !more {
			if pages != 2 || len(seen) != 3 {
				t.Errorf("%d pages with %v", pages, seen)
			}
			return
		}
		path = strings.TrimPrefix(next, w.url+"/v1.0")
	}
}

func TestGrantsOnAnApplicationAreFoundByIt(t *testing.T) {
	w := newWorld(t)
	a, b := w.register("ada", "api"), w.register("ada", "client")
	if err := w.t.Consent(b.appID, a.appID, "access_as_user"); err == nil {
		t.Error("consent for a scope that is not there")
	}
	w.must(w.as("ada"), "PATCH", "/applications/"+a.id, exposing(permissionScope()))
	if err := w.t.Consent(b.appID, a.appID, "access_as_user"); err != nil {
		t.Fatal(err)
	}
	found := w.must(w.as("ada"), "GET", "/oauth2PermissionGrants?$filter=resourceId+eq+'"+a.spID+"'", nil).values()
	if len(found) != 1 || found[0]["clientId"] != b.spID || found[0]["scope"] != "access_as_user" {
		t.Errorf("found %v", found)
	}
}

// As the documentation of the two lists names the roles; members without any may not.
func TestWhoDependsOnAnApplicationIsReadWithARole(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	assigned, grants := "/servicePrincipals/"+a.spID+"/appRoleAssignedTo", "/oauth2PermissionGrants?$filter=resourceId+eq+'"+a.spID+"'"
	for upn, role := range map[string]string{"reader": entratest.DirectoryReaders, "global": entratest.GlobalReader,
		"dev": entratest.ApplicationDeveloper, "hybrid": entratest.HybridIdentityAdministrator} {
		w.t.AddUser(entratest.User{UPN: upn + "@contoso.com", Roles: []string{role}})
	}
	for who, may := range map[string][2]bool{"ada": {true, true}, "cloe": {true, true}, "pia": {true, true}, "reader": {true, true},
		"global": {false, true}, "dev": {false, true}, "hybrid": {true, false}, "mia": {false, false}} {
		for i, path := range []string{assigned, grants} {
			r := w.call(w.as(who), "GET", path, nil)
			if may[i] && r.status != 200 {
				t.Errorf("%s: GET %s: %d", who, path, r.status)
			}
			if !may[i] {
				w.refused(r, 403, "Authorization_RequestDenied", "")
			}
		}
	}
}
