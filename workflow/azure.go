package workflow

import (
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What a request does in Azure, and who may carry that out.

// azureWork is what the task of a request does in Azure.
type azureWork struct {
	// give are roles that the app gets.
	give []AzureShare
	// end are roles that it loses everywhere: custom ones are deleted.
	end []AzureShare
	// quit are roles that it keeps, on subscriptions where it loses them.
	quit []AzureShare
	// there is what the app may have that is compared with the plan, each role once. What it
	// was found with is no update's to remove.
	there []AzureShare
	// acts says that the task takes rights in Azure: to give the app its roles there, or to
	// remove them.
	acts bool
}

// azureOf is what r's task does in Azure. An update changes the difference only,
// but for custom roles: their definition names all subscriptions, and is written
// as a whole. So is everything where it is not certain what the app has.
func azureOf(r *Request) (w azureWork) {
	is, had := r.Plan, plan.Plan{}
	switch {
	case r.task().undoes, r.kind().ends: // all roles go, and none is given
		is, had = plan.Plan{}, r.Plan
	case r.kind().replaces:
		had = r.Previous
	}
	sure := had
	if len(r.Residue.Azure) > 0 {
		sure = plan.Plan{}
	}
	w.give = azureDifference(sure, is)
	w.there = azureThere(r, had)
	for _, has := range w.there {
		if !slices.ContainsFunc(is.AzureRoles, func(a plan.AzureRole) bool { return plan.SameAzureRole(a, has.Roles[0]) }) {
			w.end = withShare(w.end, has)
			continue
		}
		if has.Subscriptions = azurescope.Minus(has.Subscriptions, is.Subscriptions); !has.empty() {
			w.quit = withShare(w.quit, has)
		}
	}
	w.acts = (w.gives() || w.takes()) && actsInAzure(r)
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
	return slices.DeleteFunc([]AzureShare{whole, kept}, AzureShare.empty)
}

// azureThere is what the app may have, of which it had some for certain.
func azureThere(r *Request, had plan.Plan) []AzureShare {
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
	for _, role := range had.AzureRoles {
		add(had.Subscriptions, role)
	}
	skipped := skippedInAzure(r)
	for _, left := range r.Residue.Azure {
		for _, role := range left.Roles {
			there := azurescope.Minus(left.Subscriptions, skipped)
			add(slices.DeleteFunc(there, func(sub string) bool {
				return slices.Contains(r.Discovered.AzureRoles, inAzure(sub, role))
			}), role)
		}
	}
	return all
}

// actsInAzure reports whether r's task works in Azure where there is something to do.
func actsInAzure(r *Request) bool {
	if !r.task().undoes {
		return r.rights().consents
	}
	given, taken := r.Steps.Get(StepAzureRoles), r.Steps.Get(StepUnassign)
	switch {
	case taken != nil:
		return taken.Status != StepSkipped
	case r.kind().finds && r.Steps.undoing(): // an older version began it, and did not know that step
		return r.Made.ServicePrincipal != ""
	}
	return given != nil && given.Tries > 0 // there is nothing to remove where nothing was tried
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

// rights are the actions in Azure that it takes on each subscription.
// Source: Azure built-in roles; each operation of Microsoft.Authorization is an action.
func (w azureWork) rights() []string {
	var rights []string
	right := func(needed bool, action string) {
		if needed {
			rights = append(rights, "Microsoft.Authorization/"+action)
		}
	}
	custom := func(s AzureShare) bool {
		return slices.ContainsFunc(s.Roles, func(a plan.AzureRole) bool { return a.ID == "" })
	}
	right(w.gives(), "roleAssignments/write")
	right(w.takes(), "roleAssignments/delete")
	right(slices.ContainsFunc(w.give, custom), "roleDefinitions/write")
	right(slices.ContainsFunc(w.end, custom), "roleDefinitions/delete")
	return rights
}

// doing says what that is.
func (w azureWork) doing() string {
	switch {
	case w.gives() && w.takes():
		return "assign and remove roles"
	case w.takes():
		return "remove roles"
	}
	return "assign roles"
}

// admins are the roles in Azure whose holders may do it.
func (w azureWork) admins() string {
	// Role Based Access Control Administrator has no say over definitions
	if slices.ContainsFunc(w.rights(), func(right string) bool { return strings.Contains(right, "/roleDefinitions/") }) {
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

// on is what of it is on some subscriptions.
func (w azureWork) on(subscriptions []string) azureWork {
	cut := func(shares []AzureShare) []AzureShare {
		shares = cloneShares(shares)
		for i, s := range shares {
			shares[i].Subscriptions = azurescope.Both(s.Subscriptions, subscriptions)
		}
		return slices.DeleteFunc(shares, AzureShare.empty)
	}
	return azureWork{give: cut(w.give), end: cut(w.end), quit: cut(w.quit)}
}

// againstAzure says no to an account that lacks one of the rights, before anything is
// done: a request is carried out whole, or not at all.
func againstAzure(r *Request, who Signer) *Refusal {
	w := azureOf(r)
	if !w.acts {
		return nil
	}
	missing := azurescope.Minus(azurescope.Minus(w.subscriptions(), who.Subscriptions), onlyLeft(r, who.UnknownSubscriptions))
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
			azurescope.Titles(missing), who.UPN, stays, w.admins())
	}
	return refuse(RuleRole, "%s may not %s in %s: it takes %s there.%s Nothing was changed. Get or activate the role, then press New code.",
		who.UPN, w.doing(), azurescope.Titles(missing), w.admins(), stays)
}
