package login

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// HasScope reports whether a scope is among those that came, however they are spelled.
func HasScope(granted []string, scope string) bool {
	return slices.ContainsFunc(granted, func(g string) bool { return strings.EqualFold(plain(g), plain(scope)) })
}

// plain is a scope without the name of its resource.
func plain(scope string) string {
	scope = strings.TrimRight(scope, "/")
	return scope[strings.LastIndexByte(scope, '/')+1:]
}

// A spelling is how a request for a token spells the scopes that it asks for.
type spelling struct {
	asked []string
	lacks bool // a token came, but without one of them
}

// spellingKey is for the spelling, in the context of the request.
type spellingKey struct{}

// respelled is the answer to such a request, for MSAL.
func respelled(resp *http.Response, s *spelling) (*http.Response, error) {
	body, err := bodyOf(resp)
	if err != nil {
		return nil, err
	}
	var said struct{ Scope string }
	if resp.StatusCode == http.StatusOK && json.Unmarshal(body, &said) == nil && said.Scope != "" { // without: all of them
		granted := strings.Fields(said.Scope)
		s.lacks = slices.ContainsFunc(s.asked, func(scope string) bool { return !HasScope(granted, scope) })
		resp.Body = io.NopCloser(bytes.NewReader(spelled(body, granted, s.asked)))
	}
	return resp, nil
}

// spelled is an answer with its scopes spelled as they were asked for. Entra may
// say "User.Read" for "https://graph.microsoft.com/User.Read", which MSAL would
// take for another one.
func spelled(body []byte, granted, asked []string) []byte {
	var answer map[string]json.RawMessage
	if json.Unmarshal(body, &answer) != nil {
		return body
	}
	scopes := slices.Clone(granted)
	for _, s := range asked {
		if !slices.Contains(scopes, s) && HasScope(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	answer["scope"], _ = json.Marshal(strings.Join(scopes, " ")) // strings always marshal
	again, err := json.Marshal(answer)
	if err != nil {
		return body
	}
	return again
}
