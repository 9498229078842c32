package graphops

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

var botScopes = []string{"User.Read", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All",
	"DelegatedPermissionGrant.ReadWrite.All"}

// IDs that nobody has.
const (
	tenantID = "11111111-1111-4111-8111-111111111111"
	clientID = "22222222-2222-4222-8222-222222222222"
	objectID = "33333333-3333-4333-8333-333333333333"
)

// A world is an emulated Microsoft on loopback with one tenant, and a directory
// that reaches it. Ada is a Global Administrator, Cloe a Cloud Application
// Administrator, Bea asks for apps. When a test ends, nothing that was logged
// and no error that was seen may contain anything secret.
type world struct {
	testing.TB
	s      *entratest.Server
	t      *entratest.Tenant
	client entratest.Client
	url    string
	http   *http.Client
	dir    *Directory
	log    *logbook
	direct http.RoundTripper // the network

	mu    sync.Mutex
	moved time.Duration
	wire  func(*http.Request) (*http.Response, error) // instead of the network, if set
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, entratest.Config{}, append([]string{"User.ReadBasic.All", "Directory.Read.All"}, botScopes...)...)
}

func newWorldWith(t testing.TB, c entratest.Config, consented ...string) *world {
	t.Helper()
	w := &world{TB: t, log: &logbook{}}
	c.Now = w.now
	w.s = entratest.New(c)
	cert, ca := selfSigned()
	server := httptest.NewUnstartedServer(w.s)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	network := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(network.CloseIdleConnections)
	w.direct = network
	w.http = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if w.wire != nil {
			if resp, err := w.wire(r); resp != nil || err != nil {
				return resp, err
			}
		}
		return network.RoundTrip(r)
	})}
	w.url = server.URL
	w.s.SetURLs(w.url, w.url, "https://pages.test")
	w.t = w.s.AddTenant(entratest.Tenant{Name: "Contoso", Domain: "contoso.com"})
	w.t.AddUser(entratest.User{UPN: "ada@contoso.com", Name: "Ada Able", Roles: []string{entratest.GlobalAdministrator}})
	w.t.AddUser(entratest.User{UPN: "cloe@contoso.com", Roles: []string{entratest.CloudApplicationAdministrator}})
	w.t.AddUser(entratest.User{UPN: "bea@contoso.com", Name: "Bea"})
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Bot", Scopes: consented, PublicClientFlows: true})
	w.dir = w.directory(nil)
	t.Cleanup(w.leaks)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.moved)
}

// later lets time go by, for the emulator and the directory alike.
func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moved += d
}

// selfSigned is one certificate for all worlds.
var selfSigned = sync.OnceValues(func() (tls.Certificate, []byte) {
	cert, ca, err := entratest.SelfSigned()
	if err != nil {
		panic(err)
	}
	return cert, ca
})

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (w *world) directory(edit func(*Config)) *Directory {
	w.Helper()
	c := Config{
		Tenants: []Tenant{{Name: "contoso", TenantID: w.t.ID, ClientID: w.client.AppID, AuthorityURL: w.url + "/", GraphURL: w.url + "/"}},
		HTTP:    w.http, Now: w.now,
		Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if edit != nil {
		edit(&c)
	}
	d, err := New(c)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// A logbook is everything that was logged, and every error that was seen.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// saw keeps an error for the leak check, and returns it.
func (w *world) saw(err error) error {
	for e := err; e != nil; e = errors.Unwrap(e) {
		fmt.Fprintf(w.log, "%v %+v %#v\n", e, e, e)
	}
	return err
}

func (w *world) leaks() {
	text := w.log.String()
	for _, s := range w.s.Secrets() {
		if strings.Contains(text, s) {
			w.Errorf("the log or an error contains %q", s)
		}
	}
}

// begin asks for a code.
func (w *world) begin() workflow.DeviceLogin {
	w.Helper()
	in, err := w.dir.SignIn(w.Context(), "contoso", botScopes)
	if w.saw(err) != nil {
		w.Fatal(err)
	}
	return in
}

// session signs somebody in.
func (w *world) session(who string, resources ...string) workflow.Session {
	w.Helper()
	return w.asking(who, workflow.Ask{Resources: resources, Email: "bea@contoso.com"})
}

// asking is a session that reads these things first.
func (w *world) asking(who string, ask workflow.Ask) workflow.Session {
	w.Helper()
	in := w.begin()
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), who+"@contoso.com"); err != nil {
		w.Fatal(err)
	}
	s, err := in.Wait(w.Context(), ask)
	if w.saw(err) != nil {
		w.Fatal(err)
	}
	w.Cleanup(s.Close)
	fmt.Fprintf(w.log, "%v %+v %#v %+v\n", s, s, in, in)
	return s
}

