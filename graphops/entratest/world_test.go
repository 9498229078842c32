package entratest_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

const (
	graphID    = "00000003-0000-0000-c000-000000000000"
	exchangeID = "00000002-0000-0ff1-ce00-000000000000"
)

var botScopes = []string{"User.Read", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All",
	"DelegatedPermissionGrant.ReadWrite.All", "User.ReadBasic.All"}

// A clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A world is a server on loopback with one tenant: ada is a Global
// Administrator, cloe a Cloud Application Administrator, pia a Privileged Role
// Administrator, mia nobody special, and gus a guest.
type world struct {
	*testing.T
	s      *entratest.Server
	t      *entratest.Tenant
	clock  *clock
	url    string
	http   *http.Client
	client entratest.Client
	tokens map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, entratest.Config{})
}

func newWorldOf(t *testing.T, c entratest.Config) *world {
	t.Helper()
	w := &world{T: t, clock: &clock{at: time.Now().Truncate(time.Second)}, tokens: make(map[string]string)}
	c.Now = w.clock.Now
	w.s = entratest.New(c)
	cert, ca, err := entratest.SelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(w.s)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.StartTLS()
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatal("the CA is not PEM")
	}
	w.http = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	t.Cleanup(w.http.CloseIdleConnections)
	w.url = server.URL
	w.s.SetURLs(w.url, w.url, "http://pages.test")
	w.t = w.s.AddTenant(entratest.Tenant{Name: "Contoso", Domain: "contoso.com"})
	w.t.AddUser(entratest.User{UPN: "ada@contoso.com", Name: "Ada Able", Roles: []string{entratest.GlobalAdministrator}})
	w.t.AddUser(entratest.User{UPN: "cloe@contoso.com", Roles: []string{entratest.CloudApplicationAdministrator}})
	w.t.AddUser(entratest.User{UPN: "pia@contoso.com", Roles: []string{entratest.PrivilegedRoleAdministrator}})
	w.t.AddUser(entratest.User{UPN: "mia@contoso.com"})
	w.t.AddUser(entratest.User{UPN: "gus@elsewhere.com", Guest: true})
	w.client = w.t.AddPublicClient(entratest.Client{Name: "Bot sign-in",
		Scopes: append(botScopes, "Directory.Read.All", "Policy.Read.All", "RoleManagement.ReadWrite.Directory"), PublicClientFlows: true})
	return w
}

// form posts a form to the sign-in service.
func (w *world) form(path string, f url.Values) (int, map[string]any) {
	w.Helper()
	resp, err := w.http.PostForm(w.url+path, f)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode, object(w.T, resp.Body)
}

func object(t *testing.T, r io.Reader) map[string]any {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	var o map[string]any
	if len(b) > 0 {
		if err := json.Unmarshal(b, &o); err != nil {
			t.Fatalf("%v in %s", err, b)
		}
	}
	return o
}

// begin asks for a device code.
func (w *world) begin(scopes ...string) map[string]any {
	w.Helper()
	status, o := w.form("/"+w.t.ID+"/oauth2/v2.0/devicecode",
		url.Values{"client_id": {w.client.AppID}, "scope": {strings.Join(scopes, " ")}})
	if status != 200 {
		w.Fatalf("devicecode: %d %v", status, o)
	}
	return o
}

func (w *world) poll(code map[string]any) (int, map[string]any) {
	w.Helper()
	return w.form("/"+w.t.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"},
		"client_id": {w.client.AppID}, "device_code": {code["device_code"].(string)}})
}

// as signs somebody in, once, and returns the token.
func (w *world) as(who string, scopes ...string) string {
	w.Helper()
	if scopes == nil {
		scopes = botScopes
	}
	k := who + strings.Join(scopes, " ")
	if w.tokens[k] != "" {
		return w.tokens[k]
	}
	upn := who + "@contoso.com"
	if who == "gus" {
		upn = "gus@elsewhere.com"
	}
	code := w.begin(append([]string{"openid", "profile", "offline_access"}, scopes...)...)
	if err := w.s.SignIn(code["user_code"].(string), upn); err != nil {
		w.Fatal(err)
	}
	status, o := w.poll(code)
	if status != 200 {
		w.Fatalf("%s cannot sign in: %v", who, o)
	}
	w.tokens[k] = o["access_token"].(string)
	return w.tokens[k]
}

// A reply is what Graph said.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	raw    []byte
}

func (r reply) id() string { s, _ := r.body["id"].(string); return s }

// code is error.code, message error.message.
func (r reply) code() string {
	e, _ := r.body["error"].(map[string]any)
	s, _ := e["code"].(string)
	return s
}
func (r reply) message() string {
	e, _ := r.body["error"].(map[string]any)
	s, _ := e["message"].(string)
	return s
}

func (r reply) values() []map[string]any {
	var out []map[string]any
	l, _ := r.body["value"].([]any)
	for _, v := range l {
		out = append(out, v.(map[string]any))
	}
	return out
}

// request builds a call to Graph; call makes it, and holds request and reply
// against Microsoft's schema.
func (w *world) request(token, method, path string, body any) *http.Request {
	w.Helper()
	var b []byte
	switch v := body.(type) {
	case nil:
	case string:
		b = []byte(v)
	default:
		b, _ = json.Marshal(v)
	}
	r, err := http.NewRequest(method, w.url+"/v1.0"+path, bytes.NewReader(b))
	if err != nil {
		w.Fatal(err)
	}
	if b != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func (w *world) send(r *http.Request) reply {
	w.Helper()
	resp, err := w.http.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	conforms(w.T, r, resp, raw)
	return reply{status: resp.StatusCode, header: resp.Header, body: object(w.T, bytes.NewReader(raw)), raw: raw}
}

func (w *world) call(token, method, path string, body any) reply {
	w.Helper()
	return w.send(w.request(token, method, path, body))
}

// must is call for what has to succeed.
func (w *world) must(token, method, path string, body any) reply {
	w.Helper()
	r := w.call(token, method, path, body)
	if r.status >= 300 {
		w.Fatalf("%s %s: %d %s", method, path, r.status, r.raw)
	}
	return r
}

// refused checks that a call is answered with a status and code, and a message
// that has a fragment in it.
func (w *world) refused(r reply, status int, code, fragment string) {
	w.Helper()
	if r.status != status || r.code() != code || !strings.Contains(r.message(), fragment) {
		w.Errorf("got %d %s, want %d %s %q", r.status, r.raw, status, code, fragment)
	}
}

type o = map[string]any
