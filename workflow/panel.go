package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/policy"
	"github.com/entra-app/entra-app/workflow/text"
)

// Nobody approves what they gain by. That is compared here and nowhere else: when somebody
// presses, when another agrees, and when the last of them signs in.

// gainers are the people who gain by r: whoever asked, and the owners in its plan.
func gainers(r *Request) []people.Person { return involved(r) }

// A panel is the approvers of a tenant, and what tells who they and others are.
type panel struct {
	Tenant
	known bool // the tenant is configured
	rules *policy.Rules
	ties  ties
	// who has signed in; nil while nobody has. From then on accounts are compared, as they were
	// looked up with that sign-in, and an approver whose account is not known counts for nothing.
	who   *Signer
	asked string // by what the requester was looked up with it
}

// panel is that of r's tenant, as the links in the store tell who is who.
func (d *Desk) panel(ctx context.Context, r *Request) (panel, error) {
	t, ok := d.Tenant(r.Tenant)
	p := panel{Tenant: t, known: ok, rules: d.policy.Rules}
	var err error
	p.ties, err = d.tiesOf(ctx, t, slices.Concat(gainers(r), r.previous().Owners, approverPeople(t)))
	return p, err
}

func approverPeople(t Tenant) (all []people.Person) {
	for _, a := range t.Approvers {
		all = append(all, people.Person{ID: a.Slack})
	}
	return all
}

// names are all that is known to name a person: Slack and object IDs, user principal names,
// addresses. One in common is enough to take two for the same.
type names []string

func (n names) with(more ...string) names {
	for _, m := range more {
		if m = strings.ToLower(strings.TrimSpace(m)); m != "" {
			n = append(n, m)
		}
	}
	return n
}

func (n names) of(a Account) names { return n.with(a.ObjectID, a.UPN, a.Mail) }

func (n names) any(of names) bool {
	return slices.ContainsFunc(n, func(s string) bool { return slices.Contains(of, s) })
}

// namesOf are those of somebody who gains. An address of theirs never proves who they are, and
// it is enough to say no by.
func (p panel) namesOf(r *Request, q people.Person) names {
	tie := p.ties[q.ID]
	n := names{}.with(q.ID, q.Email, tie.Email, tie.account)
	if a, ok := p.Approver(q.ID); ok {
		n = n.with(a.Entra)
	}
	if p.who != nil {
		accounts, _ := p.who.accounts(tie.key())
		if q.ID == r.Requester.ID {
			accounts = p.who.Requesters
		}
		for _, a := range accounts {
			n = n.of(a)
		}
	}
	return n
}

// approverNames are those of an approver.
func (p panel) approverNames(a Approver) names {
	n := names{}.with(a.Slack, a.Entra, p.ties[a.Slack].account, p.ties[a.Slack].Email)
	if p.who == nil {
		return n
	}
	if a.is(p.who.ObjectID, p.who.UPN) {
		n = n.with(p.who.ObjectID, p.who.UPN, p.who.Mail).with(p.who.Addresses...)
	}
	for _, of := range p.accountsOf(a) {
		n = n.of(of)
	}
	return n
}

// accountsOf are the accounts of an approver, as they were looked up at the sign-in.
func (p panel) accountsOf(a Approver) []Account {
	accounts, _ := p.who.accounts(a.Entra)
	return slices.DeleteFunc(slices.Clone(accounts), func(of Account) bool { return !a.is(of.ObjectID, of.UPN) })
}

// resolved reports whether it is known which account an approver's is. Before a sign-in that is
// not asked.
func (p panel) resolved(a Approver) bool {
	return p.who == nil || a.is(p.who.ObjectID, p.who.UPN) || len(p.accountsOf(a)) == 1 || text.IsGUID(strings.ToLower(a.Entra)) ||
		p.ties[a.Slack].linked != ""
}

// gains returns who of those who gain by r an approver is, if they are one of them.
func (p panel) gains(r *Request, a Approver) (people.Person, bool) {
	is := p.approverNames(a)
	all := gainers(r)
	if i := slices.IndexFunc(all, func(q people.Person) bool { return is.any(p.namesOf(r, q)) }); i >= 0 {
		return all[i], true
	}
	return people.Person{}, false
}

// may reports whether the operator's rules let an approver decide on r. Nobody is an approver by a rule: it takes an account in
// the tenant, which the list of approvers has.
func (p panel) may(r *Request, a Approver) bool {
	return p.rules.MayApprove(r.Tenant, r.Product, a.Slack)
}

// selfApproval says no to an approver who gains by r.
func (p panel) selfApproval(r *Request, a Approver) *Refusal {
	q, gains := p.gains(r, a)
	switch {
	case !gains:
		return nil
	case q.ID == a.Slack && q.ID == r.Requester.ID:
		return refuse(RuleSelfApproval, "You asked for %s yourself, so someone else has to decide.", r.ID)
	case q.ID == a.Slack:
		return refuse(RuleSelfApproval, "You would be an owner of the app of %s, so someone else has to decide.", r.ID)
	}
	return refuse(RuleSelfApproval, "You would sign in as %s, which is the account of %s, who %s. Someone else has to decide.", a.Entra,
		q.Name, gainsAs(r, q))
}

