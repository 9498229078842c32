package certificate

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"regexp"
)

var (
	errPrivateKey = &Problem{"private-key", "This contains a private key. It was not stored. A private key must stay where it was made: " +
		"export only the public certificate (.cer or .crt) and give that. Treat this key as compromised: make a new one, and a new " +
		"certificate with it."}
	errPFX = &Problem{"pfx", "This is a PFX (PKCS #12) file, which holds a private key. It was not stored. Give the public " +
		"certificate alone. " +
		"On Windows: export again and choose \"No, do not export the private key\", or use Export-Certificate in PowerShell. " +
		"With OpenSSL: openssl pkcs12 -in file.pfx -clcerts -nokeys. Treat it as compromised: make a new key unless " +
		"its password can't be guessed."}
)

// refuseSecret looks for a private key anywhere in b: in binary, by the words
// around it, in Base64 with or without those. It reads the beginning of a key
// only, since most of a key is a key as well.
func refuseSecret(b []byte) error {
	if secretWords.Match(text(b)) {
		return errPrivateKey
	}
	return refuseMaterial(b)
}

// refuseMaterial is refuseSecret without the words.
func refuseMaterial(b []byte) error {
	t := text(b)
	if err := secretAt(b); err != nil {
		return err
	}
	for i := range b {
		if err := secretAt(b[i:]); err == errPrivateKey {
			return err
		}
	}
	for i := range t {
		switch {
		case t[i] == 'M' && i+1 < len(t) && 'A' <= t[i+1] && t[i+1] <= 'P': // the tag of a SEQUENCE, and a length
			if err := secretAt(head64(t[i:])); err != nil {
				return err
			}
		case bytes.HasPrefix(t[i:], pvkIn64), bytes.HasPrefix(t[i:], blobIn64):
			if isBlob(head64(t[i:])) {
				return errPrivateKey
			}
		case bytes.HasPrefix(t[i:], pemIn64):
			if secretWords.Match(head64(t[i:])) {
				return errPrivateKey
			}
		}
	}
	return nil
}

// HasPrivateKey reports whether somebody has put a private key into a text that is
// for people. Unlike a certificate's field such a text may speak of keys: it is
// their beginning that counts, with or without the words around it.
func HasPrivateKey(text string) bool {
	return keyInProse.MatchString(text) || refuseMaterial([]byte(text)) != nil
}

// keyInProse is secretWords without what people write as well.
var keyInProse = regexp.MustCompile(`(?is)(--|–|—)[-–—]*\s?BEGIN[^-–—]{0,40}private\s+key|openssh-key-v1|b3BlbnNzaC1rZXktdjE|` +
	`PuTTY-User-Key-File-\d|<RSAKeyValue>.*<D>|"kty".*"d"\s*:|"d"\s*:.*"kty"`)

var (
	// pemIn64 is "-----BEGIN" in Base64, as in the secrets of Kubernetes.
	pemIn64 = []byte("LS0tLS1CRUdJT")
	// pvkIn64 and blobIn64 are how Windows' files of private keys begin in Base64.
	pvkIn64  = []byte("HvG1s")
	blobIn64 = []byte("BwIAAA")
)

// isBlob reports whether b begins with a private key as Windows' CryptoAPI keeps it:
// a PRIVATEKEYBLOB (MSBLOB), or a PVK file, which is one with a header, and may be
// encrypted. Numbers are written with their smallest byte first.
// Source: Microsoft, "PRIVATEKEYBLOB" (wincrypt.h, BLOBHEADER and RSAPUBKEY); the
// form of PVK is that of OpenSSL's "rsa -outform PVK".
func isBlob(b []byte) bool {
	if len(b) < 12 {
		return false
	}
	if bytes.HasPrefix(b, []byte{0x1e, 0xf1, 0xb5, 0xb0}) { // magic, reserved, type of key: exchange or signature
		kind := binary.LittleEndian.Uint32(b[8:])
		return binary.LittleEndian.Uint32(b[4:]) == 0 && (kind == 1 || kind == 2)
	}
	if !bytes.HasPrefix(b, []byte{7, 2, 0, 0}) { // type 7, version 2, reserved
		return false
	}
	switch algorithm := binary.LittleEndian.Uint32(b[4:]); algorithm {
	case 0xa400, 0x2400, 0x2200: // CALG_RSA_KEYX, CALG_RSA_SIGN, CALG_DSS_SIGN
		magic := string(b[8:12])
		return magic == "RSA2" || magic == "DSS2" || magic == "DSS4"
	}
	return false
}

