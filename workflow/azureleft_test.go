package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// What each verb makes of it, with the power cut after every call.
func TestWhatAGivenUpUpdateLeavesInAzureGoes(t *testing.T) {
	for _, verb := range []struct {
		name string
		ask  func(w *workflowtest.World, n *workflowtest.Node, head *workflow.Request) (*workflow.Request, error)
	}{
		{"update", func(w *workflowtest.World, n *workflowtest.Node, head *workflow.Request) (*workflow.Request, error) {
			return n.Update(w.T.Context(), workflowtest.Bea, head.ID, workflowtest.Change("V-back", "builtin", workflowtest.Subscription))
		}},
		{"retire", func(w *workflowtest.World, n *workflowtest.Node, head *workflow.Request) (*workflow.Request, error) {
			return n.Retire(w.T.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-retire"))
		}},
		{"recreate", func(w *workflowtest.World, n *workflowtest.Node, head *workflow.Request) (*workflow.Request, error) {
			w.IsDeleted(head.UniqueName())
			d := workflowtest.FollowUp("V-recreate")
			d.Credential, d.Certificate = plan.CredentialCertificate, workflowtest.NewCertificate()
			return n.Recreate(w.T.Context(), workflowtest.Bea, head.ID, d)
		}},
	} {
		for _, at := range []string{"remove azure roles", "azure roles", "inspect"} {
			t.Run(verb.name+" after a failure at "+at, func(t *testing.T) {
				workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
					w := workflowtest.New(t)
					n := w.Boot()
					head := w.GivenUpInClouds(n, at)
					if len(head.Residue.Azure) == 0 || head.Residue.Plan.TenantID == "" {
						t.Fatalf("it is known to have left %+v", head.Residue.Azure)
					}
					p.On(w, n)
					r, err := verb.ask(w, n, head)
					if err != nil {
						t.Fatal(err)
					}
					w.Settle(n, r.ID, workflow.StateDone)
					n = p.Back(n)
					r = w.Settle(n, r.ID, workflow.StateDone)
					n.Stop()
					if verb.name == "retire" {
						for _, a := range w.Deleted {
							if len(a.Azure)+len(a.Definitions) > 0 {
								t.Errorf("in Azure it has %v and %v", a.Azure, a.Definitions)
							}
						}
						return
					}
					if len(r.Residue.Azure) > 0 {
						t.Errorf("it is still known to have left %+v", r.Residue.Azure)
					}
					if has := w.InAzure(); !slices.Equal(has, pairs([]plan.AzureRole{workflowtest.Contributor, workflowtest.Keys},
						workflowtest.Subscription)) ||
						len(w.One().Definitions) > 0 {
						t.Errorf("in Azure it has %v and %v", has, w.One().Definitions)
					}
				})
			})
		}
	}
}

