package graphops

import (
	"context"

	"github.com/entra-app/entra-app/graphops/azure"
	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// signInAzure gets a token for Azure with the same sign-in, and finds out on
// which scopes it has the rights.
func (s *session) signInAzure(ctx context.Context, ask workflow.Ask, who *login.SignedIn) error {
	if s.tenant.ARMURL == "" {
		return &workflow.ServiceError{Code: "NoARM", Text: "The bot has no arm_url for this tenant. Ask its operator."}
	}
	token, err := who.More(ctx, s.tenant.ARMURL+"/user_impersonation")
	if err != nil {
		s.log.WarnContext(ctx, "no token for Azure", "err", err)
		return err
	}
	s.arm = &azure.Client{HTTP: s.d.login.HTTP, URL: s.tenant.ARMURL, Token: login.NewToken(token), Memory: s.Record,
		Log: s.log, Now: s.now}
	s.signer.Subscriptions, s.signer.UnknownSubscriptions, err = s.arm.Allowed(ctx, ask.Subscriptions, ask.AzureRights)
	return err
}

// EnsureAzureRoles assigns roles on each scope.
func (s *session) EnsureAzureRoles(ctx context.Context, servicePrincipal, name string, subscriptions []string,
	roles []plan.AzureRole) error {
	return s.arm.EnsureRoles(ctx, servicePrincipal, name, subscriptions, roles)
}

// RemoveAzureAssignments removes assignments, and the custom roles that nobody has any more.
func (s *session) RemoveAzureAssignments(ctx context.Context, servicePrincipal, name string, subscriptions []string,
	roles []plan.AzureRole, how workflow.AzureRemoval) (stay []string, err error) {
	return s.arm.RemoveAssignments(ctx, servicePrincipal, name, subscriptions, roles, how)
}
