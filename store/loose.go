package store

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"os"
)

// A loose reader reads the pages of a bbolt file of which some are damaged. It takes from
// each what still makes sense: one page has the same thing in several places, as bbolt
// writes the elements of a page side by side, in their order.
type loose struct {
	f        *os.File
	pageSize int64
	pages    uint64
	reached  []bool // by any bucket
}

// An element is one key with its value. Those of a branch have a page for a value.
type element struct {
	key, value []byte
	pgid       uint64
	flags      uint32
	spans      [][]byte // what may be both, the likeliest first
	rests      [][]byte // what may be the beginning of the key, and all that follows on the page
}

// page reads page n, whatever its header says, and false if there is none.
func (l *loose) page(n uint64) (p page, ok bool) {
	if n < 2 || n >= l.pages {
		return p, false
	}
	order := binary.NativeEndian
	head := make([]byte, headerSize)
	if _, err := l.f.ReadAt(head, int64(n)*l.pageSize); err != nil {
		return p, false
	}
	length := 1 + uint64(order.Uint32(head[12:]))
	if length > l.pages-n {
		length = 1
	}
	read := func() bool {
		p = page{number: n, kind: order.Uint16(head[8:]), count: order.Uint16(head[10:]), body: make([]byte, int64(length)*l.pageSize)}
		_, err := l.f.ReadAt(p.body, int64(n)*l.pageSize)
		return err == nil
	}
	if !read() {
		return p, false
	}
	p.settle()
	if need := (p.end() + uint64(l.pageSize) - 1) / uint64(l.pageSize); need > length && need <= l.pages-n {
		if length = need; !read() {
			return p, false
		}
		p.settle()
	}
	return p, true
}

// settle corrects what a header says of a page by where its first element is.
func (p *page) settle() {
	if p.kind != leafPage && p.kind != branchPage {
		p.kind = leafPage
		if pos, _, _ := p.sizes(0); pos != uint64(p.count)*elementSize {
			p.kind = branchPage
			if pos, _, _ := p.sizes(0); pos != uint64(p.count)*elementSize {
				p.kind = leafPage
			}
		}
	}
	pos, k, v := p.sizes(0)
	count := pos / elementSize
	if pos%elementSize != 0 || count == uint64(p.count) || count == 0 || count > 0xFFFF {
		return
	}
	if next, _, _ := p.sizes(1); count == 1 || elementSize+next == pos+k+v { // what the first element says is true
		p.count = uint16(count)
	}
}

// sizes are what element i says: where its key begins, from the element on, and the lengths
// of its key and value. They are zero beyond the page.
func (p *page) sizes(i int) (pos, key, value uint64) {
	at := headerSize + i*elementSize
	if at+elementSize > len(p.body) {
		return 0, 0, 0
	}
	e, order := p.body[at:at+elementSize], binary.NativeEndian
	if p.kind == branchPage {
		return uint64(order.Uint32(e)), uint64(order.Uint32(e[4:])), 0
	}
	return uint64(order.Uint32(e[4:])), uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
}

// end is where the last element ends.
func (p *page) end() uint64 {
	if p.count == 0 {
		return headerSize
	}
	i := int(p.count) - 1
	pos, k, v := p.sizes(i)
	return headerSize + uint64(i)*elementSize + pos + k + v
}

// loose are the elements of a page. An element of which one number is wrong is read by what
// those beside it say; keySize is the length of all keys, or 0 where they differ.
func (p *page) loose(keySize uint64) (out []element) {
	n := int(p.count)
	size := uint64(len(p.body))
	said, begins, ends := make([]uint64, n+1), make([]uint64, n), make([]uint64, n) // said are the ends, by the elements themselves
	said[0] = uint64(headerSize + n*elementSize)
	for i := range n {
		pos, k, v := p.sizes(i)
		at := headerSize + uint64(i)*elementSize
		begins[i], ends[i] = at+pos, at+pos+k+v
		if want := said[i]; begins[i] != want {
			next, _, _ := p.sizes(i + 1)
			if i == 0 || i+1 < n && want+k+v == at+elementSize+next { // it says where it begins, and is wrong
				begins[i], ends[i] = want, want+k+v
			} else { // the one before says how long it is, and is wrong
				ends[i-1] = begins[i]
			}
		}
		said[i+1] = ends[i]
	}
	for i := range n {
		_, k, _ := p.sizes(i)
		if keySize > 0 {
			k = keySize
		}
		e := element{}
		if at := headerSize + i*elementSize; at+elementSize <= len(p.body) {
			e.flags = binary.NativeEndian.Uint32(p.body[at:])
			e.pgid = binary.NativeEndian.Uint64(p.body[at+8:])
		}
		for _, begin := range []uint64{begins[i], said[i]} {
			if begin >= size {
				continue
			}
			e.rests = append(e.rests, p.body[begin:])
			for _, end := range []uint64{ends[i], said[i+1], begin + ends[i] - begins[i]} {
				if begin <= end && end <= size {
					e.spans = append(e.spans, p.body[begin:end])
				}
			}
		}
		if len(e.spans) > 0 && k <= uint64(len(e.spans[0])) {
			e.key, e.value = e.spans[0][:k], e.spans[0][k:]
		}
		out = append(out, e)
	}
	return out
}

// beginning is what follows one of these names in the element, to the end of the page; a bit
// of the name may be wrong. It is nil where no name is there, or too little follows.
func (e element) beginning(least int, names ...[]byte) (name, rest []byte) {
	for _, exact := range []bool{true, false} {
		for _, at := range e.rests {
			for _, name := range names {
				if len(at) >= len(name)+least && nearly(at[:len(name)], name) && (!exact || bytes.HasPrefix(at, name)) {
					return name, at[len(name):]
				}
			}
		}
	}
	return nil, nil
}

// tree calls f for each leaf that it comes to from page n on.
func (l *loose) tree(n uint64, in map[uint64]bool, keySize uint64, f func(n uint64, e element)) {
	p, ok := l.page(n)
	if !ok || in[n] {
		return
	}
	in[n] = true
	for i := n; i < n+uint64(int64(len(p.body))/l.pageSize); i++ {
		l.reached[i] = true
	}
	for _, e := range p.loose(keySize) {
		if p.kind == branchPage {
			l.tree(e.pgid, in, keySize, f)
		} else {
			f(n, e)
		}
	}
}

// inBucket calls f for each element of a bucket; value is what begins with the value of an
// element of the root. page is 0 in a bucket that is small enough to be kept in that value.
func (l *loose) inBucket(value []byte, keySize uint64, f func(page uint64, e element)) {
	root, in := binary.NativeEndian.Uint64(value), value[bucketSize:]
	if len(in) < headerSize || root != 0 && binary.NativeEndian.Uint16(in[8:]) != leafPage {
		l.tree(root, map[uint64]bool{}, keySize, f)
		return
	}
	p := page{kind: leafPage, count: binary.NativeEndian.Uint16(in[10:]), body: in}
	p.settle()
	for _, e := range p.loose(keySize) {
		f(0, e)
	}
}

// nearly reports whether two keys differ in one bit at most.
func nearly(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	n := 0
	for i := range a {
		n += bits.OnesCount8(a[i] ^ b[i])
	}
	return n <= 1
}
