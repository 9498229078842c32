package azure

import (
	"errors"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Source: Azure role definitions, "Actions format".
func TestAPatternCoversTheActionsThatItStandsFor(t *testing.T) {
	const write = "Microsoft.Authorization/roleAssignments/write"
	for pattern, want := range map[string]bool{
		"*": true, "*/write": true, "Microsoft.Authorization/*": true, "microsoft.authorization/ROLEASSIGNMENTS/*": true,
		"Microsoft.Authorization/*/write": true, write: true, "*/read": false, "Microsoft.Authorization/roleAssignments/*/write": false,
		"Microsoft.Authorization/roleAssignments": false, "": false,
	} {
		if got := anyCovers([]string{"*/read", pattern}, write); got != want {
			t.Errorf("%q: %v", pattern, got)
		}
	}
}

func TestASessionWithoutATokenForAzureDoesNothingThere(t *testing.T) {
	var c *Client
	roles := []plan.AzureRole{{ID: "b24988ac-6180-42a0-ab88-20f7382dd24c"}}
	_, removed := c.RemoveAssignments(t.Context(), "sp", "name", []string{"sub"}, roles, workflow.AzureRemoval{})
	_, read := c.Roles(t.Context(), "sp", plan.Plan{Subscriptions: []string{"sub"}, AzureRoles: roles})
	for what, err := range map[string]error{
		"roles given":   c.EnsureRoles(t.Context(), "sp", "name", []string{"sub"}, roles),
		"roles removed": removed,
		"roles read":    read,
	} {
		if !errors.Is(err, workflow.ErrSessionOver) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
