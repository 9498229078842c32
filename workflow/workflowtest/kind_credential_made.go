package workflowtest

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// MakeCertificate makes a real one; its file only says which.
func (w *Wires) MakeCertificate(name string, expires time.Time) (certificate.Certificate, workflow.PFX, error) {
	c, err := call(w, "make certificate", func() (certificate.Certificate, error) {
		key := rsaKey()
		serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
		t := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Minute),
			NotAfter: expires}
		der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
		if err != nil {
			return certificate.Certificate{}, err
		}
		return certificate.Parse(der)
	})
	return c, workflow.PFX{PFX: seal.New("PFX " + c.Thumbprint), Password: seal.New("PASSWORD " + c.Thumbprint)}, err
}

// Fetch does what a requester does who has the link to a file.
func (w *World) Fetch(d *workflow.Desk, g workflow.Disclosure) (file string) {
	if g.Link.IsZero() {
		return ""
	}
	r, got, err := d.FetchFile(context.Background(), TokenOf(g))
	if err != nil {
		return ""
	}
	d.Fetched(context.Background(), r.ID)
	return got.Reveal()
}

// AskMade asks for an app with a certificate that is made here, and lets people
// do what they have to until it is ready.
func (w *World) AskMade(n *Node) *workflow.Request {
	w.T.Helper()
	w.Signer = AdaOfAzure()
	r, err := n.Submit(context.Background(), Bea, MadeDraft("payroll-backup"))
	if err != nil {
		w.T.Fatal(err)
	}
	return w.Settle(n, r.ID, workflow.StateReady)
}

// MadeDraft asks for an app whose certificate is made here.
func MadeDraft(name string) form.Draft {
	d := CertificateDraft(name)
	d.Credential, d.Certificate, d.Lifetime = plan.CredentialMadeCertificate, nil, 8760*time.Hour
	return d
}

// TokenOf is the last part of a page's address.
func TokenOf(g workflow.Disclosure) seal.Secret {
	_, token, _ := strings.Cut(g.Link.Reveal(), workflow.PagePath)
	return seal.New(token)
}
