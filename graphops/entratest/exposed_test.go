package entratest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

const scopeID = "aaaaaaaa-0000-4000-8000-000000000000"

// permissionScope is access_as_user, changed by what is given: name, value, …
func permissionScope(change ...any) o {
	s := o{"id": scopeID, "value": "access_as_user", "type": "Admin", "isEnabled": true,
		"adminConsentDisplayName": "Access", "adminConsentDescription": "Access it.", "userConsentDisplayName": "Access",
		"userConsentDescription": "Access it."}
	for i := 0; i < len(change); i += 2 {
		s[change[i].(string)] = change[i+1]
	}
	return s
}

func exposing(scopes ...any) o {
	return o{"api": o{"oauth2PermissionScopes": append([]any{}, scopes...)}}
}

func TestAScopeThatIsNotRightIsRefused(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	if r := w.call(w.as("mia"), "PATCH", "/applications/"+a.id, exposing(permissionScope())); r.status != 204 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	second := "bbbbbbbb-0000-4000-8000-000000000000"
	for what, c := range map[string]struct {
		body       o
		code, says string
	}{
		"an id that is no GUID": {exposing(permissionScope("id", "x")), "Request_BadRequest", "Edm.Guid"},
		"no id":                 {exposing(permissionScope(), o{"value": "x", "type": "User"}), "Request_BadRequest", "id"},
		"the same id twice":     {exposing(permissionScope(), permissionScope("value", "x")), "Request_BadRequest", "not unique"},
		"the same value twice":  {exposing(permissionScope(), permissionScope("id", second)), "Request_BadRequest", "not unique"},
		"a value with a space": {exposing(permissionScope(), permissionScope("id", second, "value", "a b")), "Request_BadRequest",
			"a b"},
		"the same value in capitals": {exposing(permissionScope("value", "x"), permissionScope("id", second, "value", "X")),
			"Request_BadRequest", "not unique"},
		"a value of 121": {exposing(permissionScope(), permissionScope("id", second, "value", strings.Repeat("x", 121))),
			"Request_BadRequest", "not valid"},
		"a value beyond ASCII": {exposing(permissionScope(), permissionScope("id", second, "value", "ä")), "Request_BadRequest",
			"not valid"},
		"a title of 101": {exposing(permissionScope(),
			permissionScope("id", second, "value", "x", "adminConsentDisplayName", strings.Repeat("x", 101))), "Request_BadRequest",
			"100 characters"},
		"a description of 851": {exposing(permissionScope(),
			permissionScope("id", second, "value", "x", "userConsentDescription", strings.Repeat("x", 851))), "Request_BadRequest",
			"850 characters"},
		"another type": {exposing(permissionScope(), permissionScope("id", second, "value", "x", "type", "Everybody")),
			"Request_BadRequest", "type"},
		"no consent text": {exposing(permissionScope(),
			permissionScope("id", second, "value", "x", "adminConsentDescription", nil)), "Request_BadRequest", "required"},
		"one that is removed": {exposing(), "CannotDeleteOrUpdateEnabledEntitlement", "disabled first"},
		"a value that changes": {exposing(permissionScope("value", "other")), "CannotDeleteOrUpdateEnabledEntitlement",
			"disabled first"},
		"a type that changes": {exposing(permissionScope("type", "User")), "CannotDeleteOrUpdateEnabledEntitlement",
			"disabled first"},
		"a change while it is shut": {exposing(permissionScope("value", "other", "isEnabled", false)),
			"CannotDeleteOrUpdateEnabledEntitlement", "disabled first"},
		"a client for a scope that is " +
			"not there": {o{"api": o{"preAuthorizedApplications": []any{o{"appId": w.client.AppID,
			"delegatedPermissionIds": []any{second}}}}},
			"InvalidValue", second},
		"the same client twice": {o{"api": o{"preAuthorizedApplications": []any{o{"appId": w.client.AppID,
			"delegatedPermissionIds": []any{scopeID}}, o{"appId": w.client.AppID}}}},
			"Request_BadRequest", "not unique"},
		"asking itself for what it has not": {o{"requiredResourceAccess": []any{o{"resourceAppId": a.appID,
			"resourceAccess": []any{o{"id": second, "type": "Scope"}}}}},
			"Request_BadRequest", "of the application itself"},
		"asking itself for a role": {o{"requiredResourceAccess": []any{o{"resourceAppId": a.appID,
			"resourceAccess": []any{o{"id": scopeID, "type": "Role"}}}}},
			"Request_BadRequest", "of the application itself"},
	} {
		if r := w.call(w.as("mia"), "PATCH", "/applications/"+a.id, c.body); r.status != 400 || r.code() != c.code ||
			!strings.Contains(r.message(), c.says) {
			t.Errorf("%s: %d %s, want 400 %s %q", what, r.status, r.raw, c.code, c.says)
		}
	}
	w.must(w.as("mia"), "PATCH", "/applications/"+a.id, exposing(permissionScope("isEnabled", false))) // the same, but disabled
	w.must(w.as("mia"), "PATCH", "/applications/"+a.id, exposing(permissionScope("value", "other")))
	if got, _ := w.t.Application(a.appID); len(got.Exposed) != 1 || got.Exposed[0].Value != "other" || !got.Exposed[0].Enabled {
		t.Errorf("exposed %+v", got.Exposed)
	}
}

