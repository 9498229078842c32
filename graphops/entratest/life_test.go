package entratest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"github.com/entra-app/entra-app/graphops/entratest"
)

func TestASecretIsShownOnce(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	path := "/applications/" + a.id
	end := w.clock.Now().AddDate(0, 3, 0).UTC()
	made := w.must(w.as("mia"), "POST", path+"/addPassword",
		o{"passwordCredential": o{"displayName": "EA-1", "endDateTime": end.Format(time.RFC3339)}})
	secret, keyID := made.body["secretText"].(string), made.body["keyId"].(string)
	if got := w.must(w.as("mia"), "GET", path, nil); strings.Contains(string(got.raw), secret) ||
		!strings.Contains(string(got.raw), keyID) {
		t.Errorf("got %s", got.raw)
	}
	if p := w.t.Applications()[1].Passwords; len(p) != 1 || p[0].KeyID != keyID || p[0].DisplayName != "EA-1" || !p[0].End.Equal(end) ||
		!strings.HasPrefix(secret, p[0].Hint) {
		t.Errorf("passwords %+v", p)
	}
	w.must(w.as("mia"), "POST", path+"/removePassword", o{"keyId": keyID})
	w.refused(w.call(w.as("mia"), "POST", path+"/removePassword", o{"keyId": keyID}), 400, "Request_BadRequest",
		"No password credential found with keyId")
	if _, err := w.tryAppToken(a.appID, secret, w.url+"/.default"); err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
		t.Errorf("the removed secret: %v", err)
	}
}

func TestPoliciesForbidSecretsAndLongOnes(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	w.t.Change(func(k *entratest.Knobs) { k.MaxSecretLifetime = 90 * 24 * time.Hour })
	w.refused(w.call(w.as("ada"), "POST", "/applications/"+a.id+"/addPassword", o{}), 400, "CredentialInvalidLifetimeAsPerAppPolicy",
		"exceeds the max value allowed")
	w.t.Change(func(k *entratest.Knobs) { k.ForbidSecrets = true })
	w.refused(w.call(w.as("ada"), "POST", "/applications/"+a.id+"/addPassword", o{}), 400, "CredentialTypeNotAllowedAsPerAppPolicy", "")
	r := w.must(w.as("ada", "Policy.Read.All"), "GET", "/policies/defaultAppManagementPolicy", nil)
	if !strings.Contains(string(r.raw), "P90D") || !strings.Contains(string(r.raw), "passwordAddition") {
		t.Errorf("policy %s", r.raw)
	}
}

func TestACertificateProvesTheApp(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := w.clock.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := x509.ParseCertificate(der)
	cred, err := confidential.NewCredFromCert([]*x509.Certificate{cert}, key)
	if err != nil {
		t.Fatal(err)
	}
	try := func() error {
		_, err := w.confidential(a.appID, cred).AcquireTokenByCredential(context.Background(), []string{w.url + "/.default"})
		return err
	}
	if err := try(); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("before it is registered: %v", err)
	}
	patch := func(keys ...any) reply {
		return w.call(w.as("ada"), "PATCH", "/applications/"+a.id, o{"keyCredentials": append([]any{}, keys...)})
	}
	w.refused(patch(o{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString([]byte("no"))}), 400,
		"KeyCredentialsInvalid", "")
	if r := patch(o{"type": "AsymmetricX509Cert", "usage": "Verify", "displayName": "CN=x",
		"key": base64.StdEncoding.EncodeToString(der)}); r.status != 204 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	if err := try(); err != nil {
		t.Error(err)
	}
	plain := w.must(w.as("ada"), "GET", "/applications/"+a.id, nil)
	if keys := plain.body["keyCredentials"].([]any); keys[0].(map[string]any)["key"] != nil {
		t.Error("the key is shown without $select")
	}
	selected := w.must(w.as("ada"), "GET", "/applications/"+a.id+"?$select=keyCredentials", nil)
	if keys := selected.body["keyCredentials"].([]any); keys[0].(map[string]any)["key"] == nil {
		t.Error("the key is not shown with $select")
	}
	if r := patch(); r.status != 204 || try() == nil {
		t.Error("an empty collection does not remove the certificate")
	}
}

func TestADeletedApplicationCanBeRestored(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	w.assign("ada", a, graphID, "Directory.Read.All")
	w.must(w.as("mia"), "DELETE", "/applications/"+a.id, nil)
	w.refused(w.call(w.as("mia"), "GET", "/applications/"+a.id, nil), 404, "Request_ResourceNotFound", "")
	w.refused(w.call(w.as("mia"), "GET", "/servicePrincipals/"+a.spID, nil), 404, "Request_ResourceNotFound", "")
	if r := w.must(w.as("mia"), "GET", "/directory/deletedItems/microsoft.graph.application", nil); len(r.values()) != 1 ||
		r.values()[0]["deletedDateTime"] == nil {
		t.Errorf("deleted: %s", r.raw)
	}
	if d := w.t.DeletedApplications(); len(d) != 1 || d[0].UniqueName != "bot-x" || len(w.t.Applications()) != 1 {
		t.Errorf("deleted %+v", d)
	}
	w.refused(w.call(w.as("mia"), "POST", "/directory/deletedItems/"+a.id+"/restore", nil), 403, "Authorization_RequestDenied", "")
	w.must(w.as("cloe"), "POST", "/directory/deletedItems/"+a.id+"/restore", nil)
	if got, ok := w.t.Application(a.appID); !ok || got.ServicePrincipalID != "" || len(got.Roles) != 0 {
		t.Errorf("restored %+v", got)
	}
	w.must(w.as("cloe"), "DELETE", "/applications/"+a.id, nil)
	w.must(w.as("cloe"), "DELETE", "/directory/deletedItems/"+a.id, nil)
	w.refused(w.call(w.as("cloe"), "GET", "/directory/deletedItems/"+a.id, nil), 404, "Request_ResourceNotFound", "")
}

