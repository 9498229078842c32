package packfile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A Change is one thing that two versions of a pack do not have in common.
type Change struct {
	Sign    Sign
	Group   string // what kind of thing it is: "Microsoft Graph, application permissions"
	Name    string
	Was, Is string // what is said of it; one of them is empty for Added and Removed
	Why     string
}

// A Sign says what became of a thing.
type Sign string

const (
	Added   Sign = "+"
	Removed Sign = "-"
	Changed Sign = "~"
)

// Diff returns what is different in what an app of a newer version needs, by
// group: workloads, permissions, roles, scopes, credentials and settings. Titles,
// reasons, next steps and guides are not compared.
func Diff(older, newer pack.Product) []Change {
	was, is := points(older), points(newer)
	var out []Change
	for _, p := range is {
		q, there := p.in(was)
		switch {
		case !there:
			out = append(out, Change{Sign: Added, Group: p.group, Name: p.name, Is: p.says, Why: p.why})
		case p.says != q.says:
			out = append(out, Change{Sign: Changed, Group: p.group, Name: p.name, Was: q.says, Is: p.says, Why: p.why})
		}
	}
	for _, q := range was {
		if _, there := q.in(is); !there {
			out = append(out, Change{Sign: Removed, Group: q.group, Name: q.name, Was: q.says, Why: q.why})
		}
	}
	groups := make([]string, 0, len(is)+len(was))
	for _, p := range append(is, was...) {
		groups = append(groups, p.group)
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		return slices.Index(groups, a.Group) - slices.Index(groups, b.Group)
	})
	return out
}

// A point is one thing that a pack says, as it is compared.
type point struct{ group, name, says, why string }

func (p point) in(all []point) (point, bool) {
	i := slices.IndexFunc(all, func(q point) bool { return q.group == p.group && q.name == p.name })
	if i < 0 {
		return point{}, false
	}
	return all[i], true
}

// points takes a pack apart.
func points(p pack.Product) []point {
	var out []point
	add := func(group, name, why string, says ...string) {
		says = slices.DeleteFunc(says, func(s string) bool { return s == "" })
		out = append(out, point{group, name, strings.Join(says, "; "), why})
	}
	for _, w := range p.Workloads {
		add("Workloads", w.Name, "", w.Title, Service(w))
	}
	for _, n := range p.Permissions {
		add(Group(n.Permission), n.Name, n.Why, string(n.Risk)+" risk", For(sorted(n.Workloads)), With(sorted(n.Credentials)))
	}
	for _, n := range p.DirectoryRoles {
		add("Directory roles of the app", n.Name, n.Why, For(sorted(n.Workloads)), With(sorted(n.Credentials)))
	}
	for _, n := range p.AzureRoles {
		add("Azure roles", n.Name, n.Why, For(sorted(n.Workloads)))
		for _, a := range n.Actions {
			add("Actions of "+n.Name, a, "")
		}
		for _, a := range n.DataActions {
			add("Data actions of "+n.Name, a, "")
		}
	}
	for _, s := range p.Scopes {
		who := "users may consent"
		if s.AdminsOnly {
			who = "only admins may consent"
		}
		add("Scopes of its own", s.Name, "", who, list("pre-authorised ", s.PreAuthorized))
	}
	for _, o := range p.Credentials {
		add("Credentials", string(o.Kind), "", Lifetimes(o))
	}
	add("Settings", "audience", "", p.Audience)
	add("Settings", "platform", "", string(p.Platform))
	for _, u := range p.RedirectURIs {
		add("Redirect URIs", u, "")
	}
	for _, d := range p.Redirects {
		for _, u := range d.URIs {
			add("Redirect URIs of platform "+string(d.Platform), u, "")
		}
	}
	for _, f := range p.Fields {
		add("Fields of the form", f.Name, f.Hint, Asked(f))
	}
	for _, s := range []struct {
		on   bool
		name string
	}{{p.PublicClientFlows, "public client flows"}, {p.Organization, "people can check what they reach on backup servers"},
		{p.RedirectRequired, "a redirect URI is required"}, {p.OneWorkload, "exactly one workload"},
		{p.Custom, "permissions named by the requester"}} {
		if s.on {
			add("Settings", s.name, "")
		}
	}
	add("Settings", "approvals", "", fmt.Sprint(max(1, p.Approvals)))
	return out
}

// sorted is list in an order that an author's does not change.
func sorted[S ~string](list []S) []S { return slices.Sorted(slices.Values(list)) }

// Group is under what a permission is listed.
func Group(p plan.Permission) string {
	return p.Resource + ", " + strings.ToLower(string(p.Type)) + " permissions"
}

// For says for which workloads something is needed; for all is nothing.
func For(workloads []string) string { return list("for ", workloads) }

// With says with which credentials something is needed; with any is nothing.
func With(credentials []plan.CredentialKind) string {
	kinds := make([]string, len(credentials))
	for i, k := range credentials {
		kinds[i] = string(k)
	}
	return list("with credential ", kinds)
}

// Service says what a backup server backs up for a workload; nothing is nothing.
func Service(w pack.Workload) string {
	if w.Service == "" {
		return ""
	}
	return "backup service " + w.Service
}

// Asked says what the form asks for with a field.
func Asked(f pack.TemplateField) string {
	if f.Many {
		return f.Label + ", one or more"
	}
	return f.Label
}

// Lifetimes says how long a credential lives.
func Lifetimes(o pack.Offer) string {
	var says []string
	for _, l := range []struct {
		d    time.Duration
		what string
	}{{o.Lifetime, "suggested"}, {o.Max, "at most"}} {
		if l.d > 0 {
			says = append(says, plan.LifetimeWords(l.d)+" "+l.what)
		}
	}
	var offered []string
	for _, d := range o.Lifetimes {
		offered = append(offered, plan.LifetimeWords(d))
	}
	if offered != nil {
		says = append(says, "offered are "+strings.Join(offered, ", "))
	}
	return strings.Join(says, ", ")
}

func list(before string, items []string) string {
	if len(items) == 0 {
		return ""
	}
	return before + strings.Join(items, ", ")
}
