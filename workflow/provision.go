package workflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

const (
	// stepTimeout is how long a step may wait for a service that does not answer as it should,
	// from its first try on. See Youth for what is not known everywhere yet.
	stepTimeout = 3 * time.Minute
	// verifyTimeout is how long it may wait for what somebody has made by hand, as a rule long
	// ago, to be known everywhere: what is not there by then was not made.
	verifyTimeout = 20 * time.Second
	// callLimit ends a call that nobody answers.
	callLimit = 60 * time.Second
)

// backoff is how long to wait after the nth try: 1, 2, 4, 8, then 10 seconds.
func backoff(n int) time.Duration {
	return min(10*time.Second, time.Second<<min(n-1, 10))
}

// provision makes the first step that is not done. The admin's token has to be
// in memory; where it is not, the admin is asked to sign in again.
func (e *Engine) provision(ctx context.Context, r *Request) bool {
	e.mu.Lock()
	l := e.live[r.ID]
	e.mu.Unlock()
	if l == nil || l.session == nil || l.n != r.SignIn.N {
		return e.signInOver(r, Failure{Rule: RuleRestart,
			Text: e.progress(r) + "The bot was restarted and has no token any more. Press New code and sign in again; it goes on with " +
				"the next step."}, EventRestarted)
	}
	next := r.Steps.next()
	if next == nil {
		return false
	}
	if wait := next.Retry.Sub(e.now()); next.Status == StepWaiting && wait > 0 {
		sleep(ctx, wait)
		return ctx.Err() == nil
	}
	return e.step(r, next.Name, l.session)
}

// step writes down what it is about to do, does it, and writes down what came
// of it. A crash in between finds the step begun, and makes sure again.
func (e *Engine) step(r *Request, name StepName, s Session) bool {
	r, err := e.save(r.ID, func(r *Request, now time.Time) error {
		st := r.Steps.Get(name)
		st.Status, st.At, st.Retry = StepRunning, now, time.Time{}
		if st.Since.IsZero() {
			st.Since = now
		}
		st.Tries++
		touch(r, name, now)
		if name == StepApplication && creates(r) && r.Made.Creator == "" {
			r.Made.Creator = r.SignIn.ObjectID
		}
		if name == StepServicePrincipal && r.Made.ServicePrincipal == "" && r.SignIn.ObjectID != "" {
			r.Made.Makers = set.Union(r.Made.Makers, []string{r.SignIn.ObjectID}, strings.EqualFold)
		}
		r.Rev++
		return nil
	})
	if err != nil {
		return false
	}
	limit := callLimit
	if name == StepConnect {
		limit = connectLimit
	}
	ctx, cancel := context.WithTimeout(e.hard, limit)
	defer cancel()
	began := e.now()
	done, err := e.ensure(ctx, r, name, s)
	e.log.Info("step", "request", r.ID, "step", name, "try", r.Steps.Get(name).Tries, "took", e.now().Sub(began), "err", err)
	if err != nil {
		if now, readErr := e.store.Get(context.WithoutCancel(e.hard), r.ID); readErr == nil {
			// the step may have learned how old the app is
			r = now
		}
		return e.stepFailed(ctx, r, name, s, err)
	}
	_, err = e.save(r.ID, func(r *Request, now time.Time) error {
		st := r.Steps.Get(name)
		st.Status, st.At, st.Note = StepDone, now, ""
		done(r, st)
		r.Rev++
		if last := r.Steps[len(r.Steps)-1]; last.Name == name {
			finishTask(r, now)
		}
		return nil
	})
	return err == nil
}

// finishNew ends a request whose app, or credential, is there.
func finishNew(r *Request, now time.Time) {
	switch {
	case r.Steps.done(StepConnect):
		r.move(handedOver(r), now, Event{Kind: EventReady,
			Text: fmt.Sprintf("%s and proven, and %s is connected with it: %s. Nobody was handed the credential.", Stands(r),
				r.Plan.Backup.Server, r.Made.Connected)})
	case !r.Plan.Credential.Kind.HandsOver():
		r.move(handedOver(r), now, Event{Kind: EventReady, Text: Stands(r) + " and checked. There is nothing secret to hand over."})
	default:
		r.Handover.Status = HandoverKept
		r.move(StateReady, now, Event{Kind: EventReady,
			Text: Stands(r) + " and proven. Its " + r.Plan.Credential.Kind.Noun() + " waits to be opened."})
	}
}

// handedOver is where a request goes whose credential is the requester's: one
// that took another's place waits until that is no longer needed.
func handedOver(r *Request) State {
	if r.Target.KeyID+r.Target.Thumbprint != "" {
		return StateOverlap
	}
	return StateDone
}

