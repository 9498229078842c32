package workflow

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
)

// How it is known who somebody is who asks. A link is their own sign-in. An address that Slack
// confirms is looked up at the approver's sign-in, and counts if exactly one enabled account has
// it. Who is not known waits in StateUnlinked, and no approver hears of it: not found is not
// taken for somebody else.

// TakesLink reports whether whoever asks for r has to have shown by a sign-in of their own who
// they are: it gives somebody the credential of an app that exists, or goes by who owns it.
func (r *Request) TakesLink() bool { return r.kind().takesLink || r.Plan.Backup.Server != "" }

// known is how it is known now who t's person is who asks for r: the zero Known is not at all,
// or not as well as r takes.
func (t tie) known(r *Request, now time.Time) identity.Known {
	switch {
	case t.unclear() != nil:
	case t.linked != "":
		return identity.Known{How: identity.KnownLink, ObjectID: t.linked, At: now}
	case r.TakesLink():
	case t.Address() != "":
		return identity.Known{How: identity.KnownAddress, At: now}
	}
	return identity.Known{}
}

// unclear is why it is not known whether it is known who somebody is.
func (t tie) unclear() error {
	if t.linked != "" {
		return t.unread
	}
	return cmp.Or(t.unread, t.silent)
}

// unknownWords say to whoever asks that it is not known who they are, and what to do.
func unknownWords(r *Request) string {
	if r.TakesLink() {
		return fmt.Sprintf("This takes a sign-in of your own, once: so it is certain which account of %s is yours. Press Link. The "+
			"request "+
			"goes on by itself then, and no approver sees it before.", r.Tenant)
	}
	return fmt.Sprintf("It is not known which account of %s is yours. Press Link and sign in with it, once. The request goes on by "+
		"itself then, and no approver sees it before.", r.Tenant)
}

// afresh has the people of a panel be as Slack has them now: an address that was written down is
// proof of nothing. Who can't be asked about is not known.
func (d *Desk) afresh(ctx context.Context, p panel, of []people.Person) {
	if d.people == nil {
		return
	}
	for _, q := range of {
		is := p.ties[q.ID]
		now, err := d.people.Person(ctx, q.ID)
		if err != nil {
			now, is.silent = people.Person{ID: q.ID, Name: q.Name}, fmt.Errorf("the profile of %s: %w", q.ID, err)
		}
		is.Person = now
		p.ties[q.ID] = is
	}
}

// seeKnown checks whether it is known who asks for a pending request, before somebody approves
// it. One of which it no longer is waits for its requester again.
func (d *Desk) seeKnown(ctx context.Context, r *Request, p panel) (*Refusal, error) {
	d.afresh(ctx, p, []people.Person{r.Requester})
	is := p.ties[r.Requester.ID]
	if err := is.unclear(); err != nil {
		d.log.Warn("it is not known who a requester is", "request", r.ID, "err", err)
		return refuse(RuleUnlinked, "It could not be read who %s is now, so nothing was done. Try again in a minute.", r.Requester.Name),
			nil
	}
	if is.known(r, d.now()).How != "" {
		return nil, nil
	}
	_, err := d.store.Update(ctx, r.ID, func(r *Request) error {
		if r.State != StatePending {
			return ErrUnchanged
		}
		now := d.now()
		backToUnlinked(r, now, Event{Kind: EventUnlinked, Text: "It is not known any more who " + r.Requester.Name +
			" is, so it waits for them to link their account."})
		r.WakeAt = d.policy.nextWake(r, now)
		return nil
	})
	d.changed(r.ID)
	return refuse(RuleUnlinked,
		"It is not known which account of %s is that of %s, who asked for %s. Nothing was done: it waits for them to "+
			"link their account, and comes back to you then.", r.Tenant, r.Requester.Name, r.ID), err
}

// backToUnlinked has r wait for its requester's own sign-in. Who approved it did so for somebody
// who is not known, and that counts for nothing.
func backToUnlinked(r *Request, now time.Time, e Event) {
	if !r.aboutApp() {
		r.Made = Made{}
	}
	r.Task, r.Steps, r.SignIn, r.Known, r.Agreed = nextTask(r), nil, SignIn{N: r.SignIn.N}, identity.Known{}, nil
	r.Failure = Failure{Rule: RuleUnlinked, Text: unknownWords(r)}
	r.Approval.Digest = ""
	r.move(StateUnlinked, now, e)
}

