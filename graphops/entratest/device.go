package entratest

import (
	"crypto/rand"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A code is one device code, from its creation until it is redeemed or dead.
type code struct {
	device, user string
	tenant       *Tenant // nil for the shared endpoints, until somebody has signed in
	client       *app
	scope        string
	expires      time.Time
	polled       time.Time
	who          *User // who signed in
	outcome      *oops // how it failed
	used         bool
}

func (c *code) pending() bool { return c.who == nil && c.outcome == nil }

// deviceCode begins a sign-in.
func (s *Server) deviceCode(tenant string, f url.Values) (object, error) {
	t, a, err := s.client(tenant, f.Get("client_id"))
	if err != nil {
		return nil, err
	}
	if f.Get("scope") == "" {
		return nil, sts(900144, "scope")
	}
	if t != nil {
		if _, err := t.scopes(f.Get("scope")); err != nil {
			return nil, err
		}
	}
	c := &code{device: s.secret(newKey() + newKey()), user: s.secret(userCode()), tenant: t, client: a, scope: f.Get("scope"),
		expires: s.now().Add(s.cfg.CodeLifetime)}
	s.codes = append(s.codes, c)
	uri := s.pageURL + "/devicelogin"
	return object{"user_code": c.user, "device_code": c.device, "verification_uri": uri,
		"expires_in": int(s.cfg.CodeLifetime / time.Second), "interval": int(s.cfg.Interval / time.Second),
		"message": "To sign in, use a web browser to open the page " + uri + " and enter the code " + c.user + " to authenticate."}, nil
}

// userCode makes nine characters that cannot be mistaken for each other.
func userCode() string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" // 32 of them
	b := make([]byte, 9)
	rand.Read(b)
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}

// redeem answers one poll.
func (s *Server) redeem(tenant string, f url.Values) (*Tenant, *app, *User, asked, error) {
	fail := func(err error) (*Tenant, *app, *User, asked, error) { return nil, nil, nil, asked{}, err }
	t, a, err := s.client(tenant, f.Get("client_id"))
	if err != nil {
		return fail(err)
	}
	if f.Get("device_code") == "" {
		return fail(sts(900144, "device_code"))
	}
	c := find(s.codes, func(c *code) bool { return c.device == f.Get("device_code") })
	if c == nil || c.client.appID != a.appID || t != nil && c.tenant != t {
		return fail(sts(70018))
	}
	if a.body["isFallbackPublicClient"] != true {
		return fail(sts(7000218))
	}
	if f.Get("client_secret") != "" || f.Get("client_assertion") != "" {
		return fail(sts(700025))
	}
	now := s.now()
	last := c.polled
	c.polled = now
	switch {
	case c.used:
		return fail(sts(54005))
	case c.outcome != nil:
		return fail(c.outcome)
	case !now.Before(c.expires):
		return fail(sts(70020))
	case c.who == nil && c.tenant != nil && c.tenant.knobs.SlowDown && now.Sub(last) < s.cfg.Interval:
		return fail(&oops{status: 400, kind: "slow_down", message: "The client polls faster than the interval that it was told."})
	case c.who == nil:
		return fail(sts(70016))
	}
	if o := c.who.barred(c.tenant); o != nil {
		return fail(o)
	}
	want, err := c.tenant.scopes(c.scope)
	if err != nil {
		return fail(err)
	}
	c.used = true
	return c.tenant, a, c.who, want, nil
}

// waiting finds a code that a person typed, in any case and with any spaces.
func (s *Server) waiting(typed string) (*code, error) {
	typed = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(typed))
	if typed == "" {
		return nil, sts(90119)
	}
	c := find(s.codes, func(c *code) bool { return c.user == typed })
	switch {
	case c == nil:
		return nil, sts(70018)
	case !s.now().Before(c.expires):
		return nil, sts(70020)
	case !c.pending():
		return nil, sts(90120)
	}
	return c, nil
}

// SignIn is a person who enters a user code and signs in. Its error is what
// the page would have said, an AADSTS text. A person who cannot have this code
// (unknown, disabled, from another tenant) leaves it pending; a policy that
// stands against the sign-in ends it, and the client is told.
func (s *Server) SignIn(userCode, upn string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	c, err := s.waiting(userCode)
	if err != nil {
		return err
	}
	u, t := s.account(c, upn)
	return s.signIn(c, t, u, upn)
}

