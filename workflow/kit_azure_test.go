package workflow_test

import (
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// inClouds is an app of that product that is done.
func (w *world) inClouds(n *node, workload string, subscriptions ...string) *workflow.Request {
	w.t.Helper()
	w.signer = adaOfAzure()
	w.signer.Subscriptions = append([]string{subscription, second}, subscriptions...)
	d := certificateDraft("cloud-backup")
	d.Product, d.Workloads, d.Subscriptions = "clouds", []string{workload}, subscriptions
	r, err := n.Submit(w.t.Context(), bea, d)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.settle(n, r.ID, workflow.StateDone)
}

const second = "44444444-4444-4444-4444-444444444444"

var (
	contributor = plan.AzureRole{ID: "b24988ac-6180-42a0-ab88-20f7382dd24c", Name: "Contributor", Why: "restores"}
	keys        = plan.AzureRole{ID: "14b46e9e-c2b7-41b4-b07b-48a6ebf60603", Name: "Key Vault Crypto Officer", Why: "encrypts"}
	minimal     = plan.AzureRole{Name: "Backup operator", Why: "backs up",
		Actions: []string{"Microsoft.Compute/disks/read", "Microsoft.Compute/snapshots/write"}}
)

// clouds is a product with built-in roles in Azure, or one of its own.
func clouds() pack.Product {
	return pack.Product{Name: "clouds", Title: "Clouds", Audience: "AzureADMyOrg", OneWorkload: true,
		Workloads: []pack.Workload{{Name: "builtin", Title: "Built-in roles"}, {Name: "minimal", Title: "A custom role"}},
		AzureRoles: []pack.AzureNeed{
			{AzureRole: contributor, Workloads: []string{"builtin"}}, {AzureRole: keys}, {AzureRole: minimal,
				Workloads: []string{"minimal"}}},
		Credentials: []pack.Offer{{Kind: plan.CredentialCertificate}}}
}

func change(origin, workload string, subscriptions ...string) form.Draft {
	d := d2(origin)
	d.Workloads, d.Subscriptions, d.Owners = []string{workload}, subscriptions, []people.Person{zoe}
	return d
}
