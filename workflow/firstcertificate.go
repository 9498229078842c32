package workflow

import "github.com/entra-app/entra-app/workflow/plan"

// An app with which people sign in may get its first certificate later, by an update: the
// product that it is for makes one itself, say, once the app is known there.

// MayGetCertificate reports whether an update may give r's app its first certificate.
func (r *Request) MayGetCertificate(p Product) bool {
	_, offered := p.Offer(plan.CredentialCertificate)
	return offered && r.Plan.Credential.Kind == plan.CredentialNone
}

// addsCertificate reports whether r is an update that gives its app a first certificate.
func (r *Request) addsCertificate() bool {
	return r.Kind == KindUpdate && r.Previous.Credential.Kind == plan.CredentialNone && r.Plan.Credential.Kind == plan.CredentialCertificate
}
