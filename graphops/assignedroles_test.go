package graphops

import (
	"slices"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// services.md, section 2: a role whose template is hidden is not “no role”.
func TestRolesThatCannotBeSeenAreCounted(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, botScopes...)
	if who := w.session("ada").Signer(); len(who.Roles) != 0 || who.HiddenRoles != 1 {
		t.Errorf("without consent Ada has %v and %d more", who.Roles, who.HiddenRoles)
	}
	if who := w.session("bea").Signer(); len(who.Roles) != 0 || who.HiddenRoles != 0 {
		t.Errorf("without any role Bea has %v and %d more", who.Roles, who.HiddenRoles)
	}
	w = newWorldWith(t, entratest.Config{}, append([]string{"Directory.Read.All"}, botScopes...)...)
	if who := w.session("ada").Signer(); !slices.Equal(who.Roles, []string{entratest.GlobalAdministrator}) || who.HiddenRoles != 0 {
		t.Errorf("with consent Ada has %v and %d more", who.Roles, who.HiddenRoles)
	}
}

// services.md, section 2: roles can be had through a group that is made for roles: a
// built-in one is in the list of one's own, and a custom one is read where the operator
// lists some. Of groups that are not shown nobody knows whether they have one.
func TestRolesThatAGroupHasCount(t *testing.T) {
	for scope, shown := range map[string]bool{"Directory.Read.All": true, "RoleManagement.ReadWrite.Directory": false} {
		w := newWorldWith(t, entratest.Config{}, append([]string{scope}, botScopes...)...)
		apps, other := w.t.AddRole(entratest.Role{Name: "Apps"}), w.t.AddRole(entratest.Role{Name: "Others"})
		w.t.AddGroup(entratest.Group{Name: "Everybody", Members: []string{"bea@contoso.com"}})
		w.t.AddGroup(entratest.Group{Name: "Owners of apps", AssignsRoles: true, Members: []string{"bea@contoso.com"}})
		w.t.AddGroup(entratest.Group{Name: "Not hers", AssignsRoles: true})
		if w.t.Give("Everybody", apps.ID, "") {
			t.Error("a group that is not made for roles was given one")
		}
		for role, to := range map[string]string{apps.ID: "Owners of apps", entratest.ApplicationAdministrator: "Owners of apps",
			other.ID: "Not hers"} {
			if !w.t.Give(to, role, "") {
				t.Fatalf("%s was not given %s", to, role)
			}
		}
		in, err := w.dir.SignIn(t.Context(), "contoso", append([]string{scope}, botScopes...))
		if err == nil {
			err = w.s.SignIn(in.Prompt().Code.Reveal(), "bea@contoso.com")
		}
		if err != nil {
			t.Fatal(err)
		}
		s, err := in.Wait(t.Context(), workflow.Ask{Assigned: true})
		if w.saw(err) != nil {
			t.Fatal(err)
		}
		who := s.Signer()
		s.Close()
		if has := slices.Contains(who.Assigned, workflow.AssignedRole{ID: apps.ID, Scope: "/"}); has != shown ||
			who.HidesAssigned == shown {
			t.Errorf("with %s: %+v, hidden: %v", scope, who.Assigned, who.HidesAssigned)
		}
		if slices.Contains(who.Assigned, workflow.AssignedRole{ID: other.ID, Scope: "/"}) {
			t.Errorf("she has what another group has: %+v", who.Assigned)
		}
		if !slices.Equal(who.Roles, []string{entratest.ApplicationAdministrator}) {
			t.Errorf("with %s: her built-in roles are %v", scope, who.Roles)
		}
	}
}

// services.md, section 2: custom and scoped roles are read where the operator lists some.
func TestAssignedRolesAreReadWhereTheyCount(t *testing.T) {
	w := newWorld(t)
	role := w.t.AddRole(entratest.Role{Name: "Apps"})
	w.t.Give("bea@contoso.com", role.ID, "")
	w.t.Give("bea@contoso.com", entratest.ApplicationAdministrator, "0b0b0b0b-0000-4000-8000-000000000001")
	for _, asked := range []bool{false, true} {
		in := w.begin()
		if err := w.s.SignIn(in.Prompt().Code.Reveal(), "bea@contoso.com"); err != nil {
			t.Fatal(err)
		}
		s, err := in.Wait(t.Context(), workflow.Ask{Assigned: asked})
		if w.saw(err) != nil {
			t.Fatal(err)
		}
		who := s.Signer()
		s.Close()
		all := []workflow.AssignedRole{{ID: role.ID, Scope: "/"},
			{ID: entratest.ApplicationAdministrator, Scope: "/0b0b0b0b-0000-4000-8000-000000000001"}}
		for _, want := range all {
			if slices.Contains(who.Assigned, want) != asked {
				t.Errorf("asked %v: %+v", asked, who.Assigned)
			}
		}
		if len(who.Roles) != 0 || who.HiddenRoles != 0 {
			t.Errorf("her directory roles are %v", who.Roles)
		}
	}
}
