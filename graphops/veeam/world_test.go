package veeam

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/seal"
)

const (
	contoso  = "contoso.onmicrosoft.com"
	username = `VB365\svc`
	password = `pa"ss wörd&1` // looks different in a form, in JSON and as it is
)

// A world is an emulated tenant, contoso, with an app that has whatever Veeam
// needs, an emulated Veeam server on loopback, and the client, which pins the
// server's certificate. When a test ends, nothing that was logged and no error that
// was seen may contain anything secret.
type world struct {
	*testing.T
	entra  *entratest.Server
	tenant *entratest.Tenant
	client entratest.Client
	ada    string // her token
	veeam  *veeamtest.Server
	url    string
	app    string // its App ID
	log    *logbook

	mu      sync.Mutex
	handler http.Handler // instead of the emulated server, if set
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, veeamtest.Config{})
}

func newWorldWith(t *testing.T, c veeamtest.Config) *world {
	t.Helper()
	w := &world{T: t, log: &logbook{}}
	w.entra = entratest.New(entratest.Config{})
	w.tenant = w.entra.AddTenant(entratest.Tenant{Name: "Contoso", Domain: contoso})
	w.tenant.AddUser(entratest.User{UPN: "ada@" + contoso, Roles: []string{entratest.GlobalAdministrator}})
	w.client = w.tenant.AddPublicClient(entratest.Client{Name: "Bot", PublicClientFlows: true,
		Scopes: []string{"User.Read", "Directory.Read.All", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All",
			"RoleManagement.ReadWrite.Directory"}})
	w.ada = w.field(w.signIn("ada", "Application.ReadWrite.All AppRoleAssignment.ReadWrite.All RoleManagement.ReadWrite.Directory"),
		"access_token")
	c.Entra = w.entra
	w.veeam = veeamtest.New(c)
	w.veeam.AddAccount(username, password)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		h := w.handler
		w.mu.Unlock()
		if h == nil {
			h = w.veeam
		}
		h.ServeHTTP(rw, r)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{w.veeam.Certificate()}}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	w.url = server.URL
	w.app = w.register(keyed().cert)
	t.Cleanup(w.leaks)
	return w
}

// instead has another server answer. nil is the emulated one.
func (w *world) instead(h http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handler = h
}

