package graphops

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
)

// Config is what a Directory is made of.
type Config struct {
	Tenants []Tenant
	HTTP    *http.Client     // its transport and timeout are used; nil means one with sensible timeouts
	Log     *slog.Logger     // nil means slog.Default()
	Now     func() time.Time // nil means time.Now
}

// A Tenant is one that admins sign in to.
type Tenant struct {
	Name         string // what workflow calls it
	TenantID     string
	ClientID     string // the bot's own public client
	AuthorityURL string // https://login.microsoftonline.com
	GraphURL     string // https://graph.microsoft.com
	ARMURL       string // https://management.azure.com; empty: no Azure roles
}

// A Directory is Entra, for a number of tenants.
type Directory struct {
	tenants map[string]tenant
	login   *login.Client
	graph   *http.Client // kiota's pipeline
	log     *slog.Logger
	now     func() time.Time
	newKey  func(bits int) (*rsa.PrivateKey, error) // for certificates that are made here
}

var _ workflow.Directory = (*Directory)(nil)

// A tenant is a Tenant whose addresses have been checked.
type tenant struct {
	Tenant
	authority string // https://login.microsoftonline.com/{tenant}
	base      string // https://graph.microsoft.com/v1.0
	host      string // graph.microsoft.com
}

// New returns a directory, or everything that is wrong with c.
func New(c Config) (*Directory, error) {
	d := &Directory{tenants: make(map[string]tenant), log: c.Log, now: c.Now, newKey: func(bits int) (*rsa.PrivateKey, error) {
		return rsa.GenerateKey(rand.Reader, bits)
	}}
	if d.log == nil {
		d.log = slog.Default()
	}
	if d.now == nil {
		d.now = time.Now
	}
	var wrong []error
	if len(c.Tenants) == 0 {
		wrong = append(wrong, errors.New("graphops: there is no tenant"))
	}
	for _, t := range c.Tenants {
		checked, err := check(t)
		if _, twice := d.tenants[t.Name]; twice {
			err = errors.Join(err, errors.New("the name is used twice"))
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("graphops: tenant %q: %w", t.Name, err))
		}
		d.tenants[t.Name] = checked
	}
	if wrong != nil {
		return nil, errors.Join(wrong...)
	}
	hc := httpClient(c.HTTP)
	d.login = &login.Client{HTTP: hc, Log: d.log, Now: d.now, Pause: time.Second}
	d.graph = pipeline(hc)
	return d, nil
}

func check(t Tenant) (tenant, error) {
	var wrong []error
	no := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if t.Name == "" {
		no("it has no name")
	}
	if uuid.Validate(t.TenantID) != nil {
		no("tenant ID %q is not a GUID", t.TenantID)
	}
	if uuid.Validate(t.ClientID) != nil {
		no("client ID %q is not a GUID", t.ClientID)
	}
	t.AuthorityURL = strings.TrimRight(t.AuthorityURL, "/")
	t.GraphURL = strings.TrimRight(t.GraphURL, "/")
	t.ARMURL = strings.TrimRight(t.ARMURL, "/")
	if t.ARMURL != "" && !isService(t.ARMURL) {
		no("Azure Resource Manager's URL %q is not https://HOST; http is for this machine only", t.ARMURL)
	}
	if u, err := url.Parse(t.AuthorityURL); err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" {
		no("authority URL %q is not https://HOST", t.AuthorityURL)
	}
	if !isService(t.GraphURL) {
		no("Graph URL %q is not https://HOST; http is for this machine only", t.GraphURL)
		return tenant{}, errors.Join(wrong...)
	}
	u, _ := url.Parse(t.GraphURL)
	return tenant{Tenant: t, authority: t.AuthorityURL + "/" + t.TenantID, base: t.GraphURL + "/v1.0", host: u.Hostname()},
		errors.Join(wrong...)
}

// isService reports whether a URL is nothing but https:// and a host, or http:// and this
// machine.
func isService(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && u.Path == "" && u.RawQuery == "" &&
		(u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// tenant returns the tenant with this name.
func (d *Directory) tenant(name string) (tenant, error) {
	t, ok := d.tenants[name]
	if !ok {
		return tenant{}, fmt.Errorf("graphops: no tenant is called %q", name)
	}
	return t, nil
}

// login is the tenant as people sign in to it, to the bot's own client.
func (t tenant) login() login.Tenant {
	return login.Tenant{Name: t.Name, Authority: t.authority, ClientID: t.ClientID, GraphURL: t.GraphURL}
}
