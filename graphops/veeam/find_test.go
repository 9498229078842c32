package veeam

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// An organization that somebody added by hand is found by its name, its tenant or its app.
func TestAnOrganizationIsFoundByWhateverIsKnownOfIt(t *testing.T) {
	for version := 4; version <= 8; version++ {
		w := newWorldWith(t, veeamtest.Config{Version: version})
		w.entra.AddTenant(entratest.Tenant{Domain: "fabrikam.onmicrosoft.com"})
		w.veeam.PutOrganization(veeamtest.Organization{Office: "fabrikam.onmicrosoft.com", Services: []string{"Exchange"}})
		s := w.server(nil)
		full := workflow.Organization{Name: contoso, TenantID: w.tenant.ID, AppID: w.app}
		if found, err := s.Find(t.Context(), full); err != nil || len(found) != 0 {
			t.Errorf("version %d: before it was added: %+v, %v", version, found, err)
		}
		id := w.veeam.PutOrganization(veeamtest.Organization{Office: contoso, Name: "The company", AppID: strings.ToUpper(w.app),
			Services: []string{"Exchange", "SharePoint"}})
		for by, o := range map[string]workflow.Organization{"name": {Name: strings.ToUpper(contoso)},
			"tenant": {TenantID: strings.ToUpper(w.tenant.ID)}, "app": {AppID: w.app}, "all": full} {
			found, err := s.Find(t.Context(), o)
			want := 1
			if by == "tenant" && version < 8 {
				want = 0 // they don't say it
			}
			if w.saw(err) != nil || len(found) != want || want == 1 && (found[0].ID != id || found[0].AppID != w.app) {
				t.Errorf("version %d by %s: %+v, %v", version, by, found, err)
			}
		}
		if found, err := s.Find(t.Context(), workflow.Organization{}); err != nil || len(found) != 0 {
			t.Errorf("version %d: nothing is known, and found is %+v, %v", version, found, err)
		}
	}
	w := newWorld(t)
	_, err := w.server(func(c *Config) {
		c.Username, c.Password = "", seal.Secret{}
	}).Find(t.Context(), workflow.Organization{Name: contoso})
	w.refused(err, "NoAccount", "The bot has no account on backup-1")
}
