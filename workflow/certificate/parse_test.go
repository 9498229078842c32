package certificate

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// file reads one that testdata/make.sh made.
func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// files calls do with each that pattern matches, and makes sure of how many.
func files(t *testing.T, pattern string, n int, do func(t *testing.T, b []byte)) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(names) != n {
		t.Fatalf("%d files are %s, want %d (%v)", len(names), pattern, n, err)
	}
	for _, name := range names {
		name = filepath.Base(name)
		t.Run(name, func(t *testing.T) { do(t, file(t, name)) })
	}
}

func parsed(t *testing.T, b []byte) Certificate {
	t.Helper()
	c, err := Parse(b)
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	return c
}

// refused makes sure that err is a Problem with this code, and nothing is out.
func refused(t *testing.T, c Certificate, err error, code string) *Problem {
	t.Helper()
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		t.Fatalf("error is %v, want a Problem %q", err, code)
	}
	if p.Code != code {
		t.Errorf("code is %q (%s), want %q", p.Code, p, code)
	}
	if !reflect.ValueOf(c).IsZero() {
		t.Errorf("a refused file gave %+v", c)
	}
	return p
}

func TestACertificateIsTheSameInEveryForm(t *testing.T) {
	want := parsed(t, file(t, "rsa.cer"))
	if !bytes.Equal(want.DER, file(t, "rsa.cer")) {
		t.Error("DER is not the file")
	}
	files(t, "rsa*", 18, func(t *testing.T, b []byte) {
		if got := parsed(t, b); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
	})
}

func TestAnApproverSeesWhatTheCertificateIs(t *testing.T) {
	c := parsed(t, file(t, "rsa.cer"))
	if want := `CN=vb365-backup,O=Corp\, Inc.,DC=corp,DC=example`; c.Subject != want {
		t.Errorf("Subject is %s, want %s", c.Subject, want)
	}
	if c.Key != "RSA 2048" {
		t.Errorf("Key is %s", c.Key)
	}
	if !regexp.MustCompile(`^[0-9A-F]{40}$`).MatchString(c.Thumbprint) || !regexp.MustCompile(`^[0-9A-F]{64}$`).MatchString(c.Fingerprint) {
		t.Errorf("Thumbprint %q, Fingerprint %q", c.Thumbprint, c.Fingerprint)
	}
	if got := c.NotBefore.Format("2006-01-02 MST") + " " + c.NotAfter.Format("2006-01-02 MST"); got != "2026-01-01 UTC 2027-01-01 UTC" {
		t.Errorf("valid %s", got)
	}
	for name, want := range map[string]string{"P-224": "EC P-224", "P-256": "EC P-256", "P-384": "EC P-384", "P-521": "EC P-521"} {
		if c := parsed(t, file(t, "cert-ec-"+name+".pem")); c.Key != want {
			t.Errorf("Key is %s, want %s", c.Key, want)
		}
	}
	if c := parsed(t, file(t, "cert-ed25519.pem")); c.Key != "Ed25519" {
		t.Errorf("Key is %s", c.Key)
	}
	if c.IsZero() || !(Certificate{}).IsZero() {
		t.Error("IsZero")
	}
}

func TestASubjectCannotDisturbTheLineItStandsIn(t *testing.T) {
	s := parsed(t, file(t, "cert-strange.pem")).Subject
	if n := utf8.RuneCountInString(s); n != 120 || !strings.HasSuffix(s, "…") {
		t.Errorf("%q has %d characters", s, n)
	}
	if !strings.Contains(s, `CN=a?b?c\,\<d\> xxx`) {
		t.Errorf("Subject is %q", s)
	}
}

func TestOfAChainTheLeafIsTaken(t *testing.T) {
	files(t, "leaf*", 7, func(t *testing.T, b []byte) {
		if c := parsed(t, b); c.Subject != "CN=leaf" {
			t.Errorf("took %s", c.Subject)
		}
	})
}

