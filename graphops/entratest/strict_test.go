package entratest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

func TestABodyThatIsNotRightIsRefused(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("x", 1025)
	access := func(n int) []any {
		var all []any
		for i := range n {
			all = append(all, o{"resourceAppId": fmt.Sprintf("00000000-0000-0000-0000-%012d", i),
				"resourceAccess": []any{o{"id": graphID, "type": "Role"}}})
		}
		return all
	}
	many := []any{}
	for i := range 401 {
		many = append(many, o{"id": fmt.Sprintf("00000000-0000-0000-0000-%012d", i), "type": "Scope"})
	}
	for what, c := range map[string]struct {
		body any
		code string
		says string
	}{
		"an unknown property": {o{"displayName": "x", "redirectUris": []any{}}, "Request_BadRequest",
			"Invalid property 'redirectUris'."},
		"an unknown one further down": {o{"displayName": "x", "web": o{"redirectUrls": []any{}}}, "Request_BadRequest",
			"Invalid property 'web.redirectUrls'."},
		"a number for text":        {o{"displayName": 7}, "Request_BadRequest", "Edm.String"},
		"text for a boolean":       {o{"displayName": "x", "isFallbackPublicClient": "true"}, "Request_BadRequest", "Edm.Boolean"},
		"one for a collection":     {o{"displayName": "x", "tags": "a"}, "Request_BadRequest", "collection"},
		"null where it may not be": {o{"displayName": nil}, "Request_BadRequest", "null"},
		"another type": {o{"@odata.type": "#microsoft.graph.servicePrincipal", "displayName": "x"}, "Request_BadRequest",
			"servicePrincipal"},
		"no name":                {o{"notes": "x"}, "Request_BadRequest", "displayName"},
		"a long name":            {o{"displayName": long[:257]}, "Request_BadRequest", "256"},
		"long notes":             {o{"displayName": "x", "notes": long}, "Request_BadRequest", "1024"},
		"an audience of its own": {o{"displayName": "x", "signInAudience": "Everybody"}, "Request_BadRequest", "signInAudience"},
		"a relative redirect":    {o{"displayName": "x", "web": o{"redirectUris": []any{"/cb"}}}, "Request_BadRequest", "redirectUris"},
		"a redirect without TLS": {o{"displayName": "x", "web": o{"redirectUris": []any{"http://example.com/cb"}}}, "Request_BadRequest",
			"https://"},
		"a wildcard": {o{"displayName": "x", "signInAudience": "AzureADandPersonalMicrosoftAccount",
			"spa": o{"redirectUris": []any{"https://*.example.com"}}}, "Request_BadRequest", "spa"},
		"an ID that is no GUID": {o{"displayName": "x",
			"requiredResourceAccess": []any{o{"resourceAppId": "graph", "resourceAccess": []any{}}}}, "Request_BadRequest", "Edm.Guid"},
		"51 resources": {o{"displayName": "x", "requiredResourceAccess": access(51)}, "Request_BadRequest", "50"},
		"401 permissions": {o{"displayName": "x",
			"requiredResourceAccess": []any{o{"resourceAppId": graphID, "resourceAccess": many}}}, "Request_BadRequest", "400"},
		"a password": {o{"displayName": "x", "passwordCredentials": []any{o{"displayName": "p"}}}, "Request_BadRequest",
			"read-only"},
		"an appId":    {o{"displayName": "x", "appId": graphID}, "Request_BadRequest", "read-only"},
		"broken JSON": {`{"displayName":`, "BadRequest", "Unable to read JSON"},
		"two of them": {`{"displayName":"x"} {}`, "BadRequest", "Unable to read JSON"},
		"a list":      {`[]`, "Request_BadRequest", "object"},
		"a foreign identifier": {o{"displayName": "x", "identifierUris": []any{"https://example.com/app"}},
			"HostNameNotOnVerifiedDomain", "verified domain"},
		"somebody's identifier": {o{"displayName": "x", "identifierUris": []any{"api://app"}}, "Request_BadRequest",
			"Failed to add identifier URI api://app"},
	} {
		t.Run(what, func(t *testing.T) {
			w := &world{T: t, s: w.s, t: w.t, url: w.url, http: w.http, client: w.client, tokens: w.tokens}
			w.refused(w.call(w.as("ada"), "POST", "/applications", c.body), 400, c.code, c.says)
		})
	}
	if n := len(w.t.Applications()); n != 1 {
		t.Errorf("%d applications, want the client alone", n)
	}
}

