package serve

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow/seal"
)

// nextSuffix is of the file with the key that a rotation goes to. While it is there, some things
// go with that key and others with the one in key_file: then nothing but a rotation may go on.
const nextSuffix = ".new"

// RotateKey replaces the key in key_file by a new one, with the bot stopped. After a crash at any
// point it is called again and goes on: the new key is on the disk before anything goes with it, and
// takes the place of the old one only when all does.
func RotateKey(ctx context.Context, c config.Config) error {
	if !c.Key.IsZero() {
		return errors.New("the key is in the configuration itself, so there is no file to put another into\nhint: write it into a " +
			"file with mode 0600, give that as key_file instead of key, and call this again; then change what gave the key before")
	}
	if err := private(c); err != nil {
		return err
	}
	from, err := readKey(c.KeyFile)
	if err != nil {
		return fmt.Errorf("the key can't be read: %w\nhint: key_file names the key that the store has now", err)
	}
	if _, err := os.Stat(c.Store); err != nil {
		return fmt.Errorf("there is no store: %w\nhint: the bot makes one at its first start; without a store there is nothing to "+
			"rotate", err)
	}
	next := c.KeyFile + nextSuffix
	to, err := readKey(next)
	if errors.Is(err, fs.ErrNotExist) {
		if to, err = nextKey(next); err != nil {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("the new key can't be read: %w\nhint: it is of a rotation that was interrupted; if the store still opens "+
			"with %s, remove %s and call this again", err, c.KeyFile, next)
	}
	err = store.Rekey(ctx, c.Store, from, to)
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("%w\nhint: stop the bot first; it can be started again when the key is rotated", err)
	}
	if err != nil {
		return err
	}
	return takePlace(next, c.KeyFile)
}

// unrotated refuses to go on while a rotation is half done.
func unrotated(c config.Config) error {
	if _, err := os.Stat(c.KeyFile + nextSuffix); c.Key.IsZero() && err == nil {
		return fmt.Errorf("%s is there: a rotation of the key was interrupted\nhint: finish it with entra-app key rotate, then start "+
			"again", c.KeyFile+nextSuffix)
	}
	return nil
}

func readKey(path string) (*seal.Key, error) {
	text, err := config.ReadFile(path)
	if err != nil {
		return nil, err
	}
	raw, err := config.DecodeKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	return seal.NewKey(raw)
}

// nextKey writes a new key whole or not at all.
func nextKey(path string) (*seal.Key, error) {
	raw := make([]byte, seal.KeySize)
	rand.Read(raw)                                        // never fails
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // with mode 0600
	if err != nil {
		return nil, fmt.Errorf("the new key can't be made: %w\nhint: the directory of key_file has to be writable for this", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(raw) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err = errors.Join(err, syncParent(path)); err != nil {
		return nil, fmt.Errorf("the new key can't be written: %w\nhint: check whether the disk is full", err)
	}
	return seal.NewKey(raw)
}

// takePlace puts the new key into the place of the old one, and overwrites that.
func takePlace(next, path string) error {
	old, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	if err := errors.Join(os.Rename(next, path), syncParent(path)); err != nil {
		return err
	}
	noise := make([]byte, 64)
	rand.Read(noise)
	_, err = old.WriteAt(noise, 0)
	return errors.Join(err, old.Sync())
}

// syncParent makes a new name in a directory survive a power cut, where that can be done.
func syncParent(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil
	}
	dir.Sync()
	return dir.Close()
}
