package workflow

import (
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/policy"
	"github.com/entra-app/entra-app/workflow/set"
)

// The operator's rules, as they are for a request. Whatever way a plan came here, typed, pasted, imported, from a pack or
// from the tenant, it is judged by [policy.Rules.Judge]: when it is asked for, at each press that may carry it out, and in the
// transaction that a sign-in begins with.

// judged is r as the rules see it.
func (d *Desk) judged(r *Request) policy.Case {
	return policy.Case{Tenant: r.Tenant, Pack: r.Product, By: r.Requester.ID, Name: r.Requester.Name, Channel: r.Team,
		Gives: gives(r), Risk: r.Risk(), Now: d.now()}
}

// gives is what r gives its app. That is all of the plan where the app gets a credential, as that can use all of it; else what it
// has not had. Who only removes something gives nothing: no rule keeps an app from becoming less.
func gives(r *Request) plan.Plan {
	k := r.kind()
	switch {
	case k.ends:
		return plan.Plan{}
	case k.finds:
		return r.Plan.Union(r.Previous)
	case k.replaces && !k.adds(r):
		p := r.Plan.Minus(r.Previous)
		if p.AzureRoles = r.Plan.AzureRoles; len(set.Without(r.Plan.Subscriptions, r.Previous.Subscriptions)) == 0 {
			p.AzureRoles = set.Minus(p.AzureRoles, r.Previous.AzureRoles, plan.SameAzureRole)
		}
		return p
	}
	return r.Plan
}

// allowed says no to a request that the rules are against, and writes what can be changed under the fields of its form.
func (d *Desk) allowed(wrong form.Errors, r *Request, draft form.Draft) *Refusal {
	fields := map[policy.About]form.Field{
		policy.AboutPack: form.FieldProduct, policy.AboutPermission: form.FieldPermissions, policy.AboutRole: form.FieldProduct,
		policy.AboutCredential: form.FieldCredential, policy.AboutLifetime: form.FieldLifetime,
		policy.AboutRedirect: form.FieldRedirectURIs, policy.AboutIssuer: form.FieldIssuer, policy.AboutSubject: form.FieldSubject,
	}
	if draft.Brings(form.FieldCertificate) || draft.Brings(form.FieldCertificateFile) {
		fields[policy.AboutLifetime] = draft.CertificateField()
	}
	under := map[form.Field][]string{}
	for _, no := range d.policy.Rules.Judge(d.judged(r)).No {
		f, ok := fields[no.About]
		if !ok {
			return refuse(RuleForbidden, "%s Nothing was sent. Ask the operator of this bot if you need it.", no.Text)
		}
		if !slices.Contains(under[f], no.Text) {
			under[f] = append(under[f], no.Text)
		}
	}
	for f, texts := range under {
		if wrong[f] == "" {
			wrong[f] = strings.Join(texts[:min(len(texts), rulesNamed)], " ") + " Ask for something else, or ask the operator of this bot."
		}
	}
	return nil
}

// rulesNamed is how many rules one field names.
const rulesNamed = 4

// against says why the rules do not let r be carried out, or nil. What a task only removes they are not asked about.
func (d *Desk) against(r *Request, t Task) *Refusal {
	if !t.carriesOut() {
		return nil
	}
	if no := d.policy.Rules.Judge(d.judged(r)).No; len(no) > 0 {
		return refuse(RuleForbidden, "%s So %s can't be carried out, and nothing was changed. Deny it, or ask the operator of this bot.",
			no[0].Text, r.ID)
	}
	return nil
}
