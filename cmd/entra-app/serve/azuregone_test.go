package serve

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// An app can be retired though a subscription is gone in which a given-up update has worked.
func TestASubscriptionThatIsGoneKeepsNoAppFromBeingRetired(t *testing.T) {
	t.Parallel()
	const other = "4f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
	w := newWorld(t)
	w.tenant.AddSubscription(entratest.Subscription{ID: other, Name: "Testing"})
	w.tenant.GrantAzureRole("ada@contoso.com", other, entratest.AzureUserAccessAdministrator)
	w.start()
	w.sends("vbazure", [][2]string{{"Credential", "certificate"}}, map[string]any{"App name": "azure-backup", "Reason": "nightly backup", "Subscriptions": subscription, "Certificate": selfSigned(t)})
	w.approves("register the app azure-backup", "Approve")
	w.sees(w.ada, in(approval), "EA-1: azure-backup · Done")

	w.entra.Fail("listFederatedCredentials", entratest.Before, 403, 1) // what the check reads
	w.types("update azure-backup", map[string]any{"Reason": "as little as possible", "Workloads": "minimal", "Subscriptions": other})
	w.approves("update the app azure-backup?", "Approve")
	w.press(w.ada, w.sees(w.ada, in(approval), "did not come off"), "Give up")
	w.sees(w.ada, in(approval), "EA-2: azure-backup · Cancelled")
	if !w.tenant.RemoveSubscription(other) {
		t.Fatal("there is no such subscription")
	}

	w.types("retire azure-backup", map[string]any{"Reason": "no longer needed"})
	card := w.sees(w.ada, in(approval), "EA-3: delete the app azure-backup?").Plain()
	if want := "removed: role in Azure Veeam Backup for Microsoft Azure service account (custom) on " + other; !strings.Contains(card, want) {
		t.Errorf("the card does not say %q: %s", want, card)
	}
	w.approves("EA-3: delete the app azure-backup?", "Approve")
	card = w.sees(w.ada, in(approval), "EA-3: azure-backup · Done").Plain()
	if want := "skipped: Azure does not know the subscription " + other; !strings.Contains(card, want) {
		t.Errorf("the card does not say %q: %s", want, card)
	}
	for _, a := range w.tenant.AzureAssignments() {
		if a.PrincipalType == "ServicePrincipal" {
			t.Errorf("the app had %+v, and it is still there", a)
		}
	}
}