func TestAScopeIsEnabledUnlessItSaysOtherwise(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	s := permissionScope()
	delete(s, "isEnabled")
	w.must(w.as("mia"), "PATCH", "/applications/"+a.id, exposing(s))
	r := w.must(w.as("mia"), "GET", "/servicePrincipals/"+a.spID+"?$select=oauth2PermissionScopes", nil)
	if !strings.Contains(string(r.raw), `"isEnabled":true`) {
		t.Errorf("%s", r.raw)
	}
}

func TestAnIdentifierNamesItsOwner(t *testing.T) {
	w := newWorld(t)
	a, b := w.register("mia", "a"), w.register("mia", "b")
	set := func(on app, uri string) reply {
		return w.call(w.as("mia"), "PATCH", "/applications/"+on.id, o{"identifierUris": []any{uri}})
	}
	for _, uri := range []string{"api://" + a.appID, "api://" + w.t.ID + "/portal", "https://contoso.com/portal",
		"https://backup.contoso.com/a"} {
		if r := set(a, uri); r.status != 204 {
			t.Errorf("%s: %d %s", uri, r.status, r.raw)
		}
		w.refused(set(b, uri), 400, "Request_BadRequest", "")
	}
	w.refused(set(b, "https://backup.contoso.com/a"), 400, "Request_BadRequest", "conflicting object")
	for _, uri := range []string{"api://" + a.appID, "api://portal", "api://" + w.t.ID, "api://contoso.com", "urn:portal:x",
		"ftp://contoso.com/a"} {
		if r := set(b, uri); r.status != 400 || r.code() != "Request_BadRequest" {
			t.Errorf("%s: %d %s", uri, r.status, r.raw)
		}
	}
	w.refused(set(b, "api://portal"), 400, "Request_BadRequest", "Failed to add identifier URI api://portal")
	// services.md, section 4: api://{appId}… or a verified domain.
	w.refused(set(b, "https://notcontoso.com/a"), 400, "HostNameNotOnVerifiedDomain", "verified domain")
	w.refused(set(b, "https://contoso.com.evil.example/a"), 400, "HostNameNotOnVerifiedDomain", "verified domain")
	w.refused(set(b, "https://contoso.com/"), 400, "Request_BadRequest", "identifierUris")
	if r := set(a, "https://backup.contoso.com/a"); r.status != 204 {
		t.Errorf("what it has already: %d %s", r.status, r.raw)
	}
	w.must(w.as("mia"), "DELETE", "/applications/"+a.id, nil)
	if r := set(b, "https://backup.contoso.com/a"); r.status != 204 {
		t.Errorf("what nobody has any more: %d %s", r.status, r.raw)
	}
	w.refused(w.call(w.as("cloe"), "POST", "/directory/deletedItems/"+a.id+"/restore", nil), 400, "Request_BadRequest",
		"conflicting object")
}

