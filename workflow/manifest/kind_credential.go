package manifest

import (
	"errors"
	"fmt"

	"github.com/entra-app/entra-app/workflow/plan"
)

// A credentialKind is what is particular to one kind of credential in a script.
type credentialKind struct {
	// problem says why a script can't make one; nil is never.
	problem func(plan.Credential) error
	// make is the step that makes it; nil is none.
	make  func(*script, plan.Credential)
	shown bool // what is made is shown to whoever runs the script
}

var credentialKinds = map[plan.CredentialKind]credentialKind{
	plan.CredentialSecret: {shown: true, make: (*script).secret, problem: func(c plan.Credential) error {
		if c.Lifetime <= 0 {
			return errors.New("the client secret has no lifetime")
		}
		return nil
	}},
	plan.CredentialCertificate: {make: (*script).certificate, problem: func(c plan.Credential) error {
		if c.Certificate.IsZero() {
			return errors.New("there is no certificate")
		}
		return nil
	}},
	plan.CredentialMadeCertificate: {problem: func(plan.Credential) error {
		return errors.New("the bot makes the certificate and its key, which a script has not; choose a certificate of your own")
	}},
	plan.CredentialFederated: {make: (*script).federated},
	plan.CredentialNone:      {},
}

func checkCredential(c plan.Credential) error {
	row, ok := credentialKinds[c.Kind]
	switch {
	case !ok:
		return fmt.Errorf("%q is not a kind of credential", c.Kind)
	case row.problem != nil:
		return row.problem(c)
	}
	return nil
}

// credential is last: until then nobody can use what the app may do.
func (s *script) credential() {
	if do := credentialKinds[s.p.Credential.Kind].make; do != nil {
		do(s, s.p.Credential)
	}
}

// ofObject is a path below the application.
func ofObject(rest string) text { return text{lit("/applications/"), variable("object"), lit(rest)} }

func (s *script) secret(c plan.Credential) {
	s.sh.step("Make the client secret. It is shown once, and is nowhere else.")
	s.sh.secret(ofObject("/addPassword"), encode(object{{"passwordCredential", object{
		{"displayName", "entra-app"}, {"endDateTime", text{variable("until")}},
	}}}, true), int64(c.Lifetime.Seconds()))
}

func (s *script) certificate(c plan.Credential) {
	s.sh.step("Add the public certificate. Whoever has its private key can sign in as the app.")
	s.sh.why("Certificate: " + c.Certificate.Subject + ", SHA-1 " + c.Certificate.Thumbprint)
	s.sh.patch(ofObject(""), encode(object{{"keyCredentials", []any{keyCredential(c.Certificate)}}}, true))
}

func (s *script) federated(c plan.Credential) {
	s.sh.step("Trust the tokens of another issuer.")
	s.sh.post(ofObject("/federatedIdentityCredentials"), encode(object{
		{"name", "entra-app"}, {"issuer", c.Federated.Issuer}, {"subject", c.Federated.Subject},
		{"audiences", []any{c.Federated.Audience}},
	}, true))
}