func TestTheNextUpdateShowsWhatIsLeftInAzureAndTakesRightsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.GivenUpInClouds(n, "inspect")
		r, err := n.Update(t.Context(), workflowtest.Bea, head.ID, workflowtest.Change("V-back", "builtin", workflowtest.Subscription))
		if err != nil {
			t.Fatal(err)
		}
		want := []plan.Change{{Added: false, What: plan.AzureChange, Name: "Backup operator (custom) on " + workflowtest.Subscription},
			{Added: false, What: plan.AzureChange, Name: "Backup operator (custom) on " + workflowtest.Second}, {Added: false,
				What: plan.AzureChange,
				Name: "Key Vault Crypto Officer on " + workflowtest.Second}}
		got := slices.DeleteFunc(r.Changes(), func(c plan.Change) bool { return c.What != plan.AzureChange })
		slices.SortFunc(got, func(a, b plan.Change) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(want, func(a, b plan.Change) int { return strings.Compare(a.Name, b.Name) })
		if !slices.Equal(got, want) {
			t.Errorf("the card shows %v", got)
		}
		w.Signer.Subscriptions = []string{workflowtest.Subscription}
		before := w.InAzure()
		r = w.SignsInFor(n, r)
		if r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || !strings.Contains(r.Failure.Text,
			workflowtest.Second) ||
			!slices.Equal(w.InAzure(), before) {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

func TestWhatSeveralGivenUpUpdatesLeaveInAzureIsOneList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.GivenUpInClouds(n, "inspect")
		if again := w.GivesUp(n, head, "inspect", workflowtest.Change("V-2", "minimal", workflowtest.Subscription,
			workflowtest.Second)); len(again.Residue.Azure) != len(head.Residue.Azure)+1 {
			// all of the plan was written, and not the difference
			t.Errorf("it was %+v and is %+v", head.Residue.Azure, again.Residue.Azure)
		}
		third := w.GivesUp(n, head, "remove azure roles", workflowtest.Change("V-3", "minimal", workflowtest.Subscription,
			workflowtest.Second))
		fourth := w.GivesUp(n, head, "inspect", workflowtest.Change("V-4", "builtin", workflowtest.Second))
		if twice := w.GivesUp(n, head, "inspect", workflowtest.Change("V-5", "builtin",
			workflowtest.Second)); len(twice.Residue.Azure) != len(fourth.Residue.Azure) ||
			len(fourth.Residue.Azure) <= len(third.Residue.Azure) {
			t.Errorf("the same is there twice: %+v", twice.Residue.Azure)
		}
		r, err := n.Update(t.Context(), workflowtest.Bea, head.ID, workflowtest.Change("V-back", "builtin", workflowtest.Subscription))
		if err != nil {
			t.Fatal(err)
		}
		r = w.Settle(n, r.ID, workflow.StateDone)
		if has := w.InAzure(); !slices.Equal(has, pairs([]plan.AzureRole{workflowtest.Contributor, workflowtest.Keys},
			workflowtest.Subscription)) ||
			len(w.One().Definitions) > 0 ||
			len(r.Residue.Azure) > 0 {
			t.Errorf("it has %v and %v; left is %+v", has, w.One().Definitions, r.Residue.Azure)
		}
	})
}

// More than what was left, and than what was approved, is an alarm all the same.
func TestARoleThatNoUpdateLeftIsAnAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.GivenUpInClouds(n, "inspect")
		owner := workflowtest.Second + "/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
		w.Set(func() { w.One().Azure = append(w.One().Azure, owner) })
		r, err := n.Update(t.Context(), workflowtest.Bea, head.ID, workflowtest.Change("V-back", "builtin", workflowtest.Subscription))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.SignsInFor(n, r); r.Failure.Rule != workflow.RuleExcess || !strings.Contains(r.Failure.Text, "8e3af657") ||
			!slices.Contains(w.InAzure(), owner) {
			t.Errorf("it is %s: %s; the app has %v", r.State, r.Failure.Text, w.InAzure())
		}
	})
}

// A custom role that was written again goes back to what was approved, and what it may have
// allowed is shown. What an adopted app was found with is not touched.
func TestACustomRoleThatWasLeftWiderIsWrittenAnew(t *testing.T) {
	wider := workflowtest.Minimal
	wider.Actions = append(slices.Clone(workflowtest.Minimal.Actions), "Microsoft.Compute/disks/delete")
	p := plan.Plan{AzureRoles: []plan.AzureRole{workflowtest.Minimal}, Subscriptions: []string{workflowtest.Subscription}}
	r := &workflow.Request{Kind: workflow.KindUpdate, Task: workflow.TaskProvision, Previous: p, Plan: p,
		Discovered: workflow.Discovery{AppID: workflowtest.LegacyID, AzureRoles: []string{workflowtest.Second + "/" +
			workflowtest.Keys.ID}},
		Residue: workflow.Residue{Azure: []workflow.AzureShare{{[]string{workflowtest.Subscription}, []plan.AzureRole{wider}},
			{[]string{workflowtest.Second}, []plan.AzureRole{workflowtest.Keys}}}}}
	w := workflow.AzureOf(r)
	if len(w.Given()) != 1 || !slices.Equal(w.Given()[0].Roles[0].Actions, workflowtest.Minimal.Actions) || w.Takes() {
		t.Errorf("the work is %+v", w)
	}
	if got, want := r.Changes(), []plan.Change{{Added: false, What: plan.ActionChange,
		Name: "Microsoft.Compute/disks/delete (Backup operator)"}}; !slices.Equal(got,
		want) {
		t.Errorf("the card shows %v", got)
	}
	missing, still, excess := workflow.AzureCompared(r, []string{workflowtest.Subscription + "/" +
		workflowtest.Minimal.DefinitionID(r.UniqueName())})
	if len(excess) > 0 || len(missing) != 1 || len(still) != 1 {
		t.Errorf("the definition of before is seen still: %v, %v, %v", missing, still, excess)
	}
}

