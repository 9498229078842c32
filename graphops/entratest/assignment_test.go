package entratest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// README has *Assignment required* set on the bot's own client: whoever is not assigned to
// it can't sign in with it, administrators neither.
func TestWhoIsNotAssignedCannotSignInWhereThatIsRequired(t *testing.T) {
	w := newWorld(t)
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Assigned only", Scopes: botScopes, PublicClientFlows: true})
	ada := w.as("ada")
	sp := w.must(ada, http.MethodGet, "/servicePrincipals(appId='"+w.client.AppID+"')", nil).id()
	w.must(ada, http.MethodPatch, "/servicePrincipals/"+sp, o{"appRoleAssignmentRequired": true})
	if _, _, err := w.signIn(func(code string) {
		w.s.SignIn(code, "ada@contoso.com")
	}); err == nil || !strings.Contains(err.Error(), "AADSTS50105") {
		t.Errorf("not assigned: %v", err)
	}
	if err := w.t.Assign(w.client.AppID, "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.signIn(func(code string) { w.s.SignIn(code, "ada@contoso.com") }); err != nil {
		t.Errorf("assigned: %v", err)
	}
}
