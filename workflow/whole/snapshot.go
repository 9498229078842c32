package whole

import (
	"slices"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/set"
)

// A Snapshot is what somebody was shown of an app: all that it had then, and what of it could
// not be read. It is kept with what was decided on it.
type Snapshot struct {
	Digest string
	Risk   catalog.Risk
	Items  []Item
	Gaps   []Gap
}

// Snapshot is what an app has now.
func (a App) Snapshot() Snapshot {
	return Snapshot{Digest: a.Digest(), Risk: a.Risk(), Items: a.Items(), Gaps: slices.Clone(a.Gaps)}
}

// Clone returns a copy that shares nothing with s.
func (s Snapshot) Clone() Snapshot {
	s.Items, s.Gaps = slices.Clone(s.Items), slices.Clone(s.Gaps)
	return s
}

// Since are the items that are new and those that are gone since an earlier one, and what
// could be read then and can't be now.
func (s Snapshot) Since(before Snapshot) (added, gone []Item, unread []Gap) {
	sameGap := func(x, y Gap) bool { return x.Of == y.Of }
	return set.Minus(s.Items, before.Items, same), set.Minus(before.Items, s.Items, same), set.Minus(s.Gaps, before.Gaps, sameGap)
}

// Lacks reports whether something of one of these kinds could not be read.
func (s Snapshot) Lacks(kinds ...Kind) bool { return App{Gaps: s.Gaps}.Lacks(kinds...) }
