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
		Scopes: []string{"User.Read", "User.ReadBasic.All", "Directory.Read.All", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "RoleManagement.ReadWrite.Directory", "Policy.Read.All"}, Azure: true})
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