// cases/certificates/42-leaf-and-negative-root.pem, 44-leaf-and-brainpool-root.pem: crypto/x509
// refuses both roots.
func TestTheLeafIsTakenWhateverStandsBesideIt(t *testing.T) {
	for _, name := range []string{"42-leaf-and-negative-root.pem", "44-leaf-and-brainpool-root.pem"} {
		if c := parsed(t, file(t, "cases/"+name)); c.Subject != "CN=leaf" || c.Key != "RSA 2048" {
			t.Errorf("%s: took %s, %s", name, c.Subject, c.Key)
		}
	}
	// The authority in between is not in the file.
	root := blocksOf(t, file(t, "cases/42-leaf-and-negative-root.pem"))[1]
	if c := parsed(t, append(root, file(t, "rsa.pem")...)); !bytes.Equal(c.DER, file(t, "rsa.cer")) {
		t.Errorf("took %s", c.Subject)
	}
	c, err := Parse(root) // alone, it decides
	refused(t, c, err, "not-a-certificate")
}

// blocksOf cuts PEM into its blocks.
func blocksOf(t *testing.T, b []byte) (all [][]byte) {
	t.Helper()
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		all = append(all, pem.EncodeToMemory(block))
	}
	return all
}

func TestWhenNoneIsTheLeafItSaysHowManyThereAre(t *testing.T) {
	files(t, "several*", 2, func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if p := refused(t, c, err, "several"); !strings.Contains(p.Text, "There are 2 certificates") {
			t.Error(p)
		}
	})
	c, err := Parse(append(file(t, "cert-expired.pem"), file(t, "several.pem")...))
	if p := refused(t, c, err, "several"); !strings.Contains(p.Text, "There are 3 certificates") {
		t.Error(p)
	}
}

// services.md section 3: PVK and MSBLOB (openssl rsa -outform PVK) are private keys too.
func TestAPrivateKeyIsRefusedInEveryForm(t *testing.T) {
	files(t, "private-*", 42, func(t *testing.T, b []byte) {
		c, err := Parse(b)
		p := refused(t, c, err, "private-key")
		for _, say := range []string{"was not stored", "make a new one", "only the public certificate"} {
			if !strings.Contains(p.Text, say) {
				t.Errorf("%q does not say %q", p, say)
			}
		}
	})
	for what, s := range map[string]string{
		"PuTTY":                       "PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\nAAAA",
		"PGP":                         "-----BEGIN PGP PRIVATE KEY BLOCK-----\n",
		"SSH of RFC 4716's makers":    "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n",
		"JWK":                         `{"kty":"EC","crv":"P-256","d":"AAAA"}`,
		".NET":                        "<RSAKeyValue><Modulus>AA</Modulus><D>AA</D></RSAKeyValue>",
		"a word processor's dashes":   "—–BEGIN PRIVATE KEY—–",
		"as OpenSSL's -text shows it": string(file(t, "rsa.pem")) + "Private-Key: (2048 bit, 2 primes)\nmodulus:\n    00:b0",
		"only the end of it":          "AAAA\n-----END RSA PRIVATE KEY-----",
		"in small letters":            "-----begin rsa private key-----",
		"beside a good certificate":   string(file(t, "rsa.pem")) + "-----BEGIN ENCRYPTED PRIVATE KEY-----",
		"below a line of openssl's":   "Bag Attributes\nKey Attributes: <No Attributes>\n" + string(file(t, "private-ec-pkcs8.pem")),
		"cut off in the middle":       string(file(t, "private-rsa-pkcs8-base64.txt")[:300]),
		"in a CERTIFICATE's clothes": "-----BEGIN CERTIFICATE-----\n" + string(file(t, "private-ec-sec1-base64.txt")) +
			"-----END CERTIFICATE-----",
		"with JSON's line ends": `{"key":"` + strings.ReplaceAll(string(file(t, "private-ec-pkcs8-base64.txt")), "\n", `\n`) + `"}`,
	} {
		c, err := Parse([]byte(s))
		t.Run(what, func(t *testing.T) { refused(t, c, err, "private-key") })
	}
}

func TestAPFXIsRefusedWithWhatToDoInstead(t *testing.T) {
	files(t, "pfx-*", 5, func(t *testing.T, b []byte) {
		c, err := Parse(b)
		p := refused(t, c, err, "pfx")
		if !strings.Contains(p.Text, "openssl pkcs12 -in file.pfx -clcerts -nokeys") ||
			!strings.Contains(p.Text, "No, do not export the private key") {
			t.Error(p)
		}
	})
}

