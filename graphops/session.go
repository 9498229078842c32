package graphops

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// replication is how long after a sign-in an object may be too new to be known
// everywhere, though another session made it: one that a crash ended.
const replication = time.Minute

// A session is an admin's token, and what is known with it.
type session struct {
	*graph
	d      *Directory
	tenant tenant
	signer workflow.Signer
	arm    *bearer  // for Azure; nil where the plan has no roles there
	scopes []string // that came with the token
	began  time.Time

	mu        sync.Mutex
	made      map[string]bool            // IDs in lower case of objects that this session made or saw
	resources map[string]*resource       // by application ID; nil where the tenant has none
	consented map[string]bool            // by consent.key
	keyed     map[string]map[string]bool // by application, see certificatesOf
}

var _ workflow.Session = (*session)(nil)

func (d *Directory) newSession(t tenant, token workflow.Secret) (*session, error) {
	g, err := newGraph(t, d.graph, token, d.log, d.now)
	if err != nil {
		return nil, err
	}
	return &session{graph: g, d: d, tenant: t, began: d.now(),
		made: make(map[string]bool), resources: make(map[string]*resource), consented: make(map[string]bool)}, nil
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

// fresh says whether one of these objects may be unknown only because it is new.
func (s *session) fresh(ids ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if s.made[strings.ToLower(id)] {
			return true
		}
	}
	return len(ids) > 0 && s.now().Sub(s.began) < replication
}

// forget notes that objects are gone.
func (s *session) forget(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.made, strings.ToLower(id))
	}
}
