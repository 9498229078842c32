package store

import (
	"bytes"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// blockSize is how many numbers one key of a list stands for: that of a block.
// Its value has a byte for each that is in the list, the highest first.
const blockSize = 256

// enlist adds entries, which are in order. Those of a block are one write.
func enlist(tx *bolt.Tx, entries [][]byte) error {
	return blocks(tx, entries, func(has, more []byte) []byte {
		has = append(has, more...)
		slices.SortFunc(has, func(a, b byte) int { return int(b) - int(a) })
		return slices.Compact(has)
	})
}

// unlist removes entries.
func unlist(tx *bolt.Tx, entries [][]byte) error {
	return blocks(tx, entries, func(has, less []byte) []byte {
		return slices.DeleteFunc(has, func(low byte) bool { return bytes.IndexByte(less, low) >= 0 })
	})
}

// blocks has edit change each block that the entries are in.
func blocks(tx *bolt.Tx, entries [][]byte, edit func(has, lows []byte) []byte) error {
	lists := tx.Bucket(listsBucket)
	for len(entries) > 0 {
		key := blockKey(entries[0])
		var lows []byte
		for len(entries) > 0 && inBlock(entries[0], key) {
			lows = append(lows, byte(number(entries[0])%blockSize))
			entries = entries[1:]
		}
		var err error
		if has := edit(bytes.Clone(lists.Get(key)), lows); len(has) > 0 {
			err = lists.Put(key, has)
		} else {
			err = lists.Delete(key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// blockKey is the key of the block that an entry is in.
func blockKey(entry []byte) []byte {
	return numbered(entry[:len(entry)-8], number(entry)/blockSize)
}

func inBlock(entry, key []byte) bool {
	at := len(key) - 8
	return len(entry) == len(key) && bytes.Equal(entry[:at], key[:at]) && number(entry)/blockSize == number(key)
}
