package store

import (
	"bytes"
	"context"
	"errors"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/workflow/audit"
)

// keptBucket holds what the program remembers for itself, by name: how far the log was sent, say.
var keptBucket = []byte("kept")

// Keep remembers a value under a name, and writes entries about it, in one transaction.
func (b *Bolt) Keep(ctx context.Context, name string, value []byte, told ...audit.Entry) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.busy.Done()
	return b.db.Batch(func(tx *bolt.Tx) error {
		kept, err := tx.CreateBucketIfNotExists(keptBucket)
		if err != nil {
			return err
		}
		return errors.Join(kept.Put([]byte(name), value), b.tell(tx, 0, told))
	})
}

// Kept is what Keep remembered last, or nil.
func (b *Bolt) Kept(ctx context.Context, name string) (value []byte, err error) {
	if err := b.enter(ctx); err != nil {
		return nil, err
	}
	defer b.busy.Done()
	err = b.db.View(func(tx *bolt.Tx) error {
		if kept := tx.Bucket(keptBucket); kept != nil {
			value = bytes.Clone(kept.Get([]byte(name)))
		}
		return nil
	})
	return value, err
}
