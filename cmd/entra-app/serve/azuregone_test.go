package serve

import (
	"strings"
	"testing"
)

// An app can be retired though a subscription is gone in which a given-up update has worked.
func TestASubscriptionThatIsGoneKeepsNoAppFromBeingRetired(t *testing.T) {
	t.Parallel()
	w, _ := givenUpInAzure(t)
	if !w.tenant.RemoveSubscription(otherSubscription) {
		t.Fatal("there is no such subscription")
	}

	w.types("retire azure-backup", map[string]any{"Reason": "no longer needed"})
	card := w.sees(w.ada, in(approval), "EA-3: delete the app azure-backup?").Plain()
	if want := "removed: role in Azure Veeam Backup for Microsoft Azure service account (custom) on " +
		otherSubscription; !strings.Contains(card, want) {
		t.Errorf("the card does not say %q: %s", want, card)
	}
	w.approves("EA-3: delete the app azure-backup?", "Approve")
	card = w.sees(w.ada, in(approval), "EA-3: azure-backup · Done").Plain()
	if want := "skipped: Azure does not know the Azure subscription " + otherSubscription; !strings.Contains(card, want) {
		t.Errorf("the card does not say %q: %s", want, card)
	}
	for _, a := range w.tenant.AzureAssignments() {
		if a.PrincipalType == "ServicePrincipal" {
			t.Errorf("the app had %+v, and it is still there", a)
		}
	}
}
