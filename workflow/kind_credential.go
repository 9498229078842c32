package workflow

import (
	"time"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// A credentialKind is a row of the table: what the engine does in a way of its own for one
// kind of credential. What people read of it is in package plan.
type credentialKind struct {
	asFile bool // what is given to the requester is a file with the key, which is made here
	// steps are those of the credential, with the one that makes sure of the whole app.
	steps  []StepName
	titles map[StepName]string // of steps that are something else to it
	// forbidden says what a policy of the tenant has against it, and what to ask for
	// instead, as ends of sentences; nil is nothing.
	forbidden func(plan.Credential, AppPolicy) (says, instead string)
	// madeAt is when that of a request was made here, or zero; nil is never.
	madeAt func(*Request) time.Time
}

var credentialKinds = map[plan.CredentialKind]credentialKind{
	plan.CredentialSecret: {steps: []StepName{StepCredential, StepProof},
		forbidden: secretForbidden, madeAt: secretMadeAt},
	plan.CredentialCertificate: {steps: []StepName{StepCertificate, StepCheck},
		forbidden: certificateForbidden},
	plan.CredentialMadeCertificate: {
		asFile: true,
		steps:  []StepName{StepCertificate, StepProof}, titles: map[StepName]string{
			StepCertificate: "Make and register the certificate", StepProof: "Prove that the certificate works",
		},
		forbidden: madeForbidden, madeAt: certificateMadeAt},
	plan.CredentialFederated: {steps: []StepName{StepFederated, StepCheck}},
	plan.CredentialNone:      {steps: []StepName{StepCheck}},
}

func secretForbidden(_ plan.Credential, p AppPolicy) (says, instead string) {
	if !p.NoSecrets {
		return "", ""
	}
	return "forbids client secrets for apps", "with a certificate, or with a product that takes one"
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

func madeForbidden(_ plan.Credential, p AppPolicy) (says, instead string) {
	if !p.TrustedOnly {
		return "", ""
	}
	return trustedOnly + "one that is made here signs itself", "with a certificate of such an authority"
}

func secretMadeAt(r *Request) time.Time {
	if st := r.Steps.Get(StepCredential); st != nil {
		return st.At
	}
	return time.Time{}
}

func certificateMadeAt(r *Request) time.Time {
	c, err := certificate.Parse(r.Made.Certificate)
	if err != nil {
		return time.Time{}
	}
	return c.NotBefore
}

// credentialStepsOf are those of a credential, with the one that makes sure of the whole app.
func credentialStepsOf(c plan.Credential) []StepName {
	if row, ok := credentialKinds[c.Kind]; ok {
		return append([]StepName(nil), row.steps...)
	}
	return []StepName{StepCheck}
}
