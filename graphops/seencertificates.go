package graphops

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow"
)

// seenCertificates are what a session knows of the certificates of applications: by
// thumbprint, that it saw or wrote one, or that it removed one. One that is being added or
// removed is not in it.
type seenCertificates struct {
	record *memory.Record
	now    func() time.Time

	mu sync.Mutex
	by map[string]map[string]bool // by application
}

// of are those of one application. s.mu is held.
func (s *seenCertificates) of(applicationID string) map[string]bool {
	if s.by[applicationID] == nil {
		s.by[applicationID] = make(map[string]bool)
	}
	return s.by[applicationID]
}

// unsee forgets that a certificate which goes was seen: a session before this one may have
// removed it, and nobody heard the answer. What this session has added stays known.
func (s *seenCertificates) unsee(applicationID, thumbprint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.of(applicationID); known[thumbprint] && s.record.GaveAt(certificateNamed(applicationID, thumbprint)).IsZero() {
		delete(known, thumbprint)
	}
}

// begin notes that the certificates are written, so that after says which are there, and
// returns what was known before.
func (s *seenCertificates) begin(applicationID string, after map[string]bool) (before map[string]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.of(applicationID)
	before = maps.Clone(known)
	for thumbprint, there := range after {
		if known[thumbprint] != there {
			delete(known, thumbprint)
		}
	}
	return before
}

// end notes what came of that. Where nobody knows, what was to change stays unknown.
func (s *seenCertificates) end(applicationID string, before, after map[string]bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		maps.Copy(s.of(applicationID), after)
	} else if _, no := errors.AsType[*workflow.ServiceError](err); no { // all is as it was
		s.by[applicationID] = before
	}
}

// see notes what an answer has, unless it contradicts what is known: then it is from a replica
// that is behind.
func (s *seenCertificates) see(applicationID string, keys []json.RawMessage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.of(applicationID)
	var overdue []string
	for thumbprint, there := range known {
		switch {
		case hasCertificate(keys, thumbprint) == there:
		case s.isOverdue(certificateNamed(applicationID, thumbprint), there):
			overdue = append(overdue, thumbprint)
		default:
			return false
		}
	}
	for _, thumbprint := range overdue { // what is written again begins with this answer
		delete(known, thumbprint)
	}
	for _, k := range keys {
		known[thumbprintOf(k)] = true
	}
	return true
}

// writesAgain is how long it takes until a certificate whose write was accepted, and that is
// not as it was written, is written again. The older collection of a replica that was behind
// may have won, and then waiting changes nothing.
const writesAgain = 3 * time.Minute

// isOverdue reports whether a certificate was added, or removed, so long ago.
func (s *seenCertificates) isOverdue(what string, there bool) bool {
	at := s.record.RemovedAt(what)
	if there {
		at = s.record.GaveAt(what)
	}
	return !at.IsZero() && s.now().Sub(at) >= writesAgain
}

// haveGone reports whether this session is known to have removed these certificates.
func (s *seenCertificates) haveGone(applicationID string, keys []json.RawMessage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.of(applicationID)
	return !slices.ContainsFunc(keys, func(k json.RawMessage) bool {
		there, sure := known[thumbprintOf(k)]
		return there || !sure
	})
}