// secretWords are what stands around private keys: of PEM (RFC 7468, section 10
// and 11), PGP, OpenSSH in text and in Base64, OpenSSL's -text, PuTTY, .NET's XML, and JWK.
var secretWords = regexp.MustCompile(`(?is)private\s+key(\s+block)?\s*(--|–|—)|openssh-key-v1|b3BlbnNzaC1rZXktdjE|private-key:\s*\(|` +
	`PuTTY-User-Key-File|<RSAKeyValue>.*<D>|"kty".*"d"\s*:|"d"\s*:.*"kty"`)

// secretAt says what private key b begins with. It must know a key by its first
// kilobyte, and that nothing in a certificate begins like one.
func secretAt(b []byte) error {
	if isBlob(b) {
		return errPrivateKey
	}
	tag, body, _ := tlv(b)
	if tag != sequence {
		return nil
	}
	tag, first, rest := tlv(body)
	next, second, rest := tlv(rest)
	switch {
	case tag == sequence:
		// EncryptedPrivateKeyInfo, RFC 5958: how it is encrypted, OCTET STRING.
		if next == octetString && (bytes.HasPrefix(first, oidPKCS5) || bytes.HasPrefix(first, oidPKCS12PBE)) {
			return errPrivateKey
		}
	case tag != integer || len(first) != 1:
	case first[0] == 3:
		// PFX, RFC 7292: version 3, ContentInfo.
		if next == sequence && bytes.HasPrefix(second, oidPKCS7) {
			return errPFX
		}
	case first[0] > 1:
	case next == sequence:
		// PrivateKeyInfo, RFC 5958: version, algorithm, OCTET STRING.
		if after, _, _ := tlv(rest); len(second) > 0 && second[0] == objectID && after == octetString {
			return errPrivateKey
		}
	case next == integer && len(second) >= 32, // RSAPrivateKey, RFC 8017: version, modulus; OpenSSL's DSA key is alike
		next == octetString && len(second) >= 16: // ECPrivateKey, RFC 5915: version 1, key
		return errPrivateKey
	}
	return nil
}

// Tags of DER, and beginnings of OBJECT IDENTIFIERs with their tag and length.
const (
	integer     = 0x02
	bitString   = 0x03
	octetString = 0x04
	objectID    = 0x06
	sequence    = 0x30
)

var (
	oidPKCS5     = []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05")     // 1.2.840.113549.1.5: PBES1, PBES2
	oidPKCS7     = []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07")     // 1.2.840.113549.1.7: data, signedData
	oidPKCS12PBE = []byte("\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01") // 1.2.840.113549.1.12.1: RC2, RC4, 3DES
)

// tlv takes the first element off b, which may end within it: body is then what
// there is of it. In BER of indefinite length, body goes on to the end of b.
func tlv(b []byte) (tag byte, body, rest []byte) {
	if len(b) < 2 {
		return 0, nil, nil
	}
	tag, n, b := b[0], int(b[1]), b[2:]
	switch {
	case n == indefinite:
		n = len(b)
	case n > indefinite:
		size := n - indefinite
		if size > 3 || size > len(b) { // 3 bytes count far beyond what is read
			return 0, nil, nil
		}
		n = 0
		for _, c := range b[:size] {
			n = n<<8 | int(c)
		}
		b = b[size:]
	}
	n = min(n, len(b))
	return tag, b[:n], b[n:]
}

const indefinite = 0x80

// head64 decodes the first kilobyte of the Base64 with which t begins.
func head64(t []byte) []byte {
	var s []byte
	for _, c := range t {
		if len(s) == 1368 || !filler(c) && !base64Digit(c) {
			break
		}
		if base64Digit(c) {
			s = append(s, c)
		}
	}
	b, _ := base64.RawStdEncoding.DecodeString(string(s[:len(s)&^3]))
	return b
}

func base64Digit(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/'
}

// filler is what gets between the digits of Base64 on the way from a file
// through mails and configurations to a form.
func filler(c byte) bool {
	return c <= ' ' || c >= 0x80 || c == '>' || c == '"' || c == '\'' || c == ','
}