// account finds a user by name, in the tenant of the code first.
func (s *Server) account(c *code, upn string) (*User, *Tenant) {
	tenants := s.tenants
	if c.tenant != nil {
		tenants = append([]*Tenant{c.tenant}, tenants...)
	}
	for _, t := range tenants {
		if u := t.userNamed(upn); u != nil {
			return u, t
		}
	}
	return nil, nil
}

func (s *Server) signIn(c *code, home *Tenant, u *User, upn string) error {
	t := c.tenant
	if t == nil {
		t = home
	}
	var o *oops
	switch {
	case u == nil && t == nil:
		return sts(50034, upn, "common")
	case u == nil:
		o = sts(50034, upn, t.Name)
	case home != t:
		o = sts(50020, upn, t.Name, c.client.appID)
	case u.Disabled:
		o = sts(50057)
	}
	if o != nil { // another account may still be tried
		t.logSignIn(upn, c.client, o)
		return o
	}
	if o = t.stands(c, u); o != nil {
		c.outcome = o
		t.logSignIn(upn, c.client, o)
		return o
	}
	c.who, c.tenant = u, t
	t.logSignIn(upn, c.client, nil)
	return nil
}

// stands says what stands between a person and a token for a code.
func (t *Tenant) stands(c *code, u *User) *oops {
	if t.knobs.BlockDeviceCode {
		return sts(53003)
	}
	if t.knobs.RequireMFA {
		return sts(50076)
	}
	want, err := t.scopes(c.scope)
	if err != nil {
		return err.(*oops)
	}
	return t.consented(c.client, u, want)
}

// consented checks that a client was given what it asks for.
func (t *Tenant) consented(client *app, u *User, want asked) *oops {
	p := t.spByAppID(client.appID)
	if p == nil || p.veil.hides(t.s.now()) {
		return sts(65001, client.appID, client.name())
	}
	if p.body["appRoleAssignmentRequired"] == true && !t.assigned(u, p) {
		return sts(50105)
	}
	have := t.scopesOf(p, want.on, u.ID, true)
	for _, perm := range want.perms {
		if perm != ".default" && !slices.Contains(have, perm) || len(have) == 0 {
			return sts(65001, client.appID, client.name())
		}
	}
	return nil
}

// Decline is a person who enters a user code and cancels.
func (s *Server) Decline(userCode string) error {
	return s.end(userCode, sts(70017))
}

// FailSignIn ends the sign-in of a user code with an AADSTS code, such as
// 50076 or 53003; one that is not known becomes an invalid_grant.
func (s *Server) FailSignIn(userCode string, aadsts int) error {
	return s.end(userCode, sts(aadsts))
}

func (s *Server) end(userCode string, o *oops) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	c, err := s.waiting(userCode)
	if err != nil {
		return err
	}
	c.outcome = o
	if c.tenant != nil {
		c.tenant.logSignIn("", c.client, o)
	}
	return nil
}

// UserCodes returns the user codes that wait for somebody, oldest first.
func (s *Server) UserCodes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var codes []string
	for _, c := range s.codes {
		if c.pending() && s.now().Before(c.expires) {
			codes = append(codes, c.user)
		}
	}
	return codes
}

// A signIn is one line of the sign-in log.
type signIn struct {
	at     time.Time
	who    string // UPN, or the name of an app that signed in by itself
	client string
	code   int // AADSTS; 0 is success
	error  string
}

func (t *Tenant) logSignIn(who string, client *app, o *oops) {
	if t.whole != nil {
		t = t.whole
	}
	l := signIn{at: t.s.now(), who: who, client: client.name()}
	if o != nil {
		l.code, l.error = o.code, o.message
	}
	t.signIns = append(t.signIns, l)
}

// assigned reports whether a user is assigned to an application. Groups have no members here.
func (t *Tenant) assigned(u *User, on *sp) bool {
	return slices.ContainsFunc(t.assignments, func(a *assignment) bool { return a.principalID == u.ID && a.resourceID == on.id })
}
