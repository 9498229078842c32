package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
)

// startLink begins a sign-in that links a person, and ends an earlier one of theirs. It returns
// false where the engine does not run.
func (e *Engine) startLink(t Tenant, by people.Person) bool {
	return e.alone("link "+identity.Key(by.ID, t.ID), by.ID, func(ctx context.Context) { e.linkPerson(ctx, t, by) })
}

// linkPerson shows the code, waits for the person, keeps the link, and tells what came of it.
func (e *Engine) linkPerson(ctx context.Context, t Tenant, by people.Person) {
	l := Linking{To: by, Tenant: t, Again: true}
	made, err := e.signsInToLink(ctx, &l)
	switch {
	case err == nil:
	case errors.Is(err, errNotShown):
		return // without its code nobody can sign in
	case errors.Is(context.Cause(ctx), errNewerCheck):
		l.Said, l.Again = "A newer code replaced this one.", false
	case ctx.Err() != nil:
		l.Said = "The bot was restarted, so that code no longer works. Nothing was changed. Press Link."
	default:
		l.Said = linkFailure(t, err)
	}
	e.log.Info("a sign-in to be linked ended", "slack", by.ID, "tenant", t.ID, "linked", made, "err", err)
	if err != nil {
		e.recordLink(l, audit.WhatRefused, "", string(RuleSignIn))
	}
	e.showLink(&l)
	if made {
		e.linked(by.ID, t.ID)
	}
}

