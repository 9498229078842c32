package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/storetest"
	"github.com/entra-app/entra-app/workflow"
)

// The case "one stored request with a damaged byte" of the inputs that failed, and section 5
// of the design: it is named, and keeps nothing else from being read or woken.

var allDue = storetest.Pending("x").WakeAt.Add(time.Hour)

// keep stores so many requests, all due.
func keep(t *testing.T, b *Bolt, n int) {
	t.Helper()
	for i := range n {
		if _, err := b.Create(t.Context(), storetest.Pending(fmt.Sprint("app-", i+1))); err != nil {
			t.Fatal(err)
		}
	}
}

// damages changes the stored form of request number n.
func damages(t *testing.T, b *Bolt, n uint64, change func(value []byte) []byte) {
	t.Helper()
	err := b.db.Update(func(tx *bolt.Tx) error {
		requests := tx.Bucket(requestsBucket)
		value := append([]byte(nil), requests.Get(requestKey(n))...)
		return requests.Put(requestKey(n), change(value))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func flip(at int) func([]byte) []byte {
	return func(v []byte) []byte { v[at] ^= 0x01; return v }
}

// names checks that an error names exactly these requests.
func names(t *testing.T, what string, err error, ids ...string) {
	t.Helper()
	bad, ok := errors.AsType[*workflow.UnreadableError](err)
	if !ok || fmt.Sprint(bad.IDs()) != fmt.Sprint(ids) {
		t.Fatalf("%s: %v, want one that names %v", what, err, ids)
	}
}

func idsOf(found []*workflow.Request) string {
	var ids []string
	for _, r := range found {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

func TestADamagedRequestIsNamedAndTheOthersAreReadAndDue(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 5)
	damages(t, b, 3, flip(40))
	for what, q := range map[string]workflow.Query{
		"all": {}, "by state": {State: workflow.StatePending}, "by requester": {Requester: "UBEA"}, "by name": {Text: "app-"},
	} {
		found, err := b.List(t.Context(), q)
		names(t, what, err, "EA-3")
		if got := idsOf(found); got != "EA-5 EA-4 EA-2 EA-1" {
			t.Errorf("%s: %s", what, got)
		}
	}
	found, err := b.List(t.Context(), workflow.Query{DueBy: allDue})
	names(t, "due", err, "EA-3")
	if got := idsOf(found); got != "EA-1 EA-2 EA-4 EA-5" {
		t.Errorf("due: %s", got)
	}
	if found, err = b.List(t.Context(), workflow.Query{DueBy: allDue, Limit: 3}); idsOf(found) != "EA-1 EA-2 EA-4" {
		t.Errorf("the damaged one takes a place of the limit: %s %v", idsOf(found), err)
	}
	_, err = b.Get(t.Context(), "EA-3")
	names(t, "Get", err, "EA-3")
	_, err = b.Update(t.Context(), "EA-3", func(r *workflow.Request) error { r.Reason = "another"; return nil })
	names(t, "Update", err, "EA-3")
	if _, err := b.Create(t.Context(), storetest.Pending("app-3")); err == nil {
		t.Error("the name of the damaged request was given away")
	}
}

func TestReadableNamesWhatNobodyHasAskedFor(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 12)
	damages(t, b, 2, flip(30))
	damages(t, b, 11, func(v []byte) []byte { return v[:len(v)/2] })
	names(t, "Readable", b.Readable(t.Context()), "EA-2", "EA-11")
	damages(t, b, 2, flip(30)) // as it was
	if _, err := b.Get(t.Context(), "EA-2"); err != nil {
		t.Fatal(err)
	}
	names(t, "Readable after one was restored", b.Readable(t.Context()), "EA-11")
	damages(t, b, 7, flip(30)) // while it runs: noticed where it is read
	b.Get(t.Context(), "EA-7")
	names(t, "Readable after another was met", b.Readable(t.Context()), "EA-7", "EA-11")
}

func TestADamagedByteAnywhereChangesNothingUnseen(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 1)
	_, value, err := b.value("EA-1")
	if err != nil {
		t.Fatal(err)
	}
	want, err := b.Get(t.Context(), "EA-1")
	if err != nil {
		t.Fatal(err)
	}
	for at := range value {
		for _, bit := range []byte{0x01, 0x02, 0x20, 0x80} {
			broken := append([]byte(nil), value...)
			broken[at] ^= bit
			got, err := b.decode(1, broken)
			if err == nil && fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Fatalf("byte %d (%q) of the stored form was damaged, and it was read as something else", at, value[at])
			}
		}
	}
}

func TestAFormWithoutAChecksumIsRead(t *testing.T) {
	b := openTemp(t)
	keep(t, b, 1)
	damages(t, b, 1, func(v []byte) []byte { return append(v[:len(v)-sumSize], '}') })
	if _, err := b.Get(t.Context(), "EA-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Update(t.Context(), "EA-1", func(r *workflow.Request) error { r.Reason = "another"; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, value, _ := b.value("EA-1"); string(value[len(value)-sumSize:][:len(sumBegin)]) != sumBegin {
		t.Error("what is saved has no checksum")
	}
}

// TestAnUpgradeKeepsADamagedRequestListed holds for one that was filed, and for one that
// is new: whoever asks for a list that it was in is told that it can't be read.
func TestAnUpgradeKeepsADamagedRequestListed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	keep(t, b, int(newLimit)+3)
	filed, fresh := uint64(2), newLimit+2
	damages(t, b, filed, flip(30))
	damages(t, b, fresh, flip(30))
	err := b.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(metaBucket).Put(listedKey, []byte("1")) })
	if err := errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	most := int(newLimit) + 3
	for what, q := range map[string]workflow.Query{
		"by requester": {Requester: "UBEA", Limit: most}, "by state": {State: workflow.StatePending, Limit: most},
		"by name": {Text: "app-", Limit: most},
	} {
		found, err := b.List(t.Context(), q)
		names(t, what, err, formatID(fresh), formatID(filed))
		if len(found) != most-2 {
			t.Errorf("%s: %d others", what, len(found))
		}
	}
	if _, err := b.List(t.Context(), workflow.Query{Requester: "USOMEBODYELSE"}); err != nil {
		t.Errorf("the list of somebody else: %v", err)
	}
	names(t, "Readable", b.Readable(t.Context()), formatID(filed), formatID(fresh))
	damages(t, b, filed, flip(30)) // as it was
	if found, err := b.List(t.Context(), workflow.Query{Requester: "UBEA", Before: "EA-4"}); idsOf(found) != "EA-3 EA-2 EA-1" ||
		err != nil {
		t.Errorf("once it was restored: %s, %v", idsOf(found), err)
	}
}
