package graphops

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/azure"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow/plan"
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

func TestOnlyTheAssignmentsThatWereMadeAreTakenBack(t *testing.T) {
	w, s := inAzure(t, entratest.AzureUserAccessAdministrator, "Microsoft.Authorization/roleAssignments/write")
	_, _, sp := w.made(s, app("payroll"))
	contributor := azureRoles[:1]
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.patiently(func() error {
		return s.EnsureAzureRoles(t.Context(), sp, "by hand", []string{production}, contributor)
	}))
	must(w.patiently(func() error {
		return s.EnsureAzureRoles(t.Context(), sp, "entra-app-hr", []string{production, testing2}, azureRoles)
	}))
	if a, d := w.ofApp(); a != 4 || d != 1 {
		t.Fatalf("there are %d assignments and %d custom roles", a, d)
	}
	for range 2 {
		var stay []string
		must(w.patiently(func() (err error) {
			stay, err = s.RemoveAzureAssignments(t.Context(), sp, "entra-app-hr", []string{production, testing2}, azureRoles, onlyMade)
			return err
		}))
		left := w.t.AzureAssignments()
		left = slices.DeleteFunc(left, func(a entratest.AzureAssignment) bool {
			return strings.HasPrefix(a.Principal, "ada") || a.Principal == "Ada Able"
		})
		if _, d := w.ofApp(); d != 0 || len(stay) != 0 || len(left) != 1 ||
			left[0].ID != plan.AzureID("by hand", sp, production, entratest.AzureContributor) {
			t.Errorf("%+v and %d custom roles are left; %q stay", left, d, stay)
		}
	}
}

// Whoever removed our assignment and made the same by hand has the role now.
func TestACustomRoleThatTheAppWasGivenByHandStaysWithIt(t *testing.T) {
	w, s := inAzure(t, entratest.AzureUserAccessAdministrator, "Microsoft.Authorization/roleAssignments/write")
	_, _, sp := w.made(s, app("payroll"))
	custom := azureRoles[1:]
	id := custom[0].DefinitionID("entra-app-hr")
	for _, do := range []func() error{
		func() error {
			return s.(*session).arm.DefineRole(t.Context(), id, "entra-app-hr", []string{production}, custom[0])
		},
		func() error { return s.(*session).arm.Assign(t.Context(), sp, "by hand", production, id) },
		func() error { return s.EnsureAzureRoles(t.Context(), sp, "entra-app-hr", []string{production}, custom) },
	} {
		if err := w.patiently(do); err != nil {
			t.Fatal(err)
		}
	}
	stay, err := s.RemoveAzureAssignments(t.Context(), sp, "entra-app-hr", []string{production}, custom, onlyMade)
	if a, d := w.ofApp(); err != nil || a != 1 || d != 1 || len(stay) != 1 {
		t.Errorf("%d assignments and %d custom roles are left; %q stay; %v", a, d, stay, err)
	}
}

func TestRolesInAzureAreTakenAwayAgain(t *testing.T) {
	for _, knobs := range []func(*entratest.Knobs){
		func(*entratest.Knobs) {}, func(k *entratest.Knobs) { k.AnswerLost = true }, func(k *entratest.Knobs) { k.ThrottleEach = true },
	} {
		w, s := inAzure(t, entratest.AzureUserAccessAdministrator, "Microsoft.Authorization/roleAssignments/write")
		_, _, sp := w.made(s, app("payroll"))
		w.t.Change(knobs)
		give := func() error {
			return s.EnsureAzureRoles(t.Context(), sp, "entra-app-payroll", []string{production, testing2}, azureRoles)
		}
		if err := w.patiently(give); err != nil {
			t.Fatal(err)
		}
		if a, d := w.ofApp(); a != 4 || d != 1 {
			t.Fatalf("%d assignments and %d custom roles were made", a, d)
		}
		for range 2 { // a repeat is no mistake
			var stay []string
			err := w.patiently(func() (err error) {
				stay, err = s.RemoveAzureAssignments(t.Context(), sp, "entra-app-payroll", []string{production, testing2}, azureRoles,
					allOfThem)
				return err
			})
			if a, d := w.ofApp(); err != nil || a != 0 || d != 0 || len(stay) != 0 {
				t.Errorf("%d assignments and %d custom roles are left; %q stay; %v", a, d, stay, err)
			}
		}
	}
}

// Where an update was given up it is not known which subscriptions the role is for.
func TestACustomRoleIsDeletedInWhicheverSubscriptionItIs(t *testing.T) {
	w, s := inAzure(t, entratest.AzureUserAccessAdministrator, "Microsoft.Authorization/roleAssignments/write")
	_, _, sp := w.made(s, app("payroll"))
	if err := w.patiently(func() error {
		return s.EnsureAzureRoles(t.Context(), sp, "entra-app-payroll", []string{testing2}, azureRoles)
	}); err != nil {
		t.Fatal(err)
	}
	stay, err := s.RemoveAzureAssignments(t.Context(), sp, "entra-app-payroll", []string{production, testing2}, azureRoles, allOfThem)
	if a, d := w.ofApp(); err != nil || a != 0 || d != 0 || len(stay) != 0 {
		t.Errorf("%d assignments and %d custom roles are left; %q stay; %v", a, d, stay, err)
	}
}

func TestACustomRoleThatSomebodyElseHasStays(t *testing.T) {
	w, s := inAzure(t, entratest.AzureUserAccessAdministrator, "Microsoft.Authorization/roleAssignments/write")
	_, _, sp := w.made(s, app("payroll"))
	_, _, other := w.made(s, app("other"))
	if err := w.patiently(func() error {
		return s.EnsureAzureRoles(t.Context(), sp, "entra-app-payroll", []string{production}, azureRoles)
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.patiently(func() error {
		return s.(*session).arm.Assign(t.Context(), other, "by hand", production,
			plan.AzureID("entra-app-payroll", "Backup operator"))
	}); err != nil {
		t.Fatal(err)
	}
	stay, err := s.RemoveAzureAssignments(t.Context(), sp, "entra-app-payroll", []string{production}, azureRoles, allOfThem)
	if a, d := w.ofApp(); err != nil || a != 1 || d != 1 || len(stay) != 1 || !strings.Contains(stay[0], "Backup operator") {
		t.Errorf("%d assignments and %d custom roles are left; %q stay; %v", a, d, stay, err)
	}
}
