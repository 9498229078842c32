package workflow

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A Desk takes what people want. Each method checks the rules, makes one
// transaction and returns; what has to be done then is the Engine's.
type Desk struct {
	store    Store
	tenants  []Tenant
	products []pack.Product
	policy   Policy
	key      *seal.Key
	backups  []BackupServer
	looks    []BackupServer
	pages    string // where browsers find our pages; empty is nowhere
	now      func() time.Time
	log      *slog.Logger
	changed  func(id string)                         // set by NewEngine
	checking func(r *Request, by people.Person) bool // set by NewEngine
	linking  func(t Tenant, by people.Person) bool   // likewise
	drifting func(Drifting) bool                     // likewise
	people   People                                  // likewise; nil where nobody knows
	counting sync.Mutex                              // see counted
}

// DeskConfig is what a Desk is made of.
type DeskConfig struct {
	Store    Store
	Tenants  []Tenant
	Products []pack.Product
	Policy   Policy
	Backups  []BackupServer   // that apps can be connected to
	Looks    []BackupServer   // without an account for the bot: people sign in to see what they reach
	Key      *seal.Key        // opens sealed secrets
	Now      func() time.Time // nil means time.Now
	Log      *slog.Logger     // nil means slog.Default()

	// PublicURL is where others reach this process over HTTPS. Without it no
	// certificate is made here: its file could not be handed over.
	PublicURL string
}

// NewDesk returns a desk.
func NewDesk(c DeskConfig) *Desk {
	d := &Desk{tenants: c.Tenants, products: c.Products, policy: c.Policy, key: c.Key, pages: pagesAt(c.PublicURL),
		backups: c.Backups, looks: c.Looks, now: c.Now, log: c.Log, changed: func(string) {}, checking: func(*Request, people.Person) bool {
			return false
		}, linking: func(Tenant, people.Person) bool { return false }, drifting: func(Drifting) bool { return false }}
	if d.now == nil {
		d.now = time.Now
	}
	if d.log == nil {
		d.log = slog.Default()
	}
	d.store = shredder{c.Store, c.Key, d.log}
	return d
}

// Tenants returns the configured tenants.
func (d *Desk) Tenants() []Tenant { return d.tenants }

// Tenant returns the tenant with this name, or false.
func (d *Desk) Tenant(name string) (Tenant, bool) {
	i := slices.IndexFunc(d.tenants, func(t Tenant) bool { return t.Name == name })
	if i < 0 {
		return Tenant{}, false
	}
	return d.tenants[i], true
}

// isOwn reports whether an App ID is that of the bot's own client, in any of its tenants.
// The bot makes no changes to that: whoever had a say over it, or its credential,
// would have one over every sign-in.
func (d *Desk) isOwn(appID string) bool {
	return appID != "" && slices.ContainsFunc(d.tenants, func(t Tenant) bool { return strings.EqualFold(t.ClientID, appID) })
}

const ownClient = "%s is the client with which this bot's approvers sign in, and the bot never changes that. Nothing was changed. An " +
	"administrator manages it in Entra."

// Products returns the products that may be asked for.
func (d *Desk) Products() []pack.Product {
	products := slices.DeleteFunc(slices.Clone(d.products), func(p pack.Product) bool { return p.Custom && !d.policy.AllowCustom })
	for i := range products {
		products[i].Credentials = d.offered(products[i])
	}
	return products
}

// Product returns the product with this name that may be asked for, or false.
func (d *Desk) Product(name string) (pack.Product, bool) {
	for _, p := range d.Products() {
		if p.Name == name {
			return p, true
		}
	}
	return pack.Product{}, false
}

// Policy returns what the operator allows.
func (d *Desk) Policy() Policy { return d.policy }

// Get returns a request, or ErrNotFound.
func (d *Desk) Get(ctx context.Context, id string) (*Request, error) { return d.store.Get(ctx, id) }

// List returns the requests that q asks for.
func (d *Desk) List(ctx context.Context, q Query) ([]*Request, error) { return d.store.List(ctx, q) }

// change makes one transaction: rule says no, or act edits the request. A
// refusal is returned as the error, and written into the history where somebody
// tried what they may not.
func (d *Desk) change(ctx context.Context, id string, by people.Person, rule func(*Request) *Refusal,
	act func(r *Request, now time.Time)) (*Request, error) {
	if no := TurnedAway(by); no != nil {
		d.noteRefusal(ctx, by, id, no)
		return nil, d.turnAway(ctx, id, by, no)
	}
	var no *Refusal
	r, err := d.store.Update(ctx, id, func(r *Request) error {
		now := d.now()
		if no = fromNewer(r.ID, r.Kind, r.Task); no == nil {
			no = rule(r)
		}
		switch {
		case no == nil:
			act(r, now)
		case no.Rule.audited():
			r.note(now, Event{By: by.ID, Kind: EventRefused, Text: no.Text})
		default:
			return ErrUnchanged
		}
		r.WakeAt = d.policy.nextWake(r, now)
		return nil
	})
	if err != nil {
		return nil, err
	}
	d.changed(id)
	if no != nil {
		d.log.Info("refused", "request", id, "by", by.ID, "rule", no.Rule)
		return r, no
	}
	return r, nil
}
