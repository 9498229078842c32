package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/tree"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A Log is the log of a store that is read, and nothing else. It is one state of it, also
// while a bot writes on.
type Log struct {
	db     *bolt.DB
	copied string // a directory that goes with it
	origin string
	key    string
}

// ErrNoLog says that a store has no log: no bot that keeps one was started with it yet.
var ErrNoLog = errors.New("the store has no log")

// OpenLog opens the log of the store at path. Where a bot has the store open it reads a copy, which
// is one whole state: it is taken again until the bot has written nothing meanwhile.
func OpenLog(path string, key *seal.Key) (l *Log, err error) {
	l = &Log{}
	id, err := inspect(path, key)
	if errors.Is(err, ErrLocked) {
		if l.copied, err = os.MkdirTemp("", "entra-app-log-"); err != nil {
			return nil, err
		}
		if path, err = snapshot(path, l.copied); err == nil {
			id, err = inspect(path, key)
		}
	}
	if err == nil {
		l.db, err = openBolt(path, true)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	l.origin = originOf(string(id.realm))
	err = l.db.View(func(tx *bolt.Tx) error {
		if isEmpty(tx, logBucket) && isEmpty(tx, treeBucket) {
			return ErrNoLog
		}
		if t := tx.Bucket(treeBucket); t != nil {
			if by, err := signerOf(string(id.realm), key, t.Get(seedKey)); err == nil {
				l.key = by.VerifierKey()
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Close frees the log, and removes the copy if it was one.
func (l *Log) Close() error {
	var errs []error
	if l.db != nil {
		errs = append(errs, l.db.Close())
	}
	if l.copied != "" {
		errs = append(errs, os.RemoveAll(l.copied))
	}
	return errors.Join(errs...)
}

// Origin is the name of the log.
func (l *Log) Origin() string { return l.origin }

// VerifierKey is the public key of the log, or empty where what signs can't be read.
func (l *Log) VerifierKey() string { return l.key }

// Head is the head as it is stored, whatever the entries say: with its signature, which may be
// wrong. It is an error where there is none.
func (l *Log) Head() (h tree.Head, signature []byte, err error) {
	err = l.db.View(func(tx *bolt.Tx) error {
		t := tx.Bucket(treeBucket)
		if t == nil {
			return errLog
		}
		now, err := readState(t.Get(nowKey))
		h, signature = tree.Head{Origin: l.origin, Size: now.tree.Size, Hash: now.tree.Hash()}, now.signature
		return err
	})
	return h, signature, err
}

// Each calls f for every record of the log from a number on, in the order of their places.
// What a record holds is its own until f returns.
func (l *Log) Each(from int64, f func(tree.Record) error) error {
	return l.db.View(func(tx *bolt.Tx) error { return eachRecord(tx, from, f) })
}

func eachRecord(tx *bolt.Tx, from int64, f func(tree.Record) error) error {
	log := tx.Bucket(logBucket)
	if log == nil {
		return nil
	}
	c := log.Cursor()
	for k, v := c.Seek(recordKey(from)); k != nil; k, v = c.Next() {
		if len(k) != 8 {
			return fmt.Errorf("%w: a place has no number", errLog)
		}
		r, _ := readRecord(v)
		err := f(tree.Record{Place: int64(binary.BigEndian.Uint64(k)), Index: r.index, Leaf: r.leaf, Signature: r.signature, Line: r.line})
		if err != nil {
			return err
		}
	}
	return nil
}

// Some returns up to so many entries of the log of an open store, from a number on: their lines.
func (b *Bolt) Some(from int64, most int) (lines [][]byte, err error) {
	err = b.db.View(func(tx *bolt.Tx) error {
		return eachRecord(tx, from, func(r tree.Record) error {
			if len(lines) == most {
				return errEnough
			}
			lines = append(lines, append([]byte(nil), r.Line...))
			return nil
		})
	})
	if err == errEnough {
		err = nil
	}
	return lines, err
}

var errEnough = errors.New("enough")

const (
	snapshots   = 40
	betweenSnap = 50 * time.Millisecond
)

// snapshot copies a store that another process has open. bbolt never writes to a page that its
// last commit uses: as long as no commit comes between, the copy is what that commit left.
func snapshot(path, dir string) (copied string, err error) {
	copied = filepath.Join(dir, "copy.db")
	for range snapshots {
		var whole bool
		if whole, err = copyOnce(path, copied); whole || err != nil {
			return copied, err
		}
		time.Sleep(betweenSnap)
	}
	return "", &OpenError{path, ErrLocked, "is written by a running entra-app all the time, so no copy of it is whole",
		"try again when less is going on, or stop the bot for as long as it takes"}
}

func copyOnce(path, to string) (whole bool, err error) {
	from, err := os.Open(path)
	if err != nil {
		return false, explain(path, err)
	}
	defer from.Close()
	before, _, err := newestMeta(from)
	if err != nil {
		return false, damaged(path, err)
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return false, err
	}
	_, err = io.Copy(out, from)
	if err = errors.Join(err, out.Close()); err != nil {
		return false, err
	}
	after, _, err := newestMeta(from)
	return err == nil && after.commit == before.commit, err
}
