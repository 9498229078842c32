package workflow

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/text"
)

// Whether the account that signed in may carry a request out.

// askFor is what a session for r reads first.
func askFor(r *Request, p panel) Ask {
	a := Ask{Resources: r.rights().plan.Resources(), Email: p.ties[r.Requester.ID].key(), Policy: bringsCredential(r) || opensToOthers(r),
		Application: r.Made.ObjectID, Assigned: len(p.Sufficient) > 0, New: creates(r) && r.Made.ObjectID == "",
		Born: r.Made.Born, Changed: r.Made.Changed, Given: r.Made.Given, Removed: r.Made.Removed, Taken: r.Taken.Permissions,
		Restored: r.Steps.Get(StepRestore) != nil, Whole: r.rights().whole, AzureUnsure: len(r.Residue.Azure) > 0, Looks: r.task().looks}
	for _, role := range r.Taken.DirectoryRoles {
		a.TakenRoles = append(a.TakenRoles, role.TemplateID)
	}
	if w := azureOf(r); w.acts {
		a.Subscriptions, a.AzureRights = w.subscriptions(), w.rights()
	}
	if r.task().looks {
		a.Subscriptions = r.Plan.Subscriptions
	}
	for _, q := range append(slices.Clone(r.Plan.Owners), r.previous().Owners...) {
		if key := p.ties[q.ID].key(); key != "" {
			a.Owners = append(a.Owners, key)
		}
	}
	for _, agreed := range standing(r) {
		if by, ok := p.Approver(agreed.By.ID); ok && by.Slack != r.Approval.By.ID {
			a.Owners = append(a.Owners, by.Entra)
		}
	}
	return a
}

// checkSigner lets a session begin, or says which rule is against it. What has to be read
// elsewhere is read first; every rule is asked in the transaction that acts on it.
func (e *Engine) checkSigner(r *Request, l *live) bool {
	ctx, s := context.WithoutCancel(e.hard), l.session
	who := s.Signer()
	p, err := e.desk.panel(ctx, r)
	if err != nil {
		e.log.Error("reading", "request", r.ID, "err", err)
		return false
	}
	e.desk.afresh(ctx, p, gainers(r))
	p.who, p.asked = &who, l.asked
	elsewhere, err := e.againstElsewhere(ctx, r)
	if err != nil {
		e.log.Error("reading", "request", r.Target.Request, "err", err)
		return false
	}
	owners := e.awaitOwners(ctx, r, s, p)
	if e.stop.Err() != nil && owners.due {
		return false // the next process asks for another sign-in
	}
	var no *Refusal
	void := false
	_, err = e.save(r.ID, func(now *Request, at time.Time) error {
		no = nil
		if now.State != StateSignIn || now.SignIn.N != r.SignIn.N || now.SignIn.Status != SignInWaiting {
			return ErrUnchanged
		}
		e.policy.raise(now)
		var known identity.Known
		var back bool
		if no = signerProblem(now, p); no == nil {
			no = cmp.Or(e.desk.against(now, now.Task), elsewhere)
		}
		if no == nil && now.Task.carriesOut() {
			if known, no, back = p.identified(now, at); no == nil {
				no = owners.against(now, known)
			}
		}
		if void = back && p.ties[now.Requester.ID].linked != ""; back && untouched(now) {
			now.SignIn.Account, now.SignIn.ObjectID = who.UPN, who.ObjectID
			backToUnlinked(now, at, Event{By: now.Approval.By.ID, Kind: EventSignInFailed, Text: no.Text})
			return nil
		}
		e.signedIn(now, at, who, no)
		if no == nil && known.How != "" {
			now.Known, now.Made.Owner = known, known.ObjectID
		}
		return nil
	})
	if void && err == nil {
		e.voidLinkOf(ctx, r, p)
	}
	if no != nil {
		e.log.Warn("sign-in refused", "request", r.ID, "rule", no.Rule, "account", who.ObjectID)
		s.Close()
	}
	return err == nil
}

