package workflow

import (
	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/set"
)

// A subscription or resource group in which a given-up update has worked may be gone since:
// deleted, or moved to another tenant. Nobody can be given rights there, and so it is skipped, where
// no plan names it. What may be there stays known, as Azure may only have hidden the
// subscription from one account, and every later sign-in asks again.

// onlyLeft are those of some subscriptions that nothing but Residue names.
func onlyLeft(r *Request, subscriptions []string) []string {
	var left []string
	for _, share := range r.Residue.Azure {
		left = azurescope.Union(left, share.Subscriptions)
	}
	return azurescope.Both(azurescope.Minus(azurescope.Minus(left, r.Plan.Subscriptions), r.Previous.Subscriptions), subscriptions)
}

// skippedInAzure are the subscriptions that are left out of what r does in Azure.
func skippedInAzure(r *Request) []string { return onlyLeft(r, r.SignIn.Unknown) }

// stillInAzure is what may be left in Azure once r has removed the rest.
func stillInAzure(r *Request) []AzureShare {
	var still []AzureShare
	skipped := skippedInAzure(r)
	for _, share := range r.Residue.Azure {
		share.Subscriptions = azurescope.Both(share.Subscriptions, skipped)
		if !share.empty() {
			still = set.Union(still, []AzureShare{share}, sameShare)
		}
	}
	return still
}
