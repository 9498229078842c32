package workflow

import "slices"

// A subscription or resource group in which a given-up update has worked may be gone since:
// deleted, or moved to another tenant. Nobody can be given rights there, and so it is skipped, where
// no plan names it. What may be there stays known, as Azure may only have hidden the
// subscription from one account, and every later sign-in asks again.

// onlyLeft are those of some subscriptions that nothing but AzureResidue names.
func (r *Request) onlyLeft(subscriptions []string) []string {
	var left []string
	for _, share := range r.AzureResidue {
		left = joinedScopes(left, share.Subscriptions)
	}
	return bothScopes(withoutScopes(withoutScopes(left, r.Plan.Subscriptions), r.Previous.Subscriptions), subscriptions)
}

// skipped are the subscriptions that are left out of what r does in Azure.
func (r *Request) skipped() []string { return r.onlyLeft(r.SignIn.Unknown) }

// stillLeft is what may be left in Azure once r has removed the rest.
func (r *Request) stillLeft() []AzureShare {
	var still []AzureShare
	for _, share := range r.AzureResidue {
		share.Subscriptions = bothScopes(share.Subscriptions, r.skipped())
		if !share.empty() {
			still = joined(still, []AzureShare{share}, sameShare)
		}
	}
	return still
}

// on is what of w is on some subscriptions.
func (w azureWork) on(subscriptions []string) azureWork {
	cut := func(shares []AzureShare) []AzureShare {
		shares = cloneShares(shares)
		for i, s := range shares {
			shares[i].Subscriptions = bothScopes(s.Subscriptions, subscriptions)
		}
		return slices.DeleteFunc(shares, AzureShare.empty)
	}
	return azureWork{give: cut(w.give), end: cut(w.end), quit: cut(w.quit)}
}
