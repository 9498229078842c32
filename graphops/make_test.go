package graphops

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
)

// make makes a certificate that is valid for a year, and keeps what is secret
// about it out of the log.
func (w *world) make(name string) (certificate.Certificate, workflow.PFX) {
	w.Helper()
	c, keyed, err := w.dir.MakeCertificate(name, w.now().Add(8760*time.Hour).Truncate(time.Second))
	if w.saw(err) != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		if strings.Contains(w.log.String(), keyed.Password.Reveal()) || strings.Contains(w.log.String(), keyed.PFX.Reveal()) {
			w.Error("the log or an error contains a password or a file")
		}
	})
	return c, keyed
}

func TestAMadeCertificateIsWhatEntraAndItsUserNeed(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("ü", 70)
	for _, name := range []string{"payroll-backup", long, `a, "b" + c`} {
		c, keyed := w.make(name)
		if err := c.Check(w.now(), 8760*time.Hour); err != nil || c.Key != "RSA 3072" {
			t.Errorf("%s: %v, %s", name, err, c.Key)
		}
		key, x, err := pkcs12.Decode([]byte(keyed.PFX.Reveal()), keyed.Password.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		private, ok := key.(*rsa.PrivateKey)
		if !ok || !private.PublicKey.Equal(x.PublicKey) || !bytes.Equal(x.Raw, c.DER) {
			t.Errorf("%s: the file has another key or certificate", name)
		}
		if err := x.CheckSignature(x.SignatureAlgorithm, x.RawTBSCertificate, x.Signature); err != nil ||
			x.SignatureAlgorithm != x509.SHA256WithRSA {
			t.Errorf("%s: signed with %v: %v", name, x.SignatureAlgorithm, err)
		}
		if !slices.Equal(x.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}) || x.IsCA ||
			x.KeyUsage != x509.KeyUsageDigitalSignature {
			t.Errorf("%s: it is good for %v, %v", name, x.ExtKeyUsage, x.KeyUsage)
		}
		if n := len([]rune(x.Subject.CommonName)); n > 64 || !strings.HasPrefix(name, x.Subject.CommonName) {
			t.Errorf("it is called %s", x.Subject)
		}
		if _, _, err := pkcs12.Decode([]byte(keyed.PFX.Reveal()), keyed.Password.Reveal()+"x"); err == nil {
			t.Errorf("%s: any password opens it", name)
		}
	}
	a, one := w.make("same")
	b, two := w.make("same")
	if a.Fingerprint == b.Fingerprint || one.Password.Reveal() == two.Password.Reveal() {
		t.Error("two are the same")
	}
}

func TestAPasswordHasNoLookAlikes(t *testing.T) {
	seen := map[rune]int{}
	for range 2000 {
		p := newPassword()
		if len(p) != 24 {
			t.Fatalf("%d characters", len(p))
		}
		for _, r := range p {
			seen[r]++
		}
	}
	for _, r := range "0O1lIo" {
		if seen[r] > 0 {
			t.Errorf("%c", r)
		}
	}
	for _, r := range passwordLetters { // 857 of each on average
		if seen[r] < 650 || seen[r] > 1100 {
			t.Errorf("%c was drawn %d times", r, seen[r])
		}
	}
	if len(seen) != len(passwordLetters) {
		t.Errorf("%d letters", len(seen))
	}
}

func TestOpenSSLReadsTheFileWithoutItsLegacyProvider(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("install openssl")
		}
		t.Skip("install openssl to see it read the file")
	}
	w := newWorld(t)
	c, keyed := w.make("payroll-backup")
	file := filepath.Join(t.TempDir(), "a.pfx")
	if err := os.WriteFile(file, []byte(keyed.PFX.Reveal()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(openssl, "pkcs12", "-in", file, "-passin", "env:PFX_PASSWORD", "-nodes")
	cmd.Env = append(os.Environ(), "PFX_PASSWORD="+keyed.Password.Reveal())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v", err)
	}
	var kinds []string
	for b, rest := pem.Decode(out); b != nil; b, rest = pem.Decode(rest) {
		kinds = append(kinds, b.Type)
		if b.Type == "CERTIFICATE" && !bytes.Equal(b.Bytes, c.DER) {
			t.Error("it is another certificate")
		}
	}
	if slices.Sort(kinds); !slices.Equal(kinds, []string{"CERTIFICATE", "PRIVATE KEY"}) {
		t.Errorf("it has %v", kinds)
	}
}

func TestAnAppProvesItselfWithAMadeCertificate(t *testing.T) {
	w := newWorld(t)
	appID, obj, _, _, s := w.proven(readDirectory, readGroups, fullAccess)
	c, keyed := w.make("payroll")
	with := workflow.Proof{Keyed: keyed}
	prove := func(p workflow.Proof) (map[string][]string, error) {
		got, err := w.dir.Prove(t.Context(), "contoso", appID, p, []string{catalog.MicrosoftGraph, catalog.ExchangeOnline})
		return got, w.saw(err)
	}
	if _, err := prove(with); !isTemporary(err) {
		t.Errorf("before it is registered: %v", err)
	}
	if err := w.saw(certified(s.EnsureCertificate(t.Context(), obj, "entra-app x EA-1", c))); err != nil {
		t.Fatal(err)
	}
	got, err := prove(with)
	if err != nil || len(got[catalog.MicrosoftGraph]) != 2 || !slices.Equal(got[catalog.ExchangeOnline], []string{"full_access_as_app"}) {
		t.Errorf("proven: %q, %v", got, err)
	}
	_, stranger := w.make("stranger")
	if _, err := prove(workflow.Proof{Keyed: stranger}); !isTemporary(err) {
		t.Errorf("another certificate: %v", err)
	}
	for _, p := range []workflow.Proof{{Keyed: workflow.PFX{PFX: keyed.PFX, Password: stranger.Password}},
		{Keyed: workflow.PFX{PFX: keyed.Password, Password: keyed.Password}}} {
		if _, err := prove(p); err == nil || isTemporary(err) {
			t.Errorf("a file that does not open: %v", err)
		}
	}
	if err := w.saw(s.RemoveCertificate(t.Context(), obj, c.Thumbprint)); err != nil {
		t.Fatal(err)
	}
	if _, err := prove(with); !isTemporary(err) {
		t.Errorf("after it was removed: %v", err)
	}
	w.s.Fail("token", entratest.Before, 503, 1)
	if _, err := prove(with); !isTemporary(err) {
		t.Errorf("while Entra is busy: %v", err)
	}
}
