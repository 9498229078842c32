package workflow

import (
	"fmt"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/pack"
)

// The requester's certificate: what is pasted, what is in a file, or both.

// checkCertificate returns the certificate that a draft brings. The text and the
// file are each read, because a private key in either has to be refused, and the
// one may not quietly win over the other.
func (d *Desk) checkCertificate(wrong FieldErrors, offer pack.Offer, draft Draft) certificate.Certificate {
	var none, found certificate.Certificate
	for _, given := range []struct {
		in      Field
		content []byte
	}{{FieldCertificate, draft.Certificate}, {FieldCertificateFile, draft.CertificateFile}} {
		if !draft.brings(given.in) {
			continue
		}
		c, err := certificate.Parse(given.content)
		if err == nil {
			err = c.Check(d.now(), d.policy.certificateMax(offer.Max))
		}
		switch {
		case err != nil:
			wrong[given.in] = err.Error()
		case !found.IsZero() && found.Fingerprint != c.Fingerprint:
			wrong[given.in] = fmt.Sprintf("This file and the pasted text are two certificates, with the thumbprints %s and %s, and an "+
				"app gets one. Remove the file, or the text.", c.Thumbprint, found.Thumbprint)
		default:
			found = c
		}
	}
	switch {
	case wrong[FieldCertificate] != "" || wrong[FieldCertificateFile] != "":
		return none
	case found.IsZero():
		wrong[FieldCertificate] = "Paste the public certificate, or add its file."
	}
	return found
}

// brings reports whether something is in a field for the certificate. A file that
// is empty was given all the same.
func (d Draft) brings(in Field) bool {
	if in == FieldCertificateFile {
		return d.CertificateFile != nil
	}
	return !certificate.IsEmpty(d.Certificate)
}

// certificateField is the field that the certificate came in.
func (d Draft) certificateField() Field {
	if d.brings(FieldCertificateFile) {
		return FieldCertificateFile
	}
	return FieldCertificate
}
