package tree

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// A Record is an entry as a log has stored it. Nothing of it is believed.
type Record struct {
	Place     int64     // where it is
	Index     int64     // where it says that it is
	Leaf      tlog.Hash // the hash that it says it has
	Signature []byte    // of the log up to here; nil where there is none
	Line      []byte
}

// A Fault is one thing that is wrong with a log.
type Fault struct {
	Kind FaultKind
	// From is the first entry that is not what it was or, where only a signature shows it, the first
	// that may not be; To is the last of them. Before From the log is what it was.
	From, To int64
	Text     string
}

// FaultKind says what was done to a log, for programs.
type FaultKind string

const (
	FaultChanged   FaultKind = "changed"     // the text of an entry
	FaultMissing   FaultKind = "left-out"    // entries in between, or at the end
	FaultMoved     FaultKind = "reordered"   // entries that stand in another's place
	FaultRolled    FaultKind = "rolled-back" // the log was longer once
	FaultOther     FaultKind = "another-log" // what was signed was another log: changed, left out or reordered
	FaultUnsigned  FaultKind = "unsigned"    // nobody signed the end of it
	FaultOtherKey  FaultKind = "another-key" // somebody else signed it
	FaultSplitView FaultKind = "two-logs"    // two heads of one key contradict each other
)

// A Signed head is one that was checked, and where it is from.
type Signed struct {
	Head
	From string // "posted.txt", "the store"
}

// A Check looks through a log, one record after another.
type Check struct {
	keys   []string
	heads  []Signed
	now    Tree
	good   int64 // every head up to this size fits
	bad    *Signed
	places int64 // how many records there were
	last   Record
	signed int64 // the size of the last signature
	faults []Fault
}

// NewCheck returns a check of a log by the heads that somebody has. keys are the public keys that
// may have signed it.
func NewCheck(keys []string, heads []Signed) *Check {
	c := &Check{keys: keys, heads: slices.Clone(heads)}
	sort.SliceStable(c.heads, func(i, j int) bool { return c.heads[i].Size < c.heads[j].Size })
	for i := 1; i < len(c.heads); i++ {
		if a, b := c.heads[i-1], c.heads[i]; a.Size == b.Size && a.Hash != b.Hash {
			c.fault(FaultSplitView, 0, a.Size-1, "Two heads, %s and %s, are signed with the log's key and are of %d entries, but not of "+
				"the same: two logs were shown to different people.", a.From, b.From, a.Size)
		}
	}
	return c
}

func (c *Check) fault(kind FaultKind, from, to int64, format string, args ...any) {
	const most = 1000 // of each that is wrong at least the first is named
	if len(c.faults) < most {
		c.faults = append(c.faults, Fault{kind, from, to, fmt.Sprintf(format, args...)})
	}
}

// Add looks at the next record.
func (c *Check) Add(r Record) {
	if r.Place > c.now.Size {
		c.fault(FaultMissing, c.now.Size, r.Place-1, "%s: the log goes on with entry %d.", theyAre(c.now.Size, r.Place-1, "left out"),
			r.Place)
	}
	for c.now.Size < r.Place && r.Place-c.now.Size < 1<<20 {
		c.add(tlog.Hash{})
	}
	switch real := tlog.RecordHash(r.Line); {
	case r.Index != r.Place:
		c.fault(FaultMoved, r.Place, r.Place, "Entry %d stands in the place of entry %d: the order was changed.", r.Index, r.Place)
	case len(r.Line) == 0:
		c.fault(FaultMissing, r.Place, r.Place, "Entry %d was lost when a damaged file was repaired.", r.Place)
	case real != r.Leaf:
		c.fault(FaultChanged, r.Place, r.Place, "Entry %d was changed: its text does not have the hash that was written with it.", r.Place)
	}
	c.places++
	if r.Signature != nil {
		c.signed = r.Place + 1
	}
	c.last = r
	c.add(r.Leaf)
}

func (c *Check) add(leaf tlog.Hash) {
	c.now.Add(leaf)
	for len(c.heads) > 0 && c.heads[0].Size <= c.now.Size {
		h := c.heads[0]
		c.heads = c.heads[1:]
		switch {
		case h.Size != c.now.Size || c.bad != nil:
		case h.Hash == c.now.Hash():
			c.good = h.Size
		default:
			c.bad = &h
		}
	}
}

// theyAre is "Entry 5 was left out", or of several.
func theyAre(from, to int64, what string) string {
	if from == to {
		return fmt.Sprintf("Entry %d was %s", from, what)
	}
	return fmt.Sprintf("The entries %d to %d were %s", from, to, what)
}

