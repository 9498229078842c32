package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/storetest"
	"github.com/entra-app/entra-app/workflow"
)

// rekeys gives a value of a bucket another key.
func rekeys(t *testing.T, b *Bolt, bucket, from, to []byte) {
	t.Helper()
	err := b.db.Update(func(tx *bolt.Tx) error {
		in := tx.Bucket(bucket)
		value := bytes.Clone(in.Get(from))
		if value == nil {
			return errors.New("it is not there")
		}
		return errors.Join(in.Delete(from), in.Put(to, value))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// reopened closes a store and opens its file again, which may be repaired then.
func reopened(t *testing.T, b *Bolt) *Bolt {
	t.Helper()
	path := b.db.Path()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

// asksDue checks which requests are due until allDue.
func asksDue(t *testing.T, b *Bolt, want string) {
	t.Helper()
	found, err := b.List(t.Context(), workflow.Query{DueBy: allDue})
	if got := idsOf(found); err != nil || got != want {
		t.Errorf("due are %q, want %q; %v", got, want, err)
	}
}

func TestADamagedDeadlineIsWrittenAgain(t *testing.T) {
	for what, bit := range map[string]byte{"to an earlier time": 0x10, "to a later time": 0x20} {
		t.Run(what, func(t *testing.T) {
			b := openTemp(t)
			keep(t, b, 4)
			later := allDue.Add(7 * 24 * time.Hour)
			if _, err := b.Update(t.Context(), "EA-4", func(r *workflow.Request) error { r.WakeAt = later; return nil }); err != nil {
				t.Fatal(err)
			}
			n, at := uint64(4), later
			if bit == 0x20 {
				n, at = 2, storetest.Pending("x").WakeAt
			}
			broken := dueKey(at, n)
			broken[0] ^= bit
			rekeys(t, b, dueBucket, dueKey(at, n), broken)
			if bit == 0x10 {
				asksDue(t, b, "EA-1 EA-2 EA-3") // the time is the request's own
			}
			b = reopened(t, b)
			if b.Repaired() == nil {
				t.Error("it was not repaired, or does not say so")
			}
			asksDue(t, b, "EA-1 EA-2 EA-3")
			if b = reopened(t, b); b.Repaired() != nil {
				t.Errorf("it was repaired again: %v", b.Repaired())
			}
		})
	}
}

func TestAListThatIsSeenToBeDamagedIsWrittenAgainWhileTheStoreIsOpen(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 4)
	at := storetest.Pending("x").WakeAt
	broken := dueKey(at, 3)
	broken[7] ^= 1
	rekeys(t, b, dueBucket, dueKey(at, 3), broken)
	b.List(t.Context(), workflow.Query{DueBy: allDue})
	if err := b.Readable(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := b.db.View(func(tx *bolt.Tx) error {
		if tx.Bucket(dueBucket).Get(dueKey(at, 3)) == nil || tx.Bucket(dueBucket).Get(broken) != nil {
			t.Error("it was not written again")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAListThatSpeaksOfARequestThatNeverWasEnds has EA-0 in it, before which there is none.
func TestAListThatSpeaksOfARequestThatNeverWasEnds(t *testing.T) {
	usual := newLimit
	t.Cleanup(func() { newLimit = usual })
	newLimit = 2
	b := openTemp(t)
	keep(t, b, 4)
	key := blockKey(numbered(listPrefix(byState, string(workflow.StatePending)), 1))
	put(t, b, listsBucket, key, []byte{4, 3, 2, 0})
	within, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	found, err := b.List(within, workflow.Query{State: workflow.StatePending})
	if got := idsOf(found); err != nil || got != "EA-4 EA-3 EA-2" {
		t.Errorf("%s, %v", got, err)
	}
	if err := b.Readable(within); err != nil {
		t.Fatal(err)
	}
	found, err = b.List(within, workflow.Query{State: workflow.StatePending})
	if got := idsOf(found); err != nil || got != "EA-4 EA-3 EA-2 EA-1" {
		t.Errorf("once Readable has seen it: %s, %v", got, err)
	}
}

func TestAnEmptyOrShortEntryOfAListStopsNothing(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 3)
	put(t, b, listsBucket, []byte{byName, 'a', 'p'}, []byte{1})
	put(t, b, listsBucket, blockKey(numbered(listPrefix(byState, string(workflow.StatePending)), 1)), nil)
	put(t, b, dueBucket, []byte{0}, nil)
	put(t, b, newBucket, []byte{0}, nil)
	put(t, b, claimsBucket, []byte("short"), []byte{1})
	for what, q := range map[string]workflow.Query{
		"all": {}, "by state": {State: workflow.StatePending}, "by letter": {Text: "p"}, "due": {DueBy: allDue},
	} {
		if found, err := b.List(t.Context(), q); err != nil || len(found) != 3 {
			t.Errorf("%s: %s, %v", what, idsOf(found), err)
		}
	}
	if b = reopened(t, b); b.Repaired() == nil {
		t.Error("it was not repaired")
	}
}

func TestTheNumberOfTheNextRequestIsNeverOneThatWasGiven(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 5)
	err := b.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(requestsBucket).SetSequence(1) })
	if err != nil {
		t.Fatal(err)
	}
	b = reopened(t, b)
	if r, err := b.Create(t.Context(), storetest.Pending("another")); err != nil || r.ID != "EA-6" {
		t.Errorf("the next one is %v, %v", r, err)
	}
}

func TestARequestWithADamagedNumberIsFoundUnderItsOwn(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 5)
	want, err := b.Get(t.Context(), "EA-5")
	if err != nil {
		t.Fatal(err)
	}
	rekeys(t, b, requestsBucket, requestKey(5), requestKey(5+1<<20))
	b = reopened(t, b)
	got, err := b.Get(t.Context(), "EA-5")
	if err != nil || got.AppName() != want.AppName() {
		t.Errorf("EA-5 is %v, %v", got, err)
	}
	if found, err := b.List(t.Context(), workflow.Query{}); err != nil || idsOf(found) != "EA-5 EA-4 EA-3 EA-2 EA-1" {
		t.Errorf("all: %s, %v", idsOf(found), err)
	}
}

func TestARequestThatIsGoneIsNamed(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 5)
	err := b.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(requestsBucket).Delete(requestKey(3)) })
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		b = reopened(t, b)
		names(t, "Readable", b.Readable(t.Context()), "EA-3")
		for what, q := range map[string]workflow.Query{"all": {}, "by state": {State: workflow.StatePending}, "due": {DueBy: allDue}} {
			found, err := b.List(t.Context(), q)
			names(t, what, err, "EA-3")
			if len(found) != 4 {
				t.Errorf("%s: %s", what, idsOf(found))
			}
		}
		_, err = b.Get(t.Context(), "EA-3")
		names(t, "Get", err, "EA-3")
		if _, err := b.Create(t.Context(), storetest.Pending("app-3")); err == nil {
			t.Error("its name was given away")
		}
	}
}

