package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/entra-app/entra-app/store/tree"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
)

// The log of what happened: a transparency log, whose entries are written in the transaction of
// what they tell. logBucket has a record for each entry, treeBucket what is needed to go on and
// the key that signs, toldBucket which entries are about which request.
var (
	logBucket  = []byte("log")
	treeBucket = []byte("tree")
	toldBucket = []byte("told")
)

// What treeBucket holds.
var (
	nowKey  = []byte("now") // size, signature and tree
	seedKey = []byte("key") // what signs, sealed with the key of the store
)

// errLog is why nothing is written where the log can't be gone on with: what can't be told is
// not done.
var errLog = errors.New("the log of the store is damaged, and can't be continued")

// A record is an entry as it is stored. Its number is in it beside the key, as bbolt has no
// checksums; the hash is that of its line.
type record struct {
	index     int64
	leaf      tlog.Hash
	signature []byte // of the log up to here, in the last record of a transaction
	line      []byte
}

const recordHead = 8 + tlog.HashSize + tree.SignatureSize

var noSignature = make([]byte, tree.SignatureSize)

func (r record) bytes() []byte {
	out := make([]byte, 0, recordHead+len(r.line))
	out = binary.BigEndian.AppendUint64(out, uint64(r.index))
	out = append(out, r.leaf[:]...)
	if r.signature == nil {
		r.signature = noSignature
	}
	return append(append(out, r.signature...), r.line...)
}

// readRecord reads a stored record. whole reports whether its line is the one that was hashed.
func readRecord(v []byte) (r record, whole bool) {
	if len(v) < recordHead {
		return record{index: -1}, false
	}
	r.index, v = int64(binary.BigEndian.Uint64(v)), v[8:]
	r.leaf, v = tlog.Hash(v[:tlog.HashSize]), v[tlog.HashSize:]
	r.signature, r.line = v[:tree.SignatureSize], v[tree.SignatureSize:]
	if string(r.signature) == string(noSignature) {
		r.signature = nil
	}
	return r, tlog.RecordHash(r.line) == r.leaf
}

func recordKey(index int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(index)) }

// toldKey says that an entry is about request number n.
func toldKey(n uint64, index int64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, n), uint64(index))
}

// A state is what a log is now.
type state struct {
	tree      tree.Tree
	signature []byte
}

func (s state) bytes() []byte {
	out := binary.BigEndian.AppendUint64(nil, uint64(s.tree.Size))
	return append(append(out, s.signature...), s.tree.Bytes()...)
}

func readState(v []byte) (s state, err error) {
	if len(v) < 8+tree.SignatureSize {
		return s, errLog
	}
	s.signature = append([]byte(nil), v[8:8+tree.SignatureSize]...)
	s.tree, err = tree.Parse(int64(binary.BigEndian.Uint64(v)), v[8+tree.SignatureSize:])
	return s, err
}

// tell appends entries, which are about request number n, or about none where it is 0.
func (b *Bolt) tell(tx *bolt.Tx, n uint64, entries []audit.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	now, err := readState(tx.Bucket(treeBucket).Get(nowKey))
	if err != nil {
		return fmt.Errorf("%w: %w", errLog, err)
	}
	log, told := tx.Bucket(logBucket), tx.Bucket(toldBucket)
	log.FillPercent = 1 // it only grows at its end
	for i, e := range entries {
		if n > 0 {
			e.Request = formatID(n)
		}
		if e.At.IsZero() {
			e.At = time.Now()
		}
		r := record{index: now.tree.Size}
		if r.line, err = e.Line(); err != nil {
			return err
		}
		r.leaf = tlog.RecordHash(r.line)
		now.tree.Add(r.leaf)
		if i == len(entries)-1 {
			if r.signature, err = b.signer.Sign(now.tree); err != nil {
				return err
			}
			now.signature = r.signature
		}
		key := recordKey(r.index)
		if log.Get(key) != nil { // of a damaged log, and never overwritten
			return fmt.Errorf("%w: there is an entry %d already", errLog, r.index)
		}
		if err := log.Put(key, r.bytes()); err != nil {
			return err
		}
		if of, ok := parseID(e.Request); ok {
			if err := told.Put(toldKey(of, r.index), nil); err != nil {
				return err
			}
		}
	}
	return tx.Bucket(treeBucket).Put(nowKey, now.bytes())
}

// Record appends an entry about what is in no request's history.
func (b *Bolt) Record(ctx context.Context, e audit.Entry) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.busy.Done()
	if e.From == "" {
		e.From = audit.From(ctx)
	}
	return b.db.Batch(func(tx *bolt.Tx) error { return b.tell(tx, 0, []audit.Entry{e}) })
}

// Entries returns all entries about a request, the oldest first. Those that can't be read are
// named in a *workflow.UnreadableError beside the others.
func (b *Bolt) Entries(ctx context.Context, request string) ([]audit.Entry, error) {
	if err := b.enter(ctx); err != nil {
		return nil, err
	}
	defer b.busy.Done()
	n, ok := parseID(request)
	if !ok {
		return nil, nil
	}
	var found []audit.Entry
	var unread workflow.UnreadableError
	err := b.db.View(func(tx *bolt.Tx) error {
		log := tx.Bucket(logBucket)
		c := tx.Bucket(toldBucket).Cursor()
		for k, _ := c.Seek(toldKey(n, 0)); len(k) == 16 && binary.BigEndian.Uint64(k) == n; k, _ = c.Next() {
			r, whole := readRecord(log.Get(k[8:]))
			e, err := audit.Read(r.line)
			if !whole || err != nil || e.Request != request {
				unread.Records = append(unread.Records, workflow.Unreadable{
					ID: fmt.Sprint("entry ", binary.BigEndian.Uint64(k[8:]), " of the log"), Err: errSum})
				continue
			}
			found = append(found, e)
		}
		return nil
	})
	if err == nil && unread.Records != nil {
		err = &unread
	}
	return found, err
}

// Head returns how many entries there are, with one signed hash of them all.
func (b *Bolt) Head(ctx context.Context) (h audit.Head, err error) {
	if err := b.enter(ctx); err != nil {
		return h, err
	}
	defer b.busy.Done()
	err = b.db.View(func(tx *bolt.Tx) error {
		now, err := readState(tx.Bucket(treeBucket).Get(nowKey))
		if err != nil {
			return err
		}
		h, err = now.head(b.signer)
		return err
	})
	return h, err
}

func (s state) head(by *tree.Signer) (audit.Head, error) {
	sum := s.tree.Hash()
	text, err := tree.Note(by.VerifierKey(), tree.Head{Origin: by.Name(), Size: s.tree.Size, Hash: sum}, s.signature)
	return audit.Head{Size: s.tree.Size, Hash: sum.String(), Note: text}, err
}

// VerifierKey is the public key with which everybody can check the heads of the log, as text.
func (b *Bolt) VerifierKey() string { return b.signer.VerifierKey() }
