package entratest_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// Source: Graph, "List roleEligibilitySchedules".
func TestWhoIsEligibleIsShownToFew(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "backup")
	sp := a.spID
	if !w.t.MakeEligible(a.appID, entratest.GlobalAdministrator, "") {
		t.Fatal("it is not eligible")
	}
	path := "/roleManagement/directory/roleEligibilitySchedules?$filter=" + url.QueryEscape("principalId eq '"+sp+"'")
	r := w.must(w.as("pia", roleScope), "GET", path, nil)
	if l := r.values(); len(l) != 1 || !strings.Contains(string(r.raw), entratest.GlobalAdministrator) {
		t.Errorf("it is eligible for %s", r.raw)
	}
	w.refused(w.call(w.as("pia", "Directory.Read.All"), "GET", path, nil), 403, "UnknownError", "PermissionScopeNotGranted")
	w.refused(w.call(w.as("cloe", roleScope), "GET", path, nil), 403, "UnauthorizedAccessException", "")
	if l := w.must(w.as("ada"), "GET", "/servicePrincipals/"+sp+"/transitiveMemberOf", nil).values(); len(l) != 0 {
		t.Errorf("it has %v", l)
	}
	w.t.Change(func(k *entratest.Knobs) { k.NoPIM = true })
	w.refused(w.call(w.as("pia", roleScope), "GET", path, nil), 400, "AadPremiumLicenseRequired", "")
}

func TestAServicePrincipalHasTheRolesOfItsGroups(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "backup")
	sp := a.spID
	inner := w.t.AddGroup(entratest.Group{Name: "Inner", Apps: []string{a.appID}})
	outer := w.t.AddGroup(entratest.Group{Name: "Outer", Groups: []string{"Inner"}})
	roles := w.t.AddGroup(entratest.Group{Name: "Admins", AssignsRoles: true, Apps: []string{a.appID}, Groups: []string{"Inner"}})
	if !w.t.Give("Admins", entratest.GlobalAdministrator, "") {
		t.Fatal("the group has no role")
	}
	ids := func(who, path string) (all string) {
		for _, v := range w.must(who, "GET", path, nil).values() {
			all += v["id"].(string) + " "
		}
		return all
	}
	reader := w.as("ada", "Directory.Read.All")
	direct, all := ids(reader, "/servicePrincipals/"+sp+"/memberOf"), ids(reader, "/servicePrincipals/"+sp+"/transitiveMemberOf")
	if strings.Contains(direct, outer.ID) || !strings.Contains(direct, inner.ID) || !strings.Contains(all, outer.ID) ||
		strings.Count(all, " ") != 4 || !strings.Contains(all, roles.ID) { // three groups, and the role of one of them
		t.Errorf("it is in %s, and in all in %s", direct, all)
	}
	hidden := w.must(w.as("ada"), "GET", "/servicePrincipals/"+sp+"/memberOf", nil)
	if strings.Contains(string(hidden.raw), "Inner") || !strings.Contains(string(hidden.raw), inner.ID) {
		t.Errorf("a token for applications shows %s", hidden.raw)
	}
	w.refused(w.call(w.as("ada"), "GET", "/groups/"+inner.ID+"/appRoleAssignments", nil), 403, "Authorization_RequestDenied", "")
	if l := w.must(reader, "GET", "/groups/"+inner.ID+"/appRoleAssignments", nil).values(); len(l) != 0 {
		t.Errorf("the group has %v", l)
	}
}

func TestAPersonConsentsForThemselvesOnly(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "backup")
	sp := a.spID
	if err := w.t.ConsentFor("mia@contoso.com", a.appID, graphID, "Mail.Read"); err != nil {
		t.Fatal(err)
	}
	l := w.must(w.as("ada"), "GET", "/oauth2PermissionGrants?$filter="+url.QueryEscape("clientId eq '"+sp+"'"), nil).values()
	if len(l) != 1 || l[0]["consentType"] != "Principal" || l[0]["principalId"] == nil {
		t.Errorf("it was granted %v", l)
	}
}
