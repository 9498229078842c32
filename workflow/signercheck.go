package workflow

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/text"
)

// Whether the account that signed in may carry a request out.

// askFor is what a session for r reads first.
func askFor(r *Request) Ask {
	a := Ask{Resources: r.rights().plan.Resources(), Email: r.Requester.Address(), Policy: bringsCredential(r) || opensToOthers(r),
		Application: r.Made.ObjectID, New: creates(r) && r.Made.ObjectID == "",
		Born: r.Made.Born, Changed: r.Made.Changed, Given: r.Made.Given, Removed: r.Made.Removed, Taken: r.Taken.Permissions,
		Restored: r.Steps.Get(StepRestore) != nil, Whole: r.rights().whole, AzureUnsure: len(r.Residue.Azure) > 0}
	for _, role := range r.Taken.DirectoryRoles {
		a.TakenRoles = append(a.TakenRoles, role.TemplateID)
	}
	if w := azureOf(r); w.acts {
		a.Subscriptions, a.AzureRights = w.subscriptions(), w.rights()
	}
	for _, p := range append(slices.Clone(r.Plan.Owners), r.previous().Owners...) {
		if p.Address() != "" {
			a.Owners = append(a.Owners, p.Address())
		}
	}
	return a
}

// checkSigner lets a session begin, or says which rule is against it.
func (e *Engine) checkSigner(r *Request, s Session) bool {
	who := s.Signer()
	tenant, _ := e.desk.Tenant(r.Tenant)
	other, err := refusal(stale(context.WithoutCancel(e.hard), e.store, r))
	if err != nil {
		e.log.Error("reading", "request", r.Target.Request, "err", err)
		return false
	}
	if other == nil && r.HandsOver() { // where nobody knows, the step that makes it waits
		if why, err := away(context.WithoutCancel(e.hard), e.people, r); err == nil && why != "" {
			other = noRecipient(r, why, "Nothing was changed. Press Cancel, and then Deny; whoever needs the app now asks for it "+
				"themselves.")
		}
	}
	var no *Refusal
	_, err = e.save(r.ID, func(now *Request, at time.Time) error {
		no = nil
		if now.State != StateSignIn || now.SignIn.N != r.SignIn.N || now.SignIn.Status != SignInWaiting {
			return ErrUnchanged
		}
		now.SignIn.Account, now.SignIn.ObjectID = who.UPN, who.ObjectID
		e.policy.raise(now)
		if no = signerProblem(now, tenant, who); no == nil {
			no = cmp.Or(e.desk.against(now, now.Task), other)
		}
		if no != nil {
			now.SignIn.Status = SignInOver
			now.Failure = Failure{Rule: no.Rule, Text: no.Text}
			now.note(at, Event{By: now.Approval.By.ID, Kind: EventSignInFailed, Text: no.Text})
			return nil
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
		return nil
	})
	if no != nil {
		e.log.Warn("sign-in refused", "request", r.ID, "rule", no.Rule, "account", who.ObjectID)
		s.Close()
	}
	return err == nil
}

// signerProblem says why this account may not carry r out, or nil. It is all
// that stands between a sign-in and a change in the tenant.
func signerProblem(r *Request, t Tenant, who Signer) *Refusal {
	approver, configured := t.Approver(r.Approval.By.ID)
	email := r.Requester.Email
	asker, askerKnown := t.Approver(r.Requester.ID)
	switch {
	case !configured:
		return refuse(RuleNotApprover, "%s is no longer an approver of %s. Nothing was changed.", r.Approval.By.Name, r.Tenant)
	case r.Approval.Digest != r.Plan.Digest():
		return refuse(RuleDigest, "The plan is not the one that was approved. Nothing was changed.")
	case !enoughBehind(r, t, who):
		return refuse(RuleApprovals, "%s takes %s, and no longer has as many. Nothing was changed. Press Cancel; another approver has "+
			"to approve it.", r.ID, text.Count(r.Needs(), "approval"))
	case !strings.EqualFold(who.TenantID, t.ID) || !strings.EqualFold(who.TenantID, r.Plan.TenantID):
		return refuse(RuleTenant, "%s belongs to another tenant than %s. Nothing was changed. Press New code and sign in with your "+
			"account of %s.", who.UPN, r.Tenant, r.Tenant)
	case !approver.is(who.ObjectID, who.UPN):
		return refuse(RuleAccount, "%s signed in, but %s is the account of this approver. Nothing was changed. Press New code and sign "+
			"in with %s.", who.UPN, approver.Entra, approver.Entra)
	case r.Approval.By.ID == r.Requester.ID,
		askerKnown && asker.is(who.ObjectID, who.UPN),
		email != "" && (strings.EqualFold(email, who.UPN) || strings.EqualFold(email, who.Mail)),
		slices.ContainsFunc(who.Requesters, func(a Account) bool { return strings.EqualFold(a.ObjectID, who.ObjectID) }):
		return refuse(RuleRequesterSelf,
			"%s is the account of %s, who asked for this. Nothing was changed. Someone else has to approve it and sign in.", who.UPN,
			r.Requester.Name)
	}
	if no := againstRoles(r, t, who); no != nil {
		return no
	}
	if no := againstPolicy(r, who.Policy); no != nil {
		return no
	}
	return againstAzure(r, who)
}
