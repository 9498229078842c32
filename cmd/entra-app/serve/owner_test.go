package serve

import (
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// withoutDirectory gives the bot a client without consent for Directory.Read.All.
func (w *world) withoutDirectory() {
	c := w.tenant.AddPublicClient(entratest.Client{Name: "entra-app bot", PublicClientFlows: true, Scopes: []string{"User.Read", "User.ReadBasic.All",
		"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"}})
	w.cfg.Tenants[0].ClientID = c.AppID
}

// services.md, section 2: roles that can't be seen are not “no role”, and permit nothing.
func TestRolesThatCannotBeSeenStopTheSignInWithWhatToConsentTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withoutDirectory()
	w.start()
	w.asks("payroll-backup")
	w.approves("register the app payroll-backup", "Approve")
	m := w.sees(w.ada, w.ada.DM, "can't be seen").Plain()
	for _, says := range []string{"The directory roles of ada@contoso.com can't be seen", "Nothing was changed.", "admin consent for Directory.Read.All", "Press New code after that."} {
		if !strings.Contains(m, says) {
			t.Errorf("the approver is not told %q: %s", says, m)
		}
	}
	if strings.Contains(m, "no active role") || slices.ContainsFunc(w.made(), func(a entratest.Application) bool { return a.DisplayName == "payroll-backup" }) {
		t.Errorf("apps %v; the approver is told %s", w.made(), m)
	}
}

// services.md, section 2: where the tenant shows roles but no owner can be added, the
// request ends well, and its card says who is no owner and who can help.
func TestARefusedOwnerIsANoteOnTheCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withoutDirectory()
	w.tenant.Change(func(k *entratest.Knobs) { k.RolesShown = true })
	w.start()
	w.asks("payroll-backup")
	w.approves("register the app payroll-backup", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	card := w.sees(w.ada, in(approval), "EA-1: payroll-backup · Done").Plain()
	for _, says := range []string{"Entra did not make Bea an owner", "no consent for Directory.Read.All", "an application administrator can", "ada@contoso.com, whom Entra made an owner by registering it, stays one"} {
		if !strings.Contains(card, says) {
			t.Errorf("the card does not say %q: %s", says, card)
		}
	}
}
