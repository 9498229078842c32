package workflow

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// updateKind brings an app from one plan to another.
var updateKind = kind{
	say: phrases{wish: "to update the app %s", does: "update the app %s"},
	titles: map[StepName]string{
		StepApplication:      "Change its settings",
		StepServicePrincipal: "Ensure that it has a service principal",
	},
	steps: func(r *Request) []StepName { return owned(r, updateSteps(r)...) },
	undo:  deletesApp,
	needs: toUpdate,
	finish: func(r *Request, now time.Time) {
		r.Residue = Residue{Azure: stillInAzure(r)}
		r.move(StateDone, now, Event{Kind: EventReady, Text: "The app now has what was approved."})
	},
	removes: func(r *Request) plan.Plan { return r.previous().Minus(r.Plan) },
	leaves:  updateLeaves,
	adds:    addsCertificate, replaces: true, takesLink: true,
	looksAgain: giveMissed,
}

// giveMissed has all of the plan given again where the check has missed some of it.
func giveMissed(r *Request) {
	if missed(r) {
		r.Steps.redo(StepConsent, StepDirectoryRoles)
	}
}

// Update asks for other permissions, workloads, redirect URIs or owners of the
// app that head stands for. Its name and its credential stay.
func (d *Desk) Update(ctx context.Context, by people.Person, head string, draft form.Draft) (*Request, error) {
	return d.about(ctx, by, head, KindUpdate, draft, func(wrong form.Errors, before, r *Request) *Refusal {
		if !before.Managed() {
			return refuse(RuleWrongState, "%s was retired by %s. /entra-app recreate restores it.", before.AppName(), before.ID)
		}
		product, ok := d.Product(before.Product)
		if !ok {
			return refuse(RuleWrongState,
				"The product %s of %s is no longer offered here, so this bot does not know what the app needs. Ask the "+
					"operator of this bot.",
				before.Product, before.AppName())
		}
		choice := pack.Choice{Workloads: draft.Workloads, Credential: before.Plan.Credential.Kind}
		first := before.MayGetCertificate(product) && (draft.Brings(form.FieldCertificate) || draft.Brings(form.FieldCertificateFile))
		if first {
			choice.Credential, draft.Credential = plan.CredentialCertificate, plan.CredentialCertificate
		}
		r.Previous = before.Has()
		r.Plan = product.Plan(choice)
		r.Plan.TenantID, r.Plan.AppName, r.Plan.Credential = r.Previous.TenantID, r.Previous.AppName, r.Previous.Credential
		if first {
			tenant, _ := d.Tenant(before.Tenant)
			r.Plan.Credential = plan.Credential{Kind: plan.CredentialCertificate}
			d.checkCredential(wrong, product, tenant, draft, &r.Plan.Credential)
		}
		if len(r.Plan.AzureRoles) > 0 {
			r.Plan.Subscriptions = form.CheckSubscriptions(wrong, draft.Subscriptions, r.Plan.AzureRoles)
			spellScopes(r)
		}
		// its server is told of other services when it is renewed
		r.Plan.Backup, r.Made.Connected = r.Previous.Backup, before.Made.Connected
		form.CheckWorkloads(wrong, product, choice)
		if product.Custom {
			updateCustom(wrong, draft, r)
		}
		r.Plan.SetOffered(r.Previous) // the form has no fields for it
		for _, role := range r.Plan.AppRoles {
			if problem := role.SharesName(set.Minus(r.Plan.Scopes, r.Previous.Scopes, plan.SameScope)); problem != "" &&
				wrong[form.FieldScopes] == "" {
				wrong[form.FieldScopes] = problem
			}
		}
		updateRedirects(wrong, product, draft, r)
		if r.Adopted() {
			keepFound(product, draft, r)
		}
		r.Plan.Owners = stillOwners(form.CheckOwners(wrong, by, draft.Owners), by, before.Requester)
		r.Warned = before.Warned
		r.Made.KeyID, r.Made.KeyExpires = before.Made.KeyID, before.Made.KeyExpires
		r.Made.Certificate, r.Made.Thumbprint = before.Made.Certificate, before.Made.Thumbprint
		if a := r.Residue.Plan.Audience; a != "" && a != r.Plan.Audience {
			r.Previous.Audience = a
		}
		if len(r.Changes()) == 0 && r.Residue.Plan.TenantID == "" && len(wrong) == 0 {
			wrong[form.FieldReason] = "Nothing would change: the app has all of this already."
		}
		return nil
	})
}

