package graphops

import (
	"cmp"
	"context"

	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
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
	t, err := d.tenant(tenant)
	if err != nil {
		return nil, err
	}
	at := t.login()
	at.ClientID = cmp.Or(as.ClientID, at.ClientID)
	code, err := d.login.Begin(ctx, at, as.Scopes)
	if err != nil {
		return nil, err
	}
	return &assertionLogin{code, d, t}, nil
}

// An assertionLogin is such a sign-in under way. Its client, and what MSAL keeps in it, end
// with it.
type assertionLogin struct {
	*login.Code
	d      *Directory
	tenant tenant
}

// Wait polls until the person has signed in. Who that is comes from the ID token.
func (in *assertionLogin) Wait(ctx context.Context) (workflow.Assertion, error) {
	who, err := in.WaitAndKeep(ctx)
	if err != nil {
		return workflow.Assertion{}, err
	}
	roles, known := who.Roles()
	if !known {
		roles, known = in.roles(ctx, who)
	}
	return workflow.Assertion{TenantID: who.TenantID, ObjectID: who.ObjectID, UPN: who.UPN, Roles: roles, RolesUnknown: !known,
		Response: who.Response}, nil
}

// roles asks Graph for the directory roles of whoever signed in, for the day on which an
// access token can't be read: what is in it is Graph's business and nobody else's.
func (in *assertionLogin) roles(ctx context.Context, who *login.SignedIn) (roles []string, known bool) {
	s, err := in.d.newSession(in.tenant, who.Token)
	if err != nil {
		return nil, false
	}
	defer s.Close()
	if err := s.identify(ctx, workflow.Ask{}, who); err != nil {
		in.d.log.InfoContext(ctx, "the directory roles of a person can't be read", "err", err)
		return nil, false
	}
	return s.signer.Roles, s.signer.HiddenRoles == 0
}
