package workflow

import (
	"fmt"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// checkCredential fills in the plan's credential from a draft.
func (d *Desk) checkCredential(wrong FieldErrors, p pack.Product, tenant Tenant, draft Draft, c *plan.Credential) {
	offer, ok := p.Offer(draft.Credential)
	if !ok {
		wrong[FieldCredential] = "Choose one of the credentials that this product can use."
	}
	if !ok || draft.Credential == plan.CredentialSecret {
		c.Lifetime = draft.Lifetime
		if limit := d.policy.secretMax(offer.Max); draft.Lifetime <= 0 || draft.Lifetime > limit {
			wrong[FieldLifetime] = fmt.Sprintf("A secret may be valid for at most %s, and none is made that never expires: nobody would "+
				"notice if it were stolen. Choose a shorter lifetime.", LifetimeWords(limit))
		}
	}
	switch draft.Credential {
	case plan.CredentialMadeCertificate:
		d.checkMade(wrong, offer, draft, c)
	case plan.CredentialCertificate:
		c.Certificate = checkCertificate(wrong, draft, d.now(), d.policy.certificateMax(offer.Max))
	case plan.CredentialFederated:
		c.Federated = checkFederated(wrong, tenant.in(), draft.Federated)
	}
}
