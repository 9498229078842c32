package graphops

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// SignIn asks for a device code.
func (d *Directory) SignIn(ctx context.Context, tenant string, scopes []string) (workflow.DeviceLogin, error) {
	in, err := d.begin(ctx, tenant, scopes)
	if err != nil {
		return nil, err
	}
	return in, nil
}

// begin is SignIn, with what a signing has besides.
func (d *Directory) begin(ctx context.Context, tenant string, scopes []string) (*signing, error) {
	return d.beginAs(ctx, tenant, "", scopes)
}

// beginAs is begin for another public client than the bot's own.
func (d *Directory) beginAs(ctx context.Context, tenant, clientID string, scopes []string) (*signing, error) {
	t, err := d.tenant(tenant)
	if err != nil {
		return nil, err
	}
	client, err := public.New(cmp.Or(clientID, t.ClientID), public.WithAuthority(t.authority), public.WithHTTPClient(d.login),
		public.WithInstanceDiscovery(false))
	if err != nil {
		return nil, fmt.Errorf("graphops: tenant %q: %w", t.Name, err)
	}
	full := t.scopes(scopes...)
	code, err := client.AcquireTokenByDeviceCode(ctx, full)
	if err != nil {
		return nil, d.signInFault(ctx, err)
	}
	return &signing{d: d, tenant: t, client: client, code: code, scopes: full}, nil
}

// signing is a sign-in under way.
type signing struct {
	d      *Directory
	tenant tenant
	client public.Client
	code   public.DeviceCode
	scopes []string
}

// Format keeps the device code out of whatever prints a signing.
func (*signing) Format(f fmt.State, _ rune) { io.WriteString(f, "[sign-in]") }

func (s *signing) Prompt() workflow.Prompt {
	r := s.code.Result
	return workflow.Prompt{Code: seal.New(r.UserCode), URL: r.VerificationURL, Expires: r.ExpiresOn}
}

// Wait polls until the person has signed in, and finds out who that is.
func (s *signing) Wait(ctx context.Context, ask workflow.Ask) (workflow.Session, error) {
	p := newPolling(s.code.Result.Interval, s.scopes)
	got, err := s.code.AuthenticationResult(context.WithValue(ctx, pollingKey{}, p))
	if err != nil {
		return nil, s.d.waitFault(ctx, err, p, s.scopes)
	}
	token, granted, err := s.widen(ctx, got, p.granted, ask)
	if err != nil {
		return nil, err
	}
	session, err := s.d.newSession(s.tenant, seal.New(token.AccessToken))
	if err != nil {
		return nil, err
	}
	session.scopes = granted
	more := func(ctx context.Context, scope string) (seal.Secret, error) {
		as := &spelling{asked: []string{scope}}
		r, err := s.client.AcquireTokenSilent(context.WithValue(ctx, spellingKey{}, as), as.asked, public.WithSilentAccount(got.Account))
		if err != nil {
			return seal.Secret{}, s.d.moreFault(ctx, err, as)
		}
		return seal.New(r.AccessToken), nil
	}
	err = session.identify(ctx, ask, claims{tenant: got.IDToken.TenantID, object: got.IDToken.Oid})
	session.signer.Until = token.ExpiresOn
	if err == nil && len(ask.Subscriptions) > 0 {
		err = patiently(ctx, s.d.log, func() error { return session.signInAzure(ctx, ask.Subscriptions, ask.AzureRights, more) })
	}
	if err != nil {
		session.Close()
		return nil, err
	}
	return session, nil
}
