package graphops

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/entra-app/entra-app/graphops/azure"
	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A session is an admin's token, and what is known with it.
type session struct {
	*graph
	*memory.Record
	d      *Directory
	tenant tenant
	signer workflow.Signer
	arm    *azure.Client // nil where the plan has no roles in Azure
	scopes []string      // that came with the token

	certificates *seenCertificates

	mu        sync.Mutex
	resources map[string]*resource // by application ID; nil where the tenant has none
	consented map[string]bool      // by consent.key
	services  map[string]*known    // by object ID
}

var _ workflow.Session = (*session)(nil)

func (d *Directory) newSession(t tenant, token seal.Secret) (*session, error) {
	g, err := newGraph(t, d.graph, token, d.log, d.now)
	if err != nil {
		return nil, err
	}
	record := memory.New(d.now)
	return &session{graph: g, Record: record, d: d, tenant: t, resources: make(map[string]*resource), consented: make(map[string]bool),
		services:     make(map[string]*known),
		certificates: &seenCertificates{record: record, now: d.now, by: make(map[string]map[string]bool)}}, nil
}

// Format keeps everything of a session out of whatever prints it.
func (*session) Format(f fmt.State, _ rune) { io.WriteString(f, "[session]") }

// Signer returns who signed in.
func (s *session) Signer() workflow.Signer { return s.signer }

// Close forgets the token.
func (s *session) Close() {
	s.token.Close()
	if s.arm != nil {
		s.arm.Token.Close()
	}
}

// fault says what an error of graph.send means to the caller. about are the
// objects that the request was about: a replica may not have heard of one that
// was just made.
func (s *session) fault(err error, about ...string) error {
	return fault.Meaning(err, s.IsFresh(about...))
}

// expects reports whether something that the app is known to have is missing in an answer
// that may be old.
func (s *session) expects(keys []json.RawMessage, thumbprints []string) bool {
	return s.ChangedLately() && slices.ContainsFunc(thumbprints, func(t string) bool {
		return t != "" && !hasCertificate(keys, t)
	})
}
