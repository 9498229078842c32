// Package workflowtest is a small world for stories about requests: a tenant, a workspace, a
// store and people, all in memory and in virtual time, and the real desk and engine between
// them. Whoever uses it sees what a person would see, or a program beside them.
package workflowtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A world is all that the engine touches, in memory: a store, a tenant and a
// Slack, each a small true model. Its power can be cut at any outside call.
type World struct {
	OwnsPrincipals []string               // of whom Entra makes owners of a service principal besides
	HidesOwners    *workflow.ServiceError // instead of who owns service principals
	KeepsOwners    error                  // what Entra says when an owner is to be removed
	NoOwners       *workflow.ServiceError // what it says when one is to be added
	OwnsNothing    bool                   // whoever registers an app does not own it
	Unseen         string                 // what is not seen of other apps that may have a certificate
	OnPrincipal    int                    // credentials of an app's service principal
	Drifted        []workflow.Drifting    // what approvers were shown of looks for drift

	T      *testing.T
	Store  *Memory
	Key    *seal.Key
	Ring   *Ring // has the keys of sealed secrets
	Policy workflow.Policy
	Pages  string
	Own    string    // App ID of the bot's client
	Out    io.Writer // of the log

	Mu       sync.Mutex
	Calls    []string                // every outside call, in order
	Before   func(call string) error // may refuse a call; nothing has happened
	After    func(call string) error // may lose an answer; all has happened
	Apps     map[string]*FakeApp
	Deleted  map[string]*FakeApp  // by unique name
	Messages map[string]*message  // by ts
	Codes    map[string]*fakeCode // by user code
	Extra    []string             // roles that a stranger gave the app
	Foreign  []string             // what the app has on services outside the plan
	Signer   workflow.Signer      // whoever signs in
	Consent  error
	made     int                 // credentials so far
	Lag      int                 // this many proofs do not know the app yet
	given    workflow.Disclosure // what Bea was shown last

	digests      map[string]workflow.Digest // by tenant and day
	sent         []workflow.Digest
	Left         []people.Person
	AskedAway    int                          // times somebody was asked about
	NoPeople     error                        // instead of an answer about who has left
	DigestFails  func() (before, after error) // what goes wrong with a digest
	Vb365        fakeServer
	Checks       map[string]workflow.Checking // messages about connections, by ts
	Shows        []workflow.Connected         // what the server shows to whoever signs in
	Finds        []workflow.Connected         // what the server finds of the organization
	findsErr     error
	AssertedAs   []workflow.AssertAs // the clients that codes were asked for
	NoOwnCode    error               // what asking for a code of the app itself is answered
	RolesUnknown bool                // nobody can say which directory roles somebody has

	Account   identity.Account            // whoever signs in to be linked
	Linkings  map[string]workflow.Linking // messages about links, by ts
	Addresses map[string]string           // Slack IDs of who has them, where that matters
	Meanwhile func()                      // what happens once, when a link is read next
	Profiles  map[string]people.Person    // what Slack says of people
}

type message struct {
	Name    workflow.PostName
	request string
	n       int
	Drawn   *workflow.Request
	Code    string
}

var (
	Bea = people.Person{ID: "UBEA", Name: "Bea", Email: "bea@contoso.com"}
	Ada = people.Person{ID: "UADA", Name: "Ada", Email: "ada@contoso.com"}
	Zoe = people.Person{ID: "UZOE", Name: "Zoe", Email: "zoe@contoso.com"}
	Tom = people.Person{ID: "UTOM", Name: "Tom", Email: "tom@contoso.com"}
)

// ContosoID is the ID of the only tenant.
const ContosoID = "11111111-1111-1111-1111-111111111111"

// Contoso is the only tenant. Ada and Zoe approve there.
var Contoso = workflow.Tenant{Name: "contoso", ID: ContosoID, Channel: "CAPPROVE", Approvers: []workflow.Approver{
	{Slack: Ada.ID, Entra: "ada@contoso.com"}, {Slack: Zoe.ID, Entra: "OBJ-ZOE"},
}}

