package store

import (
	"bytes"
	"context"
	"errors"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// relist lists every request by all that it is found by now, if the file was
// last written by a program that found them by less. It is one transaction: a
// power cut leaves the file as it was, to be listed at the next start. Requests that
// can't be read stay in the lists that they were in: a list names them, and whoever
// decides by it knows that it is not whole.
func (b *Bolt) relist() error {
	current := false
	err := b.db.View(func(tx *bolt.Tx) error {
		current = string(tx.Bucket(metaBucket).Get(listedKey)) == listed
		return nil
	})
	if err != nil || current {
		return err
	}
	if err := b.scan(context.Background()); err != nil {
		return err
	}
	return b.db.Update(func(tx *bolt.Tx) error {
		unread := entriesOf(tx, b.damaged())
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
				continue
			}
			entries = append(entries, marksOf(r).entries(number(k))...)
			if i++; i%some == 0 {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		entries = append(entries, unread...)
		return errors.Join(flush(), tx.Bucket(metaBucket).Put(listedKey, []byte(listed)))
	})
}

// entriesOf are the entries that these requests have in the lists of a file.
func entriesOf(tx *bolt.Tx, these map[uint64]bool) (entries [][]byte) {
	if len(these) == 0 {
		return nil
	}
	c := tx.Bucket(newBucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if n := number(k); these[n] {
			entries = append(entries, readMarks(v).entries(n)...)
		}
	}
	c = tx.Bucket(listsBucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		for _, low := range v {
			if n := number(k)*blockSize + uint64(low); these[n] {
				entries = append(entries, numbered(bytes.Clone(k[:len(k)-8]), n))
			}
		}
	}
	return entries
}
