package store

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/workflow"
)

// A list is a set of request numbers, read from the highest down.
type list interface {
	// seek returns the highest number in the list that is not above most, or
	// false if there is none. Every call has a lower most than the one before,
	// or the same.
	seek(most uint64) (uint64, bool)
}

// everything is the list of all requests.
type everything struct{ c *bolt.Cursor }

func (l everything) seek(most uint64) (uint64, bool) {
	k, _ := l.c.Seek(requestKey(most))
	for k != nil && len(k) != 8 { // damaged
		k, _ = l.c.Next()
	}
	return number(k), k != nil
}

// kept is a list in listsBucket, by the beginning of its keys.
type kept struct {
	c      *bolt.Cursor
	prefix []byte
	begun  bool
	at     uint64 // where the last seek ended
	over   bool   // it found nothing
}

func (l *kept) seek(most uint64) (uint64, bool) {
	if !l.begun || !l.over && l.at > most {
		l.begun = true
		l.at, l.over = l.find(most)
	}
	return l.at, !l.over
}

func (l *kept) find(most uint64) (at uint64, over bool) {
	key := numbered(l.prefix, most/blockSize)
	k, v := l.c.Seek(key)
	if bytes.Equal(k, key) {
		if i := slices.IndexFunc(v, func(low byte) bool { return low <= byte(most%blockSize) }); i >= 0 {
			return most/blockSize*blockSize + uint64(v[i]), false
		}
		k, v = l.c.Next()
	}
	for k != nil && len(v) == 0 { // damaged
		k, v = l.c.Next()
	}
	if len(k) != len(l.prefix)+8 || !bytes.HasPrefix(k, l.prefix) {
		return 0, true
	}
	return number(k)*blockSize + uint64(v[0]), false
}

// numbers are a list in memory.
type numbers []uint64

func (l *numbers) seek(most uint64) (uint64, bool) {
	for len(*l) > 0 && (*l)[0] > most {
		*l = (*l)[1:]
	}
	if len(*l) == 0 {
		return 0, false
	}
	return (*l)[0], true
}

// anyOf is all that is in one of its lists.
type anyOf []list

func (a anyOf) seek(most uint64) (at uint64, ok bool) {
	for _, l := range a {
		if n, in := l.seek(most); in && (!ok || n > at) {
			at, ok = n, true
		}
	}
	return at, ok
}

// allOf is what is in each of its lists. They leap over each other: where one
// has a gap the others do not look.
type allOf []list

func (a allOf) seek(most uint64) (uint64, bool) {
	for {
		at := most
		for _, l := range a {
			n, ok := l.seek(at)
			if !ok {
				return 0, false
			}
			at = n
		}
		if at == most {
			return at, true
		}
		most = at
	}
}

// wanted is what a query asks for. A query for all requests asks for those that are gone, too.
func wanted(tx *bolt.Tx, q workflow.Query, gone list) list {
	of := func(prefix []byte) list { return &kept{c: tx.Bucket(listsBucket).Cursor(), prefix: prefix} }
	var whose anyOf
	if q.Requester != "" {
		whose = append(whose, of(listPrefix(byRequester, q.Requester)))
	}
	if q.Team != "" {
		whose = append(whose, of(listPrefix(byTeam, q.Team)))
	}
	var all allOf
	if whose != nil {
		all = append(all, whose)
	}
	if q.App != "" {
		all = append(all, of(listPrefix(byApp, q.App)))
	}
	if q.Keeper != "" {
		all = append(all, of(listPrefix(byKeeper, q.Keeper)))
	}
	if q.Ends != "" {
		all = append(all, of(listPrefix(byEnd, q.Ends)))
	}
	if q.State != "" {
		all = append(all, of(listPrefix(byState, string(q.State))))
	}
	if text := fold(q.Text); text != "" {
		all = append(all, named(tx.Bucket(listsBucket).Cursor(), of, text))
	}
	if all == nil {
		return anyOf{everything{tx.Bucket(requestsBucket).Cursor()}, gone}
	}
	return anyOf{unfiled(tx, q), all}
}

// unfiled is what a query asks for among the new requests.
func unfiled(tx *bolt.Tx, q workflow.Query) list {
	var found numbers
	text := fold(q.Text)
	c := tx.Bucket(newBucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		m := readMarks(v)
		whose := q.Requester != "" && m.requester == q.Requester || q.Team != "" && m.team == q.Team ||
			q.Requester == "" && q.Team == ""
		if whose && (q.State == "" || m.state == string(q.State)) && (q.App == "" || m.app == q.App) &&
			(q.Ends == "" || m.ends == q.Ends) &&
			(q.Keeper == "" || slices.Contains(strings.Fields(m.keepers), q.Keeper)) && strings.Contains(m.name, text) {
			found = append(found, number(k))
		}
	}
	return &found
}

// named are the filed requests with a name that has all the runs of text in it. A text
// that is shorter than a run is the beginning of several, any of which will do:
// how many depends on the alphabet, not on the requests.
func named(c *bolt.Cursor, of func(prefix []byte) list, text string) list {
	if runes(text, gramSize) > 0 {
		var all allOf
		for _, g := range grams(text) {
			all = append(all, of(gramPrefix(g)))
		}
		return all
	}
	var found anyOf
	past := bytes.Repeat([]byte{0xff}, 9)
	begin := gramPrefix(text)
	for k, _ := c.Seek(begin); bytes.HasPrefix(k, begin); {
		if len(k) < len(begin)+8 { // damaged
			k, _ = c.Next()
			continue
		}
		prefix := bytes.Clone(k[:len(k)-8])
		found = append(found, of(prefix))
		k, _ = c.Seek(append(prefix[:len(prefix):len(prefix)], past...))
	}
	return found
}

// due calls f with the numbers of the requests whose time has come, and that time as
// dueTime makes it, those that are due longest first, until it returns false.
func due(tx *bolt.Tx, q workflow.Query, f func(n uint64, at []byte) bool) {
	last := dueTime(q.DueBy)
	c := tx.Bucket(dueBucket).Cursor()
	for k, _ := c.First(); k != nil && bytes.Compare(k[:min(8, len(k))], last) <= 0; k, _ = c.Next() {
		if len(k) == 16 && !f(binary.BigEndian.Uint64(k[8:]), k[:8]) {
			return
		}
	}
}