// AdaSignsIn is Ada's account as Entra shows it.
func AdaSignsIn() workflow.Signer {
	return workflow.Signer{TenantID: ContosoID, TenantName: "Contoso", Domain: "contoso.onmicrosoft.com", ObjectID: "OBJ-ADA",
		UPN: "Ada@contoso.com", Roles: []string{"62e90394-69f5-4237-9190-012177145e10"},
		Requesters: []workflow.Account{{ObjectID: "OBJ-BEA", UPN: "bea@contoso.com"}},
		Owners: map[string][]workflow.Account{
			"ada@contoso.com": {{ObjectID: "OBJ-ADA", UPN: "ada@contoso.com"}},
			"zoe@contoso.com": {{ObjectID: "OBJ-ZOE", UPN: "zoe@contoso.com"}},
			"OBJ-ZOE":         {{ObjectID: "OBJ-ZOE", UPN: "zoe@contoso.com"}}}}
}

// New is a world in which nothing has happened.
func New(t *testing.T) *World {
	key, err := seal.NewKey(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	ring := &Ring{}
	w := &World{T: t, Store: &Memory{Requests: map[string]*workflow.Request{}}, Key: key.On(ring), Ring: ring,
		Policy: workflow.DefaultPolicy,
		Pages:  "https://bot.contoso.com", Out: io.Discard, Checks: map[string]workflow.Checking{}, Linkings: map[string]workflow.Linking{},
		Apps: map[string]*FakeApp{}, Deleted: map[string]*FakeApp{}, Messages: map[string]*message{}, Codes: map[string]*fakeCode{},
		digests: map[string]workflow.Digest{}, Signer: AdaSignsIn(), Profiles: map[string]people.Person{}}
	for id, p := range everybody {
		w.Profiles[p.ID] = p
		w.links(p.ID, id)
	}
	return w
}

// everybody are the people, by the object IDs of their accounts. All of them are linked.
var everybody = map[string]people.Person{"OBJ-BEA": Bea, "OBJ-ADA": Ada, "OBJ-ZOE": Zoe, "OBJ-TOM": Tom}

// links has somebody be linked from before the world began: no log knows of it.
func (w *World) links(slack, account string) {
	l := identity.Link{Slack: slack, TenantID: ContosoID, ObjectID: account, At: time.Now().UTC(), How: identity.ByDeviceCode}
	if w.Store.links == nil {
		w.Store.links = map[string]identity.Link{}
	}
	w.Store.links[l.Key()] = l
}

// Unlinks ends the link of somebody.
func (w *World) Unlinks(who people.Person) {
	w.T.Helper()
	if err := w.Store.DropLink(context.Background(), who.ID, ContosoID); err != nil {
		w.T.Fatal(err)
	}
}

// Unlinked is a world in which nobody is linked.
func Unlinked(t *testing.T) *World {
	w := New(t)
	w.Store.links = nil
	return w
}

// A node is one run of the process.
type Node struct {
	*workflow.Desk
	Engine *workflow.Engine
	Stop   func() // ends it, and waits
	Off    *bool
}

// ErrPower is every outside call's answer once the power is off.
var ErrPower = errors.New("the power is off")

// Boot starts a process on the world's store.
func (w *World) Boot() *Node {
	off := new(bool)
	wires := &Wires{w, off}
	tenant := Contoso
	tenant.ClientID = w.Own
	desk := workflow.NewDesk(workflow.DeskConfig{Store: wires, Tenants: []workflow.Tenant{tenant}, Backups: w.Servers(wires),
		Products: []pack.Product{Vbo(), Backup(), BackedUp(), clouds(), archiver(), Mailboxes(), restores(),
			{Name: "custom", Title: "Custom", Audience: "AzureADMyOrg", Custom: true}},
		Policy: w.Policy, Key: w.Key, Log: w.log(), PublicURL: w.Pages})
	engine := workflow.NewEngine(workflow.EngineConfig{Desk: desk, Store: wires, Directory: wires, Messenger: wires, People: wires,
		Key: w.Key, Log: w.log()})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		engine.Run(ctx)
	}()
	return &Node{Desk: desk, Engine: engine, Off: off, Stop: func() { cancel(); <-ended }}
}

func (w *World) log() *slog.Logger { return slog.New(slog.NewTextHandler(w.Out, nil)) }

