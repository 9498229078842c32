package serve

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// planned are the permissions of what asks asks for.
func planned() (all []plan.Permission) {
	for _, p := range []struct {
		kind catalog.Type
		name string
	}{{catalog.Application, "Directory.Read.All"}, {catalog.Application, "Group.Read.All"}, {catalog.Delegated, "User.Read"}} {
		known, _ := plan.Known(catalog.MicrosoftGraph, p.kind, p.name)
		all = append(all, known)
	}
	return all
}

// An app with all of this was once called exactly what the plan says.
func TestAnAppThatRulesTheTenantIsNotAsThePlanSays(t *testing.T) {
	t.Parallel()
	w, clock := newWorldWithClock(t)
	w.start()
	w.asks("payroll-backup")
	w.sees(w.ada, in(approval), "register the app payroll-backup?")
	appID := w.byHand(planned()...)
	w.tenant.Give(appID, entratest.GlobalAdministrator, "")
	w.tenant.MakeEligible(appID, entratest.PrivilegedRoleAdministrator, "")
	if err := w.tenant.Consent(appID, catalog.MicrosoftGraph, "Directory.AccessAsUser.All"); err != nil {
		t.Fatal(err)
	}
	if !w.tenant.Own(appID, "tom@contoso.com", false) {
		t.Fatal("Tom does not own it")
	}
	w.ada.Slash(t.Context(), approval, "/entra-app verify EA-1 "+appID)
	w.signsIn("ada@contoso.com")
	w.sees(w.ada, in(approval), "for 20 seconds at most") // it is looked at again
	clock.pass(20 * time.Second)
	card := w.sees(w.ada, in(approval), "What was made by hand does not match the plan").Plain()
	for _, says := range []string{"directory role Global Administrator", "directory role Privileged Role Administrator (eligible)",
		"Microsoft Graph/Directory.AccessAsUser.All", "owner tom@contoso.com"} {
		if !strings.Contains(card, says) {
			t.Errorf("the card does not say %q: %s", says, card)
		}
	}
}

// What Entra does not show is no part of what is as planned, and says what would show it.
func TestAnAppThatIsNotShownWholeIsNotCalledAsPlanned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	w.sees(w.ada, in(approval), "register the app payroll-backup?")
	appID := w.byHand(planned()...)
	w.entra.Fail("listGrants", entratest.Before, http.StatusForbidden, 99)
	w.ada.Slash(t.Context(), approval, "/entra-app verify EA-1 "+appID)
	w.signsIn("ada@contoso.com")
	card := w.sees(w.ada, in(approval), "What was made by hand could not be checked.").Plain()
	for _, says := range []string{"Not read: its delegated permissions", "Check its directory roles and the consent", "Approve"} {
		if !strings.Contains(card, says) {
			t.Errorf("the card does not say %q: %s", says, card)
		}
	}
	if strings.Contains(card, "matches") || strings.Contains(card, "exactly") {
		t.Errorf("the card says %s", card)
	}
}
