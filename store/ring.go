package store

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/entra-app/entra-app/workflow/seal"
)

// ringSuffix is of the directory beside the store's file that has the keys of sealed secrets.
const ringSuffix = ".keys"

// A Ring keeps the keys of sealed secrets in files of their own, beside the store's file. No
// backup has to have them, and none should.
type Ring struct{ dir string }

var _ seal.Ring = (*Ring)(nil)

// RingPath is the directory that has the keys of the secrets in the store at path.
func RingPath(path string) string { return path + ringSuffix }

// Ring returns the keys of the secrets that are sealed in b. They are in a directory for each
// store by its realm: another store that is put in the place of this one destroys none of them.
func (b *Bolt) Ring() (*Ring, error) {
	top := RingPath(b.db.Path())
	r := &Ring{filepath.Join(top, b.realm)}
	err := os.MkdirAll(r.dir, 0o700)
	if err == nil {
		err = errors.Join(syncDir(top), syncDir(filepath.Dir(top)))
	}
	if err != nil {
		return nil, &OpenError{top, err, "can't be made: " + err.Error(), "let the user that runs entra-app write into " +
			filepath.Dir(top)}
	}
	return r, nil
}

// file is that of a key.
func (r *Ring) file(name string) string { return filepath.Join(r.dir, filepath.Base(name)) }

// Put writes a key. One of that name is overwritten once the new one has taken its place.
func (r *Ring) Put(name string, wrapped []byte) error {
	old, err := os.OpenFile(r.file(name), os.O_WRONLY, 0)
	if err == nil {
		defer old.Close()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.CreateTemp(r.dir, ".new-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(wrapped)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), r.file(name)); err != nil {
		return err
	}
	if err := syncDir(r.dir); err != nil || old == nil {
		return err
	}
	return blot(old)
}

// Get reads a key.
func (r *Ring) Get(name string) ([]byte, error) {
	wrapped, err := os.ReadFile(r.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, seal.ErrShredded
	}
	return wrapped, err
}

// Destroy overwrites a key and removes its file. On a disk or a file system that writes elsewhere
// than it was told, what was overwritten may be there until that place is used again.
func (r *Ring) Destroy(name string) error {
	f, err := os.OpenFile(r.file(name), os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = errors.Join(blot(f), f.Close())
	return errors.Join(err, os.Remove(r.file(name)), syncDir(r.dir))
}

// blot overwrites a file with random bytes.
func blot(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	noise := make([]byte, info.Size())
	rand.Read(noise) // never fails
	_, err = f.WriteAt(noise, 0)
	return errors.Join(err, f.Sync())
}

// Names lists the keys. What a crash has left half written is none, and is removed.
func (r *Ring) Names() ([]string, error) {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), ".new-"):
			os.Remove(r.file(e.Name()))
		case e.Type().IsRegular():
			names = append(names, e.Name())
		}
	}
	return names, nil
}
