package workflow

import (
	"cmp"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// An update that is given up leaves what was done so far in the tenant: the app may be
// wider then than any plan. The request that stands for the app is told of it as it is
// told of a successor (see link), and until then nothing else begins. What may be there
// goes along with later requests: they neither want it nor are alarmed by it, and the
// next update shows it and removes what that does not need.

// Residue is what updates that were given up may have left, besides what the app has.
type Residue struct {
	Plan         plan.Plan    // its tenant is always said, as something may be missing as well
	Azure        []AzureShare // where they have worked in Azure: the app may have these roles, or lack them
	Certificates []string     // the thumbprints of first certificates that they may have added
}

func (l Residue) clone() Residue {
	return Residue{l.Plan.Clone(), cloneShares(l.Azure), slices.Clone(l.Certificates)}
}

// add adds what another update may have left since.
func (l *Residue) add(more Residue) {
	audience := cmp.Or(more.Plan.Audience, l.Plan.Audience)
	l.Plan = l.Plan.Union(more.Plan)
	l.Plan.TenantID, l.Plan.Audience = more.Plan.TenantID, audience
	l.Azure = set.Union(l.Azure, more.Azure, sameShare)
	l.Certificates = set.Union(l.Certificates, more.Certificates, set.Equal)
}

// givenUp reports whether r was given up, and may have left something that nobody approved.
func givenUp(r *Request) bool {
	return r.kind().leaves != nil && r.State == StateCancelled && r.Steps.changed()
}

// strays are the certificates that given-up updates may have left, but for one that r
// itself gives the app.
func strays(r *Request) []string {
	return set.Without(r.Residue.Certificates, []string{r.Thumbprint()})
}

// leave tells the request that stands for the app what r may have left, and then notes
// that it was told.
func (e *Engine) leave(r *Request) bool {
	left := r.kind().leaves(r)
	_, err := e.save(r.Target.Request, func(head *Request, _ time.Time) error {
		head.Residue.add(left)
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
	return r.Has().Union(r.Residue.Plan)
}

// previous is the most that the app may have before r.
func (r *Request) previous() plan.Plan { return r.Previous.Union(r.Residue.Plan) }

// Changes lists what r, an update, adds to what the app was approved to have, and what
// it removes of all that the app may have.
func (r *Request) Changes() []plan.Change {
	changes := slices.DeleteFunc(plan.Changes(r.Previous, r.Plan), func(c plan.Change) bool { return !c.Added })
	changes = append(changes, slices.DeleteFunc(plan.Changes(r.previous(), r.Plan), func(c plan.Change) bool { return c.Added })...)
	for _, thumbprint := range strays(r) {
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
	for _, left := range r.Residue.Azure {
		goes := plan.Beyond(plan.Plan{AzureRoles: left.Roles}.ActionsBeside(r.Plan), r.Plan.ActionsBeside(r.Plan))
		changes = set.Union(changes, plan.Removed(plan.ActionChange, goes...), same)
	}
	return changes
}

func same[T comparable](a, b T) bool { return a == b }
