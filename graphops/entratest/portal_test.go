package entratest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

func TestThePortalShowsWhatAnApplicationIsTrustedWith(t *testing.T) {
	w := newAzureWorld(t)
	a, c := w.register("ada", "portal"), w.year("portal")
	w.setKeys("ada", a, c.entry())
	w.must(w.world.as("ada"), "PATCH", "/applications/"+a.id,
		o{"identifierUris": []any{"api://" + a.appID}, "spa": o{"redirectUris": []any{"https://portal:4443"}},
			"api": o{"oauth2PermissionScopes": []any{permissionScope()},
				"preAuthorizedApplications": []any{o{"appId": w.client.AppID, "delegatedPermissionIds": []any{scopeID}}}}})
	w.must(w.world.as("ada"), "POST", "/applications/"+a.id+"/federatedIdentityCredentials", federated("main", "repo:contoso/app"))
	w.giveRole("ada", a, entratest.GlobalReader)
	w.as("ada", "PUT", w.auth("roleAssignments/"+assignedID),
		w.assignment(entratest.AzureContributor, a.spID, "principalType", "ServicePrincipal"))
	got, _ := w.t.Application(a.appID)
	_, state := w.page("/portal/state")
	has(t, state, `"thumbprint":"`+got.Certificates[0].Thumbprint+`"`, `"expires":"`+c.end.UTC().Format(time.RFC3339)+`"`,
		`"identifierUris":["api://`+a.appID+`"]`, `{"name":"access_as_user","who":"admins only","enabled":true,"clients":["Bot sign-in"]}`,
		`{"name":"main","issuer":"https://token.actions.githubusercontent.com","subject":"repo:contoso/app"}`,
		`{"uri":"https://portal:4443","platform":"SPA"}`, `"directoryRoles":["Global Reader"]`,
		`{"role":"Contributor","subscription":"Backup","custom":false}`)
	for _, property := range []string{"identifierUris", "exposed", "federated", "azureRoles", "redirectUris"} {
		if strings.Contains(state, `"`+property+`":null`) {
			t.Errorf("%s is null in %s", property, state)
		}
	}
}
