package entratest

import (
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Config is what a Server is made with. The zero Config is good.
type Config struct {
	Now func() time.Time // nil means time.Now
	Log *slog.Logger     // one line for each call, without secrets; nil means none

	CodeLifetime time.Duration // of a device code; 0 means 15 minutes
	Interval     time.Duration // between polls, as told to the client; 0 means 5 seconds
	PageSize     int           // of a list without $top; 0 means 100. If it is less, no $top makes a page longer

	// Cloud is Microsoft's cloud that this is: "public", "usgov", "dod" or "china"; empty is
	// public. Until SetURLs it is reached under that cloud's names, and it knows no other's.
	Cloud string

	// Seed is what chance follows from, the IDs of objects included, but no secret or
	// token; 0 means that nothing can be said of it.
	Seed uint64
}

// A Server is Microsoft's sign-in service, Microsoft Graph, Azure Resource
// Manager and the two pages, for any number of tenants. It is an http.Handler for all their paths, and
// every method may be called at any time from any goroutine.
type Server struct {
	cfg   Config
	cloud national

	mu       sync.Mutex // guards everything below, and everything in the tenants
	random   *mathrand.Rand
	loginURL string
	graphURL string
	pageURL  string
	armURL   string
	tenants  []*Tenant
	codes    []*code
	tokens   map[string]*token
	renewals map[string]*renewal // by refresh token
	// principalSecrets are those of service principals themselves, by key ID.
	principalSecrets map[string]string
	secrets          []string
	journal          []Entry
	faults           []*fault
	seen             map[string]bool // calls that were throttled or lost their answer already
	hook             func(op string, r *http.Request)
	trips            int
	watchers         map[chan struct{}]bool
	isClosed         bool

	closed chan struct{} // closed by Close
}

// New returns a server without tenants. Until SetURLs is called it believes
// that it is reached under Microsoft's own names.
func New(c Config) *Server {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.CodeLifetime == 0 {
		c.CodeLifetime = 15 * time.Minute
	}
	if c.Interval == 0 {
		c.Interval = 5 * time.Second
	}
	if c.PageSize == 0 {
		c.PageSize = 100
	}
	random := mathrand.New(mathrand.NewPCG(c.Seed, 1))
	if c.Seed == 0 {
		random = mathrand.New(mathrand.NewPCG(mathrand.Uint64(), mathrand.Uint64()))
	}
	in := inCloud(c.Cloud)
	return &Server{
		cfg:      c,
		cloud:    in,
		random:   random,
		loginURL: in.login,
		graphURL: in.graph,
		pageURL:  in.page,
		armURL:   in.arm,
		tokens:   make(map[string]*token),
		renewals: make(map[string]*renewal), principalSecrets: make(map[string]string),
		seen:     make(map[string]bool),
		watchers: make(map[chan struct{}]bool),
		closed:   make(chan struct{}),
	}
}

// SetURLs says under which addresses clients reach the server, without a
// slash at the end. They appear in issuers, endpoints, next links and in the
// verification_uri, which is pageURL + "/devicelogin". MSAL insists on https
// for loginURL; the other two may be plain http.
func (s *Server) SetURLs(loginURL, graphURL, pageURL string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loginURL = strings.TrimRight(loginURL, "/")
	s.graphURL = strings.TrimRight(graphURL, "/")
	s.pageURL = strings.TrimRight(pageURL, "/")
}

// SetARMURL says under which address clients reach Azure Resource Manager: the
// scopes of its tokens begin with it, and next links. It may be that of Graph;
// {url}/.default is Graph's then, and {url}/user_impersonation Azure's. Tokens
// for the cloud's own names are good in any case.
func (s *Server) SetARMURL(armURL string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armURL = strings.TrimRight(armURL, "/")
}

// OnCall has f called before each call is executed, Graph's, Azure's and
// login's, the parts of a batch included, with the name of the operation. No
// lock is held: f may use the server, block, or panic with
// http.ErrAbortHandler to cut the connection. nil removes it.
func (s *Server) OnCall(f func(op string, r *http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

// RoundTrips returns the number of HTTP requests to Graph so far; a batch is one.
func (s *Server) RoundTrips() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trips
}

// Secrets returns every value that was ever secret: client secrets, device
// codes, user codes and tokens. A test searches logs and messages for them.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.secrets...)
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case path == "/v1.0" || strings.HasPrefix(path, "/v1.0/"):
		s.serveGraph(w, r)
	case isAzure(path):
		s.serveAzure(w, r)
	case path == "/" || path == "/portal" || strings.HasPrefix(path, "/portal/") || path == "/devicelogin":
		s.servePages(w, r)
	default:
		s.serveLogin(w, r)
	}
}

// before calls the hook, if there is one.
func (s *Server) before(op string, r *http.Request) {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if hook != nil {
		hook(op, r)
	}
}

func (s *Server) now() time.Time { return s.cfg.Now().UTC() }

// chance is for everything that is drawn; s.mu is held.
func (s *Server) chance() *mathrand.Rand { return s.random }

// secret keeps v for Secrets and returns it.
func (s *Server) secret(v string) string {
	s.secrets = append(s.secrets, v)
	return v
}

// changed wakes the portals that are open.
func (s *Server) changed() {
	for w := range s.watchers {
		select {
		case w <- struct{}{}:
		default: // it has not looked at the last change yet
		}
	}
}

// readBody returns at most 4 MB of a body.
func readBody(r io.Reader) ([]byte, error) {
	const most = 4 << 20
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && len(b) > most {
		return nil, &problem{status: 413, code: "RequestEntityTooLarge", message: "The request body is too large."}
	}
	return b, err
}
