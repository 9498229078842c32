// Package azurescope names the scopes at which Azure roles are assigned.
//
// An Azure role is assigned at scopes: subscriptions, their resource groups, and the
// management groups above them. A plan names a subscription by its ID alone, as it always
// did, and any other scope by its path. Azure does not tell capitals apart in either.
// Source: Azure role-based access control, scope-overview.
package azurescope

import (
	"regexp"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

// What the paths begin with, or go on with.
const (
	Subscription    = "/subscriptions/"
	ResourceGroup   = "/resourceGroups/"
	ManagementGroup = "/providers/Microsoft.Management/managementGroups/"
)

// Path is that of a scope that a plan names.
func Path(named string) string {
	if text.IsGUID(strings.ToLower(named)) {
		return Subscription + strings.ToLower(named)
	}
	return named
}

// Named is what a plan calls the scope with a path.
func Named(path string) string {
	if id := CutFold(path, Subscription); text.IsGUID(strings.ToLower(id)) {
		return strings.ToLower(id)
	}
	return path
}

// RoleID is the path of a role definition as it is assigned on a scope that a plan
// names. Source: Azure role-based access control, role-assignments-rest.
func RoleID(named, id string) string {
	const definitions = "/providers/Microsoft.Authorization/roleDefinitions/"
	scope := Path(named)
	if IsManagementGroup(named) {
		return definitions + id
	}
	sub, _, _ := strings.Cut(scope[len(Subscription):], "/")
	return Subscription + sub + definitions + id
}

// Same reports whether two are the same scope.
func Same(a, b string) bool { return strings.EqualFold(Path(a), Path(b)) }

// IsManagementGroup reports whether that is a management group.
func IsManagementGroup(named string) bool { return CutFold(named, ManagementGroup) != "" }

// CutFold is what follows prefix in s, whatever the capitals, or nothing.
func CutFold(s, prefix string) string {
	if len(s) <= len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return ""
	}
	return s[len(prefix):]
}

// Union are those of a, and those of b besides.
func Union(a, b []string) []string { return set.Union(a, b, Same) }

// Minus are those of a that are not in b.
func Minus(a, b []string) []string { return set.Minus(a, b, Same) }

// Both are those of a that are in b, too.
func Both(a, b []string) []string { return Minus(a, Minus(a, b)) }

// SpellAs spells scopes as others are spelled that are the same.
func SpellAs(scopes, others []string) {
	for i, s := range scopes {
		for _, o := range others {
			if Same(s, o) {
				scopes[i] = o
			}
		}
	}
}

// Title says for people which scope that is.
func Title(named string) string {
	if name := CutFold(named, ManagementGroup); name != "" {
		return "the management group " + name
	}
	id, group, in := strings.Cut(CutFold(Path(named), Subscription), "/")
	if in {
		return "the resource group " + group[strings.IndexByte(group, '/')+1:] + " of the Azure subscription " + id
	}
	return "the Azure subscription " + id
}

// Titles are the titles of several, as a list.
func Titles(named []string) string {
	titles := make([]string, len(named))
	for i, n := range named {
		titles[i] = Title(n)
	}
	return strings.Join(titles, ", ")
}

// Word is what some scopes are together, in the singular.
func Word(named []string) string {
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

// Parse reads a scope as people name one; the problem is one that can be said
// behind it.
func Parse(s string) (named, problem string) {
	s = strings.TrimRight(s, "/")
	if id := strings.ToLower(s); text.IsGUID(id) {
		return id, ""
	}
	if name := CutFold(s, ManagementGroup); name != "" {
		if !managementGroupName.MatchString(name) {
			return "", "this is not the name of a management group. The portal shows its ID under Management groups"
		}
		return ManagementGroup + name, ""
	}
	rest := CutFold(s, Subscription)
	id, in, below := strings.Cut(rest, "/")
	id = strings.ToLower(id)
	group := CutFold("/"+in, ResourceGroup)
	switch {
	case rest == "" || !text.IsGUID(id):
		return "", "this is not a subscription ID. One looks like 00000000-0000-0000-0000-000000000000; the portal shows it under " +
			"Subscriptions. " +
			"A resource group is named as /subscriptions/ID/resourceGroups/NAME, a management group as " + ManagementGroup + "NAME"
	case !below:
		return id, ""
	case strings.Contains(group, "/"):
		return "", "this is a single resource. Name its resource group, up to the name after resourceGroups/"
	case !resourceGroupName.MatchString(group):
		return "", "this is not the name of a resource group. One is named as /subscriptions/ID/resourceGroups/NAME"
	}
	return Subscription + id + ResourceGroup + group, ""
}
