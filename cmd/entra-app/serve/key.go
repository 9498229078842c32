package serve

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/workflow/seal"
)

// openKey returns the key that secrets are sealed with. It makes one where there
// is neither a key file nor a store: a new key beside an old store would open
// none of its secrets.
func openKey(c config.Config, log *slog.Logger) (*seal.Key, error) {
	if !c.Key.IsZero() {
		raw, err := config.DecodeKey(c.Key.Reveal())
		if err != nil {
			return nil, fmt.Errorf("key %w", err)
		}
		return seal.NewKey(raw)
	}
	text, err := config.ReadFile(c.KeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(c.Store); err == nil {
			return nil, fmt.Errorf("%s is missing, but the store %s is there\nhint: restore the key from your backup; only if no "+
				"secret in the store is needed any more, move the store away too", c.KeyFile, c.Store)
		}
		return makeKey(c.KeyFile, log)
	}
	if err != nil {
		return nil, fmt.Errorf("the key can't be read: %w\nhint: key_file has to be readable by the user that runs entra-app", err)
	}
	raw, err := config.DecodeKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s %w\nhint: the file holds 32 random bytes in base64; restore the right one from your backup",
			c.KeyFile, err)
	}
	return seal.NewKey(raw)
}

// makeKey writes a new key, and is sure that it is on the disk before it is used.
func makeKey(path string, log *slog.Logger) (*seal.Key, error) {
	raw := make([]byte, seal.KeySize)
	rand.Read(raw) // never fails
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the key can't be made: %w\nhint: the directory has to be writable, or key_file has to name a file that "+
			"is there", err)
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(raw) + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if dir, openErr := os.Open(filepath.Dir(path)); openErr == nil {
		dir.Sync()
		dir.Close()
	}
	if err != nil {
		os.Remove(path) // half a key would be refused at the next start
		return nil, fmt.Errorf("the key can't be written: %w\nhint: check whether the disk is full", err)
	}
	log.Info("made a new key; back it up", "file", path)
	return seal.NewKey(raw)
}
