package serve

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/graphops"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// legacy makes an application that has been in use for long, and that Bea owns
// if owned says so, and else Ada.
func (w *world) legacy(name string, owned bool) entratest.Application {
	w.t.Helper()
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			w.t.Helper()
			w.t.Fatal(err)
		}
	}
	var permissions []plan.Permission
	for kind, n := range map[catalog.Type]string{catalog.Application: "Mail.Read", catalog.Delegated: "Calendars.Read"} {
		p, _ := plan.Known(catalog.MicrosoftGraph, kind, n)
		permissions = append(permissions, p)
	}
	s := w.adaAlone(permissions)
	defer s.Close()
	objectID, appID, err := s.EnsureApplication(ctx, workflow.App{UniqueName: "legacy-" + name, DisplayName: name, Notes: "since 2019",
		Audience:     "AzureADMultipleOrgs",
		RedirectURIs: []string{"https://hr.contoso.com/callback"}, Permissions: permissions})
	must(err)
	sp, err := s.EnsureServicePrincipal(ctx, workflow.ServicePrincipal{AppID: appID})
	must(err)
	must(s.EnsureConsent(ctx, sp, permissions))
	_, _, err = s.AddPassword(ctx, objectID, "by hand", time.Now().Add(24*time.Hour))
	must(err)
	owner := s.Signer().ObjectID
	if owned {
		owner = s.Signer().Requesters[0].ObjectID
	}
	_, err = s.EnsureOwners(ctx, workflow.Made{ObjectID: objectID}, []string{owner}, nil, nil)
	must(err)
	w.tenant.Age(appID, 5*365*24*time.Hour)
	return w.app(appID)
}

// adaAlone is Ada at work in the tenant, without the bot.
func (w *world) adaAlone(permissions []plan.Permission) workflow.Session {
	w.t.Helper()
	d, err := graphops.New(graphops.Config{Tenants: Directories(w.cfg), HTTP: w.client})
	if err != nil {
		w.t.Fatal(err)
	}
	in, err := d.SignIn(context.Background(), "contoso", plan.Plan{Permissions: permissions}.SignInScopes())
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.entra.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
		w.t.Fatal(err)
	}
	s, err := in.Wait(context.Background(), workflow.Ask{Email: "bea@contoso.com"})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) app(appID string) entratest.Application {
	w.t.Helper()
	a, ok := w.tenant.Application(appID)
	if !ok {
		w.t.Fatalf("%s is gone", appID)
	}
	return a
}

// kept checks that an app has all that it had.
func kept(t testing.TB, before, after entratest.Application) {
	t.Helper()
	if after.DisplayName != before.DisplayName || after.Notes != before.Notes || after.SignInAudience != before.SignInAudience ||
		after.ID != before.ID {
		t.Errorf("it was %+v\nand is %+v", before, after)
	}
	for what, of := range map[string][2][]string{"redirect URI": {before.RedirectURIs, after.RedirectURIs},
		"role": {before.Roles, after.Roles}, "scope": {before.Scopes, after.Scopes},
		"requested permission": {before.Requested, after.Requested}, "owner": {before.Owners, after.Owners}} {
		for _, n := range of[0] {
			if !slices.Contains(of[1], n) {
				t.Errorf("it has lost the %s %s", what, n)
			}
		}
	}
	for _, k := range before.Passwords {
		if !slices.ContainsFunc(after.Passwords, func(p entratest.Credential) bool { return p.KeyID == k.KeyID }) {
			t.Errorf("it has lost the secret %s", k.DisplayName)
		}
	}
}

