package workflow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/text"
)

// live is what is in memory only: a code that somebody was shown, and then the
// token of the admin who used it. It ends with the process.
type live struct {
	n       int // SignIn.N
	prompt  *Prompt
	cancel  context.CancelFunc
	session Session // nil until the person has signed in
	err     error   // why nobody did
	over    bool    // session or err is set
}

// end forgets the code or the token. The entry must be out of the map, or the
// map out of use.
func (l *live) end() {
	l.cancel()
	if l.session != nil {
		l.session.Close()
	}
}

// LogValue keeps everything of it out of logs.
func (*live) LogValue() slog.Value { return slog.StringValue("[live]") }

// drop forgets what is in memory for a request.
func (e *Engine) drop(id string) {
	e.mu.Lock()
	l := e.live[id]
	delete(e.live, id)
	e.mu.Unlock()
	if l != nil {
		l.end()
	}
}

// prompt is the code that the request's approver has now, if any.
func (e *Engine) prompt(r *Request) *Prompt {
	e.mu.Lock()
	defer e.mu.Unlock()
	if l := e.live[r.ID]; l != nil && r.State == StateSignIn && r.SignIn.Status == SignInWaiting && l.n == r.SignIn.N {
		return l.prompt
	}
	return nil
}

// signIn brings a sign-in on: a code that is wanted is made, one that has been
// used is checked, one that went with an earlier process is declared over.
func (e *Engine) signIn(ctx context.Context, r *Request) bool {
	e.mu.Lock()
	l := e.live[r.ID]
	var over bool
	if l != nil {
		over = l.over && l.n == r.SignIn.N
	}
	e.mu.Unlock()
	switch {
	case !e.now().Before(r.Entered.Add(e.policy.PendingExpires)):
		return e.abandon(r)
	case r.SignIn.Status == SignInWanted:
		e.drop(r.ID)
		return e.askCode(ctx, r)
	case r.SignIn.Status != SignInWaiting:
		e.drop(r.ID)
		return false
	case l == nil || l.n != r.SignIn.N:
		return e.signInOver(r, Failure{Rule: RuleRestart,
			Text: e.progress(r) + "The bot was restarted, so that code no longer works. Press New code to sign in."}, EventRestarted)
	case over && l.err != nil:
		return e.signInOver(r, signInFailure(l.err, "New code"), EventSignInFailed)
	case over:
		return e.checkSigner(r, l.session)
	}
	return false // somebody is signing in
}

// progress says how many steps are done, where some are.
func (e *Engine) progress(r *Request) string {
	if done, all := r.Steps.Count(); done > 0 {
		return fmt.Sprintf("%d of %d steps are done and stay done. ", done, all)
	}
	return ""
}

// askCode makes a device code, saves that there is one, and waits for the person
// in a goroutine of its own.
func (e *Engine) askCode(ctx context.Context, r *Request) bool {
	if wait := r.SignIn.After.Sub(e.now()); wait > 0 {
		sleep(ctx, wait)
		return ctx.Err() == nil
	}
	ctx, cancel := context.WithCancel(ctx)
	signing, err := e.dir.SignIn(ctx, r.Tenant, r.rights().scopes())
	if err != nil {
		cancel()
		return ctx.Err() == nil || e.codeFailed(r, err)
	}
	prompt := signing.Prompt()
	l := &live{n: r.SignIn.N + 1, prompt: &prompt, cancel: cancel}
	e.mu.Lock()
	e.live[r.ID] = l // before it is saved, because the save has the message drawn
	e.mu.Unlock()
	saved, err := e.save(r.ID, func(now *Request, _ time.Time) error {
		if now.State != StateSignIn || now.SignIn.Status != SignInWanted || now.Approval.N != r.Approval.N || now.SignIn.N != r.SignIn.N {
			return ErrUnchanged // cancelled meanwhile
		}
		now.SignIn.N = l.n
		now.SignIn.Status, now.SignIn.Expires = SignInWaiting, prompt.Expires
		now.Rev++
		return nil
	})
	if err != nil || saved.State != StateSignIn || saved.SignIn.Status != SignInWaiting {
		e.drop(r.ID)
		return err == nil
	}
	e.wg.Go(func() {
		var session Session
		err := errors.New("the sign-in was not waited for")
		e.caught(r.ID, func() {
			ask := askFor(r)
			tenant, _ := e.desk.Tenant(r.Tenant)
			ask.Assigned = len(tenant.Sufficient) > 0
			session, err = signing.Wait(ctx, ask)
		})
		e.mu.Lock()
		dropped := e.live[r.ID] != l
		if !dropped {
			l.session, l.err, l.over = session, err, true
		}
		e.mu.Unlock()
		if dropped && session != nil {
			session.Close()
		}
		e.Wake(r.ID)
	})
	return false
}

