package graphops

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// The world of a seed: an emulated tenant of replicas, and the real desk and engine
// beside it, in virtual time. Bea asks, Ada approves and signs in.

const (
	seedSubscription = "3f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
	seedTenant       = "5b7c2a10-6d0e-4a55-9a6b-6d6f0b0e3c11"
)

var (
	bea = workflow.Person{ID: "UBEA", Name: "Bea", Email: "bea@contoso.com"}
	ada = workflow.Person{ID: "UADA", Name: "Ada", Email: "ada@contoso.com"}
	tom = workflow.Person{ID: "UTOM", Name: "Tom", Email: "tom@contoso.com"}
)

type seedWorld struct {
	t      testing.TB
	seed   uint64
	chance *mathrand.Rand
	entra  *entratest.Server
	tenant *entratest.Tenant
	client string
	net    *network
	store  *seedStore
	key    *workflow.Key
	log    *slog.Logger

	desk    *workflow.Desk
	dir     *Directory
	running func() // stops the process
	power   *bool  // of this process

	mu      sync.Mutex
	codes   map[string]map[string]bool // that Ada has used, by request
	lost    map[string]int             // how many crashes have cost a request its sign-in
	expired map[string]int             // how many ends of a token have
	tasks   map[string]int             // how many tasks of a request have ended
}

func newSeedWorld(t testing.TB, seed uint64, log io.Writer) *seedWorld {
	w := &seedWorld{t: t, seed: seed, chance: mathrand.New(&shared{src: mathrand.NewPCG(seed, 2)}),
		store: &seedStore{requests: map[string]*workflow.Request{}},
		codes: map[string]map[string]bool{}, lost: map[string]int{}, expired: map[string]int{}, tasks: map[string]int{}}
	w.log = slog.New(slog.NewTextHandler(log, nil))
	w.entra = entratest.New(entratest.Config{Seed: seed + 1, Interval: time.Second})
	w.entra.SetURLs("https://login.test", "https://graph.test", "https://pages.test")
	w.entra.SetARMURL("https://azure.test")
	w.net = &network{server: w.entra}
	w.tenant = w.entra.AddTenant(entratest.Tenant{ID: seedTenant, Name: "Contoso", Domain: "contoso.com"})
	for _, u := range []entratest.User{{UPN: "ada@contoso.com", Name: "Ada", Roles: []string{entratest.GlobalAdministrator}},
		{UPN: "bea@contoso.com", Name: "Bea"}, {UPN: "tom@contoso.com", Name: "Tom"}} {
		w.tenant.AddUser(u)
	}
	w.client = w.tenant.AddPublicClient(entratest.Client{Name: "bot", PublicClientFlows: true, Azure: true,
		Scopes: append([]string{"User.ReadBasic.All", "RoleManagement.ReadWrite.Directory", "Directory.Read.All"}, botScopes...)}).AppID
	for appID, names := range seedPermissions() {
		w.tenant.LimitResource(appID, names...)
	}
	w.tenant.AddSubscription(entratest.Subscription{ID: seedSubscription, Name: "Production"})
	w.tenant.GrantAzureRole("ada@contoso.com", seedSubscription, entratest.AzureUserAccessAdministrator)
	var err error
	if w.key, err = workflow.NewKey(make([]byte, workflow.KeySize)); err != nil {
		t.Fatal(err)
	}
	w.boot()
	return w
}

// shared is a source of chance for several goroutines.
type shared struct {
	mu  sync.Mutex
	src mathrand.Source
}

func (s *shared) Uint64() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.src.Uint64()
}

// boot starts a process on what is stored.
func (w *seedWorld) boot() {
	dir, err := New(Config{Tenants: []Tenant{{Name: "contoso", TenantID: seedTenant, ClientID: w.client, AuthorityURL: "https://login.test",
		GraphURL: "https://graph.test", ARMURL: "https://azure.test"}}, HTTP: &http.Client{Transport: w.net}, Log: w.log})
	if err != nil {
		w.t.Fatal(err)
	}
	dir.newKey = func(int) (*rsa.PrivateKey, error) { return pooledKey(w.chance.IntN(1 << 30)), nil }
	power := true
	store := poweredStore{w.store, &power}
	policy := workflow.DefaultPolicy
	policy.DigestAt = -1
	policy.SecretLifetimeMax = 2 * 365 * 24 * time.Hour
	w.desk = workflow.NewDesk(workflow.DeskConfig{Store: store, Products: seedProducts(), Policy: policy, Key: w.key,
		PublicURL: "https://bot.test", Log: w.log,
		Tenants: []workflow.Tenant{{Name: "contoso", ID: seedTenant, ClientID: w.client, Channel: "CAPPROVE",
			Approvers: []workflow.Approver{{Slack: ada.ID, Entra: "ada@contoso.com"}}}}})
	engine := workflow.NewEngine(workflow.EngineConfig{Desk: w.desk, Store: store, Directory: dir, Messenger: w, Key: w.key, Log: w.log})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		engine.Run(ctx)
	}()
	w.dir, w.power, w.net.power = dir, &power, &power
	w.running = func() { cancel(); <-ended }
}