func TestAnAppThatWasMadeByHandIsAdoptedUpdatedAndKeepsWhatItHad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	before := w.legacy("HR Portal", true)

	w.types("update HR Portal", map[string]any{"Team": team, "Reason": "its mail is backed up too"})
	card := w.sees(w.ada, in(approval), "look at the app HR Portal?")
	if !strings.Contains(card.Plain(), "Nothing is removed from it") {
		t.Errorf("the card is %s", card.Plain())
	}
	if now := w.app(before.AppID); len(now.Passwords) != 1 || len(now.Roles) != len(before.Roles) {
		t.Errorf("before anybody approved it the app is %+v", now)
	}
	w.approves("look at the app", "Approve")
	w.approves("add to the existing app HR Portal?", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	done := w.sees(w.ada, in(approval), "EA-1: HR Portal · Done").Plain()
	for _, text := range []string{"Added to the app", "Microsoft Graph Directory.Read.All (application)", "All that it has, and keeps",
		"Microsoft Graph/Mail.Read", "Microsoft Graph/Calendars.Read", "https://hr.contoso.com/callback",
		"“by hand”"} {
		if !strings.Contains(done, text) {
			t.Errorf("the card does not say %q: %s", text, done)
		}
	}
	after := w.app(before.AppID)
	kept(t, before, after)
	if len(after.Passwords) != 2 || !slices.Contains(after.Roles, "Microsoft Graph/Directory.Read.All") ||
		!slices.Contains(after.Scopes, "Microsoft Graph/User.Read") {
		t.Errorf("it has not got what it needs: %+v", after)
	}

	w.types("update HR Portal", map[string]any{"Reason": "it has moved", "Redirect URIs": "https://new.contoso.com/callback",
		"Permissions": []string{}})
	card = w.sees(w.ada, in(approval), "update the app HR Portal?")
	for _, text := range []string{"added: redirect URI https://new.contoso.com/callback (web)",
		"removed: redirect URI https://hr.contoso.com/callback (web)", "removed: permission Microsoft Graph Mail.Read (application)"} {
		if !strings.Contains(card.Plain(), text) {
			t.Errorf("the card does not say %q: %s", text, card.Plain())
		}
	}
	w.approves("update the app HR Portal?", "Approve")
	w.sees(w.ada, in(approval), "EA-2: HR Portal · Done")
	last := w.app(before.AppID)
	if !slices.Equal(last.RedirectURIs, []string{"https://new.contoso.com/callback"}) ||
		slices.Contains(last.Roles, "Microsoft Graph/Mail.Read") || slices.Contains(last.Scopes, "Microsoft Graph/Calendars.Read") ||
		!slices.Contains(last.Roles, "Microsoft Graph/Directory.Read.All") || len(last.Passwords) != 2 ||
		last.SignInAudience != before.SignInAudience || last.Notes != before.Notes {
		t.Errorf("after the update it is %+v", last)
	}
}

func TestAnAppOfSomebodyElseIsNotAdopted(t *testing.T) {
	t.Parallel()
	w, c := newWorldWithClock(t)
	w.start()
	before := w.legacy("HR Portal", false)
	w.types("update "+before.AppID, map[string]any{"Team": team, "Reason": "its mail is backed up too"})
	w.approves("look at the app", "Approve")
	w.sees(w.ada, in(approval), "for 20 seconds at most") // it is looked at again
	c.pass(20 * time.Second)
	card := w.sees(w.ada, in(approval), "failed: bea@contoso.com does not own HR Portal")
	if strings.Contains(card.Plain(), "Undo") {
		t.Errorf("there is nothing to undo: %s", card.Plain())
	}
	after := w.app(before.AppID)
	kept(t, before, after)
	if len(after.Passwords) != 1 || len(after.Roles) != len(before.Roles) || len(after.Requested) != len(before.Requested) {
		t.Errorf("it was changed: %+v", after)
	}
	w.press(w.ada, card, "Give up")
	w.sees(w.ada, in(approval), "Cancelled")
}

func TestAnExistingAppGetsWhatAProductNeedsAndItsCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	before := w.legacy("archive", true)
	w.sends("vb365-backup", [][2]string{{"Application", "An existing one"}},
		map[string]any{"App name": strings.ToUpper(before.AppID), "Reason": "backup", "Certificate": selfSigned(t)})
	w.approves("look at the app", "Approve")
	w.approves("add to the existing app", "Approve")
	w.sees(w.ada, in(approval), "EA-1: archive · Done")
	after := w.app(before.AppID)
	kept(t, before, after)
	if len(after.Passwords) != 1 || len(after.Certificates) != 1 || len(after.DirectoryRoles) != 1 || len(after.Roles) < 9 {
		t.Errorf("it is %+v", after)
	}
	w.types("retire archive", map[string]any{"Reason": "no longer needed"})
	w.approves("delete the app archive", "Approve")
	w.sees(w.ada, in(approval), "EA-2: archive · Done")
	if _, there := w.tenant.Application(before.AppID); there {
		t.Error("it is still there")
	}
	w.types("recreate archive", map[string]any{"Reason": "it was needed", "Certificate": selfSigned(t)})
	w.approves("recreate the app archive", "Approve")
	w.sees(w.ada, in(approval), "EA-3: archive · Done")
	if again := w.app(before.AppID); !slices.Contains(again.Roles, "Microsoft Graph/Mail.Read") ||
		!slices.Contains(again.RedirectURIs, "https://hr.contoso.com/callback") {
		t.Errorf("it came back as %+v", again)
	}
}

func TestUndoOfAnAdoptionLeavesTheAppAsItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	before := w.legacy("azure-backup", true)
	w.entra.Fail("addPassword", entratest.Before, 403, 1)
	w.sends("vbazure", [][2]string{{"Application", "An existing one"}},
		map[string]any{"App name": before.AppID, "Reason": "backup", "Workloads": "minimal",
			"Subscriptions": subscription, "Owners": []string{"U0TOM00001"}})
	w.approves("look at the app", "Approve")
	w.approves("add to the existing app", "Approve")
	w.sees(w.ada, in(approval), "” failed")
	if during := w.app(before.AppID); len(during.AzureRoles) != 1 || len(w.tenant.AzureRoleDefinitions()) != 1 ||
		len(during.Owners) != len(before.Owners)+1 {
		t.Fatalf("it was given %+v", during)
	}
	w.approves("” failed", "Undo")
	card := w.sees(w.ada, in(approval), "azure-backup · Undone").Plain()
	after := w.app(before.AppID)
	kept(t, before, after)
	if len(after.AzureRoles) != 0 || len(w.tenant.AzureRoleDefinitions()) != 0 || !slices.Equal(after.Owners, before.Owners) ||
		!slices.Equal(after.Roles, before.Roles) ||
		!slices.Equal(after.Requested, before.Requested) || len(after.Passwords) != len(before.Passwords) {
		t.Errorf("it was %+v\nand is %+v, with %+v", before, after, w.tenant.AzureRoleDefinitions())
	}
	if strings.Contains(card, "stays:") || !strings.Contains(card, "Remove its new Azure roles") {
		t.Errorf("the card is %s", card)
	}
}

