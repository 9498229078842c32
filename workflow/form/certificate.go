package form

import (
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/certificate"
)

// The requester's certificate: what is pasted, what is in a file, or both.

// CheckCertificate returns the certificate that a draft brings. The text and the
// file are each read, because a private key in either has to be refused, and the
// one may not quietly win over the other. longest is how long it may be valid; 0 is no
// limit.
func CheckCertificate(wrong Errors, draft Draft, now time.Time, longest time.Duration) certificate.Certificate {
	var none, found certificate.Certificate
	for _, given := range []struct {
		in      Field
		content []byte
	}{{FieldCertificate, draft.Certificate}, {FieldCertificateFile, draft.CertificateFile}} {
		if !draft.Brings(given.in) {
			continue
		}
		c, err := certificate.Parse(given.content)
		if err == nil {
			err = c.Check(now, longest)
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
