package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// An approver who wants to know what has become of the apps signs in, and is told, alone. The
// sign-in is in memory only; a newer one of the same person ends it. It changes no request.

// A Drifting is a look for drift, as the approver who asked for it sees it. It is in no store.
type Drifting struct {
	To     people.Person
	Tenant Tenant
	App    *Request // nil is all apps of the tenant
	Prompt *Prompt  // the live code; nil where nobody has to sign in any more
	Said   string   // what came of it
	Found  []Drift  // that differ, or that could not be read whole
	// Channel and TS say where the message is; empty where it was not sent yet.
	Channel, TS string
}

// Drift has an approver sign in, and compares one app, or all of a tenant, with what was approved.
// channel is where that was asked for: it says which tenant, where somebody approves for several.
func (d *Desk) Drift(ctx context.Context, app string, by people.Person, channel string) (Drifting, error) {
	l := Drifting{To: by}
	if no := TurnedAway(by); no != nil {
		return l, no
	}
	var mine []Tenant
	for _, t := range d.tenants {
		if _, ok := t.Approver(by.ID); ok {
			mine = append(mine, t)
		}
	}
	if app != "" {
		r, err := d.App(ctx, app, by, channel)
		if err != nil {
			return l, err
		}
		mine = slices.DeleteFunc(mine, func(t Tenant) bool { return t.Name != r.Tenant || t.ID != r.Plan.TenantID })
		l.App = r
	}
	if here := slices.IndexFunc(mine, func(t Tenant) bool { return t.Channel == channel }); here >= 0 {
		mine = mine[here : here+1]
	}
	switch {
	case len(mine) == 0:
		return l, refuse(RuleNotApprover, "Only approvers of its tenant can have an app compared with what was approved.")
	case len(mine) > 1:
		return l, refuse(RuleTenant, "You approve for several tenants: %s. Type this in the approvers' channel of one of them, or name an "+
			"app.", tenantNames(mine))
	}
	if l.Tenant = mine[0]; !d.drifting(l) {
		return l, refuse(RuleRestart, "This bot is being restarted. Try again in a minute.")
	}
	return l, nil
}

func tenantNames(tenants []Tenant) string {
	names := make([]string, len(tenants))
	for i, t := range tenants {
		names[i] = t.Name
	}
	return strings.Join(names, ", ")
}

// startDrift begins such a look, and ends an earlier one of the same person.
func (e *Engine) startDrift(l Drifting) bool {
	return e.alone("drift "+l.To.ID, l.To.ID, func(ctx context.Context) { e.lookForDrift(ctx, l) })
}

// lookForDrift shows the code, waits for the approver, reads the apps, and tells what they have become.
func (e *Engine) lookForDrift(ctx context.Context, l Drifting) {
	err := e.drift(ctx, &l)
	switch {
	case err == nil:
	case errors.Is(err, errNotShown):
		return // without its code nobody can sign in
	case errors.Is(context.Cause(ctx), errNewerCheck):
		l.Said = "A newer code replaced this one."
	case ctx.Err() != nil:
		l.Said = "The bot was restarted, so that code no longer works. Nothing was compared. Type the command again."
	case errors.Is(err, ErrSessionOver):
		l.Said = "The sign-in ended before all apps were read. Type the command again to compare them all."
	default:
		no, ok := errors.AsType[*Refusal](err)
		if l.Said = signInFailure(err, "the command again").Text; ok {
			l.Said = no.Text
		}
		l.Said = strings.ReplaceAll(l.Said, "Nothing was changed.", "Nothing was compared.")
		l.Said = strings.ReplaceAll(l.Said, "Press the command", "Type the command")
	}
	e.log.Info("apps compared", "by", l.To.ID, "tenant", l.Tenant.Name, "differ", len(l.Found), "err", err)
	l.Prompt = nil
	e.showDrift(&l)
	entry := audit.Entry{What: audit.WhatDrift, Tenant: l.Tenant.Name, Slack: l.To.ID,
		Detail: "compared apps with what was approved. " + l.Said}
	if l.App != nil {
		entry.Request = l.App.ID
	}
	if err := e.store.Record(context.WithoutCancel(ctx), entry); err != nil {
		e.log.Error("an entry was not written", "what", entry.What, "err", err)
	}
}

