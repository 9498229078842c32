package store

import (
	"errors"
	"os"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/seal"
)

// ReadLinks returns the links of the store at path, and changes nothing there. Where a bot has it
// open it reads a copy, which is one whole state. Links that can't be read are named in an
// *identity.UnreadableError beside the others.
func ReadLinks(path string, key *seal.Key) (all []identity.Link, err error) {
	if _, err = inspect(path, key); errors.Is(err, ErrLocked) {
		var dir string
		if dir, err = os.MkdirTemp("", "entra-app-links-"); err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		if path, err = snapshot(path, dir); err == nil {
			_, err = inspect(path, key)
		}
	}
	if err != nil {
		return nil, err
	}
	db, err := openBolt(path, true)
	if err != nil {
		return nil, explain(path, err)
	}
	defer db.Close()
	var unread identity.UnreadableError
	err = db.View(func(tx *bolt.Tx) error {
		links := tx.Bucket(linksBucket)
		if links == nil { // of an older version
			return nil
		}
		return links.ForEach(func(k, v []byte) error {
			l, err := readLink(k, v)
			if bad, ok := errors.AsType[*identity.UnreadableError](err); ok {
				unread.Links = append(unread.Links, bad.Links...)
				return nil
			}
			all = append(all, l)
			return err
		})
	})
	if err == nil && unread.Links != nil {
		err = &unread
	}
	return all, err
}
