package workflow_test

import (
	"encoding/base64"
	"strings"

	"github.com/entra-app/entra-app/workflow"
)

// thumbprintOf is that of the certificate that the server has, of a file or by name.
func thumbprintOf(o workflow.Organization) string {
	if o.PFX.IsZero() {
		return o.Thumbprint
	}
	pfx, _ := base64.StdEncoding.DecodeString(o.PFX.Reveal())
	thumb := strings.TrimPrefix(string(pfx), "PFX ")
	if o.Password.Reveal() != "PASSWORD "+thumb {
		return "a file that does not open"
	}
	return thumb
}
