package workflow

import (
	"context"
	"slices"
	"strings"
)

// Update asks for other permissions, workloads, redirect URIs or owners of the
// app that head stands for. Its name and its credential stay.
func (d *Desk) Update(ctx context.Context, by Person, head string, draft Draft) (*Request, error) {
	return d.about(ctx, by, head, Update, draft, func(wrong FieldErrors, before, r *Request) *Refusal {
		if !before.Alive() {
			return refuse(RuleWrongState, "%s was retired by %s. /entra-app recreate brings it back.", before.Plan.AppName, before.ID)
		}
		product, ok := d.Product(before.Product)
		if !ok {
			return refuse(RuleWrongState, "The product %s of %s is no longer offered here, so nobody knows what the app needs. Ask the operator of this bot.", before.Product, before.Plan.AppName)
		}
		choice := Choice{Workloads: draft.Workloads, Credential: before.Plan.Credential.Kind}
		r.Was = before.Plan.clone()
		r.Plan = product.Plan(choice)
		r.Plan.TenantID, r.Plan.AppName, r.Plan.Credential = r.Was.TenantID, r.Was.AppName, r.Was.Credential
		r.Plan.AzureRoles, r.Plan.Subscriptions = r.Was.AzureRoles, r.Was.Subscriptions
		checkWorkloads(wrong, product, choice)
		r.Plan.redirect(product.Platform, checkRedirects(wrong, draft.RedirectURIs))
		if product.Custom {
			r.Plan.Permissions = checkPermissions(wrong, draft.Permissions)
		}
		r.Plan.Owners = checkOwners(wrong, by, draft.Owners)
		r.Made.KeyID, r.Made.KeyExpires = before.Made.KeyID, before.Made.KeyExpires
		if c := Changes(r.Was, r.Plan); len(c) == 0 && len(wrong) == 0 {
			wrong[FieldReason] = "Nothing would change: the app has all of this already."
		}
		return nil
	})
}

// Missing are the permissions and roles that a product needs today and r's app
// does not have: the product's newer version has asked for more.
func (d *Desk) Missing(r *Request) []string {
	product, ok := d.Product(r.Product)
	if !ok || product.Custom {
		return nil
	}
	choice := Choice{Credential: r.Plan.Credential.Kind}
	for _, w := range product.Workloads {
		if slices.Contains(r.Plan.Workloads, w.Title) {
			choice.Workloads = append(choice.Workloads, w.Name)
		}
	}
	var missing []string
	for _, c := range Changes(r.Plan, product.Plan(choice)) {
		if c.Added && (c.What == PermissionChange || c.What == RoleChange) {
			missing = append(missing, c.Name)
		}
	}
	return missing
}

// A Change is one difference between two plans of an app.
type Change struct {
	Added bool // or removed
	What  string
	Name  string
}

// What changes.
const (
	PermissionChange = "permission"
	RoleChange       = "directory role"
	RedirectChange   = "redirect URI"
	OwnerChange      = "owner"
	ScopeChange      = "exposed scope"
	SettingChange    = "setting"
)

// Changes lists what is different in a plan: what was added, then what was removed.
func Changes(was, is Plan) []Change {
	var added, removed []Change
	for _, kind := range []string{PermissionChange, RoleChange, ScopeChange, RedirectChange, OwnerChange, SettingChange} {
		a, b := was.parts(kind), is.parts(kind)
		for _, n := range without(b, a) {
			added = append(added, Change{true, kind, n})
		}
		for _, n := range without(a, b) {
			removed = append(removed, Change{false, kind, n})
		}
	}
	return append(added, removed...)
}

// parts are the names of what a plan has of a kind.
func (p Plan) parts(kind string) []string {
	var names []string
	switch kind {
	case PermissionChange:
		for _, q := range p.Permissions {
			names = append(names, q.Resource+" "+q.Name+" ("+strings.ToLower(string(q.Type))+")")
		}
	case RoleChange:
		for _, r := range p.DirectoryRoles {
			names = append(names, r.Name)
		}
	case ScopeChange:
		for _, s := range p.Scopes {
			names = append(names, s.Name)
		}
	case RedirectChange:
		names = slices.Concat(p.RedirectURIs, p.SPARedirectURIs, p.PublicRedirectURIs)
	case OwnerChange:
		for _, o := range p.Owners {
			names = append(names, o.Name)
		}
	case SettingChange:
		names = append(names, "who can sign in: "+p.Audience)
		if p.PublicClientFlows {
			names = append(names, "public client flows")
		}
	}
	return names
}
