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
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestARenewedSecretIsUsedBeforeTheOldOneIsRemoved(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		n := w.Boot()
		before := w.HandedOver(n)
		p.On(w, n)
		r := w.Renews(n, before, workflowtest.Draft(""))
		w.Settle(n, r.ID, workflow.StateOverlap)
		n = p.Again(n)
		r = w.Settle(n, r.ID, workflow.StateOverlap)
		if len(w.One().Keys) != 2 {
			t.Errorf("while both are in use the app has %v", w.One().Keys)
		}
		if _, err := n.SayWorks(t.Context(), r.ID, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		n = p.Again(n) // the messages about that were calls, too
		if _, err := n.RemoveOld(t.Context(), r.ID, workflowtest.Ada); err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		n = p.Back(n)
		r = w.Settle(n, r.ID, workflow.StateDone)
		workflowtest.Pass(time.Second)
		if keys := w.One().Keys; len(keys) != 1 || keys[r.Made.KeyID].KeyID == "" {
			t.Errorf("at the end the app has %v, want %s", keys, r.Made.KeyID)
		}
		if b := w.Get(before.ID); b.Successor != r.ID || b.AppDeleted {
			t.Errorf("the request before knows of %q", b.Successor)
		}
		n.Stop()
	})
}

func TestAnOldSecretIsUpForRemovalAfterTheGracePeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		r := w.Renews(n, before, workflowtest.Draft(""))
		w.Settle(n, r.ID, workflow.StateOverlap)
		workflowtest.Pass(w.Policy.RenewGrace + time.Hour)
		if r := w.Get(r.ID); r.State != workflow.StateLeftover {
			t.Errorf("it is %s", r.State)
		}
		if _, err := n.RemoveOld(t.Context(), r.ID, workflowtest.Bea); refusedBy(err) != workflow.RuleNotApprover {
			t.Errorf("the requester pressed: %v", err)
		}
	})
}

func TestUndoOfARenewalLeavesTheAppAndItsOldSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		r := w.Renews(n, before, workflowtest.Draft(""))
		w.People(n, r.ID)
		workflowtest.Pass(w.Policy.RevealWithin + time.Hour)
		if _, err := n.Undo(t.Context(), r.ID, workflowtest.Ada); err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateUndone)
		if keys := w.One().Keys; len(keys) != 1 || keys[before.Made.KeyID].KeyID == "" {
			t.Errorf("the app has %v", keys)
		}
	})
}

func TestAnAppIsRetiredAndBroughtBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		d := workflowtest.Draft("")
		d.Origin = "V-retire"
		r, err := n.Retire(t.Context(), workflowtest.Bea, before.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Renew(t.Context(), workflowtest.Bea, before.ID, workflowtest.Draft("x")); refusedBy(err) != workflow.RuleWrongState {
			t.Errorf("a second request at the same time: %v", err)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		workflowtest.Pass(time.Second)
		if len(w.Apps) != 0 || len(w.Deleted) != 1 || !w.Get(before.ID).AppDeleted {
			t.Fatalf("there are %v and %v", w.Apps, w.Deleted)
		}
		for _, a := range w.Deleted {
			if len(a.Keys) != 0 || len(a.Granted) != 0 {
				t.Errorf("the deleted app has %+v", a)
			}
		}
		if _, err := n.App(t.Context(), before.Plan.AppName, workflowtest.Bea, ""); err != nil {
			t.Fatal(err)
		}
		d.Origin = "V-recreate"
		back, err := n.Recreate(t.Context(), workflowtest.Bea, r.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		back = w.Settle(n, back.ID, workflow.StateDone)
		if back.Made.AppID != before.Made.AppID || len(w.One().Keys) != 1 || len(w.One().Granted) != 3 {
			t.Errorf("back as %+v with %+v", back.Made, w.One())
		}
	})
}

func TestThePeopleOfAnAppAreWarnedBeforeItsSecretEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		d := workflowtest.Draft("payroll-backup")
		d.Lifetime, d.Owners = 90*24*time.Hour, []people.Person{workflowtest.Zoe}
		r, err := n.Submit(t.Context(), workflowtest.Bea, d)
		if err != nil {
			t.Fatal(err)
		}
		r = w.Settle(n, r.ID, workflow.StateDone)
		ends := r.Made.KeyExpires
		for i, days := range []int{31, 30, 14, 7, 1} {
			workflowtest.Pass(time.Until(ends.AddDate(0, 0, -days)) + time.Minute)
			told := map[string]bool{}
			w.Mu.Lock()
			for _, m := range w.Messages {
				if to := m.Name.To(); to != "" && strings.HasPrefix(string(m.Name), fmt.Sprintf("%s%d:", workflow.PostExpiry, i)) {
					told[to] = true
				}
			}
			w.Mu.Unlock()
			if want := i > 0; told[workflowtest.Bea.ID] != want || told[workflowtest.Zoe.ID] != want || told["CTEAM"] != want {
				t.Errorf("%d days before, %v were told", days, told)
			}
		}
		if r := w.Get(r.ID); !r.WakeAt.IsZero() {
			t.Errorf("it is woken again at %v", r.WakeAt)
		}
	})
}