func TestWhatIsNotThereIsSaidTheWayGraphSaysIt(t *testing.T) {
	w := newWorld(t)
	ada, none := w.as("ada"), "11111111-2222-4333-8444-555555555555"
	w.refused(w.call(ada, "GET", "/applications/"+none, nil), 404, "Request_ResourceNotFound",
		"Resource '"+none+"' does not exist or one of its queried reference-property objects are not present.")
	w.refused(w.call(ada, "GET", "/applications/nonsense", nil), 400, "Request_BadRequest", "Invalid object identifier 'nonsense'.")
	w.refused(w.call(ada, "GET", "/applications/"+none+"/password", nil), 400, "BadRequest", "Resource not found for the segment")
	w.refused(w.call(ada, "POST", "/servicePrincipals", o{"appId": none}), 400, "Request_BadRequest",
		"does not reference a valid application object")
	w.refused(w.call(ada, "GET", "/users/me-token-to-replace", nil), 404, "Request_ResourceNotFound", "me-token-to-replace")
	w.refused(w.call(ada, "GET", "/applications?$skip=1", nil), 400, "Request_UnsupportedQuery", "$skip")
	w.refused(w.call(ada, "GET", "/applications?$filter=displayNam+eq+'x'", nil), 400, "BadRequest",
		"Could not find a property named 'displayNam'")
	w.refused(w.call(ada, "GET", "/applications?$filter=notes+eq+'x'", nil), 400, "Request_UnsupportedQuery", "notes")
	w.refused(w.call(ada, "GET", "/applications?$select=nmae", nil), 400, "BadRequest", "Could not find a property named 'nmae'")
	r := w.request(ada, "POST", "/applications", o{"displayName": "x"})
	r.Header.Set("Content-Type", "text/plain")
	w.refused(w.send(r), 400, "BadRequest", "Content-Type")
	if r := w.call(ada, "GET", "/applications/"+none, nil); r.header.Get("request-id") == "" ||
		!strings.Contains(string(r.raw), r.header.Get("request-id")) {
		t.Errorf("the error does not repeat its request-id: %s", r.raw)
	}
}

func TestTheRightsOfThePersonCount(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "mine")
	for who, may := range map[string]bool{"mia": true, "cloe": true, "ada": true, "pia": false, "gus": false} {
		r := w.call(w.as(who), "PATCH", "/applications/"+a.id, o{"notes": who})
		if (r.status == 204) != may {
			t.Errorf("%s edits mia's app: %d", who, r.status)
		}
	}
	w.refused(w.call(w.as("gus"), "POST", "/applications", o{"displayName": "x"}), 403, "Authorization_RequestDenied",
		"Insufficient privileges")
	w.t.Change(func(k *entratest.Knobs) { k.UsersMayRegister = false })
	for who, may := range map[string]bool{"mia": false, "pia": false, "cloe": true, "ada": true} {
		r := w.call(w.as(who), "POST", "/applications", o{"displayName": "x"})
		if (r.status == 201) != may {
			t.Errorf("%s registers where members may not: %d", who, r.status)
		}
	}
	w.t.ChangeUser("mia@contoso.com", func(u *entratest.User) { u.Roles = []string{entratest.ApplicationDeveloper} })
	w.must(w.as("mia"), "POST", "/applications", o{"displayName": "x"})
	w.t.ChangeUser("mia@contoso.com", func(u *entratest.User) { u.Disabled = true })
	w.refused(w.call(w.as("mia"), "GET", "/me", nil), 401, "InvalidAuthenticationToken", "")
	if err := w.s.SignIn(w.begin("User.Read")["user_code"].(string), "mia@contoso.com"); err == nil ||
		!strings.Contains(err.Error(), "AADSTS50057") {
		t.Errorf("a disabled user signs in: %v", err)
	}
}

func TestTheScopesOfTheTokenCount(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	reader := w.as("ada", "Directory.Read.All")
	w.must(reader, "GET", "/applications/"+a.id, nil)
	w.refused(w.call(reader, "PATCH", "/applications/"+a.id, o{"notes": "x"}), 403, "Authorization_RequestDenied", "")
	w.refused(w.call(reader, "POST", "/servicePrincipals/"+a.spID+"/appRoleAssignedTo", o{}), 403, "Authorization_RequestDenied", "")
	alone := w.as("ada", "AppRoleAssignment.ReadWrite.All") // it also takes Application.Read.All
	on, role := w.resource("ada", graphID, "Directory.Read.All")
	w.refused(w.call(alone, "POST", "/servicePrincipals/"+on+"/appRoleAssignedTo",
		o{"principalId": a.spID, "resourceId": on, "appRoleId": role}), 403, "Authorization_RequestDenied", "")
	me := w.as("mia", "User.Read")
	w.must(me, "GET", "/users/mia@contoso.com", nil)
	w.refused(w.call(me, "GET", "/users/ada@contoso.com", nil), 403, "Authorization_RequestDenied", "")
	if org := w.must(me, "GET", "/organization", nil).values()[0]; org["id"] != w.t.ID || org["displayName"] != "Contoso" ||
		org["createdDateTime"] != nil {
		t.Errorf("organization %v", org)
	}
	w.refused(w.call(w.as("mia", "Policy.Read.All"), "GET", "/policies/defaultAppManagementPolicy", nil), 403,
		"Authorization_RequestDenied", "")
	w.clock.move(2 * 60 * 60 * 1e9)
	w.refused(w.call(me, "GET", "/me", nil), 401, "InvalidAuthenticationToken", "expired")
}

