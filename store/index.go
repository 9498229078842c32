package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/workflow"
)

// The buckets of the file. Package store's comment says what is in them.
var (
	metaBucket     = []byte("meta")
	requestsBucket = []byte("requests")
	claimsBucket   = []byte("claims")
	dueBucket      = []byte("due")
	newBucket      = []byte("new")
	listsBucket    = []byte("lists")

	buckets = [][]byte{metaBucket, requestsBucket, claimsBucket, dueBucket, newBucket, listsBucket}
	// laterBuckets came with later versions: a file of an older one has none of them.
	laterBuckets = [][]byte{linksBucket, logBucket, treeBucket, toldBucket, keptBucket}
)

// The kinds of list in listsBucket.
const (
	byRequester = 'r'
	byTeam      = 't'
	byState     = 's'
	byApp       = 'a'
	byName      = 'n'
	byKeeper    = 'k'
	byEnd       = 'e'
)

// newLimit is how many requests newBucket holds before all are filed at once. It
// is a variable for the tests alone.
var newLimit uint64 = 256

// marks are what a request is found by, but for its number and its time.
type marks struct {
	requester, team, state string
	name                   string // folded
	app                    string // an App ID
	keepers                string // IDs, with spaces between them
	ends                   string // a day
}

func marksOf(r *workflow.Request) marks {
	var keepers []string
	for _, p := range r.Owners() {
		keepers = append(keepers, p.ID)
	}
	return marks{r.Requester.ID, r.Team, string(r.State), fold(r.AppName()), r.Made.AppID, strings.Join(keepers, " "), r.EndsOn()}
}

// bytes is the form that newBucket keeps: each with its length before it.
func (m marks) bytes() []byte {
	var b []byte
	for _, s := range []string{m.requester, m.team, m.state, m.name, m.app, m.keepers, m.ends} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return b
}

func readMarks(b []byte) (m marks) {
	for _, s := range []*string{&m.requester, &m.team, &m.state, &m.name, &m.app, &m.keepers, &m.ends} {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return m
		}
		*s, b = string(b[size:][:n]), b[size+int(n):]
	}
	return m
}

// entries are the lists that request number n is in: the beginning of each one's
// keys, and the number; in order.
func (m marks) entries(n uint64) [][]byte {
	var out [][]byte
	type entry struct {
		kind  byte
		value string
	}
	all := []entry{{byRequester, m.requester}, {byTeam, m.team}, {byState, m.state}, {byApp, m.app}, {byEnd, m.ends}}
	for k := range strings.FieldsSeq(m.keepers) {
		all = append(all, entry{byKeeper, k})
	}
	for _, l := range all {
		if l.value != "" {
			out = append(out, numbered(listPrefix(l.kind, l.value), n))
		}
	}
	for _, g := range nameGrams(m.name) {
		out = append(out, numbered(gramPrefix(g), n))
	}
	slices.SortFunc(out, bytes.Compare)
	return slices.CompactFunc(out, bytes.Equal)
}

// mark makes a request that is new, or was found by other marks, found by these.
func mark(tx *bolt.Tx, n uint64, was *marks, is marks) error {
	fresh := tx.Bucket(newBucket)
	switch key := requestKey(n); {
	case was == nil:
		if err := fresh.Put(key, is.bytes()); err != nil {
			return err
		}
		if count, err := fresh.NextSequence(); err != nil || count < newLimit {
			return err
		}
		return file(tx)
	case *was == is:
		return nil
	case fresh.Get(key) != nil:
		return fresh.Put(key, is.bytes())
	}
	old, now := was.entries(n), is.entries(n)
	in := func(es [][]byte) func([]byte) bool {
		return func(e []byte) bool { _, found := slices.BinarySearchFunc(es, e, bytes.Compare); return found }
	}
	gone, added := slices.DeleteFunc(slices.Clone(old), in(now)), slices.DeleteFunc(slices.Clone(now), in(old))
	return errors.Join(unlist(tx, gone), enlist(tx, added))
}

// file puts all new requests into their lists.
func file(tx *bolt.Tx) error {
	var all [][]byte
	c := tx.Bucket(newBucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		all = append(all, readMarks(v).entries(number(k))...)
	}
	slices.SortFunc(all, bytes.Compare)
	if err := tx.DeleteBucket(newBucket); err != nil {
		return err
	}
	if _, err := tx.CreateBucket(newBucket); err != nil { // it counts from 0 again
		return err
	}
	return enlist(tx, all)
}

// remind makes a request due at a time, and no longer at another. Zero is never.
func remind(tx *bolt.Tx, n uint64, was, is time.Time) error {
	if was.Equal(is) {
		return nil
	}
	if !was.IsZero() {
		if err := tx.Bucket(dueBucket).Delete(dueKey(was, n)); err != nil {
			return err
		}
	}
	if is.IsZero() {
		return nil
	}
	return tx.Bucket(dueBucket).Put(dueKey(is, n), nil)
}

// requestKey is the key of request number n.
func requestKey(n uint64) []byte { return numbered(nil, n) }

// numbered returns prefix and the number, such that the newest come first.
func numbered(prefix []byte, n uint64) []byte {
	return binary.BigEndian.AppendUint64(prefix[:len(prefix):len(prefix)], ^n)
}

// number is the number at the end of a key, or 0, which no request has, where the key is
// damaged and too short.
func number(key []byte) uint64 {
	if len(key) < 8 {
		return 0
	}
	return ^binary.BigEndian.Uint64(key[len(key)-8:])
}

// listPrefix begins the keys of one list. The length keeps a value from being
// the beginning of another.
func listPrefix(kind byte, value string) []byte {
	return append(binary.AppendUvarint([]byte{kind}, uint64(len(value))), value...)
}

// gramPrefix begins the keys of the list of the names that have this run of
// runes in them, or of all lists of runs that begin like this.
func gramPrefix(gram string) []byte { return append([]byte{byName}, gram...) }

// dueKey orders by time, then by age.
func dueKey(t time.Time, n uint64) []byte {
	return binary.BigEndian.AppendUint64(dueTime(t), n)
}

// dueTime is t in nanoseconds, in bytes that have the order of time. Times that
// do not fit are the first or the last that does.
func dueTime(t time.Time) []byte {
	ns := t.UnixNano()
	switch year := t.UTC().Year(); {
	case year < 1678:
		ns = math.MinInt64
	case year > 2261:
		ns = math.MaxInt64
	}
	return binary.BigEndian.AppendUint64(nil, uint64(ns)^1<<63)
}
