package entratest

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// Replication makes a tenant eventually consistent, as Entra is. Each call, to
// Graph, Azure or the token endpoint, is answered by one of several replicas, and
// that one reads, checks and writes only what it has heard of. A write reaches each
// of the others after a delay of its own, additions and removals alike, so that
// an object can be known, unknown and known again.
//
// What has to be unique is unique in the whole tenant: a replica that would make a
// second one answers that there is one. What an uninformed replica says where an
// informed one would have said yes is drawn from what Entra has been seen to say.
type Replication struct {
	Replicas int // 0 means 3
	// Delay is how long a write takes to reach one other replica; nil means Delay.
	Delay func(*rand.Rand) time.Duration
}

// Delay is mostly a few seconds, sometimes a minute, and seldom several.
func Delay(r *rand.Rand) time.Duration {
	between := func(from, to float64) time.Duration {
		return time.Duration((from + r.Float64()*(to-from)) * float64(time.Second))
	}
	switch p := r.Float64(); {
	case p < 0.70:
		return between(0, 4)
	case p < 0.90:
		return between(4, 20)
	case p < 0.97:
		return between(20, 60)
	case p < 0.995:
		return between(60, 240)
	}
	return between(240, 600)
}

// Replicate gives a tenant replicas, which know all that there is now. What tests do
// to the tenant by its methods, as AddUser, all of them know at once. With the same
// Config.Seed and the same calls in the same order, the same happens.
// Lag has no meaning beside it.
func (t *Tenant) Replicate(r Replication) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	c := &replicas{t: t, truth: make(snapshot), delay: r.Delay}
	if c.delay == nil {
		c.delay = Delay
	}
	for n := range cmp.Or(r.Replicas, 3) {
		c.each = append(c.each, &replica{n: n + 1, has: make(snapshot)})
	}
	t.copies = c
}

// Settle has every write reach every replica now.
func (t *Tenant) Settle() {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.copies == nil {
		return
	}
	for _, at := range t.copies.each {
		for _, w := range at.coming {
			at.has.take(w.place, w.element)
		}
		at.coming = nil
	}
}

// replicas are those of one tenant, and what all of them will know.
type replicas struct {
	t       *Tenant
	delay   func(*rand.Rand) time.Duration
	truth   snapshot
	each    []*replica
	version int
}

type replica struct {
	n      int
	has    snapshot
	coming []arrival
}

// An arrival is a write that reaches a replica at a time.
type arrival struct {
	at time.Time
	place
	element
}

// pick chooses who answers a call, and lets it hear what it should have heard by now.
func (r *replicas) pick() *replica {
	r.catchUp()
	at, now := r.each[r.t.s.chance().IntN(len(r.each))], r.t.s.now()
	at.coming = slices.DeleteFunc(at.coming, func(w arrival) bool {
		if w.at.After(now) {
			return false
		}
		at.has.take(w.place, w.element)
		return true
	})
	return at
}

// catchUp takes over what was done to the tenant by its own methods.
func (r *replicas) catchUp() {
	r.t.sweep()
	done := differences(r.truth.live(), r.t.places())
	if len(done) == 0 {
		return
	}
	r.t.addExposed(done, r.truth)
	r.version++
	for n, p := range done.sorted() {
		e := r.next(p, done[p], n)
		r.truth.take(p, e)
		for _, at := range r.each {
			at.has.take(p, e)
		}
	}
}

// run carries a call out: at the tenant, or at one of its replicas.
func (c *call) run() (answer, error) {
	r := c.t.copies
	if r == nil {
		return c.route.run(c)
	}
	at := r.pick()
	c.replica = at.n
	defer func() { c.t = r.t }()
	c.t = r.t.seenBy(at.has)
	before := c.t.places()
	a, err := c.route.run(c)
	if err != nil {
		c.t = r.t
		return answer{}, r.words(c, err)
	}
	if c.method == "GET" {
		return a, nil
	}
	done := differences(before, c.t.places())
	if err := r.collides(c, before, done); err != nil {
		return answer{}, err
	}
	after := c.t.places()
	for _, p := range c.wrote {
		done[p] = after[p]
	}
	c.t.addExposed(done, r.truth)
	r.write(at, done)
	return a, nil
}

// sets notes the settings that the body of a PATCH names.
func (c *call) sets(kind, id string, body object) {
	for name := range body {
		c.wrote = append(c.wrote, place{kind, id, setting, name})
	}
}

// words are what is said for an error: its own where the whole tenant says no as
// well, and else one of the forms of not having heard.
func (r *replicas) words(c *call, err error) error {
	c.t = r.t.seenBy(r.truth)
	defer func() { c.t = r.t }()
	if _, no := c.route.run(c); no != nil {
		return err
	}
	return c.uninformed(err)
}

// write lets the replica that answered know at once, and the others later.
func (r *replicas) write(at *replica, done changes) {
	if len(done) == 0 {
		return
	}
	r.version++
	chance, now := r.t.s.chance(), r.t.s.now()
	until := make([]time.Time, len(r.each))
	for i := range r.each {
		until[i] = now.Add(r.delay(chance))
	}
	for n, p := range done.sorted() {
		e := r.next(p, done[p], n)
		r.truth.take(p, e)
		for i, other := range r.each {
			if other == at && p.part != exposes {
				other.has.take(p, e)
				continue
			}
			when := until[i] // a new object arrives whole
			if _, isNew := done[place{kind: p.kind, id: p.id}]; !isNew || p.part == exposes {
				when = when.Add(time.Duration(chance.ExpFloat64() * float64(time.Second)))
			}
			other.coming = append(other.coming, arrival{when, p, e})
		}
	}
	r.t.fill(r.truth)
}

// next is the newest of a place, which keeps the place's age.
func (r *replicas) next(p place, value any, n int) element {
	e := element{value: value, version: r.version, order: r.version<<16 + n}
	if old, ok := r.truth[p]; ok {
		e.order = old.order
	}
	return e
}

// signIn has an app sign in at one of the replicas.
func (r *replicas) signIn(f func(*Tenant) (object, error)) (object, error) {
	at := r.pick()
	body, err := f(r.t.seenBy(at.has))
	if err == nil {
		return body, nil
	}
	if _, no := f(r.t.seenBy(r.truth)); no != nil {
		return nil, err
	}
	return nil, r.t.uninformedSignIn(err)
}
