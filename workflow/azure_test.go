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
		{"to a custom role", "builtin", "minimal", []string{subscription}, []string{subscription}, []plan.AzureRole{keys, minimal}, 1,
			"added Backup operator (custom) on " + subscription + "; removed Contributor on " + subscription},
		{"to built-in roles", "minimal", "builtin", []string{subscription}, []string{subscription}, []plan.AzureRole{contributor, keys}, 0,
			"added Contributor on " + subscription + "; removed Backup operator (custom) on " + subscription},
		{"to a second subscription", "minimal", "minimal", []string{subscription}, []string{subscription, second},
			[]plan.AzureRole{keys, minimal}, 1,
			"added Key Vault Crypto Officer on " + second + "; added Backup operator (custom) on " + second},
		{"from a subscription", "builtin", "builtin", []string{subscription, second}, []string{second}, []plan.AzureRole{contributor,
			keys}, 0,
			"removed Contributor on " + subscription + "; removed Key Vault Crypto Officer on " + subscription},
		{"to another subscription and a custom role", "builtin", "minimal", []string{subscription}, []string{second},
			[]plan.AzureRole{keys, minimal}, 1,
			"added Key Vault Crypto Officer on " + second + "; added Backup operator (custom) on " + second +
				"; removed Contributor on " + subscription + "; removed Key Vault Crypto Officer on " + subscription},
	} {
		t.Run(of.name, func(t *testing.T) {
			withThePowerCut(t, func(t *testing.T, p *power) {
				w := newWorld(t)
				n := w.boot()
				app := w.inClouds(n, of.was, of.from...)
				p.on(w, n)
				r, err := n.Update(t.Context(), bea, app.ID, change("V-update", of.is, of.to...))
				if err != nil {
					t.Fatal(err)
				}
				w.settle(n, r.ID, workflow.StateDone)
				n = p.back(n)
				r = w.settle(n, r.ID, workflow.StateDone)
				n.stop()
				a := w.one()
				if has := slices.Sorted(slices.Values(a.azure)); !slices.Equal(has, pairs(of.want, of.to...)) ||
					len(a.definitions) != of.custom {
					t.Errorf("in Azure it has %v and %v", has, a.definitions)
				}
				if words := azureChanges(r); words != of.changes {
					t.Errorf("the card says %q", words)
				}
				if len(a.thumbprints) != 1 {
					t.Errorf("its certificates are %v", a.thumbprints)
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
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.inClouds(n, "builtin", subscription)
		w.signer.Subscriptions = []string{subscription}
		before := slices.Clone(w.one().azure)
		r, err := n.Update(t.Context(), bea, app.ID, change("V-update", "builtin", second))
		if err != nil {
			t.Fatal(err)
		}
		if want := "Owner, User Access Administrator or Role Based Access Control Administrator in the Azure subscriptions (to assign " +
			"and remove roles there)"; !strings.Contains(r.RolesWords(), want) {
			t.Errorf("the card says %s", r.RolesWords())
		}
		n.Approve(t.Context(), r.ID, ada, r.Rev)
		pass(time.Second)
		w.use(w.codeFor(w.get(r.ID)), nil)
		pass(time.Minute)
		r = w.get(r.ID)
		if r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || !slices.Equal(w.one().azure, before) {
			t.Errorf("it is %s, and the app has %v", r.State, w.one().azure)
		}
		for _, text := range []string{second, "assign and remove roles", "Nothing was changed"} {
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
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.inClouds(n, "minimal", subscription)
		w.signer.Subscriptions = nil
		before := slices.Clone(w.one().azure)
		d := change("V-update", "minimal", subscription)
		d.RedirectURIs = []string{"https://clouds.contoso.com"}
		r, err := n.Update(t.Context(), bea, app.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if ask := workflow.AskFor(r); ask.Subscriptions != nil || strings.Contains(r.RolesWords(), "Azure") {
			t.Errorf("it asks for %+v: %s", ask, r.RolesWords())
		}
		r = w.settle(n, r.ID, workflow.StateDone)
		if !slices.Equal(w.one().azure, before) || r.Steps.Get(workflow.StepAzureRoles) != nil ||
			r.Steps.Get(workflow.StepUnassign) != nil {
			t.Errorf("the app has %v after %+v", w.one().azure, r.Steps)
		}
	})
}

// More in Azure than was approved, on a subscription that the update works on, is an alarm.
func TestAnUpdateFindsWhatElseTheAppHasInAzure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.inClouds(n, "builtin", subscription)
		owner := second + "/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
		w.one().azure = append(w.one().azure, owner)
		r, err := n.Update(t.Context(), bea, app.ID, change("V-update", "builtin", subscription, second))
		if err != nil {
			t.Fatal(err)
		}
		r = w.signsInFor(n, r)
		if r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess ||
			!strings.Contains(r.Failure.Text, "the role 8e3af657-a8ff-443c-a75c-2fe8c4bcb635 in the Azure subscription "+second) ||
			!slices.Contains(w.one().azure, owner) {
			t.Errorf("it is %s: %s; the app has %v", r.State, r.Failure.Text, w.one().azure)
		}
	})
}

func TestACustomRoleWithOtherActionsIsWrittenAgain(t *testing.T) {
	more := minimal
	more.Actions = []string{"Microsoft.Compute/disks/read", "Microsoft.Compute/disks/write"}
	r := &workflow.Request{Kind: workflow.KindUpdate, Task: workflow.TaskProvision,
		Previous: plan.Plan{AzureRoles: []plan.AzureRole{minimal, contributor}, Subscriptions: []string{subscription, second}},
		Plan:     plan.Plan{AzureRoles: []plan.AzureRole{more, contributor}, Subscriptions: []string{subscription, second}}}
	w := workflow.AzureOf(r)
	if len(w.Given()) != 1 || len(w.Given()[0].Roles) != 1 || w.Given()[0].Roles[0].Name != minimal.Name ||
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
	if id := minimal.DefinitionID("entra-app-x-ea-1"); id != "a6b53d63-59c9-5c11-ae16-28a40e45b5b5" {
		t.Errorf("the definition is %s", id)
	}
}
