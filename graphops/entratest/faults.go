package entratest

import (
	"strings"
	"time"
)

// When says on which side of its effect a call fails.
type When int

const (
	Before When = iota // nothing is executed
	After              // everything is executed, and the answer is lost
)

type fault struct {
	op     string
	when   When
	status int
	left   int
}

// Fail makes the next calls of an operation fail, so many times. Status 0
// closes the connection without an answer; a batched call answers 503 then.
// With After a call that would have failed by itself does not count. For the
// operations of the sign-in service the status comes with a body of its kind.
// Ops lists the names; Fail panics on any other, as a fault that never
// happens would make a test prove nothing.
func (s *Server) Fail(op string, when When, status, times int) {
	known := false
	for _, o := range Ops() {
		known = known || o == op
	}
	if !known {
		panic("entratest: there is no operation " + op)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{op: op, when: when, status: status, left: times})
}

// fails takes one from the first fault that is due.
func (s *Server) fails(op string, when When) *fault {
	for _, f := range s.faults {
		if f.op == op && f.when == when && f.left > 0 {
			f.left--
			return f
		}
	}
	return nil
}

// Magic is a name that makes trouble: an application whose displayName ends in
// Suffix behaves as What says, in any tenant.
type Magic struct{ Suffix, What string }

// MagicNames lists them, for demonstrations.
func MagicNames() []Magic {
	return []Magic{
		{"-graph503", "Graph answers 503 to the first three calls about the app"},
		{"-throttled", "Graph answers 429, Retry-After 1, to the first two calls about the app"},
		{"-lag", "the app and its service principal are unknown for four seconds after they are created"},
		{"-noconsent", "admin consent is refused with 403, for ever"},
		{"-nosecret", "the tenant's policy forbids client secrets for the app"},
		{"-slowproof", "a new secret works only after four seconds"},
		{"-toomany", "the app is given one more app role than was asked for"},
		{"-inuse", "a user and a group are assigned to the app as soon as it can be, so its retirement stops first"},
	}
}

// magicLag is how long -lag and -slowproof take.
const magicLag = 4 * time.Second

func (a *app) magic(suffix string) bool {
	return a != nil && strings.HasSuffix(strings.ToLower(a.name()), suffix)
}

// once counts what a magic name does, and reports whether it is within most.
func (a *app) once(suffix string, most int) bool {
	a.trouble[suffix]++
	return a.trouble[suffix] <= most
}

// about finds the application that a call is about, if it exists.
func (c *call) about() *app {
	if c.azure {
		return nil // magic is Graph's
	}
	o, _ := parse(c.body)
	byPrincipal := func(id string) *app {
		if p := c.t.spByID(id); p != nil {
			return p.app
		}
		return nil
	}
	for _, id := range []any{o["principalId"], o["clientId"]} {
		if a := byPrincipal(text(id)); a != nil {
			return a
		}
	}
	if a := c.t.appByAppID(text(o["appId"])); a != nil {
		return a
	}
	if len(c.keys) == 0 {
		return nil
	}
	value := c.keys[0].value
	if a := find(c.t.apps, func(a *app) bool {
		return a.id == value || a.appID == value || a.uniqueName == value && value != ""
	}); a != nil {
		return a
	}
	if g := find(c.t.grants, func(g *grant) bool { return g.id == value }); g != nil {
		return byPrincipal(g.clientID)
	}
	return byPrincipal(value)
}

// faultBefore says what goes wrong before a call is executed.
func (s *Server) faultBefore(c *call) (p *problem, cut bool) {
	if f := s.fails(c.op(), Before); f != nil {
		return c.fault(f)
	}
	if c.t.knobs.ThrottleEach && s.first("throttled", c) {
		return c.byStatus(429), false
	}
	a := c.about()
	if a.magic("-graph503") && a.once("-graph503", 3) {
		return byStatus(503), false
	}
	if a.magic("-throttled") && a.once("-throttled", 2) {
		return byStatus(429), false
	}
	return nil, false
}

// faultAfter says what goes wrong after it.
func (s *Server) faultAfter(c *call) (p *problem, cut bool) {
	if f := s.fails(c.op(), After); f != nil {
		return c.fault(f)
	}
	if c.t.knobs.AnswerLost && s.first("lost", c) {
		return c.fault(&fault{})
	}
	return nil, false
}

func (c *call) fault(f *fault) (p *problem, cut bool) {
	if f.status == 0 && !c.inBatch {
		return nil, true
	}
	if f.status == 0 {
		return c.byStatus(503), false
	}
	return c.byStatus(f.status), false
}

// byStatus is the problem of a fault, in the shape of the service.
func (c *call) byStatus(status int) *problem {
	if c.azure {
		return azureByStatus(status)
	}
	return byStatus(status)
}

// first reports whether this is the first time for a distinct call.
func (s *Server) first(what string, c *call) bool {
	k := what + " " + c.t.ID + " " + c.method + " " + c.path + " " + string(c.body)
	if s.seen[k] {
		return false
	}
	s.seen[k] = true
	return true
}