func TestTheServicePrincipalMirrorsTheScopesALittleLater(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "portal")
	w.t.Change(func(k *entratest.Knobs) { k.Lag.ServicePrincipal = 10 * time.Second })
	w.must(w.as("mia"), "PATCH", "/applications/"+a.id, exposing(permissionScope()))
	shows := func() bool {
		r := w.must(w.as("mia"), "GET", "/servicePrincipals/"+a.spID+"?$select=oauth2PermissionScopes", nil)
		return strings.Contains(string(r.raw), scopeID)
	}
	grant := func() reply {
		return w.call(w.as("ada"), "POST", "/oauth2PermissionGrants",
			o{"clientId": a.spID, "consentType": "AllPrincipals", "resourceId": a.spID, "scope": "access_as_user"})
	}
	if shows() {
		t.Error("shown at once")
	}
	w.refused(grant(), 404, "Directory_ObjectNotFound", "")
	w.clock.move(10 * time.Second)
	if !shows() {
		t.Error("not shown after ten seconds")
	}
	if r := grant(); r.status != 201 { // clientId is resourceId
		t.Errorf("%d %s", r.status, r.raw)
	}
	if got, _ := w.t.Application(a.appID); len(got.Scopes) != 1 || got.Scopes[0] != "portal/access_as_user" {
		t.Errorf("scopes %v", got.Scopes)
	}
	w.t.Change(func(k *entratest.Knobs) { k.Lag = entratest.Lag{Calls: 2} })
	w.must(w.as("mia"), "PATCH", "/applications/"+a.id, exposing(permissionScope(),
		permissionScope("id", "bbbbbbbb-0000-4000-8000-000000000000", "value", "more")))
	count := func() int {
		r := w.must(w.as("mia"), "GET", "/servicePrincipals/"+a.spID, nil)
		return len(r.body["oauth2PermissionScopes"].([]any))
	}
	if a, b, c := count(), count(), count(); a != 1 || b != 1 || c != 2 {
		t.Errorf("scopes in three reads: %d, %d, %d", a, b, c)
	}
}

func TestADisabledScopeCannotBeGranted(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "portal")
	w.must(w.as("ada"), "PATCH", "/applications/"+a.id, exposing(permissionScope("isEnabled", false)))
	w.refused(w.call(w.as("ada"), "POST", "/oauth2PermissionGrants",
		o{"clientId": a.spID, "consentType": "AllPrincipals", "resourceId": a.spID, "scope": "access_as_user"}), 400,
		"Request_BadRequest", "access_as_user")
}

