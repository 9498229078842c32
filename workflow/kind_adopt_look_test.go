package workflow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/whole"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// modest is an adoption for nothing but User.Read, of an app that can read all mail.
func modest(t *testing.T, w *workflowtest.World, n *workflowtest.Node, owners ...string) *workflow.Request {
	t.Helper()
	w.ByHand(workflowtest.LegacyID, "hr", owners...)
	r, err := n.Submit(t.Context(), workflowtest.Bea, adoption("hr"))
	if err == nil {
		r, err = w.Store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
			p, _ := plan.Known(catalog.MicrosoftGraph, catalog.Delegated, "User.Read")
			r.Plan.Permissions = []plan.Permission{p}
			return nil
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Shown in an audit: such a request was approved as low risk, and opened an app that could read all mail.
func TestWhoAdoptsForUserReadIsShownThatTheAppReadsAllMail(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		n := w.Boot()
		r := modest(t, w, n, "OBJ-BEA", "OBJ-TOM")
		if r.Plan.Risk() != catalog.Low || r.RolesWords() != "" || r.Does() != "look at the app hr" {
			t.Fatalf("it is to %s, by %q, at %s", r.Does(), r.RolesWords(), r.Plan.Risk())
		}
		w.Set(func() { w.Calls = nil })
		p.On(w, n)
		old := r.Rev
		look := func() {
			for range 20 {
				if r = w.Get(r.ID); r.Look.Rev > 0 || *n.Off {
					return
				}
				if r.State == workflow.StatePending {
					n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev)
				}
				if r.State == workflow.StateSignIn && r.SignIn.Status == workflow.SignInOver {
					n.NewCode(t.Context(), r.ID, workflowtest.Ada)
				}
				workflowtest.Pass(time.Second)
				if code := w.CodeFor(w.Get(r.ID)); code != "" {
					w.Use(code, nil)
				}
				workflowtest.Pass(time.Second)
			}
		}
		look()
		n = p.Back(n)
		defer n.Stop()
		look()
		if changes := w.Wrote(); len(changes) > 0 {
			t.Errorf("the look has changed the tenant: %v", changes)
		}
		if r.State != workflow.StatePending || r.Risk().Weight() < catalog.High.Weight() || r.Does() != "add to the existing app hr" ||
			!strings.Contains(r.RolesWords(), "hand out a credential of an app that has Microsoft Graph application permissions") {
			t.Fatalf("it is %s, to %s by %q, at %s: %s", r.State, r.Does(), r.RolesWords(), r.Risk(), r.Failure.Text)
		}
		names := strings.Join(whole.Names(r.Look.Items), "; ")
		for _, has := range []string{"Microsoft Graph/Mail.Read", "client secret old", "certificate OLDTHUMB", "OBJ-TOM"} {
			if !strings.Contains(names, has) {
				t.Errorf("it does not show %s: %s", has, names)
			}
		}
		if _, err := n.Approve(t.Context(), r.ID, workflowtest.Ada, old); refusedBy(err) != workflow.RuleStale {
			t.Errorf("on a card that did not show it: %v", err)
		}
		w.Signer.Roles = []string{"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"} // Application Administrator
		w.Approves(n, r.ID)
		workflowtest.Pass(time.Second)
		if r = w.Get(r.ID); r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole {
			t.Errorf("without a privileged role it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

// What has come or gone between the two looks is shown, and no approval counts any more.
func TestAnAppThatChangesBetweenTheLooksIsShownAgain(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*workflowtest.FakeApp)
		says   string
	}{
		"a credential": {func(a *workflowtest.FakeApp) { a.Thumbprints = append(a.Thumbprints, "EVIL") }, "New: certificate EVIL"},
		"an owner":     {func(a *workflowtest.FakeApp) { a.Owners = append(a.Owners, "OBJ-EVE") }, "OBJ-EVE"},
		"an owner of its service principal": {func(a *workflowtest.FakeApp) {
			a.PrincipalOwners = append(a.PrincipalOwners, "OBJ-EVE")
		}, "of its service principal"},
		"an eligible directory role": {func(a *workflowtest.FakeApp) {
			a.Beyond.Directory = []whole.DirectoryRole{{DefinitionID: "g", Name: "Global Administrator", Scope: "/", Eligible: true}}
		}, "Global Administrator (eligible)"},
		"a grant of one person": {func(a *workflowtest.FakeApp) {
			a.Beyond.Grants = []whole.Grant{{Resource: whole.Resource{AppID: catalog.MicrosoftGraph}, Scope: "Mail.Send", Principal: "u"}}
		}, "Mail.Send"},
		"what can't be read any more": {func(a *workflowtest.FakeApp) {
			a.Beyond.Gaps = []whole.Gap{{Of: whole.KindGroup, What: "its groups", Why: "no consent"}}
		}, "Not read any more: its groups"},
		"something that is gone": {func(a *workflowtest.FakeApp) { a.Thumbprints = nil }, "Gone: certificate OLDTHUMB"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				r := w.Looks(n, modest(t, w, n, "OBJ-BEA"))
				w.Set(func() { c.change(w.One()); w.Calls = nil })
				was := r.Look.Rev
				r = w.SignsInFor(n, r)
				if r.State != workflow.StatePending || r.Failure.Rule != workflow.RuleAppChanged ||
					!strings.Contains(r.Failure.Text, c.says) || r.Look.Rev <= was || len(r.AgreedBy()) > 0 {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				if changes := w.Wrote(); len(changes) > 0 {
					t.Errorf("the tenant was changed: %v", changes)
				}
				if r = w.SignsInFor(n, r); r.State != workflow.StateReady {
					t.Errorf("decided on as it is, it is %s: %s", r.State, r.Failure.Text)
				}
			})
		})
	}
}