// askFor is what a session for r reads first.
func askFor(r *Request) Ask {
	a := Ask{Resources: r.rights().plan.Resources(), Email: r.Requester.Address(), Policy: bringsCredential(r) || opensToOthers(r),
		Application: r.Made.ObjectID, New: creates(r) && r.Made.ObjectID == "",
		Born: r.Made.Born, Changed: r.Made.Changed, Given: r.Made.Given, Removed: r.Made.Removed, Taken: r.Taken.Permissions,
		Restored: r.Steps.Get(StepRestore) != nil, AzureUnsure: len(r.AzureResidue) > 0}
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

// codeFailed notes that no code could be made, and tries again for a while.
func (e *Engine) codeFailed(r *Request, err error) bool {
	later, ok := errors.AsType[Temporary](err)
	_, saveErr := e.save(r.ID, func(now *Request, at time.Time) error {
		if now.State != StateSignIn || now.SignIn.Status != SignInWanted {
			return ErrUnchanged
		}
		s := &now.SignIn
		if s.Since.IsZero() {
			s.Since = at
		}
		s.Tries++
		if ok {
			if wait := max(later.RetryAfter(), e.backoff(s.Tries)); at.Add(wait).Before(s.Since.Add(stepTimeout)) {
				s.After = at.Add(wait)
				return nil
			}
		}
		s.Status = SignInOver
		now.Failure = signInFailure(err, "New code")
		now.note(at, Event{Kind: EventSignInFailed, Text: now.Failure.Text})
		return nil
	})
	e.log.Warn("no device code", "request", r.ID, "err", err)
	return saveErr == nil
}

// signInOver notes why a code is no use any more. New code is the way on.
func (e *Engine) signInOver(r *Request, f Failure, what EventKind) bool {
	e.drop(r.ID)
	_, err := e.save(r.ID, func(now *Request, at time.Time) error {
		if now.State != r.State || now.SignIn.N != r.SignIn.N || now.SignIn.Status == SignInOver {
			return ErrUnchanged
		}
		now.SignIn.Status, now.Failure = SignInOver, f
		if now.State == StateProvisioning {
			now.move(StateSignIn, at, Event{Kind: what, Text: f.Text})
		} else {
			now.note(at, Event{Kind: what, Text: f.Text})
		}
		return nil
	})
	return err == nil
}

// abandon ends a request whose approver never signed in.
func (e *Engine) abandon(r *Request) bool {
	e.drop(r.ID)
	_, err := e.save(r.ID, func(r *Request, now time.Time) error {
		if r.State != StateSignIn {
			return ErrUnchanged
		}
		text := fmt.Sprintf("Nobody signed in within %s. ", text.Days(e.policy.PendingExpires))
		if t := tasks[r.Task]; t.back != "" {
			r.move(t.back, now, Event{Kind: EventSignInFailed, Text: text + "The " + t.stays + "."})
			return nil
		}
		if untouched(r) {
			r.move(StateExpired, now, Event{Kind: EventExpired, Text: text + "Nothing was changed. It can be asked for again."})
			return nil
		}
		giveUpTo(r, now, text+remains(r), Event{Kind: EventFailed, Text: text + remains(r)})
		return nil
	})
	return err == nil
}

// checkSigner lets a session begin, or says which rule is against it.
func (e *Engine) checkSigner(r *Request, s Session) bool {
	who := s.Signer()
	tenant, _ := e.desk.Tenant(r.Tenant)
	no := signerProblem(r, tenant, who)
	if no == nil {
		var err error
		if no, err = refusal(stale(context.WithoutCancel(e.hard), e.store, r)); err != nil {
			e.log.Error("reading", "request", r.Target.Request, "err", err)
			return false
		}
	}
	if no == nil && r.HandsOver() { // where nobody knows, the step that makes it waits
		if why, err := away(context.WithoutCancel(e.hard), e.people, r); err == nil && why != "" {
			no = noRecipient(r, why, "Nothing was changed. Press Cancel, and then Deny; whoever needs the app now asks for it themselves.")
		}
	}
	if no != nil {
		e.log.Warn("sign-in refused", "request", r.ID, "rule", no.Rule, "account", who.ObjectID)
		s.Close()
	}
	_, err := e.save(r.ID, func(now *Request, at time.Time) error {
		if now.State != StateSignIn || now.SignIn.N != r.SignIn.N || now.SignIn.Status != SignInWaiting {
			return ErrUnchanged
		}
		now.SignIn.Account, now.SignIn.ObjectID = who.UPN, who.ObjectID
		if no != nil {
			now.SignIn.Status = SignInOver
			now.Failure = Failure{Rule: no.Rule, Text: no.Text}
			now.note(at, Event{By: now.Approval.By.ID, Kind: EventSignInFailed, Text: no.Text})
			return nil
		}
		if begin := tasks[now.Task].begin; begin != nil {
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
			"to approve it.", r.ID, text.Count(r.Plan.Needs(), "approval"))
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

// signInFailure says why a sign-in failed, and what to do: button asks for
// another code.
func signInFailure(err error, button string) Failure {
	f := Failure{Rule: RuleSignIn}
	if t := explained(err); t != nil {
		f.Text, f.Ref = t.Text+" The sign-in failed, and nothing was changed. Press "+button+" after that.", t.Ref
		return f
	}
	no, ok := errors.AsType[*SignInError](err)
	if !ok {
		f.Text = "The sign-in failed: Microsoft returned an unexpected response. Nothing was changed. Press " + button + " to try again."
		return f
	}
	switch no.Reason {
	case SignInDeclined:
		f.Text = "The sign-in was declined at Microsoft. Nothing was changed. Press " + button + " if that was a mistake."
	case SignInExpired:
		f.Text = "The code expired before anybody signed in. Nothing was changed. Press " + button + "."
	case SignInBlocked:
		f.Text = "Conditional Access blocks this sign-in. Nothing was changed. Ask for the device code flow to be allowed for this " +
			"account and this bot's client (Conditional Access › Conditions › Authentication flows), then press " + button + "."
	case SignInNoConsent:
		f.Text = "The bot's own client has no admin consent in this tenant for what it has to do. Nothing was changed. A Global " +
			"Administrator has to grant admin consent to the bot's client (Enterprise applications › Permissions), then press " + button +
			"."
	case SignInNotAssigned:
		f.Text = "This account is not assigned to the bot's own client. Nothing was changed. Assign it (Enterprise applications › Users " +
			"and groups), then press " + button + "."
	case SignInWrongTenant:
		f.Text = "That account does not belong to this tenant. Nothing was changed. Press " + button +
			" and sign in with your account of this tenant."
	case SignInClient:
		f.Text = "Entra does not accept the bot's own client: it does not exist in this tenant, or public client flows are not allowed " +
			"for it. Nothing was changed. The operator has to check client_id and \"Allow public client flows\", then press " + button + "."
	case SignInTenant:
		f.Text = "Entra does not know the tenant that this bot is configured for. Nothing was changed. The operator has to check " +
			"tenant_id, and whether cloud (or authority_url) names the cloud that the tenant is in; then press " + button + "."
	case SignInMFA:
		f.Text = "Entra asks for stronger proof than this sign-in gave. Nothing was changed. Press " + button +
			" and complete multifactor authentication."
	default:
		f.Text = "Entra refused the sign-in. Nothing was changed. Press " + button + " to try again."
	}
	if no.Code != 0 {
		f.Text += fmt.Sprintf(" (AADSTS%d)", no.Code)
	}
	f.Ref = no.Ref
	return f
}
