package workflow

// A credentialKind is a row of the table: what is particular to one kind of credential
// wherever there is one.
type credentialKind struct {
	title     string
	noun      string // in the middle of a sentence
	expires   bool
	handsOver bool // there is something secret to give to the requester
	// steps are those of the credential, with the one that makes sure of the whole app.
	steps  []StepName
	titles map[StepName]string // of steps that are something else to it
}

var credentialKinds = map[CredentialKind]credentialKind{
	CredentialSecret: {"Client secret", "secret", true, true,
		[]StepName{StepCredential, StepProof}, nil},
	CredentialCertificate: {"Certificate (you have the private key)", "certificate", true, false,
		[]StepName{StepCertificate, StepCheck}, nil},
	CredentialMadeCertificate: {"Certificate made here (you get a PFX file)", "certificate", true, true,
		[]StepName{StepCertificate, StepProof}, map[StepName]string{
			StepCertificate: "Make and register the certificate", StepProof: "Prove that the certificate works",
		}},
	CredentialFederated: {"Federated credential (tokens of another issuer)", "secret", false, false,
		[]StepName{StepFederated, StepCheck}, nil},
	CredentialNone: {"None (people sign in)", "secret", false, false,
		[]StepName{StepCheck}, nil},
}

// Title is the kind in words.
func (k CredentialKind) Title() string {
	if row, ok := credentialKinds[k]; ok {
		return row.title
	}
	return string(k)
}

// noun is the kind in the middle of a sentence.
func (k CredentialKind) noun() string {
	if row, ok := credentialKinds[k]; ok {
		return row.noun
	}
	return "secret"
}

// handsOver reports whether there is something secret to give to the requester.
func (k CredentialKind) handsOver() bool { return credentialKinds[k].handsOver }

// ends reports whether a credential of this kind expires.
func (k CredentialKind) ends() bool {
	row, ok := credentialKinds[k]
	return row.expires || !ok
}

// steps are those of a credential, with the one that makes sure of the whole app.
func (c Credential) steps() []StepName {
	if row, ok := credentialKinds[c.Kind]; ok {
		return append([]StepName(nil), row.steps...)
	}
	return []StepName{StepCheck}
}
