// Package tree is the arithmetic of a transparency log: a Merkle tree of hashes as RFC 6962 has
// it, its heads, which are signed notes, and proofs that something is in it. It knows no store.
//
// All formats are public, and made with golang.org/x/mod/sumdb/tlog and .../note, so that others
// need no program of ours: a head is a checkpoint (https://c2sp.org/tlog-checkpoint), its
// signature that of a signed note (https://c2sp.org/signed-note), and a proof has the form of
// https://c2sp.org/tlog-proof.
package tree

import (
	"crypto/sha256"
	"errors"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// A Tree is what has to be known of a log to go on with it: how many leaves it has, and the
// hashes of the greatest full trees that they make, from the left.
type Tree struct {
	Size   int64
	Hashes []tlog.Hash
}

// Add appends a leaf.
func (t *Tree) Add(leaf tlog.Hash) {
	h := leaf
	for n := t.Size; n&1 == 1; n >>= 1 {
		last := len(t.Hashes) - 1
		h = tlog.NodeHash(t.Hashes[last], h)
		t.Hashes = t.Hashes[:last]
	}
	t.Hashes = append(t.Hashes, h)
	t.Size++
}

// Hash is the hash of the whole tree.
func (t Tree) Hash() tlog.Hash {
	last := len(t.Hashes) - 1
	if last < 0 {
		return tlog.Hash(sha256.Sum256(nil))
	}
	h := t.Hashes[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(t.Hashes[i], h)
	}
	return h
}

// Clone returns a copy that shares nothing with t.
func (t Tree) Clone() Tree {
	return Tree{t.Size, append([]tlog.Hash(nil), t.Hashes...)}
}

// Bytes is a tree without its size.
func (t Tree) Bytes() []byte {
	out := make([]byte, 0, len(t.Hashes)*tlog.HashSize)
	for _, h := range t.Hashes {
		out = append(out, h[:]...)
	}
	return out
}

// ErrTree says that bytes are not a tree of that size.
var ErrTree = errors.New("it is not a tree of its size")

// Parse reads what Bytes returned of a tree of this size.
func Parse(size int64, b []byte) (Tree, error) {
	if size < 0 || len(b) != bits.OnesCount64(uint64(size))*tlog.HashSize {
		return Tree{}, ErrTree
	}
	t := Tree{Size: size}
	for ; len(b) > 0; b = b[tlog.HashSize:] {
		t.Hashes = append(t.Hashes, tlog.Hash(b[:tlog.HashSize]))
	}
	return t, nil
}
