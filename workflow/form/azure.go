package form

import (
	"fmt"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// CheckSubscriptions reads the scopes that a plan's roles are given on.
func CheckSubscriptions(wrong Errors, lines []string, roles []plan.AzureRole) []string {
	var out []string
	var bad mistakes
	for _, line := range lines {
		line = text.OneLine(line)
		if line == "" {
			continue
		}
		named, problem := azurescope.Parse(line)
		if problem != "" {
			bad.add(line, problem)
			continue
		}
		out = azurescope.Union(out, []string{named})
	}
	word := azurescope.Word(out)
	switch problem := customRoleProblem(out, roles); {
	case bad != nil:
		wrong[FieldSubscriptions] = bad.String()
		return nil
	case len(out) == 0:
		wrong[FieldSubscriptions] = "Name at least one subscription, by its ID."
	case len(out) > SubscriptionsMax:
		wrong[FieldSubscriptions] = fmt.Sprintf("There are %d %ss; at most %d are allowed in one request.", len(out), word,
			SubscriptionsMax)
	case problem != "":
		wrong[FieldSubscriptions] = problem
	}
	return out
}

// customRoleProblem says why Azure would not make one of the roles for these scopes.
// Source: Azure role-based access control, custom-roles: limits of assignable scopes.
func customRoleProblem(scopes []string, roles []plan.AzureRole) string {
	groups := 0
	for _, s := range scopes {
		if azurescope.IsManagementGroup(s) {
			groups++
		}
	}
	for _, r := range roles {
		switch {
		case r.ID != "" || groups == 0:
		case len(r.DataActions) > 0:
			return fmt.Sprintf("%s is a custom role with data actions, and Azure gives such a role on no management group. Name the "+
				"subscriptions in it, or choose the built-in roles.", r.Name)
		case groups > 1:
			return fmt.Sprintf("%s is a custom role, and Azure makes one for one management group only. Name one, and the subscriptions "+
				"of the others.", r.Name)
		}
	}
	return ""
}
