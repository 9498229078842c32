package workflow

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// Submit checks a draft and keeps it as a new request. All that is wrong with
// it comes back at once as FieldErrors; someone who may not ask at all gets a
// *Refusal. The same draft, by its Origin, is one request however often it comes.
func (d *Desk) Submit(ctx context.Context, by people.Person, draft Draft) (*Request, error) {
	if by.Outside != "" {
		return nil, refuse(RuleOutsider, "You can't ask for an app: %s.", by.Outside)
	}
	wrong := FieldErrors{}
	r := &Request{
		Origin: draft.Origin, Kind: KindRegister, State: StatePending, Requester: by, Product: draft.Product,
		Reason: text.Plain(draft.Reason), Team: draft.Team, Task: TaskProvision, Posts: Posts{},
	}
	if draft.Existing {
		r.Kind = KindAdopt
	}
	product, ok := d.Product(draft.Product)
	if !ok {
		wrong[FieldProduct] = "Choose one of the products."
	}
	tenant, ok := d.chosenTenant(draft.Tenant)
	if !ok {
		wrong[FieldTenant] = "Choose one of the tenants."
	}
	r.Tenant = tenant.Name
	choice := pack.Choice{Workloads: draft.Workloads, Credential: draft.Credential, Backup: draft.Backup}
	r.Plan = product.Plan(choice)
	r.Plan.TenantID, r.Plan.AppName = tenant.ID, text.OneLine(draft.AppName)
	if !draft.Existing {
		checkText(wrong, FieldAppName, r.Plan.AppName, AppNameMax)
	} else { // it is looked for as it is
		checkText(wrong, FieldAppName, r.Plan.AppName, ExistingNameMax)
		if utf8.RuneCountInString(r.Plan.AppName) > ExistingNameMax {
			wrong[FieldAppName] += " No app has a longer name; give its App ID."
		}
		r.Plan.AppName = strings.ToValidUTF8(draft.AppName, "�")
	}
	checkText(wrong, FieldReason, r.Reason, ReasonMax)
	if draft.Team == "" {
		wrong[FieldTeam] = "Choose the channel of the people who follow this request."
	}
	checkWorkloads(wrong, product, choice)
	d.checkCredential(wrong, product, tenant, draft, &r.Plan.Credential)
	d.checkBackup(wrong, product, r.Plan)
	r.Plan.SetRedirects(product.Platform, checkRedirects(wrong, FieldRedirectURIs, product.Platform, draft.RedirectURIs))
	if product.Custom {
		checkCustom(wrong, draft, &r.Plan)
	}
	filled := fillIn(product, wrong, draft.Fields, &r.Plan)
	requireRedirect(product, wrong, r.Plan)
	distinctRedirects(wrong, r.Plan, plan.Plan{}, func(on plan.Platform, uri string) Field {
		if f, ok := filled[redirectPlace{on, uri}]; ok {
			return f
		}
		return draft.redirectField(product, on, uri)
	})
	if len(r.Plan.AzureRoles) > 0 {
		r.Plan.Subscriptions = checkSubscriptions(wrong, draft.Subscriptions, r.Plan.AzureRoles)
	}
	r.Plan.Owners = checkOwners(wrong, by, draft.Owners)
	if draft.Existing {
		if err := d.checkAdopted(ctx, wrong, r); err != nil {
			return nil, err
		}
	}
	checkKeys(wrong, draft) // last: its words come before any other
	if len(wrong) > 0 {
		return nil, wrong
	}
	if m := draft.Imported; m != nil {
		if m.asks() {
			return nil, ErrNotReviewed
		}
		noteImported(m, r, d.now())
	}
	return d.create(ctx, r, by, draft)
}

func (d *Desk) create(ctx context.Context, r *Request, by people.Person, draft Draft) (*Request, error) {
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
			return nil, FieldErrors{draft.certificateField(): fmt.Sprintf("%s already uses this certificate. Every app needs one of its "+
				"own: make a new key and a certificate for it, and give that.", taken.By)}
		}
		if r.kind().finds {
			return nil, FieldErrors{FieldAppName: fmt.Sprintf("%s has an app of this name in %s. If that is the one, /entra-app update "+
				"%s changes it; if it is another, give its App ID.", taken.By, r.Tenant, taken.By)}
		}
		return nil, FieldErrors{FieldAppName: fmt.Sprintf("%s already uses this name in %s. Choose another.", taken.By, r.Tenant)}
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
func noteImported(m *Imported, r *Request, now time.Time) {
	if len(m.Fixed) > 0 {
		r.note(now, Event{Kind: EventImported, Text: text.Clip("To read the manifest, this was corrected: "+strings.Join(m.Fixed, "; "),
			2000)})
	}
	if len(m.Ignored) > 0 {
		r.note(now, Event{Kind: EventImported, Text: text.Clip("Not taken over from the manifest: "+strings.Join(m.Ignored, "; "), 2000)})
	}
}
