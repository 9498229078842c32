package workflow_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestAPersonIsLinkedByTheirOwnSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		var log bytes.Buffer
		w.Out = &log
		n := w.Boot()
		synctest.Wait()
		if _, err := n.Link(t.Context(), "", workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		code := w.NewestLinking("UBEA")
		if code.Prompt == nil || code.Said != "" || code.To.ID != "UBEA" || code.Tenant.ID != workflowtest.ContosoID {
			t.Fatalf("she was shown %+v", code)
		}
		if _, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID); !errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("linked before she signed in: %v", err)
		}
		w.Account = workflowtest.BeaLinks()
		w.Use(code.Prompt.Code.Reveal(), nil)
		workflowtest.Pass(10 * time.Second)
		got := w.NewestLinking("UBEA")
		if got.Prompt != nil || got.Again || got.TS != code.TS || !strings.HasPrefix(got.Said, "Your Slack account is linked to "+
			"bea@contoso.com in contoso, until 31 December 2000.") {
			t.Errorf("she was told %+v", got)
		}
		l, err := n.Linked(t.Context(), "UBEA", strings.ToUpper(workflowtest.ContosoID))
		want := identity.Link{Slack: "UBEA", TenantID: workflowtest.ContosoID, ObjectID: "OBJ-BEA", At: l.At, How: "device-code"}
		if err != nil || l != want || time.Since(l.At) > time.Minute {
			t.Errorf("kept is %+v, %v", l, err)
		}
		n.Stop()
		w.NoSecrets(log.String(), code.Prompt.Code.Reveal(), "bea@contoso.com")
	})
}

func TestWhoMayBeLinkedToWhichAccount(t *testing.T) {
	bea, guest := workflowtest.BeaLinks(), workflowtest.BeaLinks()
	guest.UPN, guest.Elsewhere = "bea_fabrikam.com#EXT#@contoso.com", true
	for name, c := range map[string]struct {
		who  people.Person
		as   func(*identity.Account)
		says string
		rule string // of the log; empty where it is linked
	}{
		"her own account":     {workflowtest.Bea, nil, "is linked to bea@contoso.com in contoso", ""},
		"no name, only an ID": {workflowtest.Bea, func(a *identity.Account) { a.UPN = "" }, "is linked to OBJ-BEA in contoso", ""},
		"the tenant, in caps": {workflowtest.Bea, func(a *identity.Account) { a.TenantID = strings.ToUpper(a.TenantID) }, "is linked", ""},
		"another tenant": {workflowtest.Bea, func(a *identity.Account) { a.TenantID = "other" }, "belongs to another tenant",
			"wrong-tenant"},
		"no tenant": {workflowtest.Bea, func(a *identity.Account) { a.TenantID = "" }, "did not say which account",
			"wrong-account"},
		"no object ID": {workflowtest.Bea, func(a *identity.Account) { a.ObjectID = "" }, "did not say which account",
			"wrong-account"},
		"a guest": {workflowtest.Bea, func(a *identity.Account) { *a = guest }, "is a guest in contoso", "wrong-account"},
		"a disabled account": {workflowtest.Bea, func(a *identity.Account) { a.Disabled = true }, "is disabled in contoso",
			"wrong-account"},
		"an approver's by UPN": {workflowtest.Bea, func(a *identity.Account) { a.UPN = "ADA@contoso.com" }, "belongs to that approver's",
			"wrong-account"},
		"an approver's by ID": {workflowtest.Bea, func(a *identity.Account) { a.ObjectID = "obj-zoe" }, "belongs to that approver's",
			"wrong-account"},
		"an approver, another's": {workflowtest.Ada, func(a *identity.Account) { a.ObjectID = "OBJ-ZOE" }, "belongs to that approver's",
			"wrong-account"},
		"an approver, her own": {workflowtest.Ada, func(a *identity.Account) { a.UPN = "ada@contoso.com" }, "is linked to " +
			"ada@contoso.com", ""},
		"an approver, everyday": {workflowtest.Ada, func(a *identity.Account) { a.UPN = "ada.able@contoso.com" }, "is linked", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.Unlinked(t)
				var log bytes.Buffer
				w.Out = &log
				n := w.Boot()
				synctest.Wait()
				as := bea
				if c.as != nil {
					c.as(&as)
				}
				got := w.LinksTo(n, c.who, as)
				n.Stop()
				if !strings.Contains(got.Said, c.says) || got.Again != (c.rule != "") {
					t.Errorf("told %+v", got)
				}
				l, err := n.Linked(t.Context(), c.who.ID, workflowtest.ContosoID)
				if linked := err == nil && l.ObjectID == as.ObjectID; linked != (c.rule == "") {
					t.Errorf("kept: %+v, %v", l, err)
				}
				if c.rule != "" && !strings.Contains(log.String(), "rule="+c.rule) {
					t.Errorf("the log says %s", log.String())
				}
			})
		})
	}
}

func TestWhoTakesNoPartIsShownNoCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		n := w.Boot()
		synctest.Wait()
		defer n.Stop()
		for _, c := range []struct {
			tenant, outside, says string
		}{
			{"", "guests can't take part", "You can't link an account: guests can't take part."},
			{"fabrikam", "", "No tenant of that name is configured here. These are: contoso."},
		} {
			who := workflowtest.Bea
			who.Outside = c.outside
			if _, err := n.Link(t.Context(), c.tenant, who); err == nil || err.Error() != c.says {
				t.Errorf("got %v", err)
			}
		}
		workflowtest.Pass(time.Second)
		if len(w.Codes)+len(w.Linkings) != 0 {
			t.Errorf("%d codes, %d messages", len(w.Codes), len(w.Linkings))
		}
	})
}

func TestACodeToBeLinkedIsGoodForOneSignInAndOneBoot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		n := w.Boot()
		synctest.Wait()
		begins := func() (code, ts string) {
			t.Helper()
			if _, err := n.Link(t.Context(), "contoso", workflowtest.Bea); err != nil {
				t.Fatal(err)
			}
			workflowtest.Pass(time.Second)
			l := w.NewestLinking("UBEA")
			if l.Prompt == nil {
				t.Fatalf("she was shown %+v", l)
			}
			return l.Prompt.Code.Reveal(), l.TS
		}
		none := func(what string) {
			t.Helper()
			if _, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID); !errors.Is(err, workflow.ErrNotFound) {
				t.Errorf("%s: linked, %v", what, err)
			}
		}
		told := func(ts, says string) {
			t.Helper()
			if got := w.Linkings[ts]; !strings.Contains(got.Said, says) || got.Prompt != nil {
				t.Errorf("she was told %+v", got)
			}
		}
		w.Account = workflowtest.BeaLinks()
		old, first := begins()
		_, second := begins()
		told(first, "A newer code replaced this one.")
		w.Use(old, nil)
		workflowtest.Pass(time.Minute)
		none("with a code that was replaced")
		workflowtest.Pass(20 * time.Minute)
		told(second, "The code expired before anybody signed in. Nothing was linked. Press Link.")
		_, third := begins()
		n.Stop()
		told(third, "The bot was restarted, so that code no longer works.")
		if _, err := n.Link(t.Context(), "", workflowtest.Bea); err == nil || !strings.Contains(err.Error(), "being restarted") {
			t.Errorf("after it was stopped: %v", err)
		}
		n = w.Boot()
		synctest.Wait()
		defer n.Stop()
		none("after a restart")
		w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks())
		if _, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID); err != nil {
			t.Error(err)
		}
	})
}

