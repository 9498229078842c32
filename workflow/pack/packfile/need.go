package packfile

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// resources are what permissions are of, and application IDs.
var resources = map[string]string{
	"Microsoft Graph":              catalog.MicrosoftGraph,
	"Office 365 Exchange Online":   catalog.ExchangeOnline,
	"Office 365 SharePoint Online": catalog.SharePointOnline,
	plan.Self:                      plan.Self,
}

var (
	types = []string{string(catalog.Application), string(catalog.Delegated)}
	risks = []string{string(catalog.Low), string(catalog.Medium), string(catalog.High), string(catalog.Critical)}
)

// permissions reads what the pack asks for by name.
func (r *reader) permissions(f *file, p pack.Product) []pack.Need {
	var out []pack.Need
	seen := map[string]place{}
	for _, q := range f.permissions[:min(len(f.permissions), form.PermissionsMax)] {
		r.long(q.why, proseMax)
		n := pack.Need{}
		n.Workloads, n.Credentials = r.conditions(q.conditions, p)
		resource, typ := r.oneOf(q.resource, names(resources)), r.oneOf(q.typ, types)
		if !resource || !typ || q.name.s == "" {
			continue
		}
		known, ok := r.known(q, p.Scopes)
		if !ok {
			continue
		}
		n.Permission = known
		n.Why = q.why.s
		r.raise(&n, q.risk)
		if r.once(seen, text{q.name.place, q.name.s}, q.resource.s+" "+q.typ.s+" "+n.Name) {
			out = append(out, n)
		}
	}
	if len(f.permissions) > form.PermissionsMax {
		r.report(f.permissions[form.PermissionsMax].place, "", "is one too many; at most %d are allowed", form.PermissionsMax)
	}
	return out
}

// known finds a permission in the catalogue, or among the pack's own scopes.
func (r *reader) known(q permission, scopes []plan.Scope) (plan.Permission, bool) {
	typ := catalog.Type(q.typ.s)
	if q.resource.s == plan.Self {
		return r.own(q, scopes)
	}
	id := resources[q.resource.s]
	if p, ok := plan.Known(id, typ, q.name.s); ok {
		return p, true
	}
	r.report(q.name.place, elsewhere(id, typ, q.name.s), "is %s, and %s has no such %s permission", quote(q.name.s), q.resource.s, typ)
	return plan.Permission{}, false
}

// elsewhere is the hint for a permission that is not there: another type of it,
// another resource that has it, or a name that is like it.
func elsewhere(id string, typ catalog.Type, name string) string {
	for _, t := range types {
		if p, ok := catalog.Find(id, catalog.Type(t), name); ok {
			return fmt.Sprintf("%s is there as type %s", p.Name, t)
		}
	}
	var like []string
	for _, p := range catalog.All() {
		switch {
		case p.ResourceAppID != id && p.Type == typ && p.Name == name:
			return fmt.Sprintf("%s has it", p.Resource)
		case p.ResourceAppID == id && p.Type == typ:
			like = append(like, p.Name)
		}
	}
	if near := meant(name, like); len(near) < 200 {
		return near
	}
	return "Microsoft's permissions reference lists them"
}

// own finds a permission of the app to itself.
func (r *reader) own(q permission, scopes []plan.Scope) (plan.Permission, bool) {
	if q.typ.s != string(catalog.Delegated) {
		r.report(q.typ.place, "write Delegated", "is %s, and the app's own scopes are delegated", q.typ.s)
		return plan.Permission{}, false
	}
	i := slices.IndexFunc(scopes, func(s plan.Scope) bool { return s.Name == q.name.s })
	if i < 0 {
		offered := make([]string, len(scopes))
		for j, s := range scopes {
			offered[j] = s.Name
		}
		hint := "list it under scopes first"
		if len(offered) > 0 {
			hint = meant(q.name.s, offered)
		}
		r.report(q.name.place, hint, "is %s, which is not one of the pack's scopes", quote(q.name.s))
		return plan.Permission{}, false
	}
	return plan.Permission{
		Resource: "This application", ResourceAppID: plan.Self, Name: q.name.s, Type: catalog.Delegated,
		Words: scopes[i].Words, Risk: catalog.Low,
	}, true
}

