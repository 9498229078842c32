package entratest

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

//go:embed pages
var pageFiles embed.FS

var (
	deviceLogin = template.Must(template.ParseFS(pageFiles, "pages/devicelogin.html"))
	portalFiles = func() http.Handler {
		files, err := fs.Sub(pageFiles, "pages")
		if err != nil {
			panic(err) // embedded
		}
		return http.StripPrefix("/portal/", http.FileServerFS(files))
	}()
)

func (s *Server) servePages(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the address has a code in it
	h.Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'")
	switch path := r.URL.Path; {
	case path == "/devicelogin" && r.Method == http.MethodPost:
		s.deviceLoginPost(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	case path == "/devicelogin":
		s.deviceLoginGet(w, r)
	case path == "/portal" || path == "/portal/":
		http.ServeFileFS(w, r, pageFiles, "pages/portal.html")
	case path == "/portal/state":
		h.Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(s.state())
	case path == "/portal/events":
		s.events(w, r)
	case path == "/portal/portal.css" || path == "/portal/portal.js":
		portalFiles.ServeHTTP(w, r)
	case path == "/":
		http.Redirect(w, r, "/portal", http.StatusFound)
	default:
		http.NotFound(w, r)
	}
}

// A loginPage is what the device login page shows: a form for a code, the
// choice of an account for it, or how it ended.
type loginPage struct {
	Step     string // code, account, done, cancelled, failed
	Code     string
	Error    string // a sentence
	AADSTS   int
	Client   string
	ClientID string
	Tenant   string
	Domain   string
	Scopes   []string
	Accounts []account
	Who      string
	Again    bool // another account may be tried
}

type account struct{ Name, UPN, Initials, Note string }

func show(w http.ResponseWriter, p loginPage, status int) {
	var b bytes.Buffer
	if err := deviceLogin.Execute(&b, p); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	b.WriteTo(w)
}

func (s *Server) deviceLoginGet(w http.ResponseWriter, r *http.Request) {
	typed := r.URL.Query().Get("otc")
	if typed == "" {
		show(w, loginPage{Step: "code"}, http.StatusOK)
		return
	}
	s.mu.Lock()
	p, err := s.accountPage(typed)
	s.mu.Unlock()
	if err != nil {
		show(w, codePage(typed, err), http.StatusBadRequest)
		return
	}
	show(w, p, http.StatusOK)
}

// codePage is the form again, with what was wrong with the code.
func codePage(typed string, err error) loginPage {
	p := loginPage{Step: "code", Code: typed, Error: "That code didn't work. Check the code and try again."}
	if o, ok := err.(*oops); ok {
		p.AADSTS = o.code
		switch o.code {
		case 70020:
			p.Error = "That code has expired. Go back to your app or device and ask for a new one."
		case 90120:
			p.Error = "That code has been used already. Go back to your app or device and ask for a new one."
		}
	}
	return p
}

func (s *Server) accountPage(typed string) (loginPage, error) {
	c, err := s.waiting(typed)
	if err != nil {
		return loginPage{}, err
	}
	p := loginPage{Step: "account", Code: c.user, Client: c.client.name(), ClientID: c.client.appID, Tenant: "any organization"}
	tenants := s.tenants
	if c.tenant != nil {
		p.Tenant, p.Domain = c.tenant.Name, c.tenant.Domain
		tenants = append([]*Tenant{c.tenant}, tenants...)
	}
	for w := range strings.FieldsSeq(c.scope) {
		name := w[strings.LastIndex(w, "/")+1:]
		if name != "openid" && name != "profile" && name != "offline_access" {
			p.Scopes = append(p.Scopes, name)
		}
	}
	listed := make(map[string]bool)
	for _, t := range tenants {
		for _, u := range t.users {
			if listed[strings.ToLower(u.UPN)] {
				continue
			}
			listed[strings.ToLower(u.UPN)] = true
			a := account{Name: u.Name, UPN: u.UPN, Initials: initials(u.Name), Note: t.Name}
			if roles := t.rolesOf(u.ID); len(roles) > 0 {
				a.Note += " · " + roleName(roles[0])
			}
			if len(t.rolesOf(u.ID)) > 1 {
				a.Note += fmt.Sprintf(" +%d", len(t.rolesOf(u.ID))-1)
			}
			if u.Guest {
				a.Note += " · guest"
			}
			p.Accounts = append(p.Accounts, a)
		}
	}
	return p, nil
}

func initials(name string) string {
	var b strings.Builder
	for i, w := range strings.Fields(name) {
		if i < 2 {
			b.WriteRune([]rune(strings.ToUpper(w))[0])
		}
	}
	return b.String()
}

func (s *Server) deviceLoginPost(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	code, upn := r.PostForm.Get("otc"), r.PostForm.Get("account")
	s.mu.Lock()
	p, err := s.accountPage(code)
	s.mu.Unlock()
	if err != nil {
		show(w, codePage(code, err), http.StatusBadRequest)
		return
	}
	if r.PostForm.Get("action") == "cancel" {
		if err := s.Decline(code); err != nil {
			show(w, codePage(code, err), http.StatusBadRequest)
			return
		}
		p.Step = "cancelled"
		show(w, p, http.StatusOK)
		return
	}
	if upn == "" {
		p.Error = "Pick the account that you want to use."
		show(w, p, http.StatusBadRequest)
		return
	}
	p.Who = upn
	if err := s.SignIn(code, upn); err != nil {
		p.Step, p.Error = "failed", err.Error()
		if o, ok := err.(*oops); ok {
			p.AADSTS, p.Error = o.code, o.message
		}
		s.mu.Lock()
		_, gone := s.waiting(code)
		s.mu.Unlock()
		p.Again = gone == nil
		show(w, p, http.StatusForbidden)
		return
	}
	p.Step = "done"
	show(w, p, http.StatusOK)
}

// events tells an open portal when something has changed.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	wake := make(chan struct{}, 1)
	s.mu.Lock()
	s.watchers[wake] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.watchers, wake)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w).Flush
	alive := time.NewTicker(20 * time.Second)
	defer alive.Stop()
	for message := "event: change\ndata: {}\n\n"; ; {
		if _, err := fmt.Fprint(w, message); err != nil || flush() != nil {
			return
		}
		select {
		case <-wake:
			message = "event: change\ndata: {}\n\n"
		case <-alive.C:
			message = ": still here\n\n"
		case <-s.closed:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// Close ends the event streams of open portals, which would otherwise keep an
// http.Server from shutting down. Everything else goes on working.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isClosed {
		s.isClosed = true
		close(s.closed)
	}
}