// Shown in an audit: an adoption for User.Read was approved as low risk, and opened an app that
// could read all mail. Now the app is shown first, and what has come since stops it.
func TestAnAdoptionIsDecidedOnWhatTheAppHasAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	before := w.legacy("HR Portal", true)
	w.sends("custom", [][2]string{{"Application", "An existing one"}},
		map[string]any{"App name": "HR Portal", "Reason": "a script", "Permissions": []string{"graph:Delegated:User.Read"},
			"Redirect URIs": "https://localhost"})
	card := w.sees(w.ada, in(approval), "look at the app HR Portal?").Plain()
	for _, text := range []string{"Highest risk: low, as far as is known: nobody has looked at the app yet", "That takes no role."} {
		if !strings.Contains(card, text) {
			t.Errorf("the first card does not say %q: %s", text, card)
		}
	}
	w.approves("look at the app HR Portal?", "Approve")
	card = w.sees(w.ada, in(approval), "add to the existing app HR Portal?").Plain()
	for _, text := range []string{"of risk high as a whole", "Highest risk: high", "Microsoft Graph/Mail.Read",
		"hand out a credential of an app that has Microsoft Graph application permissions", "“by hand”", "bea@contoso.com"} {
		if !strings.Contains(card, text) {
			t.Errorf("the second card does not say %q: %s", text, card)
		}
	}
	if now := w.app(before.AppID); len(now.Passwords) != 1 || len(now.Scopes) != len(before.Scopes) ||
		!slices.Equal(now.RedirectURIs, before.RedirectURIs) {
		t.Errorf("the look has changed the app: %+v", now)
	}
	s := w.adaAlone(nil)
	if _, _, err := s.AddPassword(t.Context(), before.ID, "foreign", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	w.approves("add to the existing app HR Portal?", "Approve")
	card = w.sees(w.ada, in(approval), "The app is not as it was shown").Plain()
	if !strings.Contains(card, "“foreign”") || !strings.Contains(card, "add to the existing app HR Portal?") {
		t.Errorf("the third card is %s", card)
	}
	w.approves("add to the existing app HR Portal?", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	kept(t, before, w.app(before.AppID))
}

// Nobody owns it: an approver says how they know that it is hers, another approves that, and she
// becomes its owner.
func TestAnAppWithoutAnOwnerIsAdoptedOnAnApproversWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Tenants[0].Approvers = append(w.cfg.Tenants[0].Approvers, workflow.Approver{Slack: "U0TOM00001", Entra: "tom@contoso.com"})
	w.start()
	before := w.legacy("HR Portal", true)
	s := w.adaAlone(nil)
	owners, err := s.Owners(t.Context(), before.ID)
	for _, id := range owners {
		err = errors.Join(err, s.RemoveOwner(t.Context(), before.ID, id))
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	w.types("update HR Portal", map[string]any{"Team": team, "Reason": "its mail is backed up too"})
	w.approves("look at the app HR Portal?", "Approve")
	card := w.sees(w.ada, in(approval), "Nobody owns it in Entra.")
	if !strings.Contains(card.Plain(), "It takes 2 approvals.") {
		t.Errorf("the card is %s", card.Plain())
	}
	w.vouches(w.tom, "Bea has run it since 2019")
	w.sees(w.ada, in(approval), "Bea has run it since 2019")
	w.approves("add to the existing app HR Portal?", "Approve")
	w.sees(w.bea, w.bea.DM, "The secret can be opened")
	if a := w.app(before.AppID); !slices.Equal(a.Owners, []string{"bea@contoso.com"}) {
		t.Errorf("it is owned by %v", a.Owners)
	}
}

// vouches approves as somebody who says how they know.
func (w *world) vouches(by *slacktest.Person, words string) {
	w.t.Helper()
	card := w.sees(by, in(approval), "Nobody owns it in Entra.")
	w.press(by, card, "Approve")
	w.until("the form is open", func() bool { return len(by.Views()) == 1 })
	if errs, err := by.Submit(w.t.Context(), by.Views()[0].ID, map[string]any{"Reason": words}); err != nil || len(errs) > 0 {
		w.t.Fatal(errs, err)
	}
}