// End is called after the last record, with the head that the log has stored of itself. again
// reads the log a second time, which takes place only where a head does not fit.
func (c *Check) End(stored Head, signature []byte, again func(func(Record) error) error) []Fault {
	for _, h := range c.heads {
		c.fault(FaultRolled, c.now.Size, h.Size-1, "The log was rolled back: the head of %s has %d entries, and there are %d. %s.", h.From,
			h.Size, c.now.Size, theyAre(c.now.Size, h.Size-1, "removed from its end"))
	}
	signedBy := c.by(stored, signature)
	switch {
	case stored.Size > c.now.Size:
		c.fault(FaultMissing, c.now.Size, stored.Size-1, "%s: the log's own head has %d entries.",
			theyAre(c.now.Size, stored.Size-1, "removed from its end"), stored.Size)
	case stored.Size < c.now.Size:
		c.fault(FaultUnsigned, stored.Size, c.now.Size-1, "%s, and nobody signed that: the log's own head has %d entries.",
			theyAre(stored.Size, c.now.Size-1, "added at the end"), stored.Size)
	case !signedBy:
		c.fault(FaultOtherKey, 0, stored.Size-1, "The log's own head is not signed with the log's key: somebody else wrote it.")
	case stored.Hash != c.now.Hash() && c.bad == nil:
		c.bad = &Signed{stored, "the store"}
	}
	if c.bad != nil || !signedBy || c.signed != c.now.Size {
		c.narrow(signedBy, again)
	}
	slices.SortStableFunc(c.faults, func(a, b Fault) int { return int(min(1, max(-1, a.From-b.From))) })
	return c.faults
}

// by reports whether a head has this signature of one of the keys.
func (c *Check) by(h Head, signature []byte) bool {
	return slices.ContainsFunc(c.keys, func(key string) bool {
		text, err := Note(key, h, signature)
		if err == nil {
			_, err = Open(text, key)
		}
		return err == nil
	})
}

// A signature is that of the log when it had this size.
type signature struct {
	size  int64
	bytes []byte
}

// signatures reads the log again: all its leaves, and the signatures of sizes over low, up to high.
func signatures(low, high int64, again func(func(Record) error) error) (all Leaves, signed []signature, err error) {
	err = again(func(r Record) error {
		for all.Size() < r.Place && r.Place-all.Size() < 1<<20 {
			all.Add(tlog.Hash{})
		}
		all.Add(r.Leaf)
		if size := r.Place + 1; r.Signature != nil && size > low && size <= high {
			signed = append(signed, signature{size, slices.Clone(r.Signature)})
		}
		return nil
	})
	return all, signed, err
}

// narrow finds between a head that fits and one that does not the first signature that does not
// fit: the log is signed with every change. What came before a wrong entry fits, and nothing after.
// ours says that the end is signed with the log's key.
func (c *Check) narrow(ours bool, again func(func(Record) error) error) {
	low, high := c.good, c.now.Size
	if c.bad != nil {
		high = c.bad.Size
	}
	all, signed, err := signatures(low, high, again)
	if err != nil {
		c.fault(FaultOther, low, high-1, "The log can't be read again: %v.", err)
		return
	}
	first := sort.Search(len(signed), func(i int) bool {
		hash, err := all.Hash(signed[i].size)
		return err != nil || !c.by(Head{c.origin(), signed[i].size, hash}, signed[i].bytes)
	})
	if c.bad != nil && first == len(signed) && ours {
		c.fault(FaultOther, low, high-1, "%s: all of them are signed with the log's own key, and %s is of others. The store was put back "+
			"to an older one and the bot went on from there, or there are two.", theyAre(low, high-1, "written a second time"), c.bad.From)
		return
	}
	if !ours && first == 0 && c.bad == nil && low == 0 {
		return // somebody else signed all of it, and that was said
	}
	if first > 0 {
		low = signed[first-1].size
	}
	if first < len(signed) {
		high = signed[first].size
	}
	known := func(f Fault) bool { return f.Kind != FaultOtherKey && f.From >= low && f.From < high }
	if low >= high || slices.ContainsFunc(c.faults, known) {
		return
	}
	text := "%s since the log was signed: changed, left out, or put in another order, with the hashes made to fit."
	if low > 0 {
		text += fmt.Sprintf(" Up to entry %d the log is what it was.", low-1)
	}
	c.fault(FaultOther, low, high-1, text, theyAre(low, high-1, "replaced"))
}

// origin is the name of the log, which is that of its keys.
func (c *Check) origin() string {
	if len(c.keys) == 0 {
		return ""
	}
	name, _, _ := strings.Cut(c.keys[0], "+")
	return name
}

// Size is how many entries the log has.
func (c *Check) Size() int64 { return c.now.Size }
