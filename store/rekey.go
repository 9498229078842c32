package store

import (
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/seal"
)

// Rekey has the store at path, and the keys of its secrets, go with another key. It may be called
// again after a crash at any point: what goes with the new key already stays as it is, and the
// store itself changes last, so that it goes with the old key as long as anything does.
func Rekey(ctx context.Context, path string, from, to *seal.Key) error {
	b, err := Open(path, from)
	if errors.Is(err, ErrKey) {
		var done *Bolt
		if done, err = Open(path, to); err == nil {
			return done.Close()
		}
	}
	if err != nil {
		return err
	}
	return errors.Join(b.rekey(ctx, from, to), b.Close())
}

func (b *Bolt) rekey(ctx context.Context, from, to *seal.Key) error {
	ring, err := b.Ring()
	if err != nil {
		return err
	}
	if err := from.On(ring).Rewrap(to); err != nil {
		return err
	}
	if err := b.reseal(ctx, from, to); err != nil {
		return err
	}
	if err := b.Record(ctx, audit.Entry{What: audit.WhatKey,
		Detail: "The key of the store was replaced by a new one. All that the old one sealed is sealed with the new one."}); err != nil {
		return err
	}
	return b.db.Update(func(tx *bolt.Tx) error {
		id, err := identify(tx.Bucket(metaBucket).Get, from)
		if err != nil {
			return err
		}
		seed, err := from.Open(seedName, tx.Bucket(treeBucket).Get(seedKey))
		if err != nil {
			return fmt.Errorf("the key that signs the log: %w", err)
		}
		id.canary = to.Canary(canaryName)
		return errors.Join(id.write(tx), tx.Bucket(treeBucket).Put(seedKey, to.SealHere(seedName, seed)))
	})
}

// reseal seals again what has its key in itself: secrets from before there were rings.
func (b *Bolt) reseal(ctx context.Context, from, to *seal.Key) error {
	q := workflow.Query{Limit: 200}
	for {
		page, err := b.List(ctx, q)
		if err != nil { // what can't be read may have a secret
			return err
		}
		for _, r := range page {
			q.Before = r.ID
			if len(r.Handover.Sealed)+len(r.Handover.File) == 0 {
				continue
			}
			_, err := b.Update(ctx, r.ID, func(r *workflow.Request) (err error) {
				if r.Handover.Sealed, err = from.Reseal(to, r.ID, r.Handover.Sealed); err != nil {
					return fmt.Errorf("the secret of %s: %w", r.ID, err)
				}
				if r.Handover.File, err = from.Reseal(to, workflow.SealedFileOf(r.ID), r.Handover.File); err != nil {
					return fmt.Errorf("the file of %s: %w", r.ID, err)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		if len(page) < q.Limit {
			return nil
		}
	}
}
