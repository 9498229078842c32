package plan

import (
	"slices"

	"github.com/entra-app/entra-app/workflow/text"
)

// Two plans are compared part by part: what both have together, what one has beyond the
// other, and what changes, in the words of a card.

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
	CredentialChange = "credential"
	AzureChange      = "role in Azure"
	ActionChange     = "action in Azure" // of a custom role that stays
	AppRoleChange    = "app role"
	ClaimChange      = "optional claim"
	IdentifierChange = "identifier URI"
	ConsentChange    = "consent text for users"

	AdminTextChange   = "consent text for admins"
	AppRoleTextChange = "text of an app role"
	WorkloadChange    = "workload"
	BackupChange      = "backup server"
	AppChange         = "app"
)

// Added are changes of a kind that add these parts.
func Added(kind string, parts ...Part) []Change { return changes(true, kind, parts) }

// Removed are changes of a kind that remove these parts, or leave them behind.
func Removed(kind string, parts ...Part) []Change { return changes(false, kind, parts) }

func changes(added bool, kind string, parts []Part) []Change {
	var all []Change
	for _, p := range parts {
		all = append(all, Change{added, kind, p.Name})
	}
	return all
}

// Kinds are the kinds of changes in which a plan is compared with a tenant, in the order of a card.
func Kinds() []string { return kinds(func(f field) bool { return !f.plans }) }

func kinds(of func(field) bool) []string {
	var kinds []string
	for _, f := range fields {
		if of(f) && !slices.Contains(kinds, f.kind) {
			kinds = append(kinds, f.kind)
		}
	}
	return kinds
}

// Changes lists what is different in a plan: what was added, then what was removed. Things
// are the same by ID and value, whatever they are called; those of one name are told apart.
func Changes(was, is Plan) []Change {
	if len(was.Chosen) == 0 || len(is.Chosen) == 0 { // it was not kept once: then titles have to do
		was.Chosen, is.Chosen = nil, nil
	}
	var added, removed []Change
	compare := func(kind string, was, is []Part) {
		tellApart(was, is)
		added = append(added, Added(kind, Beyond(is, was)...)...)
		removed = append(removed, Removed(kind, Beyond(was, is)...)...)
	}
	for _, kind := range kinds(func(field) bool { return true }) {
		compare(kind, was.Parts(kind), is.Parts(kind))
	}
	compare(ActionChange, was.ActionsBeside(is), is.ActionsBeside(was))
	return append(added, removed...)
}

// tellApart adds its ID to the name of each part that another is called like.
func tellApart(was, is []Part) {
	all := slices.Concat(was, is)
	for _, parts := range [][]Part{was, is} {
		for i, p := range parts {
			if p.ID != "" && slices.ContainsFunc(all, func(q Part) bool { return q.Name == p.Name && q.Key != p.Key }) {
				parts[i].Name += " [" + text.OneLine(p.ID) + "]"
			}
		}
	}
}

// Parts are what a plan has of a kind.
func (p Plan) Parts(kind string) []Part {
	var parts []Part
	for _, f := range fields {
		if f.kind == kind && f.parts != nil {
			parts = append(parts, f.parts(p)...)
		}
	}
	return parts
}

// ActionsBeside are the actions of those custom roles of p that q has as well.
func (p Plan) ActionsBeside(q Plan) []Part {
	var parts []Part
	for _, a := range p.AzureRoles {
		if a.ID != "" || !slices.ContainsFunc(q.AzureRoles, func(b AzureRole) bool { return SameAzureRole(a, b) }) {
			continue
		}
		parts = append(parts, each(a.Actions, func(action string) Part { return named(action + " (" + a.Name + ")") })...)
		parts = append(parts, each(a.DataActions, func(action string) Part { return named(action + " (data, " + a.Name + ")") })...)
	}
	return parts
}

// Clone returns a copy that shares nothing with p.
func (p Plan) Clone() Plan {
	for _, f := range fields {
		if f.clone != nil {
			f.clone(&p)
		}
	}
	return p
}

// Union is p, and what of q an app can have besides.
func (p Plan) Union(q Plan) Plan {
	p = p.Clone()
	for _, f := range fields {
		if f.union != nil {
			f.union(&p, q)
		}
	}
	return p
}

// Minus is what of p is not in q, of the kinds that can be taken from an app.
func (p Plan) Minus(q Plan) Plan {
	var left Plan
	for _, f := range fields {
		if f.minus != nil {
			f.minus(&left, p, q)
		}
	}
	return left
}
