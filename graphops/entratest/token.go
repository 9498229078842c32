package entratest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A token is an access token that was issued.
type token struct {
	tenant      *Tenant
	user        *User // nil if an app acts as itself
	clientID    string
	audience    string // appId of the resource
	permissions []string
	expires     time.Time
}

// A renewal is a refresh token.
type renewal struct {
	tenant  *Tenant
	user    *User
	client  *app
	expires time.Time
	revoked bool
}

// token is the token endpoint.
func (s *Server) token(tenant string, f url.Values, e *Entry) (object, error) {
	switch g := f.Get("grant_type"); g {
	case "":
		return nil, sts(900144, "grant_type")
	case "device_code", "urn:ietf:params:oauth:grant-type:device_code":
		t, a, u, want, err := s.redeem(tenant, f)
		if err != nil {
			return nil, err
		}
		e.User = u.UPN
		return s.issue(t, a, u, want, f.Get("client_info") == "1"), nil
	case "refresh_token":
		return s.refresh(tenant, f, e)
	case "client_credentials":
		return s.appToken(tenant, f)
	default:
		return nil, sts(70003, g)
	}
}

// issue makes the tokens of a person.
func (s *Server) issue(t *Tenant, a *app, u *User, want asked, info bool) object {
	k := &token{tenant: t, user: u, clientID: a.appID, audience: want.on.appID, permissions: want.perms}
	words := slices.Clone(want.words)
	if slices.Contains(want.perms, ".default") {
		k.permissions = t.scopesOf(t.spByAppID(a.appID), want.on, u.ID, true)
		prefix := strings.TrimSuffix(want.words[0], ".default")
		for _, p := range k.permissions {
			words = append(words, prefix+p)
		}
	}
	claims := object{"scp": strings.Join(k.permissions, " "), "oid": u.ID, "upn": u.UPN, "name": u.Name, "wids": t.wids(u),
		"idtyp": "user", "sub": pairwise(u, a)}
	body := s.access(k, claims)
	for _, o := range want.oidc {
		if o != "offline_access" {
			words = append(words, o)
		}
	}
	body["scope"] = strings.Join(words, " ")
	if slices.Contains(want.oidc, "offline_access") {
		r := s.secret("1." + newKey() + newKey())
		s.renewals[r] = &renewal{tenant: t, user: u, client: a, expires: s.now().AddDate(0, 0, 90)}
		body["refresh_token"] = r
	}
	home := t.ID
	if u.Guest {
		home = u.HomeTenant
	}
	if slices.Contains(want.oidc, "openid") {
		now := s.now().Unix()
		id := object{"aud": a.appID, "iss": s.loginURL + "/" + t.ID + "/v2.0", "iat": now, "nbf": now, "exp": now + 3600,
			"rh": "1." + newKey(), "sub": pairwise(u, a), "tid": t.ID, "uti": newKey(), "ver": "2.0"}
		if slices.Contains(want.oidc, "profile") { // which the object ID takes too: ID token claims reference, oid
			id["name"], id["oid"], id["preferred_username"] = u.Name, u.ID, u.UPN
		}
		if slices.Contains(want.oidc, "email") && u.Mail != "" {
			id["email"] = u.Mail
		}
		if u.Guest {
			id["idp"] = "https://sts.windows.net/" + home + "/"
		}
		body["id_token"] = s.secret(sign(id))
	}
	if info {
		b, _ := json.Marshal(object{"uid": u.ID, "utid": home})
		body["client_info"] = base64.RawURLEncoding.EncodeToString(b)
	}
	return body
}

// access makes an access token and the answer around it.
func (s *Server) access(k *token, claims object) object {
	if k.tenant.whole != nil {
		k.tenant = k.tenant.whole
	}
	life := k.tenant.knobs.TokenLifetime
	if life == 0 {
		life = time.Hour
	}
	now := s.now()
	k.expires = now.Add(life)
	c := object{"aud": k.audience, "iss": s.loginURL + "/" + k.tenant.ID + "/v2.0", "iat": now.Unix(), "nbf": now.Unix(),
		"exp":   k.expires.Unix(),
		"appid": k.clientID, "azp": k.clientID, "tid": k.tenant.ID, "uti": newKey(), "ver": "2.0"}
	if a := k.tenant.appByAppID(k.clientID); a != nil && k.audience == graphAppID {
		c["app_displayname"] = a.name() // Graph's tokens have it: CLI for Microsoft 365 reads it
	}
	for n, v := range claims {
		c[n] = v
	}
	jwt := s.secret(sign(c))
	s.tokens[jwt] = k
	seconds := int(life/time.Second) - 1
	return object{"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": jwt}
}

