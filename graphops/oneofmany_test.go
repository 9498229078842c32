package graphops

import (
	"net/http"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A credential that Entra won't remove is reported, and keeps no other in use.
func TestOneCredentialThatStaysKeepsNoOtherInUse(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	objectID, appID, _ := w.made(s, app("keys"))
	for _, label := range []string{"EA-1", "EA-2"} {
		if _, _, err := s.AddPassword(t.Context(), objectID, label, w.now().Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := certified(s.EnsureCertificate(t.Context(), objectID, "EA-3", w.certificate("a"))); err != nil {
		t.Fatal(err)
	}
	w.s.Fail("removePassword", entratest.Before, http.StatusForbidden, 1)
	if err := w.saw(s.RemoveCredentials(t.Context(), objectID, plan.Plan{})); err == nil {
		t.Error("a secret stays, and nobody is told")
	}
	if keys, err := s.Passwords(t.Context(), objectID); err != nil || len(keys) != 1 {
		t.Errorf("%d secrets stay, want the one that Entra did not remove (%v)", len(keys), err)
	}
	if got := w.thumbprints(appID); len(got) != 0 {
		t.Errorf("certificates stay: %q", got)
	}
	if err := s.RemoveCredentials(t.Context(), objectID, plan.Plan{}); err != nil {
		t.Errorf("once more: %v", err)
	}
}