// spellScopes spells the plan's scopes as what the app has or may have spells them, so
// that capitals are no change.
func spellScopes(r *Request) {
	azurescope.SpellAs(r.Plan.Subscriptions, r.Previous.Subscriptions)
	for _, left := range r.Residue.Azure {
		azurescope.SpellAs(left.Subscriptions, r.Plan.Subscriptions)
	}
}

// updateCustom fills in what the form of a custom product asks for. What a manifest
// brought stays.
func updateCustom(wrong form.Errors, draft form.Draft, r *Request) {
	r.Plan.Audience, r.Plan.PublicClientFlows = r.Previous.Audience, r.Previous.PublicClientFlows
	form.CheckWhoSignsIn(wrong, draft, &r.Plan)
	r.Plan.Scopes = slices.Clone(r.Previous.Scopes)
	if draft.Scopes != nil {
		r.Plan.Scopes = form.CheckScopes(wrong, draft.Scopes, r.Previous.Scopes)
	}
	isOwn := func(q plan.Permission) bool { return q.ResourceAppID == plan.Self }
	r.Plan.Permissions = slices.DeleteFunc(slices.Clone(r.Previous.Permissions), isOwn)
	if draft.Permissions != nil {
		r.Plan.Permissions = form.CheckPermissions(wrong, draft.Permissions, len(r.Plan.Scopes) > 0, r.Previous.Permissions...)
	}
	for _, q := range plan.WithoutLostScopes(r.Previous.Permissions, r.Plan.Scopes) {
		if isOwn(q) {
			r.Plan.Permissions = append(r.Plan.Permissions, q)
		}
	}
}

// trim removes what the app has had and no longer needs, owners included.
func trim(ctx context.Context, r *Request, s Session) (edit, error) {
	if err := s.RemovePermissions(ctx, r.Made, r.Plan, r.previous()); err != nil {
		return nil, err
	}
	if err := removeStrays(ctx, r, s); err != nil {
		return nil, err
	}
	left, err := removeOwners(ctx, r, s)
	return func(_ *Request, st *Step) { st.Note = strings.Join(left, "; ") }, err
}

// updateSteps bring an app that there is from one plan to another: what it no
// longer needs goes first. Its credential stays as it is.
func updateSteps(r *Request) []StepName {
	var steps []StepName
	p := r.Plan
	if had := r.previous(); !p.Offers() { // what it no longer offers goes with the same step
		p.Scopes = had.Scopes
		p.SetOffered(had)
	}
	w := azureOf(r)
	p.AzureRoles = w.among(p.AzureRoles) // for their steps, those that are removed too
	for _, s := range stepsOf(p) {
		switch s {
		case StepConsent:
			steps = append(steps, StepTrim, s)
		case StepAzureRoles:
			steps = append(steps, w.steps()...)
		case StepCertificate:
			if addsCertificate(r) {
				steps = append(steps, s)
			}
		case StepCredential, StepProof, StepFederated, StepConnect:
		default:
			steps = append(steps, s)
		}
	}
	if !slices.Contains(steps, StepTrim) {
		steps = append(steps, StepTrim)
	}
	if !slices.Contains(steps, StepCheck) {
		steps = append(steps, StepCheck)
	}
	return steps
}

// An app with which people sign in may get its first certificate later, by an update: the
// product that it is for makes one itself, say, once the app is known there.

// MayGetCertificate reports whether an update may give r's app its first certificate.
func (r *Request) MayGetCertificate(p pack.Product) bool {
	_, offered := p.Offer(plan.CredentialCertificate)
	return offered && r.Plan.Credential.Kind == plan.CredentialNone
}

// addsCertificate reports whether r is an update that gives its app a first certificate.
func addsCertificate(r *Request) bool {
	return r.Kind == KindUpdate && r.Previous.Credential.Kind == plan.CredentialNone && r.Plan.Credential.Kind == plan.CredentialCertificate
}
