package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestARepairedFileKeepsItsLog damages the name of a bucket, for which Open makes a new file.
func TestARepairedFileKeepsItsLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entra-app.db")
	b := open(t, path)
	keep(t, b, 5)
	before, err := b.Head(t.Context())
	if err != nil || b.Close() != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.ReplaceAll(whole, []byte("due"), []byte("eue"))
	if err := os.WriteFile(path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	if b.Repaired() == nil {
		t.Fatal("it was not repaired")
	}
	after, err := b.Head(t.Context())
	if err != nil || after != before || b.LogFault() != nil {
		t.Errorf("%+v became %+v, %v, %v", before, after, err, b.LogFault())
	}
	for _, id := range []string{"EA-1", "EA-5"} {
		if found, err := b.Entries(t.Context(), id); err != nil || len(found) != 1 {
			t.Errorf("%s: %v, %v", id, found, err)
		}
	}
}
