package workflow

import (
	"fmt"
	"slices"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// A Difference is what an adoption means for the app that was found.
type Difference struct {
	Added []plan.Change
	There []plan.Change // needed, and there already
	Stays []plan.Change // not needed, and left as it is
}

// Difference compares what was found with what was approved, once it is known.
func (r *Request) Difference() (d Difference, known bool) {
	if r.Kind != KindAdopt || !r.Discovered.Read {
		return d, false
	}
	p := r.Plan.Clone()
	p.Audience = r.Previous.Audience // stays as it is
	for _, kind := range plan.ChangeKinds {
		was, is := r.Previous.Parts(kind), p.Parts(kind)
		for _, n := range is {
			switch {
			case n == plan.WhoSignsIn+p.Audience:
				d.Stays = append(d.Stays, plan.Change{Added: false, What: kind, Name: n})
			case slices.Contains(was, n):
				d.There = append(d.There, plan.Change{Added: false, What: kind, Name: n})
			default:
				d.Added = append(d.Added, plan.Change{Added: true, What: kind, Name: n})
			}
		}
		for _, n := range set.Without(was, is) {
			d.Stays = append(d.Stays, plan.Change{Added: false, What: kind, Name: n})
		}
	}
	c := p.Credential
	for _, t := range r.Discovered.Thumbprints {
		if c.Kind == plan.CredentialCertificate && t == c.Certificate.Thumbprint {
			d.There = append(d.There, plan.Change{Added: false, What: plan.CredentialChange, Name: "certificate " + t})
		} else {
			d.Stays = append(d.Stays, plan.Change{Added: false, What: plan.CredentialChange, Name: "certificate " + t})
		}
	}
	for _, f := range r.Discovered.Federated {
		name := "trust in " + f.Issuer + " for " + f.Subject
		if f == c.Federated {
			d.There = append(d.There, plan.Change{Added: false, What: plan.CredentialChange, Name: name})
		} else {
			d.Stays = append(d.Stays, plan.Change{Added: false, What: plan.CredentialChange, Name: name})
		}
	}
	if n := r.Discovered.Secrets; n > 0 {
		d.Stays = append(d.Stays, plan.Change{Added: false, What: plan.CredentialChange, Name: fmt.Sprintf("client secrets: %d", n)})
	}
	for _, t := range r.Discovered.PrincipalThumbprints {
		d.Stays = append(d.Stays, plan.Change{Added: false, What: plan.CredentialChange, Name: "certificate " + t +
			" of its service principal"})
	}
	if n := r.Discovered.PrincipalSecrets; n > 0 {
		d.Stays = append(d.Stays, plan.Change{Added: false, What: plan.CredentialChange,
			Name: fmt.Sprintf("client secrets of its service principal: %d", n)})
	}
	if c.Kind != plan.CredentialNone && !slices.ContainsFunc(d.There, func(c plan.Change) bool { return c.What == plan.CredentialChange }) {
		d.Added = append(d.Added, plan.Change{Added: true, What: plan.CredentialChange, Name: c.Kind.Title()})
	}
	for _, a := range p.AzureRoles {
		d.Added = append(d.Added, plan.Change{Added: true, What: plan.AzureChange, Name: a.Name})
	}
	return d, true
}
