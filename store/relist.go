package store

import (
	"bytes"
	"errors"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// relist lists every request by all that it is found by now, if the file was
// last written by a program that found them by less. It is one transaction: a
// power cut leaves the file as it was, to be listed at the next start.
func (b *Bolt) relist() error {
	current := false
	err := b.db.View(func(tx *bolt.Tx) error {
		current = string(tx.Bucket(metaBucket).Get(listedKey)) == listed
		return nil
	})
	if err != nil || current {
		return err
	}
	return b.db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{newBucket, listsBucket} {
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		const some = 4096 // so many requests at a time are in memory
		var entries [][]byte
		flush := func() error {
			slices.SortFunc(entries, bytes.Compare)
			err := enlist(tx, entries)
			entries = entries[:0]
			return err
		}
		c := tx.Bucket(requestsBucket).Cursor()
		i := 0
		for k, v := c.First(); k != nil; k, v = c.Next() {
			r, err := b.decode(number(k), v)
			if err != nil {
				continue // it is named where it is looked for, and found by its ID alone
			}
			entries = append(entries, marksOf(r).entries(number(k))...)
			if i++; i%some == 0 {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		return errors.Join(flush(), tx.Bucket(metaBucket).Put(listedKey, []byte(listed)))
	})
}