// An adoption that an older version has approved is looked at with that sign-in. One that has
// begun goes on.
func TestAnAdoptionOfAnOlderVersionIsLookedAtUnlessItHasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := modest(t, w, n, "OBJ-BEA")
		w.OK(w.Store.Update(t.Context(), r.ID, func(r *workflow.Request) error {
			r.State, r.Task, r.Steps = workflow.StateSignIn, workflow.TaskProvision, workflow.Steps{{Name: workflow.StepFind},
				{Name: workflow.StepOwned}, {Name: workflow.StepRecord}, {Name: workflow.StepApplication}}
			r.Approval = workflow.Approval{N: 1, By: workflowtest.Ada, Digest: r.Plan.Digest()}
			r.SignIn.Status = workflow.SignInWanted
			return nil
		}))
		n.Engine.Wake(r.ID)
		synctest.Wait()
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(20 * time.Second)
		if r = w.Get(r.ID); r.State != workflow.StatePending || r.Look.Rev == 0 || len(w.Wrote()) > 0 {
			t.Errorf("it is %s: %s; %v", r.State, r.Failure.Text, w.Wrote())
		}
		begun := &workflow.Request{Kind: workflow.KindAdopt, Task: workflow.TaskProvision, State: workflow.StateSignIn,
			Steps: workflow.Steps{{Name: workflow.StepApplication, Tries: 1}}}
		if workflow.DueAtSignIn(begun); begun.Task != workflow.TaskProvision || len(begun.Steps) != 1 {
			t.Errorf("one that has begun is to %s: %+v", begun.Task, begun.Steps)
		}
	})
}

// A look that nobody signs in for, or that is called off, leaves nothing.
func TestALookThatIsCalledOffLeavesTheRequestAsItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := modest(t, w, n, "OBJ-BEA")
		w.OK(n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev))
		synctest.Wait()
		w.OK(n.Cancel(t.Context(), r.ID, workflowtest.Ada))
		if r = w.Get(r.ID); r.State != workflow.StatePending || r.Does() != "look at the app hr" {
			t.Errorf("it is %s, to %s", r.State, r.Does())
		}
		w.OK(n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev))
		workflowtest.Pass(w.Policy.PendingExpires + time.Hour)
		if r = w.Get(r.ID); r.State != workflow.StateExpired {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

// Nobody owns it: an approver says in words why it is hers, and two approve that.
func TestAnAppThatNobodyOwnsTakesAWordAndTwoApprovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := w.Looks(n, modest(t, w, n))
		if r.State != workflow.StatePending || !r.Look.NoOwner || r.Needs() != 2 || !r.TakesVouch() {
			t.Fatalf("it is %s, takes %d: %+v %s", r.State, r.Needs(), r.Look.NoOwner, r.Failure.Text)
		}
		approve := func(by people.Person) error {
			_, err := n.Approve(t.Context(), r.ID, by, w.Get(r.ID).Rev)
			return err
		}
		if err := approve(workflowtest.Zoe); refusedBy(err) != workflow.RuleReason {
			t.Errorf("without a word: %v", err)
		}
		if _, err := n.Vouch(t.Context(), r.ID, workflowtest.Zoe, r.Rev, " \n"); refusedBy(err) != workflow.RuleReason {
			t.Errorf("with an empty one: %v", err)
		}
		if _, err := n.Vouch(t.Context(), r.ID, workflowtest.Bea, r.Rev, "it is mine"); err == nil {
			t.Error("she vouched for herself")
		}
		w.OK(n.Vouch(t.Context(), r.ID, workflowtest.Zoe, r.Rev, "Bea has run it since 2019"))
		if r = w.Get(r.ID); r.State != workflow.StatePending || !r.Vouched() || len(r.AgreedBy()) != 1 {
			t.Fatalf("it is %s, by %v", r.State, r.AgreedBy())
		}
		w.OK(n.Cancel(t.Context(), r.ID, workflowtest.Zoe))
		if w.Get(r.ID).Vouched() {
			t.Error("a word counts that was taken back")
		}
		r = w.Get(r.ID)
		w.OK(n.Vouch(t.Context(), r.ID, workflowtest.Zoe, r.Rev, "Bea has run it since 2019"))
		w.Approves(n, r.ID)
		workflowtest.Pass(20 * time.Second)
		r = w.Get(r.ID)
		w.Set(func() {
			if app := w.One(); r.State != workflow.StateReady || len(app.Owners) != 1 || app.Owners[0] != "OBJ-BEA" {
				t.Errorf("it is %s: %s; owned by %v", r.State, r.Failure.Text, app.Owners)
			}
		})
		said := false
		for _, e := range r.History {
			said = said || e.Kind == workflow.EventVouched && strings.Contains(e.Text, "since 2019") && e.By == workflowtest.Zoe.ID
		}
		if !said {
			t.Errorf("the history does not have it: %+v", r.History)
		}
	})
}
