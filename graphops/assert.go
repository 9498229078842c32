package graphops

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow"
)

// assertScopes is all that a sign-in asks for whose answer goes to a backup server:
// the least that one takes. MSAL adds openid, profile and offline_access. Source:
// Veeam Backup for Microsoft 365 REST API Reference, "Authorization for
// Organizations with Modern App-Only Authentication".
var assertScopes = []string{"User.Read", "Directory.Read.All"}

// Assert asks for a device code for somebody whose sign-in another service will take.
func (d *Directory) Assert(ctx context.Context, tenant string) (workflow.Asserting, error) {
	in, err := d.begin(ctx, tenant, assertScopes)
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
	who := workflow.Assertion{TenantID: got.IDToken.TenantID, ObjectID: got.IDToken.Oid, UPN: got.IDToken.PreferredUsername, Roles: rolesIn(got.AccessToken), Response: p.whole}
	if who.TenantID == "" || who.ObjectID == "" || who.Response.IsZero() {
		return workflow.Assertion{}, &workflow.SignInError{Reason: workflow.SignInOther}
	}
	return who, nil
}

// everyMember is in wids of everybody who is no guest.
const everyMember = "b79fbf4d-3ef9-4689-8143-76b194e85509"

// rolesIn are the directory roles that an access token for Graph names. Nobody
// relies on it to let somebody in: more roles are a reason to refuse.
// Source: Microsoft identity platform, access token claims reference, wids.
func rolesIn(token string) []string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	var claims struct {
		Roles []string `json:"wids"`
	}
	if b, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
		json.Unmarshal(b, &claims)
	}
	for i, id := range claims.Roles {
		claims.Roles[i] = strings.ToLower(id)
	}
	return slices.DeleteFunc(claims.Roles, func(id string) bool { return id == everyMember })
}
