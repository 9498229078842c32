package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// The two subscriptions of contoso in Azure.
var subscriptions = []entratest.Subscription{
	{ID: "3f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b", Name: "Production"},
	{ID: "9b8a7c6d-1e2f-4a3b-8c4d-5e6f7a8b9c0d", Name: "Backup"},
}

// A sample is something to paste into a form, as the page has it.
type sample struct {
	Title string `json:"title"`
	Note  string `json:"note,omitempty"`
	Text  string `json:"text"`
	URL   string `json:"url,omitempty"` // of the same as a file
	Name  string `json:"name,omitempty"`

	file []byte
}

// makeSamples makes what the page offers for copying. Of the certificates only
// the public part is kept: nobody needs the keys here.
func makeSamples() ([]sample, error) {
	var all []sample
	for i, note := range []string{"For vb365-backup and other products that take a certificate. Without its private key.", "A second one, for renew."} {
		name := fmt.Sprintf("backup-%d.cer", i+1)
		der, err := certificate(fmt.Sprintf("backup-%d.contoso.com", i+1))
		if err != nil {
			return nil, err
		}
		all = append(all, sample{Title: []string{"Certificate", "Another certificate"}[i], Note: note, URL: "/samples/" + name, Name: name,
			Text: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), file: der})
	}
	for _, s := range subscriptions {
		all = append(all, sample{Title: "Subscription " + s.Name, Note: "For vb365-archiver and vbazure.", Text: s.ID})
	}
	return all, nil
}

// certificate is one that its owner signed, in DER. Its key is forgotten.
func certificate(name string) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	c := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 11, 0)}
	return x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
}

// sampleFile gives a sample out as a file.
func (w *world) sampleFile(rw http.ResponseWriter, r *http.Request) {
	for _, s := range w.samples {
		if s.Name != "" && s.Name == r.PathValue("name") {
			rw.Header().Set("Content-Type", "application/pkix-cert")
			rw.Header().Set("Content-Disposition", "attachment")
			rw.Write(s.file)
			return
		}
	}
	http.NotFound(rw, r)
}
