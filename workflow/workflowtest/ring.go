package workflowtest

import (
	"maps"
	"slices"
	"sync"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A Ring keeps the keys of sealed secrets in memory.
type Ring struct {
	mu   sync.Mutex
	Keys map[string][]byte
	Fail error // of each call that changes something
}

// Put keeps a key.
func (r *Ring) Put(name string, wrapped []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Fail != nil {
		return r.Fail
	}
	if r.Keys == nil {
		r.Keys = map[string][]byte{}
	}
	r.Keys[name] = slices.Clone(wrapped)
	return nil
}

// Get returns a key.
func (r *Ring) Get(name string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k, ok := r.Keys[name]; ok {
		return slices.Clone(k), nil
	}
	return nil, seal.ErrShredded
}

// Destroy forgets a key.
func (r *Ring) Destroy(name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Fail == nil {
		delete(r.Keys, name)
	}
	return r.Fail
}

// Len is how many keys there are.
func (r *Ring) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.Keys)
}

// Fails has each call fail that changes something, with err; nil ends that.
func (r *Ring) Fails(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Fail = err
}

// Names lists the keys.
func (r *Ring) Names() ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.Keys)), nil
}

// Sealed is a secret, sealed.
func (w *World) Sealed(name, secret string) seal.Sealed {
	w.T.Helper()
	s, err := w.Key.Seal(name, seal.New(secret))
	if err != nil {
		w.T.Fatal(err)
	}
	return s
}

// KeysFit fails unless the ring has the key of everything that is sealed in the store, and no other.
func (w *World) KeysFit() {
	w.T.Helper()
	kept, err := w.Store.List(w.T.Context(), workflow.Query{Limit: 1000})
	if err != nil {
		w.T.Fatal(err)
	}
	names, _ := w.Ring.Names()
	sealed := 0
	for _, r := range kept {
		for name, s := range map[string]seal.Sealed{r.ID: r.Handover.Sealed, r.ID + " pfx": r.Handover.File} {
			if len(s) == 0 {
				continue
			}
			sealed++
			if !slices.ContainsFunc(names, func(at string) bool { return seal.Belongs(at, name, s) }) {
				w.T.Errorf("what is sealed for %s has no key", name)
			}
		}
	}
	if len(names) != sealed {
		w.T.Errorf("%d things are sealed, and there are the keys %v", sealed, names)
	}
}
