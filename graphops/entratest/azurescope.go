package entratest

import (
	"regexp"
	"slices"
	"strings"
)

// A scope of Azure is where a role is assigned: a management group, a subscription
// or a resource group. What is assigned above is inherited below. Here a scope is its
// path in small letters, since Azure does not tell capitals apart.
// Source: Azure role-based access control, scope-overview.

const (
	subscriptionPath    = "/subscriptions/"
	managementGroupPath = "/providers/microsoft.management/managementgroups/"
	resourceGroupPart   = "/resourcegroups/"
)

var scopePath = regexp.MustCompile(`^(/subscriptions/[^/]+(/resourcegroups/[^/]+)?|/providers/microsoft\.management/managementgroups/[^/]+)$`)

// A ManagementGroup holds subscriptions and other management groups.
type ManagementGroup struct {
	Name        string // its ID, as in paths
	DisplayName string // empty means the name
	Parent      string // the name of another; empty means the tenant's root group
}

// A resourceGroup is a part of a subscription.
type resourceGroup struct{ subscription, name string }

// AddManagementGroup adds g below its parent. The tenant's root group is always there;
// its name is the tenant's ID.
func (t *Tenant) AddManagementGroup(g ManagementGroup) ManagementGroup {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if g.Name == "" {
		g.Name = newID()
	}
	if g.DisplayName == "" {
		g.DisplayName = g.Name
	}
	t.managementGroups = append(t.managementGroups, &g)
	t.s.changed()
	return g
}

// AddResourceGroup adds a resource group to a subscription, and returns its scope.
func (t *Tenant) AddResourceGroup(subscriptionID, name string) string {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	g := resourceGroup{strings.ToLower(subscriptionID), name}
	t.resourceGroups = append(t.resourceGroups, g)
	t.s.changed()
	return t.showScope(g.scope())
}

func (g resourceGroup) scope() string {
	return strings.ToLower(subscriptionPath + g.subscription + resourceGroupPart + g.name)
}

func (t *Tenant) managementGroup(name string) *ManagementGroup {
	return find(t.managementGroups, func(g *ManagementGroup) bool { return strings.EqualFold(g.Name, name) })
}

func managementGroupScope(name string) string { return managementGroupPath + strings.ToLower(name) }

// isScope reports whether a scope is there.
func (t *Tenant) isScope(scope string) bool {
	sub, _ := subscriptionOf(scope)
	switch name, is := strings.CutPrefix(scope, managementGroupPath); {
	case is:
		return strings.EqualFold(name, t.ID) || t.managementGroup(name) != nil
	case sub == "" || t.subscription(sub) == nil:
		return false
	case strings.Contains(scope, resourceGroupPart):
		return slices.ContainsFunc(t.resourceGroups, func(g resourceGroup) bool { return g.scope() == scope })
	}
	return true
}

// subscriptionOf is the ID of the subscription that a scope is or is in, and of what
// is in it the name of the resource group.
func subscriptionOf(scope string) (id, group string) {
	rest, is := strings.CutPrefix(scope, subscriptionPath)
	if !is {
		return "", ""
	}
	id, group, _ = strings.Cut(rest, resourceGroupPart)
	return id, group
}

// above are a scope and those that it is in, up to the tenant's root group.
func (t *Tenant) above(scope string) []string {
	all := []string{scope}
	group := ""
	if sub, in := subscriptionOf(scope); sub != "" {
		if in != "" {
			all = append(all, subscriptionPath+sub)
		}
		if s := t.subscription(sub); s != nil {
			group = s.ManagementGroup
		}
	} else if g := t.managementGroup(strings.TrimPrefix(scope, managementGroupPath)); g != nil {
		group = g.Parent
	}
	for g := t.managementGroup(group); g != nil && len(all) < 20; g = t.managementGroup(g.Parent) {
		all = append(all, managementGroupScope(g.Name))
	}
	if root := managementGroupScope(t.ID); !slices.Contains(all, root) {
		all = append(all, root)
	}
	return all
}

// showScope is a scope as Azure writes it.
func (t *Tenant) showScope(scope string) string {
	if name, is := strings.CutPrefix(scope, managementGroupPath); is {
		if g := t.managementGroup(name); g != nil {
			name = g.Name
		}
		return "/providers/Microsoft.Management/managementGroups/" + name
	}
	sub, group := subscriptionOf(scope)
	if group == "" {
		return subscriptionPath + sub
	}
	for _, g := range t.resourceGroups {
		if g.scope() == scope {
			group = g.name
		}
	}
	return subscriptionPath + sub + "/resourceGroups/" + group
}

// roleDefinitionID is the ID of a role as it is shown at a scope.
func roleDefinitionID(scope, id string) string {
	if sub, _ := subscriptionOf(scope); sub != "" {
		return subscriptionPath + sub + authorization + "roleDefinitions/" + id
	}
	return authorization + "roleDefinitions/" + id
}

// scopeCalled reads a scope: its path, or the ID of a subscription by itself.
func scopeCalled(s string) string {
	s = strings.ToLower(strings.TrimSuffix(s, "/"))
	if guid.MatchString(s) {
		return subscriptionPath + s
	}
	return s
}
