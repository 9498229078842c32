package serve

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// withoutDirectory gives the bot a client without consent for Directory.Read.All.
func (w *world) withoutDirectory() {
	c := w.tenant.AddPublicClient(entratest.Client{Name: "entra-app bot", PublicClientFlows: true,
		Scopes: []string{"User.Read", "User.ReadBasic.All",
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
	for _, says := range []string{"The directory roles of ada@contoso.com can't be seen", "Nothing was changed.",
		"admin consent for Directory.Read.All", "Press New code after that."} {
		if !strings.Contains(m, says) {
			t.Errorf("the approver is not told %q: %s", says, m)
		}
	}
	if strings.Contains(m, "no active role") || slices.ContainsFunc(w.made(), func(a entratest.Application) bool {
		return a.DisplayName == "payroll-backup"
	}) {
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
	for _, says := range []string{"Entra did not make Bea an owner", "no consent for Directory.Read.All",
		"an application administrator can", "ada@contoso.com, whom Entra made an owner by registering it, stays one"} {
		if !strings.Contains(card, says) {
			t.Errorf("the card does not say %q: %s", says, card)
		}
	}
}

// services.md, section 2: a custom role that the operator lists carries a request to its
// end, whether the account has it itself or through a group, and one that nobody lists stops
// it with what the bot goes by.
func TestACustomRoleCountsWhereTheOperatorListsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apps := w.tenant.AddRole(entratest.Role{Name: "Apps",
		Actions: []string{"microsoft.directory/applications/create", "microsoft.directory/applications/credentials/update"}})
	consent := w.tenant.AddRole(entratest.Role{Name: "Consent",
		Actions: []string{"microsoft.directory/servicePrincipals/managePermissionGrantsForAll.microsoft-company-admin"}})
	w.tenant.AddUser(entratest.User{UPN: "cleo@contoso.com"})
	w.tenant.Give("cleo@contoso.com", apps.ID, "")
	w.tenant.Give("cleo@contoso.com", entratest.DirectoryReaders, "")
	w.tenant.AddGroup(entratest.Group{Name: "Consenters", AssignsRoles: true, Members: []string{"cleo@contoso.com"}})
	w.tenant.Give("Consenters", consent.ID, "")
	w.cfg.Tenants[0].Approvers[0].Entra = "cleo@contoso.com"
	w.cfg.Tenants[0].Sufficient = []workflow.SufficientRole{{ID: apps.ID, For: workflow.ForApplications}}
	w.start()
	w.asks("payroll-backup")
	w.press(w.ada, w.sees(w.ada, in(approval), "register the app payroll-backup"), "Approve")
	w.signsIn("cleo@contoso.com")
	m := w.sees(w.ada, w.ada.DM, "counts only where the operator of this bot lists it")
	if len(w.made()) != 0 || !strings.Contains(m.Plain(), "consent to Microsoft Graph application permissions") {
		t.Errorf("apps %v; %s", w.made(), m.Plain())
	}
	w.stop()
	w.cfg.Tenants[0].Sufficient = append(w.cfg.Tenants[0].Sufficient, workflow.SufficientRole{ID: consent.ID, For: workflow.ForConsent})
	w.start()
	w.press(w.ada, w.sees(w.ada, w.ada.DM, "counts only where the operator of this bot lists it"), "New code")
	w.signsIn("cleo@contoso.com")
	w.sees(w.bea, w.bea.DM, "The secret can be opened")
}

// services.md, section 2: a Global Administrator who approves is made an owner of the
// service principal too, and does not stay one. Nor does one who adopts an app that had
// none. Who made one by hand is named.
func TestTheApproverOwnsNoServicePrincipal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	w.approves("register the app payroll-backup", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	bare := w.bare("HR Portal")
	w.types("update HR Portal", map[string]any{"Team": team, "Reason": "its mail is backed up too"})
	w.approves("look at the app", "Approve")
	w.approves("add to the existing app HR Portal?", "Approve")
	w.sees(w.bea, w.bea.DM, "The secret can be opened")
	made := w.made()
	if len(made) != 2 {
		t.Errorf("there are %d apps", len(made))
	}
	for _, a := range made {
		if len(a.PrincipalOwners) != 0 || a.ServicePrincipalID == "" {
			t.Errorf("%q own the service principal of %s (%q)", a.PrincipalOwners, a.DisplayName, a.ServicePrincipalID)
		}
	}
	if a := w.app(bare); !slices.Equal(a.Owners, []string{"bea@contoso.com"}) {
		t.Errorf("%q own the adopted app", a.Owners)
	}
}

// bare makes an application without a service principal, which Bea owns.
func (w *world) bare(name string) (appID string) {
	w.t.Helper()
	s := w.adaAlone(nil)
	defer s.Close()
	objectID, appID, err := s.EnsureApplication(w.t.Context(),
		workflow.App{UniqueName: "legacy-" + name, DisplayName: name, Audience: "AzureADMyOrg"})
	if err == nil {
		_, err = s.EnsureOwners(w.t.Context(), workflow.Made{ObjectID: objectID}, []string{s.Signer().Requesters[0].ObjectID},
			[]string{s.Signer().ObjectID}, nil)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.tenant.Age(appID, 365*24*time.Hour)
	return appID
}
