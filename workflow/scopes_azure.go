// Package azurescope names the scopes on which roles in Azure are given.
//
// A role in Azure is given on scopes: subscriptions, their resource groups, and the
// management groups above them. A plan names a subscription by its ID alone, as it always
// did, and any other scope by its path. Azure does not tell capitals apart in either.
// Source: Azure role-based access control, scope-overview.
package workflow

import (
	"regexp"
	"slices"
	"strings"
)

const (
	subscriptionScope    = "/subscriptions/"
	resourceGroupScope   = "/resourceGroups/"
	managementGroupScope = "/providers/Microsoft.Management/managementGroups/"
)

// AzureScope is the path of a scope that a plan names.
func AzureScope(named string) string {
	if IsGUID(strings.ToLower(named)) {
		return subscriptionScope + strings.ToLower(named)
	}
	return named
}

// AzureScopeNamed is what a plan calls the scope with a path.
func AzureScopeNamed(path string) string {
	if id := cutFold(path, subscriptionScope); IsGUID(strings.ToLower(id)) {
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
func joinedScopes(a, b []string) []string { return joined(a, b, SameAzureScope) }

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
	if id := strings.ToLower(s); IsGUID(id) {
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
	case rest == "" || !IsGUID(id):
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
