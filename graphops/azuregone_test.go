package graphops

import (
	"slices"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// That Azure knows no such subscription is another thing than that the account has no
// rights there.
func TestASubscriptionThatIsGoneIsToldFromOneWithoutRights(t *testing.T) {
	w := azureWorld(t, entratest.AzureUserAccessAdministrator)
	const deleted, closed = "5f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b", "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
	w.t.AddSubscription(entratest.Subscription{ID: closed})
	w.t.AddSubscription(entratest.Subscription{ID: deleted})
	w.t.GrantAzureRole("ada@contoso.com", deleted, entratest.AzureOwner)
	if had := len(w.t.AzureAssignments()); !w.t.RemoveSubscription(deleted) || w.t.RemoveSubscription(deleted) ||
		len(w.t.AzureAssignments()) != had-1 {
		t.Errorf("the subscription is still there, with %+v", w.t.AzureAssignments())
	}
	moved := w.s.AddTenant(entratest.Tenant{Name: "Fabrikam"}).AddSubscription(entratest.Subscription{})
	in := w.begin()
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	s, err := in.Wait(t.Context(), workflow.Ask{Email: "bea@contoso.com", Subscriptions: []string{production, deleted, closed, moved.ID},
		AzureRights: []string{"Microsoft.Authorization/roleAssignments/delete"}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	who := s.Signer()
	want := []string{deleted, moved.ID}
	slices.Sort(want)
	slices.Sort(who.UnknownSubscriptions)
	if !slices.Equal(who.Subscriptions, []string{production}) || !slices.Equal(who.UnknownSubscriptions, want) {
		t.Errorf("it has rights on %q, and %q are unknown, want %q", who.Subscriptions, who.UnknownSubscriptions, want)
	}
}
