package entratest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Token is what an access token of this server says, to whoever has to verify
// one: another service that is emulated beside it.
type Token struct {
	Tenant   *Tenant
	User     User   // the zero User where an app acts as itself
	ClientID string // the application that it was issued to
	Audience string // appId of the resource
	Scopes   []string
	Expires  time.Time
}

// Token verifies an access token: that it was issued here, and nothing of it was
// changed. It says nothing about one that has expired.
func (s *Server) Token(jwt string) (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.tokens[jwt]
	if k == nil || !s.now().Before(k.expires) || k.user != nil && (k.user.Disabled || k.user.deleted) {
		return Token{}, false
	}
	t := Token{Tenant: k.tenant, ClientID: k.clientID, Audience: k.audience, Scopes: slices.Clone(k.permissions), Expires: k.expires}
	if k.user != nil {
		t.User = *k.user
	}
	return t, true
}

// RefreshTokenOf reports whether a refresh token is good, and was issued to the same
// person and application as an access token.
func (s *Server) RefreshTokenOf(refresh string, t Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.renewals[refresh]
	return r != nil && !r.revoked && s.now().Before(r.expires) && r.tenant == t.Tenant && r.user.ID == t.User.ID &&
		r.client.appID == t.ClientID
}

// Tenants returns the tenants, in the order in which they were added.
func (s *Server) Tenants() []*Tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.tenants)
}

// SignInApp has an application sign in with a certificate and its key, as a
// program elsewhere would over the token endpoint, and returns the app roles that
// its token for a resource shows. The error has Microsoft's AADSTS number.
func (t *Tenant) SignInApp(appID string, cert *x509.Certificate, key *rsa.PrivateKey, resource string) ([]string, error) {
	s := t.s
	s.mu.Lock()
	defer s.mu.Unlock()
	thumb, now := sha256.Sum256(cert.Raw), s.now().Unix()
	in := part(object{"alg": "PS256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(thumb[:])}) + "." +
		part(object{"aud": s.loginURL + "/" + t.ID + "/oauth2/v2.0/token", "iss": appID, "sub": appID, "jti": newID(), "nbf": now,
			"exp": now + 600})
	sum := sha256.Sum256([]byte(in))
	sig, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		return nil, err
	}
	return t.signInApp(url.Values{"client_id": {appID}, "scope": {resource + "/.default"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {in + "." + base64.RawURLEncoding.EncodeToString(sig)}})
}

// SignInAppWithSecret is SignInApp with a client secret.
func (t *Tenant) SignInAppWithSecret(appID, secret, resource string) ([]string, error) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	return t.signInApp(url.Values{"client_id": {appID}, "scope": {resource + "/.default"}, "client_secret": {secret}})
}

func (t *Tenant) signInApp(f url.Values) ([]string, error) {
	body, err := t.s.appToken(t.ID, f)
	if err != nil {
		return nil, err
	}
	return slices.Clone(t.s.tokens[text(body["access_token"])].permissions), nil
}

// SubscriptionsOfApp returns the IDs of the subscriptions that an application would be
// shown by Azure: those on which, or in which, it has a role that has taken effect.
func (t *Tenant) SubscriptionsOfApp(appID string) []string {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	var ids []string
	p := t.spByAppID(strings.ToLower(appID))
	for _, s := range t.subscriptions {
		within := func(a *azureAssignment) bool {
			sub, _ := subscriptionOf(a.scope)
			return a.principalID == p.id && strings.EqualFold(sub, s.ID) && !a.veil.hides(t.s.now())
		}
		if p != nil && (len(t.azureRolesOf(p.id, subscriptionPath+s.ID, t.s.now())) > 0 ||
			slices.ContainsFunc(t.azureAssignments, within)) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}
