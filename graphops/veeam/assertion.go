package veeam

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A grant is a way to sign in: the forms for the token endpoint to try one after
// the other, and what in them nobody may see.
type grant interface {
	attempts(s *Server, g *generation) []attempt
	client() string // the ID of the app that an assertion was issued to, or nothing
	secrets() []seal.Secret
}

// An attempt is one form. by is what its client_id says, if it has one.
type attempt struct {
	by   naming
	form url.Values
}

// account is the operator's service account.
type account struct {
	username string
	password seal.Secret
}

func (a account) attempts(*Server, *generation) []attempt {
	return []attempt{{form: url.Values{"grant_type": {"password"}, "username": {a.username}, "password": {a.password.Reveal()}}}}
}

func (a account) client() string { return "" }

func (a account) secrets() []seal.Secret { return []seal.Secret{a.password} }

// asserted is a person who signed in at Microsoft.
type asserted struct {
	whole     seal.Secret
	parts     []seal.Secret // the tokens in it
	clientIDs map[naming]string
}

func (a asserted) attempts(s *Server, g *generation) []attempt {
	var all []attempt
	for _, by := range s.namings(g, a.clientIDs) {
		all = append(all, attempt{by, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"},
			"client_id": {a.clientIDs[by]}, "assertion": {a.whole.Reveal()}}})
	}
	return all
}

func (a asserted) client() string { return a.clientIDs[byApplication] }

// secrets are the tokens; the rest of the response is words that a server may well
// use of its own, such as the names of scopes.
func (a asserted) secrets() []seal.Secret { return a.parts }

// readAssertion takes a token response apart as far as it has to be: Veeam needs
// a refresh token in it, and the ID of the application it was issued to.
func readAssertion(who workflow.Assertion, organization string) (asserted, error) {
	var said struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		IDToken      string `json:"id_token"`
	}
	bad := func(text string) (asserted, error) {
		return asserted{}, &workflow.ServiceError{Code: "Assertion", Text: text + " Nothing was sent to the backup server. Sign in again."}
	}
	switch err := json.Unmarshal([]byte(who.Response.Reveal()), &said); {
	case err != nil || said.AccessToken == "":
		return bad("Microsoft's answer to the sign-in contains no access token.")
	case said.RefreshToken == "":
		return bad("Microsoft's answer to the sign-in contains no refresh token, which Veeam needs: the scope offline_access is " +
			"missing.")
	}
	var id struct {
		Aud string `json:"aud"`
	}
	var access struct {
		AppID string `json:"appid"`
		Azp   string `json:"azp"`
	}
	claims(said.IDToken, &id)
	claims(said.AccessToken, &access)
	a := asserted{whole: who.Response, clientIDs: map[naming]string{byOrganization: organization}}
	if who.ObjectID != "" && who.TenantID != "" {
		a.clientIDs[byUser] = who.ObjectID + "." + who.TenantID
	}
	for _, t := range []string{said.AccessToken, said.RefreshToken, said.IDToken} {
		if t != "" {
			a.parts = append(a.parts, seal.New(t))
		}
	}
	for _, found := range []string{access.AppID, access.Azp, id.Aud} {
		if a.clientIDs[byApplication] == "" {
			a.clientIDs[byApplication] = found
		}
	}
	if a.clientIDs[byApplication] == "" {
		return bad("Microsoft's answer to the sign-in does not say which application it is for.")
	}
	return a, nil
}

// claims reads what a token says, if it is a JWT. Nobody believes it: the server
// that the token is sent to verifies it.
func claims(token string, into any) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return
	}
	if b, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
		_ = json.Unmarshal(b, into)
	}
}