// gainsAs says what somebody gains by r, after "who".
func gainsAs(r *Request, q people.Person) string {
	if q.ID == r.Requester.ID {
		return "asked for " + r.ID
	}
	return "would be an owner of the app of " + r.ID
}

// approvals are the approvers who stand behind r's plan as it is, each account once: those who
// agreed before, and whoever has to sign in or presses now. Nobody counts who gains by it, nor
// anyone who is no approver any more.
func (p panel) approvals(r *Request, last people.Person) (behind []Approver) {
	count := func(by people.Person) {
		a, ok := p.Approver(by.ID)
		if !ok || !p.resolved(a) || !p.may(r, a) {
			return
		}
		if _, gains := p.gains(r, a); gains {
			return
		}
		is := p.approverNames(a)
		if !slices.ContainsFunc(behind, func(b Approver) bool { return is.any(p.approverNames(b)) }) {
			behind = append(behind, a)
		}
	}
	count(last)
	for _, a := range standing(r) {
		count(a.By)
	}
	return behind
}

// mayDecide says no to anyone who may not decide on r.
func (d *Desk) mayDecide(r *Request, by people.Person, p panel) *Refusal {
	if no := TurnedAway(by); no != nil {
		return no
	}
	a, approver := p.Approver(by.ID)
	switch {
	case !p.known:
		return refuse(RuleNotApprover, "The tenant of %s is no longer configured, so nobody can decide on it. Ask the operator of this "+
			"bot.", r.ID)
	case !approver && d.Sight(r, by, "") < SeesDetail:
		return refuse(RuleNotApprover, "Only the approvers of its tenant can decide on %s. Nothing was changed.", r.ID)
	case !approver:
		return refuse(RuleNotApprover, "Only the approvers of %s can decide on %s. Nothing was changed.", p.Name, r.ID)
	case !p.may(r, a):
		return refuse(RuleNotApprover, "The rules of this bot leave %s of %s to other approvers, so you can't decide on %s. Nothing was "+
			"changed.", r.Product, p.Name, r.ID)
	}
	return p.selfApproval(r, a)
}

// tooFew says no to whoever cannot be the last of the approvers that r's plan takes.
func (p panel) tooFew(r *Request, last people.Person) *Refusal {
	if got := len(p.approvals(r, last)); got < r.Needs() {
		return refuse(RuleApprovals, "%s takes %s, and with yours it has %d. Another approver has to press Approve first.", r.ID,
			text.Count(r.Needs(), "approval"), got)
	}
	return nil
}

// enough says no to a request for which there can never be enough approvers.
func (p panel) enough(r *Request) *Refusal {
	others, asks := 0, false
	for _, a := range p.Approvers {
		q, gains := p.gains(r, a)
		asks = asks || gains && q.ID == r.Requester.ID
		if !gains && p.may(r, a) {
			others++
		}
	}
	need := approvalsTaken(r)
	switch {
	case others >= need:
		return nil
	case need == 1 && asks:
		return refuse(RuleApprovals, "You are the only approver of %s, and nobody approves what they ask for. Nothing was sent. Ask the "+
			"operator of this bot to add another approver, or have somebody else ask for it.", p.Name)
	case need == 1:
		return refuse(RuleApprovals, "The only approver of %s would be an owner of this app, and nobody approves what they gain by. "+
			"Nothing was sent. Leave them out of the owners, or ask the operator of this bot to add another approver.", p.Name)
	}
	return refuse(RuleApprovals, "%s takes the approval of %d people, and %s has only %s besides those who gain by it. Ask the operator "+
		"of this bot to add one.", r.Product, need, p.Name, text.Count(others, "approver"))
}

// A tie is what tells who a person is in a tenant.
type tie struct {
	people.Person // as Slack has them
	// linked is the object ID of the account that they have shown to be theirs, while that
	// holds; account likewise, though it may have to be shown again: it is enough to say no by.
	linked, account string
	unread          error // why it is not known whether they are linked
	silent          error // why Slack did not say who they are now
}

// ties are those of people, by Slack ID.
type ties map[string]tie

// key is by what the account of a person is looked up: its object ID, or a confirmed address.
func (t tie) key() string {
	if t.linked != "" {
		return t.linked
	}
	return t.Address()
}

// tiesOf reads who people are linked to. A link that can't be read says nothing, and is not
// taken for none.
func (d *Desk) tiesOf(ctx context.Context, t Tenant, of []people.Person) (ties, error) {
	all := make(ties)
	for _, q := range of {
		if _, seen := all[q.ID]; seen {
			continue
		}
		l, holds, err := d.LinkOf(ctx, q.ID, t.ID)
		is := tie{Person: q}
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			is.unread = fmt.Errorf("the link of %s: %w", q.ID, err)
		default:
			is.account = l.ObjectID
			if holds {
				is.linked = l.ObjectID
			}
		}
		all[q.ID] = is
	}
	return all, ctx.Err()
}
