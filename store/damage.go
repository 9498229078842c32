package store

import (
	"bytes"
	"cmp"
	"context"
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

// damaged are the numbers of the requests that are known not to be readable.
func (b *Bolt) damaged() map[uint64]bool {
	b.damage.mu.Lock()
	defer b.damage.mu.Unlock()
	all := make(map[uint64]bool, len(b.damage.known))
	for n := range b.damage.known {
		all[n] = true
	}
	return all
}

// Readable returns a *workflow.UnreadableError that names every request which can't be
// read. The first call looks at all of them, and takes a second for some hundred thousand;
// later ones return what was seen since.
func (b *Bolt) Readable(ctx context.Context) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.busy.Done()
	if err := b.scan(ctx); err != nil {
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
				b.decode(number(k), v) // notes what it finds
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
