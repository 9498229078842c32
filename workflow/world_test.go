package workflow_test

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
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A world is all that the engine touches, in memory: a store, a tenant and a
// Slack, each a small true model. Its power can be cut at any outside call.
type world struct {
	ownsPrincipals []string               // of whom Entra makes owners of a service principal besides
	hidesOwners    *workflow.ServiceError // instead of who owns service principals
	keepsOwners    error                  // what Entra says when an owner is to be removed
	noOwners       *workflow.ServiceError // what it says when one is to be added
	ownsNothing    bool                   // whoever registers an app does not own it
	unseen         string                 // what is not seen of other apps that may have a certificate
	onPrincipal    int                    // credentials of an app's service principal

	t      *testing.T
	store  *memory
	key    *seal.Key
	policy workflow.Policy
	pages  string
	own    string    // App ID of the bot's client
	out    io.Writer // of the log

	mu       sync.Mutex
	calls    []string                // every outside call, in order
	before   func(call string) error // may refuse a call; nothing has happened
	after    func(call string) error // may lose an answer; all has happened
	apps     map[string]*fakeApp
	deleted  map[string]*fakeApp  // by unique name
	messages map[string]*message  // by ts
	codes    map[string]*fakeCode // by user code
	extra    []string             // roles that a stranger gave the app
	foreign  []string             // what the app has on services outside the plan
	signer   workflow.Signer      // whoever signs in
	consent  error
	made     int                 // credentials so far
	lag      int                 // this many proofs do not know the app yet
	given    workflow.Disclosure // what Bea was shown last

	digests      map[string]workflow.Digest // by tenant and day
	sent         []workflow.Digest
	left         []people.Person
	askedAway    int                          // times somebody was asked about
	noPeople     error                        // instead of an answer about who has left
	digest       func() (before, after error) // what goes wrong with a digest
	vb365        fakeServer
	checks       map[string]workflow.Checking // messages about connections, by ts
	shows        []workflow.Connected         // what the server shows to whoever signs in
	finds        []workflow.Connected         // what the server finds of the organization
	findsErr     error
	assertedAs   []workflow.AssertAs // the clients that codes were asked for
	noOwnCode    error               // what asking for a code of the app itself is answered
	rolesUnknown bool                // nobody can say which directory roles somebody has
}

type message struct {
	name    workflow.PostName
	request string
	n       int
	drawn   *workflow.Request
	code    string
}

var (
	bea = people.Person{ID: "UBEA", Name: "Bea", Email: "bea@contoso.com"}
	ada = people.Person{ID: "UADA", Name: "Ada", Email: "ada@contoso.com"}
	zoe = people.Person{ID: "UZOE", Name: "Zoe", Email: "zoe@contoso.com"}
	tom = people.Person{ID: "UTOM", Name: "Tom", Email: "tom@contoso.com"}
)

const contosoID = "11111111-1111-1111-1111-111111111111"

var contoso = workflow.Tenant{Name: "contoso", ID: contosoID, Channel: "CAPPROVE", Approvers: []workflow.Approver{
	{Slack: ada.ID, Entra: "ada@contoso.com"}, {Slack: zoe.ID, Entra: "OBJ-ZOE"},
}}

func adaSignsIn() workflow.Signer {
	return workflow.Signer{TenantID: contosoID, TenantName: "Contoso", Domain: "contoso.onmicrosoft.com", ObjectID: "OBJ-ADA",
		UPN: "Ada@contoso.com", Roles: []string{"62e90394-69f5-4237-9190-012177145e10"},
		Requesters: []workflow.Account{{ObjectID: "OBJ-BEA", UPN: "bea@contoso.com"}}}
}

func newWorld(t *testing.T) *world {
	key, err := seal.NewKey(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, store: &memory{requests: map[string]*workflow.Request{}}, key: key, policy: workflow.DefaultPolicy,
		pages: "https://bot.contoso.com", out: io.Discard, checks: map[string]workflow.Checking{},
		apps: map[string]*fakeApp{}, deleted: map[string]*fakeApp{}, messages: map[string]*message{}, codes: map[string]*fakeCode{},
		digests: map[string]workflow.Digest{}, signer: adaSignsIn()}
}

// A node is one run of the process.
type node struct {
	*workflow.Desk
	engine *workflow.Engine
	stop   func() // ends it, and waits
	off    *bool
}

var errPower = errors.New("the power is off")

