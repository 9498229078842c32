//go:build !windows

// Modes say nothing on Windows.

package serve

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/store"
)

func TestFilesWithSecretsThatOthersCanReadAreRefused(t *testing.T) {
	w := newWorld(t)
	dir := filepath.Dir(w.cfg.Store)
	opens := func() error {
		s, err := New(w.cfg, Options{Log: slog.New(slog.DiscardHandler), HTTP: w.client})
		if err == nil {
			err = errors.Join(s.doors[0].Close(), s.store.Close())
		}
		return err
	}
	if err := opens(); err != nil {
		t.Fatalf("what it has made itself: %v", err)
	}
	files := map[string]os.FileMode{w.cfg.Store: 0o600, w.cfg.KeyFile: 0o600, store.RingPath(w.cfg.Store): 0o700}
	for name, good := range files {
		for _, loose := range []os.FileMode{0o040, 0o004, 0o020, 0o002, 0o066} {
			if err := os.Chmod(name, good|loose); err != nil {
				t.Fatal(err)
			}
			if err := opens(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("\nhint: chmod %o %s\n", good, name)) {
				t.Errorf("%s with %v: %v", filepath.Base(name), good|loose, err)
			}
		}
		if err := os.Chmod(name, good); err != nil {
			t.Fatal(err)
		}
	}
	for mode, refused := range map[os.FileMode]bool{0o777: true, 0o703: true, 0o777 | os.ModeSticky: false, 0o755: false} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if err := opens(); (err != nil) != refused || refused && !strings.Contains(err.Error(), "hint: chmod o-w "+dir) {
			t.Errorf("in a directory with %v: %v", mode, err)
		}
	}
}
