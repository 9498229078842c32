package store

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"os"
)

// A meta is one of the two first pages, which commits write in turn.
type meta struct {
	pageSize                      int64
	root, freelist, pages, commit uint64
}

// newestMeta returns the one that the last whole commit wrote. corrected reports whether one
// wrong bit in it was corrected: bbolt would read the one before, and be a commit behind.
func newestMeta(f *os.File) (newest meta, corrected bool, err error) {
	err = errors.New("it does not begin as a store does")
	for pageSize := int64(1024); pageSize <= 1024<<14; pageSize *= 2 {
		for at := range int64(2) {
			m, wrong, merr := metaAt(f, at*pageSize)
			if merr == nil && m.pageSize == pageSize && (err != nil || m.commit > newest.commit) {
				newest, corrected, err = m, wrong, nil
			}
		}
	}
	return newest, corrected, err
}

func metaAt(f *os.File, at int64) (m meta, wrong bool, err error) {
	b := make([]byte, headerSize+64)
	if _, err := f.ReadAt(b, at); err != nil {
		return m, false, err
	}
	b = b[headerSize:]
	whole := func() bool { m, err = readMeta(b); return err == nil }
	wrong = !whole() && corrected(b, whole)
	return m, wrong, err
}

func readMeta(b []byte) (meta, error) {
	order := binary.NativeEndian
	sum := fnv.New64a()
	sum.Write(b[:56])
	if order.Uint32(b) != boltMagic || order.Uint32(b[4:]) != boltVersion || order.Uint64(b[56:]) != sum.Sum64() {
		return meta{}, errors.New("it is no meta page")
	}
	return meta{
		pageSize: int64(order.Uint32(b[8:])),
		root:     order.Uint64(b[16:]), // the root bucket's counter follows
		freelist: order.Uint64(b[32:]),
		pages:    order.Uint64(b[40:]),
		commit:   order.Uint64(b[48:]),
	}, nil
}
