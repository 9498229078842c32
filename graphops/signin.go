package graphops

import (
	"context"

	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
)

// SignIn asks for a device code.
func (d *Directory) SignIn(ctx context.Context, tenant string, scopes []string) (workflow.DeviceLogin, error) {
	t, err := d.tenant(tenant)
	if err != nil {
		return nil, err
	}
	code, err := d.login.Begin(ctx, t.login(), scopes)
	if err != nil {
		return nil, err
	}
	return &deviceLogin{code, d, t}, nil
}

// A deviceLogin is a sign-in under way.
type deviceLogin struct {
	*login.Code
	d      *Directory
	tenant tenant
}

// Wait polls until the person has signed in, and finds out who that is.
func (in *deviceLogin) Wait(ctx context.Context, ask workflow.Ask) (workflow.Session, error) {
	who, err := in.Code.Wait(ctx, optional(ask))
	if err != nil {
		return nil, err
	}
	session, err := in.d.newSession(in.tenant, who.Token)
	if err != nil {
		return nil, err
	}
	session.scopes = who.Scopes
	err = session.identify(ctx, ask, who)
	session.signer.Until = who.Until
	if err == nil && len(ask.Subscriptions) > 0 {
		err = in.d.login.Patiently(ctx, func() error { return session.signInAzure(ctx, ask, who) })
	}
	if err != nil {
		session.Close()
		return nil, err
	}
	return session, nil
}

// Prove signs in as the app.
func (d *Directory) Prove(ctx context.Context, tenant, appID string, with workflow.Proof, resources []string) (map[string][]string, error) {
	t, err := d.tenant(tenant)
	if err != nil {
		return nil, err
	}
	return d.login.Prove(ctx, t.login(), appID, with, resources)
}