// crash ends the process without anything being saved any more, and starts another. What
// was at work then has lost its token, or its code.
func (w *seedWorld) crash() {
	*w.power = false
	w.net.after = nil
	for id, r := range w.store.requests { // nobody changes it any more
		if r.State == workflow.StateProvisioning || r.State == workflow.StateSignIn && r.SignIn.Status != workflow.SignInOver {
			w.lost[id]++
		}
	}
	w.running()
	w.boot()
}

// Draw is Slack: it shows nothing, but Ada signs in as soon as she has a code.
func (w *seedWorld) Draw(_ context.Context, d workflow.Drawing) (channel, ts string, err error) {
	if d.Prompt != nil {
		code := d.Prompt.Code.Reveal()
		if err := w.entra.SignIn(code, "ada@contoso.com"); err == nil {
			w.mu.Lock()
			if w.codes[d.Request.ID] == nil {
				w.codes[d.Request.ID] = make(map[string]bool)
			}
			w.codes[d.Request.ID][code] = true
			w.mu.Unlock()
		}
	}
	return "C", cmp.Or(d.Post.TS, string(d.Name)+d.Request.ID), nil
}

// codesFor is how many codes Ada has used for a request.
func (w *seedWorld) codesFor(id string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.codes[id])
}

// unusedServices is a tenant that never used any service but Microsoft Graph.
func (w *seedWorld) unusedServices() {
	for appID := range seedPermissions() {
		if appID != catalog.MicrosoftGraph {
			w.tenant.RemoveResource(appID)
		}
	}
}

func (*seedWorld) Digest(context.Context, workflow.Digest) error { return nil }

func (*seedWorld) Tell(context.Context, workflow.Checking) (channel, ts string, err error) {
	return "C", "1", nil
}

// A network carries requests to the emulator. Those that are under way at the same time
// arrive one after the other, in an order that depends on nothing but what they are.
type network struct {
	server http.Handler
	mu     sync.Mutex
	queue  []*sent
	power  *bool                    // of the process; nil is on
	after  func(*http.Request) bool // reports whether the answer gets through; nil lets each
}

type sent struct {
	at    time.Time
	order string
	r     *http.Request
	done  chan *http.Response
}

const travel = 40 * time.Millisecond

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	s := &sent{at: time.Now(), r: r, done: make(chan *http.Response, 1)}
	s.order = r.Method + " " + r.URL.String() + " " + peek(r)
	if i := strings.Index(s.order, "client_assertion="); i >= 0 {
		s.order = s.order[:i] // it is never the same
	}
	n.mu.Lock()
	n.queue = append(n.queue, s)
	if !slices.ContainsFunc(n.queue[:len(n.queue)-1], func(o *sent) bool { return o.at.Equal(s.at) }) {
		time.AfterFunc(travel, func() { n.deliver(s.at) })
	}
	n.mu.Unlock()
	select {
	case resp := <-s.done:
		if resp == nil {
			return nil, io.ErrUnexpectedEOF
		}
		return resp, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// deliver answers what was sent at one moment.
func (n *network) deliver(at time.Time) {
	n.mu.Lock()
	var now []*sent
	n.queue = slices.DeleteFunc(n.queue, func(s *sent) bool {
		if s.at.Equal(at) {
			now = append(now, s)
			return true
		}
		return false
	})
	n.mu.Unlock()
	slices.SortStableFunc(now, func(a, b *sent) int { return cmp.Compare(a.order, b.order) })
	for _, s := range now {
		var resp *http.Response
		if n.power == nil || *n.power { // a process without power sends nothing
			resp = n.answer(s.r)
		}
		if n.after != nil && !n.after(s.r) {
			resp = nil
		}
		s.done <- resp
	}
}

func (n *network) answer(r *http.Request) (resp *http.Response) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			resp = nil
		}
	}()
	in := r.Clone(context.Background())
	in.RequestURI = r.URL.RequestURI()
	if in.Body == nil {
		in.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	n.server.ServeHTTP(rec, in)
	resp = rec.Result()
	resp.Request = r
	return resp
}

