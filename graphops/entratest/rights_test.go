package entratest_test

import (
	"strings"
	"testing"
	"time"

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
	if r := w.call(w.as("mia", "Application.ReadWrite.All", "User.ReadBasic.All"), "POST", "/applications/"+b.id+"/owners/$ref",
		o{"@odata.id": w.url + "/v1.0/directoryObjects/" + cloe}); r.status != 204 {
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
		if seen := w.must(w.as("ada", "User.Read", scope), "GET", roles, nil).values(); len(seen) != 1 ||
			seen[0]["roleTemplateId"] != entratest.GlobalAdministrator {
			t.Errorf("with %s the roles are %v", scope, seen)
		}
	}
	if owners := w.must(w.as("ada", "Application.ReadWrite.All"), "GET", "/applications/"+a.id+"/owners",
		nil).values(); len(owners) != 1 || owners[0]["id"] == nil || owners[0]["userPrincipalName"] != nil ||
		owners[0]["@odata.type"] != "#microsoft.graph.user" {
		t.Errorf("the owners are %v", owners)
	}
	w.t.Change(func(k *entratest.Knobs) { k.RolesShown = true })
	if seen := w.must(w.as("ada", "User.Read"), "GET", roles, nil).values(); len(seen) != 1 ||
		seen[0]["roleTemplateId"] != entratest.GlobalAdministrator {
		t.Errorf("in a tenant that shows them the roles are %v", seen)
	}
}

// services.md, section 4: a policy is for applications that were created after its day,
// one application may have its own, people may be exempt, and there are rules about
// authorities and audiences. v1.0 has no name for the first of these, and does not show
// the second.
func TestAPolicyIsForTheApplicationsThatItIsFor(t *testing.T) {
	w := newWorld(t)
	old := w.register("mia", "old")
	w.clock.move(20 * time.Minute)
	w.t.Change(func(k *entratest.Knobs) {
		k.ForbidSecrets, k.TrustedOnly, k.ForbidMultitenant, k.PolicyFrom = true, true, true, w.clock.Now().Add(-10*time.Minute)
	})
	young, own := w.register("mia", "young"), w.register("mia", "own")
	w.t.Exempt(own.appID, entratest.AppManagement{MaxSecretLifetime: time.Hour, Off: []string{"passwordAddition"}})
	add := func(who string, a app) reply {
		return w.call(w.as(who), "POST", "/applications/"+a.id+"/addPassword", o{})
	}
	w.refused(add("mia", young), 400, "CredentialTypeNotAllowedAsPerAppPolicy", "not allowed")
	w.refused(add("mia", own), 400, "CredentialInvalidLifetimeAsPerAppPolicy", "max value")
	w.refused(w.call(w.as("mia"), "PATCH", "/applications/"+own.id, o{"signInAudience": "AzureADMultipleOrgs"}), 400,
		"SignInAudienceNotAllowedAsPerAppPolicy", "")
	w.t.Exempt(own.appID, entratest.AppManagement{Off: []string{"passwordAddition"}})
	for what, a := range map[string]app{"from before": old, "with an exemption of its own": own} {
		if r := add("mia", a); r.status != 200 {
			t.Errorf("an application %s: %d %s", what, r.status, r.raw)
		}
	}
	w.refused(w.call(w.as("mia"), "PATCH", "/applications/"+young.id, o{"signInAudience": "AzureADMultipleOrgs"}), 400,
		"SignInAudienceNotAllowedAsPerAppPolicy", "")
	w.must(w.as("mia"), "PATCH", "/applications/"+old.id, o{"signInAudience": "AzureADMultipleOrgs"})
	w.t.Change(func(k *entratest.Knobs) { k.PolicyExempts = []string{"ada@contoso.com"} })
	if r := add("ada", young); r.status != 200 {
		t.Errorf("somebody who is exempt: %d %s", r.status, r.raw)
	}
	reads := w.as("ada", "Policy.Read.All", "Application.ReadWrite.All")
	if r := w.must(reads, "GET", "/policies/defaultAppManagementPolicy", nil); !strings.Contains(string(r.raw), "unknownFutureValue") ||
		strings.Contains(string(r.raw), "audiences") || !strings.Contains(string(r.raw), "excludeActors") {
		t.Errorf("the policy is %s", r.raw)
	}
	if l := w.must(reads, "GET", "/applications/"+own.id+"/appManagementPolicies", nil); len(l.values()) != 1 ||
		!strings.Contains(string(l.raw), "disabled") {
		t.Errorf("the policies of one application are %s", l.raw)
	}
	if l := w.must(reads, "GET", "/applications/"+young.id+"/appManagementPolicies", nil).values(); len(l) != 0 {
		t.Errorf("the policies of another are %v", l)
	}
}

