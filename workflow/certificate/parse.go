package certificate

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
)

const mostBytes = 64 << 10

var (
	errEmpty  = &Problem{"empty", "There is no certificate here. Paste the text of a .cer, .crt or .pem file, or upload the file."}
	errTooBig = &Problem{"too-big", "This is more than 64 KB, and a certificate has 1 or 2. Give the app's certificate alone, without " +
		"other files."}
	errNone = &Problem{"not-a-certificate",
		"There is no certificate in this. Give a public X.509 certificate: a .cer, .crt, .pem or .p7b file, " +
			"or its text from BEGIN CERTIFICATE to END CERTIFICATE. On Windows: open the certificate, then Details, Copy to File, " +
			"Base-64 encoded X.509 (.CER)."}
	errDamaged = &Problem{"not-a-certificate",
		"This looks like a certificate, but a part of it is missing or changed, or it breaks the standard, so it can't be read. " +
			"Copy all of it, with the BEGIN and END lines, or upload the file. If that does not help, export the certificate again or " +
			"make a new one."}
	errRequest = &Problem{"request", "This is a certificate request (CSR), not yet a certificate. Give the certificate that was made " +
		"from it. " +
		"If there is none, make a self-signed one: openssl x509 -req -in file.csr -signkey key.pem -days 180, on the machine that " +
		"has the key."}
	errPublicKey = &Problem{"public-key",
		"This is only a public key. Entra needs a certificate, which also says whose the key is and how long it is valid: " +
			"openssl req -x509 -key key.pem -days 180 makes one, on the machine that has the private key."}
	errCRL = &Problem{"crl", "This is a list of revoked certificates (CRL), and no certificate is in it. Give the app's own " +
		"certificate: a .cer, .crt or .pem file."}
	errSSH = &Problem{"ssh", "This is a key for SSH. Entra takes an X.509 certificate: give a .cer, .crt or .pem file. " +
		"The command openssl req -x509 -newkey rsa:2048 -days 180 makes one, with a new key; keep that where it is made."}
)

// Parse reads what a person pasted or uploaded. Of several certificates it
// takes the one that issued none of the others. Its errors are Problems.
func Parse(b []byte) (Certificate, error) {
	if len(b) > mostBytes {
		return Certificate{}, errTooBig
	}
	if IsEmpty(b) {
		return Certificate{}, errEmpty
	}
	all, err := unwrap(b, 0)
	if err != nil {
		return Certificate{}, err
	}
	c, err := leaf(all)
	if err != nil {
		return Certificate{}, err
	}
	x, err := parse(c.der)
	if err != nil {
		return Certificate{}, err
	}
	return of(x), nil
}

// IsEmpty reports whether there is nothing in b but blanks, as text.
func IsEmpty(b []byte) bool {
	return len(bytes.TrimFunc(text(b), func(r rune) bool { return r <= ' ' || r >= 0x80 })) == 0
}

// unwrap finds the certificates in b. Text may have binary in it, and that text
// again, as in a secret of Kubernetes.
func unwrap(b []byte, depth int) ([]candidate, error) {
	if err := refuseSecret(b); err != nil {
		return nil, err
	}
	if tag, body, _ := tlv(b); tag == sequence && len(body) > 0 && bytes.IndexByte([]byte{integer, objectID, sequence}, body[0]) >= 0 {
		return fromDER(b)
	}
	if depth > 2 {
		return nil, errNone
	}
	t := text(b)
	if ssh.Match(t) {
		return nil, errSSH
	}
	if begin.Match(t) {
		return fromPEM(t, depth)
	}
	der, ok := decode64(t)
	if !ok {
		return nil, errNone
	}
	return unwrap(der, depth+1)
}

// text returns b as text of which only ASCII matters. Windows also writes
// UTF-16, of which every other byte is then 0; PowerShell even adds that to the
// end of a file in UTF-8. JSON writes \n where lines end.
func text(b []byte) []byte {
	b = bytes.ReplaceAll(b, []byte{0}, nil)
	b = bytes.ReplaceAll(b, []byte(`\r`), []byte("\r"))
	return bytes.ReplaceAll(b, []byte(`\n`), []byte("\n"))
}

