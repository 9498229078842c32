package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/entra-app/entra-app/store/form"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// damagedSuffix is what is added to the name of a damaged file that is kept; there may be
// several, which are numbered.
const damagedSuffix = ".damaged"

// errNothing is why no store can be made of a damaged one.
var errNothing = errors.New("none of it can be read")

// rescue makes a whole store at path of what can be read in the one that is there, whose
// damage is torn. That one is kept beside it. Until the new one is complete nothing is
// changed at path; the error, an *OpenError, says why it can't be made.
func rescue(path string, key *seal.Key, torn *harm) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%v", fault)
		}
		switch {
		case err == nil || errors.As(err, new(*OpenError)):
		case errors.Is(err, errNothing):
			err = damaged(path, torn.error)
		default:
			err = damaged(path, fmt.Errorf("%w; and it can't be repaired: %v", torn.error, err))
		}
	}()
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	return remake(target, key)
}

// remake does it. Of two processes that do so at the same time one has the lock of the new
// file, and the other finds path whole, or in use.
func remake(path string, key *seal.Key) error {
	part := path + ".rescue"
	db, err := bolt.Open(part, 0o600, &bolt.Options{Timeout: lockWait, NoStatistics: true})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return explain(path, err)
	case err != nil: // a power cut left it
		return errors.Join(err, os.Remove(part))
	}
	defer os.Remove(part)
	defer db.Close()
	if _, err := inspect(path, key); !errors.As(err, new(*harm)) {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	found, err := salvage(f, key)
	if err != nil {
		return err
	}
	if err := errors.Join(db.Update(found.write), db.Close()); err != nil {
		return err
	}
	if _, err := inspect(part, key); err != nil {
		return fmt.Errorf("what is left is incomplete: %v", err) // of another file: no *OpenError
	}
	if err := keepBeside(path, f); err != nil {
		return err
	}
	return errors.Join(os.Rename(part, path), syncDir(filepath.Dir(path)))
}

// keepBeside gives the file at path, which f reads, a second name that no file has.
func keepBeside(path string, f *os.File) error {
	for i := 1; ; i++ {
		name := path + damagedSuffix
		if i > 1 {
			name += fmt.Sprint("-", i)
		}
		if err := os.Link(path, name); err == nil {
			return nil
		}
		to, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // there are file systems without links
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = io.Copy(to, io.NewSectionReader(f, 0, 1<<62))
		return errors.Join(err, to.Sync(), to.Close())
	}
}

// A find is what can be read of a damaged store.
type find struct {
	counter uint64                 // of requests
	pairs   map[string][][2][]byte // by bucket, but for the requests
	sure    []candidate            // requests on pages that the bucket leads to
	unsure  []candidate            // requests on pages of which it is not certain that they are in use
}

// A candidate is what may be request number n.
type candidate struct {
	n     uint64
	value []byte
	r     *workflow.Request // nil where it can't be read
}

