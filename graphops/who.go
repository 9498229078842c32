package graphops

import (
	"context"
	"errors"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
)

// Identify asks for a device code with which somebody shows who they are. The scopes are
// openid and User.Read: the first says which tenant and which client the answer is for, the
// second lets Graph say whose it is. Neither can be renewed.
func (d *Directory) Identify(ctx context.Context, tenant string) (workflow.IdentityLogin, error) {
	t, err := d.tenant(tenant)
	if err != nil {
		return nil, err
	}
	code, err := d.login.BeginBare(ctx, t.login(), []string{"User.Read"})
	if err != nil {
		return nil, err
	}
	return &identityLogin{code, d, t}, nil
}

// An identityLogin is such a sign-in under way. Its token ends with it.
type identityLogin struct {
	*login.Code
	d      *Directory
	tenant tenant
}

// Wait polls until the person has signed in, and asks Graph who that is.
func (in *identityLogin) Wait(ctx context.Context) (identity.Account, error) {
	by, err := in.Code.Wait(ctx, nil)
	if err != nil {
		return identity.Account{}, err
	}
	s, err := in.d.newSession(in.tenant, by.Token)
	if err != nil {
		return identity.Account{}, err
	}
	defer s.Close()
	var who identity.Account
	err = in.d.login.Patiently(ctx, func() (err error) {
		who, err = s.account(ctx, by)
		return err
	})
	if no, ok := errors.AsType[*workflow.ServiceError](err); ok {
		in.d.log.WarnContext(ctx, "Graph does not say who signed in", "err", no, "ref", no.Ref)
		return identity.Account{}, &workflow.SignInError{Reason: workflow.SignInNoConsent, Ref: no.Ref}
	}
	if errors.Is(err, workflow.ErrSessionOver) { // disabled or deleted since, too
		return identity.Account{}, &workflow.SignInError{Reason: workflow.SignInOther}
	}
	return who, err
}

// account is the account that a token is of. The sign-in and Graph have to say the same.
// Sources: Graph, user resource type, userType and userPrincipalName; Properties of a
// Microsoft Entra B2B collaboration user.
func (s *session) account(ctx context.Context, by *login.SignedIn) (identity.Account, error) {
	got, err := s.send(ctx, opMe, s.get("/me?$select=id,userPrincipalName,mail,userType,accountEnabled"),
		models.CreateUserFromDiscriminatorValue)
	if err != nil {
		return identity.Account{}, s.fault(err)
	}
	me, ok := got.(models.Userable)
	if !ok || lower(me.GetId()) == "" {
		return identity.Account{}, opMe.Later("Graph does not say who signed in")
	}
	who := identity.Account{TenantID: strings.ToLower(by.TenantID), ObjectID: lower(me.GetId()), UPN: value(me.GetUserPrincipalName()),
		Mail: value(me.GetMail())}
	if by.TenantID == "" || by.Audience != "" && !strings.EqualFold(by.Audience, s.tenant.ClientID) ||
		by.ObjectID != "" && !strings.EqualFold(by.ObjectID, who.ObjectID) {
		return identity.Account{}, &workflow.SignInError{Reason: workflow.SignInOther}
	}
	enabled := me.GetAccountEnabled()
	who.Disabled = enabled != nil && !*enabled
	who.Elsewhere = strings.EqualFold(value(me.GetUserType()), "Guest") || strings.Contains(strings.ToUpper(who.UPN), "#EXT#") ||
		by.Provider != "" && !strings.Contains(strings.ToLower(by.Provider), who.TenantID)
	return who, nil
}
