package entratest_test

import (
	"slices"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

func TestAnApplicationOfLongAgoIsLikeOneMadeOverGraph(t *testing.T) {
	w := newWorld(t)
	was := w.t.AddApplication(entratest.Legacy{Name: "hr-portal", Owner: "mia@contoso.com",
		RedirectURIs: []string{"https://hr.contoso.com/callback"}, Roles: []string{"Mail.Read", "No.Such.Role"}})
	if mail := []string{"Microsoft Graph/Mail.Read"}; !slices.Equal(was.Roles, mail) || len(was.Requested) != 1 ||
		!slices.Equal(was.Web, []string{"https://hr.contoso.com/callback"}) {
		t.Errorf("it is %+v", was)
	}
	got := w.must(w.as("ada"), "GET", "/applications/"+was.ID+"/owners", nil)
	if list, _ := got.body["value"].([]any); len(list) != 1 {
		t.Errorf("Graph knows the owners %v", got.body)
	}
	got = w.must(w.as("ada"), "GET", "/servicePrincipals(appId='"+was.AppID+"')", nil)
	if got.body["displayName"] != "hr-portal" {
		t.Errorf("its service principal is %v", got.body)
	}
}
