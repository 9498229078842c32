package workflow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// withServer puts a backup server into the world.
func (w *world) withServer() *world {
	w.signer = adaOfAzure()
	w.vb365 = fakeServer{there: true, has: map[string]workflow.Organization{}, azure: map[string]workflow.AzureAccount{}}
	return w
}

func (w *world) servers(wires *wired) []workflow.BackupServer {
	if !w.vb365.there {
		return nil
	}
	if w.vb365.test != nil {
		return []workflow.BackupServer{wiredServer{wires}, secondServer{wires}}
	}
	return []workflow.BackupServer{wiredServer{wires}}
}

func (w *wired) Assert(_ context.Context, _ string, as workflow.AssertAs) (workflow.AssertionLogin, error) {
	return call(w, "assertion code", func() (workflow.AssertionLogin, error) {
		w.assertedAs = append(w.assertedAs, as)
		if as.ClientID != "" && w.noOwnCode != nil {
			return nil, w.noOwnCode
		}
		c := &fakeCode{code: fmt.Sprint("CODE", len(w.codes)+1), used: make(chan error, 1)}
		w.codes[c.code] = c
		return fakeAsserting{&fakeSigningIn{w, c, workflow.Prompt{Code: seal.New(c.code), URL: "https://login",
			Expires: time.Now().Add(15 * time.Minute)}}}, nil
	})
}

func (w *wired) Tell(_ context.Context, c workflow.Checking) (string, string, error) {
	type where struct{ channel, ts string }
	at, err := call(w, "tell", func() (where, error) {
		if c.TS == "" {
			c.TS = fmt.Sprint("check", len(w.checks)+1)
		}
		w.checks[c.TS] = c
		return where{"D" + c.To.ID, c.TS}, nil
	})
	return at.channel, at.ts, err
}

// What the fake world has of backup servers: one that can be named, with the
// organizations that it was given, and people who sign in to ask it.
type fakeServer struct {
	there   bool
	silent  bool // it answers without a name and services
	has     map[string]workflow.Organization
	azure   map[string]workflow.AzureAccount // by App ID
	refuses error
	test    *otherServer // a second one; nil where there is none
}

// otherServer is a server that somebody else looks after.
type otherServer struct {
	finds    []workflow.Connected
	findsErr error
	shows    []workflow.Connected
	refuses  error
	waits    time.Duration
	asked    int
	breaks   bool
}

// wiredServer is the server as one process reaches it.
type wiredServer struct{ *wired }

func (wiredServer) Name() string { return "vb365-prod" }

func (s wiredServer) Connect(_ context.Context, o workflow.Organization) (workflow.Connected, error) {
	return call(s.wired, "connect", func() (workflow.Connected, error) {
		if s.vb365.refuses != nil {
			return workflow.Connected{}, s.vb365.refuses
		}
		if o.PFX.IsZero() == (o.Thumbprint == "") {
			return workflow.Connected{}, &workflow.ServiceError{Text: "one certificate, please"}
		}
		s.vb365.has[o.Name] = o
		if s.vb365.silent {
			return workflow.Connected{}, nil
		}
		return connectedWith(o), nil
	})
}

func (s wiredServer) ConnectAzure(_ context.Context, a workflow.AzureAccount) (workflow.Connected, error) {
	return call(s.wired, "connect Azure", func() (workflow.Connected, error) {
		if s.vb365.refuses != nil {
			return workflow.Connected{}, s.vb365.refuses
		}
		if a.PFX.IsZero() == a.Secret.IsZero() {
			return workflow.Connected{}, &workflow.ServiceError{Text: "one credential, please"}
		}
		s.vb365.azure[a.AppID] = a
		return workflow.Connected{ID: "1", Name: a.Name, AppID: a.AppID}, nil
	})
}

func (s wiredServer) Find(_ context.Context, o workflow.Organization) ([]workflow.Connected, error) {
	return call(s.wired, "find", func() ([]workflow.Connected, error) { return s.finds, s.findsErr })
}

// secondServer is the other server.
type secondServer struct{ *wired }

func (secondServer) Name() string { return "vb365-test" }

func (s secondServer) Connect(context.Context, workflow.Organization) (workflow.Connected, error) {
	return workflow.Connected{}, &workflow.ServiceError{Text: "not here"}
}

func (s secondServer) ConnectAzure(context.Context, workflow.AzureAccount) (workflow.Connected, error) {
	return workflow.Connected{}, &workflow.ServiceError{Text: "not here"}
}

func (s secondServer) Find(ctx context.Context, _ workflow.Organization) ([]workflow.Connected, error) {
	if s.vb365.test.breaks {
		panic("a broken client")
	}
	if s.vb365.test.waits > 0 {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(s.vb365.test.waits):
		}
	}
	return s.vb365.test.finds, s.vb365.test.findsErr
}

func (s secondServer) SignedIn(context.Context, workflow.Assertion, string) ([]workflow.Connected, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vb365.test.asked++
	if s.vb365.test.breaks {
		panic("a broken client")
	}
	return s.vb365.test.shows, s.vb365.test.refuses
}

func (s wiredServer) SignedIn(_ context.Context, who workflow.Assertion, _ string) ([]workflow.Connected, error) {
	return call(s.wired, "signed in", func() ([]workflow.Connected, error) {
		if !strings.HasPrefix(who.Response.Reveal(), "ASSERTION ") {
			return nil, &workflow.ServiceError{Text: "vb365-prod refused to sign you in."}
		}
		return s.shows, s.vb365.refuses
	})
}

// fakeAsserting signs in whoever the world's signer is.
type fakeAsserting struct{ *fakeSigningIn }

func (a fakeAsserting) Wait(ctx context.Context) (workflow.Assertion, error) {
	s, err := a.fakeSigningIn.Wait(ctx, workflow.Ask{})
	if err != nil {
		return workflow.Assertion{}, err
	}
	who := s.Signer()
	return workflow.Assertion{TenantID: who.TenantID, ObjectID: who.ObjectID, UPN: who.UPN, Roles: who.Roles,
		RolesUnknown: a.w.rolesUnknown,
		Response:     seal.New("ASSERTION " + who.UPN)}, nil
}

// backedUp is a product whose app a backup server takes.
func backedUp() pack.Product {
	p := backup()
	p.Name, p.AzureRoles, p.Credentials = "backed-up", nil, p.Credentials[:2]
	p.Workloads = []pack.Workload{
		{Name: "exchange", Title: "Exchange", Service: plan.ExchangeService},
		{Name: "sharepoint", Title: "SharePoint and OneDrive", Service: plan.SharePointService},
		{Name: "reports", Title: "Reports"},
	}
	p.Permissions = slices.Clone(p.Permissions)
	return p
}

// serverDraft asks for an app whose certificate is made here for the server.
func serverDraft(name string) form.Draft {
	d := madeDraft(name)
	d.Product, d.Backup, d.Workloads, d.Subscriptions = "backed-up", "vb365-prod", []string{"exchange", "sharepoint"}, nil
	return d
}

func connectedWith(o workflow.Organization) workflow.Connected {
	c := workflow.Connected{ID: "1", Name: o.Name}
	for _, s := range []struct {
		has  bool
		name string
	}{{o.Exchange, "Exchange"}, {o.SharePoint, "SharePoint"}, {o.Teams, "Teams"}} {
		if s.has {
			c.Services = append(c.Services, s.name)
		}
	}
	return c
}
