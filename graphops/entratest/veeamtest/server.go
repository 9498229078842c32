package veeamtest

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// Config is what a Server is made with.
type Config struct {
	Entra   *entratest.Server // whose tenants are the organizations
	Version int               // of the API, 8 to 4; 0 means 8
	Oldest  int               // the oldest that it still speaks beside that; 0 means none
	Now     func() time.Time  // nil means time.Now
	Log     *slog.Logger      // one line for each call, without secrets; nil means none

	PageSize int // of a list without limit; 0 means 30
	MaxPage  int // that a limit may ask for, silently; 0 means 10,000
}

// A Server is one Veeam Backup for Microsoft 365 server. It is an http.Handler,
// and every method may be called at any time from any goroutine.
type Server struct {
	cfg         Config
	certificate tls.Certificate
	fingerprint string

	mu            sync.Mutex // guards everything below
	accounts      map[string]string
	sessions      map[string]*session // by access token
	organizations []*organization
	azure         []*azureAccount
	installed     []*installed
	knobs         Knobs
	faults        []*fault
	hook          func(op string, r *http.Request)
	journal       []entratest.Entry
	secrets       []string
}

// Knobs change how a server behaves.
type Knobs struct {
	// SaysApp is the ID of an application that every answer names instead of the
	// one that the organization uses, as if somebody else changed it meanwhile.
	SaysApp string
	// Echo has every error repeat the body of the request, as servers do that show
	// what they could not read.
	Echo bool
	// NoTeams has the server drop Microsoft Teams from what it is sent, silently.
	NoTeams bool
	// ClientID is what the server wants for client_id beside an assertion, instead of
	// what its version says; nil leaves it to that.
	ClientID []ClientID
	// OwnApp has the server take an assertion only where it was issued to the app that
	// the organization uses on it.
	OwnApp bool
	// OddOrganizations and OddAzureAccounts are elements, in JSON, that stand first in
	// the lists, whoever asks: those that another version wrote, or nobody understands.
	OddOrganizations, OddAzureAccounts []string
}

// withOdd puts odd elements in front of a list.
func withOdd[T any](odd []string, all []T) []any {
	out := make([]any, 0, len(odd)+len(all))
	for _, one := range odd {
		out = append(out, json.RawMessage(one))
	}
	for _, one := range all {
		out = append(out, one)
	}
	return out
}

// New returns a server without accounts and organizations.
func New(c Config) *Server {
	if c.Version == 0 {
		c.Version = 8
	}
	if c.Oldest == 0 {
		c.Oldest = c.Version
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.PageSize == 0 {
		c.PageSize = 30
	}
	if c.MaxPage == 0 {
		c.MaxPage = 10_000
	}
	s := &Server{cfg: c, accounts: make(map[string]string), sessions: make(map[string]*session)}
	s.certificate, s.fingerprint = selfSigned()
	return s
}

// AddAccount adds an administrator of the server.
func (s *Server) AddAccount(username, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[strings.ToLower(username)] = password
	s.secrets = append(s.secrets, password)
}

// Change has change edit the knobs.
func (s *Server) Change(change func(*Knobs)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.knobs)
}

// Secrets returns every value that was ever secret: passwords, PFX files, tokens
// and assertions. A test searches logs and messages for them.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.secrets)
}

// OnCall has f called before each call, with no lock held: f may block, or panic
// with http.ErrAbortHandler to cut the connection. nil removes it.
func (s *Server) OnCall(f func(op string, r *http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

// A call is one request.
type call struct {
	s     *Server
	r     *http.Request
	op    string
	gen   *generation // nil where the path has none
	id    string      // in the path
	query url.Values
	body  []byte
	form  url.Values
	who   *session
}

// An answer is a status and a body; nil means none.
type answer struct {
	status int
	body   any
}

// A route is one kind of call.
type route struct {
	method, path, op string
	run              func(*call) (answer, error)
}

var routes = []route{
	{"POST", "token", "token", (*call).token},
	{"POST", "token/logout", "logout", (*call).logout},
	{"GET", "organization", "getOwnOrganization", (*call).own},
	{"GET", "organizations", "listOrganizations", (*call).list},
	{"POST", "organizations", "addOrganization", (*call).add},
	{"GET", "organizations/*", "getOrganization", (*call).get},
	{"PUT", "organizations/*", "editOrganization", (*call).edit},
	{"GET", "azureserviceaccounts", "listAzureAccounts", (*call).listAccounts},
	{"POST", "azureserviceaccounts", "addAzureAccount", (*call).addAccount},
	{"GET", "azureserviceaccounts/*", "getAzureAccount", (*call).getAccount},
	{"PUT", "azureserviceaccounts/*", "editAzureAccount", (*call).editAccount},
}

// Ops returns the names of all operations, as Fail, OnCall and the journal use them.
func Ops() []string {
	var ops []string
	for _, r := range routes {
		ops = append(ops, r.op)
	}
	return ops
}

// find looks for the route of a request. Paths are not case-sensitive.
func (c *call) find() (run func(*call) (answer, error), known bool) {
	parts := strings.Split(strings.ToLower(strings.Trim(c.r.URL.Path, "/")), "/")
	if c.gen = c.s.speaks(parts[0]); c.gen == nil {
		return nil, false
	}
	for _, r := range routes {
		if !c.gen.has(r.path) {
			continue
		}
		want := strings.Split(r.path, "/")
		if len(want) != len(parts)-1 {
			continue
		}
		id := ""
		if want[len(want)-1] == "*" {
			want[len(want)-1] = parts[len(parts)-1]
			id = parts[len(parts)-1]
		}
		if slices.Equal(want, parts[1:]) {
			known = true
			if r.method == c.r.Method {
				c.op, c.id = r.op, id
				return r.run, true
			}
		}
	}
	return nil, known
}

const maxBody = 4 << 20

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{s: s, r: r, op: "unknown", query: r.URL.Query()}
	run, known := c.find()
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if hook != nil {
		hook(c.op, r)
	}
	var err error
	if c.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
		return
	}
	s.mu.Lock()
	a, cut := s.answer(c, run, known)
	s.record(c, a, cut)
	s.mu.Unlock()
	if cut {
		panic(http.ErrAbortHandler)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(a.status)
	json.NewEncoder(w).Encode(a.body)
}

// answer runs a call, and lets the faults that were asked for have their way.
func (s *Server) answer(c *call, run func(*call) (answer, error), known bool) (a answer, cut bool) {
	if run == nil {
		if c.gen == nil || !known {
			return answer{status: http.StatusNotFound}, false // of the web server, without a body
		}
		return c.refused(&problem{405, "HttpError", "The requested resource does not support http method '" + c.r.Method + "'."}), false
	}
	if f := s.fails(c.op, entratest.Before); f != nil {
		return c.fault(f)
	}
	a, err := run(c)
	if err != nil {
		return c.refused(err), false
	}
	if f := s.fails(c.op, entratest.After); f != nil {
		return c.fault(f)
	}
	return a, false
}
