package workflow

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/text"
)

// A Desk takes what people want. Each method checks the rules, makes one
// transaction and returns; what has to be done then is the Engine's.
type Desk struct {
	store    Store
	tenants  []Tenant
	products []Product
	policy   Policy
	key      *seal.Key
	backups  []BackupServer
	looks    []BackupServer
	pages    string // where browsers find our pages; empty is nowhere
	now      func() time.Time
	log      *slog.Logger
	changed  func(id string)                         // set by NewEngine
	checking func(r *Request, by people.Person) bool // set by NewEngine
	people   People                                  // likewise; nil where nobody knows
}

// DeskConfig is what a Desk is made of.
type DeskConfig struct {
	Store    Store
	Tenants  []Tenant
	Products []Product
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
	d := &Desk{store: c.Store, tenants: c.Tenants, products: c.Products, policy: c.Policy, key: c.Key, pages: pagesAt(c.PublicURL),
		backups: c.Backups, looks: c.Looks, now: c.Now, log: c.Log, changed: func(string) {}, checking: func(*Request, people.Person) bool {
			return false
		}}
	if d.now == nil {
		d.now = time.Now
	}
	if d.log == nil {
		d.log = slog.Default()
	}
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
	"administrator looks after it in Entra."

// Products returns the products that may be asked for.
func (d *Desk) Products() []Product {
	products := slices.DeleteFunc(slices.Clone(d.products), func(p Product) bool { return p.Custom && !d.policy.AllowCustom })
	for i := range products {
		products[i].Credentials = d.offered(products[i])
	}
	return products
}

// Product returns the product with this name that may be asked for, or false.
func (d *Desk) Product(name string) (Product, bool) {
	for _, p := range d.Products() {
		if p.Name == name {
			return p, true
		}
	}
	return Product{}, false
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
	var no *Refusal
	r, err := d.store.Update(ctx, id, func(r *Request) error {
		now := d.now()
		switch no = rule(r); {
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

// mayDecide says no to anyone who may not decide on r.
func (d *Desk) mayDecide(r *Request, by people.Person) *Refusal {
	t, ok := d.Tenant(r.Tenant)
	if !ok {
		return refuse(RuleNotApprover, "The tenant %s is no longer configured, so nobody can decide on %s. Ask the operator of this bot.",
			r.Tenant, r.ID)
	}
	if by.Outside != "" {
		return refuse(RuleOutsider, "You can't decide on %s: %s.", r.ID, by.Outside)
	}
	a, ok := t.Approver(by.ID)
	switch {
	case !ok:
		return refuse(RuleNotApprover, "Only the approvers of %s can decide on %s. Nothing was changed.", t.Name, r.ID)
	case by.ID == r.Requester.ID:
		return refuse(RuleSelfApproval, "You asked for %s yourself, so someone else has to decide.", r.ID)
	case isRequester(r, t, a):
		return refuse(RuleSelfApproval, "You would sign in as %s, which is the account of %s, who asked for %s. Someone else has "+
			"to decide.", a.Entra, r.Requester.Name, r.ID)
	}
	return nil
}

// Approve records the approval of the plan, as a card showed it at revision rev.
// The engine then makes a device code for this approver.
func (d *Desk) Approve(ctx context.Context, id string, by people.Person, rev int) (*Request, error) {
	r, err := d.store.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	tooLate, err := refusal(stale(ctx, d.store, r))
	if err != nil {
		return nil, err
	}
	var nobody *Refusal
	if r.State == StatePending && d.mayDecide(r, by) == nil {
		if nobody, err = d.seeRecipient(ctx, r); err != nil {
			return nil, err
		}
	}
	return d.change(ctx, id, by, func(r *Request) *Refusal {
		switch no := d.mayDecide(r, by); {
		case no != nil:
			return no
		case r.State != StatePending:
			return refuse(RuleWrongState, "%s %s, so there is nothing to approve.", r.ID, r.Standing())
		case tooLate != nil:
			return tooLate
		case nobody != nil:
			return nobody
		case rev < r.PlanRev || rev > r.Rev:
			return refuse(RuleStale, "%s has changed since that card was drawn. Look at it again, then decide.", r.ID)
		case d.tooFew(r, by) != nil && agreed(r, by):
			return refuse(RuleApprovals, "You have approved %s already. It takes %s, so someone else has to approve it too.", r.ID,
				text.Count(r.Plan.Needs(), "approval"))
		}
		return nil
	}, func(r *Request, now time.Time) {
		if d.tooFew(r, by) != nil {
			t, _ := d.Tenant(r.Tenant)
			agree(r, by, now, len(approvals(r, t, by)))
			return
		}
		decide(r, by, now, TaskProvision)
		r.Steps = newSteps(stepsFor(r, TaskProvision))
		r.move(StateSignIn, now, Event{By: by.ID, Kind: EventApproved, Text: "approved the plan and was sent a sign-in code"})
	})
}

// decide starts a sign-in for a task. Whoever approved the plan before still does.
func decide(r *Request, by people.Person, now time.Time, t Task) {
	if last := r.Approval; last.Digest != "" && r.Task.carriesOut() && r.Plan.Needs() > 1 {
		withdraw(r, last.By)
		r.Agreed = append(r.Agreed, last)
	}
	r.Approval = Approval{N: r.Approval.N + 1, By: by, At: now, Digest: r.Plan.Digest()}
	r.Task = t
	r.Failure = Failure{}
	r.SignIn = SignIn{N: r.SignIn.N, Status: SignInWanted}
}

// Deny ends a request with a reason.
func (d *Desk) Deny(ctx context.Context, id string, by people.Person, reason string) (*Request, error) {
	reason = text.Plain(reason)
	return d.change(ctx, id, by, func(r *Request) *Refusal {
		switch no := d.mayDecide(r, by); {
		case no != nil:
			return no
		case r.State != StatePending:
			return refuse(RuleWrongState, "%s %s, so it can't be denied any more.", r.ID, r.Standing())
		case certificate.HasPrivateKey(reason):
			return refuse(RuleReason, KeyRefused)
		case reason == "":
			return refuse(RuleReason, "Say why, so that %s knows what to change.", r.Requester.Name)
		case utf8.RuneCountInString(reason) > deniedReasonMax:
			return refuse(RuleReason, "The reason has %d characters; %d are allowed.", utf8.RuneCountInString(reason), deniedReasonMax)
		}
		return nil
	}, func(r *Request, now time.Time) {
		r.Approval = Approval{N: r.Approval.N + 1, By: by, At: now, Denied: true, Reason: reason}
		r.move(StateDenied, now, Event{By: by.ID, Kind: EventDenied, Text: "denied it: " + reason})
	})
}

// Cancel takes a request back. The requester ends it; the approver who was about
// to sign in only takes the approval back, and so does one who approved before: the
// sign-in of another counts no more then.
func (d *Desk) Cancel(ctx context.Context, id string, by people.Person) (*Request, error) {
	return d.change(ctx, id, by, func(r *Request) *Refusal {
		signer := r.State == StateSignIn && by.ID == r.Approval.By.ID
		if withdraws(r, by) {
			return nil
		}
		if by.ID != r.Requester.ID && !signer {
			return refuse(RuleNotRequester, "Only %s, who asked for %s, can cancel it.", r.Requester.Name, r.ID)
		}
		if r.State == StatePending || signer || r.State == StateSignIn && untouched(r) {
			return nil
		}
		return refuse(RuleWrongState, "%s %s, so it can't be cancelled.", r.ID, r.Standing())
	}, func(r *Request, now time.Time) {
		switch {
		case by.ID == r.Requester.ID:
			r.move(StateCancelled, now, Event{By: by.ID, Kind: EventCancelled, Text: "cancelled the request"})
		case withdraws(r, by):
			withdraw(r, by)
			r.note(now, Event{By: by.ID, Kind: EventWithdrawn, Text: "withdrew the approval"})
		case tasks[r.Task].back != "":
			t := tasks[r.Task]
			r.move(t.back, now, Event{By: by.ID, Kind: EventWithdrawn, Text: "cancelled the sign-in, so the " + t.stays})
			r.SignIn.Status, r.Steps = "", nil
		case untouched(r):
			if !r.aboutApp() { // what it is about was made before
				r.Made = Made{}
			}
			r.Approval.Digest = ""
			r.move(StatePending, now, Event{By: by.ID, Kind: EventWithdrawn,
				Text: "cancelled the sign-in, so the request waits for an approver again"})
			r.SignIn.Status, r.Steps = "", nil
		default: // something stands in the tenant: it stays with Retry and Undo
			giveUpTo(r, now, "The sign-in was cancelled. "+remains(r),
				Event{By: by.ID, Kind: EventWithdrawn, Text: "cancelled the sign-in"})
		}
	})
}
