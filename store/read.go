package store

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/form"
	"github.com/entra-app/entra-app/workflow"
)

// How many requests a query returns: where it does not say, and at most.
const (
	usualLimit = 50
	mostLimit  = 1000
)

// Get returns the request called id, or workflow.ErrNotFound.
func (b *Bolt) Get(ctx context.Context, id string) (*workflow.Request, error) {
	if err := b.enter(ctx); err != nil {
		return nil, err
	}
	defer b.busy.Done()
	n, value, err := b.value(id)
	if err != nil {
		return nil, err
	}
	return b.decode(n, value)
}

// value returns the number and the stored form of a request.
func (b *Bolt) value(id string) (n uint64, value []byte, err error) {
	n, ok := parseID(id)
	if !ok {
		return 0, nil, workflow.ErrNotFound
	}
	err = b.db.View(func(tx *bolt.Tx) error {
		value = bytes.Clone(tx.Bucket(requestsBucket).Get(requestKey(n)))
		return nil
	})
	if err == nil && value == nil {
		if err = b.gone(n); err == nil {
			err = workflow.ErrNotFound
		}
	}
	return n, value, err
}

// decode returns request number n, or a *workflow.UnreadableError.
func (b *Bolt) decode(n uint64, value []byte) (*workflow.Request, error) {
	b.decoded.Add(1)
	err := checkSum(value)
	var r *workflow.Request
	if err == nil {
		r, err = form.Decode(value)
	}
	b.note(n, err)
	if err != nil {
		return nil, unreadable(n, err)
	}
	r.ID, r.Realm = formatID(n), b.realm
	return r, nil
}

func unreadable(n uint64, err error) *workflow.UnreadableError {
	return &workflow.UnreadableError{Records: []workflow.Unreadable{{ID: formatID(n), Err: err}}}
}

// bounds are the number before which q asks for requests, and how many. It returns false
// where q names a request that no store can have.
func bounds(q workflow.Query) (before uint64, limit int, ok bool) {
	before = math.MaxUint64
	if q.Before != "" {
		if before, ok = parseID(q.Before); !ok {
			return 0, 0, false
		}
	}
	limit = min(q.Limit, mostLimit)
	if limit <= 0 {
		limit = usualLimit
	}
	return before, limit, true
}

// List returns the requests that q asks for, 50 where it sets no limit and never
// more than 1000. Where some can't be read it returns the others, with a
// *workflow.UnreadableError.
func (b *Bolt) List(ctx context.Context, q workflow.Query) ([]*workflow.Request, error) {
	if err := b.enter(ctx); err != nil {
		return nil, err
	}
	defer b.busy.Done()
	before, limit, ok := bounds(q)
	if !ok {
		return nil, nil
	}
	text := fold(q.Text)
	var found []*workflow.Request
	var unread workflow.UnreadableError
	err := b.db.View(func(tx *bolt.Tx) error {
		var err error
		requests := tx.Bucket(requestsBucket)
		take := func(n uint64, at []byte) bool {
			if err = ctx.Err(); err != nil {
				return false
			}
			value := requests.Get(requestKey(n))
			if value == nil {
				if bad, ok := errors.AsType[*workflow.UnreadableError](b.gone(n)); ok {
					unread.Add(bad)
				} else {
					b.suspect()
				}
				return true
			}
			r, no := b.decode(n, value)
			if bad, ok := errors.AsType[*workflow.UnreadableError](no); ok {
				unread.Records = append(unread.Records, bad.Records...)
				return true
			}
			if at != nil && !bytes.Equal(at, dueTime(r.WakeAt)) {
				b.suspect()
				if r.WakeAt.IsZero() || r.WakeAt.After(q.DueBy) {
					return true
				}
			}
			if strings.Contains(fold(r.AppName()), text) {
				found = append(found, r)
			}
			return len(found) < limit
		}
		if !q.DueBy.IsZero() {
			due(tx, q, func(n uint64, at []byte) bool { return n >= before || take(n, at) })
			return err
		}
		these := wanted(tx, q, b.allGone())
		for n, ok := these.seek(before - 1); ok; n, ok = these.seek(n - 1) {
			if !take(n, nil) || n == 0 { // which no request has, and before which there is none
				break
			}
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case unread.Records != nil:
		return found, &unread
	}
	return found, nil
}
