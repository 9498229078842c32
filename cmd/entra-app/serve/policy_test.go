package serve

import (
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// readsPolicy gives the bot a client that has consent for the tenant's policies too.
func (w *world) readsPolicy() {
	c := w.tenant.AddPublicClient(entratest.Client{Name: "entra-app bot", PublicClientFlows: true,
		Scopes: []string{"User.Read", "User.ReadBasic.All", "Directory.Read.All", "Application.ReadWrite.All",
			"AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "RoleManagement.ReadWrite.Directory",
			"Policy.Read.All"}, Azure: true})
	w.cfg.Tenants[0].ClientID = c.AppID
}

func TestASecretIsCutToWhatTheTenantAllows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.readsPolicy()
	const most = 30 * 24 * time.Hour
	w.tenant.Change(func(k *entratest.Knobs) { k.MaxSecretLifetime = most })
	w.start()
	w.asks("payroll-backup")
	w.approves("register the app payroll-backup", "Approve")
	ready := w.sees(w.bea, w.bea.DM, "The secret can be opened")
	if text := "a policy of this tenant allows no more, though 180 days were approved"; !strings.Contains(ready.Plain(), text) {
		t.Errorf("the requester is not told %q: %s", text, ready.Plain())
	}
	w.reveals(ready)
	card := w.sees(w.ada, in(approval), "EA-1: payroll-backup · Done").Plain()
	if text := "cut from 180 days to 30 days by a policy of this tenant"; !strings.Contains(card, text) {
		t.Errorf("the card does not say %q: %s", text, card)
	}
	if keys := w.app(w.appIDOf("payroll-backup")).Passwords; len(keys) != 1 || keys[0].End.Sub(keys[0].Start) > most {
		t.Errorf("it has %+v", keys)
	}
}

func TestAForbiddenSecretIsRefusedBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.readsPolicy()
	w.tenant.Change(func(k *entratest.Knobs) { k.ForbidSecrets = true })
	w.start()
	before := len(w.tenant.Applications())
	w.asks("payroll-backup")
	w.approves("register the app payroll-backup", "Approve")
	m := w.sees(w.ada, w.ada.DM, "A policy of this tenant forbids client secrets for apps.")
	for _, text := range []string{"Nothing was changed.", "have it asked for again with a certificate"} {
		if !strings.Contains(m.Plain(), text) {
			t.Errorf("the approver is not told %q: %s", text, m.Plain())
		}
	}
	for _, e := range w.entra.Journal() {
		if e.Method != "GET" && e.Op != "devicecode" && e.Op != "token" && e.Op != "batch" {
			t.Errorf("it wrote: %s %s", e.Method, e.Path)
		}
	}
	if n := len(w.tenant.Applications()); n != before || len(w.tenant.DeletedApplications()) != 0 {
		t.Errorf("there are %d apps, and were %d; deleted %+v", n, before, w.tenant.DeletedApplications())
	}
}

// appIDOf is the App ID of the app with this name.
func (w *world) appIDOf(name string) string {
	w.t.Helper()
	for _, a := range w.made() {
		if a.DisplayName == name {
			return a.AppID
		}
	}
	w.t.Fatalf("there is no app %s", name)
	return ""
}

// services.md, section 4: the rule about audiences holds for an app that is there, too. What
// it forbids is said before anything is changed, or, where the policy does not show the rule,
// in its own words once Entra has refused it.
func TestAnUpdateThatOpensAnAppToOtherTenantsHeedsThePolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.readsPolicy()
	w.start()
	w.sends("custom", [][2]string{{"Credential", "none"}}, map[string]any{"App name": "shell", "Reason": "a command line",
		"Permissions": []string{"graph:Delegated:User.Read"}, "Redirect URIs (public client)": "msauth://com.contoso.shell/x"})
	w.approves("register the app shell", "Approve")
	w.sees(w.ada, in(approval), "EA-1: shell · Done")
	w.tenant.Change(func(k *entratest.Knobs) { k.ForbidMultitenant, k.PolicyShowsAudiences = true, true })
	writes := func() (n int) {
		for _, e := range w.entra.Journal() {
			if e.Method == "PATCH" {
				n++
			}
		}
		return n
	}
	before := writes()
	opens := map[string]any{"Reason": "partners use it", "Who can sign in": "AzureADMultipleOrgs"}
	w.types("update shell", opens)
	w.approves("update the app shell?", "Approve")
	m := w.sees(w.ada, w.ada.DM, "A policy of this tenant forbids apps for accounts of other tenants.")
	if !strings.Contains(m.Plain(), "Nothing was changed.") || writes() != before {
		t.Errorf("%d writes, and the approver reads %s", writes()-before, m.Plain())
	}

	w.tenant.Change(func(k *entratest.Knobs) { k.PolicyShowsAudiences = false })
	w.press(w.ada, m, "New code")
	w.signsIn("ada@contoso.com")
	card := w.sees(w.ada, in(approval), "” failed").Plain()
	if !strings.Contains(card, "accounts of other tenants") {
		t.Errorf("the card says %s", card)
	}
	if a := w.app(w.appIDOf("shell")); a.SignInAudience != "AzureADMyOrg" {
		t.Errorf("people of %s can sign in", a.SignInAudience)
	}

	w.tenant.Change(func(k *entratest.Knobs) { k.ForbidMultitenant = false })
	w.approves("EA-2: shell", "Retry")
	w.sees(w.ada, in(approval), "EA-2: shell · Done")
	if a := w.app(w.appIDOf("shell")); a.SignInAudience != "AzureADMultipleOrgs" {
		t.Errorf("people of %s can sign in", a.SignInAudience)
	}
}