// raise takes a tier from the pack where it is higher than the catalogue's.
func (r *reader) raise(n *pack.Need, t text) {
	if !r.oneOf(t, risks) {
		return
	}
	to := catalog.Risk(t.s)
	if to.Weight() < n.Risk.Weight() {
		r.report(t.place, "write a higher tier, or delete the line", "is %s, and %s is %s: a pack may raise a tier, not lower it", t.s,
			n.Name, n.Risk)
		return
	}
	n.Risk = to
}

// conditions reads for which workloads and credentials something is needed.
func (r *reader) conditions(c conditions, p pack.Product) ([]string, []plan.CredentialKind) {
	offered := make([]string, len(p.Credentials))
	for i, o := range p.Credentials {
		offered[i] = string(o.Kind)
	}
	var with []plan.CredentialKind
	for _, k := range r.among(c.credentials, offered, "credentials") {
		with = append(with, plan.CredentialKind(k))
	}
	return r.workloads(c.workloads, p), with
}

func (r *reader) workloads(list []text, p pack.Product) []string {
	known := make([]string, len(p.Workloads))
	for i, w := range p.Workloads {
		known[i] = w.Name
	}
	return r.among(list, known, "workloads")
}

// among returns those of list that the pack has under a key, each once.
func (r *reader) among(list []text, known []string, of string) []string {
	var out []string
	seen := map[string]place{}
	for _, t := range list {
		if !slices.Contains(known, t.s) {
			hint := "list it there first"
			if len(known) > 0 {
				hint = meant(t.s, known)
			}
			r.report(t.place, hint, "is %s, which is not one of the pack's %s", quote(t.s), of)
			continue
		}
		if r.once(seen, t, t.s) {
			out = append(out, t.s)
		}
	}
	return out
}

// directoryRoles reads the roles in the directory that the app itself needs.
func (r *reader) directoryRoles(f *file, p pack.Product) []pack.RoleNeed {
	var out []pack.RoleNeed
	seen := map[string]place{}
	for _, d := range f.directoryRoles {
		r.long(d.why, proseMax)
		n := pack.RoleNeed{DirectoryRole: plan.DirectoryRole{TemplateID: directoryRoles[d.name.s], Name: d.name.s, Why: d.why.s}}
		n.Workloads, n.Credentials = r.conditions(d.conditions, p)
		if r.oneOf(d.name, names(directoryRoles)) && r.once(seen, d.name, d.name.s) {
			out = append(out, n)
		}
	}
	return out
}

// azureAction is an operation of a resource provider, with wildcards.
var azureAction = regexp.MustCompile(`^(\*/read|[A-Za-z0-9.]+(/[A-Za-z0-9.*-]+)+)$`)

// azureRoles reads roles on subscriptions: a built-in one by its name, or one
// that is made from actions.
func (r *reader) azureRoles(f *file, p pack.Product) []pack.AzureNeed {
	var out []pack.AzureNeed
	seen := map[string]place{}
	for _, a := range f.azureRoles {
		r.long(a.why, proseMax)
		n := pack.AzureNeed{AzureRole: plan.AzureRole{ID: azureRoles[a.name.s], Name: a.name.s, Why: a.why.s},
			Workloads: r.workloads(a.workloads, p)}
		n.Actions, n.DataActions = r.actions(a.actions), r.actions(a.dataActions)
		custom := len(a.actions)+len(a.dataActions) > 0
		switch {
		case a.name.s == "":
			continue
		case custom && n.ID != "":
			r.report(a.name.place, "give it a name of its own, or delete its actions", "is %s, which is built in and has its own actions",
				quote(a.name.s))
		case custom:
			r.long(a.name, titleMax)
		case n.ID == "":
			r.report(a.name.place, meant(a.name.s, names(azureRoles))+"; or list its actions",
				"is %s, which is not a built-in role that is known", quote(a.name.s))
		}
		if r.once(seen, a.name, a.name.s) {
			out = append(out, n)
		}
	}
	return out
}

func (r *reader) actions(list []text) []string {
	var out []string
	seen := map[string]place{}
	for _, t := range list {
		if !azureAction.MatchString(t.s) {
			r.report(t.place, "write an operation such as Microsoft.Compute/disks/read",
				"is %s, which is not an operation of a resource provider", quote(t.s))
			continue
		}
		if r.once(seen, t, t.s) {
			out = append(out, t.s)
		}
	}
	return out
}
