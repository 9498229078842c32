package graphops

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/seal"
)

const (
	// keyBits is NIST's 128 bits of strength, good beyond 2030 (SP 800-57, part 1).
	keyBits = 3072
	// nameMax is ub-common-name. Source: RFC 5280, appendix A.1.
	nameMax = 64
	// early is how far the clock of whoever uses the certificate may be behind.
	early = 5 * time.Minute
)

// pfx is how the file is encrypted: with triple DES, and SHA-1 for the key and for
// the checksum. Windows Server 2016, and what imports through it, as .NET and so Veeam do,
// know nothing newer: AES in such files came with Windows Server 2019, and older
// ones say that the password is wrong. OpenSSL 3 reads this one without its legacy
// provider, which it would need for RC2. What is weak about it is guessing: few
// rounds for each try. The password has 139 random bits and is not somebody's
// word, so that there is nothing to guess.
var pfx = pkcs12.LegacyDES

// MakeCertificate makes an RSA key and a certificate for it that signs itself, for
// clients only. Entra takes the key out of it and asks no authority.
func (d *Directory) MakeCertificate(commonName string, expires time.Time) (certificate.Certificate, workflow.PFX, error) {
	fail := func(what string, err error) (certificate.Certificate, workflow.PFX, error) {
		return certificate.Certificate{}, workflow.PFX{}, fmt.Errorf("making a certificate: %s: %w", what, err)
	}
	key, err := d.newKey(keyBits)
	if err != nil {
		return fail("the key", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return fail("its number", err)
	}
	name := []rune(commonName)
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), Subject: pkix.Name{CommonName: string(name[:min(len(name), nameMax)])},
		NotBefore: d.now().Add(-early).UTC().Truncate(time.Second), NotAfter: expires.UTC(),
		SignatureAlgorithm: x509.SHA256WithRSA, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return fail("the certificate", err)
	}
	x, err := x509.ParseCertificate(der)
	if err != nil {
		return fail("the certificate", err)
	}
	c, err := certificate.Parse(der)
	if err != nil {
		return fail("the certificate", err)
	}
	password := newPassword()
	file, err := pfx.Encode(key, x, nil, password)
	if err != nil {
		return fail("the file", err)
	}
	return c, workflow.PFX{PFX: seal.New(string(file)), Password: seal.New(password)}, nil
}

// passwordLetters are letters and digits without those that look like another.
const passwordLetters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"

const passwordLength = 24

// newPassword draws each letter evenly: bytes beyond a multiple of the letters
// are drawn again.
func newPassword() string {
	const n = len(passwordLetters)
	var out []byte
	for b := make([]byte, 1); len(out) < passwordLength; {
		rand.Read(b) // never fails
		if int(b[0]) < 256/n*n {
			out = append(out, passwordLetters[int(b[0])%n])
		}
	}
	return string(out)
}
