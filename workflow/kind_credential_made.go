package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A certificate made here, for those who have none. Its key is made in memory and
// leaves it in a PFX file alone: sealed in the store before Entra hears of the
// certificate, given out once, then shredded. The file comes from a page of our
// own and never passes through Slack, which sees its password and the address;
// who has both before the requester fetches the file is seen, because it is gone.

// madeKind is a certificate that is made here.
var madeKind = credentialKind{
	asFile: true,
	steps:  []StepName{StepCertificate, StepProof},
	titles: map[StepName]string{
		StepCertificate: "Make and register the certificate", StepProof: "Prove that the certificate works",
	},
	check: (*Desk).checkMade, ensure: (*Engine).ensureMade,
	given: func(r *Request) bool { return r.Thumbprint() != "" }, remove: removeCertificate,
	among: func(r *Request, has []string) []string {
		if r.task().byHand && len(has) == 1 {
			return has // somebody made it, and nobody knows which one
		}
		return nil
	},
	forbidden: madeForbidden, madeAt: certificateMadeAt,
}

// PFX is a certificate with its private key, in a PFX file (PKCS #12), and the
// password of that file. Neither can print itself.
type PFX struct{ PFX, Password seal.Secret }

const (
	// madeLifetime and madeMax are the lifetime that is suggested for a certificate
	// made here, and the longest, where the product has no limit of its own.
	madeLifetime = plan.Baseline
	madeMax      = 17520 * time.Hour
)

// offered adds a certificate made here wherever one of the requester's own will do,
// if there is a way to hand it over.
func (d *Desk) offered(p pack.Product) []pack.Offer {
	offers := p.Credentials
	i := slices.IndexFunc(offers, func(o pack.Offer) bool { return o.Kind == plan.CredentialCertificate })
	if i < 0 || d.pages == "" && len(d.Backups(p)) == 0 {
		return offers
	}
	own := offers[i]
	most := min(cmp.Or(d.policy.certificateMax(own.Max), madeMax), madeMax)
	made := pack.Offer{Kind: plan.CredentialMadeCertificate, Lifetime: min(cmp.Or(own.Lifetime, madeLifetime), most), Max: most}
	return slices.Insert(slices.Clone(offers), i+1, made)
}

// Lifetimes returns the lifetimes to choose from for an offer, shortest first.
// The policy's limit is for client secrets: a certificate's key was never in
// anybody's clipboard.
func (d *Desk) Lifetimes(o pack.Offer) []plan.Lifetime {
	if o.Kind != plan.CredentialMadeCertificate {
		return d.policy.offered(o)
	}
	p := Policy{SecretLifetimeMax: madeMax}
	return p.Lifetimes(o.Max)
}

// checkMade fills in the plan's credential for a certificate made here.
func (d *Desk) checkMade(wrong form.Errors, offer pack.Offer, _ Tenant, draft form.Draft, c *plan.Credential) {
	c.Lifetime = draft.Lifetime
	switch limit := min(cmp.Or(d.policy.certificateMax(offer.Max), madeMax), madeMax); {
	case d.pages == "" && draft.Backup == "":
		wrong[form.FieldCredential] = "A certificate can't be made here any more, because this bot has no public_url to hand it over " +
			"with. Choose another credential or a backup server, or ask the operator of this bot."
	case draft.Lifetime <= 0 || draft.Lifetime > limit:
		wrong[form.FieldLifetime] = fmt.Sprintf("A certificate that is made here may be valid for at most %s. Choose a shorter lifetime.",
			plan.LifetimeWords(limit))
	}
}

// ensureMade makes a certificate, seals it and notes its thumbprint in one
// transaction, and only then registers it: a crash before that leaves nothing in
// Entra, and one after it the certificate that is registered the next time. Where
// an earlier one was shredded, that one is removed first.
func (e *Engine) ensureMade(ctx context.Context, r *Request, s Session) (edit, error) {
	if err := e.recipient(ctx, r); err != nil {
		return nil, err
	}
	if len(r.Handover.File) == 0 {
		if old := r.Made.Thumbprint; old != "" {
			if err := s.RemoveCertificate(ctx, r.Made.ObjectID, old, otherCertificates(r)...); err != nil {
				return nil, err
			}
		}
		policy, err := policyFor(r, ctx, s)
		if err != nil {
			return nil, err
		}
		lifetime, _ := cut(r.Plan.Credential.Lifetime, policy.CertificateMax)
		c, keyed, err := e.dir.MakeCertificate(plainName(r), e.now().Add(lifetime).UTC().Truncate(time.Second))
		if err != nil {
			return nil, err
		}
		sealed, err := e.sealMade(r.ID, keyed)
		if err != nil {
			return nil, err
		}
		r, err = e.save(r.ID, func(r *Request, _ time.Time) error {
			r.Made.Certificate, r.Made.Thumbprint, r.Made.KeyExpires = c.DER, c.Thumbprint, c.NotAfter
			r.Handover = sealed
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	c, err := certificate.Parse(r.Made.Certificate)
	if err != nil {
		return nil, err
	}
	unseen, err := s.EnsureCertificate(ctx, r.Made.ObjectID, r.KeyLabel(), c, otherCertificates(r)...)
	return func(_ *Request, st *Step) { st.Note = certificateNote(c, unseen) }, err
}

// sealMade seals a file and its password.
func (e *Engine) sealMade(id string, keyed PFX) (h Handover, err error) {
	if h.Sealed, err = e.key.Seal(id, keyed.Password); err == nil {
		h.File, err = e.key.Seal(fileOf(id), keyed.PFX)
	}
	return h, err
}

func madeForbidden(_ plan.Credential, p AppPolicy) (says, instead string) {
	if !p.TrustedOnly {
		return "", ""
	}
	return trustedOnly + "one that is made here signs itself", "with a certificate of such an authority"
}

func certificateMadeAt(r *Request) time.Time {
	c, err := certificate.Parse(r.Made.Certificate)
	if err != nil {
		return time.Time{}
	}
	return c.NotBefore
}
