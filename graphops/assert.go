package graphops

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// assertScopes is all that a sign-in asks for whose answer goes to a backup server:
// the least that one takes. MSAL adds openid, profile and offline_access. Source:
// Veeam Backup for Microsoft 365 REST API Reference, "Authorization for
// Organizations with Modern App-Only Authentication".
var assertScopes = []string{"User.Read", "Directory.Read.All"}

// Assert asks for a device code for somebody whose sign-in another service will take:
// for the bot's own client, or for the one that as names.
func (d *Directory) Assert(ctx context.Context, tenant string, as workflow.AssertAs) (workflow.AssertionLogin, error) {
	if as.ClientID == "" {
		as.Scopes = assertScopes
	}
	in, err := d.beginAs(ctx, tenant, as.ClientID, as.Scopes)
	if err != nil {
		return nil, err
	}
	return asserting{in}, nil
}

// asserting is such a sign-in under way. Its client, and what MSAL keeps in it, end
// with it.
type asserting struct{ in *signing }

// Format keeps the device code out of whatever prints it.
func (asserting) Format(f fmt.State, _ rune) { io.WriteString(f, "[sign-in]") }

func (a asserting) Prompt() workflow.Prompt { return a.in.Prompt() }

// Wait polls until the person has signed in. Who that is comes from the ID token;
// the response is kept as Entra sent it, with the refresh token, which MSAL does
// not give out and the other service needs.
func (a asserting) Wait(ctx context.Context) (workflow.Assertion, error) {
	p := newPolling(a.in.code.Result.Interval, a.in.scopes)
	p.keep = true
	got, err := a.in.code.AuthenticationResult(context.WithValue(ctx, pollingKey{}, p))
	if err != nil {
		return workflow.Assertion{}, a.in.d.waitFault(ctx, err, p, a.in.scopes)
	}
	who := workflow.Assertion{TenantID: got.IDToken.TenantID, ObjectID: got.IDToken.Oid, UPN: got.IDToken.PreferredUsername,
		Response: p.whole}
	if who.TenantID == "" || who.ObjectID == "" || who.Response.IsZero() {
		return workflow.Assertion{}, &workflow.SignInError{Reason: workflow.SignInOther}
	}
	var known bool
	if who.Roles, known = rolesIn(got.AccessToken); !known {
		who.Roles, known = a.roles(ctx, got)
	}
	who.RolesUnknown = !known
	return who, nil
}

// roles asks Graph for the directory roles of whoever signed in, for the day on which an
// access token can't be read: what is in it is Graph's business and nobody else's.
func (a asserting) roles(ctx context.Context, got public.AuthResult) (roles []string, known bool) {
	s, err := a.in.d.newSession(a.in.tenant, seal.New(got.AccessToken))
	if err != nil {
		return nil, false
	}
	defer s.Close()
	if err := s.identify(ctx, workflow.Ask{}, claims{tenant: got.IDToken.TenantID, object: got.IDToken.Oid}); err != nil {
		a.in.d.log.InfoContext(ctx, "the directory roles of a person can't be read", "err", err)
		return nil, false
	}
	return s.signer.Roles, s.signer.HiddenRoles == 0
}

// everyMember is in wids of everybody who is no guest.
const everyMember = "b79fbf4d-3ef9-4689-8143-76b194e85509"

// rolesIn are the directory roles that an access token for Graph names. Nobody
// relies on it to let somebody in: more roles are a reason to refuse. It is not known
// where the token can't be read, or does not say.
// Source: Microsoft identity platform, access token claims reference, wids.
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
