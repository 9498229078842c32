package workflow

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// Submit checks a draft and keeps it as a new request. All that is wrong with
// it comes back at once as FieldErrors; someone who may not ask at all gets a
// *Refusal. The same draft, by its Origin, is one request however often it comes.
func (d *Desk) Submit(ctx context.Context, by people.Person, draft form.Draft) (*Request, error) {
	if by.Outside != "" {
		return nil, refuse(RuleOutsider, "You can't ask for an app: %s.", by.Outside)
	}
	wrong := form.Errors{}
	r := &Request{
		Origin: draft.Origin, Kind: KindRegister, State: StatePending, Requester: by, Product: draft.Product,
		Reason: text.Plain(draft.Reason), Team: draft.Team, Task: TaskProvision, Posts: Posts{},
	}
	if draft.Existing {
		r.Kind = KindAdopt
	}
	product, ok := d.Product(draft.Product)
	if !ok {
		wrong[form.FieldProduct] = "Choose one of the products."
	}
	tenant, ok := d.chosenTenant(draft.Tenant)
	if !ok {
		wrong[form.FieldTenant] = "Choose one of the tenants."
	}
	r.Tenant = tenant.Name
	choice := pack.Choice{Workloads: draft.Workloads, Credential: draft.Credential, Backup: draft.Backup}
	r.Plan = product.Plan(choice)
	r.Plan.TenantID, r.Plan.AppName = tenant.ID, text.OneLine(draft.AppName)
	if !draft.Existing {
		form.CheckText(wrong, form.FieldAppName, r.Plan.AppName, form.AppNameMax)
	} else { // it is looked for as it is
		form.CheckText(wrong, form.FieldAppName, r.Plan.AppName, form.ExistingNameMax)
		if utf8.RuneCountInString(r.Plan.AppName) > form.ExistingNameMax {
			wrong[form.FieldAppName] += " No app has a longer name; give its App ID."
		}
		r.Plan.AppName = strings.ToValidUTF8(draft.AppName, "�")
	}
	form.CheckText(wrong, form.FieldReason, r.Reason, form.ReasonMax)
	if draft.Team == "" {
		wrong[form.FieldTeam] = "Choose the channel of the people who follow this request."
	}
	form.CheckWorkloads(wrong, product, choice)
	d.checkCredential(wrong, product, tenant, draft, &r.Plan.Credential)
	d.checkBackup(wrong, product, r.Plan)
	r.Plan.SetRedirects(product.Platform, form.CheckRedirects(wrong, form.FieldRedirectURIs, product.Platform, draft.RedirectURIs))
	if product.Custom {
		form.CheckCustom(wrong, draft, &r.Plan)
	}
	filled := form.FillIn(product, wrong, draft.Fields, &r.Plan)
	form.RequireRedirect(product, wrong, r.Plan)
	form.DistinctRedirects(wrong, r.Plan, plan.Plan{}, func(on plan.Platform, uri string) form.Field {
		if f, ok := filled[form.RedirectPlace{On: on, URI: uri}]; ok {
			return f
		}
		return draft.RedirectField(product, on, uri)
	})
	if len(r.Plan.AzureRoles) > 0 {
		r.Plan.Subscriptions = form.CheckSubscriptions(wrong, draft.Subscriptions, r.Plan.AzureRoles)
	}
	r.Plan.Owners = form.CheckOwners(wrong, by, draft.Owners)
	if draft.Existing {
		if err := d.checkAdopted(ctx, wrong, r); err != nil {
			return nil, err
		}
	}
	form.CheckKeys(wrong, draft) // last: its words come before any other
	if len(wrong) > 0 {
		return nil, wrong
	}
	if m := draft.Imported; m != nil {
		if m.Asks() {
			return nil, form.ErrNotReviewed
		}
		noteImported(m, r, d.now())
	}
	return d.create(ctx, r, by, draft)
}

func (d *Desk) create(ctx context.Context, r *Request, by people.Person, draft form.Draft) (*Request, error) {
	if no := d.enough(r); no != nil {
		return nil, no
	}
	now := d.now()
	r.Nonce = rand.Text()
	r.Created, r.Entered = now, now
	r.note(now, Event{By: by.ID, Kind: EventAsked, Text: "asked for it"})
	r.PlanRev = r.Rev
	r.WakeAt = d.policy.nextWake(r, now)
	kept, err := d.store.Create(ctx, r)
	if taken, ok := errors.AsType[*ClaimedError](err); ok {
		switch {
		case strings.HasPrefix(taken.Claim, "origin:"):
			return d.store.Get(ctx, taken.By)
		case strings.HasPrefix(taken.Claim, appClaim):
			return nil, refuse(RuleWrongState, "%s is already changing this app. Wait for it to end, or cancel it.", taken.By)
		case strings.HasPrefix(taken.Claim, certificateClaim):
			return nil, form.Errors{draft.CertificateField(): fmt.Sprintf("%s already uses this certificate. Every app needs one of its "+
				"own: make a new key and a certificate for it, and give that.", taken.By)}
		}
		if r.kind().finds {
			return nil,
				form.Errors{form.FieldAppName: fmt.Sprintf("%s has an app of this name in %s. If that is the one, /entra-app update "+
					"%s changes it; if it is another, give its App ID.", taken.By, r.Tenant, taken.By)}
		}
		return nil, form.Errors{form.FieldAppName: fmt.Sprintf("%s already uses this name in %s. Choose another.", taken.By, r.Tenant)}
	}
	if err == nil {
		err = d.notStale(ctx, kept)
	}
	if err != nil {
		return nil, err
	}
	d.changed(kept.ID)
	return kept, nil
}

// chosenTenant is the one that was chosen, or the only one there is.
func (d *Desk) chosenTenant(name string) (Tenant, bool) {
	if name == "" && len(d.tenants) == 1 {
		return d.tenants[0], true
	}
	return d.Tenant(name)
}

// noteImported writes down what of the manifest is not in the plan, and what was put right.
func noteImported(m *form.Imported, r *Request, now time.Time) {
	if len(m.Fixed) > 0 {
		r.note(now, Event{Kind: EventImported, Text: text.Clip("To read the manifest, this was corrected: "+strings.Join(m.Fixed, "; "),
			2000)})
	}
	if len(m.Ignored) > 0 {
		r.note(now, Event{Kind: EventImported, Text: text.Clip("Not taken over from the manifest: "+strings.Join(m.Ignored, "; "), 2000)})
	}
}
