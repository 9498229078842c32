package workflow_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestARenewedSecretIsUsedBeforeTheOldOneIsRemoved(t *testing.T) {
	withThePowerCut(t, func(t *testing.T, p *power) {
		w := newWorld(t)
		n := w.boot()
		before := w.handedOver(n)
		p.on(w, n)
		r := w.renews(n, before, draft(""))
		w.settle(n, r.ID, workflow.StateOverlap)
		n = p.again(n)
		r = w.settle(n, r.ID, workflow.StateOverlap)
		if len(w.one().keys) != 2 {
			t.Errorf("while both are in use the app has %v", w.one().keys)
		}
		if _, err := n.SayWorks(t.Context(), r.ID, bea); err != nil {
			t.Fatal(err)
		}
		if _, err := n.RemoveOld(t.Context(), r.ID, ada); err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateDone)
		n = p.back(n)
		r = w.settle(n, r.ID, workflow.StateDone)
		pass(time.Second)
		if keys := w.one().keys; len(keys) != 1 || keys[r.Made.KeyID].KeyID == "" {
			t.Errorf("at the end the app has %v, want %s", keys, r.Made.KeyID)
		}
		if b := w.get(before.ID); b.Successor != r.ID || b.AppDeleted {
			t.Errorf("the request before knows of %q", b.Successor)
		}
		n.stop()
	})
}

func TestAnOldSecretIsUpForRemovalAfterTheGracePeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		before := w.handedOver(n)
		r := w.renews(n, before, draft(""))
		w.settle(n, r.ID, workflow.StateOverlap)
		pass(w.policy.RenewGrace + time.Hour)
		if r := w.get(r.ID); r.State != workflow.StateLeftover {
			t.Errorf("it is %s", r.State)
		}
		if _, err := n.RemoveOld(t.Context(), r.ID, bea); refusedBy(err) != workflow.RuleNotApprover {
			t.Errorf("the requester pressed: %v", err)
		}
	})
}

func TestUndoOfARenewalLeavesTheAppAndItsOldSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		before := w.handedOver(n)
		r := w.renews(n, before, draft(""))
		w.people(n, r.ID)
		pass(w.policy.RevealWithin + time.Hour)
		if _, err := n.Undo(t.Context(), r.ID, ada); err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateUndone)
		if keys := w.one().keys; len(keys) != 1 || keys[before.Made.KeyID].KeyID == "" {
			t.Errorf("the app has %v", keys)
		}
	})
}

func TestAnAppIsRetiredAndBroughtBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		before := w.handedOver(n)
		d := draft("")
		d.Origin = "V-retire"
		r, err := n.Retire(t.Context(), bea, before.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Renew(t.Context(), bea, before.ID, draft("x")); refusedBy(err) != workflow.RuleWrongState {
			t.Errorf("a second request at the same time: %v", err)
		}
		w.settle(n, r.ID, workflow.StateDone)
		pass(time.Second)
		if len(w.apps) != 0 || len(w.deleted) != 1 || !w.get(before.ID).AppDeleted {
			t.Fatalf("there are %v and %v", w.apps, w.deleted)
		}
		for _, a := range w.deleted {
			if len(a.keys) != 0 || len(a.granted) != 0 {
				t.Errorf("the deleted app has %+v", a)
			}
		}
		if _, err := n.App(t.Context(), before.Plan.AppName); err != nil {
			t.Fatal(err)
		}
		d.Origin = "V-recreate"
		back, err := n.Recreate(t.Context(), bea, r.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		back = w.settle(n, back.ID, workflow.StateDone)
		if back.Made.AppID != before.Made.AppID || len(w.one().keys) != 1 || len(w.one().granted) != 3 {
			t.Errorf("back as %+v with %+v", back.Made, w.one())
		}
	})
}

func TestThePeopleOfAnAppAreWarnedBeforeItsSecretEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		d := draft("payroll-backup")
		d.Lifetime, d.Owners = 90*24*time.Hour, []people.Person{zoe}
		r, err := n.Submit(t.Context(), bea, d)
		if err != nil {
			t.Fatal(err)
		}
		r = w.settle(n, r.ID, workflow.StateDone)
		ends := r.Made.KeyExpires
		for i, days := range []int{31, 30, 14, 7, 1} {
			pass(time.Until(ends.AddDate(0, 0, -days)) + time.Minute)
			told := map[string]bool{}
			w.mu.Lock()
			for _, m := range w.messages {
				if to := m.name.To(); to != "" && strings.HasPrefix(string(m.name), fmt.Sprintf("%s%d:", workflow.PostExpiry, i)) {
					told[to] = true
				}
			}
			w.mu.Unlock()
			if want := i > 0; told[bea.ID] != want || told[zoe.ID] != want || told["CTEAM"] != want {
				t.Errorf("%d days before, %v were told", days, told)
			}
		}
		if r := w.get(r.ID); !r.WakeAt.IsZero() {
			t.Errorf("it is woken again at %v", r.WakeAt)
		}
	})
}

