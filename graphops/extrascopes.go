package graphops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
)

const (
	scopeDirectory = "Directory.Read.All" // which roles somebody has, who people are, and to add an owner
	scopePeople    = "User.ReadBasic.All"
	scopePolicy    = "Policy.Read.All"
)

// optional are the sets of scopes that make a session see more, the best first.
// They are not asked for with the code, as a client without consent for one of
// them could then not sign in at all. Directory.Read.All is good for people too.
func optional(ask workflow.Ask) [][]string {
	sees := [][]string{{scopeDirectory}}
	if ask.Email != "" || len(ask.Owners) > 0 {
		sees = append(sees, []string{scopePeople})
	}
	if !ask.Policy {
		return sees
	}
	var sets [][]string
	for _, more := range sees {
		sets = append(sets, []string{more[0], scopePolicy}, more)
	}
	return append(sets, []string{scopePolicy})
}

// widen exchanges the token that came with the code for one that is good for what
// is optional as well, as far as the client has consent for that. Nobody is asked
// for anything, and the one token is then used for everything.
func (s *signing) widen(ctx context.Context, got public.AuthResult, granted []string, ask workflow.Ask) (best public.AuthResult,
	scopes []string, err error) {
	for _, more := range optional(ask) {
		if !slices.ContainsFunc(more, func(scope string) bool { return !has(granted, scope) }) {
			break // Entra gave it unasked, as it may where there is consent
		}
		full := append(slices.Clone(s.scopes), s.tenant.scopes(more...)...)
		var wider public.AuthResult
		err := patiently(ctx, s.d.log, func() error {
			var err error
			if wider, err = s.client.AcquireTokenSilent(context.WithValue(ctx, spellingKey{}, &spelling{asked: full}), full,
				public.WithSilentAccount(got.Account)); err != nil {
				return s.d.signInFault(ctx, err)
			}
			return nil
		})
		if err == nil {
			return wider, wider.GrantedScopes, nil
		}
		if ctx.Err() != nil {
			return public.AuthResult{}, nil, ctx.Err()
		}
		s.d.log.DebugContext(ctx, "no token for optional scopes", "scopes", more, "err", err)
		if _, ok := errors.AsType[*fault.Later](err); ok {
			break // the sign-in service is not well: the token that there is will do
		}
	}
	return got, granted, nil
}

// has reports whether a scope is among those that came, however they are spelled.
func has(granted []string, scope string) bool {
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
		s.lacks = slices.ContainsFunc(s.asked, func(scope string) bool { return !has(granted, scope) })
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
		if !slices.Contains(scopes, s) && has(scopes, s) {
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
