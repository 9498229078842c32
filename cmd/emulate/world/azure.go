package world

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// A ManagementGroup of a file holds subscriptions and other groups. Name is its ID, as in
// paths. Without a parent it is below the tenant's root group, whose name is the tenant's ID.
type ManagementGroup struct {
	Name        string
	DisplayName string `yaml:"display_name"`
	Parent      string
	Roles       []AzureRole

	Scope string `yaml:"-"` // filled in
}

// A Subscription of a file. It is below its management group, or the tenant's root group.
type Subscription struct {
	ID, Name        string
	ManagementGroup string          `yaml:"management_group"`
	ResourceGroups  []ResourceGroup `yaml:"resource_groups"`
	Roles           []AzureRole
}

// A ResourceGroup of a file is in a subscription.
type ResourceGroup struct {
	Name  string
	Roles []AzureRole

	Scope string `yaml:"-"` // filled in
}

// An AzureRole is what a person, or the app with this app_id, has on what it stands below.
type AzureRole struct{ UPN, App, Role string }

// fillAzure adds what of Azure a file names.
func fillAzure(t *entratest.Tenant, groups []ManagementGroup, subscriptions []Subscription) error {
	known := func(name string) bool {
		return name == "" || strings.EqualFold(name, t.ID) || slices.ContainsFunc(groups, func(g ManagementGroup) bool {
			return strings.EqualFold(g.Name, name)
		})
	}
	for i := range groups {
		g := &groups[i]
		if !known(g.Parent) {
			return fmt.Errorf("%s: there is no management group %q", g.Name, g.Parent)
		}
		g.Name = t.AddManagementGroup(entratest.ManagementGroup{Name: g.Name, DisplayName: g.DisplayName, Parent: g.Parent}).Name
		g.Scope = "/providers/Microsoft.Management/managementGroups/" + g.Name
		if err := grant(t, g.Scope, g.Name, g.Roles); err != nil {
			return err
		}
	}
	for i := range subscriptions {
		s := &subscriptions[i]
		if !known(s.ManagementGroup) {
			return fmt.Errorf("%s: there is no management group %q", s.Name, s.ManagementGroup)
		}
		s.ID = t.AddSubscription(entratest.Subscription{ID: s.ID, Name: s.Name, ManagementGroup: s.ManagementGroup}).ID
		if err := grant(t, s.ID, s.Name, s.Roles); err != nil {
			return err
		}
		for j := range s.ResourceGroups {
			g := &s.ResourceGroups[j]
			if g.Name == "" {
				return fmt.Errorf("%s: a resource group has no name", s.Name)
			}
			g.Scope = t.AddResourceGroup(s.ID, g.Name)
			if err := grant(t, g.Scope, g.Name, g.Roles); err != nil {
				return err
			}
		}
	}
	return nil
}

func grant(t *entratest.Tenant, scope, name string, roles []AzureRole) error {
	for _, r := range roles {
		who := r.UPN
		if app, ok := t.Application(r.App); ok {
			who = app.ServicePrincipalID
		}
		if !t.GrantAzureRole(who, scope, r.Role) {
			return fmt.Errorf("%s: there is no person or app %s, or no role %q", name, cmp.Or(r.UPN, r.App), r.Role)
		}
	}
	return nil
}
