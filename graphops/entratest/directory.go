package entratest

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

// object is a JSON object as it stands on the wire.
type object = map[string]any

// An app is an application object. What clients may write is in body, exactly
// as it was written; the rest is here.
type app struct {
	id, appID  string
	uniqueName string
	body       object
	created    time.Time
	deleted    time.Time // zero while it lives
	owners     []string  // object IDs of users
	passwords  []*password
	keys       []*key
	federated  []*federated
	veil       veil
	refused    int            // service principals refused because the app was not replicated yet
	trouble    map[string]int // what its magic name has done to it so far
}

func (a *app) name() string { n, _ := a.body["displayName"].(string); return n }

// An sp is a service principal: of an application in this tenant, or of one of
// Microsoft's resources.
type sp struct {
	id, appID string
	body      object
	created   time.Time
	owners    []string
	app       *app      // nil for a resource
	resource  *resource // nil for an app of this tenant
	veil      veil
	mirror    mirror
}

func (p *sp) name() string {
	if p.app != nil {
		return p.app.name()
	}
	return p.resource.name
}

type password struct {
	keyID, name, hint, secret string
	start, end                time.Time
	veil                      veil
}

type assignment struct {
	id, roleID, principalID, resourceID string
	created                             time.Time
	veil                                veil
}

type grant struct {
	id, clientID, consentType, principalID, resourceID, scope string
	veil                                                      veil
	old                                                       string // the scope that tokens show while the veil is on
}

// A membership is a role of somebody. Scope is the object that it is for; empty is the
// whole tenant.
type membership struct{ id, roleID, principalID, scope string }

// A veil hides something new for a time, and for a number of uses.
type veil struct {
	until time.Time
	uses  int
}

// hides reports whether a use of the veiled thing finds nothing, and counts it.
func (v *veil) hides(now time.Time) bool {
	if v.uses > 0 {
		v.uses--
		return true
	}
	return now.Before(v.until)
}

func (t *Tenant) veil(lag time.Duration) veil {
	v := veil{uses: t.knobs.Lag.Calls}
	if lag > 0 {
		v.until = t.s.now().Add(lag)
	}
	return v
}

func (t *Tenant) newApp(body object) *app {
	a := &app{id: t.s.newID(), appID: t.s.newID(), body: body, created: t.s.now(), trouble: make(map[string]int)}
	lag := t.knobs.Lag.Application
	if a.magic("-lag") {
		lag = max(lag, magicLag)
	}
	a.veil = t.veil(lag)
	t.apps = append(t.apps, a)
	return a
}

func (t *Tenant) newServicePrincipal(a *app) *sp {
	p := &sp{id: t.s.newID(), appID: a.appID, body: object{}, created: t.s.now(), app: a}
	lag := t.knobs.Lag.ServicePrincipal
	if a.magic("-lag") {
		lag = max(lag, magicLag)
	}
	p.veil = t.veil(lag)
	t.sps = append(t.sps, p)
	if a.magic("-inuse") {
		t.beUsed(p)
	}
	return p
}

func (t *Tenant) newResource(r *resource) *sp {
	return &sp{id: t.s.newID(), appID: r.appID, body: object{}, created: t.s.now(), resource: r}
}

func (t *Tenant) spByAppID(appID string) *sp {
	return find(t.sps, func(p *sp) bool { return p.appID == appID })
}

func (t *Tenant) spByID(id string) *sp {
	return find(t.sps, func(p *sp) bool { return p.id == id })
}

func (t *Tenant) appByAppID(appID string) *app {
	return find(t.apps, func(a *app) bool { return a.appID == appID })
}

// removeSP removes a service principal with everything granted to or on it.
func (t *Tenant) removeSP(p *sp) {
	t.sps = slices.DeleteFunc(t.sps, func(q *sp) bool { return q == p })
	t.assignments = slices.DeleteFunc(t.assignments, func(a *assignment) bool { return a.principalID == p.id || a.resourceID == p.id })
	t.grants = slices.DeleteFunc(t.grants, func(g *grant) bool { return g.clientID == p.id || g.resourceID == p.id })
	t.members = slices.DeleteFunc(t.members, func(m *membership) bool { return m.principalID == p.id })
}

// appRoles returns the roles that p exposes; seen returns what callers see.
func (p *sp) appRoles() []any {
	if p.resource != nil {
		return p.resource.roles
	}
	return list(p.app.body["appRoles"])
}

// scopes returns the delegated permissions that p exposes.
func (p *sp) scopes() []any {
	if p.resource != nil {
		return p.resource.scopes
	}
	api, _ := p.app.body["api"].(object)
	return list(api["oauth2PermissionScopes"])
}

// permission returns the value of the role or scope with that ID or value.
func permission(in []any, property, want string) object {
	for _, r := range in {
		if o := r.(object); o[property] == want {
			return o
		}
	}
	return nil
}

// scopesOf returns what a client may do for everybody, or for one user, on a
// resource: as the directory has it, or as new tokens show it.
func (t *Tenant) scopesOf(client, on *sp, userID string, inTokens bool) []string {
	var scopes []string
	for _, g := range t.grants {
		if g.clientID != client.id || g.resourceID != on.id || g.consentType == "Principal" && g.principalID != userID {
			continue
		}
		s := g.scope
		if inTokens && g.veil.hides(t.s.now()) {
			s = g.old
		}
		scopes = append(scopes, strings.Fields(s)...)
	}
	return scopes
}

func find[T any](in []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(in, is); i >= 0 {
		return in[i]
	}
	return nil
}

func list(v any) []any { l, _ := v.([]any); return l }

func text(v any) string { s, _ := v.(string); return s }

func newID() string {
	var b [16]byte
	rand.Read(b[:])
	return asID(b)
}

func asID(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newID returns an ID for an object; s.mu is held.
func (s *Server) newID() string {
	var b [16]byte
	s.draws(b[:])
	return asID(b)
}

// newKey returns an ID of the opaque kind that assignments and grants have; s.mu is held.
func (s *Server) newKey() string {
	var b [24]byte
	s.draws(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// draws fills b with what the seed has for it.
func (s *Server) draws(b []byte) {
	for i := range b {
		b[i] = byte(s.random.Uint32())
	}
}

// newKey returns what nobody can guess.
func newKey() string {
	var b [24]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.0000000Z")
}
