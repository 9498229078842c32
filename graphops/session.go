package graphops

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// replication is how long after a sign-in an object may be too new to be known everywhere,
// where nobody has written down how old it is.
const replication = time.Minute

// A session is an admin's token, and what is known with it.
type session struct {
	*graph
	d      *Directory
	tenant tenant
	signer workflow.Signer
	arm    *bearer  // for Azure; nil where the plan has no roles there
	scopes []string // that came with the token
	ask    workflow.Ask
	began  time.Time

	mu        sync.Mutex
	made      map[string]bool            // IDs in lower case of objects that this session made or saw
	resources map[string]*resource       // by application ID; nil where the tenant has none
	consented map[string]bool            // by consent.key
	keyed     map[string]map[string]bool // by application, see certificatesOf
	fates     map[string]*fate           // by what it is called, in lower case
}

// A fate is what a session did to something that the app was given, or is to lose. IDs and
// paths of Azure are the same in any capitals.
type fate struct {
	born  time.Time // it was made, whatever was answered
	taken time.Time // its removal was answered
	lost  time.Time // its removal was sent, and not answered
	tried bool      // something was sent about it, and its answer may be lost
}

var _ workflow.Session = (*session)(nil)

func (d *Directory) newSession(t tenant, token seal.Secret) (*session, error) {
	g, err := newGraph(t, d.graph, token, d.log, d.now)
	if err != nil {
		return nil, err
	}
	return &session{graph: g, d: d, tenant: t, began: d.now(),
		made: make(map[string]bool), resources: make(map[string]*resource), consented: make(map[string]bool),
		keyed: make(map[string]map[string]bool), fates: make(map[string]*fate)}, nil
}

// Format keeps everything of a session out of whatever prints it.
func (*session) Format(f fmt.State, _ rune) { io.WriteString(f, "[session]") }

// Signer returns who signed in.
func (s *session) Signer() workflow.Signer { return s.signer }

// Close forgets the token.
func (s *session) Close() {
	s.token.close()
	if s.arm != nil {
		s.arm.close()
	}
}

// know notes that an object exists, whatever a replica says.
func (s *session) know(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.made[strings.ToLower(id)] = true
	}
}

// fresh reports whether one of these objects may be unknown only because it is new.
func (s *session) fresh(ids ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if s.made[strings.ToLower(id)] {
			return true
		}
	}
	if s.ask.Born.IsZero() {
		return len(ids) > 0 && s.now().Sub(s.began) < replication
	}
	return len(ids) > 0 && workflow.IsYoung(s.ask.Born, s.now())
}

// knows reports whether this session has made, restored or seen an object.
func (s *session) knows(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.made[strings.ToLower(id)]
}

// isBorn notes when an application was created that was not made here. One that is young
// was given what it has after that, by whoever made it.
func (s *session) isBorn(created time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if workflow.IsYoung(created, s.now()) {
		s.ask.Born, s.ask.Changed = newer(s.ask.Born, created), newer(s.ask.Changed, created)
		s.ask.Given = newer(s.ask.Given, created)
	}
}

func newer(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// fault says what an error of graph.send means to the caller. about are the
// objects that the request was about: a replica may not have heard of one that
// was just made.
func (s *session) fault(err error, about ...string) error {
	return fault.Meaning(err, s.fresh(about...))
}

// unsettled reports whether what is read of the app may be older than its last change.
func (s *session) unsettled() bool { return workflow.IsYoung(s.ask.Changed, s.now()) }

// settling reports whether what the app was given last may not be known everywhere: what
// was only taken since then is not looked for in vain.
func (s *session) settling() bool {
	if s.ask.Given.IsZero() {
		return s.unsettled()
	}
	return workflow.IsYoung(s.ask.Given, s.now())
}

// fateOf is what this session did to something. s.mu is held.
func (s *session) fateOf(what string) *fate {
	what = strings.ToLower(what)
	f := s.fates[what]
	if f == nil {
		f = &fate{}
		s.fates[what] = f
	}
	return f
}

// locked is fateOf while s.mu is not held: it is, until done is called.
func (s *session) locked(what string) (f *fate, done func()) {
	s.mu.Lock()
	return s.fateOf(what), s.mu.Unlock
}

// hidden reports whether something that the app was given, by this sign-in or an earlier
// one, may be there though an answer lacks it: it is so young that a replica need not know
// it, and this session has not removed it.
func (s *session) hidden(what string) bool {
	f, done := s.locked(what)
	defer done()
	return !f.isTaken(s.now()) && (s.settling() || workflow.IsYoung(f.born, s.now()))
}

// makes notes that this session gives the app something.
func (s *session) makes(what string) {
	f, done := s.locked(what)
	defer done()
	*f = fate{born: s.now()}
}

// tries notes that this session sends something about what it has seen: if the answer is
// lost, that can be done again though it is not seen.
func (s *session) tries(what string) {
	f, done := s.locked(what)
	defer done()
	f.tried = true
}

// hasTried reports whether it did.
func (s *session) hasTried(what string) bool {
	f, done := s.locked(what)
	defer done()
	return f.tried
}

// took reports whether this session has removed something.
func (s *session) took(what string) bool {
	f, done := s.locked(what)
	defer done()
	return f.isTaken(s.now())
}

// lostLooks is how long something is looked for again whose removal had no answer: one
// replica that does not see it may never have heard of it, but not all that are asked in
// that time.
const lostLooks = 30 * time.Second

// isTaken reports whether something was removed: a removal was answered, or was not, and
// it has not been seen for a while since.
func (f *fate) isTaken(now time.Time) bool {
	return !f.taken.IsZero() || !f.lost.IsZero() && now.Sub(f.lost) >= lostLooks
}

// leaves reports whether this session has sent something's removal, answered or not.
func (s *session) leaves(what string) bool {
	f, done := s.locked(what)
	defer done()
	return !f.taken.IsZero() || !f.lost.IsZero()
}

// isGone notes that this session has seen something, and removed it.
func (s *session) isGone(what string) {
	f, done := s.locked(what)
	defer done()
	f.taken = s.now()
}

// mayBeGone notes that a removal was not answered.
func (s *session) mayBeGone(what string) {
	f, done := s.locked(what)
	defer done()
	f.lost = s.now()
}

// removes notes what came of a removal: where its answer was lost, it may be done.
func (s *session) removes(what string, err error) {
	if err == nil {
		s.isGone(what)
	} else if fault.IsLost(err) {
		s.mayBeGone(what)
	}
}

// azureNotices is how long Azure may go on as if a role were assigned that no longer is.
// Source: Azure role-based access control, troubleshooting: up to ten minutes.
const azureNotices = 10 * time.Minute

// wasTaken reports whether this session has removed something that Azure need not have
// noticed yet.
func (s *session) wasTaken(what string) bool {
	f, done := s.locked(what)
	defer done()
	at := newer(f.taken, f.lost)
	return !at.IsZero() && s.now().Sub(at) < azureNotices
}

// expects reports whether something that the app is known to have is missing in an answer
// that may be old.
func (s *session) expects(keys []json.RawMessage, thumbprints []string) bool {
	return s.unsettled() && slices.ContainsFunc(thumbprints, func(t string) bool {
		return t != "" && !hasCertificate(keys, t)
	})
}

// forget notes that objects are gone.
func (s *session) forget(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.made, strings.ToLower(id))
	}
}
