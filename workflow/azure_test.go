package workflow_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// pairs are what an app has in Azure when it has these roles on these subscriptions.
func pairs(roles []plan.AzureRole, subscriptions ...string) []string {
	var all []string
	for _, sub := range subscriptions {
		for _, a := range roles {
			all = append(all, sub+"/"+cmp.Or(a.ID, a.Name))
		}
	}
	slices.Sort(all)
	return all
}

func TestAnUpdateChangesRolesInAzure(t *testing.T) {
	for _, of := range []struct {
		name     string
		was, is  string
		from, to []string
		want     []plan.AzureRole
		custom   int
		changes  string
	}{
		{"to a custom role", "builtin", "minimal", []string{workflowtest.Subscription}, []string{workflowtest.Subscription},
			[]plan.AzureRole{workflowtest.Keys, workflowtest.Minimal}, 1,
			"added Backup operator (custom) on " + workflowtest.Subscription + "; removed Contributor on " + workflowtest.Subscription},
		{"to built-in roles", "minimal", "builtin", []string{workflowtest.Subscription}, []string{workflowtest.Subscription},
			[]plan.AzureRole{workflowtest.Contributor, workflowtest.Keys}, 0,
			"added Contributor on " + workflowtest.Subscription + "; removed Backup operator (custom) on " + workflowtest.Subscription},
		{"to a second subscription", "minimal", "minimal", []string{workflowtest.Subscription}, []string{workflowtest.Subscription,
			workflowtest.Second},
			[]plan.AzureRole{workflowtest.Keys, workflowtest.Minimal}, 1,
			"added Key Vault Crypto Officer on " + workflowtest.Second + "; added Backup operator (custom) on " + workflowtest.Second},
		{"from a subscription", "builtin", "builtin", []string{workflowtest.Subscription, workflowtest.Second},
			[]string{workflowtest.Second}, []plan.AzureRole{workflowtest.Contributor,
				workflowtest.Keys}, 0,
			"removed Contributor on " + workflowtest.Subscription + "; removed Key Vault Crypto Officer on " + workflowtest.Subscription},
		{"to another subscription and a custom role", "builtin", "minimal", []string{workflowtest.Subscription},
			[]string{workflowtest.Second},
			[]plan.AzureRole{workflowtest.Keys, workflowtest.Minimal}, 1,
			"added Key Vault Crypto Officer on " + workflowtest.Second + "; added Backup operator (custom) on " + workflowtest.Second +
				"; removed Contributor on " + workflowtest.Subscription + "; removed Key Vault Crypto Officer on " +
				workflowtest.Subscription},
	} {
		t.Run(of.name, func(t *testing.T) {
			workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
				w := workflowtest.New(t)
				n := w.Boot()
				app := w.InClouds(n, of.was, of.from...)
				p.On(w, n)
				r, err := n.Update(t.Context(), workflowtest.Bea, app.ID, workflowtest.Change("V-update", of.is, of.to...))
				if err != nil {
					t.Fatal(err)
				}
				w.Settle(n, r.ID, workflow.StateDone)
				n = p.Back(n)
				r = w.Settle(n, r.ID, workflow.StateDone)
				n.Stop()
				a := w.One()
				if has := slices.Sorted(slices.Values(a.Azure)); !slices.Equal(has, pairs(of.want, of.to...)) ||
					len(a.Definitions) != of.custom {
					t.Errorf("in Azure it has %v and %v", has, a.Definitions)
				}
				if words := azureChanges(r); words != of.changes {
					t.Errorf("the card says %q", words)
				}
				if len(a.Thumbprints) != 1 {
					t.Errorf("its certificates are %v", a.Thumbprints)
				}
			})
		})
	}
}

// azureChanges are what the card of an update says of Azure.
func azureChanges(r *workflow.Request) string {
	var words []string
	for _, c := range plan.Changes(r.Previous, r.Plan) {
		word := "removed "
		if c.Added {
			word = "added "
		}
		if c.What == plan.AzureChange || c.What == plan.ActionChange {
			words = append(words, word+c.Name)
		}
	}
	return strings.Join(words, "; ")
}

