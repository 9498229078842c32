package workflow

import (
	"context"
	"crypto/rand"
	"errors"
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
func (d *Desk) Submit(ctx context.Context, by people.Person, draft form.Draft) (_ *Request, err error) {
	defer func() { d.noteRefusal(ctx, by, text.OneLine(draft.Product+" "+draft.AppName), err) }()
	if no := TurnedAway(by); no != nil {
		return nil, no
	}
	wrong := form.Errors{}
	product, ok := d.Product(draft.Product)
	if !ok {
		wrong[form.FieldProduct] = "Choose one of the products."
	}
	tenant, ok := d.chosenTenant(draft.Tenant)
	if !ok {
		wrong[form.FieldTenant] = "Choose one of the tenants."
	}
	r := &Request{
		Origin: draft.Origin, Kind: KindRegister, State: StatePending, Requester: by, Tenant: tenant.Name, Product: draft.Product,
		Reason: text.Plain(draft.Reason), Team: draft.Team, Task: TaskProvision, Plan: d.newPlan(wrong, product, tenant, draft),
		Posts: Posts{},
	}
	form.CheckText(wrong, form.FieldReason, r.Reason, form.ReasonMax)
	if draft.Team == "" {
		wrong[form.FieldTeam] = "Choose the channel of the people who follow this request."
	}
	r.Plan.Owners = form.CheckOwners(wrong, by, draft.Owners)
	if draft.Existing {
		r.Kind = KindAdopt
		if err := d.checkAdopted(ctx, wrong, r); err != nil {
			return nil, err
		}
	}
	if no := d.allowed(wrong, r, draft); no != nil {
		return nil, no
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

// newPlan is the plan of a draft for a product. Its owners are still to come.
func (d *Desk) newPlan(wrong form.Errors, product pack.Product, tenant Tenant, draft form.Draft) plan.Plan {
	choice := pack.Choice{Workloads: draft.Workloads, Credential: draft.Credential, Backup: draft.Backup}
	p := product.Plan(choice)
	p.TenantID, p.AppName = tenant.ID, text.OneLine(draft.AppName)
	if !draft.Existing {
		form.CheckText(wrong, form.FieldAppName, p.AppName, form.AppNameMax)
		form.CheckName(wrong, p.AppName)
	} else { // it is looked for as it is
		form.CheckText(wrong, form.FieldAppName, p.AppName, form.ExistingNameMax)
		if utf8.RuneCountInString(p.AppName) > form.ExistingNameMax {
			wrong[form.FieldAppName] += " No app has a longer name; give its App ID."
		}
		p.AppName = strings.ToValidUTF8(draft.AppName, "�")
	}
	form.CheckWorkloads(wrong, product, choice)
	d.checkCredential(wrong, product, tenant, draft, &p.Credential)
	d.checkBackup(wrong, product, p)
	p.SetRedirects(product.Platform, form.CheckRedirects(wrong, form.FieldRedirectURIs, product.Platform, draft.RedirectURIs))
	if product.Custom {
		form.CheckCustom(wrong, draft, &p)
	}
	filled := form.FillIn(product, wrong, draft.Fields, &p)
	form.RequireRedirect(product, wrong, p)
	form.DistinctRedirects(wrong, p, plan.Plan{}, func(on plan.Platform, uri string) form.Field {
		if f, ok := filled[form.RedirectPlace{On: on, URI: uri}]; ok {
			return f
		}
		return draft.RedirectField(product, on, uri)
	})
	if len(p.AzureRoles) > 0 {
		p.Subscriptions = form.CheckSubscriptions(wrong, draft.Subscriptions, p.AzureRoles)
	}
	return p
}

// create keeps a new request. The same draft is the request that it became before.
func (d *Desk) create(ctx context.Context, r *Request, by people.Person, draft form.Draft) (*Request, error) {
	d.policy.raise(r)
	p, err := d.panel(ctx, r)
	if err != nil {
		return nil, err
	}
	if no := p.enough(r); no != nil {
		return nil, no
	}
	open, hourly, _ := d.policy.limits()
	defer d.counted(open + hourly)()
	switch no, err := d.tooMuch(ctx, by, draft.Origin); {
	case err != nil:
		return nil, err
	case no != nil:
		return nil, no
	}
	now := d.now()
	if r.Known = p.ties[by.ID].known(r, now); r.Known.How == "" {
		if err := p.ties[by.ID].unclear(); err != nil {
			return nil, err
		}
		r.State, r.Failure = StateUnlinked, Failure{Rule: RuleUnlinked, Text: unknownWords(r)}
	}
	r.Nonce = rand.Text()
	r.Created, r.Entered = now, now
	r.note(now, Event{By: by.ID, Kind: EventAsked, Text: "asked for it"})
	r.PlanRev = r.Rev
	r.WakeAt = d.policy.nextWake(r, now)
	kept, err := d.store.Create(ctx, r)
	if taken, ok := errors.AsType[*ClaimedError](err); ok {
		if strings.HasPrefix(taken.Claim, originClaim) {
			return d.store.Get(ctx, taken.By)
		}
		return nil, claimed(taken, r, draft, d.holder(ctx, taken.By, by))
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
		r.note(now, Event{Kind: EventImported, Text: text.Clip("Left out of the request: "+strings.Join(m.Ignored, "; "), 2000)})
	}
}
