package login

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A Token is an access token until it is closed.
type Token struct {
	mu     sync.Mutex
	secret seal.Secret
}

// NewToken holds a token.
func NewToken(s seal.Secret) *Token { return &Token{secret: s} }

// Format keeps the token out of whatever prints it.
func (*Token) Format(f fmt.State, _ rune) { io.WriteString(f, "[token]") }

// Reveal is the token, or workflow.ErrSessionOver once it is closed.
func (t *Token) Reveal() (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.secret.IsZero() {
		return "", workflow.ErrSessionOver
	}
	return t.secret.Reveal(), nil
}

// Close forgets the token.
func (t *Token) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.secret = seal.Secret{}
}

// What access tokens say. Their signatures are not checked: they came from the sign-in
// service itself, over TLS, and nothing is allowed because of them. Such tokens are opaque by
// contract, and one day these may be.
// Source: Microsoft identity platform, access tokens.

// roles reads the app roles out of an access token.
func roles(token string) (roles []string, opaque bool) {
	var c struct {
		Aud   any
		Roles []string
	}
	if !claimsIn(token, &c) || c.Aud == nil {
		return nil, true
	}
	return c.Roles, false
}

// claimsIn reads the claims of a token, and reports whether it is one that can be read.
func claimsIn(token string, into any) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	return err == nil && json.Unmarshal(payload, into) == nil
}

// everyMember is in wids of everybody who is no guest.
const everyMember = "b79fbf4d-3ef9-4689-8143-76b194e85509"

// Roles are the directory roles that the token names. Nobody
// relies on it to let somebody in: more roles are a reason to refuse. It is not known
// where the token can't be read, or does not say.
// Source: Microsoft identity platform, access token claims reference, wids.
func (s *SignedIn) Roles() (roles []string, known bool) {
	return rolesIn(s.Token.Reveal())
}

func rolesIn(token string) (roles []string, known bool) {
	var claims struct {
		Roles []string `json:"wids"`
	}
	if !claimsIn(token, &claims) || claims.Roles == nil {
		return nil, false
	}
	for i, id := range claims.Roles {
		claims.Roles[i] = strings.ToLower(id)
	}
	return slices.DeleteFunc(claims.Roles, func(id string) bool { return id == everyMember }), true
}
