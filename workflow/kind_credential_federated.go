package workflow

import (
	"context"
	"fmt"
	"slices"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// federatedKind is trust in the tokens of another issuer.
var federatedKind = credentialKind{
	steps: []StepName{StepFederated, StepCheck},
	check: func(_ *Desk, wrong form.Errors, _ pack.Offer, t Tenant, draft form.Draft, c *plan.Credential) {
		c.Federated = form.CheckFederated(wrong, t.in(), draft.Federated)
	},
	ensure: result(ensureFederated),
	had:    func(c plan.Credential, found Discovery) bool { return slices.Contains(found.Federated, c.Federated) },
	remove: func(_ *Engine, ctx context.Context, r *Request, s Session) (*Request, error) {
		return r, s.RemoveFederated(ctx, r.Made.ObjectID, r.UniqueName())
	},
	endless: func(r *Request) string {
		return fmt.Sprintf("%s signs in with tokens of %s, and that trust never expires:", r.AppName(),
			text.Clip(r.Plan.Credential.Federated.Issuer, 120))
	},
	alarm: func(r *Request) string {
		return "Whoever has a token of " + r.Plan.Credential.Federated.Issuer +
			" can sign in as it. Find out who granted that, and press Undo."
	},
}

func ensureFederated(ctx context.Context, r *Request, s Session) error {
	return s.EnsureFederated(ctx, r.Made.ObjectID, r.UniqueName(), r.Plan.Credential.Federated)
}

// TokenExchange is the audience that t's cloud suggests for tokens of other issuers.
func (t Tenant) TokenExchange() string { return t.in().TokenExchange }

// TokenExchange is the audience that all tenants' clouds suggest, or "" where they differ.
func (d *Desk) TokenExchange() string {
	audience := ""
	for _, t := range d.tenants {
		if audience != "" && audience != t.TokenExchange() {
			return ""
		}
		audience = t.TokenExchange()
	}
	return audience
}
