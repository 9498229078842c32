package veeam

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// Config is what a Server is made with.
type Config struct {
	Name     string
	URL      string      // "https://vb365.example.com:4443"; http only on this machine
	TLS      string      // how the server is known, as ParseTLS reads it; empty means "system"
	Username string      // of the account that adds organizations; without one Connect cannot
	Password seal.Secret // of that account

	Timeout time.Duration // of one call; 0 means 90 seconds, as a server that adds an organization asks Microsoft first
	Log     *slog.Logger  // nil means none
}

// A Server is one Veeam Backup for Microsoft 365 server.
type Server struct {
	name     string
	base     string // without a slash at the end
	username string
	password seal.Secret
	http     *http.Client
	log      *slog.Logger
	found    atomic.Pointer[found] // nil until it answered
}

var _ workflow.BackupServer = (*Server)(nil)

// logoutLimit is how long a server may take to log a session out. Nobody waits
// for the answer gladly: all that was asked for is done by then.
const logoutLimit = 10 * time.Second

// New returns the server that c describes. It reads the file that c.TLS names,
// and calls nobody.
func New(c Config) (*Server, error) {
	trust, err := ParseTLS(cmp.Or(c.TLS, System))
	if err != nil {
		return nil, fmt.Errorf("veeam server %q: tls %w", c.Name, err)
	}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return nil, fmt.Errorf("veeam server %q: %q is not an https address", c.Name, c.URL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("veeam server %q: its address has more than a host, a port and a path", c.Name)
	case (c.Username == "") != c.Password.IsZero():
		return nil, fmt.Errorf("veeam server %q: a user name and a password belong together", c.Name)
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = trust.config()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{
		name: c.Name, base: strings.TrimRight(c.URL, "/"), username: c.Username, password: c.Password,
		log: c.Log.With("veeam", c.Name),
		http: &http.Client{Transport: t, Timeout: cmp.Or(c.Timeout, 90*time.Second),
			// A redirect would carry a certificate to where nobody meant it to go.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Name is what the operator calls the server.
func (s *Server) Name() string { return s.name }

// Close ends the connections that are open but idle.
func (s *Server) Close() { s.http.CloseIdleConnections() }

// Connect adds the organization or edits it.
func (s *Server) Connect(ctx context.Context, o workflow.Organization) (workflow.Connected, error) {
	if err := checkAsked(o); err != nil {
		return workflow.Connected{}, err
	}
	c, err := s.administer(ctx, o.PFX, o.Password)
	if err != nil {
		return workflow.Connected{}, err
	}
	defer c.logOut(ctx)
	if err := c.fits(o); err != nil {
		return workflow.Connected{}, err
	}
	return c.connect(ctx, o)
}

// administer signs in with the operator's account. more are secrets of what will be sent.
func (s *Server) administer(ctx context.Context, more ...seal.Secret) (*conversation, error) {
	if s.username == "" {
		return nil, &workflow.ServiceError{Code: "NoAccount", Text: fmt.Sprintf(
			"The bot has no account on %s, so nothing was sent to it. Ask the bot's operator to add username and password of a Veeam "+
				"administrator to this server's entry under veeam, then press Retry.", s.name)}
	}
	return s.signIn(ctx, account{username: s.username, password: s.password}, more...)
}

// checkAsked refuses what no server could take.
func checkAsked(o workflow.Organization) error {
	switch {
	case o.Name == "" || o.Region == "" || o.AppID == "":
		return errors.New("veeam: an organization without its name, its region or its app")
	case o.PFX.IsZero() && o.Thumbprint == "":
		return errors.New("veeam: an organization without a certificate")
	case !o.Exchange && !o.SharePoint && !o.Teams:
		return errors.New("veeam: an organization without a service")
	}
	return nil
}

// Find returns the organizations that the server has and that are o by name, tenant or app.
func (s *Server) Find(ctx context.Context, o workflow.Organization) ([]workflow.Connected, error) {
	c, err := s.administer(ctx)
	if err != nil {
		return nil, err
	}
	defer c.logOut(ctx)
	all, err := c.organizations(ctx)
	if err != nil {
		return nil, err
	}
	var found []workflow.Connected
	may := ""
	for _, has := range all {
		if has.may(o.Name, o.TenantID) {
			may = has.odd
		}
		if has.is(o.Name, o.TenantID) || has.uses(o.AppID) {
			found = append(found, has.connected())
		}
	}
	if may != "" && found == nil {
		return nil, c.unreadable(may, "an organization", o.Name)
	}
	return found, nil
}

// SignedIn lists the organizations that a signed-in person reaches.
func (s *Server) SignedIn(ctx context.Context, who workflow.Assertion, organization string) ([]workflow.Connected, error) {
	as, err := readAssertion(who, organization)
	if err != nil {
		return nil, err
	}
	c, err := s.signIn(ctx, as)
	if err != nil {
		return nil, err
	}
	defer c.logOut(ctx)
	all, err := c.reached(ctx)
	if err != nil {
		return nil, err
	}
	reached := make([]workflow.Connected, 0, len(all))
	for _, o := range all {
		reached = append(reached, o.connected())
	}
	return reached, nil
}
