package workflow

import (
	"context"
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// againstPolicy says why the tenant's own policy does not allow the credential that was
// approved, or the app itself, before anything is made. A lifetime that is too long is no
// reason: it is cut.
func againstPolicy(r *Request, p AppPolicy) *Refusal {
	const then = "Nothing was changed. Press Cancel, deny the request, and have it asked for again "
	if opensToOthers(r) && p.OwnTenantOnly {
		return refuse(RulePolicy, "A policy of this tenant forbids apps for accounts of other tenants. "+then+
			"for this tenant only; or have whoever manages application policies in Entra make an exemption, then press New code.")
	}
	if !bringsCredential(r) {
		return nil
	}
	c := r.Plan.Credential
	if says, instead := credentialKinds[c.Kind].forbidden(c, p); says != "" {
		return refuse(RulePolicy, "A policy of this tenant %s. "+then+"%s.", says, instead)
	}
	return nil
}

// opensToOthers reports whether carrying r out makes an app that accounts of other
// tenants can use, or lets them use one that they could not use before.
func opensToOthers(r *Request) bool {
	others := func(audience string) bool { return audience != "" && audience != plan.ThisTenant }
	opens := creates(r) || r.kind().replaces && !others(r.Previous.Audience)
	return r.task().makes && opens && others(r.Plan.Audience)
}

// policyFor is what the tenant forbids for r's app. Of an app that is adopted it is not known
// at the sign-in when it was created, nor whether it is exempt.
func policyFor(r *Request, ctx context.Context, s Session) (AppPolicy, error) {
	if !r.kind().finds {
		return s.Signer().Policy, nil
	}
	return s.PolicyFor(ctx, r.Made.ObjectID)
}

// bringsCredential reports whether carrying r out gives the app a credential that a
// policy of the tenant may be against.
func bringsCredential(r *Request) bool {
	return r.AddsCredential() && credentialOf(r).forbidden != nil
}

// cut is the lifetime that a policy leaves, and what to tell the requester.
func cut(lifetime, most time.Duration) (time.Duration, string) {
	if most <= 0 || lifetime <= most {
		return lifetime, ""
	}
	return most, fmt.Sprintf("; cut from %s to %s by a policy of this tenant", text.Days(lifetime), text.Days(most))
}

// Cut says that a policy of the tenant made the credential's lifetime shorter than
// the approved one, as the end of a sentence about its end, or nothing.
func (r *Request) Cut() string {
	madeAt := credentialOf(r).madeAt
	if madeAt == nil {
		return ""
	}
	made, approved := madeAt(r), r.Plan.Credential.Lifetime
	if made.IsZero() || r.Made.KeyExpires.IsZero() || made.Add(approved).Sub(r.Made.KeyExpires) < time.Hour {
		return ""
	}
	return "; a policy of this tenant allows no more, though " + plan.LifetimeWords(approved) + " were approved"
}
