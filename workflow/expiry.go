package workflow

import (
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/text"
)

// warnings are how long before the end of a credential its people are told.
var warnings = []time.Duration{30 * 24 * time.Hour, 14 * 24 * time.Hour, 7 * 24 * time.Hour, 24 * time.Hour}

// mayExpire reports whether r stands for an app that lives, with a credential that
// ends one day.
func mayExpire(r *Request) bool {
	if r.Successor != "" || !r.Managed() || r.Made.KeyExpires.IsZero() {
		return false
	}
	return r.State == StateDone || r.State == StateOverlap || r.State == StateLeftover
}

// warnAt is when the people of an app are told next that its credential ends, or zero.
func warnAt(r *Request) time.Time {
	if !mayExpire(r) {
		return time.Time{}
	}
	for _, before := range warnings[min(r.Warned, len(warnings)):] {
		if at := r.Made.KeyExpires.Add(-before); at.After(credentialMade(r)) {
			return at
		}
	}
	return time.Time{}
}

// credentialMade is when the app got its credential, as far as that is known: warnings
// of before that were never due.
func credentialMade(r *Request) (made time.Time) {
	if life := r.Plan.Credential.Lifetime; life > 0 {
		made = r.Made.KeyExpires.Add(-life)
	}
	for _, name := range []StepName{StepCredential, StepCertificate} { // a policy may have cut it
		if st := r.Steps.Get(name); st != nil && st.At.After(made) {
			made = st.At
		}
	}
	return made
}

// mindExpiry warns the people of an app. Of warnings that were missed one is enough,
// and what a short life has no room for was never due.
func (e *Engine) mindExpiry(r *Request) bool {
	if at := warnAt(r); at.IsZero() || e.now().Before(at) {
		return false
	}
	_, err := e.save(r.ID, func(r *Request, now time.Time) error {
		if at := warnAt(r); at.IsZero() || now.Before(at) {
			return ErrUnchanged
		}
		for r.Warned < len(warnings) && !now.Before(r.Made.KeyExpires.Add(-warnings[r.Warned])) {
			r.Warned++
		}
		r.note(now, Event{Kind: EventExpiring, Text: fmt.Sprintf("The %s of %s expires on %s.", r.Plan.Credential.Kind.Noun(),
			r.AppName(), text.Date(r.Made.KeyExpires))})
		return nil
	})
	return err == nil
}

// expiryPosts are the messages of the last warning: to the requester, to the
// owners and to the team.
func expiryPosts(r *Request) []PostName {
	names := []PostName{expiryPost(r, r.Requester.ID), expiryPost(r, r.Team)}
	for _, o := range r.Plan.Owners {
		names = append(names, expiryPost(r, o.ID))
	}
	return names
}

func expiryPost(r *Request, to string) PostName {
	return PostName(fmt.Sprintf("%s%d:%s", PostExpiry, r.Warned, to))
}

// To is the person or the channel that a warning goes to, or empty.
func (n PostName) To() string {
	rest, ok := strings.CutPrefix(string(n), string(PostExpiry))
	if !ok {
		return ""
	}
	_, to, _ := strings.Cut(rest, ":")
	return to
}