// A Retire that has skipped a subscription, and then failed to delete the app, does not
// forget what may be there, though the next sign-in knows the subscription.
func TestWhatARetireHasSkippedInAzureDoesNotComeBackUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.GivenUpInClouds(n, "inspect")
		w.Signer.Subscriptions, w.Signer.UnknownSubscriptions = []string{workflowtest.Subscription}, []string{workflowtest.Second}
		w.Set(func() {
			w.Before = func(call string) error {
				if call == "delete" {
					return &workflow.ServiceError{Code: "no", Text: "no"}
				}
				return nil
			}
		})
		r, err := n.Retire(t.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.SignsInFor(n, r); r.State != workflow.StateFailed || r.Steps.Get(workflow.StepDelete).Tries == 0 {
			t.Fatalf("it is %s: %+v", r.State, r.Steps)
		}
		w.Set(func() { w.Before = nil })
		w.Signer.Subscriptions, w.Signer.UnknownSubscriptions = []string{workflowtest.Subscription, workflowtest.Second}, nil
		w.Retry(n, r.ID)
		workflowtest.Pass(time.Second)
		r = w.Settle(n, r.ID, workflow.StateDone)
		d := workflowtest.FollowUp("V-recreate")
		d.Credential, d.Certificate = plan.CredentialCertificate, workflowtest.NewCertificate()
		if r, err = n.Recreate(t.Context(), workflowtest.Bea, r.ID, d); err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		for _, role := range w.InAzure() {
			if strings.HasPrefix(role, workflowtest.Second) {
				t.Errorf("the app has %s again", role)
			}
		}
	})
}

// services.md, section 1: lists are stale both ways. A role that an update removed, and that
// the app has still when no list can be behind any more, is an alarm.
func TestARoleThatStaysInAzureAfterItWasRemovedIsAnAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.InClouds(n, "builtin", workflowtest.Subscription, workflowtest.Second)
		again := workflowtest.Second + "/" + workflowtest.Keys.ID
		w.Set(func() {
			w.Before = func(call string) error {
				if call == "inspect" && !slices.Contains(w.One().Azure, again) {
					w.One().Azure = append(w.One().Azure, again)
				}
				return nil
			}
		})
		r, err := n.Update(t.Context(), workflowtest.Bea, app.ID, workflowtest.Change("V-narrow", "builtin", workflowtest.Subscription))
		if err != nil {
			t.Fatal(err)
		}
		r = w.SignsInFor(n, r)
		workflowtest.Pass(10 * time.Minute)
		if r = w.Get(r.ID); r.State != workflow.StateProvisioning || !strings.Contains(r.Steps.Get(workflow.StepCheck).Note,
			"remove it in Entra") {
			t.Fatalf("a list may be behind, and it is %s: %s", r.State, r.Steps.Get(workflow.StepCheck).Note)
		}
		workflowtest.Pass(15 * time.Minute)
		if r = w.Get(r.ID); r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess || !strings.Contains(r.Failure.Text,
			"ALARM") {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}
