package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// Roles in Azure, and the scopes that they are on.

// An AzureShare is roles on each of some scopes, which are named as in a plan.
type AzureShare struct {
	Subscriptions []string
	Roles         []plan.AzureRole
}

func (s AzureShare) empty() bool { return len(s.Subscriptions) == 0 || len(s.Roles) == 0 }

func cloneShares(shares []AzureShare) []AzureShare {
	shares = slices.Clone(shares)
	for i, s := range shares {
		shares[i] = AzureShare{slices.Clone(s.Subscriptions), slices.Clone(s.Roles)}
	}
	return shares
}

// sameShare reports whether two are the same, custom roles by what they allow.
func sameShare(a, b AzureShare) bool {
	return slices.EqualFunc(a.Subscriptions, b.Subscriptions, azurescope.Same) &&
		slices.EqualFunc(a.Roles, b.Roles, func(x, y plan.AzureRole) bool {
			return plan.SameAzureRole(x, y) && x.Allows(y) && y.Allows(x)
		})
}

// withShare adds one role on some subscriptions to those of the same subscriptions.
func withShare(to []AzureShare, s AzureShare) []AzureShare {
	for i := range to {
		if slices.EqualFunc(to[i].Subscriptions, s.Subscriptions, azurescope.Same) {
			to[i].Roles = append(to[i].Roles, s.Roles...)
			return to
		}
	}
	return append(to, s)
}

// pairs are the roles on their scopes: scope/role, where the scope is named as in a plan, in small
// letters, and the role by the ID of its definition, or by the name of a custom one of a plan.
func (s AzureShare) pairs() []string {
	var all []string
	for _, scope := range s.Subscriptions {
		for _, a := range s.Roles {
			all = append(all, inAzure(scope, a))
		}
	}
	return all
}

// inAzure is what a role on a scope is called there.
func inAzure(scope string, a plan.AzureRole) string {
	return strings.ToLower(scope) + "/" + cmp.Or(strings.ToLower(a.ID), a.Name)
}

// called says for people which role on which scope that is.
func (s AzureShare) called(scopeRole string) string {
	slash := strings.LastIndexByte(scopeRole, '/')
	for _, scope := range s.Subscriptions { // the name of a custom role may have a slash in it
		if azurescope.CutFold(scopeRole, scope+"/") != "" {
			slash = len(scope)
		}
	}
	scope, role := scopeRole[:slash], scopeRole[slash+1:]
	for _, a := range s.Roles {
		if strings.EqualFold(a.ID, role) {
			role = a.Name
		}
	}
	return "the role " + role + " in " + azurescope.Title(scope)
}

// azureNote counts what is given or removed.
func azureNote(shares ...AzureShare) string {
	var parts []string
	for _, s := range shares {
		parts = append(parts, fmt.Sprintf("%d on %s", len(s.Roles), text.Count(len(s.Subscriptions), azurescope.Word(s.Subscriptions))))
	}
	return strings.Join(parts, ", ")
}
