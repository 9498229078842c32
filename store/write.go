package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/form"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
)

// Create keeps a new request and returns it with its ID and realm. If a claim is
// held it keeps nothing and returns a *workflow.ClaimedError.
func (b *Bolt) Create(ctx context.Context, r *workflow.Request) (*workflow.Request, error) {
	if err := b.enter(ctx); err != nil {
		return nil, err
	}
	defer b.busy.Done()
	r = r.Clone()
	form.InUTC(r)
	value, err := form.Encode(r)
	if err != nil {
		return nil, err
	}
	value = withSum(value)
	claims := r.Claims()
	var n uint64
	var taken *workflow.ClaimedError
	told := workflow.Told(ctx, nil, r)
	err = b.db.Batch(func(tx *bolt.Tx) error {
		if taken = holder(tx, claims, 0); taken != nil {
			return nil // an error would run the whole batch again
		}
		var err error
		if n, err = tx.Bucket(requestsBucket).NextSequence(); err != nil {
			return err
		}
		return edit{r: r, is: value, told: told}.save(tx, n, b)
	})
	switch {
	case err != nil:
		return nil, err
	case taken != nil:
		return nil, taken
	}
	r.ID, r.Realm = formatID(n), b.realm
	return r, nil
}

// Update gives the request called id to change and saves what change left, all
// or nothing. It may call change again on a newer request.
func (b *Bolt) Update(ctx context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	if err := b.enter(ctx); err != nil {
		return nil, err
	}
	defer b.busy.Done()
	n, value, err := b.value(id)
	if err != nil {
		return nil, err
	}
	e, err := b.edit(ctx, n, value, change)
	if err != nil {
		return nil, err
	}
	if e.same() {
		return e.r, nil
	}
	var no error
	err = b.db.Batch(func(tx *bolt.Tx) error {
		no = nil // and an error would run the whole batch again
		now := tx.Bucket(requestsBucket).Get(requestKey(n))
		if !bytes.Equal(now, e.was) {
			if e, no = b.edit(ctx, n, bytes.Clone(now), change); no != nil || e.same() {
				return nil
			}
		}
		if taken := holder(tx, e.r.Claims(), n); taken != nil {
			no = taken
			return nil
		}
		return e.save(tx, n, b)
	})
	if err == nil {
		err = no
	}
	if err != nil {
		return nil, err
	}
	return e.r, nil
}

// An edit is what a change makes of a request.
type edit struct {
	old, r  *workflow.Request // old is nil where r is new
	was, is []byte            // their stored forms
	told    []audit.Entry     // what the log gets with it
}

// same reports whether there is nothing to save.
func (e edit) same() bool { return bytes.Equal(e.was, e.is) && len(e.told) == 0 }

// edit calls change with request number n, which is kept as value.
func (b *Bolt) edit(ctx context.Context, n uint64, value []byte, change func(*workflow.Request) error) (edit, error) {
	old, err := b.decode(n, value)
	if err != nil {
		return edit{}, err
	}
	r := old.Clone()
	switch err := change(r); {
	case errors.Is(err, workflow.ErrUnchanged):
		return edit{r: old, was: value, is: value}, nil
	case err != nil:
		return edit{}, err
	}
	r = r.Clone() // what change has kept hold of is its own
	r.ID, r.Realm = old.ID, old.Realm
	form.InUTC(r)
	e := edit{old: old, r: r, was: value}
	if e.is, err = form.Encode(r); err != nil {
		return edit{}, err
	}
	e.is = withSum(e.is)
	e.told = workflow.Told(ctx, old, r)
	return e, nil
}

func (e edit) save(tx *bolt.Tx, n uint64, b *Bolt) error {
	var claims []string
	var due time.Time
	var was *marks
	if e.old != nil {
		m := marksOf(e.old)
		claims, due, was = e.old.Claims(), e.old.WakeAt, &m
	}
	if err := reclaim(tx, n, claims, e.r.Claims()); err != nil {
		return err
	}
	if err := remind(tx, n, due, e.r.WakeAt); err != nil {
		return err
	}
	if err := mark(tx, n, was, marksOf(e.r)); err != nil {
		return err
	}
	if err := b.tell(tx, n, e.told); err != nil {
		return err
	}
	return tx.Bucket(requestsBucket).Put(requestKey(n), e.is)
}

// holder says which of the claims is held by another request than number n.
func holder(tx *bolt.Tx, claims []string, n uint64) *workflow.ClaimedError {
	held := tx.Bucket(claimsBucket)
	for _, c := range claims {
		if v := held.Get([]byte(c)); v != nil {
			by := uint64(0) // of nobody, where it is damaged: then it is held all the same
			if len(v) == 8 {
				by = binary.BigEndian.Uint64(v)
			}
			if by != n {
				return &workflow.ClaimedError{Claim: c, By: formatID(by)}
			}
		}
	}
	return nil
}

// reclaim gives up the claims of request number n that it no longer has, and
// takes the new ones.
func reclaim(tx *bolt.Tx, n uint64, was, is []string) error {
	held := tx.Bucket(claimsBucket)
	for _, c := range was {
		if !slices.Contains(is, c) {
			if err := held.Delete([]byte(c)); err != nil {
				return err
			}
		}
	}
	for _, c := range is {
		if !slices.Contains(was, c) {
			if err := held.Put([]byte(c), binary.BigEndian.AppendUint64(nil, n)); err != nil {
				return err
			}
		}
	}
	return nil
}