// Word processors make one long dash of two short ones.
var (
	ssh    = regexp.MustCompile(`^\W*(ssh-(rsa|dss|ed25519)|ecdsa-sha2-|sk-ssh-|sk-ecdsa-)|BEGIN SSH2 PUBLIC KEY`)
	begin  = regexp.MustCompile(`(--|–|—)[-–—]*\s?BEGIN [A-Z0-9 .#]+?\s?(--|–|—)`)
	blocks = regexp.MustCompile(`(?s)(?:--|–|—)[-–—]*\s?BEGIN ([A-Z0-9 .#]+?)\s?(?:--|–|—)[-–—]*(.*?)[-–—]+\s?END `)
	ours   = regexp.MustCompile(`CERTIFICATE|PKCS|CMS`)
)

// fromPEM is less strict than RFC 7468: text may stand before, between and after
// the blocks, and lines may be of any length.
func fromPEM(t []byte, depth int) ([]candidate, error) {
	found := blocks.FindAllSubmatch(t, -1)
	if len(found) < len(begin.FindAll(t, -1)) {
		return nil, errDamaged
	}
	var all []candidate
	var beside error
	for _, m := range found {
		der, ok := decode64(m[2])
		if !ok && ours.Match(m[1]) {
			return nil, errDamaged
		}
		x, err := unwrap(der, depth+1)
		switch p, _ := errors.AsType[*Problem](err); {
		case err == nil:
			all = append(all, x...)
		case p == errPrivateKey, p == errPFX:
			return nil, err
		case p == errRequest, p == errPublicKey, !ours.Match(m[1]):
			if beside == nil {
				beside = err
			}
		default:
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, beside
	}
	return all, nil
}

// decode64 decodes Base64 with anything harmless between its digits.
func decode64(t []byte) ([]byte, bool) {
	t = bytes.TrimRight(bytes.Join(bytes.FieldsFunc(t, func(r rune) bool { return r >= 0x80 || filler(byte(r)) }), nil), "=")
	b, err := base64.RawStdEncoding.DecodeString(string(t))
	return b, err == nil && len(b) > 0
}

// fromDER tells by the tags of its parts what b is. OpenSSL's TRUSTED
// CERTIFICATE has its settings after the certificate; they are left.
func fromDER(b []byte) ([]candidate, error) {
	if b[1] == indefinite {
		return nil, errIndefinite
	}
	var all []candidate
	for len(b) > 0 {
		var element asn1.RawValue
		rest, err := asn1.Unmarshal(b, &element)
		if err != nil && len(all) == 0 {
			return nil, errDamaged
		}
		kinds := tags(element.FullBytes)
		if kinds != "\x30\x30\x03" { // what is signed, how, signature
			if len(all) > 0 {
				break
			}
			switch {
			case kinds == "\x30\x03", kinds == "\x02\x02": // SubjectPublicKeyInfo; RSAPublicKey
				return nil, errPublicKey
			case kinds != "" && kinds[0] == objectID:
				return fromPKCS7(element.FullBytes)
			}
			return nil, errNone
		}
		_, signed, _ := tlv(element.FullBytes)
		switch parts := tags(signed); {
		case strings.ContainsAny(parts[:min(4, len(parts))], "\x17\x18"): // RFC 5280, 5.1: version, signature, issuer, a time
			return nil, errCRL
		case len(parts) <= 4: // RFC 2986: version, subject, key, attributes
			return nil, errRequest
		}
		c, ok := outline(element.FullBytes)
		if !ok {
			return nil, errDamaged
		}
		all, b = append(all, c), rest
	}
	return all, nil
}

// tags returns the tags of the parts of the element with which b begins.
func tags(b []byte) string {
	var kinds []byte
	_, b, _ = tlv(b)
	for len(b) > 0 {
		var tag byte
		tag, _, b = tlv(b)
		kinds = append(kinds, tag)
	}
	return string(kinds)
}