func TestListsComeInPagesAndInNoOrder(t *testing.T) {
	w := newWorld(t)
	for i := range 12 {
		w.must(w.as("ada"), "POST", "/applications", o{"displayName": fmt.Sprintf("app %d", i%2), "tags": []any{fmt.Sprintf("n:%d", i)}})
	}
	orders := make(map[string]bool)
	for range 4 {
		seen, order := make(map[any]bool), ""
		path := "/applications?$top=5&$select=id,tags&$filter=" + url.QueryEscape("startswith(displayName,'APP ')")
		for pages := 0; path != ""; pages++ {
			r := w.must(w.as("ada"), "GET", path, nil)
			for _, a := range r.values() {
				if seen[a["id"]] || len(a) != 2 {
					t.Errorf("%v is not new, or not as selected", a)
				}
				seen[a["id"]] = true
				order += fmt.Sprint(a["tags"])
			}
			next, _ := r.body["@odata.nextLink"].(string)
			path = strings.TrimPrefix(next, w.url+"/v1.0")
		}
		if len(seen) != 12 {
			t.Errorf("%d of 12 applications", len(seen))
		}
		orders[order] = true
	}
	if len(orders) < 2 {
		t.Error("the order is always the same")
	}
	for filter, want := range map[string]int{
		"displayName eq 'app 1'":                               6,
		"displayName eq 'app 1' and tags/any(t:t eq 'n:3')":    1,
		"displayName in ('app 0', 'nobody')":                   6,
		"displayName eq 'it''s' and signInAudience eq 'other'": 0,
		"appId eq '" + w.client.AppID + "'":                    1,
	} {
		if r := w.must(w.as("ada"), "GET", "/applications?$filter="+url.QueryEscape(filter), nil); len(r.values()) != want {
			t.Errorf("%s: %d, want %d", filter, len(r.values()), want)
		}
	}
	if r := w.must(w.as("mia"), "GET", "/me/ownedObjects/microsoft.graph.application", nil); len(r.values()) != 0 {
		t.Errorf("mia owns %s", r.raw)
	}
	if r := w.must(w.as("ada"), "GET", "/me/ownedObjects/graph.application?$top=999", nil); len(r.values()) != 12 {
		t.Errorf("ada owns %d", len(r.values()))
	}
}

func TestPeopleAreFoundByNameAndMail(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	for _, filter := range []string{"mail eq 'ada@contoso.com'", "userPrincipalName eq 'ADA@contoso.com'"} {
		r := w.must(ada, "GET", "/users?$filter="+url.QueryEscape(filter)+"&$select=id,displayName,userPrincipalName", nil)
		if len(r.values()) != 1 || r.values()[0]["displayName"] != "Ada Able" {
			t.Errorf("%s: %s", filter, r.raw)
		}
	}
	r := w.must(w.as("ada", "Directory.Read.All"), "GET",
		"/me/transitiveMemberOf/graph.directoryRole?$select=id,displayName,roleTemplateId", nil)
	if len(r.values()) != 1 || r.values()[0]["roleTemplateId"] != entratest.GlobalAdministrator {
		t.Errorf("ada's roles: %s", r.raw)
	}
	w.refused(w.call(ada, "GET", "/users/nobody@contoso.com", nil), 404, "Request_ResourceNotFound", "nobody@contoso.com")
}

func TestACallWithoutADescriptionIsNotInTheRouteTable(t *testing.T) {
	seen := make(map[string]bool)
	for _, op := range entratest.Ops() {
		if seen[op] {
			t.Errorf("%s twice", op)
		}
		seen[op] = true
	}
	for _, op := range strings.Fields("devicecode token getMe listRoles upsertApplication createServicePrincipal getServicePrincipal " +
		"addOwner assignAppRole createGrant updateGrant addPassword removePassword getApplication deleteApplication batch organization " +
		"createFederatedCredential upsertFederatedCredential deleteFederatedCredential listRoleAssignments assignRole removeRole " +
		"getRole restoreDeleted listSubscriptions getSubscription putRoleAssignment getRoleAssignment listAzureRoleAssignments " +
		"deleteRoleAssignment putRoleDefinition getRoleDefinition listRoleDefinitions deleteRoleDefinition listCallerPermissions") {
		if !seen[op] {
			t.Errorf("no operation %s", op)
		}
	}
}
