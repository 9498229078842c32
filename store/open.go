package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/entra-app/entra-app/store/form"
	"github.com/entra-app/entra-app/workflow/seal"
)

const (
	// lockWait is how long Open waits for another process to close the file.
	lockWait = time.Second
	// A writer waits for others to share its fsyncs, so long, or until there are
	// so many.
	batchDelay = time.Millisecond
	batchSize  = 32
)

// version is that of the buckets and their keys. A stored form has its own.
const version = 1

// listed is that of what requests are found by. Where a file has an older one,
// Open lists its requests again.
const listed = "2"

// What metaBucket holds.
var (
	versionKey = []byte("version")
	listedKey  = []byte("listed")
	realmKey   = []byte("realm")
	canaryKey  = []byte("canary")
)

// canaryName is what the canary is sealed for, so that it is nothing else.
const canaryName = "canary"

// Open opens the store at path, or makes it where there is no file. What is damaged and
// can be told from the rest it writes again; Repaired says so. A file that it can't open is
// left as it is, and the error is an *OpenError that ends with the next step: ErrLocked,
// ErrDamaged, ErrNewer or ErrKey.
func Open(path string, key *seal.Key) (*Bolt, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path, key); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, &OpenError{path, err, "can't be made: " + err.Error(),
				"create its directory, and let the user that runs entra-app write there"}
		}
	}
	id, err := inspect(path, key)
	torn, rescued := errors.AsType[*harm](err)
	if rescued {
		if err = rescue(path, key, torn); err == nil {
			id, err = inspect(path, key)
		}
		if again, ok := errors.AsType[*harm](err); ok {
			err = damaged(path, again.error)
		}
	}
	if err != nil {
		return nil, err
	}
	db, err := openBolt(path, false)
	if err != nil {
		return nil, explain(path, err)
	}
	b := &Bolt{db: db, realm: string(id.realm)}
	if b.logFault, err = b.openLog(key); err != nil {
		return nil, errors.Join(damaged(path, err), db.Close())
	}
	if b.repaired, err = b.repair(); err == nil && (id.fault != nil || !id.summed) {
		b.repaired = cmp.Or(b.repaired, id.fault)
		err = db.Update(id.write)
	}
	if err == nil {
		var moved error
		moved, err = b.relink()
		b.repaired = cmp.Or(b.repaired, moved)
	}
	if err != nil {
		return nil, errors.Join(damaged(path, err), db.Close())
	}
	if rescued {
		b.repaired = fmt.Errorf("%w; the damaged file is kept beside it, as %s%s", torn.error, filepath.Base(path), damagedSuffix)
	}
	return b, nil
}

// openBolt opens a bbolt file. What it reads may be nonsense: then it returns an
// error, where bbolt itself would panic or fault.
func openBolt(path string, readOnly bool) (db *bolt.DB, err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			file.Close()
			db, err = nil, fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	db, err = bolt.Open(path, 0o600, &bolt.Options{
		ReadOnly: readOnly, Timeout: lockWait, FreelistType: bolt.FreelistMapType, NoStatistics: true,
		OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
			file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
			return file, err
		},
	})
	if err != nil {
		return nil, err
	}
	db.MaxBatchDelay, db.MaxBatchSize = batchDelay, batchSize
	return db, nil
}

// inspect reads the file without changing it, and returns what it is if it is a
// store that this program may open with this key. The error is a *harm if it is damaged,
// and some of it can be read.
func inspect(path string, key *seal.Key) (id inscription, err error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return id, explain(path, err)
	case !info.Mode().IsRegular():
		return id, &OpenError{path, fs.ErrInvalid, "is not a file", "set store to the name of a file"}
	case info.Size() == 0: // bbolt would make a new one of it
		return id, damaged(path, errors.New("it is empty"))
	}
	db, err := openBolt(path, true)
	if err != nil {
		return id, explain(path, err)
	}
	defer db.Close()
	f, err := os.Open(path)
	if err != nil {
		return id, explain(path, err)
	}
	defer f.Close()
	if err := verify(f); errors.As(err, new(*harm)) {
		return id, err
	} else if err != nil {
		return id, damaged(path, err)
	}
	err = db.View(func(tx *bolt.Tx) error {
		m := tx.Bucket(metaBucket)
		if m == nil {
			return &harm{errors.New("it is another program's database")}
		}
		for _, name := range [][]byte{versionKey, realmKey, canaryKey} {
			if m.Get(name) == nil {
				return &harm{fmt.Errorf("it has no %s", name)}
			}
		}
		var wrong error
		id, wrong = identify(m.Get, key)
		v, err := strconv.Atoi(string(id.version))
		switch {
		case err != nil || v < 1:
			return damaged(path, errors.New("it has no version"))
		case v > version:
			return newer(path, fmt.Sprintf("is a store of version %d, and this entra-app knows version %d", v, version))
		}
		for _, name := range buckets {
			if tx.Bucket(name) == nil {
				return &harm{fmt.Errorf("it has no %s", name)}
			}
		}
		if err := misnamed(tx); err != nil {
			return err
		}
		switch {
		case errors.Is(wrong, ErrDamaged):
			return damaged(path, errRealm)
		case wrong != nil:
			return &OpenError{path, ErrKey, "was made with another key, so its secrets can't be opened with this one",
				"set key_file to the key that belongs to this store, or restore both from the same backup"}
		}
		return nil
	})
	return id, err
}

// misnamed returns a *harm if a bucket that an older file lacks is there under a damaged name.
func misnamed(tx *bolt.Tx) error {
	for _, name := range laterBuckets {
		if tx.Bucket(name) != nil {
			continue
		}
		err := tx.ForEach(func(is []byte, _ *bolt.Bucket) error {
			if nearly(is, name) {
				return &harm{fmt.Errorf("it has no %s", name)}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// explain says what bbolt's or the system's error means.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return &OpenError{path, ErrLocked, "is in use by another process",
			"stop the other entra-app that uses this store, then start again"}
	case errors.Is(err, bolterrors.ErrVersionMismatch):
		return newer(path, "is a database of a version that this entra-app does not know")
	case errors.As(err, new(*fs.PathError)):
		return &OpenError{path, err, "can't be opened: " + err.Error(),
			"let the user that runs entra-app read and write this file"}
	}
	return damaged(path, err)
}

func damaged(path string, err error) error {
	return &OpenError{path, ErrDamaged, "is damaged or incomplete: " + err.Error(),
		"restore it from a backup, or move it away to start with an empty store"}
}

func newer(path, text string) error {
	return &OpenError{path, form.ErrNewer, text, "start the newer entra-app, or restore the backup that was made before it"}
}
