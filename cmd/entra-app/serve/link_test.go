package serve

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow/identity"
)

// says types a command and returns the private answer.
func (w *world) says(p *slacktest.Person, typed string) string {
	w.t.Helper()
	answer, err := p.Slash(context.Background(), team, typed)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer
}

// joins is somebody who has just joined the team's channel.
func (w *world) joins(id string) *slacktest.Person {
	w.slack.AddChannel(slacktest.Channel{ID: team, Name: "backup-team", Members: []string{"U0BEA00001", id, w.slack.BotUserID()}})
	return w.slack.Person(id)
}

// linkCode has somebody ask to be linked, and returns the code that they are shown, and where.
func (w *world) linkCode(p *slacktest.Person) (code string, at slacktest.Message) {
	w.t.Helper()
	before, _ := newest(p, p.DM(), "Enter this code")
	answer := w.says(p, "/entra-app link")
	for strings.Contains(answer, "being restarted") { // Slack was there before the engine
		answer = w.says(p, "/entra-app link")
	}
	if !strings.Contains(answer, "comes in a direct message, for you alone") {
		w.t.Fatalf("the answer is %q", answer)
	}
	w.until("there is a code to be linked", func() (ok bool) {
		at, ok = newest(p, p.DM(), "Link your Slack account to your account of contoso")
		if found := codePattern.FindStringSubmatch(at.Plain()); found != nil {
			code = found[1]
		}
		return ok && at.TS != before.TS && code != ""
	})
	return code, at
}

// told waits until somebody's message is this.
func (w *world) told(p *slacktest.Person, at slacktest.Message, text string) slacktest.Message {
	w.t.Helper()
	var m slacktest.Message
	w.until("somebody is told "+text, func() bool {
		found, ok := newest(p, at.Channel, text)
		m = found
		return ok && m.TS == at.TS
	})
	return m
}

// links has somebody link themselves to an account, and returns what they are told.
func (w *world) links(p *slacktest.Person, upn, text string) slacktest.Message {
	w.t.Helper()
	code, at := w.linkCode(p)
	w.entra.SignIn(code, upn) // Microsoft may say no, which the bot is told too
	return w.told(p, at, text)
}

