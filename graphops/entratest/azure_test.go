package entratest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

func TestAzureMayHaveTheAddressOfGraph(t *testing.T) {
	w := newAzureWorld(t)
	w.s.SetARMURL(w.url)
	w.arm = w.url
	if r := w.as("ada", "GET", "/subscriptions"+subVersion, nil); r.status != 200 {
		t.Errorf("%d %s", r.status, r.raw)
	}
	w.must(w.world.as("ada", w.url+"/.default"), "GET", "/me", nil)
}

func TestSubscriptionsAreSeenByThoseWhoHaveARole(t *testing.T) {
	w := newAzureWorld(t)
	one := w.as("eve", "GET", "/subscriptions/"+strings.ToUpper(w.sub.ID)+subVersion, nil)
	if one.status != 200 || one.body["displayName"] != "Backup" || one.body["subscriptionId"] != w.sub.ID ||
		one.body["tenantId"] != w.t.ID || one.body["state"] != "Enabled" {
		t.Errorf("%d %s", one.status, one.raw)
	}
	if r := w.as("mia", "GET", "/subscriptions"+subVersion, nil); r.status != 200 || len(r.values()) != 0 {
		t.Errorf("mia sees %s", r.raw)
	}
	w.refused(w.as("mia", "GET", "/subscriptions/"+w.sub.ID+subVersion, nil), 403, "AuthorizationFailed",
		"The client 'mia@contoso.com' with object id '")
	w.refused(w.as("ada", "GET", "/subscriptions/"+w.other.ID+subVersion, nil), 403, "AuthorizationFailed",
		"Microsoft.Resources/subscriptions/read")
	w.refused(w.as("ada", "GET", "/subscriptions/11111111-2222-4333-8444-555555555555"+subVersion, nil), 404, "SubscriptionNotFound",
		"could not be found")
	w.refused(w.as("ada", "GET", "/subscriptions/backup"+subVersion, nil), 400, "InvalidSubscriptionId", "backup")
	theirs := w.s.AddTenant(entratest.Tenant{Name: "Fabrikam"}).AddSubscription(entratest.Subscription{})
	w.refused(w.as("ada", "GET", "/subscriptions/"+theirs.ID+subVersion, nil), 401, "InvalidAuthenticationTokenTenant", "wrong issuer")
	w.refused(w.as("ada", "GET", "/subscriptions", nil), 400, "MissingApiVersionParameter", "api-version")
	w.refused(w.as("ada", "GET", "/subscriptions?api-version=2022-04-01", nil), 400, "InvalidApiVersionParameter", "2022-12-01")
	w.refused(w.as("ada", "GET", "/subscriptions/"+w.sub.ID+"/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments"+
		authVersion, nil), 404, "ResourceGroupNotFound", "'rg'")
	w.refused(w.as("ada", "POST", "/subscriptions"+subVersion, nil), 404, "InvalidResourceType", "POST")
	if w.t.GrantAzureRole("nobody@contoso.com", w.sub.ID, "Owner") || w.t.GrantAzureRole("ada@contoso.com", w.sub.ID, "Emperor") ||
		w.t.GrantAzureRole("ada@contoso.com", "x", "Owner") {
		t.Error("what is not there was granted")
	}
}

func TestTroubleComesToAzureToo(t *testing.T) {
	w := newAzureWorld(t)
	a := w.register("ada", "backup")
	at, body := w.auth("roleAssignments/"+assignedID), w.assignment(entratest.AzureReader, a.spID, "principalType", "ServicePrincipal")
	w.azureToken("ada")
	w.s.Fail("putRoleAssignment", entratest.Before, 503, 1)
	w.s.Fail("putRoleAssignment", entratest.After, 500, 1)
	w.refused(w.as("ada", "PUT", at, body), 503, "ServerTimeout", "")
	w.refused(w.as("ada", "GET", at, nil), 404, "RoleAssignmentNotFound", "")
	lost := w.as("ada", "PUT", at, body)
	if w.refused(lost, 500, "InternalServerError", ""); len(lost.body) != 1 || lost.header.Get("x-ms-request-id") == "" {
		t.Errorf("not in the shape of Azure: %v %s", lost.header, lost.raw)
	}
	if r := w.as("ada", "PUT", at, body); r.status != 200 {
		t.Errorf("what was lost was not done: %d %s", r.status, r.raw)
	}
	w.t.Change(func(k *entratest.Knobs) { k.ThrottleEach = true })
	throttled := w.as("ada", "GET", at, nil)
	if w.refused(throttled, 429, "TooManyRequests", ""); throttled.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.t.Change(func(k *entratest.Knobs) { k.ThrottleEach, k.AnswerLost = false, true })
	r, _ := http.NewRequest("DELETE", w.arm+at, nil)
	r.Header.Set("Authorization", "Bearer "+w.azureToken("ada"))
	if resp, err := w.http.Do(r); err == nil {
		resp.Body.Close()
		t.Error("the answer was not lost")
	}
	w.t.Change(func(k *entratest.Knobs) { k.AnswerLost = false })
	var ops []string
	w.s.OnCall(func(op string, r *http.Request) { ops = append(ops, op) })
	w.as("ada", "DELETE", at, nil)
	w.as("ada", "GET", w.auth("roleAssignments"), nil)
	w.as("ada", "GET", w.auth("permissions"), nil)
	w.as("ada", "GET", "/subscriptions"+subVersion, nil)
	if got := strings.Join(ops, " "); got != "deleteRoleAssignment listAzureRoleAssignments listCallerPermissions listSubscriptions" {
		t.Errorf("ops %s", got)
	}
	j := w.s.Journal()
	if last := j[len(j)-1]; last.Op != "listSubscriptions" || last.Path != "/subscriptions"+subVersion ||
		last.User != "ada@contoso.com" || last.Tenant != w.t.ID || last.Status != 200 {
		t.Errorf("journal %+v", last)
	}
}

func TestLongListsInAzureComeInPages(t *testing.T) {
	w := newAzureWorld(t)
	for i := range 110 {
		u := w.t.AddUser(entratest.User{UPN: fmt.Sprintf("user%d@contoso.com", i)})
		w.t.GrantAzureRole(u.UPN, w.sub.ID, "Reader")
	}
	seen, pages := make(map[string]bool), 0
	for path := w.auth("roleAssignments"); path != ""; pages++ {
		r := w.as("ada", "GET", path, nil)
		for _, name := range w.names(r) {
			seen[name] = true
		}
		next, _ := r.body["nextLink"].(string)
		path = strings.TrimPrefix(next, w.arm)
	}
	if len(seen) != 114 || pages != 2 {
		t.Errorf("%d assignments on %d pages", len(seen), pages)
	}
}

func TestAzureTakesEachPublishedVersionAndDoubledSlashes(t *testing.T) {
	w := newAzureWorld(t)
	for _, path := range []string{"/subscriptions?api-version=2019-11-01", "//subscriptions/" + w.sub.ID + "?api-version=2016-06-01",
		"/tenants?api-version=2019-11-01",
		"//subscriptions/" + w.sub.ID + "//providers/Microsoft.Authorization/roleAssignments?api-version=2020-04-01-preview",
		"/subscriptions/" + w.sub.ID + "/providers/Microsoft.Authorization/roleDefinitions?api-version=2018-01-01-preview"} {
		if r := w.as("ada", "GET", path, nil); r.status != 200 {
			t.Errorf("%s: %d %s", path, r.status, r.raw)
		}
	}
	w.refused(w.as("ada", "GET", "/subscriptions?api-version=2019-11-02", nil), 400, "InvalidApiVersionParameter", "2019-11-01")
}