// A warning that is not shorter than the whole life of a secret was never due.
func TestNobodyIsWarnedOfASecretThatWasJustMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		warned := func() (told int) {
			w.set(func() {
				for _, m := range w.messages {
					if m.name.To() != "" {
						told++
					}
				}
			})
			return told
		}
		r := w.handedOver(n) // for 30 days
		pass(time.Hour)
		d := d2("V-update")
		d.Owners = []people.Person{tom}
		updated, err := n.Update(t.Context(), bea, r.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		w.settle(n, updated.ID, workflow.StateDone)
		renewed := w.renews(n, updated, draft(""))
		w.settle(n, renewed.ID, workflow.StateOverlap)
		n.SayWorks(t.Context(), renewed.ID, bea)
		n.RemoveOld(t.Context(), renewed.ID, ada)
		renewed = w.settle(n, renewed.ID, workflow.StateDone)
		if pass(time.Hour); warned() > 0 {
			t.Error("they were told at once")
		}
		if pass(time.Until(renewed.Made.KeyExpires.AddDate(0, 0, -14)) + time.Minute); warned() == 0 {
			t.Error("they were not told 14 days before")
		}
	})
}

func TestOnlyThoseWhoHaveASayOverAnAppChangeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		r := w.handedOver(n)
		for _, by := range []people.Person{tom, ada} {
			if _, err := n.Renew(t.Context(), by, r.ID, draft("")); refusedBy(err) != workflow.RuleNotRequester {
				t.Errorf("%s got %v", by.Name, err)
			}
		}
		for _, name := range []string{"payroll-backup", r.ID, strings.ToLower(r.ID), " Payroll-Backup "} {
			if got, err := n.App(t.Context(), name); err != nil || got.ID != r.ID {
				t.Errorf("%q is %v, %v", name, got, err)
			}
		}
		if _, err := n.App(t.Context(), "nothing"); refusedBy(err) != workflow.RuleNoApp {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnUndoneRenewalLeavesTheAppToItsPeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		before := w.handedOver(n)
		r := w.renews(n, before, draft(""))
		w.people(n, r.ID)
		pass(w.policy.RevealWithin + time.Hour)
		n.Undo(t.Context(), r.ID, ada)
		w.settle(n, r.ID, workflow.StateUndone)
		if got, err := n.App(t.Context(), before.Plan.AppName); err != nil || got.ID != before.ID || !workflow.MayExpire(got) {
			t.Errorf("the app is %v, %v", got, err)
		}
	})
}

func TestAnAppThatIsThereIsNotRecreated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		before := w.handedOver(n)
		d := draft("")
		d.Origin = "V-recreate"
		r, err := n.Recreate(t.Context(), bea, before.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		n.Approve(t.Context(), r.ID, ada, w.get(r.ID).Rev)
		pass(time.Second)
		w.use(w.codeFor(w.get(r.ID)), nil)
		pass(time.Second)
		if r := w.get(r.ID); r.State != workflow.StateFailed || r.Undoable() || !strings.Contains(r.Failure.Text, "is not deleted") {
			t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
		}
		if _, err := n.GiveUp(t.Context(), r.ID, bea); err != nil {
			t.Fatal(err)
		}
		if len(w.one().keys) != 1 {
			t.Errorf("the app has %v", w.one().keys)
		}
		if _, err := n.Renew(t.Context(), bea, before.ID, d2("V-renew")); err != nil {
			t.Errorf("after it was given up: %v", err)
		}
	})
}

func TestAnAppWithACertificateIsRetired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signer = adaOfAzure()
		n := w.boot()
		defer n.stop()
		first, _ := n.Submit(t.Context(), bea, certificateDraft("payroll-backup"))
		before := w.settle(n, first.ID, workflow.StateDone)
		r, err := n.Retire(t.Context(), bea, before.ID, d2("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateDone)
		pass(time.Second)
		back := d2("V-back")
		back.Credential, back.Certificate = plan.CredentialCertificate, before.Plan.Credential.Certificate.DER
		if _, err := n.Recreate(t.Context(), bea, r.ID, back); err != nil {
			t.Errorf("with the certificate that it had: %v", err)
		}
	})
}

func TestWhoeverAskedBeforeStaysAnOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		d := draft("payroll-backup")
		d.Owners = []people.Person{tom}
		r, _ := n.Submit(t.Context(), bea, d)
		before := w.settle(n, r.ID, workflow.StateDone)
		renewed, err := n.Renew(t.Context(), tom, before.ID, d2("V-renew"))
		if err != nil || len(renewed.Plan.Owners) != 1 || renewed.Plan.Owners[0].ID != bea.ID {
			t.Errorf("got %+v, %v", renewed, err)
		}
	})
}

func TestAnUpdateNeverTakesTheCredentialThatIsInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		before := w.handedOver(n)
		w.foreign = []string{"Office 365 Exchange Online/full_access_as_app"}
		d := d2("V-update")
		d.RedirectURIs = []string{"https://other.contoso.com"}
		r, err := n.Update(t.Context(), bea, before.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		n.Approve(t.Context(), r.ID, ada, w.get(r.ID).Rev)
		pass(time.Second)
		w.use(w.codeFor(w.get(r.ID)), nil)
		pass(time.Minute)
		if r := w.get(r.ID); r.State != workflow.StateFailed || len(w.one().keys) != 1 || strings.Contains(r.Failure.Text, "Undo") {
			t.Errorf("it is %s (%s), with %v", r.State, r.Failure.Text, w.one().keys)
		}
	})
}
