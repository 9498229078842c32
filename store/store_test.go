package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/entra-app/entra-app/store/storetest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestBolt(t *testing.T) {
	storetest.Run(t, func(t *testing.T) workflow.Store { return openTemp(t) })
}

// TestBoltFiled has every request filed at once, or every third.
func TestBoltFiled(t *testing.T) {
	usual := newLimit
	t.Cleanup(func() { newLimit = usual })
	for _, newLimit = range []uint64{1, 3} {
		t.Run(fmt.Sprint("after ", newLimit), TestBolt)
	}
}

func TestBoltLasts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	storetest.Reopen(t, path, func(t *testing.T, path string) workflow.Store { return open(t, path) }, func(t *testing.T) string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return written(t, b)
	})
}

// testKey is a key that is the same for the same byte.
func testKey(b byte) *seal.Key {
	raw := make([]byte, seal.KeySize)
	raw[0] = b
	key, err := seal.NewKey(raw)
	if err != nil {
		panic(err)
	}
	return key
}

func openTemp(t testing.TB) *Bolt {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "entra-app.db"))
}

// open opens a store that is closed with the test.
func open(t testing.TB, path string) *Bolt {
	t.Helper()
	b, err := Open(path, testKey(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// written returns the path of a new file.
func written(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
