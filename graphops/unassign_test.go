package graphops

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/azure"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/memory"
)

// Azure goes on for some minutes as if a role were assigned that no longer is. What a session
// before has removed is known from when that was.
func TestARoleThatASessionBeforeHasUnassignedIsNotSomebodyElses(t *testing.T) {
	for name, c := range map[string]struct {
		removed time.Duration // ago
		stays   bool
	}{
		"a moment ago": {time.Second, false},
		"long ago":     {azure.Notices + time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, s := inAzure(t, entratest.AzureUserAccessAdministrator, "Microsoft.Authorization/roleAssignments/write")
			_, _, sp := w.made(s, app("payroll"))
			if err := w.patiently(func() error {
				return s.EnsureAzureRoles(t.Context(), sp, "entra-app-payroll", []string{production}, azureRoles)
			}); err != nil {
				t.Fatal(err)
			}
			_, err := s.RemoveAzureAssignments(t.Context(), sp, "entra-app-payroll", []string{production}, azureRoles, keepDefinitions)
			if err != nil {
				t.Fatal(err)
			}
			now := s.(*session) // as one after a crash, which has seen nothing
			now.Record = memory.New(w.now)
			now.arm.Memory = now.Record
			now.Ask.Removed = w.now().Add(-c.removed)
			w.wire = func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/roleDefinitions/") {
					return answering(http.StatusBadRequest, graphError("RoleDefinitionHasAssignments")), nil
				}
				return nil, nil
			}
			stay, err := s.RemoveAzureAssignments(t.Context(), sp, "entra-app-payroll", []string{production}, azureRoles, allOfThem)
			if c.stays && (err != nil || len(stay) != 1) || !c.stays && !isTemporary(err) {
				t.Errorf("%q stay; %v", stay, err)
			}
		})
	}
}