// kept are the links in the store, which the bot has closed.
func (w *world) kept() []identity.Link {
	w.t.Helper()
	w.stop()
	key, err := openKey(w.cfg, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := store.Open(w.cfg.Store, key)
	if err != nil {
		w.t.Fatal(err)
	}
	all, err := s.Links(w.t.Context())
	if err := errors.Join(err, s.Close()); err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestALinkIsMadeRemovedAndRenewedInSlack(t *testing.T) {
	t.Parallel()
	w, clock := newWorldWithClock(t)
	w.linked = nil
	w.cfg.Policy.LinkLifetime = 30 * 24 * time.Hour
	w.start()
	if answer := w.says(w.bea, "/entra-app unlink"); !strings.Contains(answer, "is not linked to an account of contoso") {
		t.Errorf("before: %q", answer)
	}
	code, at := w.linkCode(w.bea)
	if strings.Contains(at.Text, code) {
		t.Errorf("what notifications show has the code: %q", at.Text)
	}
	for _, p := range []*slacktest.Person{w.ada, w.tom} {
		for _, c := range []string{team, approval, p.DM()} {
			if m, ok := newest(p, c, code); ok {
				t.Errorf("somebody else sees %s", m.Plain())
			}
		}
	}
	if err := w.entra.SignIn(code, "bea@contoso.com"); err != nil {
		t.Fatal(err)
	}
	m := w.told(w.bea, at, "Your Slack account is linked to bea@contoso.com in contoso, until ")
	if strings.Contains(m.Plain(), code) {
		t.Errorf("the code is still there: %s", m.Plain())
	}
	if answer := w.says(w.bea, "/entra-app unlink contoso"); !strings.Contains(answer, "is no longer linked to an account of contoso") {
		t.Errorf("unlinked: %q", answer)
	}
	w.links(w.bea, "bea@contoso.com", "is linked to bea@contoso.com")
	home := func(says string) {
		t.Helper()
		if err := w.bea.OpenHome(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until("the home tab says "+says, func() bool { return strings.Contains(w.bea.Home().Plain(), says) })
	}
	home(": linked on")
	clock.pass(31 * 24 * time.Hour)
	home("and has to be renewed. Link again.")
	if err := w.bea.PressView(t.Context(), w.bea.Home().ID, "Link"); err != nil {
		t.Fatal(err)
	}
	w.until("there is another code", func() (ok bool) {
		at, ok = newest(w.bea, w.bea.DM(), "Enter this code")
		return ok
	})
	code = codePattern.FindStringSubmatch(at.Plain())[1]
	if err := w.entra.SignIn(code, "bea@contoso.com"); err != nil {
		t.Fatal(err)
	}
	w.told(w.bea, at, "is linked to bea@contoso.com")
	home(": linked on")
	all := w.kept()
	if len(all) != 1 || all[0].Slack != "U0BEA00001" || all[0].TenantID != w.tenant.ID || all[0].How != identity.ByDeviceCode {
		t.Errorf("kept: %+v", all)
	}
	w.keepsNothingElse(code)
}

// keepsNothingElse checks that neither the log nor the store has a code or a token, and that the
// log names no account.
func (w *world) keepsNothingElse(codes ...string) {
	w.t.Helper()
	db, err := os.ReadFile(w.cfg.Store)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, secret := range append(w.entra.Secrets(), codes...) {
		if strings.Contains(w.log.String(), secret) || strings.Contains(string(db), secret) {
			w.t.Errorf("the log or the store has %q", secret)
		}
	}
	if strings.Contains(string(db), "bea@contoso.com") {
		w.t.Error("the store has the name of the account")
	}
}

func TestASignInThatDoesNotLinkSaysWhy(t *testing.T) {
	t.Parallel()
	w, clock := newWorldWithClock(t)
	w.linked = nil
	w.tenant.AddUser(entratest.User{UPN: "gus@elsewhere.com", Name: "Gus", Guest: true})
	other := w.entra.AddTenant(entratest.Tenant{Name: "Fabrikam", Domain: "fabrikam.com"})
	other.AddUser(entratest.User{UPN: "eve@fabrikam.com"})
	w.start()
	m := w.links(w.bea, "ada@contoso.com", "belongs to that approver's Slack account alone")
	if !strings.Contains(m.Plain(), "The other Slack account:") {
		t.Errorf("whose it is is not said: %s", m.Plain())
	}
	w.links(w.bea, "gus@elsewhere.com", "gus_elsewhere.com#EXT#@contoso.com is a guest in contoso")
	code, at := w.linkCode(w.bea)
	if err := w.entra.SignIn(code, "eve@fabrikam.com"); err == nil || !strings.Contains(err.Error(), "AADSTS50020") {
		t.Errorf("an account of another tenant: %v", err)
	}
	w.tenant.ChangeUser("bea@contoso.com", func(u *entratest.User) { u.Disabled = true })
	if err := w.entra.SignIn(code, "bea@contoso.com"); err == nil || !strings.Contains(err.Error(), "AADSTS50057") {
		t.Errorf("a disabled account: %v", err)
	}
	if err := w.entra.Decline(code); err != nil {
		t.Fatal(err)
	}
	w.told(w.bea, at, "The sign-in was declined at Microsoft. Nothing was linked. Press Link if that was a mistake.")
	w.tenant.ChangeUser("bea@contoso.com", func(u *entratest.User) { u.Disabled = false })
	_, at = w.linkCode(w.bea)
	clock.pass(16 * time.Minute)
	late := w.told(w.bea, at, "The code expired before anybody signed in. Nothing was linked. Press Link.")
	w.press(w.bea, late, "Link")
	w.until("there is a code", func() bool { _, ok := newest(w.bea, w.bea.DM(), "Enter this code"); return ok })
	first, _ := newest(w.bea, w.bea.DM(), "Enter this code")
	_, at = w.linkCode(w.bea)
	w.told(w.bea, first, "A newer code replaced this one.")
	w.stop()
	w.told(w.bea, at, "The bot was restarted, so that code no longer works. Nothing was changed. Press Link.")
	w.start()
	w.tenant.Change(func(k *entratest.Knobs) { k.BlockDeviceCode = true })
	w.links(w.bea, "bea@contoso.com", "Ask your administrators to allow the device code flow for you")
	w.tenant.Change(func(k *entratest.Knobs) { k.BlockDeviceCode = false })
	if all := w.kept(); len(all) > 0 {
		t.Errorf("kept: %+v", all)
	}
	w.start()
	w.links(w.bea, "bea@contoso.com", "is linked to bea@contoso.com")
}

func TestWhoIsNotAssignedToTheClientIsToldWhoCanHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.linked = nil
	if err := w.tenant.RequireAssignment(w.cfg.Tenants[0].ClientID); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.links(w.bea, "bea@contoso.com", "Your account is not assigned to the client of this bot, so you can't sign in to it.")
	if err := w.tenant.Assign(w.cfg.Tenants[0].ClientID, "bea@contoso.com"); err != nil {
		t.Fatal(err)
	}
	w.links(w.bea, "bea@contoso.com", "is linked to bea@contoso.com")
}

func TestASecondSlackAccountIsTheSamePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.linked = nil
	w.slack.AddUser(slacktest.User{ID: "U0BEA00002", Name: "bea2", RealName: "Bea", Email: "bea+2@contoso.com"})
	second := w.joins("U0BEA00002")
	w.start()
	w.links(w.bea, "bea@contoso.com", "is linked to bea@contoso.com")
	w.links(second, "bea@contoso.com", "That one was told.")
	w.sees(w.bea, w.bea.DM, "If the other Slack account is not yours, somebody has used your sign-in.")
	all := w.kept()
	if len(all) != 2 || all[0].ObjectID != all[1].ObjectID {
		t.Errorf("kept: %+v", all)
	}
}

func TestANewSlackAccountDoesNotInheritTheLinkOfTheOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.linked = nil
	w.start()
	w.links(w.bea, "bea@contoso.com", "is linked to bea@contoso.com")
	w.slack.AddUser(slacktest.User{ID: "U0BEA00001", Name: "bea", RealName: "Bea", Email: "bea@contoso.com", Deleted: true})
	w.slack.AddUser(slacktest.User{ID: "U0BEA00003", Name: "bea", RealName: "Bea", Email: "bea@contoso.com"})
	again := w.joins("U0BEA00003")
	if answer := w.says(again, "/entra-app unlink"); !strings.Contains(answer, "is not linked to an account of contoso") {
		t.Errorf("the new account has a link: %q", answer)
	}
	w.links(again, "bea@contoso.com", "is linked to bea@contoso.com")
	all := w.kept()
	if len(all) != 2 || all[0].Slack != "U0BEA00001" || all[1].Slack != "U0BEA00003" || all[0].ObjectID != all[1].ObjectID {
		t.Errorf("kept: %+v", all)
	}
}

func TestAnAccountThatWasMadeAgainIsAnotherOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.linked = nil
	w.start()
	w.links(w.bea, "bea@contoso.com", "is linked to bea@contoso.com")
	w.tenant.RemoveUser("bea@contoso.com")
	made := w.tenant.AddUser(entratest.User{UPN: "bea@contoso.com", Name: "Bea"})
	w.links(w.bea, "bea@contoso.com", "It was linked to another account before.")
	all := w.kept()
	if len(all) != 1 || all[0].ObjectID != made.ID {
		t.Errorf("kept: %+v, and the account is %s", all, made.ID)
	}
}
