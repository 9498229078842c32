package store

import (
	"errors"
	"os"

	"github.com/entra-app/entra-app/workflow/seal"
)

// A Copy is a store that is read while a bot may have the original open. What is written
// to it is lost.
type Copy struct {
	*Bolt
	dir string
}

// OpenCopy opens a copy of the store at path, which is one whole state of it.
func OpenCopy(path string, key *seal.Key) (*Copy, error) {
	dir, err := os.MkdirTemp("", "entra-app-copy-")
	if err != nil {
		return nil, err
	}
	copied, err := snapshot(path, dir)
	if err == nil {
		var b *Bolt
		if b, err = Open(copied, key); err == nil {
			return &Copy{b, dir}, nil
		}
	}
	return nil, errors.Join(err, os.RemoveAll(dir))
}

// Close frees the copy and removes it.
func (c *Copy) Close() error { return errors.Join(c.Bolt.Close(), os.RemoveAll(c.dir)) }
