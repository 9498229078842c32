package plan

import (
	"maps"
	"slices"
)

// A credentialRow is what is particular to one kind of credential wherever there is one.
type credentialRow struct {
	title     string
	noun      string // in the middle of a sentence
	expires   bool
	handsOver bool // there is something secret to give to the requester
}

var credentialRows = map[CredentialKind]credentialRow{
	CredentialSecret:          {"Client secret", "secret", true, true},
	CredentialCertificate:     {"Certificate (you have the private key)", "certificate", true, false},
	CredentialMadeCertificate: {"Certificate made here (you get a PFX file)", "certificate", true, true},
	CredentialFederated:       {"Federated credential (tokens of another issuer)", "secret", false, false},
	CredentialNone:            {"None (people sign in)", "secret", false, false},
}

// CredentialKinds are all of them. Each has a row here, and one in the table of whoever does
// something in a way of its own for one: package workflow, the bot, Graph and scripts.
func CredentialKinds() []CredentialKind {
	return slices.Sorted(maps.Keys(credentialRows))
}

// row is k's; that of a kind that an earlier version kept expires, as far as is known.
func (k CredentialKind) row() credentialRow {
	if row, ok := credentialRows[k]; ok {
		return row
	}
	return credentialRow{title: string(k), noun: "secret", expires: true}
}

// Title is the kind in words.
func (k CredentialKind) Title() string { return k.row().title }

// Noun is the kind in the middle of a sentence.
func (k CredentialKind) Noun() string { return k.row().noun }

// HandsOver reports whether there is something secret to give to the requester.
func (k CredentialKind) HandsOver() bool { return k.row().handsOver }

// Expires reports whether a credential of this kind ends by itself.
func (k CredentialKind) Expires() bool { return k.row().expires }

// parts are the credential: what is proved with it, and for how long.
func (c Credential) parts() []Part {
	if c.Kind == CredentialNone || c.Kind == "" {
		return nil
	}
	part := Part{Name: c.Kind.Title(), ID: string(c.Kind) + " " + c.Certificate.Fingerprint, Key: keyOf(string(c.Kind),
		c.Lifetime.String(), c.Certificate.Fingerprint, c.Federated.Issuer, c.Federated.Subject, c.Federated.Audience)}
	switch {
	case c.Federated != (FederatedIssuer{}):
		part.Name = "trust in " + c.Federated.Issuer + " for " + c.Federated.Subject + " (" + c.Federated.Audience + ")"
	case c.Certificate.Thumbprint != "":
		part.Name = "certificate " + c.Certificate.Thumbprint
	case c.Lifetime > 0:
		part.Name += ", valid for " + LifetimeWords(c.Lifetime)
	}
	return each([]Part{part}, func(p Part) Part { return p })
}
