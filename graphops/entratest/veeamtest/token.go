package veeamtest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// A session is what an access token stands for.
type session struct {
	name     string
	tenant   *entratest.Tenant // of a person; nil for an administrator
	refresh  string
	expires  time.Time
	browser  bool // it wants an antiforgery token with it
	loggedIn bool
}

const sessionLife = time.Hour

// readForm reads the form of the body, whose fields have to be those of the generation.
func (c *call) readForm() error {
	if kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		return &problem{http.StatusUnsupportedMediaType, "HttpError", "Only application/x-www-form-urlencoded is emulated."}
	}
	f, err := url.ParseQuery(string(c.body))
	if err != nil {
		return bad("The form cannot be read.")
	}
	c.form = f
	for name := range f {
		if !slices.Contains(c.gen.tokenFields, name) || len(f[name]) > 1 {
			return bad("The field '%s' is not known, or there is more than one.", name)
		}
	}
	return nil
}

// token is the token endpoint.
func (c *call) token() (answer, error) {
	if err := c.readForm(); err != nil {
		return answer{}, err
	}
	f := c.form
	for _, secret := range []string{"password", "assertion", "refresh_token"} {
		if f.Get(secret) != "" {
			c.s.secrets = append(c.s.secrets, f.Get(secret))
		}
	}
	if v := f.Get("disable_antiforgery_token"); f.Has("disable_antiforgery_token") && v != "true" && v != "false" {
		return answer{}, bad("The value '%s' is not valid for disable_antiforgery_token.", v)
	}
	switch g := f.Get("grant_type"); g {
	case "password":
		want, known := c.s.accounts[strings.ToLower(f.Get("username"))]
		if !known || want != f.Get("password") || want == "" {
			return answer{}, denied(http.StatusUnauthorized, "Incorrect user name or password.")
		}
		return c.issue(&session{name: f.Get("username")})
	case "refresh_token":
		for token, old := range c.s.sessions {
			if old.loggedIn && old.refresh == f.Get("refresh_token") {
				delete(c.s.sessions, token)
				return c.issue(&session{name: old.name, tenant: old.tenant})
			}
		}
		return answer{}, denied(http.StatusUnauthorized, "The refresh token is not valid.")
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		who, err := c.person(f.Get("client_id"), f.Get("assertion"))
		if err != nil {
			return answer{}, err
		}
		return c.issue(who)
	default:
		return answer{}, bad("The grant type '%s' is not supported.", g)
	}
}

// issue makes the tokens of a session.
func (c *call) issue(who *session) (answer, error) {
	now := c.s.cfg.Now().UTC()
	who.loggedIn, who.expires, who.refresh = true, now.Add(sessionLife), opaque()
	who.browser = c.gen.browsers && c.form.Get("disable_antiforgery_token") != "true"
	access := opaque()
	c.s.sessions[access] = who
	c.s.secrets = append(c.s.secrets, access, who.refresh)
	c.who = who
	return answer{http.StatusOK, map[string]any{
		"access_token": access, "token_type": "bearer", "expires_in": int(sessionLife / time.Second), "refresh_token": who.refresh,
		"userName": who.name, ".issued": now.Format(time.RFC1123), ".expires": who.expires.Format(time.RFC1123),
	}}, nil
}

func opaque() string {
	var b [48]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Of each of these the token of an assertion needs one. Source: Veeam's REST API
// reference, Authorization for Organizations with Modern App-Only Authentication.
var assertedScopes = [][]string{
	{"Directory.Read.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"},
	{"User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All"},
}

// person verifies an assertion: the token response of Entra, whole.
func (c *call) person(clientID, assertion string) (*session, error) {
	var said struct {
		TokenType    string `json:"token_type"`
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	if clientID == "" || assertion == "" {
		return nil, bad("client_id and assertion are required for this grant type.")
	}
	if json.Unmarshal([]byte(assertion), &said) != nil || said.AccessToken == "" || said.RefreshToken == "" ||
		!strings.EqualFold(said.TokenType, "Bearer") {
		return nil, bad("The assertion is not a token response with an access token and a refresh token.")
	}
	k, ok := c.s.cfg.Entra.Token(said.AccessToken)
	switch {
	case !ok || k.User.ID == "" || k.Audience != catalog.MicrosoftGraph:
		return nil, denied(http.StatusUnauthorized, "The access token in the assertion is not valid for Microsoft Graph.")
	case !c.named(k, clientID):
		return nil, denied(http.StatusUnauthorized, "The assertion was issued to another client than client_id.")
	case !c.s.cfg.Entra.RefreshTokenOf(said.RefreshToken, k):
		return nil, denied(http.StatusUnauthorized, "The refresh token in the assertion is not valid.")
	}
	for _, any := range assertedScopes {
		if !slices.ContainsFunc(any, func(s string) bool { return slices.Contains(k.Scopes, s) }) {
			return nil, denied(http.StatusUnauthorized, "The access token in the assertion has none of the permissions "+
				strings.Join(any, ", ")+".")
		}
	}
	if !slices.ContainsFunc(c.s.organizations, func(o *organization) bool { return o.tenant == k.Tenant }) {
		return nil, denied(http.StatusUnauthorized, "The organization of "+k.User.UPN+" has not been added to this server.")
	}
	uses := func(o *organization) bool {
		return o.tenant == k.Tenant && slices.ContainsFunc([]*settings{o.exchange, o.sharePoint}, func(s *settings) bool {
			return s != nil && strings.EqualFold(s.appID, k.ClientID)
		})
	}
	if c.s.knobs.OwnApp && !slices.ContainsFunc(c.s.organizations, uses) {
		return nil, denied(http.StatusUnauthorized,
			"The assertion was issued to an application that the organization does not use on this server.")
	}
	return &session{name: k.User.UPN, tenant: k.Tenant}, nil
}

// named reports whether client_id is one of those that the server takes for a token.
func (c *call) named(k entratest.Token, clientID string) bool {
	takes := c.gen.clientID
	if c.s.knobs.ClientID != nil {
		takes = c.s.knobs.ClientID
	}
	for _, by := range takes {
		want := map[ClientID]string{ByApplication: k.ClientID, ByOrganization: k.Tenant.Domain, ByUser: k.User.ID + "." + k.Tenant.ID}[by]
		if strings.EqualFold(clientID, want) {
			return true
		}
	}
	return false
}

// identify checks the access token of a call.
func (c *call) identify() error {
	bearer, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	who := c.s.sessions[bearer]
	switch {
	case who == nil || !who.loggedIn || !c.s.cfg.Now().Before(who.expires):
		return denied(http.StatusUnauthorized, "Authorization has been denied for this request.")
	case who.browser:
		return denied(http.StatusUnauthorized, "The antiforgery token is missing.")
	}
	c.who = who
	return nil
}

func (c *call) logout() (answer, error) {
	if err := c.identify(); err != nil {
		return answer{}, err
	}
	c.who.loggedIn = false
	return answer{status: c.gen.logout}, nil
}

// Sessions returns how many tokens are good that nobody logged out.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, who := range s.sessions {
		if who.loggedIn && s.cfg.Now().Before(who.expires) {
			n++
		}
	}
	return n
}