// ensure makes sure of one step, and returns what to write down.
func (e *Engine) ensure(ctx context.Context, r *Request, name StepName, s Session) (edit, error) {
	if r.Approval.Digest != r.Plan.Digest() {
		return nil, &ServiceError{Code: string(RuleDigest), Text: "The plan is not the one that was approved, so nothing more is done."}
	}
	if r.Target.Request != "" && !r.kind().restores && r.Made.ObjectID == "" {
		return nil, &ServiceError{Code: string(RuleNoApp),
			Text: "The app of this request is no longer known, so nothing is done. Give up, and ask again."}
	}
	do := steps[name].ensure
	if do == nil {
		return nil, fmt.Errorf("no step is called %q", name)
	}
	return do(e, ctx, r, s)
}

// appOf is what the plan of r registers.
func appOf(r *Request) App {
	a := App{
		UniqueName: r.UniqueName(), DisplayName: r.Plan.AppName, Audience: r.Plan.Audience,
		RedirectURIs: r.Plan.RedirectURIs, Permissions: r.Plan.Permissions,
		SPARedirectURIs: r.Plan.SPARedirectURIs, PublicRedirectURIs: r.Plan.PublicRedirectURIs,
		PublicClientFlows: r.Plan.PublicClientFlows, Scopes: r.Plan.Scopes,
		AppRoles: r.Plan.AppRoles, OptionalClaims: r.Plan.OptionalClaims, IdentifierURIs: r.Plan.IdentifierURIs,
		Notes: text.Clip(fmt.Sprintf("Made by entra-app for request %s. Requested by %s (Slack %s). Approved by %s (Slack %s), who signed "+
			"in as %s. Reason: %s",
			r.ID, r.Requester.Name, r.Requester.ID, r.Approval.By.Name, r.Approval.By.ID, r.SignIn.Account, r.Reason), 1024),
	}
	if r.aboutApp() {
		a.ObjectID, a.AppID = r.Made.ObjectID, r.Made.AppID
	}
	replaces := r.kind().replaces
	if a.Merge = a.ObjectID != "" && (r.Adopted() || replaces); a.Merge && replaces {
		a.Drops = r.previous().Minus(r.Plan)
		if r.Previous.Audience != r.Plan.Audience {
			a.Drops.Audience = r.Previous.Audience
		}
	}
	return a
}

// apiOf is what the app of r offers. Of an app that was made here, scopes of ours that the plan
// does not have go.
func apiOf(r *Request) App {
	a := appOf(r)
	if a.Merge && !r.Adopted() {
		a.Merge, a.Drops.Scopes = false, plan.LessScopes(r.previous().Scopes, r.Plan.Scopes)
	}
	return a
}

// nextTry is when a step that is to be repeated is tried next, and whether that is
// before it is given up.
func (e *Engine) nextTry(r *Request, name StepName, later Temporary) (at time.Time, more bool) {
	st := r.Steps.Get(name)
	wait := e.backoff(st.Tries)
	if _, slow := later.(Spreading); slow && st.Tries > 12 {
		wait = max(wait, e.slowest)
	}
	at = e.now().Add(max(later.RetryAfter(), wait))
	return at, at.Before(st.begun(later).Add(patience(r, st, later)))
}

// begun is since when a step waits for a reason. That it waited for what is young says
// nothing about a service that fails.
func (st *Step) begun(why Temporary) time.Time {
	if _, spreading := why.(Spreading); !spreading && st.Lagged.After(st.Since) {
		return st.Lagged
	}
	return st.Since
}

