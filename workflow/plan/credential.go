package plan

import (
	"time"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/text"
)

// Baseline is how long a credential of an app lives at most in public baselines.
// Source: Zero Trust Assessment 21773, SCuBA MS.AAD.5.5 to 5.7.
const Baseline = 180 * 24 * time.Hour

// CredentialKind says how the app will prove who it is.
type CredentialKind string

const (
	// CredentialSecret is a password that Entra makes.
	CredentialSecret CredentialKind = "secret"
	// CredentialCertificate is one whose private key the requester has, and nobody else.
	CredentialCertificate CredentialKind = "certificate"
	// CredentialMadeCertificate is one that is made here, and handed over with its key.
	CredentialMadeCertificate CredentialKind = "made-certificate"
	// CredentialFederated trusts the tokens of another issuer: there is nothing to hand over.
	CredentialFederated CredentialKind = "federated"
	// CredentialNone is for apps with which people sign in.
	CredentialNone CredentialKind = "none"
)

// A Credential is what the app gets to prove who it is.
type Credential struct {
	Kind        CredentialKind
	Lifetime    time.Duration
	Certificate certificate.Certificate `json:",omitzero"`
	Federated   FederatedIssuer         `json:",omitzero"`
}

// A FederatedIssuer is whose tokens the app may sign in with.
// Source: Graph, federatedIdentityCredential resource type.
type FederatedIssuer struct{ Issuer, Subject, Audience string }

// BeyondBaseline says that a credential lives longer than public baselines for apps
// have it, as a sentence, or nothing. A certificate may be a day longer: the tools that
// make one let it begin some minutes before now.
func (c Credential) BeyondBaseline() string {
	lives := max(c.Lifetime, c.Certificate.NotAfter.Sub(c.Certificate.NotBefore)) // one of them is set, where it ends
	if lives <= Baseline+24*time.Hour {
		return ""
	}
	return "That is longer than the " + text.Days(Baseline) + " of public baselines (Zero Trust Assessment 21773, SCuBA MS.AAD.5)."
}