func TestOwnersAreAddedOnce(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	cloe := w.must(w.as("mia"), "GET", "/users/cloe@contoso.com", nil).id()
	add := func(id string) reply {
		return w.call(w.as("mia", "Application.ReadWrite.All", "Directory.Read.All"), "POST", "/applications/"+a.id+"/owners/$ref",
			o{"@odata.id": w.url + "/v1.0/directoryObjects/" + id})
	}
	if r := add(cloe); r.status != 204 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	w.refused(add(cloe), 400, "Request_BadRequest",
		"One or more added object references already exist for the following modified properties: 'owners'.")
	w.refused(add("11111111-2222-4333-8444-555555555555"), 404, "Request_ResourceNotFound", "")
	if r := w.must(w.as("mia"), "GET", "/applications/"+a.id+"/owners", nil); len(r.values()) != 2 {
		t.Errorf("owners %s", r.raw)
	}
	w.must(w.as("mia"), "DELETE", "/applications/"+a.id+"/owners/"+cloe+"/$ref", nil)
	if got, _ := w.t.Application(a.appID); !slices.Equal(got.Owners, []string{"mia@contoso.com"}) {
		t.Errorf("owners %v", got.Owners)
	}
}

func TestAGrantIsMadeOnceAndWidened(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	on, _ := w.resource("ada", graphID, "Directory.Read.All")
	body := o{"clientId": a.spID, "consentType": "AllPrincipals", "principalId": nil, "resourceId": on, "scope": "User.Read"}
	w.refused(w.call(w.as("mia"), "POST", "/oauth2PermissionGrants", body), 403, "Authorization_RequestDenied", "")
	g := w.must(w.as("cloe"), "POST", "/oauth2PermissionGrants", body)
	w.refused(w.call(w.as("cloe"), "POST", "/oauth2PermissionGrants", body), 409, "Request_MultipleObjectsWithSameKeyValue",
		"Permission entry already exists.")
	found := w.must(w.as("cloe"), "GET", "/oauth2PermissionGrants?$filter="+
		url.QueryEscape("clientId eq '"+a.spID+"' and consentType eq 'AllPrincipals'"), nil).values()
	if len(found) != 1 || found[0]["id"] != g.id() {
		t.Errorf("found %v", found)
	}
	w.refused(w.call(w.as("cloe"), "PATCH", "/oauth2PermissionGrants/"+g.id(), o{"scope": "User.Read No.Such"}), 400,
		"Request_BadRequest", "No.Such")
	w.must(w.as("cloe"), "PATCH", "/oauth2PermissionGrants/"+g.id(), o{"scope": "User.Read Directory.Read.All"})
	if got, _ := w.t.Application(a.appID); !slices.Equal(got.Scopes,
		[]string{"Microsoft Graph/Directory.Read.All", "Microsoft Graph/User.Read"}) {
		t.Errorf("scopes %v", got.Scopes)
	}
	w.must(w.as("cloe"), "DELETE", "/oauth2PermissionGrants/"+g.id(), nil)
	w.refused(w.call(w.as("cloe"), "GET", "/oauth2PermissionGrants/"+g.id(), nil), 404, "Request_ResourceNotFound", "")
}

func TestAssignmentsAreCheckedAgainstBothEnds(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	on, role := w.resource("ada", graphID, "Directory.Read.All")
	at := "/servicePrincipals/" + on + "/appRoleAssignedTo"
	w.refused(w.call(w.as("ada"), "POST", at, o{"principalId": on, "resourceId": a.spID, "appRoleId": role}), 400, "Request_BadRequest",
		"Not a valid reference update")
	w.refused(w.call(w.as("ada"), "POST", at, o{"principalId": a.spID, "resourceId": on, "appRoleId": a.id}), 400, "Request_BadRequest",
		"Permission being assigned was not found on application")
	w.refused(w.call(w.as("ada"), "POST", at, o{"principalId": a.id, "resourceId": on, "appRoleId": role}), 404,
		"Request_ResourceNotFound", a.id)
	w.must(w.as("ada"), "POST", "/servicePrincipals/"+a.spID+"/appRoleAssignments",
		o{"principalId": a.spID, "resourceId": on, "appRoleId": role})
	mine := w.must(w.as("ada"), "GET", "/servicePrincipals/"+a.spID+"/appRoleAssignments", nil).values()
	if len(mine) != 1 || mine[0]["resourceDisplayName"] != "Microsoft Graph" {
		t.Errorf("assignments %v", mine)
	}
	w.must(w.as("ada"), "DELETE", at+"/"+mine[0]["id"].(string), nil)
	if got, _ := w.t.Application(a.appID); len(got.Roles) != 0 {
		t.Errorf("roles %v", got.Roles)
	}
}

