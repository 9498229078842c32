package workflow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/set"
)

// A Digest is what waits for people in a tenant, and what soon will: one message a
// day to the approvers' channel.
//
// The store has no place for messages that belong to no request, so the message
// itself is the record: it carries its day, and is looked for before it is sent.
type Digest struct {
	Tenant Tenant
	Day    string    // in UTC; with the tenant's name no other digest is like it
	Due    time.Time // it was not sent before
	// Reminder says that it is about what waits for an approver and nothing else.
	Reminder bool
	// First says that nothing can have been sent yet: this process was there when
	// it fell due, and has not tried.
	First bool

	Waiting, Failed, Unopened, Leftover []*Request // the oldest first
	Ending                              []*Request // whose credential ends first is the first
	Departed                            []Departed
	// Unasked says that it is not known who has left.
	Unasked bool
	// Unreadable are requests of any tenant that the store can't read.
	Unreadable []string
	// Head is the signed head of the log, where that has changed since it was last sent here.
	Head audit.Head
}

// Departed is somebody who has left, and the apps that they still have.
type Departed struct {
	people.Person
	Apps []*Request
}

// Empty reports whether there is nothing to say.
func (g *Digest) Empty() bool {
	return len(g.Waiting)+len(g.Failed)+len(g.Unopened)+len(g.Leftover)+len(g.Ending)+len(g.Departed)+len(g.Unreadable) == 0 &&
		g.Head.Size == 0
}

const (
	// endsWithin is how long before its end a credential is in the digest.
	endsWithin = 30 * 24 * time.Hour
	// askTries is how often it is asked who has left, before the rest is sent
	// without it.
	askTries = 3
)

// A telling is how far one tenant's digest of a day is.
type telling struct {
	day   string
	begun bool // sending it was tried
	done  bool
	tries int
	after time.Time
	head  int64 // the size of the log whose head was sent last

	reminder bool
}

// tellDaily sends every tenant's digest, each day once it is due, and its reminders.
func (e *Engine) tellDaily(ctx context.Context) {
	rounds := e.policy.rounds()
	began := e.now()
	told := map[string]*telling{}
	for ctx.Err() == nil && len(rounds) > 0 {
		now := e.now()
		departed := sync.OnceValues(func() ([]people.Person, error) { return e.departed(ctx) })
		wait := lookAgain
		for _, round := range rounds {
			due, day, next := round.at(now)
			wait = min(wait, next.Sub(now))
			if now.Before(due) {
				continue
			}
			for _, t := range e.desk.Tenants() {
				name := round.name + " of " + t.Name
				if told[name] == nil {
					told[name] = &telling{}
				}
				if told[name].day != day {
					told[name] = &telling{day: day, reminder: round.reminder, head: told[name].head}
				}
				if d := told[name]; !d.done && !now.Before(d.after) {
					e.caught(name, func() { e.tellDay(ctx, t, d, due, began.Before(due), departed) })
				}
			}
		}
		sleep(ctx, wait)
	}
}

// tellDay gathers a digest and sends it. What fails is tried again later, until the
// day is over.
func (e *Engine) tellDay(ctx context.Context, t Tenant, d *telling, due time.Time, present bool, departed func() ([]people.Person, error)) {
	d.tries++
	d.after = e.now().Add(min(time.Hour, time.Minute<<min(d.tries-1, 10))) // whatever happens
	g := &Digest{Tenant: t, Day: d.day, Due: due, First: present && !d.begun, Reminder: d.reminder}
	err := e.gather(ctx, g, d.tries, departed)
	if err == nil && !g.Reminder {
		if g.Head, err = e.store.Head(ctx); g.Head.Size == d.head {
			g.Head = audit.Head{}
		}
	}
	if err == nil && !g.Empty() {
		ctx, cancel := context.WithTimeout(e.hard, callLimit)
		defer cancel()
		d.begun = true
		if err = e.msg.Digest(ctx, *g); err == nil && g.Head.Size > 0 {
			d.head = g.Head.Size
		}
	}
	if later, ok := errors.AsType[Temporary](err); ok {
		if at := e.now().Add(later.RetryAfter()); at.After(d.after) {
			d.after = at
		}
	}
	if d.done = err == nil; !d.done && ctx.Err() == nil {
		e.log.Warn("digest not sent", "tenant", t.Name, "day", d.day, "try", d.tries, "err", err)
	}
}

// gather fills in what there is to say.
func (e *Engine) gather(ctx context.Context, g *Digest, try int, departed func() ([]people.Person, error)) error {
	if g.Reminder {
		return e.gatherWaiting(ctx, g)
	}
	for _, of := range []struct {
		to     *[]*Request
		states []State
	}{
		{&g.Waiting, []State{StatePending, StateSignIn}}, {&g.Failed, []State{StateFailed, StateRevoked}},
		{&g.Unopened, []State{StateReady}}, {&g.Leftover, []State{StateLeftover}},
	} {
		for _, s := range of.states {
			found, err := e.listAll(ctx, Query{State: s}, g)
			if err != nil {
				return err
			}
			*of.to = append(*of.to, found...)
		}
		slices.SortStableFunc(*of.to, func(a, b *Request) int { return a.Created.Compare(b.Created) })
	}
	now := e.now()
	for at := now; !at.After(now.Add(endsWithin)); at = at.Add(24 * time.Hour) {
		found, err := e.listAll(ctx, Query{Ends: dayOf(at)}, g)
		if err != nil {
			return err
		}
		g.Ending = append(g.Ending, slices.DeleteFunc(found, func(r *Request) bool { return !r.Made.KeyExpires.After(now) })...)
	}
	slices.SortStableFunc(g.Ending, func(a, b *Request) int { return a.Made.KeyExpires.Compare(b.Made.KeyExpires) })
	gone, err := departed()
	if _, later := errors.AsType[Temporary](err); later && try < askTries {
		return err
	}
	if g.Unasked = err != nil; g.Unasked {
		gone = nil
	}
	for _, p := range gone {
		apps, err := e.listAll(ctx, Query{Keeper: p.ID}, g)
		if err != nil {
			return err
		}
		if len(apps) > 0 {
			g.Departed = append(g.Departed, Departed{p, apps})
		}
	}
	slices.SortStableFunc(g.Departed, func(a, b Departed) int { return cmp.Compare(a.Name, b.Name) })
	return nil
}

// listAll lists all that a query asks for of the digest's tenant, the oldest first, and
// notes what can't be read.
func (e *Engine) listAll(ctx context.Context, q Query, g *Digest) ([]*Request, error) {
	all, unread, err := Readable(every(ctx, e.store, q))
	if err != nil {
		return nil, err
	}
	g.Unreadable = set.Union(g.Unreadable, unread.IDs(), set.Equal)
	all = slices.DeleteFunc(all, func(r *Request) bool { return r.Tenant != g.Tenant.Name })
	slices.Reverse(all)
	return all, nil
}
