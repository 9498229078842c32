package workflowtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// WithServer puts a backup server into the world.
func (w *World) WithServer() *World {
	w.Signer = AdaOfAzure()
	w.Vb365 = fakeServer{there: true, Has: map[string]workflow.Organization{}, Azure: map[string]workflow.AzureAccount{}}
	return w
}

// Servers are those that a process reaches.
func (w *World) Servers(wires *Wires) []workflow.BackupServer {
	if !w.Vb365.there {
		return nil
	}
	if w.Vb365.Test != nil {
		return []workflow.BackupServer{wiredServer{wires}, secondServer{wires}}
	}
	return []workflow.BackupServer{wiredServer{wires}}
}

func (w *Wires) Assert(_ context.Context, _ string, as workflow.AssertAs) (workflow.AssertionLogin, error) {
	return call(w, "assertion code", func() (workflow.AssertionLogin, error) {
		w.AssertedAs = append(w.AssertedAs, as)
		if as.ClientID != "" && w.NoOwnCode != nil {
			return nil, w.NoOwnCode
		}
		c := &fakeCode{code: fmt.Sprint("CODE", len(w.Codes)+1), used: make(chan error, 1)}
		w.Codes[c.code] = c
		return fakeAsserting{&fakeSigningIn{w, c, workflow.Prompt{Code: seal.New(c.code), URL: "https://login",
			Expires: time.Now().Add(15 * time.Minute)}}}, nil
	})
}

func (w *Wires) Tell(_ context.Context, c workflow.Checking) (string, string, error) {
	type where struct{ channel, ts string }
	at, err := call(w, "tell", func() (where, error) {
		if c.TS == "" {
			c.TS = fmt.Sprint("check", len(w.Checks)+1)
		}
		w.Checks[c.TS] = c
		return where{"D" + c.To.ID, c.TS}, nil
	})
	return at.channel, at.ts, err
}

// What the fake world has of backup servers: one that can be named, with the
// organizations that it was given, and people who sign in to ask it.
type fakeServer struct {
	there   bool
	Silent  bool // it answers without a name and services
	Has     map[string]workflow.Organization
	Azure   map[string]workflow.AzureAccount // by App ID
	Refuses error
	Test    *OtherServer // a second one; nil where there is none
}

// OtherServer is a server that somebody else looks after.
type OtherServer struct {
	Finds    []workflow.Connected
	FindsErr error
	Shows    []workflow.Connected
	Refuses  error
	Waits    time.Duration
	Asked    int
	Breaks   bool
}

// wiredServer is the server as one process reaches it.
type wiredServer struct{ *Wires }

func (wiredServer) Name() string { return "vb365-prod" }

func (s wiredServer) Connect(_ context.Context, o workflow.Organization) (workflow.Connected, error) {
	return call(s.Wires, "connect", func() (workflow.Connected, error) {
		if s.Vb365.Refuses != nil {
			return workflow.Connected{}, s.Vb365.Refuses
		}
		if o.PFX.IsZero() == (o.Thumbprint == "") {
			return workflow.Connected{}, &workflow.ServiceError{Text: "one certificate, please"}
		}
		s.Vb365.Has[o.Name] = o
		if s.Vb365.Silent {
			return workflow.Connected{}, nil
		}
		return connectedWith(o), nil
	})
}

func (s wiredServer) ConnectAzure(_ context.Context, a workflow.AzureAccount) (workflow.Connected, error) {
	return call(s.Wires, "connect Azure", func() (workflow.Connected, error) {
		if s.Vb365.Refuses != nil {
			return workflow.Connected{}, s.Vb365.Refuses
		}
		if a.PFX.IsZero() == a.Secret.IsZero() {
			return workflow.Connected{}, &workflow.ServiceError{Text: "one credential, please"}
		}
		s.Vb365.Azure[a.AppID] = a
		return workflow.Connected{ID: "1", Name: a.Name, AppID: a.AppID}, nil
	})
}