func TestAMissingResourceIsMadeByAnAdministrator(t *testing.T) {
	w := newWorld(t)
	w.t.RemoveResource(exchangeID)
	w.refused(w.call(w.as("ada"), "GET", "/servicePrincipals(appId='"+exchangeID+"')", nil), 404, "Request_ResourceNotFound", "")
	w.refused(w.call(w.as("mia"), "POST", "/servicePrincipals", o{"appId": exchangeID}), 403, "Authorization_RequestDenied", "")
	w.must(w.as("cloe"), "POST", "/servicePrincipals", o{"appId": exchangeID})
	w.refused(w.call(w.as("cloe"), "POST", "/servicePrincipals", o{"appId": exchangeID}), 409, "Request_MultipleObjectsWithSameKeyValue",
		"already in use")
	w.assign("cloe", w.register("mia", "x"), exchangeID, "full_access_as_app")
}

func TestAnAPIIsExposedAndClosedInTwoSteps(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "portal")
	id, path := "aaaaaaaa-0000-4000-8000-000000000000", "/applications/"+a.id
	scope := o{"id": id, "value": "access_as_user", "type": "Admin", "isEnabled": true, "adminConsentDisplayName": "x",
		"adminConsentDescription": "x"}
	w.must(w.as("mia"), "PATCH", path, o{"identifierUris": []any{"api://" + a.appID},
		"api": o{"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": []any{scope},
			"preAuthorizedApplications": []any{o{"appId": w.client.AppID, "delegatedPermissionIds": []any{id}}}},
		"requiredResourceAccess": []any{o{"resourceAppId": a.appID, "resourceAccess": []any{o{"id": id, "type": "Scope"}}}}})
	w.must(w.as("ada"), "POST", "/oauth2PermissionGrants", o{"clientId": a.spID, "consentType": "AllPrincipals", "resourceId": a.spID,
		"scope": "access_as_user"})
	none := o{"api": o{"oauth2PermissionScopes": []any{}, "preAuthorizedApplications": []any{}}}
	w.refused(w.call(w.as("mia"), "PATCH", path, none), 400, "CannotDeleteOrUpdateEnabledEntitlement", "disabled first")
	scope["isEnabled"] = false
	w.must(w.as("mia"), "PATCH", path, o{"api": o{"oauth2PermissionScopes": []any{scope}}})
	w.must(w.as("mia"), "PATCH", path, none)
	if got, _ := w.t.Application(a.appID); !slices.Equal(got.Requested, []string{a.appID + "/" + id}) {
		t.Errorf("requested %v", got.Requested)
	}
}

func TestARoleIsGivenToAServicePrincipal(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	body := o{"@odata.type": "#microsoft.graph.unifiedRoleAssignment", "roleDefinitionId": entratest.GlobalReader, "principalId": a.spID,
		"directoryScopeId": "/"}
	scope := "RoleManagement.ReadWrite.Directory"
	w.refused(w.call(w.as("cloe", scope), "POST", "/roleManagement/directory/roleAssignments", body), 403, "Authorization_RequestDenied",
		"")
	w.must(w.as("pia", scope), "POST", "/roleManagement/directory/roleAssignments", body)
	if got, _ := w.t.Application(a.appID); !slices.Equal(got.DirectoryRoles, []string{"Global Reader"}) {
		t.Errorf("roles %v", got.DirectoryRoles)
	}
	w.refused(w.call(w.as("pia", scope), "POST", "/roleManagement/directory/roleAssignments", body), 400, "Request_BadRequest",
		"conflicting object")
}

func TestCompressedAndChunkedBodiesAreRead(t *testing.T) {
	w := newWorld(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, `{"displayName":"packed"}`)
	z.Close()
	send := func(body io.Reader, encoding string) (int, string) {
		r, _ := http.NewRequest("POST", w.url+"/v1.0/applications", body)
		r.Header.Set("Authorization", "Bearer "+w.as("ada"))
		r.Header.Set("Content-Type", "application/json")
		if encoding != "" {
			r.Header.Set("Content-Encoding", encoding)
		}
		resp, err := w.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(b)
	}
	if status, body := send(&packed, "gzip"); status != 201 {
		t.Errorf("gzip: %d %s", status, body)
	}
	if status, body := send(io.MultiReader(strings.NewReader(`{"displayName":`), strings.NewReader(`"chunked"}`)), ""); status != 201 {
		t.Errorf("chunked: %d %s", status, body)
	}
	if status, body := send(strings.NewReader(`{"displayName":"x"}`), "gzip"); status != 400 || !strings.Contains(body, "not compressed") {
		t.Errorf("plain JSON labelled gzip: %d %s", status, body)
	}
}
