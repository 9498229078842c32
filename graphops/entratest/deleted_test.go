package entratest_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

const (
	deletedApps = "/directory/deletedItems/microsoft.graph.application"
	deletedSPs  = "/directory/deletedItems/graph.servicePrincipal"
)

func TestADeletedApplicationIsFoundByItsAppID(t *testing.T) {
	w := newWorld(t)
	a, b := w.register("mia", "a"), w.register("mia", "b")
	for _, x := range []app{a, b} {
		w.must(w.as("mia"), "DELETE", "/applications/"+x.id, nil)
	}
	for filter, want := range map[string]string{"appId eq '" + a.appID + "'": a.id, "displayName eq 'b'": b.id,
		"startswith(displayName,'A')": a.id} {
		l := w.must(w.as("mia"), "GET", deletedApps+"?$select=id,appId,deletedDateTime&$filter="+url.QueryEscape(filter), nil).values()
		if len(l) != 1 || l[0]["id"] != want || l[0]["deletedDateTime"] == nil {
			t.Errorf("%s: %v", filter, l)
		}
	}
	if l := w.must(w.as("mia"), "GET", deletedApps+"?$filter=appId+eq+'"+w.client.AppID+"'", nil).values(); len(l) != 0 {
		t.Errorf("one that lives: %v", l)
	}
}

func TestARestoredApplicationHasAllButItsServicePrincipal(t *testing.T) {
	w := newWorld(t)
	a, c := w.register("mia", "portal"), w.year("x")
	w.must(w.as("mia"), "PATCH", "/applications/"+a.id, exposing(permissionScope()))
	w.setKeys("mia", a, c.entry())
	w.must(w.as("mia"), "POST", "/applications/"+a.id+"/addPassword", o{})
	w.must(w.as("mia"), "POST", "/applications/"+a.id+"/federatedIdentityCredentials", federated("main", "x"))
	w.assign("ada", a, graphID, "Directory.Read.All")
	w.must(w.as("ada"), "POST", "/oauth2PermissionGrants", o{"clientId": a.spID, "consentType": "AllPrincipals", "resourceId": a.spID,
		"scope": "access_as_user"})
	w.giveRole("pia", a, entratest.GlobalReader)
	w.must(w.as("mia"), "DELETE", "/applications/"+a.id, nil)

	w.refused(w.call(w.as("cloe"), "POST", "/directory/deletedItems/"+a.spID+"/restore", nil), 400, "Request_BadRequest",
		"does not reference a valid application object")
	w.must(w.as("cloe"), "POST", "/directory/deletedItems/"+a.id+"/restore", nil)
	got, _ := w.t.Application(a.appID)
	if len(got.Certificates) != 1 || len(got.Passwords) != 1 || len(got.Federated) != 1 || len(got.Exposed) != 1 ||
		len(got.Owners) != 1 || got.ServicePrincipalID != "" {
		t.Errorf("restored %+v", got)
	}
	if err := w.prove(a, c, "RS256", "x5t"); err == nil || !strings.Contains(err.Error(), "AADSTS7000229") {
		t.Errorf("it signs in without a service principal: %v", err)
	}
	if l := w.must(w.as("mia"), "GET", deletedSPs, nil).values(); len(l) != 1 || l[0]["id"] != a.spID || l[0]["deletedDateTime"] == nil {
		t.Errorf("deleted service principals: %v", l)
	}
	w.refused(w.call(w.as("mia"), "POST", "/directory/deletedItems/"+a.spID+"/restore", nil), 403, "Authorization_RequestDenied", "")
	if r := w.must(w.as("cloe"), "POST", "/directory/deletedItems/"+a.spID+"/restore", nil); r.id() != a.spID {
		t.Errorf("%s", r.raw)
	}
	got, _ = w.t.Application(a.appID)
	if got.ServicePrincipalID != a.spID || len(got.Roles) != 1 || len(got.Scopes) != 1 || len(got.DirectoryRoles) != 0 {
		t.Errorf("with its service principal: %+v", got)
	}
	if err := w.prove(a, c, "RS256", "x5t"); err != nil {
		t.Error(err)
	}
}

func TestASecondServicePrincipalStandsInTheWayOfTheFirst(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	w.must(w.as("ada"), "DELETE", "/servicePrincipals/"+a.spID, nil)
	if r := w.must(w.as("ada"), "GET", "/directory/deletedItems/"+a.spID,
		nil); r.body["@odata.type"] != "#microsoft.graph.servicePrincipal" {
		t.Errorf("%s", r.raw)
	}
	w.must(w.as("ada"), "POST", "/servicePrincipals", o{"appId": a.appID})
	w.refused(w.call(w.as("ada"), "POST", "/directory/deletedItems/"+a.spID+"/restore", nil), 409,
		"Request_MultipleObjectsWithSameKeyValue", "restored")
	w.must(w.as("ada"), "DELETE", "/directory/deletedItems/"+a.spID, nil)
	w.refused(w.call(w.as("ada"), "GET", "/directory/deletedItems/"+a.spID, nil), 404, "Request_ResourceNotFound", a.spID)
}

func TestWhatIsDeletedIsGoneAfterThirtyDays(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	w.must(w.as("ada"), "DELETE", "/applications/"+a.id, nil)
	w.t.Change(func(k *entratest.Knobs) { k.TokenLifetime = 60 * 24 * time.Hour })
	ada := w.as("ada", "Application.ReadWrite.All")
	w.clock.move(31 * 24 * time.Hour)
	for _, id := range []string{a.id, a.spID} {
		w.refused(w.call(ada, "POST", "/directory/deletedItems/"+id+"/restore", nil), 404, "Request_ResourceNotFound", id)
	}
}
