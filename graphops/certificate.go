package graphops

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/workflow/certificate"
)

// EnsureCertificate adds a certificate to those that an application has. Graph
// has no call that adds the first one: the collection is read, and written back
// as a whole, and read again until it shows what was written. A replica that is
// behind would otherwise have an older collection written back, and a certificate
// lost. Source: Graph, "Update application" and keyCredential. One that another
// application of the tenant has is not added.
func (s *session) EnsureCertificate(ctx context.Context, applicationID, label string, c certificate.Certificate,
	has ...string) (unseen string, err error) {
	own, err := s.certificatesItem(ctx, applicationID)
	if err != nil {
		return "", err
	}
	others := s.othersItem()
	s.batch(ctx, []*item{own, others})
	keys, err := s.currentIn(own, applicationID)
	if err != nil {
		return "", err
	}
	if hasCertificate(keys, c.Thumbprint) {
		return "", nil
	}
	if s.expects(keys, has) {
		return "", opCerts.Stale("the app's certificates are not the same everywhere yet")
	}
	if unseen, err = s.unused(ctx, others, applicationID, c); err != nil {
		return "", err
	}
	kind, usage := "AsymmetricX509Cert", "Verify"
	k := models.NewKeyCredential()
	k.SetTypeEscaped(&kind)
	k.SetUsage(&usage)
	k.SetDisplayName(&label)
	k.SetKey(c.DER)
	k.SetStartDateTime(&c.NotBefore)
	k.SetEndDateTime(&c.NotAfter)
	ours, err := objectOf(k)
	if err != nil {
		return "", err
	}
	s.Gives(certificateNamed(applicationID, c.Thumbprint))
	return unseen, s.setCertificates(ctx, applicationID, keys, append(s.staying(keys), encode(ours)))
}

// staying are the certificates that are written back. A replica that is behind shows those
// that an app had before it was deleted.
func (s *session) staying(keys []json.RawMessage) []json.RawMessage {
	if s.Ask.Restored {
		return nil
	}
	return slices.Clone(keys)
}

// RemoveCertificate removes a certificate, and leaves the others.
func (s *session) RemoveCertificate(ctx context.Context, applicationID, thumbprint string, has ...string) error {
	s.certificates.unsee(applicationID, thumbprint)
	keys, err := s.currentCertificates(ctx, applicationID)
	if err != nil && s.gone(ctx, applicationID) {
		return nil
	}
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(s.staying(keys), func(k json.RawMessage) bool { return thumbprintOf(k) == thumbprint })
	what := certificateNamed(applicationID, thumbprint)
	switch unseen := !hasCertificate(keys, thumbprint); {
	case unseen && !s.IsHidden(what):
		return nil
	case s.expects(keys, has), unseen && !s.HasTried(what):
		return opCerts.Stale("the app's certificates are not the same everywhere yet")
	}
	s.Tries(what)
	return s.setCertificates(ctx, applicationID, keys, left, thumbprint)
}

// setCertificates writes the collection, and reads it back. Until Graph has clearly
// answered, nobody knows whether what is added or removed is there: a lost answer
// must not make the session take the truth for a replica that is behind. gone are
// thumbprints that go, whether or not they were seen.
func (s *session) setCertificates(ctx context.Context, applicationID string, were, keys []json.RawMessage, gone ...string) error {
	body := object{}
	body.set("keyCredentials", append([]json.RawMessage{}, keys...))
	after := make(map[string]bool)
	for _, k := range were {
		after[thumbprintOf(k)] = false
	}
	for _, thumbprint := range gone {
		after[thumbprint] = false
	}
	for _, k := range keys {
		after[thumbprintOf(k)] = true
	}
	before := s.certificates.begin(applicationID, after)
	err := s.patchApplication(ctx, opSetCerts, applicationID, body)
	s.certificates.end(applicationID, before, after, err)
	if err != nil {
		return err
	}
	for thumbprint, there := range after {
		if !there {
			s.Removes(certificateNamed(applicationID, thumbprint), nil)
		}
	}
	_, err = s.currentCertificates(ctx, applicationID)
	return err
}

// certificateNamed is what a session calls a certificate of an application.
func certificateNamed(applicationID, thumbprint string) string {
	return "certificate " + thumbprint + " of " + applicationID
}

// certificatesOf is what a session calls all of them.
func certificatesOf(applicationID string) string { return "certificates of " + applicationID }

// currentCertificates reads the collection.
func (s *session) currentCertificates(ctx context.Context, applicationID string) ([]json.RawMessage, error) {
	i, err := s.certificatesItem(ctx, applicationID)
	if err != nil {
		return nil, err
	}
	i.got, i.err = s.send(ctx, i.op, i.req, i.as)
	return s.currentIn(i, applicationID)
}

// currentIn are the certificates that were asked for. An answer that contradicts
// what this session knows is from a replica that is behind, and nothing is made of
// it. One that has more is right: somebody else has added that meanwhile, and it
// stays.
func (s *session) currentIn(i *item, applicationID string) ([]json.RawMessage, error) {
	keys, err := s.keysIn(i, applicationID)
	if err != nil {
		return nil, err
	}
	if !s.certificates.see(applicationID, keys) {
		return nil, opCerts.Stale("the app's certificates are not the same everywhere yet")
	}
	return keys, nil
}

func (s *session) certificatesItem(ctx context.Context, applicationID string) (*item, error) {
	req, err := s.application(applicationID).ToGetRequestInformation(ctx,
		&applications.ApplicationItemRequestBuilderGetRequestConfiguration{
			QueryParameters: &applications.ApplicationItemRequestBuilderGetQueryParameters{Select: []string{"keyCredentials"}}})
	return &item{op: opCerts, req: req, as: asItCame}, err
}

// keysIn are the certificates that were asked for.
func (s *session) keysIn(i *item, applicationID string) ([]json.RawMessage, error) {
	if i.err != nil {
		return nil, s.fault(i.err, applicationID)
	}
	a, _ := i.got.(object)
	var keys []json.RawMessage
	if json.Unmarshal(a["keyCredentials"], &keys) != nil {
		return nil, opCerts.Later("there are no certificates in the answer")
	}
	return keys, nil
}

// hasCertificate reports whether the certificate with this thumbprint is among keys.
func hasCertificate(keys []json.RawMessage, thumbprint string) bool {
	return slices.ContainsFunc(keys, func(k json.RawMessage) bool { return thumbprintOf(k) == thumbprint })
}

// thumbprints are those of keyCredentials.
func thumbprints(keys []json.RawMessage) (all []string) {
	for _, k := range keys {
		all = append(all, thumbprintOf(k))
	}
	return all
}

// thumbprintOf is the SHA-1 thumbprint of a certificate. customKeyIdentifier is
// the thumbprint, and Graph's documentation shows it in hexadecimal where the type
// is Base64: both are read.
func thumbprintOf(raw json.RawMessage) string {
	k := decode[object](raw)
	if der := k.bytesOf("key"); len(der) > 0 {
		sum := sha1.Sum(der)
		return strings.ToUpper(hex.EncodeToString(sum[:]))
	}
	id := k.bytesOf("customKeyIdentifier")
	if len(id) == sha1.Size {
		return strings.ToUpper(hex.EncodeToString(id))
	}
	if text := k.text("customKeyIdentifier"); len(text) == 2*sha1.Size {
		return strings.ToUpper(text)
	}
	return strings.ToUpper(string(bytes.TrimSpace(id)))
}
