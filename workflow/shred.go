package workflow

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/entra-app/entra-app/workflow/seal"
)

// What is shredded is gone: see [seal.Ring]. Every change of every request goes through a
// shredder, so that no way out of a state can forget a key.

// A shredder is a Store that destroys the key of each secret that a change lets go of, once
// that is saved.
type shredder struct {
	Store
	key *seal.Key
	log *slog.Logger
}

func (s shredder) Update(ctx context.Context, id string, change func(*Request) error) (*Request, error) {
	var before []sealedFor
	after, err := s.Store.Update(ctx, id, func(r *Request) error {
		before = sealedIn(r)
		return change(r)
	})
	if err != nil { // it may have been saved all the same: the next start looks
		return after, err
	}
	for _, old := range before {
		if old.in(after) {
			continue
		}
		if err := s.key.Shred(old.name, old.sealed); err != nil {
			s.log.Error("the key of a shredded secret was not destroyed; the next start tries again", "request", id, "err", err)
		}
	}
	return after, nil
}

// A sealedFor is something sealed, and what it was sealed for.
type sealedFor struct {
	name   string
	sealed seal.Sealed
}

// sealedIn is all that is sealed in r.
func sealedIn(r *Request) (all []sealedFor) {
	for _, s := range []sealedFor{{r.ID, r.Handover.Sealed}, {fileOf(r.ID), r.Handover.File}} {
		if len(s.sealed) > 0 {
			all = append(all, sealedFor{s.name, append(seal.Sealed(nil), s.sealed...)})
		}
	}
	return all
}

// in reports whether r has it still.
func (s sealedFor) in(r *Request) bool {
	for _, has := range sealedIn(r) {
		if has.name == s.name && string(has.sealed) == string(s.sealed) {
			return true
		}
	}
	return false
}

// shredOrphans destroys the keys of secrets that no request has: a crash came between the key
// and the secret, or between the secret's end and the key's. It runs before anything is sealed.
func (e *Engine) shredOrphans(ctx context.Context) {
	err := e.key.Orphans(func(at string) (bool, error) {
		r, err := e.store.Get(ctx, seal.Whose(at))
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err // what can't be read may have it
		}
		for _, s := range sealedIn(r) {
			if seal.Belongs(at, s.name, s.sealed) {
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil && ctx.Err() == nil {
		e.log.Error("looking for keys of secrets that are shredded", "err", err)
	}
}

// unopenable ends the wait for a secret that nothing opens any more, because its key is gone:
// the store is a copy from before it was shredded, or the keys were not kept with it.
func (d *Desk) unopenable(ctx context.Context, id string, lost sealedFor) error {
	no := &Refusal{Rule: RuleTooLate}
	r, err := d.store.Update(ctx, id, func(r *Request) error {
		noun := r.Plan.Credential.Kind.Noun()
		why := "The " + noun + " of " + r.ID + " can't be opened any more, because its key was destroyed: it was opened or revoked " +
			"before this store was restored from a backup, or the backup was without the keys. "
		no.Text = why + "An approver can press Retry on the card to make a new one."
		if r.State != StateReady || !lost.in(r) {
			no.Text = "The " + noun + " of " + r.ID + " was opened in another window, or revoked. It can't be shown again."
			return ErrUnchanged
		}
		now := d.now()
		revoke(r, now, why)
		r.WakeAt = d.policy.nextWake(r, now)
		return nil
	})
	if err != nil {
		return err
	}
	d.log.Warn("a secret can't be opened, because its key is gone", "request", r.ID)
	d.changed(id)
	return no
}

// revoke ends the wait for a secret that will not be opened, and says why.
func revoke(r *Request, now time.Time, why string) {
	r.Handover = Handover{Status: HandoverRevoked, At: now, Claimed: r.Handover.Claimed, Link: r.Handover.Link}
	r.Failure = Failure{Rule: RuleTooLate,
		Text: why + "It is removed in Entra at the next admin sign-in for this app. An approver can press Retry to make a new " +
			r.Plan.Credential.Kind.Noun() + ", or Undo " + r.kind().undo.purpose + "."}
	r.move(StateRevoked, now, Event{Kind: EventRevoked, Text: r.Failure.Text})
}

// unproved says that a credential can't be proved any more because its key is gone, and has
// another made at the next sign-in.
func (e *Engine) unproved(id string) error {
	_, err := e.save(id, func(r *Request, _ time.Time) error {
		r.Handover = Handover{}
		r.Steps.redo(StepCredential, StepCertificate)
		return nil
	})
	if err != nil {
		return err
	}
	return &ServiceError{Code: "SecretShredded", Text: "the key of what was made here is gone: the store was restored from a backup " +
		"without it. Another is made at the next sign-in, and this one is removed."}
}
