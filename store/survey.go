package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/workflow"
)

// errGone is why a request can't be read that other buckets speak of and that is not there.
var errGone = errors.New("it is not in the file: the page that held it is damaged")

// A survey compares what the other buckets say with the requests, which are the truth.
// bbolt has no checksums, so one wrong bit there leaves a file that opens and a list that
// lacks a request, or a deadline that never comes.
type survey struct {
	numbers []uint64                          // of all requests, ascending
	unread  map[uint64]bool                   // those of them that can't be read, and those that are gone
	moved   map[uint64]uint64                 // requests with a damaged key: from what number, to which
	counter uint64                            // the number of the newest request, as the file has it
	fault   error                             // what is wrong with the other buckets, nil where nothing is
	sums    map[string]*struct{ a, b uint64 } // by bucket: of what it should hold, and of what it holds
	seed    maphash.Seed
}

// surveyed looks at every request and everything that is said of it. It decodes all of
// them, which takes a second for some thirty thousand.
func (b *Bolt) surveyed(tx *bolt.Tx) *survey {
	s := &survey{unread: map[uint64]bool{}, moved: map[uint64]uint64{}, seed: maphash.MakeSeed(),
		sums: map[string]*struct{ a, b uint64 }{}, counter: tx.Bucket(requestsBucket).Sequence()}
	for _, name := range [][]byte{claimsBucket, dueBucket, newBucket, listsBucket} {
		s.sums[string(name)] = &struct{ a, b uint64 }{}
	}
	s.requests(tx, b)
	gone := s.spoken(tx)
	for n := range gone {
		if n == 0 || n > s.counter {
			s.wrong("it refers to a request that never existed")
			continue
		}
		if from, r := s.strayed(tx, b, n); r != nil {
			s.moved[from] = n
			s.wrong("a request has another number than its lists say")
			continue
		}
		s.unread[n] = true
		b.note(n, errGone)
	}
	for name, sum := range s.sums {
		if sum.a != sum.b {
			s.wrong("the requests do not say what is in " + name)
		}
	}
	if last := len(s.numbers) - 1; last >= 0 && s.counter < s.numbers[last] {
		s.wrong("the number of the newest request is too low")
	}
	return s
}

func (s *survey) wrong(what string) {
	if s.fault == nil {
		s.fault = errors.New(what)
	}
}

func (s *survey) hash(key []byte) uint64 { return maphash.Bytes(s.seed, key) }

// claimed is a claim with its holder, and a key that no other claim has.
func claimed(claim string, n uint64) []byte { return numbered(append([]byte(claim), 0), n) }

// requests adds up what the requests say.
func (s *survey) requests(tx *bolt.Tx, b *Bolt) {
	fresh, held := tx.Bucket(newBucket), tx.Bucket(claimsBucket)
	c := tx.Bucket(requestsBucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if len(k) != 8 { // damaged, and whoever speaks of it names it
			continue
		}
		n := number(k)
		s.numbers = append(s.numbers, n)
		r, err := b.decode(n, v)
		if err != nil {
			s.unread[n] = true
			continue
		}
		if !r.WakeAt.IsZero() {
			s.sums["due"].a += s.hash(dueKey(r.WakeAt, n))
		}
		for _, claim := range r.Claims() {
			switch v := held.Get([]byte(claim)); {
			case len(v) != 8:
				s.wrong("a claim is missing")
			case binary.BigEndian.Uint64(v) == n: // or another has it, and has to say so
				s.sums["claims"].a += s.hash(claimed(claim, n))
			}
		}
		m := marksOf(r)
		if is := fresh.Get(k); is != nil {
			if !bytes.Equal(is, m.bytes()) {
				s.wrong("a new request is found by something else")
			}
			continue
		}
		for _, e := range m.entries(n) {
			s.sums["lists"].a += s.hash(e)
		}
	}
	slices.Reverse(s.numbers)
}

// spoken adds up what the other buckets say of requests that can be read. It returns the
// numbers without a request.
func (s *survey) spoken(tx *bolt.Tx) (gone map[uint64]bool) {
	gone = map[uint64]bool{}
	mentions(tx, func(bucket string, entry []byte, n uint64, ok bool) {
		_, there := slices.BinarySearch(s.numbers, n)
		switch {
		case !ok:
			s.wrong("a key in " + bucket + " is damaged")
		case !there:
			gone[n] = true
		case !s.unread[n] && bucket != "new":
			s.sums[bucket].b += s.hash(entry)
		}
	})
	return gone
}

// mentions calls f for all that the other buckets say of a request: an entry, as numbered and
// dueKey make them, with its number. ok is false for what none of them makes.
func mentions(tx *bolt.Tx, f func(bucket string, entry []byte, n uint64, ok bool)) {
	walk := func(name []byte, f func(k, v []byte)) {
		c := tx.Bucket(name).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			f(k, v)
		}
	}
	walk(claimsBucket, func(k, v []byte) {
		if len(v) != 8 {
			f("claims", k, 0, false)
			return
		}
		n := binary.BigEndian.Uint64(v)
		f("claims", claimed(string(k), n), n, true)
	})
	walk(dueBucket, func(k, _ []byte) {
		if len(k) != 16 {
			f("due", k, 0, false)
			return
		}
		f("due", k, binary.BigEndian.Uint64(k[8:]), true)
	})
	walk(newBucket, func(k, _ []byte) { f("new", k, number(k), len(k) == 8) })
	walk(listsBucket, func(k, v []byte) {
		if len(k) <= 8 || len(v) == 0 {
			f("lists", k, 0, false)
			return
		}
		for _, low := range v {
			n := number(k)*blockSize + uint64(low)
			f("lists", numbered(k[:len(k)-8], n), n, true)
		}
	})
}

// strayed returns the request that is number n by all that is said of it, and is kept
// under a number that differs in one bit, of which nothing is said. It is nil where there
// is none.
func (s *survey) strayed(tx *bolt.Tx, b *Bolt, n uint64) (from uint64, r *workflow.Request) {
	for bit := range 64 {
		from = n ^ 1<<bit
		v := tx.Bucket(requestsBucket).Get(requestKey(from))
		if v == nil {
			continue
		}
		r, err := b.decode(from, v)
		if err == nil && listedAs(tx, n, r) && !listedAs(tx, from, r) {
			return from, r
		}
	}
	return 0, nil
}

// listedAs reports whether a request is in all of its lists as number n.
func listedAs(tx *bolt.Tx, n uint64, r *workflow.Request) bool {
	m := marksOf(r)
	if is := tx.Bucket(newBucket).Get(requestKey(n)); is != nil {
		return bytes.Equal(is, m.bytes())
	}
	for _, e := range m.entries(n) {
		if bytes.IndexByte(tx.Bucket(listsBucket).Get(blockKey(e)), byte(n%blockSize)) < 0 {
			return false
		}
	}
	return true
}