func TestEachRedirectHasItsPlatform(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	set := func(body o) reply { return w.call(w.as("mia"), "PATCH", "/applications/"+a.id, body) }
	uris := func(l ...any) o { return o{"redirectUris": append([]any{}, l...)} }
	good := o{"web": uris("https://host/cb", "http://localhost:8080/cb"), "spa": uris("https://portal:4443"),
		"publicClient":           uris("http://localhost", "msal1://auth", "https://login.microsoftonline.com/common/oauth2/nativeclient"),
		"isFallbackPublicClient": true}
	if r := set(good); r.status != 204 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	got, _ := w.t.Application(a.appID)
	if len(got.Web) != 2 || len(got.SPA) != 1 || got.SPA[0] != "https://portal:4443" || len(got.PublicClient) != 3 ||
		len(got.RedirectURIs) != 6 || !got.PublicClientFlows {
		t.Errorf("kept %+v", got)
	}
	w.refused(set(o{"spa": uris("https://host/cb")}), 400, "Request_BadRequest", "Redirect URIs must have distinct values")
	w.refused(set(o{"spa": uris("https://a", "https://a")}), 400, "Request_BadRequest", "Redirect URIs must have distinct values")
	w.refused(set(o{"spa": uris("https://a/b", "https://a/B")}), 400, "Request_BadRequest", "Redirect URIs must have distinct values")
	w.refused(set(o{"spa": uris("https://HOST/cb")}), 400, "Request_BadRequest", "Redirect URIs must have distinct values")
	for _, c := range []o{{"spa": uris("http://portal:4443")}, {"spa": uris("portal")}, {"publicClient": uris("http://host")},
		{"web": uris("https://host/#x")}, {"web": uris("msal1://auth")}} {
		if r := set(c); r.status != 400 || r.code() != "Request_BadRequest" || !strings.Contains(r.message(), "redirectUris") {
			t.Errorf("%v: %d %s", c, r.status, r.raw)
		}
	}
	w.refused(set(o{"isFallbackPublicClient": "true"}), 400, "Request_BadRequest", "Edm.Boolean")
	if r := set(o{"spa": uris()}); r.status != 204 {
		t.Errorf("%d %s", r.status, r.raw)
	}
	if got, _ := w.t.Application(a.appID); len(got.SPA) != 0 || len(got.Web) != 2 {
		t.Errorf("kept %+v", got)
	}
}

// Issue 7: what Entra takes as app roles and optional claims.
func TestAppRolesAndClaimsAreTakenAsEntraTakesThem(t *testing.T) {
	const id, second = "7d1f2b3c-0000-4000-8000-00000000000e", "7d1f2b3c-0000-4000-8000-00000000000f"
	role := func(change ...any) o {
		r := o{"id": id, "value": "Run", "displayName": "Run", "description": "Runs it.", "isEnabled": true,
			"allowedMemberTypes": []any{"User"}}
		for i := 0; i < len(change); i += 2 {
			r[change[i].(string)] = change[i+1]
		}
		return r
	}
	roles := func(all ...any) o { return o{"appRoles": append([]any{}, all...)} }
	claims := func(all ...any) o { return o{"optionalClaims": o{"idToken": all}} }
	w := newWorld(t)
	a := w.register("mia", "a")
	set := func(body o) reply { return w.call(w.as("mia"), "PATCH", "/applications/"+a.id, body) }
	for name, body := range map[string]o{
		"no value is no mistake": roles(role("value", nil)), "a role": roles(role()),
		"claims": claims(o{"name": "email"}, o{"name": "extension_x", "source": "user", "additionalProperties": []any{"a"}}),
	} {
		w2 := newWorld(t)
		b := w2.register("mia", "b")
		if r := w2.call(w2.as("mia"), "PATCH", "/applications/"+b.id, body); r.status != 204 {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	for name, body := range map[string]o{
		"nobody":            roles(role("allowedMemberTypes", []any{})),
		"a group":           roles(role("allowedMemberTypes", []any{"Group"})),
		"the same twice":    roles(role("allowedMemberTypes", []any{"User", "User"})),
		"no words":          roles(role("description", nil)),
		"a space":           roles(role("value", "Run it")),
		"an ID twice":       roles(role(), role("value", "x")),
		"a value twice":     roles(role(), role("id", second, "value", "RUN")),
		"no ID":             roles(role("id", nil)),
		"a nameless claim":  claims(o{"essential": true}),
		"a claim twice":     claims(o{"name": "email"}, o{"name": "email"}),
		"a claim of no one": claims(o{"name": "email", "source": "device"}),
	} {
		if r := set(body); r.status != 400 || r.code() != "Request_BadRequest" {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	if r := set(roles(role())); r.status != 204 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	w.refused(set(roles()), 400, "CannotDeleteOrUpdateEnabledEntitlement", "disabled first")
	for _, body := range []o{roles(role("isEnabled", false)), roles()} {
		if r := set(body); r.status != 204 {
			t.Errorf("%d %s", r.status, r.raw)
		}
	}
}
