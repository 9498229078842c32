package workflow

import (
	"slices"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/set"
)

// A subscription or resource group in which a given-up update has worked may be gone since:
// deleted, or moved to another tenant. Nobody can be given rights there, and so it is skipped, where
// no plan names it. What may be there stays known, as Azure may only have hidden the
// subscription from one account, and every later sign-in asks again.

// onlyLeft are those of some subscriptions that nothing but AzureResidue names.
func (r *Request) onlyLeft(subscriptions []string) []string {
	var left []string
	for _, share := range r.AzureResidue {
		left = azurescope.Union(left, share.Subscriptions)
	}
	return azurescope.Both(azurescope.Minus(azurescope.Minus(left, r.Plan.Subscriptions), r.Previous.Subscriptions), subscriptions)
}

// skipped are the subscriptions that are left out of what r does in Azure.
func (r *Request) skipped() []string { return r.onlyLeft(r.SignIn.Unknown) }

// stillLeft is what may be left in Azure once r has removed the rest.
func (r *Request) stillLeft() []AzureShare {
	var still []AzureShare
	for _, share := range r.AzureResidue {
		share.Subscriptions = azurescope.Both(share.Subscriptions, r.skipped())
		if !share.empty() {
			still = set.Union(still, []AzureShare{share}, sameShare)
		}
	}
	return still
}

// on is what of w is on some subscriptions.
func (w azureWork) on(subscriptions []string) azureWork {
	cut := func(shares []AzureShare) []AzureShare {
		shares = cloneShares(shares)
		for i, s := range shares {
			shares[i].Subscriptions = azurescope.Both(s.Subscriptions, subscriptions)
		}
		return slices.DeleteFunc(shares, AzureShare.empty)
	}
	return azureWork{give: cut(w.give), end: cut(w.end), quit: cut(w.quit)}
}
