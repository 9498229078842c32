package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// repair writes the buckets that are derived from the requests again, if the file was last
// written by a program that found requests by less, or if they are damaged. It writes
// nothing where nothing is wrong. It is one transaction: a power cut leaves the file as it
// was, for the next start. It returns what was damaged, nil where nothing was.
func (b *Bolt) repair() (fault, err error) {
	err = b.db.View(func(tx *bolt.Tx) error {
		if string(tx.Bucket(metaBucket).Get(listedKey)) == listed {
			fault = b.surveyed(tx).fault
		} else {
			fault = errOlder
		}
		return nil
	})
	if err != nil || fault == nil {
		return nil, err
	}
	err = b.db.Update(func(tx *bolt.Tx) error { return relist(tx, b, b.surveyed(tx)) })
	if fault == errOlder {
		fault = nil
	}
	return fault, err
}

var errOlder = errors.New("an older program wrote it")

// relist writes all buckets but the requests again. Requests that can't be read stay in the
// lists that they were in, and keep their claims: a list names them, and whoever decides by
// it knows that it is not whole.
func relist(tx *bolt.Tx, b *Bolt, s *survey) error {
	var entries [][]byte
	var reminders, claims [][]byte
	mentions(tx, func(bucket string, entry []byte, n uint64, ok bool) {
		if !ok || !s.unread[n] {
			return
		}
		switch entry := bytes.Clone(entry); bucket {
		case "lists":
			entries = append(entries, entry)
		case "new":
			entries = append(entries, readMarks(tx.Bucket(newBucket).Get(entry)).entries(n)...)
		case "due":
			reminders = append(reminders, entry)
		case "claims":
			claims = append(claims, entry)
		}
	})
	for _, name := range [][]byte{claimsBucket, dueBucket, newBucket, listsBucket} {
		if err := tx.DeleteBucket(name); err != nil {
			return err
		}
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	requests, held, due := tx.Bucket(requestsBucket), tx.Bucket(claimsBucket), tx.Bucket(dueBucket)
	for _, e := range claims {
		if err := held.Put(e[:len(e)-9], binary.BigEndian.AppendUint64(nil, number(e))); err != nil {
			return err
		}
	}
	for _, k := range reminders {
		if err := due.Put(k, nil); err != nil {
			return err
		}
	}
	for from, to := range s.moved {
		value := bytes.Clone(requests.Get(requestKey(from)))
		if err := errors.Join(requests.Delete(requestKey(from)), requests.Put(requestKey(to), value)); err != nil {
			return err
		}
	}
	const some = 4096 // so many requests at a time are in memory
	flush := func() error {
		slices.SortFunc(entries, bytes.Compare)
		err := enlist(tx, entries)
		entries = entries[:0]
		return err
	}
	i, last := 0, s.counter
	c := requests.Cursor()
	for k, v := c.Last(); k != nil; k, v = c.Prev() { // the oldest has a claim before another
		n := number(k)
		if len(k) != 8 {
			continue
		}
		last = max(last, n)
		r, err := b.decode(n, v)
		if err != nil {
			continue
		}
		for _, claim := range r.Claims() {
			if held.Get([]byte(claim)) == nil {
				if err := reclaim(tx, n, nil, []string{claim}); err != nil {
					return err
				}
			}
		}
		if !r.WakeAt.IsZero() {
			if err := due.Put(dueKey(r.WakeAt, n), nil); err != nil {
				return err
			}
		}
		entries = append(entries, marksOf(r).entries(n)...)
		if i++; i%some == 0 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(flush(), requests.SetSequence(last), tx.Bucket(metaBucket).Put(listedKey, []byte(listed)))
}
