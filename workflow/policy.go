package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/policy"
)

// Policy is what the operator allows.
type Policy struct {
	PendingExpires    time.Duration // a request that nobody decides ends after this
	RemindEvery       time.Duration // approvers are reminded this often; 0 is never
	RevealWithin      time.Duration // a secret that nobody opens is revoked after this
	SecretLifetimeMax time.Duration
	// CertificateLifetimeMax is how long a certificate may still be valid; 0 is no limit.
	CertificateLifetimeMax time.Duration
	RenewGrace             time.Duration // how long the old credential stays beside a new one
	DigestAt               time.Duration // when the daily digest is sent, after midnight UTC; negative is never
	AllowCustom            bool          // whether a request may name its own permissions
	Rules                  *policy.Rules // who may do what, and how many have to agree; nil is none
	LinkLifetime           time.Duration // how long a link holds before its person signs in again; 0 is forever
}

// DefaultPolicy is the policy of a configuration that says nothing.
var DefaultPolicy = Policy{
	PendingExpires:         7 * 24 * time.Hour,
	RemindEvery:            24 * time.Hour,
	RevealWithin:           72 * time.Hour,
	SecretLifetimeMax:      plan.Baseline,
	CertificateLifetimeMax: madeMax,
	RenewGrace:             14 * 24 * time.Hour,
	DigestAt:               8 * time.Hour,
	AllowCustom:            true,
	LinkLifetime:           365 * 24 * time.Hour,
}

// CriticalApprovals is how many approvals are recommended for an app that can take control of a tenant.
const CriticalApprovals = 2

// secretMax is the longest lifetime of a secret for a product that has a limit
// of its own, or 0.
func (p Policy) secretMax(product time.Duration) time.Duration {
	if product > 0 {
		return min(product, p.SecretLifetimeMax)
	}
	return p.SecretLifetimeMax
}

// certificateMax is how long a certificate may be valid for a product that has a
// limit of its own, or 0. 0 is no limit.
func (p Policy) certificateMax(product time.Duration) time.Duration {
	if product > 0 && p.CertificateLifetimeMax > 0 {
		return min(product, p.CertificateLifetimeMax)
	}
	return max(product, p.CertificateLifetimeMax)
}

// Lifetimes returns the lifetimes that p allows for a client secret, shortest
// first: the usual ones, and the greatest. product is the product's own limit, or 0.
func (p Policy) Lifetimes(product time.Duration) []plan.Lifetime {
	var out []plan.Lifetime
	most := p.secretMax(product)
	for _, l := range plan.UsualLifetimes {
		if l.D <= most {
			out = append(out, l)
		}
	}
	for _, d := range p.Rules.SecretLifetimes() { // so that what a rule allows can be chosen
		if d < most && !slices.ContainsFunc(out, func(l plan.Lifetime) bool { return l.D == d }) {
			out = append(out, plan.Lifetime{D: d, Words: plan.LifetimeWords(d)})
		}
	}
	slices.SortFunc(out, func(a, b plan.Lifetime) int { return cmp.Compare(a.D, b.D) })
	if len(out) == 0 || out[len(out)-1].D < most {
		out = append(out, plan.Lifetime{D: most, Words: plan.LifetimeWords(most)})
	}
	return out
}

// offered are the lifetimes that p allows for an offer of a client secret: of its
// own list, or the usual ones. Where the list has none that is short enough, the
// longest that is allowed remains.
func (p Policy) offered(o pack.Offer) []plan.Lifetime {
	if len(o.Lifetimes) == 0 {
		return p.Lifetimes(o.Max)
	}
	var out []plan.Lifetime
	most := p.secretMax(o.Max)
	for _, l := range slices.Sorted(slices.Values(o.Lifetimes)) {
		if l <= most {
			out = append(out, plan.Lifetime{D: l, Words: plan.LifetimeWords(l)})
		}
	}
	if out == nil {
		out = []plan.Lifetime{{D: most, Words: plan.LifetimeWords(most)}}
	}
	return out
}

// LifetimeHint says what the longest lifetime of an offered secret is, who says
// so, and why there is an end to all of them.
func (d *Desk) LifetimeHint(o pack.Offer) string {
	all := d.Lifetimes(o)
	longest := all[len(all)-1]
	by := "this bot's policy (secret_lifetime_max) allows no more"
	switch {
	case longest.D < d.policy.secretMax(o.Max):
		by = "this product's pack offers no more"
	case o.Max > 0 && o.Max < d.policy.SecretLifetimeMax:
		by = "this product's pack allows no more"
	}
	return fmt.Sprintf("The secret stops working after this. %s is the longest here: %s. Every secret expires, so that a stolen one "+
		"does not work forever. Renew it in time with /entra-app renew.", longest.Words, by)
}
