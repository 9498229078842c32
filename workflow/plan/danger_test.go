package plan

import (
	"slices"
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
)

func TestAPlanIsAsDangerousAsItsWorstPart(t *testing.T) {
	known := func(kind catalog.Type, name string) Permission {
		t.Helper()
		p, ok := Known(catalog.MicrosoftGraph, kind, name)
		if !ok {
			t.Fatalf("no %s", name)
		}
		return p
	}
	signIn := known(catalog.Delegated, "User.Read")
	reads := known(catalog.Application, "Directory.Read.All")
	raised := reads
	raised.Risk = catalog.Critical // as a pack may
	lowered := known(catalog.Application, "RoleManagement.ReadWrite.Directory")
	lowered.Risk = catalog.Low // as an older version may have stored it
	foreign := Permission{ResourceAppID: "97ba9b11-0000-0000-0000-000000000000", Name: "Staff.Read.All", Type: catalog.Application}
	own := Permission{ResourceAppID: Self, Name: "use", Type: catalog.Delegated, Risk: catalog.Low}
	directory := func(id string) Plan { return Plan{DirectoryRoles: []DirectoryRole{{TemplateID: id}}} }
	azure := func(r AzureRole) Plan { return Plan{AzureRoles: []AzureRole{r}} }
	for name, c := range map[string]struct {
		plan Plan
		want catalog.Risk
		ways int // to control of the tenant
	}{
		"nothing":                      {Plan{}, catalog.Low, 0},
		"the sign-in":                  {Plan{Permissions: []Permission{signIn, own}}, catalog.Low, 0},
		"reads the directory":          {Plan{Permissions: []Permission{signIn, reads}}, catalog.Medium, 0},
		"a permission that nobody has": {Plan{Permissions: []Permission{reads, foreign}}, catalog.High, 0},
		"a permission on what is gone": {Plan{Permissions: []Permission{{ResourceAppID: Gone + "x", Risk: catalog.Low}}}, catalog.High, 0},
		"raised by the pack":           {Plan{Permissions: []Permission{reads, raised}}, catalog.Critical, 0},
		"stored by an older version":   {Plan{Permissions: []Permission{reads, lowered}}, catalog.Critical, 1},
		"reads all of the directory":   {directory(GlobalReader), catalog.High, 0},
		"a role that nobody knows":     {directory("new"), catalog.High, 0},
		"Global Administrator":         {directory("62e90394-69f5-4237-9190-012177145e10"), catalog.Critical, 1},
		"Contributor":                  {azure(AzureRole{ID: "b24988ac-6180-42a0-ab88-20f7382dd24c"}), catalog.High, 0},
		"Owner":                        {azure(AzureRole{ID: "8E3AF657-a8ff-443c-a75c-2fe8c4bcb635"}), catalog.Critical, 1},
		"assigns roles in Azure":       {azure(AzureRole{Name: "x", Actions: []string{"Microsoft.Authorization/*"}}), catalog.Critical, 1},
	} {
		if got := c.plan.Risk(); got != c.want {
			t.Errorf("%s is %s, want %s", name, got, c.want)
		}
		worst := c.plan.Worst()
		if slices.ContainsFunc(worst, func(d Danger) bool { return d.Risk != c.want }) {
			t.Errorf("%s: the worst are %+v", name, worst)
		}
		ways := slices.DeleteFunc(c.plan.Dangers(), func(d Danger) bool { return d.How == "" })
		if len(ways) != c.ways {
			t.Errorf("%s leads to control of the tenant by %+v", name, ways)
		}
	}
}
