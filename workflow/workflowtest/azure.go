package workflowtest

import (
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// InClouds is an app of that product that is done.
func (w *World) InClouds(n *Node, workload string, subscriptions ...string) *workflow.Request {
	w.T.Helper()
	w.Signer = AdaOfAzure()
	w.Signer.Subscriptions = append([]string{Subscription, Second}, subscriptions...)
	d := CertificateDraft("cloud-backup")
	d.Product, d.Workloads, d.Subscriptions = "clouds", []string{workload}, subscriptions
	r, err := n.Submit(w.T.Context(), Bea, d)
	if err != nil {
		w.T.Fatal(err)
	}
	return w.Settle(n, r.ID, workflow.StateDone)
}

// Second is another subscription.
const Second = "44444444-4444-4444-4444-444444444444"

var (
	Contributor = plan.AzureRole{ID: "b24988ac-6180-42a0-ab88-20f7382dd24c", Name: "Contributor", Why: "restores"}
	Keys        = plan.AzureRole{ID: "14b46e9e-c2b7-41b4-b07b-48a6ebf60603", Name: "Key Vault Crypto Officer", Why: "encrypts"}
	Minimal     = plan.AzureRole{Name: "Backup operator", Why: "backs up",
		Actions: []string{"Microsoft.Compute/disks/read", "Microsoft.Compute/snapshots/write"}}
)

// clouds is a product with built-in roles in Azure, or one of its own.
func clouds() pack.Product {
	return pack.Product{Name: "clouds", Title: "Clouds", Audience: "AzureADMyOrg", OneWorkload: true,
		Workloads: []pack.Workload{{Name: "builtin", Title: "Built-in roles"}, {Name: "minimal", Title: "A custom role"}},
		AzureRoles: []pack.AzureNeed{
			{AzureRole: Contributor, Workloads: []string{"builtin"}}, {AzureRole: Keys}, {AzureRole: Minimal,
				Workloads: []string{"minimal"}}},
		Credentials: []pack.Offer{{Kind: plan.CredentialCertificate}}}
}

// Change is an update to a workload on these subscriptions.
func Change(origin, workload string, subscriptions ...string) form.Draft {
	d := FollowUp(origin)
	d.Workloads, d.Subscriptions, d.Owners = []string{workload}, subscriptions, []people.Person{Zoe}
	return d
}

// GivenUpInClouds is an app with the built-in roles on one subscription, of which an
// update to a custom role on two was given up when this call failed.
func (w *World) GivenUpInClouds(n *Node, at string) *workflow.Request {
	w.T.Helper()
	return w.GivesUp(n, w.InClouds(n, "builtin", Subscription), at, Change("V-wider", "minimal", Subscription, Second))
}

// GivesUp updates an app until a call fails, and gives that up.
func (w *World) GivesUp(n *Node, app *workflow.Request, at string, d form.Draft) *workflow.Request {
	w.T.Helper()
	r, err := n.Update(w.T.Context(), Bea, app.ID, d)
	if err != nil {
		w.T.Fatal(err)
	}
	w.Set(func() {
		w.Before = func(call string) error {
			if call == at {
				return &workflow.ServiceError{Code: "no", Text: "no"}
			}
			return nil
		}
	})
	if r = w.SignsInFor(n, r); r.State != workflow.StateFailed {
		w.T.Fatalf("the update is %s", r.State)
	}
	w.Set(func() { w.Before = nil })
	if _, err := n.GiveUp(w.T.Context(), r.ID, Ada); err != nil {
		w.T.Fatal(err)
	}
	Pass(time.Second)
	return w.Get(app.ID)
}

// InAzure are the roles that the only app has, each as scope/role.
func (w *World) InAzure() []string { return slices.Sorted(slices.Values(w.One().Azure)) }
