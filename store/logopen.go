package store

import (
	"bytes"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/entra-app/entra-app/store/tree"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/seal"
)

// loggedKey is what metaBucket has once there is a log: one that is missing then is gone.
var loggedKey = []byte("logged")

// seedName is what the key that signs is sealed for, so that it is nothing else.
const seedName = "the key of the log"

// originOf is the name of the log of a store.
func originOf(realm string) string { return "entra-app." + realm }

// openLog makes the log ready to be gone on with. A file from before there was one gets it. What
// can't be read of it is told in the log itself, and returned as the fault.
func (b *Bolt) openLog(key *seal.Key) (fault, err error) {
	ready := false
	err = b.db.View(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{logBucket, treeBucket, toldBucket} {
			if tx.Bucket(name) == nil {
				return nil
			}
		}
		t := tx.Bucket(treeBucket)
		var wrong error
		if b.signer, wrong = signerOf(b.realm, key, t.Get(seedKey)); wrong != nil {
			return nil
		}
		now, wrong := readState(t.Get(nowKey))
		ready = wrong == nil && now.signed(b.signer)
		return nil
	})
	if err != nil || ready {
		return nil, err
	}
	err = b.db.Update(func(tx *bolt.Tx) error {
		fault, err = b.beginLog(tx, key)
		return err
	})
	return fault, err
}

// signed reports whether a log was signed with this key when it was last written.
func (s state) signed(by *tree.Signer) bool {
	h, err := s.head(by)
	if err == nil {
		_, err = tree.Open(h.Note, by.VerifierKey())
	}
	return err == nil
}

func signerOf(realm string, key *seal.Key, sealed []byte) (*tree.Signer, error) {
	seed, err := key.Open(seedName, sealed)
	if err != nil {
		return nil, err
	}
	return tree.NewSigner(originOf(realm), seed)
}

// A beginning is a log that is made ready, and what there is to say of that.
type beginning struct {
	*Bolt
	tx    *bolt.Tx
	key   *seal.Key
	fresh bool // there was none
	told  []audit.Entry
	fault error
}

func (b *beginning) say(what, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	b.told = append(b.told, audit.Entry{What: what, Detail: text})
	if !b.fresh {
		b.fault = errors.Join(b.fault, errors.New(text))
	}
}

// beginLog makes what is missing of the log, and says in it why.
func (b *Bolt) beginLog(tx *bolt.Tx, key *seal.Key) (fault, err error) {
	log := &beginning{Bolt: b, tx: tx, key: key, fresh: isEmpty(tx, treeBucket) && isEmpty(tx, logBucket)}
	for _, name := range [][]byte{logBucket, treeBucket, toldBucket} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return nil, err
		}
	}
	log.begin()
	sealed, err := log.seed()
	if err != nil {
		return nil, err
	}
	now, err := log.state()
	if err != nil {
		return nil, err
	}
	t, m := tx.Bucket(treeBucket), tx.Bucket(metaBucket)
	err = errors.Join(t.Put(seedKey, sealed), t.Put(nowKey, now.bytes()), m.Put(loggedKey, []byte{}))
	if err == nil {
		err = b.tell(tx, 0, log.told)
	}
	return log.fault, err
}

func isEmpty(tx *bolt.Tx, name []byte) bool {
	b := tx.Bucket(name)
	if b == nil {
		return true
	}
	k, _ := b.Cursor().First()
	return k == nil
}

// begin says where a new log begins.
func (b *beginning) begin() {
	newest := b.tx.Bucket(requestsBucket).Sequence()
	switch {
	case !b.fresh:
	case b.tx.Bucket(metaBucket).Get(loggedKey) != nil:
		b.fresh = false
		b.say(audit.WhatBegan, "An earlier log of this store is gone. The log begins again here; what was done before is not in it.")
	case newest > 0:
		b.say(audit.WhatBegan, "The log begins here. What became of EA-1 to %s before this is not in it.", formatID(newest))
	default:
		b.say(audit.WhatBegan, "The log begins with its store.")
	}
}

// seed returns the key that signs, sealed: the one that is there, one wrong bit of it corrected,
// or a new one.
func (b *beginning) seed() (sealed []byte, err error) {
	sealed = bytes.Clone(b.tx.Bucket(treeBucket).Get(seedKey))
	fits := func() bool { b.signer, err = signerOf(b.realm, b.key, sealed); return err == nil }
	if fits() || corrected(sealed, fits) {
		return sealed, nil
	}
	seed := tree.NewSeed()
	if b.signer, err = tree.NewSigner(originOf(b.realm), seed); err == nil && !b.fresh {
		b.say(audit.WhatLogKey, "The key that signed the log can't be read. From here on it is signed with another one: %s",
			b.signer.VerifierKey())
	}
	return b.key.SealHere(seedName, seed), err
}

// state returns what the log is now: what is kept of that or, where it was not signed with the
// log's key, what its records say.
func (b *beginning) state() (state, error) {
	kept := b.tx.Bucket(treeBucket).Get(nowKey)
	now, err := readState(kept)
	if err == nil && now.signed(b.signer) {
		return now, nil
	}
	now, lost, err := recounted(b.tx.Bucket(logBucket))
	if err == nil && (kept != nil || now.tree.Size > 0) {
		b.fresh = false
		b.say(audit.WhatLogDamaged, "The head of the log could not be read, or was not signed with its key. It was made again from %d "+
			"entries, of which %d are missing.", now.tree.Size, lost)
	}
	now.signature = noSignature
	return now, err
}

// mostLost is how many entries in a row may be missing and the others still be the log.
const mostLost = 1 << 20

// recounted makes the tree of a log again from its records. Where one is missing, an empty one
// takes its place: no head of before will fit it, and that is so.
func recounted(log *bolt.Bucket) (s state, lost int, err error) {
	c := log.Cursor()
	var all []int64
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if r, _ := readRecord(v); bytes.Equal(k, recordKey(r.index)) && r.index >= 0 {
			all = append(all, r.index)
		}
	}
	for _, index := range all {
		if index-s.tree.Size > mostLost {
			break // no number that was ever given; it stays where it is, and is named
		}
		for s.tree.Size < index {
			empty := record{index: s.tree.Size, leaf: tlog.RecordHash(nil)}
			if err := log.Put(recordKey(empty.index), empty.bytes()); err != nil {
				return s, lost, err
			}
			s.tree.Add(empty.leaf)
			lost++
		}
		r, _ := readRecord(log.Get(recordKey(index)))
		s.tree.Add(r.leaf)
	}
	return s, lost, nil
}
