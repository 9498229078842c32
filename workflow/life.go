package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// What is asked for an app that there is already. Each is a request of its own,
// with the same approval and sign-in, about the one that came before.

// App returns the request that stands for an app: the one whose credential it
// has. name is a request's ID, an App ID, or the app's name; where several apps
// have it, the error says so. An app that somebody does not see is found by the ID
// of its request alone: it would tell what the request is for.
func (d *Desk) App(ctx context.Context, name string, by people.Person, channel string) (*Request, error) {
	if no := TurnedAway(by); no != nil {
		return nil, no
	}
	exact := name
	name = text.OneLine(name)
	var found, like []*Request
	r, err := d.store.Get(ctx, strings.ToUpper(name))
	byID := err == nil
	switch {
	case byID:
		found = []*Request{r}
	case !errors.Is(err, ErrNotFound):
		return nil, err
	default:
		q := Query{Text: name}
		if text.IsGUID(strings.ToLower(name)) {
			q = Query{App: strings.ToLower(name)}
		}
		list, unread, err := Readable(every(ctx, d.store, q))
		switch {
		case err != nil:
			return nil, err
		case unread != nil && q.App != "":
			return nil, unread
		case unread != nil: // any of these may have that name too
			return nil, refuse(RuleSeveralApps, "%s can't be read from the store and may be the app %s, so nothing was done. "+
				"Name the app you mean by its App ID or by its request, such as EA-1, and tell the operator of this bot.",
				Names(unread.IDs()), text.Clip(name, 60))
		}
		for _, r := range list {
			switch {
			case q.App != "" || strings.EqualFold(exactName(r), exact):
				found = append(found, r)
			case strings.EqualFold(plainName(r), name):
				like = append(like, r)
			}
		}
	}
	if len(found) == 0 { // none is called exactly so
		found = like
	}
	apps, err := d.heads(ctx, found, func(head *Request) bool { return byID || d.Sight(head, by, channel) == SeesDetail })
	if err != nil {
		return nil, err
	}
	switch len(apps) {
	case 0:
		return nil, refuse(RuleNoApp, "No app called %s was registered or adopted here. /entra-app apps lists yours.", text.Clip(name, 60))
	case 1:
		return apps[0], nil
	}
	ids := make([]string, len(apps))
	for i, a := range apps {
		ids[i] = fmt.Sprintf("%s (%s, %s)", a.ID, a.Tenant, a.Made.AppID)
	}
	return nil, refuse(RuleSeveralApps, "Several apps are called %s: %s. Name the one you mean by its ID.", text.Clip(name, 60),
		strings.Join(ids, "; "))
}

// heads are the apps that some requests are about, each once, as far as they are seen.
func (d *Desk) heads(ctx context.Context, of []*Request, seen func(*Request) bool) (apps []*Request, err error) {
	for _, r := range of {
		head, err := d.head(ctx, r)
		if err != nil {
			return nil, err
		}
		if head != nil && seen(head) && !slices.ContainsFunc(apps, func(a *Request) bool { return a.ID == head.ID }) {
			apps = append(apps, head)
		}
	}
	return apps, nil
}

// head follows a request to the newest one about its app, or nil if there never was one.
func (d *Desk) head(ctx context.Context, r *Request) (*Request, error) {
	for range 1000 {
		if r.Successor == "" {
			break
		}
		next, err := d.store.Get(ctx, r.Successor)
		if err != nil {
			return nil, err
		}
		r = next
	}
	if r.Made.AppID == "" || r.State != StateDone && r.State != StateOverlap && r.State != StateLeftover {
		return nil, nil
	}
	return r, nil
}

// IsApp reports whether r stands for an app that there is.
func (r *Request) IsApp() bool {
	return r.Made.AppID != "" && r.Managed() && (r.State == StateDone || r.State == StateOverlap || r.State == StateLeftover)
}

// Managed reports whether the app that r stands for has not been retired.
func (r *Request) Managed() bool { return !r.kind().ends && !r.AppDeleted }

// Owners are the people who have a say over the app that r stands for: who asked
// for it, then its owners. The store finds r by them. Where r stands for no app
// there are none.
func (r *Request) Owners() []people.Person {
	if !r.IsApp() || r.Successor != "" {
		return nil
	}
	return append([]people.Person{r.Requester}, r.Plan.Owners...)
}

