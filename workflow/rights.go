package workflow

import (
	"cmp"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// What a sign-in has to be good for: the scopes of its token, and the roles of the
// account.

// rights are what a sign-in has to be good for. It may always change applications and their
// credentials.
type rights struct {
	plan     plan.Plan // of what is given or removed
	same     plan.Plan // of that, what stays as it is: it is read, and takes no role
	consents bool      // its permissions and directory roles are; else only credentials, or the whole application
	reads    bool      // delegated permission grants are read: what the app was granted, or who has grants on it
	whole    bool      // all of the app's power is read
	noRole   bool      // the account needs none: nothing is changed
	// onlyReads says that the token is to be good for reading only.
	onlyReads bool
	// handsOut is what an app has that gets a new credential, where that takes a role of its own.
	handsOut string
	// application and consent are what directory roles are for, where it is something else
	// than to change applications and to give consent.
	application, consent string
}

// rights are those that r's task takes. Azure's are of its own kind: see azureWork.
func (r *Request) rights() rights {
	needs := r.task().needs
	if needs == nil {
		needs = r.kind().needs
	}
	return needs(r)
}

// toPrevious are the rights to bring an app from what it has had to the plan: to remove
// something needs the same as to give it.
func toPrevious(r *Request) rights {
	p, had := r.Plan.Clone(), r.previous()
	p.Permissions = append(p.Permissions, had.Permissions...)
	p.DirectoryRoles = append(p.DirectoryRoles, had.DirectoryRoles...)
	return rights{plan: p, consents: true}
}

// toUpdate are the same, with roles for what changes only.
func toUpdate(r *Request) rights {
	n := toPrevious(r)
	n.same = unchanged(r)
	return n
}

// unchanged is what of an update's plan the app has already, as far as that is certain: a given-up
// update may have taken some of it, and so may somebody in Entra where the check has missed it.
func unchanged(r *Request) (same plan.Plan) {
	if !r.kind().replaces || r.Residue.Plan.TenantID != "" || missed(r) {
		return plan.Plan{}
	}
	adds := r.Plan.Minus(r.Previous)
	same.Permissions = set.Minus(r.Plan.Permissions, adds.Permissions, plan.SamePermission)
	same.DirectoryRoles = set.Minus(r.Plan.DirectoryRoles, adds.DirectoryRoles, plan.SameRole)
	return same
}

// missed reports whether an earlier check has failed: the app may lack what it was approved to have.
func missed(r *Request) bool {
	check := r.Steps.Get(StepCheck)
	return check != nil && check.Tries > 0 && (check.Status == StepDue || check.Status == StepFailed)
}

// toRegister are the same for an app that is made.
func toRegister(r *Request) rights {
	n := toPrevious(r)
	n.application = "register applications"
	return n
}

// toCredential are the rights to change credentials only, or to delete the application.
func toCredential(r *Request) rights { return rights{plan: toPrevious(r).plan} }

// consented is the plan as far as a right to consent is needed.
func (n rights) consented() plan.Plan {
	if !n.consents {
		return plan.Plan{}
	}
	return n.plan
}

// scopes are those that the admin's token needs.
func (n rights) scopes() []string {
	if n.onlyReads {
		return []string{"User.Read"} // more where there is consent: see Ask
	}
	scopes := n.consented().SignInScopes()
	if n.reads && !slices.Contains(scopes, readsGrants) {
		scopes = append(scopes, readsGrants)
	}
	return scopes
}

// readsGrants is the scope with which delegated permission grants can be read.
// Source: Graph, "List oauth2PermissionGrants".
const readsGrants = "DelegatedPermissionGrant.ReadWrite.All"

// A roleNeed is something that takes one of several directory roles.
type roleNeed struct {
	of    RolePurpose
	to    string
	words string
	anyOf []string
}

// roles are what the admin needs directory roles for. Source: least privileged
// roles in "Grant tenant-wide admin consent" and in Graph's reference.
func (n rights) roles() []roleNeed {
	if n.noRole {
		return nil
	}
	needs := []roleNeed{{
		ForApplications, cmp.Or(n.application, "change applications"),
		"Application Administrator, Cloud Application Administrator or Global Administrator",
		[]string{applicationAdministrator, cloudApplicationAdministrator, globalAdministrator},
	}}
	privileged := func(of RolePurpose, to string) {
		needs = append(needs, roleNeed{of, to, "Privileged Role Administrator or Global Administrator",
			[]string{privilegedRoleAdministrator, globalAdministrator}})
	}
	p := n.consented()
	p.Permissions = set.Minus(p.Permissions, n.same.Permissions, plan.SamePermission)
	p.DirectoryRoles = set.Minus(p.DirectoryRoles, n.same.DirectoryRoles, plan.SameRole)
	if slices.ContainsFunc(p.Of(catalog.Application), func(q plan.Permission) bool { return q.ResourceAppID == catalog.MicrosoftGraph }) {
		privileged(ForConsent, cmp.Or(n.consent, "consent to Microsoft Graph application permissions"))
	}
	if n.handsOut != "" {
		privileged(ForConsent, "hand out a credential of an app that has "+n.handsOut)
	}
	if len(p.DirectoryRoles) > 0 {
		privileged(ForDirectoryRoles, "give the app a directory role")
	}
	return needs
}

// againstRoles says which directory role this account lacks for r. A role that can't be
// seen is no role and no lack of one: it permits nothing, and the refusal says what
// would show it.
func againstRoles(r *Request, t Tenant, who Signer) *Refusal {
	for _, need := range r.rights().roles() {
		switch {
		case slices.ContainsFunc(need.anyOf, func(role string) bool { return slices.Contains(who.Roles, role) }):
		case sufficient(r, t, who, need.of):
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
				"This bot accepts built-in roles that are assigned in the whole tenant: a custom role, or one for a single application or "+
				"administrative unit, counts only where the operator of this bot lists it (sufficient_roles). An account may have it "+
				"itself, or through a role-assignable group.", who.UPN, need.to, need.words)
		}
	}
	return nil
}

