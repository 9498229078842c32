package audit

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/entra-app/entra-app/store/tree"
)

// A forger has the file, and not the key.
type forger struct {
	t         testing.TB
	log, tree *bolt.Bucket
}

// forged lets a forger write to the store, as a program that knows its format.
func (d *desk) forged(do func(f forger)) {
	d.t.Helper()
	db, err := bolt.Open(d.path("entra-app.db"), 0o600, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		do(forger{d.t, tx.Bucket([]byte("log")), tx.Bucket([]byte("tree"))})
		return nil
	})
	if err != nil || db.Close() != nil {
		d.t.Fatal(err)
	}
}

func place(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

func (f forger) get(n int) []byte {
	f.t.Helper()
	v := bytes.Clone(f.log.Get(place(n)))
	if v == nil {
		f.t.Fatalf("there is no entry %d", n)
	}
	return v
}

func (f forger) put(n int, v []byte) {
	f.t.Helper()
	if err := f.log.Put(place(n), v); err != nil {
		f.t.Fatal(err)
	}
}

func (f forger) remove(n int) {
	f.t.Helper()
	if err := f.log.Delete(place(n)); err != nil {
		f.t.Fatal(err)
	}
}

// head is what is before the line in a record: its number, its hash, a signature.
const head1, head2 = 8, 8 + tlog.HashSize

// refit gives a record the number and the hash of what it has now.
func refit(n int, v []byte) []byte {
	copy(v, place(n))
	hash := tlog.RecordHash(v[head2+tree.SignatureSize:])
	copy(v[head1:], hash[:])
	return v
}

// restored makes the stored tree again from the records, with the signature that it has.
func (f forger) restored() {
	f.t.Helper()
	var all tree.Tree
	c := f.log.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		all.Add(tlog.Hash(v[head1:head2]))
	}
	now := binary.BigEndian.AppendUint64(nil, uint64(all.Size))
	now = append(append(now, f.tree.Get([]byte("now"))[8:8+tree.SignatureSize]...), all.Bytes()...)
	if err := f.tree.Put([]byte("now"), now); err != nil {
		f.t.Fatal(err)
	}
}

// TestVerifyFindsEveryKindOfTampering has entries 0 (the log begins) and two for each of four
// requests. Some forgers leave what they find, others make all hashes fit, which takes no key.
func TestVerifyFindsEveryKindOfTampering(t *testing.T) {
	edit := func(v []byte) []byte { return bytes.Replace(v, []byte("approved it"), []byte("rejected it"), 1) }
	for what, c := range map[string]struct {
		do   func(f forger)
		says []string
	}{
		"an entry is edited": {func(f forger) { f.put(4, edit(f.get(4))) }, []string{"CHANGED: Entry 4 was changed", "rejected it"}},
		"an entry is edited, and all hashes fit": {func(f forger) { f.put(4, refit(4, edit(f.get(4)))); f.restored() },
			[]string{"ANOTHER-LOG: Entry 4 was replaced", "Up to entry 3 the log is what it was"}},
		"an entry is deleted": {func(f forger) { f.remove(4) }, []string{"LEFT-OUT: Entry 4 was left out"}},
		"an entry is deleted, and the others move up": {func(f forger) {
			for n := 4; n < 8; n++ {
				f.put(n, refit(n, f.get(n+1)))
			}
			f.remove(8)
			f.restored()
		}, []string{"ANOTHER-LOG: Entry 4 was replaced"}},
		"two entries change places": {func(f forger) { a, b := f.get(2), f.get(4); f.put(2, b); f.put(4, a) },
			[]string{"REORDERED: Entry 4 stands in the place of entry 2", "Entry 2 stands in the place of entry 4"}},
		"two entries change places, and all hashes fit": {func(f forger) {
			a, b := f.get(2), f.get(4)
			f.put(2, refit(2, b))
			f.put(4, refit(4, a))
			f.restored()
		}, []string{"ANOTHER-LOG: Entry 2 was replaced"}},
		"the last entries are deleted": {func(f forger) { f.remove(8); f.remove(7) },
			[]string{"LEFT-OUT: The entries 7 to 8 were removed from its end"}},
		"the last entries are deleted, and all hashes fit": {func(f forger) { f.remove(8); f.remove(7); f.restored() },
			[]string{"ANOTHER-KEY: The log's own head is not signed with the log's key"}},
		"an entry is added":          {func(f forger) { f.put(9, refit(9, f.get(8))) }, []string{"UNSIGNED: Entry 9 was added at the end"}},
		"the head is deleted":        {func(f forger) { f.tree.Delete([]byte("now")) }, []string{"UNSIGNED: The log's own head is gone"}},
		"the first entry is deleted": {func(f forger) { f.remove(0) }, []string{"LEFT-OUT: Entry 0 was left out"}},
	} {
		t.Run(what, func(t *testing.T) {
			d := with(t, "a", "b", "c", "d")
			d.runs(exitOK, "verify")
			d.forged(c.do)
			out, _ := d.runs(exitFailed, "verify")
			has(t, out, append(c.says, "is not what was signed")...)
			if strings.Contains(out, "all as they were written") {
				t.Errorf("and it is as it was:\n%s", out)
			}
		})
	}
}

