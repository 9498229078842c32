package graphops

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	mathrand "math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// The world of a seed: an emulated tenant of replicas, and the real desk and engine
// beside it, in virtual time. Bea asks, Ada approves and signs in.

const (
	seedSubscription = "3f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
	seedTenant       = "5b7c2a10-6d0e-4a55-9a6b-6d6f0b0e3c11"
)

var (
	bea = people.Person{ID: "UBEA", Name: "Bea", Email: "bea@contoso.com"}
	ada = people.Person{ID: "UADA", Name: "Ada", Email: "ada@contoso.com"}
	tom = people.Person{ID: "UTOM", Name: "Tom", Email: "tom@contoso.com"}
)

type seedWorld struct {
	t      testing.TB
	seed   uint64
	chance *mathrand.Rand
	entra  *entratest.Server
	tenant *entratest.Tenant
	client string
	net    *network
	store  *workflowtest.Memory
	key    *seal.Key
	log    *slog.Logger

	desk    *workflow.Desk
	dir     *Directory
	running func()       // stops the process
	power   *atomic.Bool // of this process

	mu      sync.Mutex
	codes   map[string]map[string]bool // that Ada has used, by request
	lost    map[string]int             // how many crashes have cost a request its sign-in
	expired map[string]int             // how many ends of a token have
	tasks   map[string]int             // how many tasks of a request have ended
}

func newSeedWorld(t testing.TB, seed uint64, log io.Writer) *seedWorld {
	w := &seedWorld{t: t, seed: seed, chance: mathrand.New(&shared{src: mathrand.NewPCG(seed, 2)}),
		store: &workflowtest.Memory{Requests: map[string]*workflow.Request{}, Realm: "seed", Nonce: "nonce"},
		codes: map[string]map[string]bool{}, lost: map[string]int{}, expired: map[string]int{}, tasks: map[string]int{}}
	w.log = slog.New(slog.NewTextHandler(log, nil))
	w.entra = entratest.New(entratest.Config{Seed: seed + 1, Interval: time.Second})
	w.entra.SetURLs("https://login.test", "https://graph.test", "https://pages.test")
	w.entra.SetARMURL("https://azure.test")
	w.net = &network{server: w.entra}
	w.tenant = w.entra.AddTenant(entratest.Tenant{ID: seedTenant, Name: "Contoso", Domain: "contoso.com"})
	for _, u := range []entratest.User{{UPN: "ada@contoso.com", Name: "Ada", Roles: []string{entratest.GlobalAdministrator}},
		{UPN: "bea@contoso.com", Name: "Bea"}, {UPN: "tom@contoso.com", Name: "Tom"}} {
		u = w.tenant.AddUser(u)
		if err := w.store.PutLink(context.Background(), identity.Link{Slack: "U" + strings.ToUpper(u.Name), TenantID: seedTenant,
			ObjectID: u.ID, At: time.Now(), How: identity.ByDeviceCode}); err != nil {
			t.Fatal(err)
		}
	}
	w.client = w.tenant.AddPublicClient(entratest.Client{Name: "bot", PublicClientFlows: true, Azure: true,
		Scopes: append([]string{"User.ReadBasic.All", "RoleManagement.ReadWrite.Directory", "Directory.Read.All"}, botScopes...)}).AppID
	for appID, names := range seedPermissions() {
		w.tenant.LimitResource(appID, names...)
	}
	w.tenant.AddSubscription(entratest.Subscription{ID: seedSubscription, Name: "Production"})
	w.tenant.GrantAzureRole("ada@contoso.com", seedSubscription, entratest.AzureUserAccessAdministrator)
	var err error
	if w.key, err = seal.NewKey(make([]byte, seal.KeySize)); err != nil {
		t.Fatal(err)
	}
	w.key = w.key.On(&workflowtest.Ring{})
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
	power := new(atomic.Bool)
	power.Store(true)
	store := poweredStore{w.store, power}
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
	w.dir, w.power = dir, power
	w.net.power.Store(power)
	w.running = func() { cancel(); <-ended }
}

// crash ends the process without anything being saved any more, and starts another. What
// was at work then has lost its token, or its code.
func (w *seedWorld) crash() {
	w.power.Store(false)
	w.net.after.Store(nil)
	for id, r := range w.store.Requests { // nobody changes it any more
		if r.State == workflow.StateProvisioning || r.State == workflow.StateSignIn && r.SignIn.Status != workflow.SignInOver {
			w.lost[id]++
		}
	}
	w.running()
	w.boot()
}

// takesTime is how long Ada takes for a code, whose life is that of the emulator's.
const takesTime, codeLife = 300 * time.Millisecond, 15 * time.Minute

// Draw is Slack: it shows nothing, but Ada signs in as soon as she has a code.
func (w *seedWorld) Draw(_ context.Context, d workflow.Drawing) (channel, ts string, err error) {
	if d.Prompt != nil {
		// She takes some time from when the code was made, and no less where it was shown late: the engine
		// shows it before or after the first poll.
		time.Sleep(time.Until(d.Prompt.Expires.Add(-codeLife + takesTime)))
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

func (*seedWorld) ShowLink(context.Context, workflow.Linking) (channel, ts string, err error) {
	return "C", "1", nil
}

func (*seedWorld) ShowDrift(context.Context, workflow.Drifting) (channel, ts string, err error) {
	return "C", "1", nil
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