// EndsOn is the day on which the credential of the app that r stands for ends,
// in UTC, or empty. The store finds r by it.
func (r *Request) EndsOn() string {
	if !mayExpire(r) {
		return ""
	}
	return dayOf(r.Made.KeyExpires)
}

// dayOf is the date of a time in UTC, as it is written in a Query.
func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// stillOwners are the owners of an app for which another of its people asks: the
// one who asked before stays one of them.
func stillOwners(owners []people.Person, by, before people.Person) []people.Person {
	out := slices.DeleteFunc(slices.Clone(owners), func(p people.Person) bool { return p.ID == by.ID })
	if by.ID != before.ID && before.Email != "" && !slices.ContainsFunc(out, func(p people.Person) bool { return p.ID == before.ID }) {
		out = append(out, before)
	}
	return out
}

// about makes a request about the app that another one stands for.
func (d *Desk) about(ctx context.Context, by people.Person, head string, kind Kind, draft form.Draft,
	fill func(wrong form.Errors, before, r *Request) *Refusal) (_ *Request, err error) {
	defer func() { d.noteRefusal(ctx, by, string(kind)+" "+head, err) }()
	if no := TurnedAway(by); no != nil {
		return nil, no
	}
	before, err := d.store.Get(ctx, head)
	if err != nil {
		return nil, err
	}
	takesOver, err := d.hasSay(ctx, before, by, kind)
	if err != nil {
		return nil, err
	}
	if no := fromNewer(before.ID, before.Kind, before.Task); no != nil {
		return nil, no
	}
	if takesOver { // who has left does not stay an owner, nor become one
		before.Plan.Owners, before.Requester = before.Owners(), people.Person{}
	}
	if err := stale(ctx, d.store, &Request{Target: Target{Request: before.ID}}); err != nil {
		return nil, err
	}
	if d.isOwn(before.Made.AppID) {
		return nil, refuse(RuleNoApp, ownClient, before.Made.AppID)
	}
	tenant, ok := d.Tenant(before.Tenant)
	if !ok || before.Plan.TenantID != tenant.ID {
		return nil, refuse(RuleTenant, "The tenant %s is no longer configured as it was, so nothing can be done there. Ask the operator "+
			"of this bot.", before.Tenant)
	}
	r := &Request{
		Origin: draft.Origin, Kind: kind, State: StatePending, Requester: by, Tenant: before.Tenant, Product: before.Product,
		Team: before.Team, Reason: text.Plain(draft.Reason), Task: TaskProvision, Plan: before.Has(), Residue: before.Residue.clone(),
		Discovered: before.Discovered.clone(), Posts: Posts{},
		Taken: before.Taken.Clone(), Target: Target{Request: before.ID, UniqueName: before.UniqueName(), TakenOver: takesOver},
		EWS: ewsAfter(before),
	}
	if takesOver {
		r.Previous.Owners, r.Plan.Owners = r.Plan.Owners, nil
	}
	r.Plan.TenantID = tenant.ID
	r.Made = Made{ObjectID: before.Made.ObjectID, AppID: before.Made.AppID, ServicePrincipal: before.Made.ServicePrincipal,
		Assigned: before.Made.Assigned,
		Born:     before.Made.Born, Changed: before.Made.Changed, Removed: before.Made.Removed, Given: before.Made.Given,
		Owner: before.Made.Owner, TenantID: before.Made.TenantID, TenantName: before.Made.TenantName, Domain: before.Made.Domain}
	if by.ID != before.Requester.ID {
		r.Made.Owner = "" // it is the other one's account
	}
	wrong := form.Errors{}
	form.CheckText(wrong, form.FieldReason, r.Reason, form.ReasonMax)
	if no := fill(wrong, before, r); no != nil {
		return nil, no
	}
	if no := d.allowed(wrong, r, draft); no != nil {
		return nil, no
	}
	form.CheckKeys(wrong, draft)
	r.Plan.Owners = stillOwners(r.Plan.Owners, by, before.Requester)
	r.Target.NewCertificate = r.Plan.Credential.Certificate.Fingerprint != before.Plan.Credential.Certificate.Fingerprint ||
		r.Target.ClaimsName
	if len(wrong) > 0 {
		return nil, wrong
	}
	return d.create(ctx, r, by, draft)
}
