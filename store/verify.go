package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// The format of a bbolt file, version 2: pages of one size, in the byte order of
// the machine. Each begins with a header: its number (8 bytes), its kind and the
// count of its elements (2 and 2), how many pages it goes on for (4).
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2

	headerSize  = 16
	elementSize = 16
	bucketSize  = 16 // a bucket's root page and counter; a small bucket's page follows

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketFlag   = 0x01 // of an element in a leaf

	noFreelist = ^uint64(0)
)

// wholeSize is the greatest size of a file that is read from end to end before
// it is opened, which takes a quarter of a second. In a greater one the contents
// of leaves are left out. It is a variable for the tests alone.
var wholeSize int64 = 256 << 20

// A checker walks through a bbolt file, and believes nothing in it. All pages and elements
// are as bbolt writes them: what differs is damaged, even if bbolt would read past it.
type checker struct {
	f        *os.File
	pageSize int64
	pages    uint64 // in use
	seen     []bool
	whole    bool
	bucket   string // that it is in; empty in the root
}

// harm is damage that leaves a part of the file to be read.
type harm struct{ error }

func (h *harm) Unwrap() error { return h.error }

// keySizes are the lengths of keys, in the buckets in which all have the same.
var keySizes = map[string]uint64{"requests": 8, "new": 8, "due": 16, "log": 8, "told": 16}

// verify returns an error if the file is not a whole bbolt file, a *harm where its end is
// there and a part of it can be read.
func verify(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	m, corrected, err := newestMeta(f)
	if err != nil {
		return err
	}
	size := info.Size()
	if size%m.pageSize != 0 {
		return fmt.Errorf("it has %d bytes, which are not whole pages of %d", size, m.pageSize)
	}
	if m.pages < 4 || m.pages > uint64(size/m.pageSize) {
		return fmt.Errorf("it has %d bytes, and %d pages of %d are in use", size, m.pages, m.pageSize)
	}
	c := &checker{f: f, pageSize: m.pageSize, pages: m.pages, seen: make([]bool, m.pages), whole: size <= wholeSize}
	c.seen[0], c.seen[1] = true, true
	if corrected {
		return &harm{errors.New("its first page is damaged")}
	}
	err = c.tree(m.root, bound{})
	if err == nil {
		err = c.freelist(m.freelist)
	}
	if err != nil {
		return &harm{err}
	}
	return nil
}

// A page is one page with those that it goes on for.
type page struct {
	number      uint64
	kind, count uint16
	body        []byte // with the header
}

// page reads a page that nothing else may point to.
func (c *checker) page(n uint64, skipLeaf bool) (p page, err error) {
	if n >= c.pages {
		return p, fmt.Errorf("page %d is beyond the end", n)
	}
	head := make([]byte, headerSize)
	if _, err := c.f.ReadAt(head, int64(n)*c.pageSize); err != nil {
		return p, err
	}
	order := binary.NativeEndian
	p = page{number: n, kind: order.Uint16(head[8:]), count: order.Uint16(head[10:])}
	length := 1 + uint64(order.Uint32(head[12:]))
	if order.Uint64(head) != n || length > c.pages-n {
		return p, fmt.Errorf("page %d is overwritten", n)
	}
	for i := n; i < n+length; i++ {
		if c.seen[i] {
			return p, fmt.Errorf("page %d is in two places", i)
		}
		c.seen[i] = true
	}
	if skipLeaf && p.kind == leafPage {
		return p, nil
	}
	p.body = make([]byte, int64(length)*c.pageSize)
	_, err = c.f.ReadAt(p.body, int64(n)*c.pageSize)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return p, err
}

// A bound is what the keys of a page are: from on, and before, where that is set.
type bound struct{ from, before []byte }

