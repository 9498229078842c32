package workflow

import (
	"slices"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What a product needs today, and an app of it has not: its pack has asked for
// more since.

// Missing is what a product needs today and r's app does not have, in words.
func (d *Desk) Missing(r *Request) []string {
	product, ok := d.Product(r.Product)
	if !ok || product.Custom {
		return nil
	}
	has := r.Has()
	want := product.Plan(pack.Choice{Credential: has.Credential.Kind, Workloads: product.Chosen(has)})
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
		case c.What != plan.ActionChange && !slices.Contains(plan.Kinds(), c.What): // that is the request's, not the product's
		case c.What == plan.PermissionChange || c.What == plan.RoleChange || c.What == plan.SettingChange:
			missing = append(missing, c.Name)
		default:
			missing = append(missing, c.What+" "+c.Name)
		}
	}
	return missing
}