func (s wiredServer) Find(_ context.Context, o workflow.Organization) ([]workflow.Connected, error) {
	return call(s.Wires, "find", func() ([]workflow.Connected, error) { return s.Finds, s.findsErr })
}

// secondServer is the other server.
type secondServer struct{ *Wires }

func (secondServer) Name() string { return "vb365-test" }

func (s secondServer) Connect(context.Context, workflow.Organization) (workflow.Connected, error) {
	return workflow.Connected{}, &workflow.ServiceError{Text: "not here"}
}

func (s secondServer) ConnectAzure(context.Context, workflow.AzureAccount) (workflow.Connected, error) {
	return workflow.Connected{}, &workflow.ServiceError{Text: "not here"}
}

func (s secondServer) Find(ctx context.Context, _ workflow.Organization) ([]workflow.Connected, error) {
	if s.Vb365.Test.Breaks {
		panic("a broken client")
	}
	if s.Vb365.Test.Waits > 0 {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(s.Vb365.Test.Waits):
		}
	}
	return s.Vb365.Test.Finds, s.Vb365.Test.FindsErr
}

func (s secondServer) SignedIn(context.Context, workflow.Assertion, string) ([]workflow.Connected, error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Vb365.Test.Asked++
	if s.Vb365.Test.Breaks {
		panic("a broken client")
	}
	return s.Vb365.Test.Shows, s.Vb365.Test.Refuses
}