// TestVerifyFindsALogThatSomebodyElseHasSigned has a forger who signs everything again.
func TestVerifyFindsALogThatSomebodyElseHasSigned(t *testing.T) {
	d := with(t, "a", "b")
	posted, _ := d.runs(exitOK, "head")
	d.forged(func(f forger) {
		own, err := tree.NewSigner(strings.Split(posted, "\n")[0], tree.NewSeed())
		if err != nil {
			t.Fatal(err)
		}
		var all tree.Tree
		for n := range 5 {
			v := refit(n, bytes.Replace(f.get(n), []byte("approved it"), []byte("rejected it"), 1))
			all.Add(tlog.Hash(v[head1:head2]))
			signature, _ := own.Sign(all)
			copy(v[head2:], signature)
			f.put(n, v)
			now := append(append(binary.BigEndian.AppendUint64(nil, uint64(all.Size)), signature...), all.Bytes()...)
			f.tree.Put([]byte("now"), now)
		}
	})
	out, _ := d.runs(exitFailed, "verify")
	has(t, out, "ANOTHER-KEY: The log's own head is not signed with the log's key")
	out, _ = d.runs(exitFailed, "verify", "--head", d.file("posted", posted))
	has(t, out, "ANOTHER-LOG")
}

// TestVerifyFindsAFileThatWasPutBackToAnOlderOne has a copy that is whole in itself: nothing in it
// shows that it is old, but for a head that was posted.
func TestVerifyFindsAFileThatWasPutBackToAnOlderOne(t *testing.T) {
	d := with(t, "a", "b")
	old, err := os.ReadFile(d.path("entra-app.db"))
	if err != nil {
		t.Fatal(err)
	}
	before, _ := d.runs(exitOK, "head")
	b := d.bot()
	asked(t, b, "c")
	b.Close()
	after, _ := d.runs(exitOK, "head")
	d.file("entra-app.db", string(old))
	out, _ := d.runs(exitOK, "verify", "--head", d.file("before", before))
	has(t, out, "5 entries", "and so does the one that you gave")
	out, _ = d.runs(exitFailed, "verify", "--head", d.path("before"), "--head", d.file("after", "Posted on Monday:\n> "+
		strings.ReplaceAll(after, "\n", "\n> ")))
	has(t, out, "ROLLED-BACK: The log was rolled back", "has 7 entries, and there are 5", "The entries 5 to 6 were removed")

	b = d.bot() // and goes on from there, another way
	asked(t, b, "d", "e")
	b.Close()
	out, _ = d.reads(before+"\n"+after, exitFailed, "verify", "--head", "-")
	has(t, out, "ANOTHER-LOG: The entries 5 to 6 were written a second time", "The store was put back to an older one")
}

func TestAHeadThatIsNotOfThisLogIsNamed(t *testing.T) {
	d, other := with(t, "a"), with(t, "a")
	posted, _ := other.runs(exitOK, "head")
	out, _ := d.reads(posted, exitFailed, "verify", "--head", "-")
	has(t, out, "HEAD: the head that was given, of 3 entries, can't be used: it is not signed with the log's key")
	_, errs := d.reads("nothing", exitUsage, "verify", "--head", "-")
	has(t, errs, "has no head of a log", "hint:")
}
