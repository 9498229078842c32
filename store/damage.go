package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/workflow"
)

// damage is what is known of the requests that can't be read.
type damage struct {
	mu      sync.Mutex
	known   map[uint64]error
	next    []byte // the key that the scan has come to
	scanned bool   // every request was looked at once

	suspect bool // a list was seen to say what the requests do not
}

// note keeps whether request number n could be read.
func (b *Bolt) note(n uint64, err error) {
	b.damage.mu.Lock()
	defer b.damage.mu.Unlock()
	switch _, known := b.damage.known[n]; {
	case err == nil && known:
		delete(b.damage.known, n)
	case err != nil:
		if b.damage.known == nil {
			b.damage.known = map[uint64]error{}
		}
		b.damage.known[n] = err
	}
}

// gone returns an *workflow.UnreadableError if request number n, which is not in the file,
// is known to have been there.
func (b *Bolt) gone(n uint64) error {
	b.damage.mu.Lock()
	defer b.damage.mu.Unlock()
	if err := b.damage.known[n]; err != nil {
		return unreadable(n, err)
	}
	return nil
}

// allGone are the numbers of all requests that are known to have been there, descending.
func (b *Bolt) allGone() *numbers {
	b.damage.mu.Lock()
	defer b.damage.mu.Unlock()
	var all numbers
	for n, err := range b.damage.known {
		if err == errGone {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(x, y uint64) int { return cmp.Compare(y, x) })
	return &all
}

// suspect has the next call of Readable compare the lists with the requests.
func (b *Bolt) suspect() {
	b.damage.mu.Lock()
	defer b.damage.mu.Unlock()
	b.damage.suspect = true
}

// suspected does what suspect asked for.
func (b *Bolt) suspected() error {
	b.damage.mu.Lock()
	suspect := b.damage.suspect
	b.damage.mu.Unlock()
	if !suspect {
		return nil
	}
	if _, err := b.repair(); err != nil {
		return fmt.Errorf("the lists of the store are damaged, and can't be written again: %w", err)
	}
	b.damage.mu.Lock()
	b.damage.suspect = false
	b.damage.mu.Unlock()
	return nil
}

// Readable returns a *workflow.UnreadableError that names every request which can't be
// read. The first call looks at all of them, and takes a second for some hundred thousand;
// later ones return what was seen since. Where a list was seen to be damaged, it writes the
// lists again from the requests.
func (b *Bolt) Readable(ctx context.Context) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.busy.Done()
	if err := errors.Join(b.suspected(), b.scan(ctx)); err != nil {
		return err
	}
	b.damage.mu.Lock()
	defer b.damage.mu.Unlock()
	if len(b.damage.known) == 0 {
		return nil
	}
	var out []workflow.Unreadable
	for n, err := range b.damage.known {
		out = append(out, workflow.Unreadable{ID: formatID(n), Err: err})
	}
	slices.SortFunc(out, func(x, y workflow.Unreadable) int {
		return cmp.Or(cmp.Compare(len(x.ID), len(y.ID)), cmp.Compare(x.ID, y.ID))
	})
	return &workflow.UnreadableError{Records: out}
}

// scan looks at every request, unless that was done, and goes on where ctx ended it. A
// transaction that reads keeps writers from reusing pages, so it is one for every thousand.
func (b *Bolt) scan(ctx context.Context) error {
	b.damage.mu.Lock()
	next, done := b.damage.next, b.damage.scanned
	b.damage.mu.Unlock()
	const some = 1000
	for !done {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := b.db.View(func(tx *bolt.Tx) error {
			c := tx.Bucket(requestsBucket).Cursor()
			k, v := c.Seek(next)
			for i := 0; k != nil && i < some; i++ {
				if len(k) == 8 {
					b.decode(number(k), v) // notes what it finds
				}
				k, v = c.Next()
			}
			next, done = bytes.Clone(k), k == nil
			return nil
		})
		if err != nil {
			return err
		}
		b.damage.mu.Lock()
		b.damage.next, b.damage.scanned = next, done
		b.damage.mu.Unlock()
	}
	return nil
}
