package world

import (
	"cmp"
	"crypto/tls"
	_ "embed"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// DefaultEntra is the file that is read where none is given.
//
//go:embed entra.yaml
var DefaultEntra []byte

// An EntraFile is what a file of tenants holds; entra.yaml shows one.
type EntraFile struct {
	Tenants []struct {
		ID, Name, Domain string
		People           []struct {
			UPN, Name, Mail string
			Roles           []string // names of directory roles, or template IDs
			Guest, Disabled bool
		}
		Clients []struct {
			Name           string
			AppID          string `yaml:"app_id"`
			Scopes         []string
			Azure          bool
			SeveralTenants bool `yaml:"several_tenants"`
		}
		Apps []struct {
			Name, Owner string
			AppID       string `yaml:"app_id"`
			Secret      string
			Permissions []string // Microsoft Graph's for applications, granted
		}
		ManagementGroups []ManagementGroup `yaml:"management_groups"`
		Subscriptions    []Subscription
	}
}

// MicrosoftHosts are the names under which Microsoft's own clients look for the services.
var MicrosoftHosts = []string{"login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "graph.microsoft.com",
	"management.azure.com",
	"management.core.windows.net", "microsoft.com", "www.microsoft.com"}

// Hosts is a hosts file with which these names lead to an IP address.
func Hosts(address string) string {
	var b strings.Builder
	b.WriteString("127.0.0.1 localhost\n")
	for _, name := range MicrosoftHosts {
		fmt.Fprintf(&b, "%s %s\n", address, name)
	}
	return b.String()
}

// EntraOptions are how an Entra is reached.
type EntraOptions struct {
	Listen    string // host:port; TLS
	World     []byte // a file of tenants; nil means DefaultEntra
	CAFile    string // where the certificate authority is written; empty means nowhere
	Microsoft bool   // URLs have Microsoft's own host names: the port has to be 443, and the names have to lead here
	Poll      time.Duration
	Replicas  int // more than one: tenants are eventually consistent
	Log       *slog.Logger
}

// An Entra is a running emulator of Microsoft's sign-in service, Graph and Azure, under one address.
type Entra struct {
	Server  *entratest.Server
	Tenants []*entratest.Tenant
	URL     string // without a slash at the end; with Microsoft, the one for Graph
	File    EntraFile
	CA      []byte // PEM

	listener *listener
}

// StartEntra starts one. It is ready when StartEntra returns.
func StartEntra(o EntraOptions) (*Entra, error) {
	e := &Entra{Server: entratest.New(entratest.Config{Interval: cmp.Or(o.Poll, 5*time.Second), Log: o.Log})}
	if o.World == nil {
		o.World = DefaultEntra
	}
	if err := read(o.World, &e.File); err != nil {
		return nil, fmt.Errorf("the file of tenants: %w", err)
	}
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return nil, fmt.Errorf("--listen needs host:port: %w", err)
	}
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host != "" && !slices.Contains(names, host) {
		names = append(names, host)
	}
	if o.Microsoft {
		names = append(names, MicrosoftHosts...)
	}
	cert, ca, err := entratest.SelfSigned(names...)
	if err != nil {
		return nil, err
	}
	e.CA = ca
	if e.listener, err = listen(o.Listen, e.Server,
		&tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}); err != nil {
		e.Server.Close()
		return nil, err
	}
	e.URL = "https://" + e.listener.Addr().String()
	e.Server.SetURLs(e.URL, e.URL, e.URL)
	e.Server.SetARMURL(e.URL)
	if o.Microsoft {
		e.URL = "https://graph.microsoft.com"
		e.Server.SetURLs("https://login.microsoftonline.com", e.URL, "https://microsoft.com")
		e.Server.SetARMURL("https://management.azure.com")
	}
	if err := e.fill(); err != nil {
		e.Close()
		return nil, err
	}
	for _, t := range e.Tenants {
		if o.Replicas > 1 {
			t.Replicate(entratest.Replication{Replicas: o.Replicas})
		}
	}
	if o.CAFile != "" { // last: where this start fails, the file may belong to one that runs
		if err := os.WriteFile(o.CAFile, ca, 0o644); err != nil {
			e.Close()
			return nil, err
		}
	}
	return e, nil
}

// Close ends it.
func (e *Entra) Close() error {
	e.Server.Close()
	return e.listener.close()
}

// fill adds what the file names.
func (e *Entra) fill() error {
	for i := range e.File.Tenants {
		in := &e.File.Tenants[i]
		t := e.Server.AddTenant(entratest.Tenant{ID: strings.ToLower(in.ID), Name: in.Name, Domain: in.Domain})
		in.ID, in.Domain = t.ID, t.Domain
		e.Tenants = append(e.Tenants, t)
		for _, p := range in.People {
			u := entratest.User{UPN: p.UPN, Name: p.Name, Mail: p.Mail, Guest: p.Guest, Disabled: p.Disabled}
			for _, name := range p.Roles {
				role := entratest.RoleNamed(name)
				if role == "" {
					return fmt.Errorf("%s: there is no directory role %q here", p.UPN, name)
				}
				u.Roles = append(u.Roles, role)
			}
			t.AddUser(u)
		}
		for j := range in.Clients {
			c := &in.Clients[j]
			audience := ""
			if c.SeveralTenants {
				audience = "AzureADMultipleOrgs"
			}
			c.AppID = t.AddPublicClient(entratest.Client{AppID: c.AppID, Name: c.Name, Scopes: c.Scopes, Azure: c.Azure,
				PublicClientFlows: true, Audience: audience}).AppID
		}
		for j := range in.Apps {
			a := &in.Apps[j]
			made := t.AddApplication(entratest.Legacy{Name: a.Name, AppID: a.AppID, Secret: a.Secret, Owner: a.Owner, Roles: a.Permissions})
			if a.AppID = made.AppID; len(made.Roles) != len(a.Permissions) {
				return fmt.Errorf("%s: of %q Microsoft Graph has only %q", a.Name, a.Permissions, made.Roles)
			}
		}
		if err := fillAzure(t, in.ManagementGroups, in.Subscriptions); err != nil {
			return err
		}
	}
	return nil
}