// signsInToLink reports whether the link was made. l says what is told of it; an error is the
// sign-in's.
func (e *Engine) signsInToLink(ctx context.Context, l *Linking) (made bool, err error) {
	signing, err := e.dir.Identify(ctx, l.Tenant.Name)
	if err != nil {
		return false, err
	}
	prompt := signing.Prompt()
	l.Prompt = &prompt
	if !e.showLink(l) {
		return false, errNotShown
	}
	e.recordLink(Linking{To: l.To, Tenant: l.Tenant, Said: "A sign-in code was shown, to link the Slack account."}, audit.WhatCode, "", "")
	l.Prompt = nil
	who, err := signing.Wait(ctx)
	if err != nil {
		return false, err
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	return e.keepLink(context.WithoutCancel(ctx), l, who), nil
}

// keepLink keeps the link of a person to the account with which they signed in, if nothing is
// against it.
func (e *Engine) keepLink(ctx context.Context, l *Linking, who identity.Account) (made bool) {
	if no, other := linkProblem(l.Tenant, l.To, who); no != nil {
		e.log.Warn("a link was refused", "slack", l.To.ID, "rule", no.Rule, "account", who.ObjectID)
		l.Said, l.Other = no.Text, other
		e.recordLink(*l, audit.WhatRefused, who.ObjectID, string(no.Rule))
		return false
	}
	if why := e.notHere(ctx, l.To.ID); why != "" {
		l.Said = why
		return false
	}
	was, _ := e.store.Link(ctx, l.To.ID, l.Tenant.ID)
	now := e.now()
	err := e.store.PutLink(ctx, identity.Link{Slack: l.To.ID, TenantID: l.Tenant.ID, ObjectID: who.ObjectID, At: now,
		How: identity.ByDeviceCode})
	if err != nil {
		ref := newRef()
		e.log.Error("keeping a link", "slack", l.To.ID, "ref", ref, "err", err)
		l.Said = fmt.Sprintf("You signed in, but that could not be saved (reference %s). Press Link again in a minute.", ref)
		return false
	}
	l.Again = false
	l.Said = fmt.Sprintf("Your Slack account is linked to %s in %s%s. Whatever you ask for here is asked for by that account. /entra-app "+
		"unlink removes the link.", cmp.Or(who.UPN, who.ObjectID), l.Tenant.Name, until(now, e.policy.LinkLifetime))
	if was.ObjectID != "" && !was.IsOf(l.Tenant.ID, who.ObjectID) {
		l.Said += " It was linked to another account before."
	}
	e.tellOthers(ctx, l, who)
	return true
}

// recordLink writes down what became of a sign-in to be linked. The store itself writes down a
// link that is made or removed.
func (e *Engine) recordLink(l Linking, what, account, result string) {
	err := e.store.Record(context.WithoutCancel(e.hard), audit.Entry{At: e.now(), What: what, Tenant: l.Tenant.Name, Slack: l.To.ID,
		Entra: account, Detail: l.Said, Result: result})
	if err != nil {
		e.log.Error("the log lacks an entry", "what", what, "slack", l.To.ID, "err", err)
	}
}

// until says how long a link holds that is made now.
func until(now time.Time, lifetime time.Duration) string {
	if lifetime <= 0 {
		return ""
	}
	return ", until " + now.Add(lifetime).UTC().Format("2 January 2006")
}

// notHere says why a person can't be linked now, by what Slack says when it is asked again:
// minutes have passed since they were shown the code. Who can't be asked about is not linked.
func (e *Engine) notHere(ctx context.Context, slack string) string {
	if e.people == nil {
		return ""
	}
	why, err := e.people.Away(ctx, slack)
	switch {
	case err != nil:
		e.log.Warn("Slack does not say whether somebody is there", "slack", slack, "err", err)
		return "You signed in, but Slack did not say who you are now, so nothing was linked. Press Link again in a minute."
	case why != "":
		return fmt.Sprintf("Nothing was linked: %s.", why)
	}
	return ""
}

// linkProblem says why a Slack account may not be linked to the account that signed in, or nil.
// The account with which an approver signs in to approve is never anybody else's: a code that
// its owner was talked into using would make another person of them.
func linkProblem(t Tenant, by people.Person, who identity.Account) (no *Refusal, other string) {
	name := cmp.Or(who.UPN, who.ObjectID)
	again := fmt.Sprintf("Nothing was linked. Press Link and sign in with your own account of %s.", t.Name)
	switch {
	case who.TenantID == "" || who.ObjectID == "":
		return refuse(RuleAccount, "Microsoft did not say which account signed in. Nothing was linked. Press Link to try again."), ""
	case !strings.EqualFold(who.TenantID, t.ID):
		return refuse(RuleTenant, "%s belongs to another tenant than %s. %s", name, t.Name, again), ""
	case who.Elsewhere:
		return refuse(RuleAccount, "%s is a guest in %s, and only accounts of its own can be linked. %s", name, t.Name, again), ""
	case who.Disabled:
		return refuse(RuleAccount, "%s is disabled in %s. Nothing was linked. Ask an administrator of %s to enable it, then press Link.",
			name,
			t.Name, t.Name), ""
	}
	if own, ok := t.Approver(by.ID); ok && own.is(who.ObjectID, who.UPN) {
		return nil, ""
	}
	for _, a := range t.Approvers {
		if a.is(who.ObjectID, who.UPN) {
			return refuse(RuleAccount, "%s is the account with which an approver signs in, and belongs to that approver's Slack account "+
				"alone. Nothing was linked. If both are yours, use that Slack account. If you did not sign in with it, tell your "+
				"security team.",
				name), a.Slack
		}
	}
	return nil, ""
}

// tellOthers tells whoever else in Slack has this account, by a link or by an address of it, that
// somebody has signed in with it. They count as one person from now on, who may not approve what
// the other asks for; if it is not theirs, their sign-in was used by somebody else.
func (e *Engine) tellOthers(ctx context.Context, l *Linking, who identity.Account) {
	for _, other := range e.othersOf(ctx, l, who) {
		told := e.showLink(&Linking{To: people.Person{ID: other}, Tenant: l.Tenant, Other: l.To.ID, Said: fmt.Sprintf("Another Slack "+
			"account was linked to your account of %s, %s. From now on both count as the same person here: neither can approve what the "+
			"other asks for. If the other Slack account is not yours, somebody has used your sign-in. Tell your security team and "+
			"the operator of this bot now, who removes that link.", l.Tenant.Name, cmp.Or(who.UPN, who.ObjectID))})
		if l.Other != "" {
			continue
		}
		l.Other = other
		l.Said += " Another Slack account has it too. Both count as the same person: neither can approve what the other asks for."
		if told {
			l.Said += " That one was told."
		}
	}
}

// othersOf are the other Slack accounts of an account, as far as that is known.
func (e *Engine) othersOf(ctx context.Context, l *Linking, who identity.Account) (others []string) {
	add := func(slack string) {
		if slack != "" && slack != l.To.ID && !slices.Contains(others, slack) {
			others = append(others, slack)
		}
	}
	all, err := e.store.Links(ctx)
	if err != nil {
		e.log.Error("looking for other links of an account", "account", who.ObjectID, "err", err)
	}
	for _, other := range all {
		if other.IsOf(l.Tenant.ID, who.ObjectID) {
			add(other.Slack)
		}
	}
	for _, address := range []string{who.Mail, who.UPN} {
		if e.people == nil || address == "" {
			continue
		}
		slack, err := e.people.WithAddress(ctx, address)
		if err != nil {
			e.log.Warn("it is not known who in Slack has the address of an account", "account", who.ObjectID, "err", err)
		}
		add(slack)
	}
	return others
}

// showLink has the person shown how far it is.
func (e *Engine) showLink(l *Linking) bool {
	err := e.insist(func(ctx context.Context) (err error) {
		l.Channel, l.TS, err = e.msg.ShowLink(ctx, *l)
		return err
	})
	if err != nil {
		e.log.Warn("message not sent", "to", l.To.ID, "message", "link", "err", err)
	}
	return err == nil
}

// voidLink removes a link whose account is no longer there, or no longer enabled, as a sign-in
// has found, and tells its person.
func (e *Engine) voidLink(ctx context.Context, l identity.Link, why string) {
	now, err := e.store.Link(ctx, l.Slack, l.TenantID)
	if err != nil || now != l {
		return // it was made again meanwhile
	}
	if err := e.store.DropLink(ctx, l.Slack, l.TenantID); err != nil {
		e.log.Error("removing a link", "slack", l.Slack, "err", err)
		return
	}
	e.log.Info("a link is void", "slack", l.Slack, "tenant", l.TenantID, "account", l.ObjectID, "why", why)
	i := slices.IndexFunc(e.desk.tenants, func(t Tenant) bool { return strings.EqualFold(t.ID, l.TenantID) })
	if i < 0 {
		return
	}
	t := e.desk.tenants[i]
	e.showLink(&Linking{To: people.Person{ID: l.Slack}, Tenant: t, Again: true, Said: fmt.Sprintf("The account of %s that your Slack "+
		"account was linked to %s, so the link was removed. Press Link and sign in with the account that you have now.", t.Name, why)})
}

// linkAdvice is why a sign-in to be linked failed and what to do, for each reason that is not
// the same for all. The reader is no administrator.
var linkAdvice = map[SignInReason]string{
	SignInBlocked: "Your organization does not allow this sign-in: Conditional Access blocks it. Nothing was linked. Ask your " +
		"administrators to allow the device code flow for you and the client of this bot (Conditional Access › Conditions › " +
		"Authentication flows), then press Link.",
	SignInNoConsent: "Your organization has not allowed the client of this bot to read who you are. Nothing was linked. Ask the operator " +
		"of this bot to have User.Read consented for everybody, then press Link.",
	SignInNotAssigned: "Your account is not assigned to the client of this bot, so you can't sign in to it. Nothing was linked. Ask the " +
		"operator of this bot to assign you, or the group of all who ask for apps (Enterprise applications › Users and groups), then " +
		"press Link.",
	SignInWrongTenant: "That account does not belong to this tenant. Nothing was linked. Press Link and sign in with your account of " +
		"this tenant.",
}

// linkFailure says why nobody was linked, and what to do.
func linkFailure(t Tenant, err error) string {
	no, ok := errors.AsType[*SignInError](err)
	advice := ""
	if ok {
		advice = linkAdvice[no.Reason]
	}
	if advice == "" {
		return strings.ReplaceAll(signInFailure(err, "Link").Text, "Nothing was changed.", "Nothing was linked.")
	}
	if no.Code != 0 {
		advice += fmt.Sprintf(" (AADSTS%d)", no.Code)
	}
	return strings.ReplaceAll(advice, "this tenant", t.Name)
}