func TestWhatIsNoCertificateIsNamed(t *testing.T) {
	for _, a := range []struct {
		pattern, code string
		n             int
	}{
		{"request.*", "request", 2},
		{"public-key*", "public-key", 3},
		{"ssh*", "ssh", 2},
		{"signed.p7m", "not-a-certificate", 1},
		{"empty.p7b", "not-a-certificate", 1},
		{"make.sh", "not-a-certificate", 1},
		{"indefinite.p7b", "ber", 1},
		{"cert-ec-secp256k1.pem", "curve", 1},
		{"cert-ec-brainpoolP256r1.pem", "curve", 1},
		{"cert-ec-prime192v1.pem", "curve", 1},
		{"crl.*", "crl", 2},
	} {
		files(t, a.pattern, a.n, func(t *testing.T, b []byte) {
			c, err := Parse(b)
			refused(t, c, err, a.code)
		})
	}
	good := string(file(t, "rsa.pem"))
	for s, code := range map[string]string{
		"":                      "empty",
		"\ufeff \r\n\t":         "empty",
		"\xff\xfe \x00\n\x00":   "empty",
		"hello":                 "not-a-certificate",
		"Hello, world.":         "not-a-certificate",
		"AAAA":                  "not-a-certificate",
		"0":                     "not-a-certificate",
		"0\x82":                 "not-a-certificate",
		"0\x80\x06\x01":         "ber",
		good[:len(good)-40]:     "not-a-certificate",
		good[:500]:              "not-a-certificate",
		good[:200] + good[265:]: "not-a-certificate",
		good + good[:500]:       "not-a-certificate",
		"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----": "not-a-certificate",
	} {
		c, err := Parse([]byte(s))
		refused(t, c, err, code)
	}
}

func TestARequestOrAPublicKeyBesideTheCertificateIsLeft(t *testing.T) {
	c := parsed(t, bytes.Join([][]byte{file(t, "request.pem"), file(t, "public-key.pem"), file(t, "rsa.pem")}, nil))
	if !bytes.Equal(c.DER, file(t, "rsa.cer")) {
		t.Error("took another")
	}
}

func TestMoreThan64KBIsNotRead(t *testing.T) {
	pad := bytes.Repeat([]byte("\n"), mostBytes)
	good := file(t, "rsa.pem")
	parsed(t, append(good, pad[len(good):]...))
	c, err := Parse(append(good, pad...))
	refused(t, c, err, "too-big")
}

func TestAProblemNeverQuotesWhatWasGiven(t *testing.T) {
	files(t, "*.*", 103, func(t *testing.T, b []byte) {
		_, err := Parse(b)
		p, ok := errors.AsType[*Problem](err)
		if !ok {
			return
		}
		for _, word := range regexp.MustCompile(`[A-Za-z0-9+/]{16,}`).FindAllString(p.Text, -1) {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%q quotes %q", p, word)
			}
		}
		if strings.ContainsFunc(p.Text, func(r rune) bool { return r < ' ' }) || !strings.HasSuffix(p.Text, ".") {
			t.Errorf("%q is no sentence", p)
		}
	})
}

func FuzzParse(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		f.Add(file(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if err != nil {
			p, ok := errors.AsType[*Problem](err)
			if !ok || p.Code == "" || p.Text == "" {
				t.Fatalf("error is %v, want a Problem", err)
			}
			refused(t, c, err, p.Code)
			return
		}
		if bytes.Contains(b, []byte("PRIVATE KEY-----")) {
			t.Fatal("a certificate was taken out of what has a private key")
		}
		for _, again := range [][]byte{c.DER, []byte(base64.StdEncoding.EncodeToString(c.DER))} {
			if got, err := Parse(again); err != nil || !reflect.DeepEqual(got, c) {
				t.Fatalf("read again it is %+v, %v; it was %+v", got, err, c)
			}
		}
		_ = c.Check(c.NotBefore, 1)
	})
}