func TestOfTwoThatOpenADamagedStoreOneHasIt(t *testing.T) {
	file, all := flipped(t)
	f, err := os.Open(written(t, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := newestMeta(f)
	if err != nil {
		t.Fatal(err)
	}
	file[int64(m.freelist)*m.pageSize+8] ^= 1
	path := written(t, file)
	var wg sync.WaitGroup
	opened := make(chan *Bolt, 4)
	for range cap(opened) {
		wg.Go(func() {
			b, err := Open(path, testKey(1))
			if err == nil {
				opened <- b
			} else if !errors.As(err, new(*OpenError)) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(opened) > 1 {
		t.Fatalf("%d have it", len(opened))
	}
	if len(opened) == 1 {
		(<-opened).Close()
	}
	if named, wrong := served(t.Context(), open(t, path), all); wrong != "" || len(named) > 0 {
		t.Errorf("%v are named, %s", named, wrong)
	}
}

func TestAWholeStoreIsNotWrittenWhenItIsOpened(t *testing.T) {
	path := written(t, populated(t, 300, nil))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("it was changed")
	}
}

// TestTheLengthsOfKeysAreNotBelieved damages each of them, at the beginning and end of
// every page.
func TestTheLengthsOfKeysAreNotBelieved(t *testing.T) {
	file, all := flipped(t)
	page := os.Getpagesize()
	var where []int
	for at := 0; at < len(file); at += page {
		p := file[at:]
		if count := int(binary.NativeEndian.Uint16(p[10:])); binary.NativeEndian.Uint16(p[8:]) == leafPage {
			for i := range count {
				if i == 0 || i == count-1 {
					where = append(where, at+headerSize+i*elementSize+8)
				}
			}
		}
	}
	together(len(where), func(i int) {
		broken := bytes.Clone(file)
		broken[where[i-1]] ^= 0x08 // of 8 to 0, of others to another length
		if what := oneFlip(t, broken, all); strings.HasPrefix(what, "WRONG") || strings.HasPrefix(what, "refused") {
			t.Errorf("byte %d: %s", where[i-1], what)
		}
	})
}

func TestADamagedFileIsKeptBesideTheOneThatIsMadeOfIt(t *testing.T) {
	whole, _ := flipped(t)
	f, err := os.Open(written(t, whole))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := newestMeta(f)
	if err != nil {
		t.Fatal(err)
	}
	at := 0 // of a name, in the root or in a page of it
	l := &loose{f: f, pageSize: m.pageSize, pages: m.pages, reached: make([]bool, m.pages)}
	l.tree(m.root, map[uint64]bool{}, 0, func(n uint64, e element) {
		if string(e.key[:min(3, len(e.key))]) == "due" {
			at = int(n) * int(m.pageSize)
			at += bytes.Index(whole[at:], []byte("due"))
		}
	})
	path := filepath.Join(t.TempDir(), "entra-app.db")
	var kept []string
	for i := range 2 {
		broken := bytes.Clone(whole)
		broken[at] ^= 1
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		b := open(t, path)
		if b.Repaired() == nil {
			t.Fatal("it was not repaired, or does not say so")
		}
		name := path + []string{".damaged", ".damaged-2"}[i]
		if !strings.Contains(b.Repaired().Error(), "entra-app.db.damaged") {
			t.Errorf("it does not say where the damaged one is: %v", b.Repaired())
		}
		if is, err := os.ReadFile(name); err != nil || !bytes.Equal(is, broken) {
			t.Errorf("the damaged one was not kept as %s: %v", name, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("the mode of the new one is %v, %v", info.Mode(), err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		kept = append(kept, name)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1+len(kept) {
		t.Errorf("there are %d files", len(files))
	}
}

// TestAStoreKnowsItself damages each bit of what says which store it is, and which key fits.
func TestAStoreKnowsItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	keep(t, b, 1)
	realm := b.realm
	var values = map[string][]byte{}
	b.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(metaBucket).ForEach(func(k, v []byte) error { values[string(k)] = bytes.Clone(v); return nil })
	})
	key := testKey(1)
	for name, value := range values {
		for bit := range 8 * len(value) {
			broken := func(k []byte) []byte {
				v := bytes.Clone(values[string(k)])
				if string(k) == name {
					v[bit/8] ^= 1 << (bit % 8)
				}
				return v
			}
			id, err := identify(broken, key)
			if err != nil || string(id.realm) != realm || string(id.version) != "1" || id.fault == nil && name != "listed" {
				t.Fatalf("bit %d of %s: %s %s %v %v", bit, name, id.version, id.realm, id.fault, err)
			}
		}
	}
	two := func(k []byte) []byte {
		v := bytes.Clone(values[string(k)])
		if bytes.Equal(k, realmKey) {
			v[0], v[1] = v[0]^0x10, v[1]^0x03
		}
		return v
	}
	if _, err := identify(two, key); !errors.Is(err, ErrDamaged) {
		t.Errorf("a realm that is another: %v", err)
	}
	if _, err := identify(func(k []byte) []byte { return values[string(k)] }, testKey(2)); !errors.Is(err, ErrKey) {
		t.Errorf("another key: %v", err)
	}
}

func TestAStoreOfAnOlderEntraAppIsOpened(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 3)
	realm := b.realm
	if err := b.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(metaBucket).Delete(sumKey) }); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if b = reopened(t, b); b.Repaired() != nil || b.realm != realm {
			t.Errorf("%s, repaired %v", b.realm, b.Repaired())
		}
		asksDue(t, b, "EA-1 EA-2 EA-3")
	}
}
