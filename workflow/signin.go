package workflow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/text"
)

// again is the same sign-in, of which another code is wanted.
func (s SignIn) again() SignIn { return SignIn{N: s.N, Status: SignInWanted} }

// live is what is in memory only: a code that somebody was shown, and then the
// token of the admin who used it. It ends with the process.
type live struct {
	n       int // SignIn.N
	prompt  *Prompt
	asked   string // by what the requester is looked up
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
		return e.checkSigner(r, l)
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
	p, err := e.desk.panel(ctx, r)
	if err != nil {
		return false
	}
	e.desk.afresh(ctx, p, slices.Concat(gainers(r), r.previous().Owners))
	ask := askFor(r, p)
	ctx, cancel := context.WithCancel(ctx)
	signing, err := e.dir.SignIn(ctx, r.Tenant, r.rights().scopes())
	if err != nil {
		cancel()
		return ctx.Err() == nil || e.codeFailed(r, err)
	}
	prompt := signing.Prompt()
	l := &live{n: r.SignIn.N + 1, prompt: &prompt, cancel: cancel, asked: ask.Email}
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
	}, e.toldCode(r, prompt))
	if err != nil || saved.State != StateSignIn || saved.SignIn.Status != SignInWaiting {
		e.drop(r.ID)
		return err == nil
	}
	e.wg.Go(func() {
		var session Session
		err := errors.New("the sign-in was not waited for")
		e.caught(r.ID, func() {
			if session, err = signing.Wait(ctx, ask); session != nil {
				session = keyed{session, p.keys()}
			}
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
		if t := r.task(); t.back != "" {
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
