package workflow

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/seal"
)

// The answer to a call that makes a password can be lost, and the password is made. Nobody
// has it then, but it signs the app in. So each call is counted before it is made, in
// Made.SecretAttempts, until it is known that it made none or that what it made is gone.
// What is not accounted for is looked for in the app's list, which may be behind, by its
// label: until it is found there, or is so old that every list would show it. What was
// found is in Made.Ending until its removal is certain, and then in Made.Ended.

// NotDone is a Temporary error that can say that nothing was done.
type NotDone interface {
	Temporary
	NotDone() bool
}

// madeNone reports whether an error of a call says that the call has made nothing.
func madeNone(err error) bool {
	if _, no := errors.AsType[*ServiceError](err); no || errors.Is(err, ErrSessionOver) {
		return true
	}
	if _, unknown := errors.AsType[Spreading](err); unknown { // the app is, to the replica that answered
		return true
	}
	no, ok := errors.AsType[NotDone](err)
	return ok && no.NotDone()
}

// addKey makes a password for r.
func (e *Engine) addKey(ctx context.Context, r *Request, s Session, expires time.Time) (Password, seal.Secret, error) {
	counts := func(by int) error {
		_, err := e.save(r.ID, func(r *Request, _ time.Time) error {
			r.Made.SecretAttempts = max(0, r.Made.SecretAttempts+by)
			return nil
		})
		return err
	}
	if err := counts(1); err != nil {
		return Password{}, seal.Secret{}, err
	}
	key, secret, err := s.AddPassword(ctx, r.Made.ObjectID, r.KeyLabel(), expires)
	if err != nil && madeNone(err) {
		if err := counts(-1); err != nil {
			return key, secret, err
		}
	}
	return key, secret, err
}

// endKeys removes the passwords that r has made, but for keep: the one that it is known to
// have, which a list need not show yet, and all with its label. Each that is gone is noted.
func (e *Engine) endKeys(ctx context.Context, r *Request, s Session, keep string) (*Request, error) {
	end := func(id string) error {
		if id == "" || id == keep || slices.Contains(r.Made.Ended, id) { // then a list that is behind shows it
			return nil
		}
		note := func(do func(*Made, string)) error {
			now, err := e.save(r.ID, func(r *Request, _ time.Time) error { do(&r.Made, id); return nil })
			if err == nil {
				r = now
			}
			return err
		}
		if err := note((*Made).found); err != nil {
			return err
		}
		if err := s.RemovePassword(ctx, r.Made.ObjectID, id); err != nil {
			return err
		}
		return note((*Made).end)
	}
	for _, id := range append([]string{r.Made.KeyID}, r.Made.Ending...) {
		if err := end(id); err != nil {
			return r, err
		}
	}
	keys, err := s.Passwords(ctx, r.Made.ObjectID)
	if err != nil {
		return r, err
	}
	for _, k := range keys {
		if k.Label != r.KeyLabel() {
			continue
		}
		if err := end(k.KeyID); err != nil {
			return r, err
		}
	}
	return r, nil
}

// found notes that a password is one of those that were asked for, and goes.
func (m *Made) found(id string) {
	if id != m.KeyID && !slices.Contains(m.Ending, id) {
		m.Ending = append(m.Ending, id)
		m.SecretAttempts = max(0, m.SecretAttempts-1)
	}
}

// end notes that a password is gone.
func (m *Made) end(id string) {
	if id == m.KeyID {
		m.KeyID, m.SecretAttempts = "", max(0, m.SecretAttempts-1)
	}
	m.Ending = slices.DeleteFunc(m.Ending, func(e string) bool { return e == id })
	m.Ended = append(m.Ended, id)
}

// onlyKey makes sure that the app has no other password of r than the one that is known.
func (e *Engine) onlyKey(ctx context.Context, r *Request, s Session) error {
	if r.Made.SecretAttempts < 2 && len(r.Made.Ending) == 0 {
		return nil
	}
	r, err := e.endKeys(ctx, r, s, r.Made.KeyID)
	if err == nil && r.Made.SecretAttempts > 1 && IsYoung(r.Made.Given, e.now()) {
		return &unseen{}
	}
	return err
}