func TestWhoLacksARightWhereAnUpdateChangesRolesChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.InClouds(n, "builtin", workflowtest.Subscription)
		w.Signer.Subscriptions = []string{workflowtest.Subscription}
		before := slices.Clone(w.One().Azure)
		r, err := n.Update(t.Context(), workflowtest.Bea, app.ID, workflowtest.Change("V-update", "builtin", workflowtest.Second))
		if err != nil {
			t.Fatal(err)
		}
		if want := "Owner, User Access Administrator or Role Based Access Control Administrator in the Azure subscriptions (to assign " +
			"and remove roles there)"; !strings.Contains(r.RolesWords(), want) {
			t.Errorf("the card says %s", r.RolesWords())
		}
		n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev)
		workflowtest.Pass(time.Second)
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(time.Minute)
		r = w.Get(r.ID)
		if r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || !slices.Equal(w.One().Azure, before) {
			t.Errorf("it is %s, and the app has %v", r.State, w.One().Azure)
		}
		for _, text := range []string{workflowtest.Second, "assign and remove roles", "Nothing was changed"} {
			if !strings.Contains(r.Failure.Text, text) {
				t.Errorf("%q is not said: %s", text, r.Failure.Text)
			}
		}
		if strings.Contains(r.Failure.Text, "would stay") {
			t.Errorf("the app has nothing there that could stay: %s", r.Failure.Text)
		}
	})
}

// An update that leaves Azure alone asks nobody for rights there, and reads nothing there.
func TestAnUpdateOfSomethingElseTakesNoRightsInAzure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.InClouds(n, "minimal", workflowtest.Subscription)
		w.Signer.Subscriptions = nil
		before := slices.Clone(w.One().Azure)
		d := workflowtest.Change("V-update", "minimal", workflowtest.Subscription)
		d.RedirectURIs = []string{"https://clouds.contoso.com"}
		r, err := n.Update(t.Context(), workflowtest.Bea, app.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if ask := workflow.AskFor(r); ask.Subscriptions != nil || strings.Contains(r.RolesWords(), "Azure") {
			t.Errorf("it asks for %+v: %s", ask, r.RolesWords())
		}
		r = w.Settle(n, r.ID, workflow.StateDone)
		if !slices.Equal(w.One().Azure, before) || r.Steps.Get(workflow.StepAzureRoles) != nil ||
			r.Steps.Get(workflow.StepUnassign) != nil {
			t.Errorf("the app has %v after %+v", w.One().Azure, r.Steps)
		}
	})
}

// More in Azure than was approved, on a subscription that the update works on, is an alarm.
func TestAnUpdateFindsWhatElseTheAppHasInAzure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.InClouds(n, "builtin", workflowtest.Subscription)
		owner := workflowtest.Second + "/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
		w.One().Azure = append(w.One().Azure, owner)
		r, err := n.Update(t.Context(), workflowtest.Bea, app.ID, workflowtest.Change("V-update", "builtin", workflowtest.Subscription,
			workflowtest.Second))
		if err != nil {
			t.Fatal(err)
		}
		r = w.SignsInFor(n, r)
		if r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess ||
			!strings.Contains(r.Failure.Text,
				"the role 8e3af657-a8ff-443c-a75c-2fe8c4bcb635 in the Azure subscription "+workflowtest.Second) ||
			!slices.Contains(w.One().Azure, owner) {
			t.Errorf("it is %s: %s; the app has %v", r.State, r.Failure.Text, w.One().Azure)
		}
	})
}

func TestACustomRoleWithOtherActionsIsWrittenAgain(t *testing.T) {
	more := workflowtest.Minimal
	more.Actions = []string{"Microsoft.Compute/disks/read", "Microsoft.Compute/disks/write"}
	r := &workflow.Request{Kind: workflow.KindUpdate, Task: workflow.TaskProvision,
		Previous: plan.Plan{AzureRoles: []plan.AzureRole{workflowtest.Minimal, workflowtest.Contributor},
			Subscriptions: []string{workflowtest.Subscription, workflowtest.Second}},
		Plan: plan.Plan{AzureRoles: []plan.AzureRole{more, workflowtest.Contributor},
			Subscriptions: []string{workflowtest.Subscription, workflowtest.Second}}}
	w := workflow.AzureOf(r)
	if len(w.Given()) != 1 || len(w.Given()[0].Roles) != 1 || w.Given()[0].Roles[0].Name != workflowtest.Minimal.Name ||
		len(w.Given()[0].Subscriptions) != 2 ||
		w.Takes() {
		t.Errorf("the work is %+v", w)
	}
	if got := azureChanges(r); got != "added Microsoft.Compute/disks/write (Backup operator); removed Microsoft.Compute/snapshots/write "+
		"(Backup operator)" {
		t.Errorf("the card says %s", got)
	}
	if rights := strings.Join(w.Rights(), " "); rights != "Microsoft.Authorization/roleAssignments/write "+
		"Microsoft.Authorization/roleDefinitions/write" {
		t.Errorf("it takes %s", rights)
	}
}

// What was made under these IDs has to be found again.
func TestIDsInAzureStay(t *testing.T) {
	if id := workflowtest.Minimal.DefinitionID("entra-app-x-ea-1"); id != "a6b53d63-59c9-5c11-ae16-28a40e45b5b5" {
		t.Errorf("the definition is %s", id)
	}
}
