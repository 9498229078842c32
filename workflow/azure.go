package workflow

import (
	"cmp" // RFC 9562 has it for UUIDs of version 5; nothing is proven with it
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// What a request does in Azure, and who may carry that out.

// An AzureShare is roles on each of some scopes, which are named as in a plan.
type AzureShare struct {
	Subscriptions []string
	Roles         []plan.AzureRole
}

func (s AzureShare) empty() bool { return len(s.Subscriptions) == 0 || len(s.Roles) == 0 }

func cloneShares(shares []AzureShare) []AzureShare {
	shares = slices.Clone(shares)
	for i, s := range shares {
		shares[i] = AzureShare{slices.Clone(s.Subscriptions), slices.Clone(s.Roles)}
	}
	return shares
}

// sameShare reports whether two are the same, custom roles by what they allow.
func sameShare(a, b AzureShare) bool {
	return slices.EqualFunc(a.Subscriptions, b.Subscriptions, azurescope.Same) &&
		slices.EqualFunc(a.Roles, b.Roles, func(x, y plan.AzureRole) bool {
			return plan.SameAzureRole(x, y) && x.Allows(y) && y.Allows(x)
		})
}

// azureWork is what a request gives an app in Azure, and what it takes from it.
type azureWork struct {
	give []AzureShare
	// end are roles that the app loses everywhere: custom ones are deleted.
	end []AzureShare
	// quit are roles that it keeps, on subscriptions where it loses them.
	quit []AzureShare
}

// gives and takes report whether there is anything of the kind.
func (w azureWork) gives() bool { return len(w.give) > 0 }
func (w azureWork) takes() bool { return len(w.end)+len(w.quit) > 0 }

// subscriptions are those on which anything changes.
func (w azureWork) subscriptions() []string {
	var all []string
	for _, s := range slices.Concat(w.give, w.end, w.quit) {
		all = azurescope.Union(all, s.Subscriptions)
	}
	return all
}

// azureWork is what r's task does in Azure. An update changes the difference only,
// but for custom roles: their definition names all subscriptions, and is written
// as a whole. So is everything where it is not certain what the app has.
func (r *Request) azureWork() (w azureWork) {
	is, was := r.Plan, r.Previous
	if r.leavesAzure() {
		is = plan.Plan{}
	}
	give := []AzureShare{{is.Subscriptions, is.AzureRoles}}
	if r.Kind == KindUpdate && len(r.AzureResidue) == 0 {
		give = azureDifference(was, is)
	}
	w.give = slices.DeleteFunc(give, AzureShare.empty)
	for _, has := range r.azureThere() {
		if !slices.ContainsFunc(is.AzureRoles, func(a plan.AzureRole) bool { return plan.SameAzureRole(a, has.Roles[0]) }) {
			w.end = withShare(w.end, has)
			continue
		}
		if has.Subscriptions = azurescope.Minus(has.Subscriptions, is.Subscriptions); !has.empty() {
			w.quit = withShare(w.quit, has)
		}
	}
	return w
}

// azureDifference is what an app lacks that was approved to have one plan and is to have another.
func azureDifference(was, is plan.Plan) []AzureShare {
	added, lost := azurescope.Minus(is.Subscriptions, was.Subscriptions), azurescope.Minus(was.Subscriptions, is.Subscriptions)
	whole, kept := AzureShare{Subscriptions: is.Subscriptions}, AzureShare{Subscriptions: added}
	for _, role := range is.AzureRoles {
		i := slices.IndexFunc(was.AzureRoles, func(a plan.AzureRole) bool { return plan.SameAzureRole(a, role) })
		switch {
		case i < 0:
			whole.Roles = append(whole.Roles, role)
		case role.ID != "":
			kept.Roles = append(kept.Roles, role)
		case len(added)+len(lost) > 0 || !role.Allows(was.AzureRoles[i]) || !was.AzureRoles[i].Allows(role):
			whole.Roles = append(whole.Roles, role)
		}
	}
	return []AzureShare{whole, kept}
}

// azureThere is what the app may have in Azure that r is to compare with its plan,
// each role once. What it was found with is no update's to remove.
func (r *Request) azureThere() []AzureShare {
	var all []AzureShare
	add := func(subscriptions []string, role plan.AzureRole) {
		i := slices.IndexFunc(all, func(s AzureShare) bool { return plan.SameAzureRole(s.Roles[0], role) })
		switch {
		case len(subscriptions) == 0:
		case i < 0:
			all = append(all, AzureShare{slices.Clone(subscriptions), []plan.AzureRole{role}})
		default:
			all[i].Subscriptions = azurescope.Union(all[i].Subscriptions, subscriptions)
		}
	}
	var had plan.Plan
	switch {
	case r.leavesAzure():
		had = r.Plan
	case r.Kind == KindUpdate:
		had = r.Previous
	}
	for _, role := range had.AzureRoles {
		add(had.Subscriptions, role)
	}
	skipped := r.skipped()
	for _, left := range r.AzureResidue {
		for _, role := range left.Roles {
			add(slices.DeleteFunc(slices.Clone(left.Subscriptions), func(sub string) bool {
				return slices.ContainsFunc(skipped, func(s string) bool {
					return azurescope.Same(s, sub)
				}) || slices.Contains(r.Discovered.AzureRoles, inAzure(sub, role))
			}), role)
		}
	}
	return all
}

// spellScopes spells the plan's scopes as what the app has or may have spells them, so
// that capitals are no change.
func (r *Request) spellScopes() {
	azurescope.SpellAs(r.Plan.Subscriptions, r.Previous.Subscriptions)
	for _, left := range r.AzureResidue {
		azurescope.SpellAs(left.Subscriptions, r.Plan.Subscriptions)
	}
}

// withShare adds one role on some subscriptions to those of the same subscriptions.
func withShare(to []AzureShare, s AzureShare) []AzureShare {
	for i := range to {
		if slices.EqualFunc(to[i].Subscriptions, s.Subscriptions, azurescope.Same) {
			to[i].Roles = append(to[i].Roles, s.Roles...)
			return to
		}
	}
	return append(to, s)
}

// inAzure reports whether a task takes rights in Azure: to give the app its roles
// there, or to remove them.
func (r *Request) inAzure() bool {
	if w := r.azureWork(); r.Kind == KindRenew || !w.gives() && !w.takes() {
		return false
	}
	if r.Task != TaskUndo {
		return r.rights().consents
	}
	given, taken := r.Steps.Get(StepAzureRoles), r.Steps.Get(StepUnassign)
	switch {
	case taken != nil:
		return taken.Status != StepSkipped
	case r.Kind == KindAdopt && r.Steps.undoing(): // an older version began it, and did not know that step
		return r.Made.ServicePrincipal != ""
	}
	return given != nil && given.Tries > 0 // there is nothing to remove where nothing was tried
}

// azureRights are the actions in Azure that a task takes on each subscription.
// Source: Azure built-in roles; each operation of Microsoft.Authorization is an action.
func (r *Request) azureRights() []string {
	var rights []string
	right := func(needed bool, action string) {
		if needed {
			rights = append(rights, "Microsoft.Authorization/"+action)
		}
	}
	custom := func(s AzureShare) bool {
		return slices.ContainsFunc(s.Roles, func(a plan.AzureRole) bool { return a.ID == "" })
	}
	w := r.azureWork()
	right(w.gives(), "roleAssignments/write")
	right(w.takes(), "roleAssignments/delete")
	right(slices.ContainsFunc(w.give, custom), "roleDefinitions/write")
	right(slices.ContainsFunc(w.end, custom), "roleDefinitions/delete")
	return rights
}

// againstAzure says no to an account that lacks one of them, before anything is
// done: a request is carried out whole, or not at all.
func (r *Request) againstAzure(who Signer) *Refusal {
	if !r.inAzure() {
		return nil
	}
	w := r.azureWork()
	missing := azurescope.Minus(azurescope.Minus(w.subscriptions(), who.Subscriptions), r.onlyLeft(who.UnknownSubscriptions))
	if len(missing) == 0 {
		return nil
	}
	stays := ""
	if there := w.on(missing); there.takes() {
		stays = " Without that the app's roles there would stay: " + there.takenWords() + "."
	}
	if unknown := azurescope.Both(missing, who.UnknownSubscriptions); len(unknown) == len(missing) {
		return refuse(RuleRole, "Azure does not know %s, or does not show it to %s.%s Nothing was changed. Check that it exists, get or "+
			"activate %s on it, then press New code.",
			azurescope.Titles(missing), who.UPN, stays, r.azureAdmins())
	}
	return refuse(RuleRole, "%s may not %s in %s: it takes %s there.%s Nothing was changed. Get or activate the role, then press New code.",
		who.UPN, r.azureDoing(), azurescope.Titles(missing), r.azureAdmins(), stays)
}

// leavesAzure reports whether all roles there are removed, and none is given.
func (r *Request) leavesAzure() bool { return r.Task == TaskUndo || r.Kind == KindRetire }

func (r *Request) azureDoing() string {
	switch w := r.azureWork(); {
	case w.gives() && w.takes():
		return "assign and remove roles"
	case w.takes():
		return "remove roles"
	}
	return "assign roles"
}

// azureAdmins are the roles in Azure whose holders may carry r out.
func (r *Request) azureAdmins() string {
	// Role Based Access Control Administrator has no say over definitions
	if slices.ContainsFunc(r.azureRights(), func(right string) bool { return strings.Contains(right, "/roleDefinitions/") }) {
		return "Owner or User Access Administrator"
	}
	return "Owner, User Access Administrator or Role Based Access Control Administrator"
}

// takenWords names the roles that are removed.
func (w azureWork) takenWords() string {
	var names []string
	for _, s := range slices.Concat(w.end, w.quit) {
		for _, a := range s.Roles {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, ", ")
}

// azureNote counts what is given or removed.
func azureNote(shares ...AzureShare) string {
	var parts []string
	for _, s := range shares {
		parts = append(parts, fmt.Sprintf("%d on %s", len(s.Roles), text.Count(len(s.Subscriptions), azurescope.Word(s.Subscriptions))))
	}
	return strings.Join(parts, ", ")
}

// azureOf is what an app with a plan has in Azure, called as in Inspection.
func azureOf(p plan.Plan) []string {
	var all []string
	for _, sub := range p.Subscriptions {
		for _, a := range p.AzureRoles {
			all = append(all, inAzure(sub, a))
		}
	}
	return all
}

// inAzure is what a role on a scope is called in Inspection.
func inAzure(subscription string, a plan.AzureRole) string {
	return strings.ToLower(subscription) + "/" + cmp.Or(strings.ToLower(a.ID), a.Name)
}

// azureCalled says for people which role that is.
func azureCalled(p plan.Plan, scopeRole string) string {
	slash := strings.LastIndexByte(scopeRole, '/')
	for _, s := range p.Subscriptions { // the name of a custom role may have a slash in it
		if azurescope.CutFold(scopeRole, s+"/") != "" {
			slash = len(s)
		}
	}
	scope, role := scopeRole[:slash], scopeRole[slash+1:]
	for _, a := range p.AzureRoles {
		if strings.EqualFold(a.ID, role) {
			role = a.Name
		}
	}
	return "the role " + role + " in " + azurescope.Title(scope)
}
