package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/manifest"
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
	for i, note := range []string{"For vb365-backup and other products that take a certificate. Without its private key.",
		"A second one, for renew."} {
		name := fmt.Sprintf("backup-%d.cer", i+1)
		der, err := certificate(fmt.Sprintf("backup-%d.contoso.com", i+1))
		if err != nil {
			return nil, err
		}
		all = append(all, sample{Title: []string{"Certificate", "Another certificate"}[i], Note: note, URL: "/samples/" + name, Name: name,
			Text: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), file: der})
	}
	pfx, err := keyed()
	if err != nil {
		return nil, err
	}
	all = append(all, sample{Title: "PFX file, which is refused",
		Note: "It has a private key in it, and no form takes it: not as a file, and not as text.",
		URL:  "/samples/backup.pfx", Name: "backup.pfx", Text: inLines(base64.StdEncoding.EncodeToString(pfx)), file: pfx})
	written, err := manifest.Export(handmade)
	if err != nil {
		return nil, err
	}
	all = append(all, sample{Title: "Manifest", Note: "For custom: what another app has, as the portal and Microsoft Graph write it.",
		URL: "/samples/manifest.json", Name: "manifest.json", Text: string(written), file: written})
	for _, s := range subscriptions {
		all = append(all, sample{Title: "Subscription " + s.Name, Note: "For vb365-archiver and vbazure.", Text: s.ID})
	}
	return all, nil
}

// keyed is a certificate with its key, as a PFX file with the password demo.
func keyed() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	der, err := selfSigned("backup.contoso.com", key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return pkcs12.Modern.Encode(key, cert, nil, "demo")
}

// inLines is a long text in lines of 64 characters, as files of keys have them.
func inLines(text string) string {
	var b strings.Builder
	for part := range slices.Chunk([]byte(text), 64) {
		b.Write(part)
		b.WriteByte('\n')
	}
	return b.String()
}

// certificate is one that its owner signed, in DER. Its key is forgotten.
func certificate(name string) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return selfSigned(name, key)
}

func selfSigned(name string, key *rsa.PrivateKey) ([]byte, error) {
	now := time.Now()
	c := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 11, 0)}
	return x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
}

// kinds are the media types of samples, by their endings.
var kinds = map[string]string{".cer": "application/pkix-cert", ".pfx": "application/x-pkcs12", ".json": "application/json"}

// sampleFile gives a sample out as a file.
func (w *world) sampleFile(rw http.ResponseWriter, r *http.Request) {
	for _, s := range w.samples {
		if s.Name != "" && s.Name == r.PathValue("name") {
			rw.Header().Set("Content-Type", kinds[path.Ext(s.Name)])
			rw.Header().Set("Content-Disposition", "attachment")
			rw.Write(s.file)
			return
		}
	}
	http.NotFound(rw, r)
}
