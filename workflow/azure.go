package workflow

import (
	"cmp"
	"slices"
	"strings"
)

// What a request does in Azure, and who may carry that out.

// inAzure says whether a task takes rights in Azure: to give the app its roles
// there, or to take them away.
func (r *Request) inAzure() bool {
	if len(r.Plan.AzureRoles) == 0 || r.Kind == Renew || r.Kind == Update {
		return false
	}
	if r.Task == Undo { // there is nothing to take away where nothing was tried
		given := r.Step(StepAzureRoles)
		return given != nil && given.Tries > 0 || r.Step(StepUnassign) != nil
	}
	return !r.light()
}

// azureRights are the actions in Azure that a task takes on each subscription.
// Source: Azure built-in roles; each operation of Microsoft.Authorization is an action.
func (r *Request) azureRights() []string {
	act := "write"
	if r.leavesAzure() {
		act = "delete"
	}
	rights := []string{"Microsoft.Authorization/roleAssignments/" + act}
	if slices.ContainsFunc(r.Plan.AzureRoles, func(a AzureRole) bool { return a.ID == "" }) {
		rights = append(rights, "Microsoft.Authorization/roleDefinitions/"+act)
	}
	return rights
}

// againstAzure says no to an account that lacks one of them, before anything is
// done: a request is carried out whole, or not at all.
func (r *Request) againstAzure(who Signer) *Refusal {
	if !r.inAzure() {
		return nil
	}
	missing := without(r.Plan.Subscriptions, who.Subscriptions)
	if len(missing) == 0 {
		return nil
	}
	stays := ""
	if r.leavesAzure() {
		stays = " Without that the app's roles there would stay: " + r.azureWords() + "."
	}
	return refuse(RuleRole, "%s may not %s in the Azure subscription %s: it takes %s there.%s Nothing was changed. Get or activate the role, then press New code.",
		who.UPN, r.azureDoing(), strings.Join(missing, ", "), r.azureAdmins(), stays)
}

// leavesAzure says whether roles there are taken away, and not given.
func (r *Request) leavesAzure() bool { return r.Task == Undo || r.Kind == Retire }

func (r *Request) azureDoing() string {
	if r.leavesAzure() {
		return "take roles away"
	}
	return "assign roles"
}

// azureAdmins are the roles in Azure whose holders may carry r out.
func (r *Request) azureAdmins() string {
	if len(r.azureRights()) > 1 { // Role Based Access Control Administrator has no say over definitions
		return "Owner or User Access Administrator"
	}
	return "Owner, User Access Administrator or Role Based Access Control Administrator"
}

// azureWords names the app's roles in Azure.
func (r *Request) azureWords() string {
	var names []string
	for _, a := range r.Plan.AzureRoles {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// inAzure is what an app with a plan has in Azure, called as in Inspection.
func (p Plan) inAzure() []string {
	var all []string
	for _, sub := range p.Subscriptions {
		for _, a := range p.AzureRoles {
			all = append(all, strings.ToLower(sub)+"/"+cmp.Or(strings.ToLower(a.ID), a.Name))
		}
	}
	return all
}

// azureCalled says for people which role that is.
func (p Plan) azureCalled(subscriptionRole string) string {
	sub, role, _ := strings.Cut(subscriptionRole, "/")
	for _, a := range p.AzureRoles {
		if strings.EqualFold(a.ID, role) {
			role = a.Name
		}
	}
	return "the role " + role + " in the Azure subscription " + sub
}
