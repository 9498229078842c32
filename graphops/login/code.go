package login

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A Code is a sign-in under way with a device code.
type Code struct {
	client *Client
	tenant Tenant
	msal   public.Client
	code   public.DeviceCode
	scopes []string
	bare   bool // see BeginBare
}

// Begin asks for a device code, for these scopes of Graph's.
func (c *Client) Begin(ctx context.Context, t Tenant, scopes []string) (*Code, error) {
	m, err := public.New(t.ClientID, public.WithAuthority(t.Authority), public.WithHTTPClient(transport{c}),
		public.WithInstanceDiscovery(false))
	if err != nil {
		return nil, fmt.Errorf("login: tenant %q: %w", t.Name, err)
	}
	full := t.scopes(scopes)
	code, err := m.AcquireTokenByDeviceCode(ctx, full)
	if err != nil {
		return nil, c.signInFault(ctx, err)
	}
	return &Code{client: c, tenant: t, msal: m, code: code, scopes: full}, nil
}

// BeginBare is Begin for a sign-in that only shows who somebody is: beside these scopes it
// asks for openid and nothing else, so that what comes of it can't be renewed.
func (c *Client) BeginBare(ctx context.Context, t Tenant, scopes []string) (*Code, error) {
	code, err := c.Begin(context.WithValue(ctx, bareKey{}, true), t, scopes)
	if err == nil {
		code.bare = true
	}
	return code, err
}

// Format keeps the device code out of whatever prints a Code.
func (*Code) Format(f fmt.State, _ rune) { io.WriteString(f, "[sign-in]") }

// Prompt is what the person needs.
func (c *Code) Prompt() workflow.Prompt {
	r := c.code.Result
	return workflow.Prompt{Code: seal.New(r.UserCode), URL: r.VerificationURL, Expires: r.ExpiresOn}
}

// SignedIn is who signed in, as the ID token says, and what they gave. The ID token came
// from the sign-in service over TLS.
type SignedIn struct {
	TenantID, ObjectID, UPN string

	Audience string // the client that the ID token is for
	Provider string // of accounts of another tenant: who has authenticated them. Source: ID token claims reference, idp

	Token    seal.Secret // for Graph
	Scopes   []string    // that came with it
	Until    time.Time
	Response seal.Secret // all of the answer; empty where it was not kept

	client  *Client
	msal    public.Client
	account public.Account
}

// Format keeps what they gave out of whatever prints it.
func (*SignedIn) Format(f fmt.State, _ rune) { io.WriteString(f, "[sign-in]") }

// Wait polls until the person has signed in. optional are sets of further scopes, the best
// first: the token is good for the first of them that there is consent for.
func (c *Code) Wait(ctx context.Context, optional [][]string) (*SignedIn, error) {
	p := newPolling(c.code.Result.Interval, c.scopes)
	got, err := c.poll(ctx, p)
	if err != nil {
		return nil, err
	}
	token, granted, err := c.widen(ctx, got, p.granted, optional)
	if err != nil {
		return nil, err
	}
	return c.signedIn(got, token, granted), nil
}

// WaitAndKeep is Wait for a sign-in that another service takes: the answer is kept as Entra
// sent it, with the refresh token, which MSAL does not give out and the other service needs.
func (c *Code) WaitAndKeep(ctx context.Context) (*SignedIn, error) {
	p := newPolling(c.code.Result.Interval, c.scopes)
	p.keep = true
	got, err := c.poll(ctx, p)
	if err != nil {
		return nil, err
	}
	who := c.signedIn(got, got, p.granted)
	if who.Response = p.whole; who.TenantID == "" || who.ObjectID == "" || who.Response.IsZero() {
		return nil, &workflow.SignInError{Reason: workflow.SignInOther}
	}
	return who, nil
}

func (c *Code) poll(ctx context.Context, p *polling) (public.AuthResult, error) {
	ctx = context.WithValue(ctx, pollingKey{}, p)
	if c.bare {
		ctx = context.WithValue(ctx, bareKey{}, true)
	}
	got, err := c.code.AuthenticationResult(ctx)
	if err != nil {
		return got, waitFault(ctx, err, p, c.scopes)
	}
	return got, nil
}

func (c *Code) signedIn(got, token public.AuthResult, granted []string) *SignedIn {
	var home struct { // MSAL leaves AdditionalFields empty
		Provider string `json:"idp"`
	}
	claimsIn(got.IDToken.RawToken, &home)
	return &SignedIn{TenantID: got.IDToken.TenantID, ObjectID: got.IDToken.Oid, UPN: got.IDToken.PreferredUsername,
		Audience: got.IDToken.Audience, Provider: home.Provider,
		Token: seal.New(token.AccessToken), Scopes: granted, Until: token.ExpiresOn,
		client: c.client, msal: c.msal, account: got.Account}
}

// widen exchanges the token that came with the code for one that is good for what
// is optional as well, as far as the client has consent for that. Nobody is asked
// for anything, and the one token is then used for everything.
func (c *Code) widen(ctx context.Context, got public.AuthResult, granted []string, optional [][]string) (best public.AuthResult,
	scopes []string, err error) {
	for _, more := range optional {
		if !slices.ContainsFunc(more, func(scope string) bool { return !HasScope(granted, scope) }) {
			break // Entra gave it unasked, as it may where there is consent
		}
		full := append(slices.Clone(c.scopes), c.tenant.scopes(more)...)
		var wider public.AuthResult
		err := c.client.Patiently(ctx, func() error {
			var err error
			if wider, err = c.msal.AcquireTokenSilent(context.WithValue(ctx, spellingKey{}, &spelling{asked: full}), full,
				public.WithSilentAccount(got.Account)); err != nil {
				return c.client.signInFault(ctx, err)
			}
			return nil
		})
		if err == nil {
			return wider, wider.GrantedScopes, nil
		}
		if ctx.Err() != nil {
			return public.AuthResult{}, nil, ctx.Err()
		}
		c.client.Log.DebugContext(ctx, "no token for optional scopes", "scopes", more, "err", err)
		if _, ok := errors.AsType[*fault.Later](err); ok {
			break // the sign-in service is not well: the token that there is will do
		}
	}
	return got, granted, nil
}

// More gets a token for another resource, if Entra gives one without asking.
func (s *SignedIn) More(ctx context.Context, scope string) (seal.Secret, error) {
	as := &spelling{asked: []string{scope}}
	r, err := s.msal.AcquireTokenSilent(context.WithValue(ctx, spellingKey{}, as), as.asked, public.WithSilentAccount(s.account))
	if err != nil {
		return seal.Secret{}, s.client.moreFault(ctx, err, as)
	}
	return seal.New(r.AccessToken), nil
}