// Quiet is a log that nobody reads.
var Quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// Vbo is a product with a client secret.
func Vbo() pack.Product {
	read, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Application, "Directory.Read.All", "to find users")
	groups, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Application, "Group.Read.All", "to find groups")
	user, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Delegated, "User.Read", "to sign in")
	return pack.Product{Name: "vbo365", Title: "Veeam", Audience: "AzureADMyOrg", Platform: plan.Web,
		RedirectURIs: []string{"https://localhost"},
		Permissions:  []pack.Need{{Permission: read}, {Permission: groups}, {Permission: user}},
		Credentials:  []pack.Offer{{Kind: plan.CredentialSecret, Lifetime: 30 * 24 * time.Hour}}}
}

// Draft asks for an app of the product vbo365.
func Draft(name string) form.Draft {
	return form.Draft{Origin: "V-" + name, Product: "vbo365", AppName: name, Reason: "nightly backup", Team: "CTEAM",
		Credential: plan.CredentialSecret, Lifetime: 30 * 24 * time.Hour, RedirectURIs: []string{"https://localhost"}}
}

// Wires are the world as one process reaches it, as long as it has power.
type Wires struct {
	*World
	Off *bool
}

// call runs an outside call: it may be refused before, or its answer lost after.
func call[T any](w *Wires, name string, do func() (T, error)) (T, error) {
	var none T
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if *w.Off {
		return none, ErrPower
	}
	w.Calls = append(w.Calls, name)
	if w.Before != nil {
		if err := w.Before(name); err != nil {
			return none, err
		}
	}
	got, err := do()
	if err == nil && w.After != nil {
		err = w.After(name)
	}
	if *w.Off {
		err = ErrPower
	}
	if err != nil {
		return none, err
	}
	return got, nil
}

// The store has no answers to lose: it is in the process. But it has no power either.
func (w *Wires) Create(ctx context.Context, r *workflow.Request) (*workflow.Request, error) {
	return cutOff(w, func() (*workflow.Request, error) { return w.Store.Create(ctx, r) })
}
func (w *Wires) Get(ctx context.Context, id string) (*workflow.Request, error) {
	return cutOff(w, func() (*workflow.Request, error) { return w.Store.Get(ctx, id) })
}
func (w *Wires) Update(ctx context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	return cutOff(w, func() (*workflow.Request, error) { return w.Store.Update(ctx, id, change) })
}
func (w *Wires) List(ctx context.Context, q workflow.Query) ([]*workflow.Request, error) {
	return cutOff(w, func() ([]*workflow.Request, error) { return w.Store.List(ctx, q) })
}
func (w *Wires) Close() error { return nil }

func cutOff[T any](w *Wires, do func() (T, error)) (T, error) {
	w.Mu.Lock()
	off := *w.Off
	w.Mu.Unlock()
	if off {
		var none T
		return none, ErrPower
	}
	return do()
}

func (w *Wires) Draw(_ context.Context, d workflow.Drawing) (string, string, error) {
	type where struct{ channel, ts string }
	at, err := call(w, "draw "+string(d.Name), func() (where, error) {
		m := &message{Name: d.Name, request: d.Request.ID, Drawn: d.Request.Clone()}
		if d.Prompt != nil {
			m.Code = d.Prompt.Code.Reveal()
		}
		ts := d.Post.TS
		if d.Name == workflow.PostThread {
			m.n = d.Post.Shown
		}
		if ts == "" && !d.Post.Begun.IsZero() {
			for old, o := range w.Messages {
				if o.Name == m.Name && o.request == m.request && o.n == m.n {
					ts = old
				}
			}
		}
		if ts == "" {
			ts = fmt.Sprint("ts", len(w.Messages)+1)
		}
		w.Messages[ts] = m
		return where{"C", ts}, nil
	})
	return at.channel, at.ts, err
}

// Busy is an error that goes away.
type Busy struct{ After time.Duration }

func (Busy) Error() string               { return "busy" }
func (b Busy) RetryAfter() time.Duration { return b.After }
func (b Busy) NotDone() bool             { return b.After > 0 } // it turned the call away