// againstElsewhere is what is against r that is not in r: another request manages the app by
// now, or whoever would be given its credential is gone.
func (e *Engine) againstElsewhere(ctx context.Context, r *Request) (*Refusal, error) {
	no, err := refusal(stale(ctx, e.store, r))
	if no != nil || err != nil || !r.HandsOver() {
		return no, err
	}
	// where nobody knows, the step that makes it waits
	if why, err := away(ctx, e.people, r); err == nil && why != "" {
		return noRecipient(r, why, "Nothing was changed. Press Cancel, and then Deny; whoever needs the app now asks for it "+
			"themselves."), nil
	}
	return nil, nil
}

// signedIn notes who has signed in, and lets r begin or says what is against it.
func (e *Engine) signedIn(now *Request, at time.Time, who Signer, no *Refusal) {
	now.SignIn.Account, now.SignIn.ObjectID = who.UPN, who.ObjectID
	if no != nil {
		now.SignIn.Status = SignInOver
		now.Failure = Failure{Rule: no.Rule, Text: no.Text}
		now.note(at, Event{By: now.Approval.By.ID, Kind: EventSignInFailed, Text: no.Text})
		return
	}
	if begin := now.task().begin; begin != nil {
		begin(now)
	}
	now.SignIn.Status, now.SignIn.Unknown = SignInDone, onlyLeft(now, who.UnknownSubscriptions)
	now.Made.TenantID, now.Made.TenantName, now.Made.Domain = who.TenantID, who.TenantName, who.Domain
	if len(who.Requesters) == 1 {
		now.Made.Owner = who.Requesters[0].ObjectID
	}
	now.Failure = Failure{}
	now.Steps.newSession()
	now.move(StateProvisioning, at, Event{By: now.Approval.By.ID, Kind: EventSignedIn, Text: "signed in as " + who.UPN})
}

// signerProblem says why the account that p has signed in with may not carry r out, or nil. It
// is all that stands between a sign-in and a change in the tenant.
func signerProblem(r *Request, p panel) *Refusal {
	t, who := p.Tenant, *p.who
	approver, configured := t.Approver(r.Approval.By.ID)
	switch {
	case !configured || !p.may(r, approver):
		return refuse(RuleNotApprover, "%s is no longer an approver of %s. Nothing was changed.", r.Approval.By.Name, r.Tenant)
	case r.Approval.Digest != shownDigest(r):
		return refuse(RuleDigest, "The plan is not the one that was approved. Nothing was changed.")
	case !strings.EqualFold(who.TenantID, t.ID) || !strings.EqualFold(who.TenantID, r.Plan.TenantID):
		return refuse(RuleTenant, "%s belongs to another tenant than %s. Nothing was changed. Press New code and sign in with your "+
			"account of %s.", who.UPN, r.Tenant, r.Tenant)
	case !approver.is(who.ObjectID, who.UPN):
		return refuse(RuleAccount, "%s signed in, but %s is the account of this approver. Nothing was changed. Press New code and sign "+
			"in with %s.", who.UPN, approver.Entra, approver.Entra)
	}
	if q, gains := p.gains(r, approver); gains {
		return refuse(RuleRequesterSelf, "%s is the account of %s, who %s. Nothing was changed. Someone else has to approve it and "+
			"sign in.", who.UPN, q.Name, gainsAs(r, q))
	}
	if r.Task.carriesOut() && len(p.approvals(r, r.Approval.By)) < r.Needs() {
		return refuse(RuleApprovals, "%s takes %s, and no longer has as many. Nothing was changed. Press Cancel; another approver has "+
			"to approve it.", r.ID, text.Count(r.Needs(), "approval"))
	}
	if no := againstRoles(r, t, who); no != nil {
		return no
	}
	if no := againstPolicy(r, who.Policy); no != nil {
		return no
	}
	return againstAzure(r, who)
}
