package serve

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// types types a command, fills in the form that it opens, and sends it.
func (w *world) types(command string, fill map[string]any) {
	w.t.Helper()
	ctx := context.Background()
	for _, v := range w.bea.Views() {
		w.bea.CloseView(ctx, v.ID, true)
	}
	if _, err := w.bea.Slash(ctx, team, "/entra-app "+command); err != nil {
		w.t.Fatal(err)
	}
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	w.fills(fill)
}

// fills sends the form that is open.
func (w *world) fills(fill map[string]any) {
	w.t.Helper()
	v := w.bea.Views()[0]
	errs, err := w.bea.Submit(context.Background(), v.ID, fill)
	if err != nil || len(errs) > 0 {
		w.t.Fatalf("%v, %v in %s", errs, err, v.Plain())
	}
}

// approves presses a button on the card, and signs in with the code that comes.
func (w *world) approves(title, button string) {
	w.t.Helper()
	old := w.code()
	w.press(w.ada, w.sees(w.ada, in(approval), title), button)
	w.until("there is a new code", func() bool { return w.code() != "" && w.code() != old })
	if err := w.entra.SignIn(w.code(), "ada@contoso.com"); err != nil {
		w.t.Fatal(err)
	}
}

func TestTheLifeOfAnApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	w.approves("register the app payroll-backup", "Approve")
	first := w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	w.sees(w.bea, w.bea.DM, "You opened the secret")
	before := w.made()[0]

	w.bea.Slash(t.Context(), team, "/entra-app apps")
	w.sees(w.bea, in(team), "credential valid until")
	if err := w.bea.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.until("the home tab lists the app", func() bool {
		for _, e := range w.slack.Journal() {
			if e.Method == "views.publish" && strings.Contains(e.Body, "Your apps") && strings.Contains(e.Answer, `"ok":true`) {
				return true
			}
		}
		return false
	})

	w.types("renew payroll-backup", map[string]any{"Reason": "it ends soon"})
	w.approves("renew the credential of payroll-backup", "Approve")
	second := w.reveals(w.sees(w.bea, w.bea.DM, "EA-2: payroll-backup · Ready"))
	if first == second {
		t.Error("the renewed secret is the old one")
	}
	if n := len(w.made()[0].Passwords); n != 2 {
		t.Errorf("while both are in use the app has %d secrets", n)
	}
	w.press(w.bea, w.sees(w.bea, w.bea.DM, "The new one works"), "The new one works")
	w.approves("Remove the old one", "Remove the old one")
	w.sees(w.ada, in(approval), "EA-2: payroll-backup · Done")
	app := w.made()[0]
	if len(app.Passwords) != 1 || app.Passwords[0].KeyID == before.Passwords[0].KeyID {
		t.Errorf("after the renewal the app has %+v", app.Passwords)
	}

	w.types("retire "+app.AppID, map[string]any{"Reason": "no longer needed"})
	w.approves("delete the app payroll-backup", "Approve")
	w.sees(w.bea, w.bea.DM, "is deleted")
	deleted := w.tenant.DeletedApplications()
	if len(w.made()) != 0 || len(deleted) != 1 || len(deleted[0].Passwords) != 0 || len(w.tenant.Grants()) != grantsOfOthers(w.tenant) {
		t.Errorf("there are %+v and deleted %+v", w.made(), deleted)
	}

	w.press(w.bea, w.sees(w.bea, w.bea.DM, "recreate restores it"), "Recreate")
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	w.fills(map[string]any{"Reason": "it was needed after all"})
	w.approves("recreate the app payroll-backup", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "EA-4: payroll-backup · Ready"))
	w.sees(w.ada, in(approval), "EA-4: payroll-backup · Done")
	if apps := w.made(); len(apps) != 1 || apps[0].AppID != before.AppID || len(apps[0].Passwords) != 1 ||
		strings.Join(apps[0].Roles, " ") != strings.Join(before.Roles, " ") {
		t.Errorf("restored: %+v", apps)
	}
}

// grantsOfOthers counts the consents of clients that are no apps of ours.
func grantsOfOthers(tn *entratest.Tenant) (n int) {
	for _, g := range tn.Grants() {
		if g.Client == "entra-app bot" {
			n++
		}
	}
	return n
}

func TestAnAppIsUpdatedToWhatItNeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.sends("vb365-backup", nil, map[string]any{"App name": "payroll-backup", "Reason": "nightly backup", "Certificate": selfSigned(t)})
	w.approves("register the app", "Approve")
	w.sees(w.ada, in(approval), "EA-1: payroll-backup · Done")
	before := appearanceOf(w.made()[0])

	w.types("update payroll-backup", map[string]any{"Reason": "sites and teams are backed up elsewhere", "Workloads": []string{"Exchange"}})
	card := w.sees(w.ada, in(approval), "update the app payroll-backup?")
	for _, text := range []string{"removed: permission Office 365 SharePoint Online Sites.FullControl.All (application)", "What changes"} {
		if !strings.Contains(card.Plain(), text) {
			t.Errorf("the card does not say %q: %s", text, card.Plain())
		}
	}
	w.approves("update the app payroll-backup?", "Approve")
	w.sees(w.ada, in(approval), "EA-2: payroll-backup · Done")
	less := appearanceOf(w.made()[0])
	if len(less.Roles) != 8 || len(less.Requested) != 8 || less.Certificates != 1 || len(less.DirectoryRoles) != 1 {
		t.Errorf("it has %+v", less)
	}

	w.types("update payroll-backup", map[string]any{"Reason": "teams after all",
		"Workloads": []string{"SharePoint and OneDrive", "Teams"}, "Owners": []string{"U0TOM00001"}})
	w.approves("update the app payroll-backup?", "Approve")
	w.sees(w.ada, in(approval), "EA-3: payroll-backup · Done")
	if other := appearanceOf(w.made()[0]); len(other.DirectoryRoles) != 0 || len(other.Owners) != len(before.Owners)+1 ||
		len(other.Roles) != 9 {
		t.Errorf("it has %+v", other)
	}
}

func TestTheListHasButtonsForEachApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	for _, name := range []string{"first", "second"} {
		w.sends("vb365-restore", nil, map[string]any{"App name": name, "Reason": "restores"})
		w.approves("register the app "+name, "Approve")
		w.sees(w.ada, in(approval), name+" · Done")
	}
	if _, err := w.bea.Slash(t.Context(), team, "/entra-app apps"); err != nil {
		t.Fatal(err)
	}
	list := w.sees(w.bea, in(team), "2 apps, newest first")
	for _, title := range []string{"Retire an app", "Update an app"} {
		for _, v := range w.bea.Views() {
			w.bea.CloseView(t.Context(), v.ID, true)
		}
		w.press(w.bea, list, strings.Fields(title)[0])
		w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
		if form := w.bea.Views()[0].Plain(); !strings.Contains(form, "second") || !strings.Contains(form, title) {
			t.Errorf("%s opens %s", title, form)
		}
	}
}

func TestARetiredAppLeavesNothingInAzure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.sends("vbazure", [][2]string{{"Credential", "certificate"}, {"Workloads", "minimal"}},
		map[string]any{"App name": "azure-backup", "Reason": "nightly backup", "Subscriptions": subscription, "Certificate": selfSigned(t)})
	w.approves("register the app azure-backup", "Approve")
	w.sees(w.ada, in(approval), "EA-1: azure-backup · Done")
	before := len(w.tenant.AzureAssignments())
	if before < 2 || len(w.tenant.AzureRoleDefinitions()) == 0 {
		t.Fatalf("in Azure there are %+v and %+v", w.tenant.AzureAssignments(), w.tenant.AzureRoleDefinitions())
	}
	w.types("retire azure-backup", map[string]any{"Reason": "no longer needed"})
	w.approves("delete the app azure-backup", "Approve")
	w.sees(w.ada, in(approval), "EA-2: azure-backup · Done")
	if left := w.tenant.AzureAssignments(); len(left) != 1 || len(w.tenant.AzureRoleDefinitions()) != 0 || len(w.made()) != 0 {
		t.Errorf("left: %+v, %+v, %+v", left, w.tenant.AzureRoleDefinitions(), w.made())
	}
}

// What somebody changed by hand meanwhile is not on the card, so it stays.
func TestAnUpdateLeavesWhatSomebodyDidByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	w.approves("register the app", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	before := w.made()[0]
	s := w.adaAlone(nil)
	defer s.Close()
	if _, _, err := s.EnsureApplication(t.Context(), workflow.App{ObjectID: before.ID, AppID: before.AppID, Merge: true,
		RedirectURIs: []string{"https://hr.contoso.com/by-hand"}, PublicClientFlows: true}); err != nil {
		t.Fatal(err)
	}
	w.sees(w.ada, in(approval), "EA-1: payroll-backup · Done")
	w.types("update payroll-backup", map[string]any{"Reason": "it has moved", "Redirect URIs": "https://backup.contoso.com"})
	card := w.sees(w.ada, in(approval), "update the app payroll-backup?").Plain()
	for _, text := range []string{"added: redirect URI https://backup.contoso.com (web)", "removed: redirect URI https://localhost (web)"} {
		if !strings.Contains(card, text) {
			t.Errorf("the card does not say %q: %s", text, card)
		}
	}
	w.approves("update the app payroll-backup?", "Approve")
	w.sees(w.ada, in(approval), "EA-2: payroll-backup · Done")
	after := w.app(before.AppID)
	slices.Sort(after.RedirectURIs)
	if !slices.Equal(after.RedirectURIs, []string{"https://backup.contoso.com", "https://hr.contoso.com/by-hand"}) ||
		!after.PublicClientFlows {
		t.Errorf("it has %q, public client flows %v", after.RedirectURIs, after.PublicClientFlows)
	}
}
