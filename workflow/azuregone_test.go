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

// What a Retire has removed is not asked for again.
func TestWhatARetirementHasTakenAwayInAzureIsLeftNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.givenUpInClouds(n, "inspect")
		retired, err := n.Retire(t.Context(), bea, head.ID, d2("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		if retired = w.settle(n, retired.ID, workflow.StateDone); len(retired.Residue.Azure) > 0 {
			t.Errorf("it is still known to have left %+v", retired.Residue.Azure)
		}
		w.signer.Subscriptions = []string{subscription} // the app has nothing on the second one
		d := d2("V-recreate")
		d.Credential, d.Certificate = plan.CredentialCertificate, newCertificate()
		r, err := n.Recreate(t.Context(), bea, retired.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if r.Steps.Get(workflow.StepUnassign) != nil || strings.Contains(r.RolesWords(), "remove roles") {
			t.Errorf("it asks for %s", r.RolesWords())
		}
		w.settle(n, r.ID, workflow.StateDone)
	})
}

// What each verb makes of leftovers in a subscription that has been deleted since.
func TestASubscriptionThatAzureDoesNotKnowBlocksNoApp(t *testing.T) {
	verbs := map[string]func(w *world, n *node, head *workflow.Request) (*workflow.Request, error){
		"update": func(w *world, n *node, head *workflow.Request) (*workflow.Request, error) {
			return n.Update(w.t.Context(), bea, head.ID, change("V-back", "builtin", subscription))
		},
		"retire": func(w *world, n *node, head *workflow.Request) (*workflow.Request, error) {
			return n.Retire(w.t.Context(), bea, head.ID, d2("V-retire"))
		},
		"recreate": func(w *world, n *node, head *workflow.Request) (*workflow.Request, error) {
			w.isDeleted(head.UniqueName())
			d := d2("V-recreate")
			d.Credential, d.Certificate = plan.CredentialCertificate, newCertificate()
			return n.Recreate(w.t.Context(), bea, head.ID, d)
		},
	}
	for name, ask := range verbs {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				head := w.givenUpInClouds(n, "inspect")
				w.signer.Subscriptions, w.signer.UnknownSubscriptions = []string{subscription}, []string{second}
				w.set(func() {
					a := w.one()
					a.azure = slices.DeleteFunc(a.azure, func(pair string) bool { return strings.HasPrefix(pair, second) })
				})
				r, err := ask(w, n, head)
				if err != nil {
					t.Fatal(err)
				}
				r = w.settle(n, r.ID, workflow.StateDone)
				if note := r.Steps.Get(workflow.StepUnassign).Note; !strings.Contains(note,
					"skipped: Azure does not know the Azure subscription "+second) {
					t.Errorf("the step says %q", note)
				}
				// It may have been hidden from this account only.
				if len(r.Residue.Azure) == 0 {
					t.Error("what may be left there is forgotten")
				}
				for _, left := range r.Residue.Azure {
					if !slices.Equal(left.Subscriptions, []string{second}) {
						t.Errorf("it is known to have left %+v", left)
					}
				}
			})
		})
	}
}

// One that Azure knows is not skipped, and neither is one that a plan names.
func TestASubscriptionIsSkippedForNoOtherReason(t *testing.T) {
	for name, c := range map[string]struct {
		from, to []string
		unknown  []string
	}{
		"no rights there":  {[]string{subscription}, []string{subscription}, nil},
		"it is to have it": {[]string{subscription}, []string{subscription, second}, []string{second}},
		"it had it":        {[]string{subscription, second}, []string{subscription}, []string{second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				head := w.givesUp(n, w.inClouds(n, "builtin", c.from...), "inspect", change("V-wider", "minimal", subscription, second))
				w.signer.Subscriptions, w.signer.UnknownSubscriptions = []string{subscription}, c.unknown
				before := w.inAzure()
				r, err := n.Update(t.Context(), bea, head.ID, change("V-back", "builtin", c.to...))
				if err != nil {
					t.Fatal(err)
				}
				r = w.signsInFor(n, r)
				if r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || !strings.Contains(r.Failure.Text, second) ||
					!slices.Equal(w.inAzure(), before) {
					t.Errorf("it is %s: %s", r.State, r.Failure.Text)
				}
			})
		})
	}
}

// The refusal names what is meant for the subscriptions that it is about.
func TestARefusalNamesTheRolesOfThoseSubscriptionsOnly(t *testing.T) {
	r := &workflow.Request{Kind: workflow.KindUpdate, Task: workflow.TaskProvision,
		Previous: plan.Plan{AzureRoles: []plan.AzureRole{contributor, keys}, Subscriptions: []string{subscription}},
		Plan:     plan.Plan{AzureRoles: []plan.AzureRole{keys}, Subscriptions: []string{subscription}},
		Residue:  workflow.Residue{Azure: []workflow.AzureShare{{[]string{second}, []plan.AzureRole{minimal}}}}}
	no := workflow.AgainstAzure(r, workflow.Signer{UPN: "ada@contoso.com", Subscriptions: []string{subscription}})
	if no == nil || !strings.Contains(no.Text, "remove roles in the Azure subscription "+second) ||
		!strings.Contains(no.Text, "would stay: Backup operator.") {
		t.Errorf("it says %v", no)
	}
	if no = workflow.AgainstAzure(r, workflow.Signer{UPN: "ada@contoso.com", Subscriptions: []string{second}}); no == nil ||
		!strings.Contains(no.Text, "would stay: Contributor.") {
		t.Errorf("it says %v", no)
	}
}

// Another sign-in looks again: the account may be one that Azure shows the subscription.
func TestASkippedSubscriptionThatIsBackIsCleared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.givenUpInClouds(n, "inspect")
		w.signer.Subscriptions, w.signer.UnknownSubscriptions = []string{subscription}, []string{second}
		w.set(func() {
			w.before = func(call string) error {
				if call == "azure roles" {
					return &workflow.ServiceError{Code: "no", Text: "no"}
				}
				return nil
			}
		})
		r, err := n.Update(t.Context(), bea, head.ID, change("V-back", "builtin", subscription))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.signsInFor(n, r); r.State != workflow.StateFailed || !strings.Contains(r.Steps.Get(workflow.StepUnassign).Note, second) {
			t.Fatalf("it is %s; the steps are %+v", r.State, r.Steps)
		}
		w.set(func() { w.before = nil })
		w.signer.Subscriptions, w.signer.UnknownSubscriptions = []string{subscription, second}, nil
		w.retry(n, r.ID)
		pass(time.Second)
		r = w.settle(n, r.ID, workflow.StateDone)
		if has := w.inAzure(); !slices.Equal(has, pairs([]plan.AzureRole{contributor, keys}, subscription)) || len(r.Residue.Azure) > 0 ||
			strings.Contains(r.Steps.Get(workflow.StepUnassign).Note, "skipped") {
			t.Errorf("in Azure it has %v; left is %+v; the step says %q", has, r.Residue.Azure, r.Steps.Get(workflow.StepUnassign).Note)
		}
	})
}
