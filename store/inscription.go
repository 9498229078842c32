package store

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/workflow/seal"
)

// sumKey is of the checksum of the version and the realm. A file that an older entra-app
// made gets one when it is opened.
var sumKey = []byte("sum")

// An inscription is what metaBucket says of a store, one wrong bit of it corrected.
type inscription struct {
	version, realm, canary []byte
	summed                 bool  // it has a checksum
	fault                  error // what was corrected
}

var errRealm = errors.New("its own identity is damaged")

// identify reads an inscription from the values of metaBucket. The error is ErrKey or
// ErrDamaged.
func identify(get func(name []byte) []byte, key *seal.Key) (id inscription, err error) {
	id = inscription{version: bytes.Clone(get(versionKey)), realm: bytes.Clone(get(realmKey)), canary: bytes.Clone(get(canaryKey))}
	if sum := get(sumKey); sum != nil {
		id.summed = true
		whole := func() bool { return bytes.Equal(sum, id.sum()) }
		if !whole() {
			id.fault = errRealm
			if !nearly(sum, id.sum()) && !corrected(id.realm, whole) && !corrected(id.version, whole) {
				return id, errors.Join(ErrDamaged, errRealm)
			}
		}
	}
	fits := func() bool { _, err := key.Open(canaryName, id.canary); return err == nil }
	if !fits() {
		if !corrected(id.canary, fits) {
			return id, ErrKey
		}
		id.fault = errRealm
	}
	return id, nil
}

// corrected reports whether flipping one bit of b makes it whole, and leaves it flipped.
func corrected(b []byte, whole func() bool) bool {
	for bit := range 8 * len(b) {
		b[bit/8] ^= 1 << (bit % 8)
		if whole() {
			return true
		}
		b[bit/8] ^= 1 << (bit % 8)
	}
	return false
}

func (id inscription) sum() []byte {
	return fmt.Appendf(nil, "%08x", crc32.Checksum(fmt.Appendf(nil, "%s %s", id.version, id.realm), castagnoli))
}

// write keeps an inscription.
func (id inscription) write(tx *bolt.Tx) error {
	m := tx.Bucket(metaBucket)
	return errors.Join(m.Put(versionKey, id.version), m.Put(realmKey, id.realm), m.Put(canaryKey, id.canary), m.Put(sumKey, id.sum()))
}
