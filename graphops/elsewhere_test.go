package graphops

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// Whichever page of the tenant's apps it is on.
func TestACertificateThatAnotherAppHasIsNotAdded(t *testing.T) {
	w := newWorldWith(t, entratest.Config{PageSize: 2}, append([]string{"User.ReadBasic.All", "Directory.Read.All"}, botScopes...)...)
	s := w.session("ada")
	var ids []string
	for i := range 7 {
		id, _, err := s.EnsureApplication(t.Context(), app(fmt.Sprint("backup-", i)))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	for i, id := range ids[1:] {
		c, _ := w.make("payroll")
		if err := certified(s.EnsureCertificate(t.Context(), id, "EA-1", c)); err != nil {
			t.Fatal(err)
		}
		if err := certified(s.EnsureCertificate(t.Context(), id, "EA-1", c)); err != nil {
			t.Errorf("its own, again: %v", err)
		}
		no, ok := errors.AsType[*workflow.ServiceError](w.saw(certified(s.EnsureCertificate(t.Context(), ids[0], "EA-2", c))))
		if !ok || no.Code != "certificate_elsewhere" || !strings.Contains(no.Text, fmt.Sprintf("“backup-%d”", i+1)) ||
			!strings.Contains(no.Text, "press Retry") {
			t.Errorf("%v", no)
		}
	}
	for _, a := range w.t.Applications() {
		if a.ID == ids[0] && len(a.Certificates) != 0 {
			t.Errorf("it was added: %+v", a.Certificates)
		}
	}
	c, _ := w.make("payroll")
	if err := certified(s.EnsureCertificate(t.Context(), ids[1], "EA-1", c)); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveCertificate(t.Context(), ids[1], c.Thumbprint); err != nil {
		t.Fatal(err)
	}
	if err := certified(s.EnsureCertificate(t.Context(), ids[0], "EA-2", c)); err != nil {
		t.Errorf("once it was removed from the other: %v", err)
	}
}
