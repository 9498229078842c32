package graphops

import (
	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A keptCredential is where Entra keeps the credentials of one kind.
type keptCredential struct {
	list   fault.Operation                              // reads them
	called func(app string, has plan.Credential) string // what a session calls that of a plan
	unseen string                                       // why a list without it is not believed
}

var (
	keptAsKey = keptCredential{opKeys, func(app string, _ plan.Credential) string { return keysOf(app) },
		"the app's client secret is not seen yet"}
	keptAsCertificate = keptCredential{opCerts, func(app string, _ plan.Credential) string { return certificatesOf(app) },
		"the app's certificate is not seen yet"}
	keptAsTrust = keptCredential{opListFederate, func(app string, has plan.Credential) string {
		return trustOf(app, has.Federated.Issuer, has.Federated.Subject)
	}, "the app's trust in another issuer is not seen yet"}
)

var keptCredentials = map[plan.CredentialKind]keptCredential{
	plan.CredentialSecret:          keptAsKey,
	plan.CredentialCertificate:     keptAsCertificate,
	plan.CredentialMadeCertificate: keptAsCertificate,
	plan.CredentialFederated:       keptAsTrust,
}

// unseen is what a list without the credential of a plan means: nothing, unless it is kept in
// that list and may be there all the same.
func (s *session) unseen(list fault.Operation, applicationID string, c plan.Credential) error {
	kept, ok := keptCredentials[c.Kind]
	if !ok || kept.list != list || !s.IsHidden(kept.called(applicationID, c)) {
		return nil
	}
	return list.Stale(kept.unseen)
}
