package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What each verb makes of it, with the power cut after every call.
func TestWhatAGivenUpUpdateLeavesInAzureGoes(t *testing.T) {
	for _, verb := range []struct {
		name string
		ask  func(w *world, n *node, head *workflow.Request) (*workflow.Request, error)
	}{
		{"update", func(w *world, n *node, head *workflow.Request) (*workflow.Request, error) {
			return n.Update(w.t.Context(), bea, head.ID, change("V-back", "builtin", subscription))
		}},
		{"retire", func(w *world, n *node, head *workflow.Request) (*workflow.Request, error) {
			return n.Retire(w.t.Context(), bea, head.ID, d2("V-retire"))
		}},
		{"recreate", func(w *world, n *node, head *workflow.Request) (*workflow.Request, error) {
			w.isDeleted(head.UniqueName())
			d := d2("V-recreate")
			d.Credential, d.Certificate = plan.CredentialCertificate, newCertificate()
			return n.Recreate(w.t.Context(), bea, head.ID, d)
		}},
	} {
		for _, at := range []string{"remove azure roles", "azure roles", "inspect"} {
			t.Run(verb.name+" after a failure at "+at, func(t *testing.T) {
				withThePowerCut(t, func(t *testing.T, p *power) {
					w := newWorld(t)
					n := w.boot()
					head := w.givenUpInClouds(n, at)
					if len(head.Residue.Azure) == 0 || head.Residue.Plan.TenantID == "" {
						t.Fatalf("it is known to have left %+v", head.Residue.Azure)
					}
					p.on(w, n)
					r, err := verb.ask(w, n, head)
					if err != nil {
						t.Fatal(err)
					}
					w.settle(n, r.ID, workflow.StateDone)
					n = p.back(n)
					r = w.settle(n, r.ID, workflow.StateDone)
					n.stop()
					if verb.name == "retire" {
						for _, a := range w.deleted {
							if len(a.azure)+len(a.definitions) > 0 {
								t.Errorf("in Azure it has %v and %v", a.azure, a.definitions)
							}
						}
						return
					}
					if len(r.Residue.Azure) > 0 {
						t.Errorf("it is still known to have left %+v", r.Residue.Azure)
					}
					if has := w.inAzure(); !slices.Equal(has, pairs([]plan.AzureRole{contributor, keys}, subscription)) ||
						len(w.one().definitions) > 0 {
						t.Errorf("in Azure it has %v and %v", has, w.one().definitions)
					}
				})
			})
		}
	}
}

func TestTheNextUpdateShowsWhatIsLeftInAzureAndTakesRightsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.givenUpInClouds(n, "inspect")
		r, err := n.Update(t.Context(), bea, head.ID, change("V-back", "builtin", subscription))
		if err != nil {
			t.Fatal(err)
		}
		want := []plan.Change{{Added: false, What: plan.AzureChange, Name: "Backup operator (custom) on " + subscription},
			{Added: false, What: plan.AzureChange, Name: "Backup operator (custom) on " + second}, {Added: false, What: plan.AzureChange,
				Name: "Key Vault Crypto Officer on " + second}}
		got := slices.DeleteFunc(r.Changes(), func(c plan.Change) bool { return c.What != plan.AzureChange })
		slices.SortFunc(got, func(a, b plan.Change) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(want, func(a, b plan.Change) int { return strings.Compare(a.Name, b.Name) })
		if !slices.Equal(got, want) {
			t.Errorf("the card shows %v", got)
		}
		w.signer.Subscriptions = []string{subscription}
		before := w.inAzure()
		r = w.signsInFor(n, r)
		if r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || !strings.Contains(r.Failure.Text, second) ||
			!slices.Equal(w.inAzure(), before) {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

func TestWhatSeveralGivenUpUpdatesLeaveInAzureIsOneList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.givenUpInClouds(n, "inspect")
		if again := w.givesUp(n, head, "inspect", change("V-2", "minimal", subscription,
			second)); len(again.Residue.Azure) != len(head.Residue.Azure)+1 {
			// all of the plan was written, and not the difference
			t.Errorf("it was %+v and is %+v", head.Residue.Azure, again.Residue.Azure)
		}
		third := w.givesUp(n, head, "remove azure roles", change("V-3", "minimal", subscription, second))
		fourth := w.givesUp(n, head, "inspect", change("V-4", "builtin", second))
		if twice := w.givesUp(n, head, "inspect", change("V-5", "builtin",
			second)); len(twice.Residue.Azure) != len(fourth.Residue.Azure) || len(fourth.Residue.Azure) <= len(third.Residue.Azure) {
			t.Errorf("the same is there twice: %+v", twice.Residue.Azure)
		}
		r, err := n.Update(t.Context(), bea, head.ID, change("V-back", "builtin", subscription))
		if err != nil {
			t.Fatal(err)
		}
		r = w.settle(n, r.ID, workflow.StateDone)
		if has := w.inAzure(); !slices.Equal(has, pairs([]plan.AzureRole{contributor, keys}, subscription)) ||
			len(w.one().definitions) > 0 ||
			len(r.Residue.Azure) > 0 {
			t.Errorf("it has %v and %v; left is %+v", has, w.one().definitions, r.Residue.Azure)
		}
	})
}