// sufficient reports whether the account has a role that the operator takes for enough.
// One for a single application is enough for a change of that one, and for nothing else.
func sufficient(r *Request, t Tenant, who Signer, of RolePurpose) bool {
	return slices.ContainsFunc(t.Sufficient, func(s SufficientRole) bool {
		id := strings.ToLower(s.ID)
		return s.For == of && (slices.Contains(who.Roles, id) || slices.ContainsFunc(who.Assigned, func(a AssignedRole) bool {
			here := of == ForApplications && r.aboutApp() && r.Made.ObjectID != "" && strings.EqualFold(a.Scope, "/"+r.Made.ObjectID)
			return strings.EqualFold(a.ID, id) && (a.Scope == "/" || here)
		}))
	})
}

// RolesWords says which directory roles a sign-in for r takes. What the same roles are
// for is said together.
func (r *Request) RolesWords() string {
	var roles []string
	to := map[string][]string{}
	for _, n := range r.rights().roles() {
		if to[n.words] == nil {
			roles = append(roles, n.words)
		}
		to[n.words] = append(to[n.words], n.to)
	}
	var words []string
	for _, role := range roles {
		words = append(words, role+" (to "+strings.Join(to[role], ", and to ")+")")
	}
	if w := azureOf(r); w.acts {
		words = append(words, w.admins()+" in the Azure "+azurescope.Word(w.subscriptions())+"s (to "+w.doing()+" there)")
	}
	return strings.Join(words, ", and ")
}

// requiredAssignment reports whether only who is assigned may use the app, or nothing where
// that stays as it is: in an app of another hand, and where somebody else has set it.
func requiredAssignment(r *Request) *bool {
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
	a := requiredAssignment(r)
	return a != nil && *a && slices.Contains(stepsFor(r, TaskProvision), StepServicePrincipal)
}
