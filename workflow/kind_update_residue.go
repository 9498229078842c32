package workflow

import (
	"context"
	"slices"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// What an Update leaves in the tenant when it is given up, and what the next one removes of
// that. See Residue.

// updateLeaves is what an update may leave that is given up: all that a step was tried for.
func updateLeaves(r *Request) Residue {
	return Residue{leavesOfPlan(r), leavesInAzure(r), leavesCertificates(r)}
}

// leavesOfPlan is that of its plan, but for what the app has had.
func leavesOfPlan(r *Request) plan.Plan {
	var tried, p plan.Plan
	for _, s := range r.Steps {
		if s.Tries == 0 {
			continue
		}
		switch s.Name {
		case StepApplication:
			for _, on := range plan.Platforms {
				tried.SetRedirects(on, r.Plan.On(on))
			}
			tried.PublicClientFlows = r.Plan.PublicClientFlows
			if r.Plan.Audience != r.Previous.Audience {
				p.Audience = r.Plan.Audience
			}
		case StepAPI:
			p.Scopes = plan.LessScopes(r.Plan.Scopes, r.Previous.Scopes)
			tried.SetOffered(r.Plan)
		case StepOwner:
			p.Owners = set.Minus(r.Plan.Owners, r.Previous.Owners, people.Same)
		case StepConsent:
			tried.Permissions = r.Plan.Permissions
		case StepDirectoryRoles:
			tried.DirectoryRoles = r.Plan.DirectoryRoles
		}
	}
	tried = tried.Minus(r.Previous)
	tried.TenantID, tried.Audience, tried.Scopes, tried.Owners = r.Plan.TenantID, p.Audience, p.Scopes, p.Owners
	return tried
}

// leavesInAzure is where it has worked in Azure.
func leavesInAzure(r *Request) []AzureShare {
	var all []AzureShare
	w := azureOf(r)
	if r.Steps.Tried(StepUnassign) {
		all = slices.Concat(w.end, w.quit)
	}
	if r.Steps.Tried(StepAzureRoles) {
		all = append(all, w.give...)
	}
	return all
}

// leavesCertificates are the thumbprints of certificates that it may have added.
func leavesCertificates(r *Request) []string {
	if !r.Steps.Tried(StepCertificate) || !addsCertificate(r) || wasThere(r) {
		return nil
	}
	return []string{r.Plan.Credential.Certificate.Thumbprint}
}

// removeStrays removes the certificates that given-up updates may have left.
func removeStrays(ctx context.Context, r *Request, s Session) error {
	for _, thumbprint := range strays(r) {
		if err := s.RemoveCertificate(ctx, r.Made.ObjectID, thumbprint); err != nil {
			return err
		}
	}
	return nil
}