func (s *Server) refresh(tenant string, f url.Values, e *Entry) (object, error) {
	t, a, err := s.client(tenant, f.Get("client_id"))
	if err != nil {
		return nil, err
	}
	r := s.renewals[f.Get("refresh_token")]
	switch {
	case f.Get("refresh_token") == "":
		return nil, sts(900144, "refresh_token")
	case r == nil || r.client.appID != a.appID:
		return nil, sts(70000)
	case !s.now().Before(r.expires):
		return nil, sts(700082)
	case r.revoked:
		return nil, sts(50173)
	}
	if o := r.user.barred(r.tenant); o != nil {
		return nil, o
	}
	e.User = r.user.UPN
	u := r.user
	if t == nil {
		t = r.tenant
	}
	if t != r.tenant { // another tenant takes them where they are its guest
		if u = t.userNamed(r.user.UPN); u == nil || u.Disabled {
			return nil, sts(50020, r.user.UPN, t.Name, a.appID)
		}
	}
	want, err := t.scopes(f.Get("scope"))
	if err != nil {
		return nil, err
	}
	if o := t.consented(a, u, want); o != nil {
		return nil, o
	}
	return s.issue(t, a, u, want, f.Get("client_info") == "1"), nil
}

// appToken is the client credentials flow.
func (s *Server) appToken(tenant string, f url.Values) (object, error) {
	if shared(tenant) {
		return nil, sts(50059)
	}
	signIn := func(t *Tenant) (object, error) {
		a, err := t.client(f.Get("client_id"))
		if err != nil {
			return nil, err
		}
		body, err := s.appTokenFor(t, a, f)
		o, _ := err.(*oops)
		t.logSignIn(a.name(), a, o)
		return body, err
	}
	t := s.tenant(tenant)
	switch {
	case f.Get("client_id") == "":
		return nil, sts(900144, "client_id")
	case t == nil:
		return nil, sts(90002, tenant)
	case t.copies != nil:
		return t.copies.signIn(signIn)
	}
	return signIn(t)
}

func (s *Server) appTokenFor(t *Tenant, a *app, f url.Values) (object, error) {
	p := t.spByAppID(a.appID)
	if p == nil {
		return nil, sts(7000229, a.appID, t.ID)
	}
	if p.veil.hides(s.now()) {
		return nil, sts(700016, a.appID, t.Name)
	}
	if a.body["isDisabled"] == true || p.body["accountEnabled"] == false {
		return nil, sts(7000112, a.appID)
	}
	resource, err := defaultOf(f.Get("scope"))
	if err != nil {
		return nil, err
	}
	if err := s.proven(t, a, f); err != nil {
		return nil, err
	}
	on := t.resource(resource)
	if on == nil {
		return nil, sts(500011, resource, t.Name)
	}
	k := &token{tenant: t, clientID: a.appID, audience: on.appID, permissions: []string{}}
	for _, g := range t.assignments {
		if g.principalID != p.id || g.resourceID != on.id || g.veil.hides(s.now()) {
			continue
		}
		if role := permission(on.appRoles(), "id", g.roleID); role != nil {
			k.permissions = append(k.permissions, text(role["value"]))
		}
	}
	claims := object{"oid": p.id, "sub": p.id, "idtyp": "app"}
	if len(k.permissions) > 0 {
		claims["roles"] = k.permissions
	}
	if t.rolesOf(p.id) != nil {
		claims["wids"] = t.rolesOf(p.id)
	}
	return s.access(k, claims), nil
}

// defaultOf is the one resource whose .default a scope asks for.
func defaultOf(scope string) (resource string, err error) {
	for _, w := range strings.Fields(scope) {
		if w == "openid" || w == "profile" || w == "offline_access" {
			continue // MSAL adds them to everything
		}
		r, is := strings.CutSuffix(w, "/.default")
		if !is || resource != "" {
			return "", sts(1002012, w)
		}
		resource = strings.TrimRight(r, "/")
	}
	if resource == "" {
		return "", sts(1002012, scope)
	}
	return resource, nil
}

// basic takes a client's ID and secret out of a header, where they are sent there.
// Sources: RFC 6749, 2.3.1; learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow.
func basic(r *http.Request, f url.Values) error {
	id, secret, sent := r.BasicAuth()
	if !sent {
		return nil
	}
	id, errID := url.QueryUnescape(id)
	secret, errSecret := url.QueryUnescape(secret)
	switch {
	case errID != nil || errSecret != nil:
		return sts(9002313)
	case f.Get("client_secret")+f.Get("client_assertion") != "", f.Get("client_id") != "" && !strings.EqualFold(f.Get("client_id"), id):
		return sts(9002313) // no more than one method in a request
	}
	f.Set("client_id", id)
	f.Set("client_secret", secret)
	return nil
}

// proven checks the credential of an app.
func (s *Server) proven(t *Tenant, a *app, f url.Values) error {
	if assertion := f.Get("client_assertion"); assertion != "" {
		if f.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			return sts(900144, "client_assertion_type")
		}
		return s.assertion(t, a, assertion)
	}
	secret := f.Get("client_secret")
	if secret == "" {
		return sts(7000216)
	}
	if of := t.spByAppID(a.appID); of != nil && s.provenBy(of, secret) {
		return nil
	}
	p := find(a.passwords, func(p *password) bool { return p.secret == secret })
	switch {
	case p == nil || p.veil.hides(s.now()) || s.now().Before(p.start.Add(-5*time.Minute)):
		return sts(7000215, a.appID)
	case !s.now().Before(p.end):
		return sts(7000222, a.appID)
	}
	return nil
}