// boot starts a process on the world's store.
func (w *world) boot() *node {
	off := new(bool)
	wires := &wired{w, off}
	tenant := contoso
	tenant.ClientID = w.own
	desk := workflow.NewDesk(workflow.DeskConfig{Store: wires, Tenants: []workflow.Tenant{tenant}, Backups: w.servers(wires),
		Products: []pack.Product{vbo(), backup(), backedUp(), clouds(), archiver(), mailboxes(), restores(),
			{Name: "custom", Title: "Custom", Audience: "AzureADMyOrg", Custom: true}},
		Policy: w.policy, Key: w.key, Log: w.log(), PublicURL: w.pages})
	engine := workflow.NewEngine(workflow.EngineConfig{Desk: desk, Store: wires, Directory: wires, Messenger: wires, People: wires,
		Key: w.key, Log: w.log()})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		engine.Run(ctx)
	}()
	return &node{Desk: desk, engine: engine, off: off, stop: func() { cancel(); <-ended }}
}

func (w *world) log() *slog.Logger { return slog.New(slog.NewTextHandler(w.out, nil)) }

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func vbo() pack.Product {
	read, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Application, "Directory.Read.All", "to find users")
	groups, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Application, "Group.Read.All", "to find groups")
	user, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Delegated, "User.Read", "to sign in")
	return pack.Product{Name: "vbo365", Title: "Veeam", Audience: "AzureADMyOrg", Platform: plan.Web,
		RedirectURIs: []string{"https://localhost"},
		Permissions:  []pack.Need{{Permission: read}, {Permission: groups}, {Permission: user}},
		Credentials:  []pack.Offer{{Kind: plan.CredentialSecret, Lifetime: 30 * 24 * time.Hour}}}
}

func draft(name string) form.Draft {
	return form.Draft{Origin: "V-" + name, Product: "vbo365", AppName: name, Reason: "nightly backup", Team: "CTEAM",
		Credential: plan.CredentialSecret, Lifetime: 30 * 24 * time.Hour, RedirectURIs: []string{"https://localhost"}}
}

// wired is the world as one process reaches it, as long as it has power.
type wired struct {
	*world
	off *bool
}

// call runs an outside call: it may be refused before, or its answer lost after.
func call[T any](w *wired, name string, do func() (T, error)) (T, error) {
	var none T
	w.mu.Lock()
	defer w.mu.Unlock()
	if *w.off {
		return none, errPower
	}
	w.calls = append(w.calls, name)
	if w.before != nil {
		if err := w.before(name); err != nil {
			return none, err
		}
	}
	got, err := do()
	if err == nil && w.after != nil {
		err = w.after(name)
	}
	if *w.off {
		err = errPower
	}
	if err != nil {
		return none, err
	}
	return got, nil
}

// The store has no answers to lose: it is in the process. But it has no power either.
func (w *wired) Create(ctx context.Context, r *workflow.Request) (*workflow.Request, error) {
	return cutOff(w, func() (*workflow.Request, error) { return w.store.Create(ctx, r) })
}
func (w *wired) Get(ctx context.Context, id string) (*workflow.Request, error) {
	return cutOff(w, func() (*workflow.Request, error) { return w.store.Get(ctx, id) })
}
func (w *wired) Update(ctx context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	return cutOff(w, func() (*workflow.Request, error) { return w.store.Update(ctx, id, change) })
}
func (w *wired) List(ctx context.Context, q workflow.Query) ([]*workflow.Request, error) {
	return cutOff(w, func() ([]*workflow.Request, error) { return w.store.List(ctx, q) })
}
func (w *wired) Close() error { return nil }

func cutOff[T any](w *wired, do func() (T, error)) (T, error) {
	w.mu.Lock()
	off := *w.off
	w.mu.Unlock()
	if off {
		var none T
		return none, errPower
	}
	return do()
}

func (w *wired) Draw(_ context.Context, d workflow.Drawing) (string, string, error) {
	type where struct{ channel, ts string }
	at, err := call(w, "draw "+string(d.Name), func() (where, error) {
		m := &message{name: d.Name, request: d.Request.ID, drawn: d.Request.Clone()}
		if d.Prompt != nil {
			m.code = d.Prompt.Code.Reveal()
		}
		ts := d.Post.TS
		if d.Name == workflow.PostThread {
			m.n = d.Post.Shown
		}
		if ts == "" && !d.Post.Begun.IsZero() {
			for old, o := range w.messages {
				if o.name == m.name && o.request == m.request && o.n == m.n {
					ts = old
				}
			}
		}
		if ts == "" {
			ts = fmt.Sprint("ts", len(w.messages)+1)
		}
		w.messages[ts] = m
		return where{"C", ts}, nil
	})
	return at.channel, at.ts, err
}

// busy is an error that goes away.
type busy struct{ after time.Duration }

func (busy) Error() string               { return "busy" }
func (b busy) RetryAfter() time.Duration { return b.after }
func (b busy) NotDone() bool             { return b.after > 0 } // it turned the call away