func TestAFailedSignInSaysWhatItsPersonCanDo(t *testing.T) {
	for reason, says := range map[workflow.SignInReason]string{
		workflow.SignInDeclined: "was declined at Microsoft. Nothing was linked. Press Link if that was a mistake. (AADSTS7)",
		workflow.SignInNotAssigned: "is not assigned to the client of this bot, so you can't sign in to it. Nothing was linked. Ask the " +
			"operator",
		workflow.SignInBlocked:     "Ask your administrators to allow the device code flow",
		workflow.SignInNoConsent:   "Ask the operator of this bot to have User.Read consented",
		workflow.SignInWrongTenant: "Press Link and sign in with your account of contoso.",
		workflow.SignInMFA:         "Press Link and complete multifactor",
		workflow.SignInOther:       "Entra refused the sign-in. Nothing was linked. Press Link to try again.",
	} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.Unlinked(t)
			n := w.Boot()
			synctest.Wait()
			defer n.Stop()
			if _, err := n.Link(t.Context(), "", workflowtest.Bea); err != nil {
				t.Fatal(err)
			}
			workflowtest.Pass(time.Second)
			w.Use(w.NewestLinking("UBEA").Prompt.Code.Reveal(), &workflow.SignInError{Reason: reason, Code: 7})
			workflowtest.Pass(time.Second)
			if got := w.NewestLinking("UBEA"); !strings.Contains(got.Said, says) || !got.Again {
				t.Errorf("%s: told %+v", reason, got)
			}
			if all, err := n.Links(t.Context()); len(all) > 0 || err != nil {
				t.Errorf("%s: kept %v, %v", reason, all, err)
			}
		})
	}
}

func TestWhoHasLeftByThenIsNotLinked(t *testing.T) {
	for says, change := range map[string]func(w *workflowtest.World){
		"Nothing was linked: this account is deactivated.": func(w *workflowtest.World) { w.Left = []people.Person{workflowtest.Bea} },
		"but Slack did not say who you are now":            func(w *workflowtest.World) { w.NoPeople = errors.New("slack: status 503") },
	} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.Unlinked(t)
			n := w.Boot()
			synctest.Wait()
			defer n.Stop()
			w.Set(func() { change(w) })
			if got := w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks()); !strings.Contains(got.Said, says) {
				t.Errorf("told %+v", got)
			}
			if all, _ := n.Links(t.Context()); len(all) > 0 {
				t.Errorf("kept %v", all)
			}
		})
	}
}

func TestALinkIsRemovedByItsPersonAndEndsWithItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		w.Policy.LinkLifetime = 30 * 24 * time.Hour
		n := w.Boot()
		synctest.Wait()
		defer n.Stop()
		if _, err := n.Unlink(t.Context(), "", workflowtest.Bea); err == nil || !strings.Contains(err.Error(), "is not linked") {
			t.Errorf("nothing to remove: %v", err)
		}
		w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks())
		gone := workflowtest.Bea
		gone.Outside = "guests can't take part"
		if _, err := n.Unlink(t.Context(), "contoso", gone); err != nil {
			t.Errorf("whoever takes no part any more can't unlink: %v", err)
		}
		if _, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID); !errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("still linked: %v", err)
		}
		w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks())
		made, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID)
		if err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Until(made.At.Add(30*24*time.Hour)) - time.Second)
		if _, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID); err != nil {
			t.Errorf("a second before: %v", err)
		}
		workflowtest.Pass(time.Second)
		if l, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID); !errors.Is(err, workflow.ErrNotFound) || l.ObjectID != "" {
			t.Errorf("at its end: %+v, %v", l, err)
		}
		if l, holds, err := n.LinkOf(t.Context(), "UBEA", workflowtest.ContosoID); holds || err != nil || l.ObjectID != "OBJ-BEA" {
			t.Errorf("whose it was is forgotten: %+v, %v, %v", l, holds, err)
		}
		w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks())
		if _, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID); err != nil {
			t.Errorf("renewed: %v", err)
		}
	})
}

func TestADamagedLinkIsNotTakenForNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.Unlinked(t)
		n := w.Boot()
		synctest.Wait()
		defer n.Stop()
		w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks())
		w.Store.Damages(identity.Key("UBEA", workflowtest.ContosoID))
		_, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID)
		if _, ok := errors.AsType[*identity.UnreadableError](err); !ok || errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("got %v", err)
		}
		w.LinksTo(n, workflowtest.Bea, workflowtest.BeaLinks())
		if _, err := n.Linked(t.Context(), "UBEA", workflowtest.ContosoID); err != nil {
			t.Errorf("after she signed in again: %v", err)
		}
	})
}
