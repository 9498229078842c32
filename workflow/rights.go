package workflow

import (
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// What a sign-in has to be good for: the scopes of its token, and the roles of the
// account.

// credentialOnly says that a task needs no right to consent: it changes a credential only.
func (r *Request) credentialOnly() bool {
	if r.Task == TaskVerify {
		return false // it reads what needs the same scopes, and changes nothing
	}
	return r.Task != TaskProvision && !(r.Task == TaskUndo && r.Kind == KindAdopt) || r.Kind == KindRenew
}

// signInScopes are those that the admin's token needs.
func (r *Request) signInScopes() []string {
	if r.credentialOnly() {
		return r.Plan.SignInScopes(TaskUndo)
	}
	scopes := r.withPrevious().SignInScopes(TaskProvision)
	if (r.Kind == KindAdopt || r.Kind == KindRetire || r.Task == TaskVerify) && !slices.Contains(scopes, readsGrants) {
		scopes = append(scopes, readsGrants) // what it was granted is read, or who has grants on it
	}
	return scopes
}

// readsGrants is the scope with which delegated permission grants can be read.
// Source: Graph, "List oauth2PermissionGrants".
const readsGrants = "DelegatedPermissionGrant.ReadWrite.All"

// rolesNeeded are the directory roles that the admin needs.
func (r *Request) rolesNeeded() []roleNeed {
	if r.Task == TaskVerify {
		return nil
	}
	plan, task := r.withPrevious(), TaskProvision
	if r.credentialOnly() {
		plan, task = r.Plan, TaskUndo
	}
	needs := plan.rolesNeeded(task)
	for i, n := range needs {
		switch {
		case n.to == toRegister && (task == TaskUndo || r.aboutApp() && r.Kind != KindRecreate):
			needs[i].to = "change applications"
		case n.to == toConsent && r.Kind == KindRetire:
			needs[i].to = "revoke consent to Microsoft Graph application permissions"
		}
	}
	return needs
}

// What directory roles are for.
const (
	toRegister = "register applications"
	toConsent  = "consent to Microsoft Graph application permissions"
)

// withPrevious is the plan with what the app has had: to remove that needs the same
// rights as to give it.
func (r *Request) withPrevious() Plan {
	p := r.Plan.clone()
	if r.Kind == KindRetire {
		p.DirectoryRoles = nil // they go with the app
	}
	if r.Kind == KindAdopt {
		return p // nothing is removed
	}
	had := r.previous()
	p.Permissions = append(p.Permissions, had.Permissions...)
	p.DirectoryRoles = append(p.DirectoryRoles, had.DirectoryRoles...)
	return p
}

// A roleNeed is something that takes one of several directory roles.
type roleNeed struct {
	of    RolePurpose
	to    string
	words string
	anyOf []string
}

// rolesNeeded lists what a task on the plan takes. Source: least privileged
// roles in "Grant tenant-wide admin consent" and in Graph's reference.
func (p Plan) rolesNeeded(t Task) []roleNeed {
	needs := []roleNeed{{
		ForApplications, toRegister, "Application Administrator, Cloud Application Administrator or Global Administrator",
		[]string{applicationAdministrator, cloudApplicationAdministrator, globalAdministrator},
	}}
	graphRoles := slices.ContainsFunc(p.Permissions, func(q Permission) bool {
		return q.Type == catalog.Application && q.ResourceAppID == catalog.MicrosoftGraph
	})
	if t == TaskProvision && graphRoles {
		needs = append(needs, roleNeed{
			ForConsent, toConsent, "Privileged Role Administrator or Global Administrator",
			[]string{privilegedRoleAdministrator, globalAdministrator},
		})
	}
	if t == TaskProvision && len(p.DirectoryRoles) > 0 {
		needs = append(needs, roleNeed{
			ForDirectoryRoles, "give the app a directory role", "Privileged Role Administrator or Global Administrator",
			[]string{privilegedRoleAdministrator, globalAdministrator},
		})
	}
	return needs
}

// againstRoles says which directory role this account lacks for r. A role that can't be
// seen is no role and no lack of one: it permits nothing, and the refusal says what
// would show it.
func (r *Request) againstRoles(t Tenant, who Signer) *Refusal {
	for _, need := range r.rolesNeeded() {
		switch {
		case slices.ContainsFunc(need.anyOf, func(role string) bool { return slices.Contains(who.Roles, role) }):
		case r.sufficient(t, who, need.of):
		case who.HiddenRoles > 0:
			return refuse(RuleRole, "The directory roles of %s can't be seen, so this bot does not know whether one of them may %s: it "+
				"takes %s. Nothing was changed. "+
				"Entra does not show them to the bot's own client: a Global Administrator has to grant it admin consent for "+
				"Directory.Read.All (delegated; Enterprise applications › Permissions). Press New code after that.", who.UPN, need.to,
				need.words)
		case who.HidesAssigned && t.lists(need.of):
			return refuse(RuleRole, "%s has no built-in role that may %s, and whether the account has one of those that the operator of "+
				"this bot lists (sufficient_roles) can't be seen. Nothing was changed. "+
				"Entra did not show them: if the bot's own client lacks it, a Global Administrator has to grant it admin consent for "+
				"Directory.Read.All (delegated; Enterprise applications › Permissions). Press New code after that.", who.UPN, need.to)
		default:
			return refuse(RuleRole, "%s has no active role that may %s: it takes %s. Nothing was changed. Activate the role (in "+
				"Privileged Identity Management, if it is eligible), then press New code. "+
				"This bot goes by built-in roles that hold in the whole tenant: a custom role, or one for a single application or "+
				"administrative unit, counts only where the operator of this bot lists it (sufficient_roles). An account may have it "+
				"itself, or through a group that is made for roles.", who.UPN, need.to, need.words)
		}
	}
	return nil
}

// sufficient reports whether the account has a role that the operator takes for enough.
// One for a single application is enough for a change of that one, and for nothing else.
func (r *Request) sufficient(t Tenant, who Signer, of RolePurpose) bool {
	return slices.ContainsFunc(t.Sufficient, func(s SufficientRole) bool {
		id := strings.ToLower(s.ID)
		return s.For == of && (slices.Contains(who.Roles, id) || slices.ContainsFunc(who.Assigned, func(a AssignedRole) bool {
			here := of == ForApplications && r.aboutApp() && r.Made.ObjectID != "" && strings.EqualFold(a.Scope, "/"+r.Made.ObjectID)
			return strings.EqualFold(a.ID, id) && (a.Scope == "/" || here)
		}))
	})
}

// lists reports whether the operator lists any role as enough for a purpose.
func (t Tenant) lists(of RolePurpose) bool {
	return slices.ContainsFunc(t.Sufficient, func(s SufficientRole) bool { return s.For == of })
}

// RolesWords says which directory roles a sign-in for r takes. What the same roles are
// for is said together.
func (r *Request) RolesWords() string {
	var roles []string
	to := map[string][]string{}
	for _, n := range r.rolesNeeded() {
		if to[n.words] == nil {
			roles = append(roles, n.words)
		}
		to[n.words] = append(to[n.words], n.to)
	}
	var words []string
	for _, role := range roles {
		words = append(words, role+" (to "+strings.Join(to[role], ", and to ")+")")
	}
	if r.inAzure() {
		words = append(words, r.azureAdmins()+" in the Azure "+AzureScopeWord(r.azureWork().subscriptions())+"s (to "+r.azureDoing()+
			" there)")
	}
	return strings.Join(words, ", and ")
}

// assigned reports whether only who is assigned may use the app, or nothing where that stays
// as it is: in an app of another hand, and where somebody else has set it.
func (r *Request) assigned() *bool {
	switch {
	case r.Adopted():
		return nil
	case r.Plan.NobodySignsIn():
		return new(true)
	case r.Made.Assigned:
		return new(false)
	}
	return nil
}

// RequiresAssignment reports whether carrying r out has the app require assignment.
func (r *Request) RequiresAssignment() bool {
	a := r.assigned()
	return r.Kind != KindRenew && r.Kind != KindRetire && a != nil && *a
}
