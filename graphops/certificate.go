package graphops

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/workflow/certificate"
)

// EnsureCertificate adds a certificate to those that an application has. Graph
// has no call that adds the first one: the collection is read, and written back
// as a whole. Source: Graph, "Update application" and keyCredential.
func (s *session) EnsureCertificate(ctx context.Context, applicationID, label string, c certificate.Certificate) error {
	keys, err := s.certificates(ctx, applicationID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(keys, func(k models.KeyCredentialable) bool { return isCertificate(k, c.Thumbprint) }) {
		return nil
	}
	kind, usage := "AsymmetricX509Cert", "Verify"
	k := models.NewKeyCredential()
	k.SetTypeEscaped(&kind)
	k.SetUsage(&usage)
	k.SetDisplayName(&label)
	k.SetKey(c.DER)
	k.SetStartDateTime(&c.NotBefore)
	k.SetEndDateTime(&c.NotAfter)
	return s.setCertificates(ctx, applicationID, append(keys, k))
}

// RemoveCertificate takes a certificate away, and leaves the others.
func (s *session) RemoveCertificate(ctx context.Context, applicationID, thumbprint string) error {
	keys, err := s.certificates(ctx, applicationID)
	if err != nil && s.gone(ctx, applicationID) {
		return nil
	}
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(keys), func(k models.KeyCredentialable) bool { return isCertificate(k, thumbprint) })
	if len(left) == len(keys) {
		return nil
	}
	return s.setCertificates(ctx, applicationID, left)
}

func (s *session) setCertificates(ctx context.Context, applicationID string, keys []models.KeyCredentialable) error {
	body := models.NewApplication()
	body.SetKeyCredentials(keys)
	return s.patchApplication(ctx, opSetCerts, applicationID, body)
}

func (s *session) certificatesItem(ctx context.Context, applicationID string) (*item, error) {
	req, err := s.application(applicationID).ToGetRequestInformation(ctx, &applications.ApplicationItemRequestBuilderGetRequestConfiguration{
		QueryParameters: &applications.ApplicationItemRequestBuilderGetQueryParameters{Select: []string{"keyCredentials"}}})
	return &item{op: opCerts, req: req, as: models.CreateApplicationFromDiscriminatorValue}, err
}

func (s *session) certificates(ctx context.Context, applicationID string) ([]models.KeyCredentialable, error) {
	i, err := s.certificatesItem(ctx, applicationID)
	if err != nil {
		return nil, err
	}
	got, err := s.send(ctx, i.op, i.req, i.as)
	if err != nil {
		return nil, s.fault(err, applicationID)
	}
	a, ok := got.(models.Applicationable)
	if !ok {
		return nil, &later{op: opCerts, why: "there is nothing in the answer"}
	}
	return a.GetKeyCredentials(), nil
}

// isCertificate says whether a key credential is the certificate with this
// thumbprint.
func isCertificate(k models.KeyCredentialable, thumbprint string) bool {
	return thumbprintOf(k) == thumbprint
}

// thumbprintOf is the SHA-1 thumbprint of a certificate. customKeyIdentifier is
// the thumbprint, and Graph's documentation shows it in hexadecimal where the type
// is Base64: both are read.
func thumbprintOf(k models.KeyCredentialable) string {
	if der := k.GetKey(); len(der) > 0 {
		sum := sha1.Sum(der)
		return strings.ToUpper(hex.EncodeToString(sum[:]))
	}
	id := k.GetCustomKeyIdentifier()
	if len(id) == sha1.Size {
		return strings.ToUpper(hex.EncodeToString(id))
	}
	if text := base64.StdEncoding.EncodeToString(id); len(text) == 2*sha1.Size {
		return strings.ToUpper(text)
	}
	return strings.ToUpper(string(bytes.TrimSpace(id)))
}