// services.md, section 2: custom roles and roles for one application are enough, and the
// list of a person's directory roles shows neither.
func TestCustomAndScopedRolesAreEnoughAndDoNotShow(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.UsersMayRegister = false })
	a, b := w.register("ada", "a"), w.register("ada", "b")
	secret := func(a app) reply { return w.call(w.as("mia"), "POST", "/applications/"+a.id+"/addPassword", o{}) }
	create := func() reply { return w.call(w.as("mia"), "POST", "/applications", o{"displayName": "c"}) }
	w.refused(secret(a), 403, "Authorization_RequestDenied", "")
	w.refused(create(), 403, "Authorization_RequestDenied", "")

	w.t.Give("mia@contoso.com", entratest.ApplicationAdministrator, a.id)
	if r := secret(a); r.status != 200 {
		t.Errorf("for the one application: %d %s", r.status, r.raw)
	}
	w.refused(secret(b), 403, "Authorization_RequestDenied", "")
	w.refused(create(), 403, "Authorization_RequestDenied", "")

	role := w.t.AddRole(entratest.Role{Name: "App credentials",
		Actions: []string{"microsoft.directory/applications/credentials/update", "microsoft.directory/applications/create"}})
	w.t.Give("mia@contoso.com", role.ID, "")
	for what, r := range map[string]reply{"a secret": secret(b), "registering": create()} {
		if r.status/100 != 2 {
			t.Errorf("%s with a custom role: %d %s", what, r.status, r.raw)
		}
	}
	w.refused(w.call(w.as("mia"), "PATCH", "/applications/"+b.id, o{"displayName": "other"}), 403, "Authorization_RequestDenied", "")

	if l := w.must(w.as("mia", "Directory.Read.All"), "GET", "/me/transitiveMemberOf/microsoft.graph.directoryRole",
		nil).values(); len(l) != 0 {
		t.Errorf("her directory roles are %v", l)
	}
	mia := w.must(w.as("mia"), "GET", "/me", nil).id()
	if l := w.rolesWhere("principalId eq '" + mia + "'"); len(l) != 2 {
		t.Errorf("what is assigned to her: %v", l)
	}
	if r := w.must(w.as("pia", roleScope), "GET", "/roleManagement/directory/roleDefinitions/"+role.ID,
		nil); r.body["isBuiltIn"] != false || r.body["displayName"] != "App credentials" {
		t.Errorf("the definition is %s", r.raw)
	}
}

// services.md, section 2: since June 2026 new applications have the app instance lock on.
func TestNewApplicationsHaveTheInstanceLock(t *testing.T) {
	w := newWorld(t)
	lock := func(a app) map[string]any {
		l, _ := w.must(w.as("ada"), "GET", "/applications/"+a.id, nil).body["servicePrincipalLockConfiguration"].(map[string]any)
		return l
	}
	if l := lock(w.register("mia", "new")); l["isEnabled"] != true || l["allProperties"] != true {
		t.Errorf("the lock is %v", l)
	}
	w.t.Change(func(k *entratest.Knobs) { k.NoInstanceLock = true })
	if l := lock(w.register("mia", "old")); l != nil {
		t.Errorf("before June 2026 the lock was %v", l)
	}
}

// services.md, section 2: edits of locked properties on a service principal in another
// tenant answer 400; at home, and without the lock, it has credentials of its own.
func TestAServicePrincipalInAnotherTenantIsLocked(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "portal")
	w.must(w.as("ada"), "PATCH", "/applications/"+a.id, o{"signInAudience": "AzureADMultipleOrgs"})
	if r := w.call(w.as("ada"), "POST", "/servicePrincipals/"+a.spID+"/addPassword", o{}); r.status != 200 {
		t.Errorf("at home: %d %s", r.status, r.raw)
	}
	if l, _ := w.must(w.as("ada"), "GET", "/servicePrincipals/"+a.spID, nil).body["passwordCredentials"].([]any); len(l) != 1 {
		t.Errorf("at home it has %v", l)
	}

	home := w.t
	w.t = w.s.AddTenant(entratest.Tenant{Name: "Fabrikam", Domain: "fabrikam.com"})
	w.t.AddUser(entratest.User{UPN: "fay@contoso.com", Roles: []string{entratest.GlobalAdministrator}})
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Fabrikam's", Scopes: botScopes, PublicClientFlows: true})
	fay := w.as("fay")
	p := w.must(fay, "POST", "/servicePrincipals", o{"appId": a.appID})
	if p.body["appOwnerOrganizationId"] != home.ID || p.body["displayName"] != "portal" {
		t.Errorf("the customer's is %s", p.raw)
	}
	w.refused(w.call(fay, "POST", "/servicePrincipals/"+p.id()+"/addPassword", o{}), 400, "CannotUpdateLockedServicePrincipalProperty",
		"passwordCredentials")
	w.refused(w.call(fay, "PATCH", "/servicePrincipals/"+p.id(), o{"keyCredentials": []any{}}), 400,
		"CannotUpdateLockedServicePrincipalProperty", "keyCredentials")
	w.must(fay, "PATCH", "/servicePrincipals/"+p.id(), o{"appRoleAssignmentRequired": true}) // what a portal's customers do

	tenant := w.t
	w.t, w.client = home, entratest.Client{}
	w.client = home.AddPublicClient(entratest.Client{Name: "Contoso's", Scopes: botScopes, PublicClientFlows: true})
	delete(w.tokens, "ada"+strings.Join(botScopes, " "))
	w.must(w.as("ada"), "PATCH", "/applications/"+a.id, o{"servicePrincipalLockConfiguration": o{"isEnabled": false}})
	w.t = tenant
	if r := w.call(fay, "POST", "/servicePrincipals/"+p.id()+"/addPassword", o{}); r.status != 200 {
		t.Errorf("without the lock: %d %s", r.status, r.raw)
	}
}