// mindUnlinked lets a request go on whose requester has linked their account, and ends one whose
// requester has not in time.
func (e *Engine) mindUnlinked(ctx context.Context, r *Request) bool {
	t, _ := e.desk.Tenant(r.Tenant)
	all, err := e.desk.tiesOf(ctx, t, []people.Person{r.Requester})
	is := all[r.Requester.ID]
	late := !e.now().Before(r.Entered.Add(e.policy.PendingExpires))
	if err != nil || is.linked == "" && !late {
		return false
	}
	_, err = e.save(r.ID, func(r *Request, now time.Time) error {
		switch {
		case r.State != StateUnlinked:
			return ErrUnchanged
		case is.linked != "":
			r.Known = is.known(r, now)
			backToPending(r, now, Failure{}, Event{By: r.Requester.ID, Kind: EventLinked,
				Text: "linked their account, so it waits for an approver"})
		default:
			r.Failure = Failure{}
			r.move(StateExpired, now, Event{Kind: EventExpired,
				Text: "Nobody linked their account in time, so the request has expired. It can be asked for again."})
		}
		return nil
	})
	return err == nil
}

// linked is called after a person was linked: what has waited for that goes on.
func (e *Engine) linked(slack, tenantID string) {
	found, _, err := Readable(every(context.WithoutCancel(e.hard), e.store, Query{Requester: slack}))
	if err != nil {
		e.log.Error("looking for requests that wait for a link", "slack", slack, "tenant", tenantID, "err", err)
	}
	for _, r := range found {
		if r.State == StateUnlinked {
			e.Wake(r.ID)
		}
	}
}

// identified says why it is not known who asks for r, as the tenant has been looked up with the
// sign-in, or nil. back reports that r has to wait for them again.
func (p panel) identified(r *Request, now time.Time) (is identity.Known, no *Refusal, back bool) {
	t := p.ties[r.Requester.ID]
	name, who := r.Requester.Name, p.who
	is = t.known(r, now)
	if t.unclear() != nil || t.key() != p.asked {
		return is, refuse(RuleUnlinked, "It could not be read who %s is now, or that has changed during the sign-in. Nothing was changed. "+
			"Press New code.", name), false
	}
	_, looked := who.accounts(t.key())
	looked = looked || len(who.Requesters) > 0
	why := ""
	switch {
	case is.How == "":
		why = "it is not known which account is theirs"
	case !looked && is.How == identity.KnownLink:
		return is, nil, false
	case !looked:
		why = "the client of this bot may not look people up (User.ReadBasic.All)"
	case len(who.Requesters) == 0 && is.How == identity.KnownLink:
		why = "the account that they were linked to is gone"
	case len(who.Requesters) == 0:
		why = "no account has the address in their Slack profile"
	case len(who.Requesters) > 1:
		why = fmt.Sprintf("%d accounts have the address in their Slack profile", len(who.Requesters))
	case who.Requesters[0].Disabled:
		why = "their account is disabled"
	default:
		is.ObjectID, is.UPN = who.Requesters[0].ObjectID, who.Requesters[0].UPN
		if is.How == identity.KnownAddress {
			is.How = identity.KnownMatch
		}
		return is, nil, false
	}
	return identity.Known{}, refuse(RuleUnlinked, "It is not certain who %s, who asked for %s, is in %s: %s. Nothing was changed, and the "+
		"approval counts no more. It waits for them to link their account, and comes back to you then.", name, r.ID, r.Tenant, why), true
}

// voidLinkOf removes the link of r's requester, whose account was found to be gone or disabled.
func (e *Engine) voidLinkOf(ctx context.Context, r *Request, p panel) {
	if l, err := e.store.Link(ctx, r.Requester.ID, p.ID); err == nil {
		e.voidLink(ctx, l, "is gone or disabled")
	}
}

// keyed is a session that knows by what each person was looked up.
type keyed struct {
	Session
	keys map[string]string
}

func (s keyed) Signer() Signer {
	who := s.Session.Signer()
	who.keys = s.keys
	return who
}

// keys are by what the people of p are looked up, by Slack ID.
func (p panel) keys() map[string]string {
	all := make(map[string]string)
	for id, t := range p.ties {
		all[id] = t.key()
	}
	return all
}

// of are the accounts of a person, and false where nobody has looked or by nothing.
func (s Signer) of(q people.Person) ([]Account, bool) {
	key, asked := s.keys[q.ID]
	if !asked {
		key = q.Address()
	}
	return s.accounts(strings.TrimSpace(key))
}