// salvage reads what it can of a damaged store.
func salvage(f *os.File, key *seal.Key) (*find, error) {
	m, _, err := newestMeta(f)
	if err != nil {
		return nil, err
	}
	l := &loose{f: f, pageSize: m.pageSize, pages: m.pages, reached: make([]bool, m.pages)}
	free := l.freelist(m.freelist)
	roots := map[string][]byte{}
	l.tree(m.root, map[uint64]bool{}, 0, func(_ uint64, e element) {
		if name, rest := e.beginning(bucketSize, slices.Concat(buckets, laterBuckets)...); name != nil {
			roots[string(name)] = rest
		}
	})
	found := &find{pairs: map[string][][2][]byte{}}
	for _, name := range buckets {
		root, keySize := roots[string(name)], keySizes[string(name)]
		if len(root) < bucketSize {
			return nil, errNothing
		}
		switch string(name) {
		case "requests":
			found.counter = binary.NativeEndian.Uint64(root[8:])
			l.inBucket(root, keySize, func(page uint64, e element) { found.add(e, !free[page]) })
			continue
		case "meta":
			l.inBucket(root, keySize, func(_ uint64, e element) { found.addMeta(e, key) })
			continue
		}
		l.inBucket(root, keySize, func(_ uint64, e element) {
			if len(e.key) > 0 {
				found.pairs[string(name)] = append(found.pairs[string(name)], [2][]byte{e.key, e.value})
			}
		})
	}
	if root := roots[string(linksBucket)]; len(root) >= bucketSize {
		l.inBucket(root, 0, func(_ uint64, e element) { found.addLink(e) })
	}
	for _, name := range [][]byte{logBucket, treeBucket, toldBucket, keptBucket} {
		if root := roots[string(name)]; len(root) >= bucketSize {
			l.inBucket(root, keySizes[string(name)], func(_ uint64, e element) {
				if len(e.key) > 0 {
					found.pairs[string(name)] = append(found.pairs[string(name)], [2][]byte{e.key, e.value})
				}
			})
		}
	}
	for n := uint64(2); n < m.pages; n++ {
		if l.reached[n] || free[n] {
			continue
		}
		if p, ok := l.page(n); ok && p.kind == leafPage {
			for _, e := range p.loose(8) { // a page that a damaged one led to, or one that is not in use
				if bytes.HasPrefix(e.value, []byte(`{"v":`)) {
					found.add(e, false)
				}
			}
		}
	}
	return found, found.fits(key)
}

// freelist are the pages that are not in use.
func (l *loose) freelist(n uint64) map[uint64]bool {
	free := map[uint64]bool{}
	p, ok := l.page(n)
	if n == noFreelist || !ok {
		return free
	}
	order := binary.NativeEndian
	count, ids := uint64(order.Uint16(p.body[10:])), p.body[headerSize:] // settle takes the page for another kind
	if count == 0xFFFF && len(ids) >= 8 {
		count, ids = order.Uint64(ids), ids[8:]
	}
	for i := range min(count, uint64(len(ids)/8)) {
		free[order.Uint64(ids[8*i:])] = true
	}
	l.reached[n] = true
	return free
}

// addMeta keeps what may say what the store is. Most of it has one length.
func (f *find) addMeta(e element, key *seal.Key) {
	canary := len(key.Canary(canaryName))
	lengths := map[string]int{"version": 1, "listed": 1, "realm": 8, "canary": canary, "sum": 8}
	name, rest := e.beginning(1, versionKey, listedKey, realmKey, canaryKey, sumKey)
	value := rest[:min(len(rest), lengths[string(name)])]
	if _, err := strconv.ParseUint(string(e.value), 10, 64); err == nil && bytes.Equal(name, versionKey) {
		value = e.value // a newer one
	}
	if name != nil {
		f.pairs["meta"] = append(f.pairs["meta"], [2][]byte{name, value})
	}
}

// add keeps what may be a request.
func (f *find) add(e element, sure bool) {
	all := e.spans
	for _, rest := range e.rests { // how long it is may be damaged
		all = append(all, rest[:bytes.LastIndexByte(rest, '}')+1])
	}
	var c candidate
	for _, span := range all {
		if len(span) < 8 {
			continue
		}
		if c.n == 0 {
			c.n, c.value = number(span[:8]), span[8:] // the likeliest
		}
		if checkSum(span[8:]) != nil {
			continue
		}
		if r, err := form.Decode(span[8:]); err == nil {
			c = candidate{number(span[:8]), span[8:], r}
			break
		}
	}
	if c.n == 0 {
		return
	}
	if sure {
		f.sure = append(f.sure, c)
	} else if c.r != nil {
		f.unsure = append(f.unsure, c)
	}
}

