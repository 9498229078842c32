package workflow

import (
	"slices"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// What a product needs today, and an app of it has not: its pack has asked for
// more since.

// Chosen are the names of the workloads that a plan was made for, as far as p
// still has them. A plan of before names were kept has titles only; where one of
// those has changed since, what the app has tells which workload it was.
func (p Product) Chosen(plan plan.Plan) []string {
	var names, unknown []string
	for _, w := range p.Workloads {
		switch {
		case slices.Contains(plan.Chosen, w.Name), plan.Chosen == nil && slices.Contains(plan.Workloads, w.Title):
			names = append(names, w.Name)
		case plan.Chosen == nil && p.onlyFor(w.Name, plan):
			unknown = append(unknown, w.Name)
		}
	}
	if plan.Chosen != nil {
		return names
	}
	return append(names, unknown[:min(len(unknown), len(plan.Workloads)-len(names))]...)
}

// onlyFor reports whether a plan has anything that p needs for this workload alone.
func (p Product) onlyFor(workload string, approved plan.Plan) bool {
	only := func(of []string) bool { return len(of) == 1 && of[0] == workload }
	return slices.ContainsFunc(p.Permissions, func(n Need) bool {
		return only(n.Workloads) && slices.ContainsFunc(approved.Permissions, func(q plan.Permission) bool {
			return plan.SamePermission(n.Permission, q)
		})
	}) || slices.ContainsFunc(p.AzureRoles, func(n AzureNeed) bool {
		return only(n.Workloads) && slices.ContainsFunc(approved.AzureRoles,
			func(a plan.AzureRole) bool { return plan.SameAzureRole(n.AzureRole, a) })
	})
}

// Missing is what a product needs today and r's app does not have, in words.
func (d *Desk) Missing(r *Request) []string {
	product, ok := d.Product(r.Product)
	if !ok || product.Custom {
		return nil
	}
	has := r.Has()
	want := product.Plan(Choice{Credential: has.Credential.Kind, Workloads: product.Chosen(has)})
	want.Owners, want.Approvals, has.Approvals = has.Owners, 0, 0
	want.SetRedirects(product.Platform, product.NewRedirects(has))
	if r.Adopted() {
		want.Audience = has.Audience // stays as it was found
	}
	// Roles are compared by themselves: which subscriptions they are for is the requester's.
	anywhere := []string{""}
	has.Subscriptions, want.Subscriptions = anywhere, anywhere
	var missing []string
	for _, c := range plan.Changes(has, want) {
		switch {
		case !c.Added:
		case c.What == plan.PermissionChange || c.What == plan.RoleChange || c.What == plan.SettingChange:
			missing = append(missing, c.Name)
		default:
			missing = append(missing, c.What+" "+c.Name)
		}
	}
	return missing
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
