package pack

import (
	"slices"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// Chosen are the names of the workloads that a plan was made for, as far as p
// still has them. A plan of before names were kept has titles only; where one of
// those has changed since, what the app has tells which workload it was.
func (p Product) Chosen(has plan.Plan) []string {
	var names, unknown []string
	for _, w := range p.Workloads {
		switch {
		case slices.Contains(has.Chosen, w.Name), has.Chosen == nil && slices.Contains(has.Workloads, w.Title):
			names = append(names, w.Name)
		case has.Chosen == nil && p.onlyFor(w.Name, has):
			unknown = append(unknown, w.Name)
		}
	}
	if has.Chosen != nil {
		return names
	}
	return append(names, unknown[:min(len(unknown), len(has.Workloads)-len(names))]...)
}

// onlyFor reports whether a plan has anything that p needs for this workload alone.
func (p Product) onlyFor(workload string, has plan.Plan) bool {
	only := func(of []string) bool { return len(of) == 1 && of[0] == workload }
	return slices.ContainsFunc(p.Permissions, func(n Need) bool {
		return only(n.Workloads) && slices.ContainsFunc(has.Permissions, func(q plan.Permission) bool {
			return plan.SamePermission(n.Permission, q)
		})
	}) || slices.ContainsFunc(p.AzureRoles, func(n AzureNeed) bool {
		return only(n.Workloads) && slices.ContainsFunc(has.AzureRoles,
			func(a plan.AzureRole) bool { return plan.SameAzureRole(n.AzureRole, a) })
	})
}

// NewRedirects are the redirect URIs that p suggests and an app lacks. Where the
// app has other ones only, those were put in the place of what was suggested.
func (p Product) NewRedirects(has plan.Plan) []string {
	now := has.On(p.Platform)
	lacks := set.Without(p.RedirectURIs, now)
	if len(now) > 0 && len(lacks) == len(p.RedirectURIs) {
		return nil
	}
	return lacks
}

const extrasMax = 100

// Extras are the permissions of an adopted app that p has no need for, whatever
// is chosen of it, and that the catalogue knows: an update may remove them. They
// are as many as a list in a form has room for.
func (p Product) Extras(has plan.Plan) []plan.Permission {
	extras := slices.DeleteFunc(p.Unneeded(has), func(q plan.Permission) bool { return KeyOf(q) == "" })
	return extras[:min(len(extras), extrasMax)]
}

// Unneeded are the permissions of an app that p has no need for.
func (p Product) Unneeded(has plan.Plan) []plan.Permission {
	return slices.DeleteFunc(slices.Clone(has.Permissions), func(q plan.Permission) bool {
		return slices.ContainsFunc(p.Permissions, func(n Need) bool { return plan.SamePermission(n.Permission, q) })
	})
}

// KeyOf is the catalogue's key of a permission, or empty.
func KeyOf(q plan.Permission) string {
	c, ok := catalog.Find(q.ResourceAppID, q.Type, q.Name)
	if !ok {
		return ""
	}
	return c.Key()
}
