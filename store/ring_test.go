package store

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
)

const hunter2 = "hunter2~with.a-length_of.its~own"

var bea = people.Person{ID: "UBEA", Name: "Bea"}

// desk is one on a store, with its ring unless bare.
func desk(t *testing.T, b *Bolt, key *seal.Key) *workflow.Desk {
	t.Helper()
	return workflow.NewDesk(workflow.DeskConfig{Store: b, Key: key, Policy: workflow.DefaultPolicy,
		Tenants: []workflow.Tenant{{Name: "contoso", ID: "T"}}})
}

// onRing is the key of a store's secrets.
func onRing(t *testing.T, b *Bolt) *seal.Key {
	t.Helper()
	ring, err := b.Ring()
	if err != nil {
		t.Fatal(err)
	}
	return testKey(1).On(ring)
}

// ready keeps a request whose secret waits to be opened.
func ready(t *testing.T, b *Bolt, key *seal.Key) (id string, sealed seal.Sealed) {
	t.Helper()
	r, err := b.Create(t.Context(), &workflow.Request{Kind: workflow.KindRegister, State: workflow.StateProvisioning, Requester: bea,
		Tenant: "contoso", Posts: workflow.Posts{}})
	if err != nil {
		t.Fatal(err)
	}
	if sealed, err = key.Seal(r.ID, seal.New(hunter2)); err != nil {
		t.Fatal(err)
	}
	_, err = b.Update(t.Context(), r.ID, func(r *workflow.Request) error {
		r.State, r.Entered = workflow.StateReady, time.Now()
		r.Handover = workflow.Handover{Status: workflow.HandoverKept, Sealed: sealed}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.ID, sealed
}

// reveals opens a secret as its requester does.
func reveals(t *testing.T, d *workflow.Desk, id string) {
	t.Helper()
	_, given, err := d.Claim(t.Context(), id, bea)
	if err != nil || given.Reveal() != hunter2 {
		t.Fatalf("Bea is shown %q: %v", given.Reveal(), err)
	}
	if _, err := d.Opened(t.Context(), id, bea); err != nil {
		t.Fatal(err)
	}
}

// opened counts the places in a file at which something opens with the key: as it is, and as
// the store writes bytes.
func opened(t *testing.T, path string, key *seal.Key, id string, length int) (n int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	written := base64.StdEncoding.EncodedLen(length)
	for at := range len(b) - length {
		text, _ := base64.StdEncoding.DecodeString(string(b[at:min(at+written, len(b))]))
		for _, sealed := range [][]byte{b[at : at+length], text} {
			if s, err := key.Open(id, sealed); err == nil && s.Reveal() == hunter2 {
				n++
			}
		}
	}
	return n
}

func TestNothingOfAShreddedSecretOpensIt(t *testing.T) {
	for _, c := range []struct {
		name string
		key  func(*testing.T, *Bolt) *seal.Key
		left bool // on a page that is not used any more
	}{
		{"its key apart", onRing, false},
		{"its key beside it, as before", func(*testing.T, *Bolt) *seal.Key { return testKey(1) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "entra-app.db")
			b := open(t, path)
			key := c.key(t, b)
			id, sealed := ready(t, b, key)
			if opened(t, path, key, id, len(sealed)) == 0 {
				t.Fatal("it is not found while it waits, so nothing would be found later")
			}
			reveals(t, desk(t, b, key), id)
			if got := opened(t, path, key, id, len(sealed)); got > 0 != c.left {
				t.Errorf("once it is shredded it opens at %d places", got)
			}
			if names := keysOf(t, path); len(names) != 0 {
				t.Errorf("there are keys yet: %v", names)
			}
		})
	}
}

// keysOf are the files with keys of a store's secrets.
func keysOf(t *testing.T, path string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(RingPath(path), "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestACopyOfTheStoreOpensNothingThatWasRevealed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	id, _ := ready(t, b, onRing(t, b))
	b.Close()
	backup, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	reveals(t, desk(t, b, onRing(t, b)), id)
	b.Close()
	if err := os.WriteFile(path, backup, 0o600); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	d := desk(t, b, onRing(t, b))
	_, given, err := d.Claim(t.Context(), id, bea)
	no, ok := errors.AsType[*workflow.Refusal](err)
	if !given.IsZero() || !ok || !strings.Contains(no.Text, "An approver can press Retry") {
		t.Fatalf("from the copy %q is shown: %v", given.Reveal(), err)
	}
	if r, err := b.Get(t.Context(), id); err != nil || r.State != workflow.StateRevoked || !strings.Contains(r.Failure.Text, "Retry") {
		t.Errorf("then it is %s: %s, %v", r.State, r.Failure.Text, err)
	}
}

func TestASecretFromBeforeTheRingStillOpens(t *testing.T) {
	b := openTemp(t)
	id, _ := ready(t, b, testKey(1))
	reveals(t, desk(t, b, onRing(t, b)), id)
}

func TestAnotherStoreInItsPlaceDestroysNoKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	ready(t, b, onRing(t, b))
	b.Close()
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	if err := onRing(t, b).Orphans(func(string) (bool, error) { return false, nil }); err != nil {
		t.Fatal(err)
	}
	if got := keysOf(t, path); len(got) != 1 {
		t.Errorf("of the other store there are the keys %v", got)
	}
}

func TestARingKeepsWholeKeysForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	ring, err := b.Ring()
	if err != nil {
		t.Fatal(err)
	}
	for _, wrapped := range []string{"one", "two"} { // the second time in its place
		if err := ring.Put("EA-1.0f", []byte(wrapped)); err != nil {
			t.Fatal(err)
		}
		if got, err := ring.Get("EA-1.0f"); err != nil || string(got) != wrapped {
			t.Errorf("kept %q, %v", got, err)
		}
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(keysOf(t, path)[0]), ".new-1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if names, err := ring.Names(); err != nil || len(names) != 1 || names[0] != "EA-1.0f" {
		t.Errorf("its keys are %v, %v", names, err)
	}
	err = filepath.WalkDir(RingPath(path), func(path string, d os.DirEntry, err error) error {
		if info, _ := d.Info(); err == nil && info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := ring.Destroy("EA-1.0f"); err != nil {
			t.Error(err)
		}
		if _, err := ring.Get("EA-1.0f"); !errors.Is(err, seal.ErrShredded) {
			t.Errorf("a destroyed key: %v", err)
		}
	}
}

// What was destroyed is not merely unlinked: whoever has the file open yet reads noise.
func TestADestroyedKeyIsOverwrittenFirst(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file can't be removed there")
	}
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	ring, err := b.Ring()
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []func() error{
		func() error { return ring.Destroy("EA-1.0f") },
		func() error { return ring.Put("EA-1.0f", []byte("another")) },
	} {
		if err := ring.Put("EA-1.0f", []byte("WRAPPED")); err != nil {
			t.Fatal(err)
		}
		held, err := os.Open(keysOf(t, path)[0])
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		if err := end(); err != nil {
			t.Fatal(err)
		}
		left := make([]byte, 7)
		if n, _ := held.ReadAt(left, 0); n != 7 || string(left) == "WRAPPED" {
			t.Errorf("%d bytes, %q, are left", n, left)
		}
	}
}

func TestASecretWhoseKeyCanNotBeKeptIsNotSealed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	key := onRing(t, b)
	if err := os.RemoveAll(RingPath(path)); err != nil {
		t.Fatal(err)
	}
	if sealed, err := key.Seal("EA-1", seal.New(hunter2)); err == nil || sealed != nil {
		t.Errorf("sealed without its key: %v", err)
	}
}
