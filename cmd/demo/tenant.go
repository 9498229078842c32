package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// A directory is the emulated Microsoft: sign-in, Graph and Azure over TLS, as MSAL
// insists on, and the two pages for browsers in plain HTTP. Both are the same
// handler. The certificate is made at start, and only the bot trusts it.
type directory struct {
	entra    *entratest.Server
	contoso  *entratest.Tenant
	fabrikam *entratest.Tenant
	client   entratest.Client // the bot's own public client, in contoso

	url   string // of sign-in, Graph and Azure
	pages string // of /devicelogin and /portal
	http  *http.Client
}

// adminScopes are what admins of contoso have consented to for the bot, beside Azure.
var adminScopes = []string{"User.Read", "User.ReadBasic.All", "Directory.Read.All", "Application.ReadWrite.All",
	"AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "RoleManagement.ReadWrite.Directory"}

// startDirectory serves both tenants and their people.
func startDirectory(c *closers, now func() time.Time) (*directory, error) {
	cert, ca, err := entratest.SelfSigned()
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	d := &directory{
		entra: entratest.New(entratest.Config{Interval: time.Second, Now: now}),
		http: &http.Client{
			Timeout:   30 * time.Second,
			Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 8},
		},
	}
	secure, err := serveOn(c, "127.0.0.1:0", d.entra, &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		return nil, err
	}
	plain, err := serveOn(c, "127.0.0.1:0", d.entra, nil)
	if err != nil {
		return nil, err
	}
	c.add(func() error { d.entra.Close(); return nil })
	c.add(func() error { d.http.CloseIdleConnections(); return nil })
	d.url, d.pages = "https://"+secure, "http://"+plain
	d.entra.SetURLs(d.url, d.url, d.pages)
	d.entra.SetARMURL(d.url)

	d.contoso = d.entra.AddTenant(entratest.Tenant{Name: "contoso", Domain: "contoso.onmicrosoft.com"})
	d.fabrikam = d.entra.AddTenant(entratest.Tenant{Name: "fabrikam", Domain: "fabrikam.onmicrosoft.com"})
	for _, p := range people {
		t := d.contoso
		if p.outside {
			t = d.fabrikam
		}
		t.AddUser(entratest.User{UPN: p.upn, Name: p.name, Mail: p.email, Roles: p.roles})
	}
	for _, s := range subscriptions {
		d.contoso.AddSubscription(s)
		d.contoso.GrantAzureRole(ada.upn, s.ID, entratest.AzureUserAccessAdministrator)
	}
	d.contoso.AddApplication(legacy)
	// A change is seen a moment later, as in life: long enough to watch the steps.
	d.contoso.Change(func(k *entratest.Knobs) {
		k.Lag = entratest.Lag{ServicePrincipal: 300 * time.Millisecond, Consent: 700 * time.Millisecond, Secret: 1200 * time.Millisecond}
	})
	d.client = d.contoso.AddPublicClient(entratest.Client{Name: "Entra App Bot", Scopes: adminScopes, PublicClientFlows: true, Azure: true})
	return d, nil
}

// serveOn serves h on addr until c is closed, over TLS if there is a config,
// and returns where.
func serveOn(c *closers, addr string, h http.Handler, secure *tls.Config) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", err
	}
	srv := &http.Server{Handler: h, TLSConfig: secure, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet}
	served := make(chan error, 1)
	go func() {
		if secure != nil {
			served <- srv.ServeTLS(l, "", "")
		} else {
			served <- srv.Serve(l)
		}
	}()
	c.add(func() error {
		err := srv.Close()
		if e := <-served; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
		return err
	})
	return l.Addr().String(), nil
}