func (s wiredServer) SignedIn(_ context.Context, who workflow.Assertion, _ string) ([]workflow.Connected, error) {
	return call(s.Wires, "signed in", func() ([]workflow.Connected, error) {
		if !strings.HasPrefix(who.Response.Reveal(), "ASSERTION ") {
			return nil, &workflow.ServiceError{Text: "vb365-prod refused to sign you in."}
		}
		return s.Shows, s.Vb365.Refuses
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
		RolesUnknown: a.w.RolesUnknown,
		Response:     seal.New("ASSERTION " + who.UPN)}, nil
}

// BackedUp is a product whose app a backup server takes.
func BackedUp() pack.Product {
	p := Backup()
	p.Name, p.AzureRoles, p.Credentials = "backed-up", nil, p.Credentials[:2]
	p.Workloads = []pack.Workload{
		{Name: "exchange", Title: "Exchange", Service: plan.ExchangeService},
		{Name: "sharepoint", Title: "SharePoint and OneDrive", Service: plan.SharePointService},
		{Name: "reports", Title: "Reports"},
	}
	p.Permissions = slices.Clone(p.Permissions)
	return p
}

// ServerDraft asks for an app whose certificate is made here for the server.
func ServerDraft(name string) form.Draft {
	d := MadeDraft(name)
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

// AskServer asks for an app that the server is connected with.
func (w *World) AskServer(n *Node, d form.Draft) *workflow.Request {
	w.T.Helper()
	r, err := n.Submit(w.T.Context(), Bea, d)
	if err != nil {
		w.T.Fatal(err)
	}
	return r
}

// Shredded fails unless nothing of r's credential is left in the store, and nobody
// could have seen it.
func (w *World) Shredded(r *workflow.Request) {
	w.T.Helper()
	if h := r.Handover; len(h.Sealed)+len(h.File) != 0 || h.Link != "" || !h.Claimed.IsZero() {
		w.T.Errorf("the hand-over is %+v", h)
	}
	w.KeysFit()
	for _, e := range r.History {
		if e.Kind == workflow.EventOpened || e.Kind == workflow.EventFetched {
			w.T.Errorf("somebody %s", e.Text)
		}
	}
}

// NoSecrets looks for secrets in the log, the store and all that was posted.
func (w *World) NoSecrets(log string, secrets ...string) {
	w.T.Helper()
	places := map[string]string{"the log": log}
	kept, _ := w.Store.List(w.T.Context(), workflow.Query{})
	for _, r := range kept {
		b, err := json.Marshal(r)
		if err != nil {
			w.T.Fatal(err)
		}
		places["the store's "+r.ID] = string(b)
	}
	for ts, m := range w.Messages {
		b, _ := json.Marshal(m.Drawn)
		places["the message "+ts] = string(b)
	}
	for ts, c := range w.Checks {
		b, _ := json.Marshal(c)
		places["the message "+ts] = string(b) + fmt.Sprintf("%+v", c)
	}
	for place, text := range places {
		for _, s := range secrets {
			if s == "" || strings.Contains(text, s) {
				w.T.Errorf("%s has %q", place, s)
			}
		}
	}
}

// Approved has Ada approve and sign in, and lets the engine work.
func (w *World) Approved(n *Node, id string) {
	w.T.Helper()
	w.Approves(n, id)
	Pass(20 * time.Second)
}

// WithAzure adds a backup server that works in Azure.
func (w *World) WithAzure() *World {
	w.WithServer()
	w.Signer.Subscriptions = []string{Subscription}
	return w
}

// archiver is a product whose app is a backup server's account in Azure.
func archiver() pack.Product {
	p := clouds()
	p.Name, p.Credentials = "archiver", []pack.Offer{{Kind: plan.CredentialSecret, Lifetime: 720 * time.Hour},
		{Kind: plan.CredentialCertificate}}
	for i := range p.Workloads {
		p.Workloads[i].Service = plan.AzureService
	}
	return p
}

// ConnectedApp is an app that the server is connected with.
func (w *World) ConnectedApp(n *Node) *workflow.Request {
	w.T.Helper()
	return w.Settle(n, w.AskServer(n, ServerDraft("payroll-backup")).ID, workflow.StateDone)
}

// Asks has somebody ask for a check, and returns the message that they got.
func (w *World) Asks(n *Node, id string, by people.Person) workflow.Checking {
	w.T.Helper()
	if _, err := n.CheckConnection(context.Background(), id, by); err != nil {
		w.T.Fatal(err)
	}
	Pass(time.Second)
	return w.NewestCheck()
}

// NewestCheck is the latest connection check that somebody was told of.
func (w *World) NewestCheck() workflow.Checking {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return w.Checks["check"+string(rune('0'+len(w.Checks)))]
}

// Restoring is an app of that product that is done. No server was ever told of it.
func (w *World) Restoring(n *Node) *workflow.Request {
	w.T.Helper()
	d := Draft("restore")
	d.Product, d.Credential, d.Lifetime, d.RedirectURIs = "restores", plan.CredentialNone, 0, nil
	return w.Settle(n, w.AskServer(n, d).ID, workflow.StateDone)
}

// with another server beside the first.
func (w *World) WithTwoServers(other *OtherServer) *World {
	w.WithServer()
	w.Vb365.Test = other
	w.Finds, w.Shows = ContosoThere(), ContosoThere()
	return w
}

// restores is a product with which people restore to an organization that somebody
// added to a server by hand.
func restores() pack.Product {
	known := func(name string) pack.Need {
		p, _ := plan.Known(catalog.MicrosoftGraph, catalog.Delegated, name)
		return pack.Need{Permission: p}
	}
	return pack.Product{Name: "restores", Title: "Restores", Audience: "AzureADMyOrg", Organization: true, PublicClientFlows: true,
		Permissions: []pack.Need{known("Directory.Read.All"), known("Group.ReadWrite.All"), known("User.Read.All")},
		Credentials: []pack.Offer{{Kind: plan.CredentialNone}}}
}

// ContosoThere is Contoso as a server has it.
func ContosoThere() []workflow.Connected {
	return []workflow.Connected{{ID: "1", Name: "contoso.onmicrosoft.com", Services: []string{"Exchange"},
		AppID: "99999999-9999-9999-9999-999999999999"}}
}
