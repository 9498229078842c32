// Package certificate reads the public certificate with which an app is to
// prove who it is, as people have it: DER, Base64, PEM or PKCS #7. Whatever has
// a private key in it is refused, before anything else is looked at: a key that
// was pasted into a chat is no longer private, and must never get further.
//
// What was found decides, not what it is called: Windows' certutil -encode
// writes BEGIN CERTIFICATE around any file, a PFX too.
//
// Sources: RFC 5280 (certificates), RFC 7468 (PEM), RFC 2315 and RFC 5652
// (PKCS #7, CMS), RFC 7292 (PKCS #12), RFC 5958, 8017 and 5915 (private keys);
// Graph, keyCredential resource type: key is the DER, and customKeyIdentifier
// its SHA-1 where none is given.
package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A Certificate is a public X.509 certificate.
type Certificate struct {
	DER         []byte
	Subject     string // "CN=backup,O=Example": may be empty, and is for the eye only
	Key         string // "RSA 2048", "EC P-256"
	Thumbprint  string // SHA-1 of DER, 40 hexadecimal digits, capitals: as Entra and Windows show it
	Fingerprint string // SHA-256 of DER, 64 hexadecimal digits, capitals
	NotBefore   time.Time
	NotAfter    time.Time
}

// IsZero reports whether there is no certificate.
func (c Certificate) IsZero() bool { return len(c.DER) == 0 }

// SignsItself reports whether the certificate is its own authority.
func (c Certificate) SignsItself() bool {
	x, err := x509.ParseCertificate(c.DER)
	return err == nil && bytes.Equal(x.RawSubject, x.RawIssuer) &&
		x.CheckSignature(x.SignatureAlgorithm, x.RawTBSCertificate, x.Signature) == nil
}

// of returns what an approver is shown of x.
func of(x *x509.Certificate) Certificate {
	return Certificate{
		DER:         x.Raw,
		Subject:     subject(x.Subject.Names),
		Key:         key(x),
		Thumbprint:  fmt.Sprintf("%X", sha1.Sum(x.Raw)),
		Fingerprint: fmt.Sprintf("%X", sha256.Sum256(x.Raw)),
		NotBefore:   x.NotBefore.UTC(),
		NotAfter:    x.NotAfter.UTC(),
	}
}

func key(x *x509.Certificate) string {
	switch k := x.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "EC " + k.Curve.Params().Name
	}
	if x.PublicKeyAlgorithm == x509.UnknownPublicKeyAlgorithm {
		return "unknown"
	}
	return x.PublicKeyAlgorithm.String()
}

const longestSubject = 120

// short are the names of RFC 4514, and E as Windows and OpenSSL have it.
var short = map[string]string{
	"2.5.4.3": "CN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "STREET",
	"2.5.4.10": "O", "2.5.4.11": "OU", "1.2.840.113549.1.9.1": "E",
	"0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.25": "DC",
}

var escape = strings.NewReplacer(`\`, `\\`, `,`, `\,`, `+`, `\+`, `"`, `\"`, `<`, `\<`, `>`, `\>`, `;`, `\;`)

// subject writes a name as RFC 2253 does, last part first. Whoever made the
// certificate chose it: what does not print becomes a question mark, so that it
// can neither break a line nor turn the direction of one.
func subject(names []pkix.AttributeTypeAndValue) string {
	var parts []string
	for _, n := range slices.Backward(names) {
		name, ok := short[n.Type.String()]
		if !ok {
			name = n.Type.String()
		}
		parts = append(parts, name+"="+escape.Replace(fmt.Sprint(n.Value)))
	}
	runes := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.Join(parts, ",")))
	if len(runes) > longestSubject {
		runes = append(runes[:longestSubject-1], '…')
	}
	return string(runes)
}

// A Problem says why what was given is not taken, and what to do instead. Its
// Text never quotes what was given: that may be a secret.
type Problem struct {
	Code string // for tests: "private-key", "pfx", "expired", …
	Text string // for a person
}

func (p *Problem) Error() string { return p.Text }

func problem(code, format string, args ...any) *Problem {
	return &Problem{code, fmt.Sprintf(format, args...)}
}
