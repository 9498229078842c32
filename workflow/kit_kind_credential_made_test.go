package workflow_test

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
func (w *wired) MakeCertificate(name string, expires time.Time) (certificate.Certificate, workflow.PFX, error) {
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

// fetch does what a requester does who has the link to a file.
func (w *world) fetch(d *workflow.Desk, g workflow.Disclosure) (file string) {
	if g.Link.IsZero() {
		return ""
	}
	r, got, err := d.FetchFile(context.Background(), tokenOf(g))
	if err != nil {
		return ""
	}
	d.Fetched(context.Background(), r.ID)
	return got.Reveal()
}

// askMade asks for an app with a certificate that is made here, and lets people
// do what they have to until it is ready.
func (w *world) askMade(n *node) *workflow.Request {
	w.t.Helper()
	w.signer = adaOfAzure()
	r, err := n.Submit(context.Background(), bea, madeDraft("payroll-backup"))
	if err != nil {
		w.t.Fatal(err)
	}
	return w.settle(n, r.ID, workflow.StateReady)
}

func madeDraft(name string) form.Draft {
	d := certificateDraft(name)
	d.Credential, d.Certificate, d.Lifetime = plan.CredentialMadeCertificate, nil, 8760*time.Hour
	return d
}

// tokenOf is the last part of a page's address.
func tokenOf(g workflow.Disclosure) seal.Secret {
	_, token, _ := strings.Cut(g.Link.Reveal(), workflow.PagePath)
	return seal.New(token)
}