// More than what was left, and than what was approved, is an alarm all the same.
func TestARoleThatNoUpdateLeftIsAnAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.givenUpInClouds(n, "inspect")
		owner := second + "/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
		w.set(func() { w.one().azure = append(w.one().azure, owner) })
		r, err := n.Update(t.Context(), bea, head.ID, change("V-back", "builtin", subscription))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.signsInFor(n, r); r.Failure.Rule != workflow.RuleExcess || !strings.Contains(r.Failure.Text, "8e3af657") ||
			!slices.Contains(w.inAzure(), owner) {
			t.Errorf("it is %s: %s; the app has %v", r.State, r.Failure.Text, w.inAzure())
		}
	})
}

// A custom role that was written again goes back to what was approved, and what it may have
// allowed is shown. What an adopted app was found with is not touched.
func TestACustomRoleThatWasLeftWiderIsWrittenAnew(t *testing.T) {
	wider := minimal
	wider.Actions = append(slices.Clone(minimal.Actions), "Microsoft.Compute/disks/delete")
	p := plan.Plan{AzureRoles: []plan.AzureRole{minimal}, Subscriptions: []string{subscription}}
	r := &workflow.Request{Kind: workflow.KindUpdate, Task: workflow.TaskProvision, Previous: p, Plan: p,
		Discovered: workflow.Discovery{AppID: legacyID, AzureRoles: []string{second + "/" + keys.ID}},
		Residue: workflow.Residue{Azure: []workflow.AzureShare{{[]string{subscription}, []plan.AzureRole{wider}},
			{[]string{second}, []plan.AzureRole{keys}}}}}
	w := workflow.AzureOf(r)
	if len(w.Given()) != 1 || !slices.Equal(w.Given()[0].Roles[0].Actions, minimal.Actions) || w.Takes() {
		t.Errorf("the work is %+v", w)
	}
	if got, want := r.Changes(), []plan.Change{{Added: false, What: plan.ActionChange,
		Name: "Microsoft.Compute/disks/delete (Backup operator)"}}; !slices.Equal(got,
		want) {
		t.Errorf("the card shows %v", got)
	}
	missing, still, excess := workflow.AzureCompared(r, []string{subscription + "/" + minimal.DefinitionID(r.UniqueName())})
	if len(excess) > 0 || len(missing) != 1 || len(still) != 1 {
		t.Errorf("the definition of before is seen still: %v, %v, %v", missing, still, excess)
	}
}

// A Retire that has skipped a subscription, and then failed to delete the app, does not
// forget what may be there, though the next sign-in knows the subscription.
func TestWhatARetireHasSkippedInAzureDoesNotComeBackUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.givenUpInClouds(n, "inspect")
		w.signer.Subscriptions, w.signer.UnknownSubscriptions = []string{subscription}, []string{second}
		w.set(func() {
			w.before = func(call string) error {
				if call == "delete" {
					return &workflow.ServiceError{Code: "no", Text: "no"}
				}
				return nil
			}
		})
		r, err := n.Retire(t.Context(), bea, head.ID, d2("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.signsInFor(n, r); r.State != workflow.StateFailed || r.Steps.Get(workflow.StepDelete).Tries == 0 {
			t.Fatalf("it is %s: %+v", r.State, r.Steps)
		}
		w.set(func() { w.before = nil })
		w.signer.Subscriptions, w.signer.UnknownSubscriptions = []string{subscription, second}, nil
		w.retry(n, r.ID)
		pass(time.Second)
		r = w.settle(n, r.ID, workflow.StateDone)
		d := d2("V-recreate")
		d.Credential, d.Certificate = plan.CredentialCertificate, newCertificate()
		if r, err = n.Recreate(t.Context(), bea, r.ID, d); err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateDone)
		for _, role := range w.inAzure() {
			if strings.HasPrefix(role, second) {
				t.Errorf("the app has %s again", role)
			}
		}
	})
}

// services.md, section 1: lists are stale both ways. A role that an update removed, and that
// the app has still when no list can be behind any more, is an alarm.
func TestARoleThatStaysInAzureAfterItWasRemovedIsAnAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.inClouds(n, "builtin", subscription, second)
		again := second + "/" + keys.ID
		w.set(func() {
			w.before = func(call string) error {
				if call == "inspect" && !slices.Contains(w.one().azure, again) {
					w.one().azure = append(w.one().azure, again)
				}
				return nil
			}
		})
		r, err := n.Update(t.Context(), bea, app.ID, change("V-narrow", "builtin", subscription))
		if err != nil {
			t.Fatal(err)
		}
		r = w.signsInFor(n, r)
		pass(10 * time.Minute)
		if r = w.get(r.ID); r.State != workflow.StateProvisioning || !strings.Contains(r.Steps.Get(workflow.StepCheck).Note,
			"remove it in Entra") {
			t.Fatalf("a list may be behind, and it is %s: %s", r.State, r.Steps.Get(workflow.StepCheck).Note)
		}
		pass(15 * time.Minute)
		if r = w.get(r.ID); r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess || !strings.Contains(r.Failure.Text,
			"ALARM") {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}
