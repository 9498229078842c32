package graphops

import (
	"slices"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

const (
	production = "3f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
	testing2   = "4f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
)

// What RemoveAzureAssignments is asked for.
var (
	allOfThem       workflow.AzureRemoval
	onlyMade        = workflow.AzureRemoval{OnlyMade: true}
	keepDefinitions = workflow.AzureRemoval{KeepDefinitions: true}
)

var azureRoles = []plan.AzureRole{{ID: entratest.AzureContributor, Name: "Contributor"},
	{Name: "Backup operator", Why: "backs up", Actions: []string{"Microsoft.Compute/virtualMachines/read"}}}

// inAzure is a world with two subscriptions, and a session of Ada's in it.
func inAzure(t *testing.T, role string, rights ...string) (*world, workflow.Session) {
	w := azureWorld(t, role)
	s, err := w.azureSession(rights...)
	if err != nil {
		t.Fatal(err)
	}
	return w, s
}

// azureWorld is a world with two subscriptions, on which Ada has a role.
func azureWorld(t *testing.T, role string) *world {
	w := newWorld(t)
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Azure bot", Scopes: append([]string{"User.ReadBasic.All"}, botScopes...),
		PublicClientFlows: true, Azure: true})
	w.s.SetARMURL(w.url)
	w.dir = w.directory(func(c *Config) { c.Tenants[0].ARMURL = w.url })
	for _, id := range []string{production, testing2} {
		w.t.AddSubscription(entratest.Subscription{ID: id, Name: id})
		w.t.GrantAzureRole("ada@contoso.com", id, role)
	}
	return w
}

// azureSession signs Ada in for what is in both subscriptions.
func (w *world) azureSession(rights ...string) (workflow.Session, error) {
	w.Helper()
	in := w.begin()
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
		w.Fatal(err)
	}
	s, err := in.Wait(w.Context(), workflow.Ask{Email: "bea@contoso.com", Subscriptions: []string{production, testing2},
		AzureRights: rights})
	if err == nil {
		w.Cleanup(s.Close)
	}
	return s, w.saw(err)
}

// ofApp counts what there is in Azure that is not Ada's.
func (w *world) ofApp() (assignments, definitions int) {
	for _, a := range w.t.AzureAssignments() {
		if a.Principal != "ada@contoso.com" && a.Principal != "Ada Able" {
			assignments++
		}
	}
	return assignments, len(w.t.AzureRoleDefinitions())
}

func TestOnlyRightsThatAreNeededCountInAzure(t *testing.T) {
	assign, remove, define := "Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete",
		"Microsoft.Authorization/roleDefinitions/delete"
	for _, c := range []struct {
		role   string
		rights []string
		may    bool
	}{
		{entratest.AzureUserAccessAdministrator, []string{remove, define}, true},
		{entratest.AzureOwner, []string{assign, remove, define}, true},
		{entratest.AzureRBACAdministrator, []string{remove}, true},
		{entratest.AzureRBACAdministrator, []string{remove, define}, false},
		{entratest.AzureContributor, []string{remove}, false},
		{entratest.AzureReader, []string{assign}, false},
	} {
		_, s := inAzure(t, c.role, c.rights...)
		if on := s.Signer().Subscriptions; slices.Contains(on, production) != c.may || slices.Contains(on, testing2) != c.may {
			t.Errorf("%s with %q: %q", c.role, c.rights, on)
		}
	}
}

func TestARoleInAzureIsCalledByWhatItAllows(t *testing.T) {
	w, s := inAzure(t, entratest.AzureUserAccessAdministrator, "Microsoft.Authorization/roleAssignments/write")
	objectID, _, sp := w.made(s, app("payroll"))
	custom := azureRoles[1]
	wider := plan.AzureRole{Name: "Backup operator",
		Actions: append(slices.Clone(custom.Actions), "Microsoft.Compute/virtualMachines/delete")}
	for _, c := range []struct {
		name string
		role plan.AzureRole
	}{{"entra-app-payroll", azureRoles[0]}, {"made by hand", plan.AzureRole{Name: "Theirs", Actions: custom.Actions}},
		{"wider", wider}} {
		if err := w.patiently(func() error {
			return s.EnsureAzureRoles(t.Context(), sp, c.name, []string{production}, []plan.AzureRole{c.role})
		}); err != nil {
			t.Fatal(err)
		}
	}
	p := plan.Plan{AzureRoles: azureRoles, Subscriptions: []string{production, testing2}}
	has, err := inspected(s, t.Context(), workflow.Made{ObjectID: objectID, ServicePrincipal: sp}, p)
	want := []string{production + "/" + entratest.AzureContributor, production + "/Backup operator",
		production + "/" + plan.AzureID("wider", wider.Name)}
	slices.Sort(want)
	if err != nil || !slices.Equal(has.AzureRoles, want) {
		t.Errorf("it has %q, want %q (%v)", has.AzureRoles, want, err)
	}
}