// fits returns an error if there is nothing to make a store of, or it has another key.
func (f *find) fits(key *seal.Key) error {
	m := map[string][]byte{}
	for _, p := range f.pairs["meta"] {
		m[string(p[0])] = p[1]
	}
	if len(m["version"]) == 0 || len(m["realm"]) == 0 {
		return errNothing
	}
	if _, err := identify(func(name []byte) []byte { return m[string(name)] }, key); err != nil {
		return err
	}
	for _, c := range append(f.sure, f.unsure...) {
		if c.r != nil {
			return nil
		}
	}
	if f.counter > 0 {
		return errNothing
	}
	return nil
}

// write puts what was found into a new store. Open writes what is derived from the
// requests again; what the damaged store had of it says which request is which.
func (f *find) write(tx *bolt.Tx) error {
	if err := f.writePairs(tx); err != nil {
		return err
	}
	requests := tx.Bucket(requestsBucket)
	there := func(n uint64) bool { return requests.Get(requestKey(n)) != nil }
	put := func(n uint64, c candidate) error {
		f.counter = max(f.counter, n)
		return requests.Put(requestKey(n), bytes.Clone(c.value))
	}
	var errs []error
	take := func(from []candidate, as func(c candidate) (n uint64, ok bool)) {
		for _, c := range from {
			if n, ok := as(c); ok && !there(n) {
				errs = append(errs, put(n, c))
			}
		}
	}
	// Those that everything agrees about come first, then those whose number is damaged.
	take(f.sure, func(c candidate) (uint64, bool) { return c.n, agrees(tx, c.n, c.r) })
	take(f.sure, func(c candidate) (uint64, bool) {
		for bit := range 64 {
			if n := c.n ^ 1<<bit; !agrees(tx, c.n, c.r) && agrees(tx, n, c.r) && !there(n) {
				return n, true
			}
		}
		return c.n, c.r != nil && !f.placed(tx, c)
	})
	doubtful := f.doubtful(tx)
	take(f.unsure, func(c candidate) (uint64, bool) { return c.n, agrees(tx, c.n, c.r) && !doubtful[c.n] })
	take(f.sure, func(c candidate) (uint64, bool) { return c.n, c.r == nil && c.n > 0 && c.n <= f.counter })
	return errors.Join(append(errs, requests.SetSequence(f.counter))...)
}

// writePairs creates the buckets again, with what was found of each.
func (f *find) writePairs(tx *bolt.Tx) error {
	for _, name := range slices.Concat(buckets, laterBuckets) {
		if err := tx.DeleteBucket(name); err != nil && tx.Bucket(name) != nil {
			return err
		}
		b, err := tx.CreateBucket(name)
		if err != nil {
			return err
		}
		for _, p := range f.pairs[string(name)] {
			if err := b.Put(p[0], p[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// doubtful are the numbers that two different candidates agree with.
func (f *find) doubtful(tx *bolt.Tx) map[uint64]bool {
	numbers := map[uint64]bool{}
	for i, c := range f.unsure {
		for _, d := range f.unsure[:i] {
			if c.n == d.n && !bytes.Equal(c.value, d.value) && agrees(tx, c.n, c.r) && agrees(tx, d.n, d.r) {
				numbers[c.n] = true
			}
		}
	}
	return numbers
}

// placed reports whether a candidate is stored, under whatever number.
func (f *find) placed(tx *bolt.Tx, c candidate) bool {
	for bit := range 65 {
		n := c.n
		if bit < 64 {
			n ^= 1 << bit
		}
		if bytes.Equal(tx.Bucket(requestsBucket).Get(requestKey(n)), c.value) {
			return true
		}
	}
	return false
}

// agrees reports whether all that is said of number n is true of r.
func agrees(tx *bolt.Tx, n uint64, r *workflow.Request) bool {
	if r == nil || n == 0 || !listedAs(tx, n, r) {
		return false
	}
	return r.WakeAt.IsZero() || tx.Bucket(dueBucket).Get(dueKey(r.WakeAt, n)) != nil
}