// pooledKeys are made once: what is tested is not that RSA keys are made.
var pooledKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	var keys []*rsa.PrivateKey
	for range 4 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys = append(keys, k)
	}
	return keys
})

func pooledKey(n int) *rsa.PrivateKey { return pooledKeys()[n%len(pooledKeys())] }

// ownCertificate is one that Bea has made, as PEM.
func (w *seedWorld) ownCertificate() []byte {
	key := pooledKey(w.chance.IntN(1 << 30))
	c := &x509.Certificate{SerialNumber: big.NewInt(w.chance.Int64()),
		Subject:   pkix.Name{CommonName: fmt.Sprint("seed ", w.chance.Int64())},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		w.t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// A seedStore is a store in memory. What it hands out is a copy.
type seedStore struct {
	mu       sync.Mutex
	requests map[string]*workflow.Request
	order    []string
}

var errPower = errors.New("the power is off")

// A poweredStore is a store as one process reaches it.
type poweredStore struct {
	*seedStore
	on *bool
}

func (p poweredStore) Create(ctx context.Context, r *workflow.Request) (*workflow.Request, error) {
	if !*p.on {
		return nil, errPower
	}
	return p.seedStore.Create(ctx, r)
}

func (p poweredStore) Update(ctx context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	if !*p.on {
		return nil, errPower
	}
	return p.seedStore.Update(ctx, id, change)
}

func (m *seedStore) claimed(r *workflow.Request) error {
	for _, old := range m.requests {
		for _, c := range r.Claims() {
			if old.ID != r.ID && slices.Contains(old.Claims(), c) {
				return &workflow.ClaimedError{Claim: c, By: old.ID}
			}
		}
	}
	return nil
}

func (m *seedStore) Create(_ context.Context, r *workflow.Request) (*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.claimed(r); err != nil {
		return nil, err
	}
	r = r.Clone()
	r.ID, r.Realm, r.Nonce = fmt.Sprint("EA-", len(m.order)+1), "seed", "nonce"
	m.requests[r.ID] = r
	m.order = append(m.order, r.ID)
	return r.Clone(), nil
}

func (m *seedStore) Get(_ context.Context, id string) (*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.requests[id]; ok {
		return r.Clone(), nil
	}
	return nil, workflow.ErrNotFound
}

func (m *seedStore) Update(_ context.Context, id string, change func(*workflow.Request) error) (*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, ok := m.requests[id]
	if !ok {
		return nil, workflow.ErrNotFound
	}
	r := old.Clone()
	switch err := change(r); {
	case err == workflow.ErrUnchanged:
		return old.Clone(), nil
	case err != nil:
		return nil, err
	}
	if err := m.claimed(r); err != nil {
		return nil, err
	}
	m.requests[id] = r
	return r.Clone(), nil
}

func (m *seedStore) List(_ context.Context, q workflow.Query) ([]*workflow.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []*workflow.Request
	skip := q.Before != ""
	for _, id := range slices.Backward(m.order) {
		r := m.requests[id]
		if skip {
			skip = id != q.Before
			continue
		}
		if q.State != "" && r.State != q.State || q.App != "" && r.Made.AppID != q.App ||
			q.Requester != "" && r.Requester.ID != q.Requester ||
			!q.DueBy.IsZero() && (r.WakeAt.IsZero() || r.WakeAt.After(q.DueBy)) ||
			q.Keeper != "" && !slices.ContainsFunc(r.Owners(), func(p workflow.Person) bool { return p.ID == q.Keeper }) ||
			q.Ends != "" && r.EndsOn() != q.Ends || q.Text != "" &&
			!strings.Contains(strings.ToLower(r.AppName()), strings.ToLower(q.Text)) {
			continue
		}
		found = append(found, r.Clone())
	}
	if !q.DueBy.IsZero() {
		slices.SortFunc(found, func(a, b *workflow.Request) int { return a.WakeAt.Compare(b.WakeAt) })
	}
	return found[:min(len(found), cmp.Or(q.Limit, 50))], nil
}

func (m *seedStore) Close() error { return nil }
