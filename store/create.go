package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/workflow/seal"
)

// create makes an empty store at path. It is made beside its place and then
// linked there, so that there is never a part of one, and of two processes that
// make it at the same time one gets fs.ErrExist.
func create(path string, key *seal.Key) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-new-")
	if err != nil {
		return err
	}
	part := f.Name()
	defer os.Remove(part)
	if err := f.Close(); err != nil {
		return err
	}
	if err := fill(part, key); err != nil {
		return err
	}
	switch err := os.Link(part, path); {
	case errors.Is(err, fs.ErrExist):
		return err
	case err != nil: // there are file systems without links
		if err := os.Rename(part, path); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

// fill makes the buckets.
func fill(path string, key *seal.Key) error {
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	realm := make([]byte, 4)
	rand.Read(realm) // never fails
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range slices.Concat(buckets, laterBuckets) {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		id := inscription{
			version: []byte(strconv.Itoa(version)), realm: []byte(hex.EncodeToString(realm)),
			canary: key.Canary(canaryName),
		}
		return errors.Join(id.write(tx), tx.Bucket(metaBucket).Put(listedKey, []byte(listed)))
	})
	return errors.Join(err, db.Close())
}

// syncDir makes a new name in a directory survive a power cut.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // which can't, and need not
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