// tree checks a bucket from its root page on.
func (c *checker) tree(root uint64, in bound) error {
	p, err := c.page(root, !c.whole && c.bucket != "")
	if err != nil {
		return err
	}
	switch {
	case p.kind == leafPage && p.body == nil:
		return nil
	case p.kind == leafPage:
		return c.leaf(p, in)
	case p.kind == branchPage && p.count > 0:
		var keys [][]byte
		var roots []uint64
		err := p.elements(func(e, key, _ []byte) error {
			keys, roots = append(keys, key), append(roots, binary.NativeEndian.Uint64(e[8:]))
			return nil
		})
		if err != nil || bytes.Compare(keys[0], in.from) < 0 {
			return cmp.Or(err, p.wrong("out of order"))
		}
		for i, root := range roots {
			of := bound{keys[i], in.before}
			if i+1 < len(keys) {
				of.before = keys[i+1]
			}
			if err := c.tree(root, of); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("page %d is of kind %#x", root, p.kind)
}

// leaf checks a page of keys with values, which in the root are buckets.
func (c *checker) leaf(p page, in bound) error {
	return p.elements(func(e, key, value []byte) error {
		size, fixed := keySizes[c.bucket]
		flags := binary.NativeEndian.Uint32(e)
		switch {
		case c.bucket != "" && (flags != 0 || fixed && uint64(len(key)) != size):
			return p.wrong("overwritten")
		case bytes.Compare(key, in.from) < 0 || in.before != nil && bytes.Compare(key, in.before) >= 0:
			return p.wrong("out of order")
		case flags&bucketFlag == 0:
			return nil
		}
		if len(value) < bucketSize {
			return fmt.Errorf("bucket %q is cut short", key)
		}
		c.bucket = string(key)
		defer func() { c.bucket = "" }()
		root := binary.NativeEndian.Uint64(value)
		if root != 0 && len(value) == bucketSize {
			return c.tree(root, bound{})
		}
		in := value[bucketSize:]
		if root != 0 {
			return fmt.Errorf("bucket %q is in two places", key)
		}
		if len(in) < headerSize || binary.NativeEndian.Uint16(in[8:]) != leafPage {
			return fmt.Errorf("bucket %q is cut short", key)
		}
		return c.leaf(page{number: p.number, kind: leafPage, count: binary.NativeEndian.Uint16(in[10:]), body: in}, bound{})
	})
}

func (p page) wrong(how string) error { return fmt.Errorf("page %d is %s", p.number, how) }

// elements calls f for each element of a page, whose keys have to ascend, and which are
// side by side.
func (p page) elements(f func(e, key, value []byte) error) error {
	var last []byte
	next := uint64(headerSize) + uint64(p.count)*elementSize
	for i := range int(p.count) {
		at := headerSize + i*elementSize
		if at+elementSize > len(p.body) {
			return p.wrong("overwritten")
		}
		e := p.body[at : at+elementSize]
		order := binary.NativeEndian
		pos, keySize, valueSize := order.Uint32(e), order.Uint32(e[4:]), uint32(0)
		if p.kind == leafPage {
			pos, keySize, valueSize = order.Uint32(e[4:]), order.Uint32(e[8:]), order.Uint32(e[12:])
		}
		from := uint64(at) + uint64(pos)
		if from != next || from+uint64(keySize)+uint64(valueSize) > uint64(len(p.body)) {
			return p.wrong("overwritten")
		}
		next = from + uint64(keySize) + uint64(valueSize)
		key := p.body[from : from+uint64(keySize)]
		if i > 0 && bytes.Compare(last, key) >= 0 {
			return p.wrong("out of order")
		}
		last = key
		if err := f(e, key, p.body[from+uint64(keySize):][:valueSize]); err != nil {
			return err
		}
	}
	return nil
}

// freelist checks the list of the pages that are not in use.
func (c *checker) freelist(n uint64) error {
	if n == noFreelist {
		return nil
	}
	p, err := c.page(n, false)
	if err != nil {
		return err
	}
	ids, count := p.body[headerSize:], uint64(p.count)
	if count == 0xFFFF { // the true count comes first
		count = binary.NativeEndian.Uint64(ids)
		ids = ids[8:]
	}
	if p.kind != freelistPage || count > uint64(len(ids)/8) {
		return fmt.Errorf("page %d is no list of free pages", n)
	}
	for i := range count {
		id := binary.NativeEndian.Uint64(ids[8*i:])
		if id >= c.pages || c.seen[id] {
			return fmt.Errorf("page %d is free and in use", id)
		}
		c.seen[id] = true
	}
	return nil
}
