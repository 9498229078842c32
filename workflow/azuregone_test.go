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

// What a Retire has removed is not asked for again.
func TestWhatARetirementHasTakenAwayInAzureIsLeftNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.GivenUpInClouds(n, "inspect")
		retired, err := n.Retire(t.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		if retired = w.Settle(n, retired.ID, workflow.StateDone); len(retired.Residue.Azure) > 0 {
			t.Errorf("it is still known to have left %+v", retired.Residue.Azure)
		}
		w.Signer.Subscriptions = []string{workflowtest.Subscription} // the app has nothing on the second one
		d := workflowtest.FollowUp("V-recreate")
		d.Credential, d.Certificate = plan.CredentialCertificate, workflowtest.NewCertificate()
		r, err := n.Recreate(t.Context(), workflowtest.Bea, retired.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if r.Steps.Get(workflow.StepUnassign) != nil || strings.Contains(r.RolesWords(), "remove roles") {
			t.Errorf("it asks for %s", r.RolesWords())
		}
		w.Settle(n, r.ID, workflow.StateDone)
	})
}

// What each verb makes of leftovers in a subscription that has been deleted since.
func TestASubscriptionThatAzureDoesNotKnowBlocksNoApp(t *testing.T) {
	verbs := map[string]func(w *workflowtest.World, n *workflowtest.Node, head *workflow.Request) (*workflow.Request, error){
		"update": func(w *workflowtest.World, n *workflowtest.Node, head *workflow.Request) (*workflow.Request, error) {
			return n.Update(w.T.Context(), workflowtest.Bea, head.ID, workflowtest.Change("V-back", "builtin", workflowtest.Subscription))
		},
		"retire": func(w *workflowtest.World, n *workflowtest.Node, head *workflow.Request) (*workflow.Request, error) {
			return n.Retire(w.T.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-retire"))
		},
		"recreate": func(w *workflowtest.World, n *workflowtest.Node, head *workflow.Request) (*workflow.Request, error) {
			w.IsDeleted(head.UniqueName())
			d := workflowtest.FollowUp("V-recreate")
			d.Credential, d.Certificate = plan.CredentialCertificate, workflowtest.NewCertificate()
			return n.Recreate(w.T.Context(), workflowtest.Bea, head.ID, d)
		},
	}
	for name, ask := range verbs {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				head := w.GivenUpInClouds(n, "inspect")
				w.Signer.Subscriptions, w.Signer.UnknownSubscriptions = []string{workflowtest.Subscription}, []string{workflowtest.Second}
				w.Set(func() {
					a := w.One()
					a.Azure = slices.DeleteFunc(a.Azure, func(pair string) bool { return strings.HasPrefix(pair, workflowtest.Second) })
				})
				r, err := ask(w, n, head)
				if err != nil {
					t.Fatal(err)
				}
				r = w.Settle(n, r.ID, workflow.StateDone)
				if note := r.Steps.Get(workflow.StepUnassign).Note; !strings.Contains(note,
					"skipped: Azure does not know the Azure subscription "+workflowtest.Second) {
					t.Errorf("the step says %q", note)
				}
				// It may have been hidden from this account only.
				if len(r.Residue.Azure) == 0 {
					t.Error("what may be left there is forgotten")
				}
				for _, left := range r.Residue.Azure {
					if !slices.Equal(left.Subscriptions, []string{workflowtest.Second}) {
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
		"no rights there": {[]string{workflowtest.Subscription}, []string{workflowtest.Subscription}, nil},
		"it is to have it": {[]string{workflowtest.Subscription}, []string{workflowtest.Subscription, workflowtest.Second},
			[]string{workflowtest.Second}},
		"it had it": {[]string{workflowtest.Subscription, workflowtest.Second}, []string{workflowtest.Subscription},
			[]string{workflowtest.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				head := w.GivesUp(n, w.InClouds(n, "builtin", c.from...), "inspect", workflowtest.Change("V-wider", "minimal",
					workflowtest.Subscription, workflowtest.Second))
				w.Signer.Subscriptions, w.Signer.UnknownSubscriptions = []string{workflowtest.Subscription}, c.unknown
				before := w.InAzure()
				r, err := n.Update(t.Context(), workflowtest.Bea, head.ID, workflowtest.Change("V-back", "builtin", c.to...))
				if err != nil {
					t.Fatal(err)
				}
				r = w.SignsInFor(n, r)
				if r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleRole || !strings.Contains(r.Failure.Text,
					workflowtest.Second) ||
					!slices.Equal(w.InAzure(), before) {
					t.Errorf("it is %s: %s", r.State, r.Failure.Text)
				}
			})
		})
	}
}

// The refusal names what is meant for the subscriptions that it is about.
func TestARefusalNamesTheRolesOfThoseSubscriptionsOnly(t *testing.T) {
	r := &workflow.Request{Kind: workflow.KindUpdate, Task: workflow.TaskProvision,
		Previous: plan.Plan{AzureRoles: []plan.AzureRole{workflowtest.Contributor, workflowtest.Keys},
			Subscriptions: []string{workflowtest.Subscription}},
		Plan:    plan.Plan{AzureRoles: []plan.AzureRole{workflowtest.Keys}, Subscriptions: []string{workflowtest.Subscription}},
		Residue: workflow.Residue{Azure: []workflow.AzureShare{{[]string{workflowtest.Second}, []plan.AzureRole{workflowtest.Minimal}}}}}
	no := workflow.AgainstAzure(r, workflow.Signer{UPN: "ada@contoso.com", Subscriptions: []string{workflowtest.Subscription}})
	if no == nil || !strings.Contains(no.Text, "remove roles in the Azure subscription "+workflowtest.Second) ||
		!strings.Contains(no.Text, "would stay: Backup operator.") {
		t.Errorf("it says %v", no)
	}
	if no = workflow.AgainstAzure(r, workflow.Signer{UPN: "ada@contoso.com", Subscriptions: []string{workflowtest.Second}}); no == nil ||
		!strings.Contains(no.Text, "would stay: Contributor.") {
		t.Errorf("it says %v", no)
	}
}

// Another sign-in looks again: the account may be one that Azure shows the subscription.
func TestASkippedSubscriptionThatIsBackIsCleared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.GivenUpInClouds(n, "inspect")
		w.Signer.Subscriptions, w.Signer.UnknownSubscriptions = []string{workflowtest.Subscription}, []string{workflowtest.Second}
		w.Set(func() {
			w.Before = func(call string) error {
				if call == "azure roles" {
					return &workflow.ServiceError{Code: "no", Text: "no"}
				}
				return nil
			}
		})
		r, err := n.Update(t.Context(), workflowtest.Bea, head.ID, workflowtest.Change("V-back", "builtin", workflowtest.Subscription))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.SignsInFor(n, r); r.State != workflow.StateFailed || !strings.Contains(r.Steps.Get(workflow.StepUnassign).Note,
			workflowtest.Second) {
			t.Fatalf("it is %s; the steps are %+v", r.State, r.Steps)
		}
		w.Set(func() { w.Before = nil })
		w.Signer.Subscriptions, w.Signer.UnknownSubscriptions = []string{workflowtest.Subscription, workflowtest.Second}, nil
		w.Retry(n, r.ID)
		workflowtest.Pass(time.Second)
		r = w.Settle(n, r.ID, workflow.StateDone)
		if has := w.InAzure(); !slices.Equal(has, pairs([]plan.AzureRole{workflowtest.Contributor, workflowtest.Keys},
			workflowtest.Subscription)) || len(r.Residue.Azure) > 0 ||
			strings.Contains(r.Steps.Get(workflow.StepUnassign).Note, "skipped") {
			t.Errorf("in Azure it has %v; left is %+v; the step says %q", has, r.Residue.Azure, r.Steps.Get(workflow.StepUnassign).Note)
		}
	})
}
