package workflow

import (
	"fmt"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// checkCredential fills in the plan's credential from a draft.
func (d *Desk) checkCredential(wrong form.Errors, p pack.Product, tenant Tenant, draft form.Draft, c *plan.Credential) {
	offer, ok := p.Offer(draft.Credential)
	if !ok {
		wrong[form.FieldCredential] = "Choose one of the credentials that this product can use."
	}
	if !ok || draft.Credential == plan.CredentialSecret {
		c.Lifetime = draft.Lifetime
		if limit := d.policy.secretMax(offer.Max); draft.Lifetime <= 0 || draft.Lifetime > limit {
			wrong[form.FieldLifetime] = fmt.Sprintf("A secret may be valid for at most %s, and none is made that never expires: "+
				"nobody would "+
				"notice if it were stolen. Choose a shorter lifetime.", LifetimeWords(limit))
		}
	}
	switch draft.Credential {
	case plan.CredentialMadeCertificate:
		d.checkMade(wrong, offer, draft, c)
	case plan.CredentialCertificate:
		c.Certificate = form.CheckCertificate(wrong, draft, d.now(), d.policy.certificateMax(offer.Max))
	case plan.CredentialFederated:
		c.Federated = form.CheckFederated(wrong, tenant.in(), draft.Federated)
	}
}