func (e *Engine) drift(ctx context.Context, l *Drifting) error {
	apps := []*Request{l.App}
	var unread *UnreadableError
	if l.App == nil {
		all, err := Standing(ctx, e.store, l.Tenant)
		if apps, unread, err = Readable(all, err); err != nil {
			return err
		}
	}
	if len(apps) == 0 && unread == nil {
		l.Said = "No app of " + l.Tenant.Name + " was made or adopted here. Nobody had to sign in."
		return nil
	}
	signing, err := e.dir.SignIn(ctx, l.Tenant.Name, DriftScopes())
	if err != nil {
		return err
	}
	prompt := signing.Prompt()
	l.Prompt = &prompt
	if !e.showDrift(l) {
		return errNotShown
	}
	s, err := signing.Wait(ctx, DriftAsk(e.now()))
	if err != nil {
		return err
	}
	defer s.Close()
	if no := notTheReader(l, s.Signer()); no != nil {
		return no
	}
	for _, r := range apps {
		d, err := Drifts(ctx, e.store, r, s, e.now)
		if err != nil {
			return err
		}
		if d.Differs() || len(d.Unknown) > 0 {
			l.Found = append(l.Found, d)
		}
	}
	l.Said = driftSaid(len(apps), l.Found, unread)
	return nil
}

// notTheReader says why this account may not be shown what the apps have.
func notTheReader(l *Drifting, who Signer) *Refusal {
	approver, _ := l.Tenant.Approver(l.To.ID)
	switch {
	case !strings.EqualFold(who.TenantID, l.Tenant.ID):
		return refuse(RuleTenant, "%s belongs to another tenant than %s. Nothing was compared. Type the command again and sign in with "+
			"your account of %s.", who.UPN, l.Tenant.Name, l.Tenant.Name)
	case !approver.is(who.ObjectID, who.UPN):
		return refuse(RuleAccount, "%s signed in, but %s is the account of this approver. Nothing was compared. Type the command again "+
			"and sign in with %s.", who.UPN, approver.Entra, approver.Entra)
	}
	return nil
}

// driftSaid is what came of it, in a sentence or two.
func driftSaid(apps int, found []Drift, unread *UnreadableError) string {
	differ, foreign, unknown := 0, 0, 0
	for _, d := range found {
		switch {
		case len(d.Foreign) > 0:
			foreign++
			differ++
		case d.Differs():
			differ++
		default:
			unknown++
		}
	}
	said := fmt.Sprintf("%s compared: %d as approved", text.Count(apps, "app"), apps-differ-unknown)
	if differ > 0 {
		said += fmt.Sprintf(", %d not", differ)
	}
	if unknown > 0 {
		said += fmt.Sprintf(", %d not read whole", unknown)
	}
	said += "."
	if foreign > 0 {
		said += fmt.Sprintf(" %s a credential that no request here has made: somebody may be using the app. Remove it in Entra, or find "+
			"out whose it is.", map[bool]string{true: "One of them has", false: fmt.Sprint(foreign, " of them have")}[foreign == 1])
	}
	if unread != nil {
		said += " These requests can't be read from the store, and their apps were not compared: " + Names(unread.IDs()) + "."
	}
	return said + " Roles in Azure are not compared: this sign-in does not reach Azure."
}

// showDrift has the approver shown how far it is.
func (e *Engine) showDrift(l *Drifting) bool {
	err := e.insist(func(ctx context.Context) (err error) {
		l.Channel, l.TS, err = e.msg.ShowDrift(ctx, *l)
		return err
	})
	if err != nil {
		e.log.Warn("message not sent", "to", l.To.ID, "message", "drift", "err", err)
	}
	return err == nil
}
