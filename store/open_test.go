package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/form"
	"github.com/entra-app/entra-app/store/storetest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// put writes one value without asking.
func put(t testing.TB, b *Bolt, bucket, key, value []byte) {
	t.Helper()
	if err := b.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucket).Put(key, value) }); err != nil {
		t.Fatal(err)
	}
}

// populated returns the bytes of a store with n requests.
func populated(t testing.TB, n int, edit func(b *Bolt)) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	load(t, b, n)
	if edit != nil {
		edit(b)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// refused checks that a file is not opened, for this reason, with a next step,
// and that it stays as it is.
func refused(t *testing.T, path string, key *seal.Key, kind error) {
	t.Helper()
	before, _ := os.ReadFile(path)
	b, err := Open(path, key)
	if err == nil {
		b.Close()
		t.Fatal("it was opened")
	}
	e, ok := errors.AsType[*OpenError](err)
	if !ok || !errors.Is(err, kind) {
		t.Fatalf("error is %v, want %v", err, kind)
	}
	if !strings.HasPrefix(err.Error(), path+": ") || !strings.HasSuffix(err.Error(), "\nhint: "+e.Hint) || e.Hint == "" {
		t.Errorf("the error does not name the file and the next step: %q", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}

func TestANewStoreIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	open(t, path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("there are %d files", len(files))
	}
}

func TestOfTwoThatMakeAStoreOneHasIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	var wg sync.WaitGroup
	opened := make(chan *Bolt, 4)
	for range cap(opened) {
		wg.Go(func() {
			b, err := Open(path, testKey(1))
			if err == nil {
				opened <- b
			} else if !errors.Is(err, ErrLocked) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(opened) != 1 {
		t.Fatalf("%d have it", len(opened))
	}
	(<-opened).Close()
}

func TestAStoreIsNotOpened(t *testing.T) {
	whole := populated(t, 20, nil)
	t.Run("while another has it open", func(t *testing.T) {
		path := written(t, whole)
		b := open(t, path)
		refused(t, path, testKey(1), ErrLocked)
		if _, err := b.Create(t.Context(), storetest.Pending("a")); err != nil {
			t.Errorf("the one that has it: %v", err)
		}
	})
	t.Run("with another key", func(t *testing.T) {
		refused(t, written(t, whole), testKey(2), ErrKey)
	})
	t.Run("when it is of a newer version", func(t *testing.T) {
		refused(t, written(t, populated(t, 3, func(b *Bolt) { put(t, b, metaBucket, versionKey, []byte("2")) })), testKey(1), form.ErrNewer)
	})
	t.Run("when it is of no version", func(t *testing.T) {
		refused(t, written(t, populated(t, 3, func(b *Bolt) { put(t, b, metaBucket, versionKey, []byte("x")) })), testKey(1), ErrDamaged)
	})
	t.Run("when a bucket is missing", func(t *testing.T) {
		refused(t, written(t, populated(t, 3, func(b *Bolt) {
			b.db.Update(func(tx *bolt.Tx) error { return tx.DeleteBucket(dueBucket) })
		})), testKey(1), ErrDamaged)
	})
	t.Run("when another program made it", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "other.db")
		db, err := bolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
		refused(t, path, testKey(1), ErrDamaged)
	})
	for name, b := range map[string][]byte{
		"when it is empty":      {},
		"when it is text":       []byte(strings.Repeat("slack:\n  bot_token: x\n", 1000)),
		"when it is short text": []byte("slack:\n"),
		"when it is all zeros":  make([]byte, 1<<16),
	} {
		t.Run(name, func(t *testing.T) { refused(t, written(t, b), testKey(1), ErrDamaged) })
	}
	t.Run("when it is a directory", func(t *testing.T) {
		refused(t, t.TempDir(), testKey(1), fs.ErrInvalid)
	})
	t.Run("when its directory is not there", func(t *testing.T) {
		refused(t, filepath.Join(t.TempDir(), "missing", "entra-app.db"), testKey(1), fs.ErrNotExist)
	})
}

// TestAStoreThatWasCutShortIsNotOpened cuts a file at many lengths. Where only
// whole pages that are not in use were lost, everything has to be there.
func TestAStoreThatWasCutShortIsNotOpened(t *testing.T) {
	const n = 300 // some are filed, some are new
	whole := populated(t, n, nil)
	lengths := []int{0, 1, 15, 16, 79, 80, 1023, 1024, 4095, 4096, 4097, 4175, 4176, 8191, 8192, 8193, 12288, 16384}
	for at := 0; at < len(whole); at += 30011 {
		lengths = append(lengths, at, at-at%os.Getpagesize())
	}
	opened := 0
	for _, length := range lengths {
		path := written(t, whole[:length])
		b, err := Open(path, testKey(1))
		if err == nil {
			opened++
			if found, err := b.List(t.Context(), workflow.Query{Limit: 2 * n}); err != nil || len(found) != n {
				t.Errorf("cut at %d of %d: opened, with %d of %d requests, %v", length, len(whole), len(found), n, err)
			}
			if length%os.Getpagesize() != 0 {
				t.Errorf("cut at %d, within a page: opened", length)
			}
			b.Close()
			continue
		}
		refused(t, path, testKey(1), ErrDamaged)
	}
	t.Logf("%d of %d lengths lost nothing", opened, len(lengths))
}

func TestAGreatStoreThatWasCutShortIsNotOpened(t *testing.T) {
	usual := wholeSize
	t.Cleanup(func() { wholeSize = usual })
	wholeSize = 0
	TestAStoreThatWasCutShortIsNotOpened(t)
}

// TestAStoreThatWasOverwrittenDoesNotCrash overwrites every page in turn. What
// is found is an error; what is not, like a changed letter, must not crash.
func TestAStoreThatWasOverwrittenDoesNotCrash(t *testing.T) {
	whole := populated(t, 20, nil)
	page := os.Getpagesize()
	for at := 0; at < len(whole); at += page {
		for name, spoil := range map[string]func(b []byte){
			"zeros":    func(b []byte) { clear(b) },
			"ones":     func(b []byte) { copy(b, bytes.Repeat([]byte{0xff}, len(b))) },
			"no head":  func(b []byte) { clear(b[:16]) },
			"elements": func(b []byte) { copy(b[16:], bytes.Repeat([]byte{0xff}, 64)) },
			"count":    func(b []byte) { b[10], b[11] = 0xff, 0xff },
			"overflow": func(b []byte) { b[13] = 0xff },
			"another":  func(b []byte) { copy(b, whole[2*page:]) },
		} {
			t.Run(fmt.Sprint("page ", at/page, " ", name), func(t *testing.T) {
				b := bytes.Clone(whole)
				spoil(b[at : at+page])
				path := written(t, b)
				s, err := Open(path, testKey(1))
				if err != nil {
					refused(t, path, testKey(1), ErrDamaged)
					return
				}
				defer s.Close()
				s.List(t.Context(), workflow.Query{Text: "a"})
				s.Update(t.Context(), "EA-1", func(r *workflow.Request) error { r.Rev++; return nil })
			})
		}
	}
}

func TestAFileOfAProgramThatListedLessIsListedAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	load(t, b, 300) // more than are new, so that some are filed
	app, err := b.Update(t.Context(), "EA-7", func(r *workflow.Request) error {
		r.State, r.Made.AppID, r.Successor, r.AppDeleted = workflow.StateDone, "app", "", false
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	keeper := app.Owners()[0].ID
	err = b.db.Update(func(tx *bolt.Tx) error {
		if err := tx.DeleteBucket(listsBucket); err != nil {
			return err
		}
		_, err := tx.CreateBucket(listsBucket)
		return errors.Join(err, tx.Bucket(metaBucket).Delete(listedKey))
	})
	if err := errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	for _, q := range []workflow.Query{{Keeper: keeper}, {App: "app"}, {State: workflow.StateDone, Keeper: keeper}} {
		found, err := b.List(t.Context(), q)
		if err != nil || len(found) == 0 || found[len(found)-1].ID != "EA-7" {
			t.Errorf("%+v finds %d requests, %v", q, len(found), err)
		}
	}
}
