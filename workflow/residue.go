package workflow

import (
	"context"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// An update that is given up leaves what was done so far in the tenant: the app may be
// wider then than any plan. The request that stands for the app is told of it as it is
// told of a successor (see link), and until then nothing else begins. What may be there
// goes along with later requests: they neither want it nor are alarmed by it, and the
// next update shows it and removes what that does not need.

// givenUp reports whether r is an update that may have left something.
func givenUp(r *Request) bool {
	return r.Kind == KindUpdate && r.State == StateCancelled && r.Steps.changed()
}

// leaves is what an update that is given up may leave: of its plan, all that a step was
// tried for, but for what the app has had. Its tenant is always said, as something may
// be missing as well.
func (r *Request) leaves() plan.Plan {
	var tried, p plan.Plan
	for _, s := range r.Steps {
		if s.Tries == 0 {
			continue
		}
		switch s.Name {
		case StepApplication:
			tried.RedirectURIs, tried.SPARedirectURIs, tried.PublicRedirectURIs = r.Plan.RedirectURIs, r.Plan.SPARedirectURIs,
				r.Plan.PublicRedirectURIs
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

// leavesInAzure is where an update that is given up has worked in Azure, of the kinds
// that a step was tried for.
func (r *Request) leavesInAzure() []AzureShare {
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

// leavesCertificates are the thumbprints of certificates that r, an update that is given
// up, may have added.
func (r *Request) leavesCertificates() []string {
	if !r.Steps.Tried(StepCertificate) || !addsCertificate(r) || wasThere(r) {
		return nil
	}
	return []string{r.Plan.Credential.Certificate.Thumbprint}
}

// strays are the certificates that given-up updates may have left, but for one that r
// itself gives the app.
func (r *Request) strays() []string {
	return set.Without(r.CertificateResidue, []string{r.Thumbprint()})
}

// removeStrays removes the certificates that given-up updates may have left.
func removeStrays(ctx context.Context, r *Request, s Session) error {
	for _, thumbprint := range r.strays() {
		if err := s.RemoveCertificate(ctx, r.Made.ObjectID, thumbprint); err != nil {
			return err
		}
	}
	return nil
}

// leave tells the request that stands for the app what r may have left, and then notes
// that it was told.
func (e *Engine) leave(r *Request) bool {
	left, inAzure := r.leaves(), r.leavesInAzure()
	_, err := e.save(r.Target.Request, func(head *Request, _ time.Time) error {
		was := head.Residue
		head.Residue = was.Union(left)
		head.Residue.TenantID = left.TenantID
		head.AzureResidue = set.Union(head.AzureResidue, inAzure, sameShare)
		head.CertificateResidue = set.Union(head.CertificateResidue, r.leavesCertificates(), set.Equal)
		if left.Audience != "" {
			head.Residue.Audience = left.Audience
		}
		return nil
	})
	return e.told(r, err)
}

// allowed is the most that the app may have once r is carried out: an update removes
// what others have left.
func (r *Request) allowed() plan.Plan {
	if r.kind().replaces {
		return r.Has()
	}
	return r.Has().Union(r.Residue)
}

// previous is the most that the app may have before r.
func (r *Request) previous() plan.Plan { return r.Previous.Union(r.Residue) }

// Changes lists what r, an update, adds to what the app was approved to have, and what
// it removes of all that the app may have.
func (r *Request) Changes() []plan.Change {
	changes := slices.DeleteFunc(plan.Changes(r.Previous, r.Plan), func(c plan.Change) bool { return !c.Added })
	changes = append(changes, slices.DeleteFunc(plan.Changes(r.previous(), r.Plan), func(c plan.Change) bool { return c.Added })...)
	if addsCertificate(r) {
		changes = append(changes, plan.Change{Added: true, What: plan.CredentialChange, Name: "certificate " +
			r.Plan.Credential.Certificate.Thumbprint})
	}
	for _, thumbprint := range r.strays() {
		changes = append(changes, plan.Change{Added: false, What: plan.CredentialChange, Name: "certificate " + thumbprint})
	}
	return set.Union(changes, r.GoesInAzure(), same)
}

// GoesInAzure lists what r removes in Azure beyond its plan: of what a given-up
// update may have left there is no plan.
func (r *Request) GoesInAzure() []plan.Change {
	var changes []plan.Change
	for _, has := range azureOf(r).there {
		had := plan.Plan{AzureRoles: has.Roles, Subscriptions: has.Subscriptions}
		goes := plan.Beyond(had.Parts(plan.AzureChange), r.Plan.Parts(plan.AzureChange))
		changes = set.Union(changes, plan.Removed(plan.AzureChange, goes...), same)
	}
	for _, left := range r.AzureResidue {
		goes := plan.Beyond(plan.Plan{AzureRoles: left.Roles}.ActionsBeside(r.Plan), r.Plan.ActionsBeside(r.Plan))
		changes = set.Union(changes, plan.Removed(plan.ActionChange, goes...), same)
	}
	return changes
}

func same[T comparable](a, b T) bool { return a == b }
