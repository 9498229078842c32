// Package policy says what an operator's rules allow. Rules are data: a list from the configuration, each with its line there.
// [Rules.Judge] is the only evaluation of them. A form, a submission, every press of Approve, a sign-in, and the command
// entra-app policy all ask it.
//
// An explicit no wins: what one rule forbids no other allows. What one kind of rule lists (who may ask, who may approve, whose
// tokens an app trusts) is allowed where any rule that applies lists it; where no rule that applies lists anything, everything
// is. Numbers are the strictest that apply: the most approvals, the shortest lifetime, the smallest limit. What is not known,
// such as who is in a user group while Slack does not answer, permits nothing.
package policy

import (
	"maps"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// Rules are all that an operator says.
type Rules struct {
	Approvals ByTier[int] // for every tenant and pack
	Limits    Limits
	List      []Rule // from top to bottom
}

// A Rule says something about some tenants and packs. What is empty says nothing.
type Rule struct {
	Name string // for people; may be empty
	File string
	Line int

	Tenants, Packs []string // that it applies to; empty is all

	MayAsk     []string // Slack IDs of people, user groups and channels
	MayNotAsk  []string
	MayApprove []string // Slack IDs of approvers

	Approvals      ByTier[int]
	SecretMax      ByTier[time.Duration]
	CertificateMax ByTier[time.Duration]
	Forbid         Forbidden
	Federated      []Issuer
}

// Forbidden is what no app may get. All but kinds of credential are patterns.
type Forbidden struct {
	Packs          []string
	Permissions    []PermissionPattern
	DirectoryRoles []string // names or template IDs
	AzureRoles     []string // names or IDs
	Credentials    []string
	RedirectHosts  []string
}

// An Issuer is one whose tokens an app may trust, and for which subjects: patterns.
type Issuer struct {
	Issuer   string
	Subjects []string
}

// Limits are how much one person may have or ask for; 0 is no limit.
type Limits struct {
	Open     int // requests that are not over
	Requests int // within an hour
	Codes    int // sign-in codes within an hour
}

// ByTier is something said of tiers of risk. What is said of one holds for those above it too.
type ByTier[T int | time.Duration] map[catalog.Risk]T

// at are the values that hold for a tier.
func (b ByTier[T]) at(tier catalog.Risk) []T {
	var all []T
	for of, v := range b {
		if of.Weight() <= tier.Weight() {
			all = append(all, v)
		}
	}
	return all
}

// most is the greatest value that holds for a tier, or 0.
func (b ByTier[T]) most(tier catalog.Risk) T {
	return slices.Max(append(b.at(tier), 0))
}

// least is the smallest value that holds for a tier, or 0.
func (b ByTier[T]) least(tier catalog.Risk) T {
	if all := b.at(tier); len(all) > 0 {
		return slices.Min(all)
	}
	return 0
}

// applies reports whether a rule is about a pack in a tenant.
func (r *Rule) applies(tenant, pack string) bool {
	return (len(r.Tenants) == 0 || slices.Contains(r.Tenants, tenant)) && (len(r.Packs) == 0 || slices.Contains(r.Packs, pack))
}

// about are the rules that apply to a pack in a tenant, from top to bottom. Nobody's rules are none.
func (r *Rules) about(tenant, pack string) []*Rule {
	var all []*Rule
	if r == nil {
		return nil
	}
	for i := range r.List {
		if r.List[i].applies(tenant, pack) {
			all = append(all, &r.List[i])
		}
	}
	return all
}

// Needs is how many people have to approve what is of a tier.
func (r *Rules) Needs(tenant, pack string, tier catalog.Risk) int {
	if r == nil {
		return 1
	}
	n := max(1, r.Approvals.most(tier))
	for _, rule := range r.about(tenant, pack) {
		n = max(n, rule.Approvals.most(tier))
	}
	return n
}

// MayApprove reports whether an approver may decide. Whoever is on the list of any rule that applies may; where no rule that
// applies has one, all of them.
func (r *Rules) MayApprove(tenant, pack, slack string) bool {
	listed := false
	for _, rule := range r.about(tenant, pack) {
		if slices.Contains(rule.MayApprove, slack) {
			return true
		}
		listed = listed || len(rule.MayApprove) > 0
	}
	return !listed
}

// SecretLifetimes are the greatest lifetimes of secrets that rules name.
func (r *Rules) SecretLifetimes() []time.Duration {
	var all []time.Duration
	if r != nil {
		for _, rule := range r.List {
			all = append(all, slices.Collect(maps.Values(rule.SecretMax))...)
		}
	}
	return all
}

// SaysNothing reports whether a rule has no effect.
func (r *Rule) SaysNothing() bool {
	f := r.Forbid
	return len(r.MayAsk)+len(r.MayNotAsk)+len(r.MayApprove)+len(r.Approvals)+len(r.SecretMax)+len(r.CertificateMax)+
		len(r.Federated)+len(f.Packs)+len(f.Permissions)+len(f.DirectoryRoles)+len(f.AzureRoles)+len(f.Credentials)+
		len(f.RedirectHosts) == 0
}
