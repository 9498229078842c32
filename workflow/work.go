package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/text"
)

// work brings a request as far as it will go now. What a state owes is one case
// of onward; each either moves the request on, or returns to be woken again.
func (e *Engine) work(ctx context.Context, id string) {
	for ctx.Err() == nil {
		r, err := e.store.Get(ctx, id)
		if err != nil {
			e.log.Error("reading", "request", id, "err", err)
			return
		}
		if no := fromNewer(r.ID, r.Kind, r.Task); no != nil {
			e.log.Error("nothing is done", "request", id, "kind", r.Kind, "task", r.Task, "err", no)
			return
		}
		if r.State != StateSignIn && r.State != StateProvisioning {
			e.drop(id)
		}
		linked := !owesLink(r) || e.link(ctx, r) // its own deadlines hold all the same
		on := e.onward(ctx, r)
		if !on || !linked {
			return
		}
	}
}

// onward does what r's state owes, and reports whether it has moved on.
func (e *Engine) onward(ctx context.Context, r *Request) bool {
	switch r.State {
	case StateUnlinked:
		return e.mindUnlinked(ctx, r)
	case StatePending:
		return e.mindPending(r)
	case StateSignIn:
		return e.signIn(ctx, r)
	case StateProvisioning:
		return e.provision(ctx, r)
	case StateReady:
		return e.mindSecret(r) || e.mindEWS(r)
	case StateFailed:
		return e.mindFailed(r)
	case StateOverlap:
		return e.mindOverlap(r) || e.mindExpiry(r) || e.mindEWS(r)
	case StateDone, StateLeftover:
		return e.mindExpiry(r) || e.mindEWS(r)
	}
	return false
}

// mindPending ends a request that nobody decides.
func (e *Engine) mindPending(r *Request) bool {
	if e.now().Before(r.Entered.Add(e.policy.PendingExpires)) {
		return false
	}
	_, err := e.save(r.ID, func(r *Request, now time.Time) error {
		if r.State != StatePending || now.Before(r.Entered.Add(e.policy.PendingExpires)) {
			return ErrUnchanged
		}
		r.move(StateExpired, now, Event{Kind: EventExpired,
			Text: fmt.Sprintf("Nobody decided within %s, so the request has expired. It can be asked for again.",
				text.Days(e.policy.PendingExpires))})
		return nil
	})
	return err == nil
}

// mindSecret revokes a secret that nobody opened in time: it is shredded here at
// once, and removed in Entra at the next admin sign-in for the app.
func (e *Engine) mindSecret(r *Request) bool {
	if e.now().Before(e.policy.revealBy(r)) {
		return false
	}
	_, err := e.save(r.ID, func(r *Request, now time.Time) error {
		if r.State != StateReady || now.Before(e.policy.revealBy(r)) {
			return ErrUnchanged
		}
		revoke(r, now, revokedWords(r, e.policy))
		return nil
	})
	return err == nil
}

// mindFailed shreds the credential of a failed request that nobody went on with in
// time. A Retry makes another, and removes this one in Entra.
func (e *Engine) mindFailed(r *Request) bool {
	if !r.Handover.keepsSealed() || e.now().Before(r.Entered.Add(e.policy.RevealWithin)) {
		return false
	}
	_, err := e.save(r.ID, func(r *Request, now time.Time) error {
		if r.State != StateFailed || !r.Handover.keepsSealed() || now.Before(r.Entered.Add(e.policy.RevealWithin)) {
			return ErrUnchanged
		}
		r.Handover = Handover{}
		r.Steps.redo(StepCredential, StepCertificate, StepProof, StepConnect)
		noun := r.Plan.Credential.Kind.Noun()
		r.note(now, Event{Kind: EventRevoked,
			Text: fmt.Sprintf("Nobody continued it within %s, so its %s was shredded here. Retry makes another, and removes this one "+
				"in Entra.", text.Days(e.policy.RevealWithin), noun)})
		return nil
	})
	return err == nil
}

// mindOverlap ends the time in which an app has two credentials.
func (e *Engine) mindOverlap(r *Request) bool {
	if e.now().Before(r.Entered.Add(e.policy.RenewGrace)) {
		return false
	}
	_, err := e.save(r.ID, func(r *Request, now time.Time) error {
		if r.State != StateOverlap {
			return ErrUnchanged
		}
		r.move(StateLeftover, now, Event{Kind: EventWorks,
			Text: fmt.Sprintf("Nobody said within %s that the new credential works. An approver can remove the old one now.",
				text.Days(e.policy.RenewGrace))})
		return nil
	})
	return err == nil
}

// owesLink reports whether the request before r has to be told of it: its credential
// was replaced, or its app ended, or may have what r has left.
func owesLink(r *Request) bool {
	if r.Target.Request == "" || r.PredecessorTold {
		return false
	}
	switch r.State {
	case StateOverlap, StateLeftover, StateDone:
		return true
	}
	return givenUp(r)
}

// link tells the request before r of it, and then notes that it was told. That
// the app is gone is told to all that came before, back to the one that holds
// its name; that its certificate is, back to the one that brought it.
func (e *Engine) link(ctx context.Context, r *Request) bool {
	if givenUp(r) {
		return e.leave(r)
	}
	k := r.kind()
	spent := k.endsOld != nil && k.endsOld(r)
	for id := r.Target.Request; id != ""; {
		before, err := e.save(id, func(before *Request, _ time.Time) error {
			if before.ID == r.Target.Request && before.Successor == "" { // another one's stays, see stale
				before.Successor = r.ID
			}
			before.AppDeleted = before.AppDeleted || k.ends
			before.CertificateReleased = before.CertificateReleased || spent
			return nil
		})
		if err != nil {
			return e.told(r, err)
		}
		if id == r.Target.Request && !e.hearEWS(r, before) {
			return false
		}
		id = ""
		if k.ends && !holdsName(before) || spent && !bringsCertificate(before) {
			id = before.Target.Request
		}
	}
	return e.told(r, nil)
}

// told notes that the requests before r know of it. One that can't be read never will:
// it is named in the log, and does not hold up r.
func (e *Engine) told(r *Request, err error) bool {
	if _, unreadable := errors.AsType[*UnreadableError](err); err != nil && !unreadable {
		return false
	}
	_, err = e.save(r.ID, func(r *Request, _ time.Time) error { r.PredecessorTold = true; return nil })
	return err == nil
}