// stepFailed decides what an error means for the request: to wait, to ask for
// another sign-in, to stop, or to raise an alarm.
func (e *Engine) stepFailed(ctx context.Context, r *Request, name StepName, s Session, err error) bool {
	if e.hard.Err() != nil {
		return false // the process is ending; the next one makes sure of this step
	}
	if errors.Is(err, ErrSessionOver) {
		return e.signInOver(r, Failure{Rule: RuleSignIn,
			Text: e.progress(r) + "Entra no longer accepts this sign-in. " + cutShort(r, r.Steps.Get(name)) +
				"Nothing is lost: press New code, and the next sign-in goes on with the step that is not done."}, EventSignInFailed)
	}
	err = judgeExcess(r, err, e.now())
	if later, ok := errors.AsType[Temporary](err); ok {
		if at, more := e.nextTry(r, name, later); more {
			_, err := e.save(r.ID, func(r *Request, now time.Time) error {
				st := r.Steps.Get(name)
				st.Status, st.At, st.Retry, st.Note = StepWaiting, now, at, waitNote(r, st, later, s.Signer().Until)
				if _, spreading := later.(Spreading); spreading {
					st.Lagged = now
				}
				r.Rev++
				return nil
			})
			return err == nil
		}
	}
	err = lasting(err)
	if use, ok := errors.AsType[*inUse](err); ok {
		return e.stopForDependents(r, use)
	}
	f, what := e.stepFailure(r, name, err), EventFailed
	if more, ok := errors.AsType[*ExcessError](err); ok {
		what = EventAlarm
		f = Failure{Rule: RuleExcess, Text: "It can do more than that: " + strings.Join(more.Names, ", ") + "."}
		switch {
		case tasks[r.Task].byHand:
		case r.kind().replaces: // its credential is in use, and not this request's
			f.Text = "ALARM: the app can do more than was approved: " + strings.Join(more.Names, ", ") +
				". Nothing was taken from it. Find out who granted that, then press Retry."
		default:
			f.Text = e.disarm(r, name, s, more)
		}
	}
	if tasks[r.Task].byHand {
		return e.verifyFailed(r, f, err)
	}
	stillGone := name == StepRestore && notRestored(ctx, r, s, err)
	_, saveErr := e.save(r.ID, func(r *Request, now time.Time) error {
		st := r.Steps.Get(name)
		st.Status, st.At, st.Note, st.Since = StepFailed, now, "", time.Time{}
		if stillGone {
			r.Steps.redo(StepGone)
		}
		if what == EventAlarm && !r.kind().replaces {
			r.Handover = Handover{}
			r.Steps.redo(StepCredential, StepCertificate)
		}
		r.Failure = f
		r.move(StateFailed, now, Event{Kind: what, Text: f.Text})
		return nil
	})
	e.drop(r.ID)
	return saveErr == nil
}

// insist does what cannot be left to another sign-in, for as long as a step may take.
func (e *Engine) insist(do func(context.Context) error) error {
	return e.insistSaying(func() {}, do)
}

// insistSaying is insist, and calls waits once it has to wait.
func (e *Engine) insistSaying(waits func(), do func(context.Context) error) error {
	began := e.now()
	for try := 1; ; try++ {
		ctx, cancel := context.WithTimeout(e.hard, callLimit)
		err := do(ctx)
		cancel()
		later, ok := errors.AsType[Temporary](err)
		if err == nil || !ok {
			return err
		}
		wait, most := max(later.RetryAfter(), e.backoff(try)), stepTimeout
		if _, slow := later.(Spreading); slow {
			most = Youth + time.Minute
		}
		if e.hard.Err() != nil || e.now().Add(wait).Sub(began) > most {
			return err
		}
		if try == 1 {
			waits()
		}
		sleep(e.hard, wait)
	}
}

// waitWords is a wait as people say it, in whole minutes, or seconds where it is shorter.
func waitWords(d time.Duration) string {
	if d < time.Minute {
		return text.Count(int(d/time.Second), "second")
	}
	return text.Count(int(d.Round(time.Minute)/time.Minute), "minute")
}

// stepFailure says for people why a step failed, and what is true now.
func (e *Engine) stepFailure(r *Request, name StepName, err error) Failure {
	f := Failure{Text: fmt.Sprintf("“%s” failed: ", r.StepTitle(name))}
	no := explained(err)
	lag, isLag := errors.AsType[*notYet](err)
	later, isTemporary := errors.AsType[Temporary](err)
	since := r.Steps.Get(name).Since
	if isTemporary {
		since = r.Steps.Get(name).begun(later)
	}
	waited := waitWords(e.now().Sub(since))
	_, isSpreading := errors.AsType[Spreading](err)
	switch {
	case no != nil:
		f.Text += no.Text
		f.Ref = no.Ref
	case isLag && tasks[r.Task].byHand:
		f.Text += "the app lacks " + strings.Join(lag.missing, ", ") + "."
	case isLag:
		f.Text += "after " + waited + " the app still lacks " + strings.Join(lag.missing, ", ") + "."
	case isSpreading:
		f.Text += "after " + waited + " the latest changes have not reached all of Entra."
	case isTemporary && later.RetryAfter() >= patience(r, r.Steps.Get(name), later):
		f.Text += r.Awaited(name) + " asks for no further call for " + waitWords(later.RetryAfter()) +
			", which is longer than a step waits."
	case isTemporary:
		f.Text += r.Awaited(name) + " did not respond properly for " + waited + "."
	default:
		f.Ref = newRef()
		f.Text += "something went wrong that this bot did not expect (reference " + f.Ref + ")."
	}
	e.log.Error("step failed", "request", r.ID, "step", name, "ref", f.Ref, "err", err)
	if tasks[r.Task].byHand {
		return f
	}
	done, all := r.Steps.Count()
	f.Text += fmt.Sprintf(" %d of %d steps are done. ", done, all)
	if r.aboutApp() {
		f.Text += "An approver can press Retry to go on with the step that failed; Give up leaves what was done so far" + untilThen(r) +
			"."
		return f
	}
	f.Text += "An approver can press Retry to go on, or Undo to delete what was made."
	return f
}
