// Package memory is what a session knows of an app whatever a replica answers: how old it is,
// which objects are there, and what the session itself did to what the app was given.
//
// Entra and Azure are many replicas. An answer without something need not mean that it is not
// there, where it is young, and an answer with something not that it is there, where it was
// removed a moment ago. How old things are is in workflow.Ask, from what is stored; what this
// session did is here.
package memory

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
)

const (
	// Replication is how long after a sign-in an object may be too new to be known everywhere,
	// where nobody has written down how old it is.
	Replication = time.Minute

	// LostLooks is how long something is looked for again whose removal had no answer: one
	// replica that does not see it may never have heard of it, but not all that are asked in
	// that time.
	LostLooks = 30 * time.Second
)

// A Record is that of one session. IDs and paths of Azure are the same in any capitals.
type Record struct {
	Ask workflow.Ask // what was stored

	now   func() time.Time
	began time.Time

	mu    sync.Mutex
	there map[string]bool
	fates map[string]*fate
}

// A fate is what a session did to something that the app was given, or is to lose.
type fate struct {
	given   time.Time // whatever was answered
	removed time.Time // it was answered
	lost    time.Time // its removal was sent, and not answered
	tried   bool      // something was sent about it, and its answer may be lost
}

// New is the record of a session that begins.
func New(now func() time.Time) *Record {
	return &Record{now: now, began: now(), there: make(map[string]bool), fates: make(map[string]*fate)}
}

// Know notes that objects exist, whatever a replica says.
func (r *Record) Know(ids ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		r.there[strings.ToLower(id)] = true
	}
}

// Knows reports whether one of these objects was made, restored or seen.
func (r *Record) Knows(ids ...string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(ids, func(id string) bool { return r.there[strings.ToLower(id)] })
}

// Forget notes that objects are gone.
func (r *Record) Forget(ids ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		delete(r.there, strings.ToLower(id))
	}
}

// IsFresh reports whether one of these objects may be unknown only because it is new.
func (r *Record) IsFresh(ids ...string) bool {
	switch {
	case len(ids) == 0:
		return false
	case r.Knows(ids...):
		return true
	case r.Ask.Born.IsZero():
		return r.now().Sub(r.began) < Replication
	}
	return workflow.IsYoung(r.Ask.Born, r.now())
}

// NoteCreated notes when an application was created that was not made here. One that is young
// was given what it has after that, by whoever made it.
func (r *Record) NoteCreated(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if workflow.IsYoung(at, r.now()) {
		r.Ask.Born, r.Ask.Changed, r.Ask.Given = newer(r.Ask.Born, at), newer(r.Ask.Changed, at), newer(r.Ask.Given, at)
	}
}

func newer(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// ChangedLately reports whether what is read of the app may be older than its last change.
func (r *Record) ChangedLately() bool { return workflow.IsYoung(r.Ask.Changed, r.now()) }

// GivenLately reports whether what the app was given last may not be known everywhere: what
// was only taken since then is not looked for in vain.
func (r *Record) GivenLately() bool {
	if r.Ask.Given.IsZero() {
		return r.ChangedLately()
	}
	return workflow.IsYoung(r.Ask.Given, r.now())
}

// LostLately reports whether something was removed from the app before this session, so lately that
// it may be there still in an answer.
func (r *Record) LostLately() bool { return workflow.IsYoung(r.Ask.Removed, r.now()) }

// of is what became of something. r.mu is held.
func (r *Record) of(what string) *fate {
	what = strings.ToLower(what)
	f := r.fates[what]
	if f == nil {
		f = &fate{}
		r.fates[what] = f
	}
	return f
}

// locked is of while r.mu is not held: it is, until done is called.
func (r *Record) locked(what string) (f *fate, done func()) {
	r.mu.Lock()
	return r.of(what), r.mu.Unlock
}

// IsHidden reports whether something that the app was given, by this sign-in or an earlier
// one, may be there though an answer lacks it: it is so young that a replica need not know
// it, and this session has not removed it.
func (r *Record) IsHidden(what ...string) bool {
	return slices.ContainsFunc(what, func(what string) bool {
		f, done := r.locked(what)
		defer done()
		return !f.isRemoved(r.now()) && (r.GivenLately() || workflow.IsYoung(f.given, r.now()))
	})
}

// Gives notes that this session gives the app something.
func (r *Record) Gives(what string) {
	f, done := r.locked(what)
	defer done()
	*f = fate{given: r.now()}
}

// GaveAt is when, or zero.
func (r *Record) GaveAt(what string) time.Time {
	f, done := r.locked(what)
	defer done()
	return f.given
}

// Tries notes that this session sends something about what it has seen: if the answer is
// lost, that can be done again though it is not seen.
func (r *Record) Tries(what string) {
	f, done := r.locked(what)
	defer done()
	f.tried = true
}

// HasTried reports whether it did.
func (r *Record) HasTried(what string) bool {
	f, done := r.locked(what)
	defer done()
	return f.tried
}

// Removes notes what came of a removal: where its answer was lost, it may be done.
func (r *Record) Removes(what string, err error) {
	f, done := r.locked(what)
	defer done()
	if err == nil {
		f.removed = r.now()
	} else if fault.IsLost(err) {
		f.lost = r.now()
	}
}

// HasRemoved reports whether this session has removed something: the removal was answered, or
// was not, and it has not been seen for a while since.
func (r *Record) HasRemoved(what string) bool {
	f, done := r.locked(what)
	defer done()
	return f.isRemoved(r.now())
}

func (f *fate) isRemoved(now time.Time) bool {
	return !f.removed.IsZero() || !f.lost.IsZero() && now.Sub(f.lost) >= LostLooks
}

// HasSentRemoval reports whether this session has sent something's removal, answered or not.
func (r *Record) HasSentRemoval(what string) bool { return !r.sentAt(what).IsZero() }

// RemovedWithin reports whether it has, so lately.
func (r *Record) RemovedWithin(d time.Duration, what string) bool {
	at := r.sentAt(what)
	return !at.IsZero() && r.now().Sub(at) < d
}

func (r *Record) sentAt(what string) time.Time {
	f, done := r.locked(what)
	defer done()
	return newer(f.removed, f.lost)
}

// RemovedAt is when a removal was answered, or zero.
func (r *Record) RemovedAt(what string) time.Time {
	f, done := r.locked(what)
	defer done()
	return f.removed
}
