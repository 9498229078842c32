package tree

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Leaves are the hashes of all leaves of a log, and of what is above them, in memory.
type Leaves struct {
	size   int64
	hashes []tlog.Hash // by tlog.StoredHashIndex
}

// Add appends a leaf.
func (l *Leaves) Add(leaf tlog.Hash) {
	more, err := tlog.StoredHashesForRecordHash(l.size, leaf, l)
	if err != nil {
		panic(err) // all that it reads is there
	}
	l.hashes = append(l.hashes, more...)
	l.size++
}

// Size is how many there are.
func (l *Leaves) Size() int64 { return l.size }

// ReadHashes is for package tlog.
func (l *Leaves) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if at < 0 || at >= int64(len(l.hashes)) {
			return nil, errors.New("there are not as many leaves")
		}
		out[i] = l.hashes[at]
	}
	return out, nil
}

// Hash is that of the tree of the first so many leaves.
func (l *Leaves) Hash(size int64) (tlog.Hash, error) { return tlog.TreeHash(size, l) }

const proofHeader = "c2sp.org/tlog-proof@v1"

// A Proof says that a leaf is in the tree of a head.
type Proof struct {
	Index  int64
	Record []byte // the leaf itself
	Path   tlog.RecordProof
	Note   string // the signed head
}

// Prove returns the proof that record is leaf number index in the tree of a head, which is signed
// as note and has size leaves.
func (l *Leaves) Prove(index int64, record []byte, size int64, note string) (Proof, error) {
	path, err := tlog.ProveRecord(size, index, l)
	return Proof{index, record, path, note}, err
}

// String is the proof in the form of https://c2sp.org/tlog-proof, with the leaf as its extra data.
func (p Proof) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofHeader, base64.StdEncoding.EncodeToString(p.Record), p.Index)
	for _, h := range p.Path {
		b.WriteString(h.String() + "\n")
	}
	return b.String() + "\n" + p.Note
}

// ErrProof says that text is no proof.
var ErrProof = errors.New("it is no proof of https://c2sp.org/tlog-proof, version 1, with the entry as its extra data")

// ParseProof reads what String wrote. It checks nothing that is said there.
func ParseProof(text string) (p Proof, err error) {
	head, note, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != proofHeader {
		return Proof{}, ErrProof
	}
	extra, ok := strings.CutPrefix(lines[1], "extra ")
	number, ok2 := strings.CutPrefix(lines[2], "index ")
	if !ok || !ok2 {
		return Proof{}, ErrProof
	}
	p.Note = note
	if p.Record, err = base64.StdEncoding.Strict().DecodeString(extra); err != nil {
		return Proof{}, ErrProof
	}
	p.Index, err = strconv.ParseInt(number, 10, 64)
	if err != nil || p.Index < 0 || strconv.FormatInt(p.Index, 10) != number || len(lines)-3 > 63 {
		return Proof{}, ErrProof
	}
	for _, line := range lines[3:] {
		h, err := tlog.ParseHash(line)
		if err != nil || h.String() != line {
			return Proof{}, ErrProof
		}
		p.Path = append(p.Path, h)
	}
	return p, nil
}

// ErrNotIn says that a proof proves nothing: the leaf is not in the tree.
var ErrNotIn = errors.New("the entry is not in the log of this head")

// Check returns the head in whose tree the record is, by a proof and the log's public key.
func (p Proof) Check(vkey string) (Head, error) {
	h, err := Open(p.Note, vkey)
	if err != nil {
		return Head{}, err
	}
	if p.Index >= h.Size || tlog.CheckRecord(p.Path, h.Size, h.Hash, p.Index, tlog.RecordHash(p.Record)) != nil {
		return Head{}, ErrNotIn
	}
	return h, nil
}
