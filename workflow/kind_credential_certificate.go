package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

// certificateKind is a certificate of the requester's own, who has its key.
var certificateKind = credentialKind{
	steps: []StepName{StepCertificate, StepCheck},
	check: func(d *Desk, wrong form.Errors, offer pack.Offer, _ Tenant, draft form.Draft, c *plan.Credential) {
		c.Certificate = form.CheckCertificate(wrong, draft, d.now(), d.policy.certificateMax(offer.Max))
	},
	ensure: tenantStep(ensureOwnCertificate),
	had: func(c plan.Credential, found Discovery) bool {
		return slices.Contains(found.Thumbprints, c.Certificate.Thumbprint)
	},
	given: func(r *Request) bool { return r.Thumbprint() != "" }, remove: removeCertificate,
	among:     func(r *Request, _ []string) []string { return []string{r.Plan.Credential.Certificate.Thumbprint} },
	forbidden: certificateForbidden,
}

// ensureOwnCertificate registers the requester's certificate.
func ensureOwnCertificate(ctx context.Context, r *Request, s Session) (edit, error) {
	c := r.Plan.Credential.Certificate
	unseen, err := s.EnsureCertificate(ctx, r.Made.ObjectID, r.KeyLabel(), c, otherCertificates(r)...)
	return func(r *Request, st *Step) {
		r.Made.KeyExpires = c.NotAfter
		st.Note = certificateNote(c, unseen)
	}, err
}

// certificateNote says which certificate it is, and what was not seen of other apps.
func certificateNote(c certificate.Certificate, unseen string) string {
	note := fmt.Sprintf("thumbprint %s, valid until %s", c.Thumbprint, text.Date(c.NotAfter))
	if unseen != "" {
		note += "; " + unseen
	}
	return note
}

// Thumbprint is that of the certificate that r gives the app, or empty.
func (r *Request) Thumbprint() string {
	return cmp.Or(r.Made.Thumbprint, r.Plan.Credential.Certificate.Thumbprint)
}

// otherCertificates are the thumbprints of those that the app has beside r's own.
func otherCertificates(r *Request) []string {
	has := append(slices.Clone(r.Discovered.Thumbprints), r.Target.Thumbprint)
	return set.Without(has, []string{"", r.Thumbprint()})
}

// removeCertificate removes the certificate that r gives the app.
func removeCertificate(_ *Engine, ctx context.Context, r *Request, s Session) (*Request, error) {
	t := r.Thumbprint()
	if t == "" {
		return r, nil
	}
	return r, s.RemoveCertificate(ctx, r.Made.ObjectID, t, otherCertificates(r)...)
}

const trustedOnly = "allows only certificates of authorities that it trusts, and "

func certificateForbidden(c plan.Credential, p AppPolicy) (says, instead string) {
	switch long := c.Certificate.NotAfter.Sub(c.Certificate.NotBefore); {
	case p.TrustedOnly && c.Certificate.SignsItself():
		return trustedOnly + "this one signs itself", "with one of such an authority"
	case p.CertificateMax > 0 && long > p.CertificateMax:
		return "allows certificates that are valid for " + text.Days(p.CertificateMax) + ", and this one is for " + text.Days(long),
			"with one that is valid for less"
	}
	return "", ""
}
