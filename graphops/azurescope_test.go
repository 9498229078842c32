package graphops

import (
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

const (
	platform = "/providers/Microsoft.Management/managementGroups/Platform"
	rgBackup = "/subscriptions/" + production + "/resourceGroups/RG-Backup"
)

// inScopes is a world in which the subscription is in a management group and has a resource
// group, and a session of Ada's, who has a role on one of these.
func inScopes(t *testing.T, role, on string, rights ...string) (*world, workflow.Session) {
	w := newWorld(t)
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Azure bot", Scopes: append([]string{"User.ReadBasic.All"}, botScopes...),
		PublicClientFlows: true, Azure: true})
	w.s.SetARMURL(w.url)
	w.dir = w.directory(func(c *Config) { c.Tenants[0].ARMURL = w.url })
	w.t.AddManagementGroup(entratest.ManagementGroup{Name: "Platform"})
	w.t.AddSubscription(entratest.Subscription{ID: production, Name: production, ManagementGroup: "Platform"})
	w.t.AddResourceGroup(production, "RG-Backup")
	if !w.t.GrantAzureRole("ada@contoso.com", on, role) {
		t.Fatal("the role is not granted")
	}
	in := w.begin()
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	s, err := in.Wait(t.Context(), workflow.Ask{Email: "bea@contoso.com",
		Subscriptions: []string{platform, production, rgBackup, rgBackup + "-gone", platform + "-gone"}, AzureRights: rights})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return w, s
}

// Source: services.md, section 9: scopes of roles in Azure are not subscriptions only.
func TestRightsInAzureAreInheritedFromAbove(t *testing.T) {
	const assign = "Microsoft.Authorization/roleAssignments/write"
	for on, want := range map[string][]string{
		platform: {platform, production, rgBackup}, production: {production, rgBackup}, rgBackup: {rgBackup},
	} {
		_, s := inScopes(t, entratest.AzureUserAccessAdministrator, on, assign)
		may, unknown := s.Signer().Subscriptions, s.Signer().UnknownSubscriptions
		slices.Sort(may)
		if !slices.Equal(may, slices.Sorted(slices.Values(want))) {
			t.Errorf("with the role on %s she may in %q", on, may)
		}
		if on != rgBackup && !slices.Equal(unknown, []string{rgBackup + "-gone"}) {
			t.Errorf("with the role on %s unknown are %q", on, unknown)
		}
	}
}

func TestRolesAreGivenAndRemovedOnEveryKindOfScope(t *testing.T) {
	for _, knobs := range []func(*entratest.Knobs){
		func(*entratest.Knobs) {}, func(k *entratest.Knobs) { k.AnswerLost = true }, func(k *entratest.Knobs) { k.ThrottleEach = true },
	} {
		w, s := inScopes(t, entratest.AzureOwner, platform, "Microsoft.Authorization/roleAssignments/write")
		objectID, _, sp := w.made(s, app("payroll"))
		w.t.Change(knobs)
		scopes := []string{platform, production, strings.ToLower(rgBackup)}
		if err := w.patiently(func() error {
			return s.EnsureAzureRoles(t.Context(), sp, "entra-app-payroll", scopes, azureRoles)
		}); err != nil {
			t.Fatal(err)
		}
		if a, d := w.ofApp(); a != 6 || d != 1 || len(w.t.AzureRoleDefinitions()[0].Scopes) != 3 {
			t.Fatalf("%d assignments and %d custom roles were made: %+v", a, d, w.t.AzureRoleDefinitions())
		}
		// One scope is removed by another spelling; the others are left as they are.
		if err := w.patiently(func() error {
			return last(s.RemoveAzureAssignments(t.Context(), sp, "entra-app-payroll", []string{rgBackup}, azureRoles, keepDefinitions))
		}); err != nil {
			t.Fatal(err)
		}
		plan := plan.Plan{AzureRoles: azureRoles, Subscriptions: []string{platform, production}}
		var has inspection
		if err := w.patiently(func() (err error) {
			has, err = inspected(s, t.Context(), workflow.Made{ObjectID: objectID, ServicePrincipal: sp}, plan)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, on := range plan.Subscriptions {
			want = append(want, strings.ToLower(on)+"/"+entratest.AzureContributor, strings.ToLower(on)+"/Backup operator")
		}
		if slices.Sort(want); !slices.Equal(has.AzureRoles, want) {
			t.Errorf("it has %q, want %q", has.AzureRoles, want)
		}
		var stay []string
		if err := w.patiently(func() (err error) {
			stay, err = s.RemoveAzureAssignments(t.Context(), sp, "entra-app-payroll", scopes, azureRoles, allOfThem)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if a, d := w.ofApp(); a != 0 || d != 0 || len(stay) != 0 {
			t.Errorf("%d assignments and %d custom roles are left; %q stay", a, d, stay)
		}
	}
}

func TestWhatIsAssignedAboveAndBelowIsSeen(t *testing.T) {
	w, s := inScopes(t, entratest.AzureOwner, production, "Microsoft.Authorization/roleAssignments/write")
	objectID, _, sp := w.made(s, app("payroll"))
	for on, role := range map[string]string{platform: entratest.AzureReader, production: entratest.AzureContributor,
		rgBackup: entratest.AzureKeyVaultCryptoUser} {
		if !w.t.GrantAzureRole(sp, on, role) {
			t.Fatal(on)
		}
	}
	has, err := inspected(s, t.Context(), workflow.Made{ObjectID: objectID, ServicePrincipal: sp},
		plan.Plan{AzureRoles: azureRoles, Subscriptions: []string{production}})
	want := []string{strings.ToLower(platform) + "/" + entratest.AzureReader,
		strings.ToLower(rgBackup) + "/" + entratest.AzureKeyVaultCryptoUser, production + "/" + entratest.AzureContributor}
	if slices.Sort(want); err != nil || !slices.Equal(has.AzureRoles, want) {
		t.Errorf("it has %q, want %q (%v)", has.AzureRoles, want, err)
	}
}
