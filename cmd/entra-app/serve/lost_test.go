package serve

import (
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// An app's certificates are written as a whole, and nobody knows whether that
// happened when the answer was lost. The step is made again, and does not wait for
// what the tenant does not have any more.
func TestACertificateIsRemovedThoughTheAnswerWasLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.sends("vb365-backup", nil, map[string]any{"App name": "payroll-backup", "Reason": "nightly backup", "Certificate": selfSigned(t)})
	w.approves("register the app payroll-backup", "Approve")
	w.sees(w.ada, in(approval), "EA-1: payroll-backup · Done")
	w.types("renew payroll-backup", map[string]any{"Reason": "it ends soon", "Certificate": selfSigned(t)})
	w.entra.Fail("updateApplication", entratest.After, 503, 1)
	w.approves("renew the credential of payroll-backup", "Approve")
	w.press(w.bea, w.sees(w.bea, w.bea.DM, "The new one works"), "The new one works")
	if a := w.made()[0]; len(a.Certificates) != 2 {
		t.Errorf("while both are in use the app has %+v", a.Certificates)
	}
	w.entra.Fail("updateApplication", entratest.After, 503, 1)
	w.approves("Remove the old one", "Remove the old one")
	w.sees(w.ada, in(approval), "EA-2: payroll-backup · Done")
	if a := w.made()[0]; len(a.Certificates) != 1 {
		t.Errorf("after the renewal the app has %+v", a.Certificates)
	}
	w.types("retire payroll-backup", map[string]any{"Reason": "no longer needed"})
	w.entra.Fail("updateApplication", entratest.After, 503, 1)
	w.approves("delete the app payroll-backup", "Approve")
	w.sees(w.ada, in(approval), "EA-3: payroll-backup · Done")
	if left := w.tenant.DeletedApplications(); len(w.made()) != 0 || len(left) != 1 || len(left[0].Certificates) != 0 {
		t.Errorf("there are %+v and deleted %+v", w.made(), left)
	}
}
