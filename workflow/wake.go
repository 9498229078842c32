package workflow

import "time"

// nextWake says when someone must look at r again, from nothing but r: at once
// where a message is out of date or a step is owed, else at the state's own
// deadline. Zero is never.
func (p Policy) nextWake(r *Request, now time.Time) time.Time {
	var next time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, name := range owedPosts(r) {
		at := r.Posts[name].After
		if at.Before(now) {
			at = now
		}
		sooner(at)
	}
	switch r.State {
	case StateUnlinked:
		sooner(r.Entered.Add(p.PendingExpires))
	case StatePending:
		sooner(r.Entered.Add(p.PendingExpires))
	case StateSignIn:
		sooner(r.Entered.Add(p.PendingExpires))
		if r.SignIn.Status == SignInWanted {
			sooner(now)
		}
		if r.SignIn.Status == SignInWaiting {
			sooner(r.SignIn.Expires)
		}
	case StateProvisioning:
		sooner(now)
	case StateReady:
		sooner(p.revealBy(r))
	case StateFailed:
		if r.Handover.keepsSealed() {
			sooner(r.Entered.Add(p.RevealWithin))
		}
	case StateOverlap:
		sooner(r.Entered.Add(p.RenewGrace))
	}
	sooner(warnAt(r))
	sooner(p.ewsRemindAt(r))
	if owesLink(r) {
		sooner(now)
	}
	return next
}