// A warning that is not shorter than the whole life of a secret was never due.
func TestNobodyIsWarnedOfASecretThatWasJustMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		warned := func() (told int) {
			w.Set(func() {
				for _, m := range w.Messages {
					if m.Name.To() != "" {
						told++
					}
				}
			})
			return told
		}
		r := w.HandedOver(n) // for 30 days
		workflowtest.Pass(time.Hour)
		d := workflowtest.FollowUp("V-update")
		d.Owners = []people.Person{workflowtest.Tom}
		updated, err := n.Update(t.Context(), workflowtest.Bea, r.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, updated.ID, workflow.StateDone)
		renewed := w.Renews(n, updated, workflowtest.Draft(""))
		w.Settle(n, renewed.ID, workflow.StateOverlap)
		n.SayWorks(t.Context(), renewed.ID, workflowtest.Bea)
		n.RemoveOld(t.Context(), renewed.ID, workflowtest.Ada)
		renewed = w.Settle(n, renewed.ID, workflow.StateDone)
		if workflowtest.Pass(time.Hour); warned() > 0 {
			t.Error("they were told at once")
		}
		if workflowtest.Pass(time.Until(renewed.Made.KeyExpires.AddDate(0, 0, -14)) + time.Minute); warned() == 0 {
			t.Error("they were not told 14 days before")
		}
	})
}

func TestOnlyThoseWhoHaveASayOverAnAppChangeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := w.HandedOver(n)
		for _, by := range []people.Person{workflowtest.Tom, workflowtest.Ada} {
			if _, err := n.Renew(t.Context(), by, r.ID, workflowtest.Draft("")); refusedBy(err) != workflow.RuleNotRequester {
				t.Errorf("%s got %v", by.Name, err)
			}
		}
		for _, name := range []string{"payroll-backup", r.ID, strings.ToLower(r.ID), " Payroll-Backup "} {
			if got, err := n.App(t.Context(), name, workflowtest.Bea, ""); err != nil || got.ID != r.ID {
				t.Errorf("%q is %v, %v", name, got, err)
			}
		}
		if _, err := n.App(t.Context(), "nothing", workflowtest.Bea, ""); refusedBy(err) != workflow.RuleNoApp {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnUndoneRenewalLeavesTheAppToItsPeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		r := w.Renews(n, before, workflowtest.Draft(""))
		w.People(n, r.ID)
		workflowtest.Pass(w.Policy.RevealWithin + time.Hour)
		n.Undo(t.Context(), r.ID, workflowtest.Ada)
		w.Settle(n, r.ID, workflow.StateUndone)
		if got, err := n.App(t.Context(), before.Plan.AppName, workflowtest.Bea, ""); err != nil || got.ID != before.ID ||
			!workflow.MayExpire(got) {
			t.Errorf("the app is %v, %v", got, err)
		}
	})
}

func TestAnAppThatIsThereIsNotRecreated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		d := workflowtest.Draft("")
		d.Origin = "V-recreate"
		r, err := n.Recreate(t.Context(), workflowtest.Bea, before.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		n.Approve(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev)
		workflowtest.Pass(time.Second)
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(time.Second)
		if r := w.Get(r.ID); r.State != workflow.StateFailed || r.Undoable() || !strings.Contains(r.Failure.Text, "is not deleted") {
			t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
		}
		if _, err := n.GiveUp(t.Context(), r.ID, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		if len(w.One().Keys) != 1 {
			t.Errorf("the app has %v", w.One().Keys)
		}
		if _, err := n.Renew(t.Context(), workflowtest.Bea, before.ID, workflowtest.FollowUp("V-renew")); err != nil {
			t.Errorf("after it was given up: %v", err)
		}
	})
}

func TestAnAppWithACertificateIsRetired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer = workflowtest.AdaOfAzure()
		n := w.Boot()
		defer n.Stop()
		first, _ := n.Submit(t.Context(), workflowtest.Bea, workflowtest.CertificateDraft("payroll-backup"))
		before := w.Settle(n, first.ID, workflow.StateDone)
		r, err := n.Retire(t.Context(), workflowtest.Bea, before.ID, workflowtest.FollowUp("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		workflowtest.Pass(time.Second)
		back := workflowtest.FollowUp("V-back")
		back.Credential, back.Certificate = plan.CredentialCertificate, before.Plan.Credential.Certificate.DER
		if _, err := n.Recreate(t.Context(), workflowtest.Bea, r.ID, back); err != nil {
			t.Errorf("with the certificate that it had: %v", err)
		}
	})
}

func TestWhoeverAskedBeforeStaysAnOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		d := workflowtest.Draft("payroll-backup")
		d.Owners = []people.Person{workflowtest.Tom}
		r, _ := n.Submit(t.Context(), workflowtest.Bea, d)
		before := w.Settle(n, r.ID, workflow.StateDone)
		renewed, err := n.Renew(t.Context(), workflowtest.Tom, before.ID, workflowtest.FollowUp("V-renew"))
		if err != nil || len(renewed.Plan.Owners) != 1 || renewed.Plan.Owners[0].ID != workflowtest.Bea.ID {
			t.Errorf("got %+v, %v", renewed, err)
		}
	})
}

func TestAnUpdateNeverTakesTheCredentialThatIsInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.HandedOver(n)
		w.Foreign = []string{"Office 365 Exchange Online/full_access_as_app"}
		d := workflowtest.FollowUp("V-update")
		d.RedirectURIs = []string{"https://other.contoso.com"}
		r, err := n.Update(t.Context(), workflowtest.Bea, before.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		n.Approve(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev)
		workflowtest.Pass(time.Second)
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(time.Minute)
		if r := w.Get(r.ID); r.State != workflow.StateFailed || len(w.One().Keys) != 1 || strings.Contains(r.Failure.Text, "Undo") {
			t.Errorf("it is %s (%s), with %v", r.State, r.Failure.Text, w.One().Keys)
		}
	})
}
