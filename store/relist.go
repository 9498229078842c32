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
	kept := entriesOfUnread(tx, s)
	for _, name := range [][]byte{claimsBucket, dueBucket, newBucket, listsBucket} {
		if err := tx.DeleteBucket(name); err != nil {
			return err
		}
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	if err := kept.restore(tx); err != nil {
		return err
	}
	if err := s.move(tx.Bucket(requestsBucket)); err != nil {
		return err
	}
	return enlistAll(tx, b, kept.lists, s.counter)
}

// unreadEntries are the entries about requests that can't be read.
type unreadEntries struct{ lists, due, claims [][]byte }

func entriesOfUnread(tx *bolt.Tx, s *survey) (kept unreadEntries) {
	mentions(tx, func(bucket string, entry []byte, n uint64, ok bool) {
		if !ok || !s.unread[n] {
			return
		}
		switch entry := bytes.Clone(entry); bucket {
		case "lists":
			kept.lists = append(kept.lists, entry)
		case "new":
			kept.lists = append(kept.lists, readMarks(tx.Bucket(newBucket).Get(entry)).entries(n)...)
		case "due":
			kept.due = append(kept.due, entry)
		case "claims":
			kept.claims = append(kept.claims, entry)
		}
	})
	return kept
}

// restore writes the claims and the times again. The lists are written with those of the
// other requests.
func (u unreadEntries) restore(tx *bolt.Tx) error {
	held, due := tx.Bucket(claimsBucket), tx.Bucket(dueBucket)
	for _, e := range u.claims {
		if err := held.Put(e[:len(e)-9], binary.BigEndian.AppendUint64(nil, number(e))); err != nil {
			return err
		}
	}
	for _, k := range u.due {
		if err := due.Put(k, nil); err != nil {
			return err
		}
	}
	return nil
}

// move gives requests whose number was damaged the number that they had.
func (s *survey) move(requests *bolt.Bucket) error {
	for from, to := range s.moved {
		value := bytes.Clone(requests.Get(requestKey(from)))
		if err := errors.Join(requests.Delete(requestKey(from)), requests.Put(requestKey(to), value)); err != nil {
			return err
		}
	}
	return nil
}

// enlistAll writes what is derived from every request that can be read, and these entries
// of lists with it. The next number is after last, and after every request.
func enlistAll(tx *bolt.Tx, b *Bolt, entries [][]byte, last uint64) error {
	requests := tx.Bucket(requestsBucket)
	const some = 4096 // so many requests at a time are in memory
	flush := func() error {
		slices.SortFunc(entries, bytes.Compare)
		err := enlist(tx, entries)
		entries = entries[:0]
		return err
	}
	i := 0
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
		if err := reclaimFree(tx, n, r.Claims()); err != nil {
			return err
		}
		if !r.WakeAt.IsZero() {
			if err := tx.Bucket(dueBucket).Put(dueKey(r.WakeAt, n), nil); err != nil {
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

// reclaimFree gives a request those claims that no other has.
func reclaimFree(tx *bolt.Tx, n uint64, claims []string) error {
	for _, claim := range claims {
		if tx.Bucket(claimsBucket).Get([]byte(claim)) != nil {
			continue
		}
		if err := reclaim(tx, n, nil, []string{claim}); err != nil {
			return err
		}
	}
	return nil
}