var all = []string{catalog.MicrosoftGraph, catalog.ExchangeOnline, catalog.SharePointOnline}

// permission is one of the catalogue's.
func permission(resource string, typ catalog.Type, name string) plan.Permission {
	p, ok := plan.Known(resource, typ, name)
	if !ok {
		p = plan.Permission{Resource: "Some service", ResourceAppID: resource, Type: typ, Name: name}
	}
	return p
}

// principalFor is the service principal of an app of which nothing else is asked.
func principalFor(appID string) workflow.ServicePrincipal {
	return workflow.ServicePrincipal{AppID: appID}
}

func app(name string, permissions ...plan.Permission) workflow.App {
	return workflow.App{UniqueName: "entra-app-" + name, DisplayName: name, Notes: "EA-1", Audience: "AzureADMyOrg",
		RedirectURIs: []string{"https://localhost"}, Permissions: permissions}
}

// made registers an application with a service principal.
func (w *world) made(s workflow.Session, a workflow.App) (objectID, appID, sp string) {
	w.Helper()
	var err error
	if objectID, appID, err = s.EnsureApplication(w.Context(), a); w.saw(err) != nil {
		w.Fatal(err)
	}
	if sp, err = s.EnsureServicePrincipal(w.Context(), principalFor(appID)); w.saw(err) != nil {
		w.Fatal(err)
	}
	return objectID, appID, sp
}

// patiently does what the engine does: again, as long as the error is temporary.
func (w *world) patiently(do func() error) error {
	w.Helper()
	for range 40 {
		err := w.saw(do())
		if _, temporary := errors.AsType[workflow.Temporary](err); !temporary {
			return err
		}
		w.later(time.Second)
	}
	return errors.New("still temporary after 40 tries")
}

// peek reads the body of a request, and leaves it there.
func peek(r *http.Request) string {
	if r.Body == nil {
		return ""
	}
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		panic(err) // it is in memory
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}

// rewritten has each answer to a request that is meant changed on its way.
func (w *world) rewritten(meant func(path, body string) bool, change func(status int, body string) (int, string)) {
	w.wire = func(r *http.Request) (*http.Response, error) {
		if !meant(r.URL.Path, peek(r)) {
			return nil, nil
		}
		resp, err := w.direct.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		said, err := bodyOf(resp)
		if err != nil {
			return nil, err
		}
		status, text := change(resp.StatusCode, string(said))
		resp.StatusCode, resp.ContentLength, resp.Body = status, int64(len(text)), io.NopCloser(strings.NewReader(text))
		resp.Header.Del("Content-Length")
		return resp, nil
	}
}

// count is how often an operation was called.
func (w *world) count(op string) int {
	n := 0
	for _, e := range w.s.Journal() {
		if e.Op == op {
			n++
		}
	}
	return n
}

func reason(err error) workflow.SignInReason {
	if no, ok := errors.AsType[*workflow.SignInError](err); ok {
		return no.Reason
	}
	return workflow.SignInReason(fmt.Sprint("not a SignInError: ", err))
}

func isTemporary(err error) bool {
	_, ok := errors.AsType[workflow.Temporary](err)
	return ok
}

func trouble(err error) *workflow.ServiceError {
	t, _ := errors.AsType[*workflow.ServiceError](err)
	return t
}

// certified is the error of EnsureCertificate alone.
func certified(_ string, err error) error { return err }