// server is the client, as it is configured unless edit says otherwise.
func (w *world) server(edit func(*Config)) *Server {
	w.Helper()
	c := Config{Name: "backup-1", URL: w.url, TLS: "sha256:" + w.veeam.Fingerprint(), Username: username,
		Password: seal.New(password),
		Log:      slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if edit != nil {
		edit(&c)
	}
	s, err := New(c)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(s.Close)
	fmt.Fprintf(w.log, "%v %+v\n", c, c)
	return s
}

// organization is contoso with the app and its PFX, and all services.
func (w *world) organization() workflow.Organization {
	k := keyed()
	return workflow.Organization{Name: contoso, Region: "Worldwide", AppID: w.app,
		PFX: seal.New(base64.StdEncoding.EncodeToString(k.pfx)), Password: seal.New(k.password),
		Exchange: true, SharePoint: true, Teams: true}
}

// connect is Connect, whose errors are kept for the leak check.
func (w *world) connect(s *Server, o workflow.Organization) (workflow.Connected, error) {
	w.Helper()
	c, err := s.Connect(w.Context(), o)
	return c, w.saw(err)
}

// connected is connect for what has to succeed.
func (w *world) connected(s *Server, o workflow.Organization) workflow.Connected {
	w.Helper()
	c, err := w.connect(s, o)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// only returns the one organization of the server.
func (w *world) only() veeamtest.Organization {
	w.Helper()
	all := w.veeam.Organizations()
	if len(all) != 1 {
		w.Fatalf("the server has %d organizations: %+v", len(all), all)
	}
	return all[0]
}

// ops are the calls that the server got.
func (w *world) ops() []string {
	var ops []string
	for _, e := range w.veeam.Journal() {
		ops = append(ops, e.Op)
	}
	return ops
}

// refused checks for a Trouble that has these fragments in its text.
func (w *world) refused(err error, code string, says ...string) {
	w.Helper()
	t, ok := errors.AsType[*workflow.ServiceError](err)
	if !ok || t.Code != code {
		w.Errorf("got %v, want a Trouble with code %s", err, code)
		return
	}
	for _, s := range says {
		if !strings.Contains(t.Text, s) {
			w.Errorf("%q does not say %q", t.Text, s)
		}
	}
}

func isTemporary(err error) bool {
	_, ok := errors.AsType[workflow.Temporary](err)
	return ok
}

// A key is a certificate with its key, as a PFX file.
type key struct {
	cert     *x509.Certificate
	pfx      []byte
	password string
}

// keyed is one for all worlds.
var keyed = sync.OnceValue(func() key {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "app"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(100 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		panic(err)
	}
	x, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	out := key{cert: x, password: "correct horse battery staple"}
	if out.pfx, err = pkcs12.LegacyDES.Encode(k, x, nil, out.password); err != nil {
		panic(err)
	}
	return out
})

// signIn has somebody sign in with a device code, and returns the token response.
func (w *world) signIn(who, scopes string) string {
	w.Helper()
	at := "/" + w.tenant.ID + "/oauth2/v2.0/"
	form := func(path string, f url.Values) string {
		r := httptest.NewRequest("POST", at+path, strings.NewReader(f.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return w.ask(r, 200)
	}
	code := form("devicecode", url.Values{"client_id": {w.client.AppID}, "scope": {scopes}})
	if err := w.entra.SignIn(w.field(code, "user_code"), who+"@"+contoso); err != nil {
		w.Fatal(err)
	}
	return form("token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {w.client.AppID},
		"device_code": {w.field(code, "device_code")}})
}

func (w *world) ask(r *http.Request, want int) string {
	w.Helper()
	rec := httptest.NewRecorder()
	w.entra.ServeHTTP(rec, r)
	if rec.Code != want {
		w.Fatalf("%s %s: %d %s", r.Method, r.URL, rec.Code, rec.Body)
	}
	return rec.Body.String()
}

func (w *world) field(body, name string) string {
	w.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(body), &o); err != nil {
		w.Fatal(err)
	}
	s, _ := o[name].(string)
	if s == "" {
		w.Fatalf("no %s in %s", name, body)
	}
	return s
}

// graph makes a call as ada.
func (w *world) graph(method, path string, body any) string {
	w.Helper()
	b, _ := json.Marshal(body)
	want := 201
	if body == nil {
		b, want = nil, 200
	}
	r := httptest.NewRequest(method, "/v1.0"+path, bytes.NewReader(b))
	r.Header.Set("Authorization", "Bearer "+w.ada)
	r.Header.Set("Content-Type", "application/json")
	return w.ask(r, want)
}

type o = map[string]any

// roles are what Veeam's user guide lists for all services.
var roles = map[string][]string{
	catalog.MicrosoftGraph: {"Directory.Read.All", "Group.Read.All", "Sites.Read.All", "TeamSettings.ReadWrite.All",
		"ChannelMessage.Read.All", "ChannelMember.Read.All"},
	catalog.ExchangeOnline:   {"full_access_as_app", "Exchange.ManageAsApp"},
	catalog.SharePointOnline: {"Sites.FullControl.All", "User.Read.All"},
}

// register makes an app with all roles but those named, and returns its App ID.
func (w *world) register(cert *x509.Certificate, but ...string) string {
	w.Helper()
	app := w.graph("POST", "/applications", o{"displayName": "backup",
		"keyCredentials": []o{{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(cert.Raw)}}})
	sp := w.field(w.graph("POST", "/servicePrincipals", o{"appId": w.field(app, "appId")}), "id")
	for resource, names := range roles {
		on := w.field(w.graph("GET", "/servicePrincipals(appId='"+resource+"')", nil), "id")
		for _, name := range names {
			if slices.Contains(but, name) {
				continue
			}
			p, ok := catalog.Find(resource, catalog.Application, name)
			if !ok {
				w.Fatalf("no permission %s", name)
			}
			w.graph("POST", "/servicePrincipals/"+on+"/appRoleAssignedTo", o{"principalId": sp, "resourceId": on, "appRoleId": p.ID})
		}
	}
	if !slices.Contains(but, "Global Reader") {
		w.graph("POST", "/roleManagement/directory/roleAssignments",
			o{"principalId": sp, "roleDefinitionId": entratest.GlobalReader, "directoryScopeId": "/"})
	}
	return w.field(app, "appId")
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
	for _, s := range append(w.veeam.Secrets(), w.entra.Secrets()...) {
		for _, form := range hide([]seal.Secret{seal.New(s)}) {
			if strings.Contains(text, form) {
				w.Errorf("the log or an error contains %q", form)
			}
		}
	}
	for _, e := range w.veeam.Journal() {
		for _, s := range w.veeam.Secrets() {
			if strings.Contains(e.Body+e.Path, s) {
				w.Errorf("the journal contains %q", s)
			}
		}
	}
}

// secretOf gives an application a client secret.
func (w *world) secretOf(objectID string) string {
	w.Helper()
	b, _ := json.Marshal(o{"passwordCredential": o{"displayName": "x"}})
	r := httptest.NewRequest("POST", "/v1.0/applications/"+objectID+"/addPassword", bytes.NewReader(b))
	r.Header.Set("Authorization", "Bearer "+w.ada)
	r.Header.Set("Content-Type", "application/json")
	return w.field(w.ask(r, 200), "secretText")
}

func thumbprint(der []byte) string { return fmt.Sprintf("%X", sha1.Sum(der)) }
