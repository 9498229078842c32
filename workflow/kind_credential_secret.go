package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/text"
)

// secretKind is a client secret, which Entra makes.
var secretKind = credentialKind{
	steps: []StepName{StepCredential, StepProof},
	check: (*Desk).checkSecret, ensure: (*Engine).ensureSecret,
	given: func(r *Request) bool { return r.Made.KeyID != "" || len(r.Made.Ending) > 0 },
	remove: func(e *Engine, ctx context.Context, r *Request, s Session) (*Request, error) {
		return e.endKeys(ctx, r, s, "")
	},
	forbidden: secretForbidden, madeAt: secretMadeAt,
}

// checkSecret fills in the plan's credential for a secret.
func (d *Desk) checkSecret(wrong form.Errors, offer pack.Offer, _ Tenant, draft form.Draft, c *plan.Credential) {
	c.Lifetime = draft.Lifetime
	if limit := d.policy.secretMax(offer.Max); draft.Lifetime <= 0 || draft.Lifetime > limit {
		wrong[form.FieldLifetime] = fmt.Sprintf("A secret may be valid for at most %s, and none is made that never expires: nobody "+
			"would notice if it were stolen. Choose a shorter lifetime.", plan.LifetimeWords(limit))
	}
}

// ensureSecret makes a secret and seals it in one step, because one that was
// made but not kept is lost. Where an earlier try may have made one, that one is
// found by its label and removed first.
func (e *Engine) ensureSecret(ctx context.Context, r *Request, s Session) (edit, error) {
	if err := e.recipient(ctx, r); err != nil {
		return nil, err
	}
	if r.Made.SecretAttempts > 0 || len(r.Made.Ending) > 0 {
		var err error
		if r, err = e.endKeys(ctx, r, s, ""); err != nil {
			return nil, err
		}
	}
	policy, err := policyFor(r, ctx, s)
	if err != nil {
		return nil, err
	}
	lifetime, words := cut(r.Plan.Credential.Lifetime, policy.SecretMax)
	expires := r.Steps.Get(StepCredential).Since.Add(lifetime).UTC().Truncate(time.Second) // the same at every try
	key, secret, err := e.addKey(ctx, r, s, expires)
	if err != nil {
		return nil, err
	}
	sealed, err := e.key.Seal(r.ID, secret)
	if err != nil {
		return nil, err
	}
	return func(r *Request, st *Step) {
		r.Made.KeyID, r.Made.KeyExpires = key.KeyID, key.Expires
		r.Handover = Handover{Sealed: sealed}
		st.Note = "valid until " + text.Date(key.Expires) + words
	}, nil
}

func secretForbidden(_ plan.Credential, p AppPolicy) (says, instead string) {
	if !p.NoSecrets {
		return "", ""
	}
	return "forbids client secrets for apps", "with a certificate, or with a product that takes one"
}

func secretMadeAt(r *Request) time.Time {
	if st := r.Steps.Get(StepCredential); st != nil {
		return st.At
	}
	return time.Time{}
}

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
