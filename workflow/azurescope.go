package workflow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A role in Azure is given on scopes: subscriptions, their resource groups, and the
// management groups above them. A plan names a subscription by its ID alone, as it always
// did, and any other scope by its path. Azure does not tell capitals apart in either.
// Source: Azure role-based access control, scope-overview.

const (
	subscriptionScope    = "/subscriptions/"
	resourceGroupScope   = "/resourceGroups/"
	managementGroupScope = "/providers/Microsoft.Management/managementGroups/"
)

// AzureScope is the path of a scope that a plan names.
func AzureScope(named string) string {
	if guidPattern.MatchString(strings.ToLower(named)) {
		return subscriptionScope + strings.ToLower(named)
	}
	return named
}

// AzureScopeNamed is what a plan calls the scope with a path.
func AzureScopeNamed(path string) string {
	if id := cutFold(path, subscriptionScope); guidPattern.MatchString(strings.ToLower(id)) {
		return strings.ToLower(id)
	}
	return path
}

// AzureRoleID is the path of a role definition as it is assigned on a scope that a plan
// names. Source: Azure role-based access control, role-assignments-rest.
func AzureRoleID(named, id string) string {
	const definitions = "/providers/Microsoft.Authorization/roleDefinitions/"
	scope := AzureScope(named)
	if isManagementGroup(named) {
		return definitions + id
	}
	sub, _, _ := strings.Cut(scope[len(subscriptionScope):], "/")
	return subscriptionScope + sub + definitions + id
}

// SameAzureScope reports whether two are the same scope.
func SameAzureScope(a, b string) bool { return strings.EqualFold(AzureScope(a), AzureScope(b)) }

func isManagementGroup(named string) bool { return cutFold(named, managementGroupScope) != "" }

// cutFold is what follows prefix in s, whatever the capitals, or nothing.
func cutFold(s, prefix string) string {
	if len(s) <= len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return ""
	}
	return s[len(prefix):]
}

// joinedScopes and withoutScopes are joined and without for scopes.
func joinedScopes(a, b []string) []string  { return joined(a, b, SameAzureScope) }
func withoutScopes(a, b []string) []string { return beyond(a, b, SameAzureScope) }

// bothScopes are those of a that are in b, too.
func bothScopes(a, b []string) []string { return withoutScopes(a, withoutScopes(a, b)) }

// spellAs spells scopes as others are spelled that are the same.
func spellAs(scopes, others []string) {
	for i, s := range scopes {
		for _, o := range others {
			if SameAzureScope(s, o) {
				scopes[i] = o
			}
		}
	}
}

// azureScopeTitle says for people which scope that is.
func azureScopeTitle(named string) string {
	if name := cutFold(named, managementGroupScope); name != "" {
		return "the management group " + name
	}
	id, group, in := strings.Cut(cutFold(AzureScope(named), subscriptionScope), "/")
	if in {
		return "the resource group " + group[strings.IndexByte(group, '/')+1:] + " of the Azure subscription " + id
	}
	return "the Azure subscription " + id
}

func azureScopeTitles(named []string) string {
	titles := make([]string, len(named))
	for i, n := range named {
		titles[i] = azureScopeTitle(n)
	}
	return strings.Join(titles, ", ")
}

// AzureScopeWord is what some scopes are together, in the singular.
func AzureScopeWord(named []string) string {
	if slices.ContainsFunc(named, func(n string) bool { return strings.Contains(n, "/") }) {
		return "scope"
	}
	return "subscription"
}

var (
	// Names have 90 characters at most, and end in no full stop. Letters and digits of any
	// script are allowed in those of resource groups.
	// Source: Azure, naming rules and restrictions for resources.
	resourceGroupName   = regexp.MustCompile(`^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$`)
	managementGroupName = regexp.MustCompile(`^[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]$`)
)

// readAzureScope reads a scope as people name one; the problem is one that can be said
// behind it.
func readAzureScope(s string) (named, problem string) {
	s = strings.TrimRight(s, "/")
	if id := strings.ToLower(s); guidPattern.MatchString(id) {
		return id, ""
	}
	if name := cutFold(s, managementGroupScope); name != "" {
		if !managementGroupName.MatchString(name) {
			return "", "this is not the name of a management group. The portal shows its ID under Management groups"
		}
		return managementGroupScope + name, ""
	}
	rest := cutFold(s, subscriptionScope)
	id, in, below := strings.Cut(rest, "/")
	id = strings.ToLower(id)
	group := cutFold("/"+in, resourceGroupScope)
	switch {
	case rest == "" || !guidPattern.MatchString(id):
		return "", "this is not a subscription ID. One looks like 00000000-0000-0000-0000-000000000000; the portal shows it under " +
			"Subscriptions. " +
			"A resource group is named as /subscriptions/ID/resourceGroups/NAME, a management group as " + managementGroupScope + "NAME"
	case !below:
		return id, ""
	case strings.Contains(group, "/"):
		return "", "this is a single resource. Name its resource group, up to the name after resourceGroups/"
	case !resourceGroupName.MatchString(group):
		return "", "this is not the name of a resource group. One is named as /subscriptions/ID/resourceGroups/NAME"
	}
	return subscriptionScope + id + resourceGroupScope + group, ""
}

// checkSubscriptions reads the scopes that a plan's roles are given on.
func checkSubscriptions(wrong FieldErrors, lines []string, roles []AzureRole) []string {
	var out []string
	var bad mistakes
	for _, line := range lines {
		line = oneLine(line)
		if line == "" {
			continue
		}
		named, problem := readAzureScope(line)
		if problem != "" {
			bad.add(line, problem)
			continue
		}
		out = joinedScopes(out, []string{named})
	}
	word := AzureScopeWord(out)
	switch problem := customRoleProblem(out, roles); {
	case bad != nil:
		wrong[FieldSubscriptions] = bad.String()
		return nil
	case len(out) == 0:
		wrong[FieldSubscriptions] = "Name at least one subscription, by its ID."
	case len(out) > SubscriptionsMax:
		wrong[FieldSubscriptions] = fmt.Sprintf("These are %d %ss; %d are allowed in one request.", len(out), word, SubscriptionsMax)
	case problem != "":
		wrong[FieldSubscriptions] = problem
	}
	return out
}

// customRoleProblem says why Azure would not make one of the roles for these scopes.
// Source: Azure role-based access control, custom-roles: limits of assignable scopes.
func customRoleProblem(scopes []string, roles []AzureRole) string {
	groups := 0
	for _, s := range scopes {
		if isManagementGroup(s) {
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
