package store

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/storetest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
)

var (
	flips    = flag.Int("flips", 300, "how many bits TestOneWrongBit flips")
	flipSeed = flag.Uint64("flipseed", 1, "which bits it flips")
)

// flipped is a store of which some requests are filed and some are new, in different
// states, lists and hands, as its file and as what it holds.
func flipped(t *testing.T) (file []byte, all []*workflow.Request) {
	t.Helper()
	usual := newLimit
	t.Cleanup(func() { newLimit = usual })
	newLimit = 16
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	for i := range 28 {
		r := storetest.Pending(fmt.Sprintf("app-%d", i+1))
		r.Requester.ID = []string{"UBEA", "UCARL"}[i%2]
		r.Team = []string{"", "CONE", "CTWO"}[i%3]
		if _, err := b.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 28 {
		_, err := b.Update(t.Context(), formatID(uint64(i+1)), func(r *workflow.Request) error {
			r.Rev++
			if r.WakeAt = r.WakeAt.Add(time.Duration(i*7%28) * time.Minute); i%5 == 0 {
				r.State, r.Made.AppID, r.WakeAt = workflow.StateDone, fmt.Sprint("app-id-", i), time.Time{}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	links(t, b, flippedLinks...)
	all, err := b.List(t.Context(), workflow.Query{Limit: 100})
	if err := errors.Join(err, b.Close()); err != nil || len(all) != 28 {
		t.Fatal(len(all), err)
	}
	if file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return file, all
}

// flippedLinks are the people who have a link there.
var flippedLinks = []string{"UADA", "UBEA", "UCARL", "UDORA", "UEVE"}

// whatIsAsked are queries, and what each asks for.
var whatIsAsked = map[string]struct {
	q   workflow.Query
	has func(r *workflow.Request) bool
}{
	"all": {workflow.Query{}, func(*workflow.Request) bool { return true }},
	"pending": {workflow.Query{State: workflow.StatePending}, func(r *workflow.Request) bool {
		return r.State == workflow.StatePending
	}},
	"done":         {workflow.Query{State: workflow.StateDone}, func(r *workflow.Request) bool { return r.State == workflow.StateDone }},
	"by requester": {workflow.Query{Requester: "UBEA"}, func(r *workflow.Request) bool { return r.Requester.ID == "UBEA" }},
	"by team":      {workflow.Query{Team: "CONE"}, func(r *workflow.Request) bool { return r.Team == "CONE" }},
	"by name":      {workflow.Query{Text: "pp-1"}, func(r *workflow.Request) bool { return strings.Contains(r.AppName(), "pp-1") }},
	"by letter":    {workflow.Query{Text: "p"}, func(r *workflow.Request) bool { return strings.Contains(r.AppName(), "p") }},
	"by app":       {workflow.Query{App: "app-id-5"}, func(r *workflow.Request) bool { return r.Made.AppID == "app-id-5" }},
	"by keeper": {workflow.Query{Keeper: "UCARL"}, func(r *workflow.Request) bool {
		return slices.ContainsFunc(r.Owners(), func(p people.Person) bool { return p.ID == "UCARL" })
	}},
	"due": {workflow.Query{DueBy: allDue}, func(r *workflow.Request) bool { return !r.WakeAt.IsZero() && !r.WakeAt.After(allDue) }},
}

// served says what is wrong with a store that was opened from a damaged file, and how many
// requests it names: each list has all that belong in it, as they were, or names them.
func served(ctx context.Context, b *Bolt, all []*workflow.Request) (named map[string]bool, wrong string) {
	byID := map[string]*workflow.Request{}
	for _, r := range all {
		byID[r.ID] = r
	}
	names := func(err error) (map[string]bool, error) {
		some := map[string]bool{}
		bad, ok := errors.AsType[*workflow.UnreadableError](err)
		if !ok {
			return some, err
		}
		for _, id := range bad.IDs() {
			some[id] = true
		}
		return some, nil
	}
	named, err := names(b.Readable(ctx))
	if err != nil {
		return nil, "Readable: " + err.Error()
	}
	for what, a := range whatIsAsked {
		a.q.Limit = mostLimit
		found, err := b.List(ctx, a.q)
		unread, err := names(err)
		if err != nil {
			return nil, what + ": " + err.Error()
		}
		got := map[string]bool{}
		for _, r := range found {
			if !reflect.DeepEqual(r, byID[r.ID]) || !a.has(r) || got[r.ID] {
				return nil, fmt.Sprintf("%s: %s is in it, and should not be, or is another", what, r.ID)
			}
			got[r.ID] = true
		}
		for id := range unread {
			if !named[id] {
				return nil, fmt.Sprintf("%s: %s can't be read, and Readable does not name it", what, id)
			}
		}
		for _, r := range all {
			if a.has(r) && !got[r.ID] && !unread[r.ID] {
				return nil, fmt.Sprintf("%s: %s is missing", what, r.ID)
			}
		}
	}
	for _, r := range all {
		got, err := b.Get(ctx, r.ID)
		if unread, err := names(err); err != nil || !unread[r.ID] && !reflect.DeepEqual(got, r) {
			return nil, fmt.Sprintf("Get(%s): %v", r.ID, err)
		}
		for _, claim := range r.Claims() {
			b.db.View(func(tx *bolt.Tx) error {
				if taken := holder(tx, []string{claim}, 0); taken == nil || taken.By != r.ID {
					wrong = fmt.Sprintf("%s, which is of %s: %v", claim, r.ID, taken)
				}
				return nil
			})
		}
	}
	var theirs []identity.Link
	for _, slack := range flippedLinks {
		theirs = append(theirs, linkOf(slack))
	}
	unread, wrong := linksServed(ctx, b, theirs)
	if wrong != "" {
		return nil, wrong
	}
	if unread > 0 {
		named["links"] = true
	}
	made, err := b.Create(ctx, storetest.Pending("another"))
	if err != nil || byID[made.ID] != nil {
		return nil, fmt.Sprintf("the next request is %v, %v", made, err)
	}
	return named, wrong
}

// anyBit returns the bits to flip: half of them anywhere in the file, half of them where its
// structure is, at the beginning of a page.
func anyBit(file []byte) func() (at int, bit byte) {
	dice := rand.New(rand.NewPCG(*flipSeed, 7))
	page := os.Getpagesize()
	return func() (int, byte) {
		at := dice.IntN(len(file))
		if dice.IntN(2) == 0 {
			at = at/page*page + dice.IntN(160)
		}
		return at, 1 << dice.IntN(8)
	}
}

func TestOneWrongBitAnywhereLosesNothingUnseen(t *testing.T) {
	file, all := flipped(t)
	next := anyBit(file)
	var mu sync.Mutex // over the bits and the next
	count := map[string]int{}
	one := func() {
		mu.Lock()
		at, bit := next()
		mu.Unlock()
		broken := bytes.Clone(file)
		broken[at] ^= bit
		what := oneFlip(t, broken, all)
		mu.Lock()
		defer mu.Unlock()
		if text, ok := strings.CutPrefix(what, "refused"); ok {
			t.Logf("bit %#x of byte %d (page %d, byte %d): refused%s", bit, at, at/os.Getpagesize(), at%os.Getpagesize(), text)
			what = "refused"
		}
		if count[what]++; strings.HasPrefix(what, "WRONG") {
			t.Errorf("bit %#x of byte %d (page %d, byte %d): %s", bit, at, at/os.Getpagesize(), at%os.Getpagesize(), what)
		}
	}
	together(*flips, func(int) { one() })
	t.Log(len(file)/os.Getpagesize(), "pages:", count)
}

func oneFlip(t *testing.T, broken []byte, all []*workflow.Request) (what string) {
	t.Helper()
	defer func() {
		if fault := recover(); fault != nil {
			what = fmt.Sprint("WRONG: panic: ", fault)
		}
	}()
	dir, err := os.MkdirTemp("", "flip")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "broken.db")
	if err := os.WriteFile(path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := Open(path, testKey(1))
	if err != nil {
		if after, _ := os.ReadFile(path); !bytes.Equal(after, broken) {
			return "WRONG: refused, and changed"
		}
		return "refused: " + err.Error()
	}
	defer func() { b.Close() }()
	what = "no effect"
	if b.repaired != nil { // and so it stays
		fault := b.repaired
		if err := b.Close(); err != nil {
			return fmt.Sprint("WRONG: Close: ", err)
		}
		if b, err = Open(path, testKey(1)); err != nil || b.repaired != nil {
			return fmt.Sprintf("WRONG: opened again after %v: %v", fault, err)
		}
		what = "repaired"
	}
	b.db.NoSync = true
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	named, wrong := served(ctx, b, all)
	switch {
	case wrong != "":
		return "WRONG: " + wrong
	case len(named) > 0:
		return fmt.Sprint("named ", len(named))
	}
	if err := b.db.View(func(tx *bolt.Tx) error {
		if what != "repaired" {
			return nil // bbolt's check wants to see things in pages 0 and 1 that nobody reads
		}
		for err := range tx.Check() {
			return err
		}
		return nil
	}); err != nil {
		return fmt.Sprint("WRONG: bbolt's own check: ", err)
	}
	return what
}
