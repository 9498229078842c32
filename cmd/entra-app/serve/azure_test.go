package serve

import (
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// inAzure are the roles of the only app, as "subscription: role".
func (w *world) inAzure() []string {
	var has []string
	app := w.made()[0]
	for _, r := range app.AzureRoles {
		has = append(has, r.Subscription+": "+strings.TrimSuffix(r.Role, " ("+app.UniqueName+")"))
	}
	slices.Sort(has)
	return has
}

func TestRolesInAzureAreUpdated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tenant.AddSubscription(entratest.Subscription{ID: otherSubscription, Name: "Testing"})
	w.start()
	w.sends("vbazure", [][2]string{{"Credential", "certificate"}},
		map[string]any{"App name": "azure-backup", "Reason": "nightly backup", "Subscriptions": subscription, "Certificate": selfSigned(t)})
	w.approves("register the app azure-backup", "Approve")
	w.sees(w.ada, in(approval), "EA-1: azure-backup · Done")

	w.types("update azure-backup", map[string]any{"Reason": "as little as possible", "Workloads": "minimal"})
	const custom = "Veeam Backup for Microsoft Azure service account"
	for _, text := range []string{"added: role in Azure " + custom + " (custom) on " + subscription,
		"removed: role in Azure Contributor on " + subscription, "Owner or User Access Administrator in the Azure subscriptions"} {
		if card := w.sees(w.ada, in(approval), "update the app azure-backup?").Plain(); !strings.Contains(card, text) {
			t.Errorf("the card does not say %q: %s", text, card)
		}
	}
	w.approves("update the app azure-backup?", "Approve")
	w.sees(w.ada, in(approval), "EA-2: azure-backup · Done")
	if has := w.inAzure(); !slices.Equal(has, []string{"Production: " + custom}) {
		t.Errorf("it has %q", has)
	}

	// Nothing is done where Ada has no rights on the second subscription.
	w.types("update azure-backup", map[string]any{"Reason": "tests too", "Subscriptions": subscription + "\n" + otherSubscription})
	w.approves("update the app azure-backup?", "Approve")
	w.sees(w.ada, w.ada.DM, "may not assign roles in the Azure subscription "+otherSubscription)
	if has := w.inAzure(); len(has) != 1 {
		t.Errorf("it has %q", has)
	}
	w.tenant.GrantAzureRole("ada@contoso.com", otherSubscription, entratest.AzureUserAccessAdministrator)
	old := w.code()
	w.press(w.ada, w.sees(w.ada, w.ada.DM, "may not assign roles"), "New code")
	w.until("there is a new code", func() bool { return w.code() != "" && w.code() != old })
	if err := w.entra.SignIn(w.code(), "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	w.sees(w.ada, in(approval), "EA-3: azure-backup · Done")
	if has := w.inAzure(); !slices.Equal(has, []string{"Production: " + custom, "Testing: " + custom}) ||
		len(w.tenant.AzureRoleDefinitions()[0].Subscriptions) != 2 {
		t.Errorf("it has %q of %+v", has, w.tenant.AzureRoleDefinitions())
	}

	w.types("update azure-backup", map[string]any{"Reason": "no tests", "Subscriptions": subscription})
	w.approves("update the app azure-backup?", "Approve")
	w.sees(w.ada, in(approval), "EA-4: azure-backup · Done")
	if has := w.inAzure(); !slices.Equal(has, []string{"Production: " + custom}) ||
		len(w.tenant.AzureRoleDefinitions()[0].Subscriptions) != 1 {
		t.Errorf("it has %q of %+v", has, w.tenant.AzureRoleDefinitions())
	}

	w.types("update azure-backup", map[string]any{"Reason": "the vendor says so", "Workloads": "builtin"})
	w.approves("update the app azure-backup?", "Approve")
	w.sees(w.ada, in(approval), "EA-5: azure-backup · Done")
	if has := w.inAzure(); !slices.Equal(has, []string{"Production: Contributor", "Production: Key Vault Crypto Officer"}) ||
		len(w.tenant.AzureRoleDefinitions()) != 0 {
		t.Errorf("it has %q, and there are %+v", has, w.tenant.AzureRoleDefinitions())
	}
}

// otherSubscription is one that the tenant has besides, where a test adds it.
const otherSubscription = "4f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"

// givenUpInAzure has azure-backup, whose update was given up once it had roles in another
// subscription, and what it had in Azure before.
func givenUpInAzure(t *testing.T) (w *world, before []string) {
	t.Helper()
	w = newWorld(t)
	w.tenant.AddSubscription(entratest.Subscription{ID: otherSubscription, Name: "Testing"})
	w.tenant.GrantAzureRole("ada@contoso.com", otherSubscription, entratest.AzureUserAccessAdministrator)
	w.start()
	w.sends("vbazure", [][2]string{{"Credential", "certificate"}},
		map[string]any{"App name": "azure-backup", "Reason": "nightly backup", "Subscriptions": subscription, "Certificate": selfSigned(t)})
	w.approves("register the app azure-backup", "Approve")
	w.sees(w.ada, in(approval), "EA-1: azure-backup · Done")
	before = w.inAzure()

	w.entra.Fail("listFederatedCredentials", entratest.Before, 403, 1) // what the check reads
	w.types("update azure-backup", map[string]any{"Reason": "as little as possible", "Workloads": "minimal",
		"Subscriptions": otherSubscription})
	w.approves("update the app azure-backup?", "Approve")
	w.press(w.ada, w.sees(w.ada, in(approval), "” failed"), "Give up")
	w.sees(w.ada, in(approval), "EA-2: azure-backup · Cancelled")
	return w, before
}

func TestWhatAGivenUpUpdateLeftInAzureIsShownAndTakenAway(t *testing.T) {
	t.Parallel()
	w, before := givenUpInAzure(t)
	if has := w.inAzure(); slices.Equal(has, before) || len(w.tenant.AzureRoleDefinitions()) != 1 {
		t.Fatalf("it has %q", has)
	}

	w.types("update azure-backup", map[string]any{"Reason": "back to what it was", "Workloads": "builtin-8", "Subscriptions": subscription})
	card := w.sees(w.ada, in(approval), "EA-3: update the app azure-backup?").Plain()
	if want := "removed: role in Azure Veeam Backup for Microsoft Azure service account (custom) on " +
		otherSubscription; !strings.Contains(card, want) {
		t.Errorf("the card does not say %q: %s", want, card)
	}
	w.approves("EA-3: update the app azure-backup?", "Approve")
	w.sees(w.ada, in(approval), "EA-3: azure-backup · Done")
	if has := w.inAzure(); !slices.Equal(has, before) || len(w.tenant.AzureRoleDefinitions()) != 0 {
		t.Errorf("it has %q, had %q, and there are %+v", has, before, w.tenant.AzureRoleDefinitions())
	}
}

// Source: services.md, section 9: scopes of roles in Azure are not subscriptions only.
func TestRolesAreGivenOnManagementGroupsAndResourceGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const platform, group = "/providers/Microsoft.Management/managementGroups/Platform",
		"/subscriptions/" + subscription + "/resourceGroups/RG-Backup"
	w.tenant.AddManagementGroup(entratest.ManagementGroup{Name: "Platform"})
	w.tenant.AddResourceGroup(subscription, "RG-Backup")
	w.start()
	form := map[string]any{"App name": "azure-backup", "Reason": "nightly backup",
		"Subscriptions": platform + "\n" + strings.ToLower(group), "Certificate": selfSigned(t)}
	w.sends("vbazure", [][2]string{{"Credential", "certificate"}}, form)
	if card := w.sees(w.ada, in(approval), "register the app azure-backup").Plain(); !strings.Contains(card,
		"on the scopes "+platform+", "+strings.ToLower(group)) && !strings.Contains(card, platform) {
		t.Errorf("the card says %s", card)
	}
	w.approves("register the app azure-backup", "Approve")
	w.sees(w.ada, w.ada.DM, "may not assign roles in the management group Platform: it takes Owner")
	w.tenant.GrantAzureRole("ada@contoso.com", platform, entratest.AzureUserAccessAdministrator)
	old := w.code()
	w.press(w.ada, w.sees(w.ada, w.ada.DM, "may not assign roles"), "New code")
	w.until("there is a new code", func() bool { return w.code() != "" && w.code() != old })
	if err := w.entra.SignIn(w.code(), "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	w.sees(w.ada, in(approval), "EA-1: azure-backup · Done")
	scopes := func() []string {
		var all []string
		for _, r := range w.made()[0].AzureRoles {
			if r.Role == "Contributor" {
				all = append(all, r.Scope)
			}
		}
		slices.Sort(all)
		return all
	}
	if has := scopes(); !slices.Equal(has, []string{platform, group}) {
		t.Errorf("it has %q", has)
	}

	w.types("update azure-backup", map[string]any{"Reason": "less", "Subscriptions": group})
	if card := w.sees(w.ada, in(approval), "update the app azure-backup?").Plain(); !strings.Contains(card,
		"removed: role in Azure Contributor on "+platform) || strings.Contains(card, "added: role in Azure") {
		t.Errorf("the card says %s", card)
	}
	w.approves("update the app azure-backup?", "Approve")
	w.sees(w.ada, in(approval), "EA-2: azure-backup · Done")
	if has := scopes(); !slices.Equal(has, []string{group}) {
		t.Errorf("it has %q", has)
	}

	w.types("retire azure-backup", map[string]any{"Reason": "no longer needed"})
	w.approves("delete the app azure-backup", "Approve")
	w.sees(w.ada, in(approval), "EA-3: azure-backup · Done")
	for _, a := range w.tenant.AzureAssignments() {
		if a.PrincipalType == "ServicePrincipal" {
			t.Errorf("it is left: %+v", a)
		}
	}
}
