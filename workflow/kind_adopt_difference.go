package workflow

import (
	"fmt"

	"github.com/entra-app/entra-app/workflow/plan"
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
	for _, kind := range plan.Kinds() {
		if kind == plan.AzureChange { // what it has there is not read
			continue
		}
		has, wants := r.Previous.Parts(kind), p.Parts(kind)
		missing := plan.Beyond(wants, has)
		for _, part := range plan.Beyond(wants, missing) {
			if part.Key == plan.WhoSignsIn+p.Audience {
				d.Stays = append(d.Stays, plan.Removed(kind, part)...)
			} else {
				d.There = append(d.There, plan.Removed(kind, part)...)
			}
		}
		d.Added = append(d.Added, plan.Added(kind, missing...)...)
		d.Stays = append(d.Stays, plan.Removed(kind, plan.Beyond(has, wants)...)...)
	}
	d.credentials(r, p.Credential)
	for _, a := range p.AzureRoles {
		d.Added = append(d.Added, plan.Change{Added: true, What: plan.AzureChange, Name: a.Name})
	}
	return d, true
}

// credentials compares those that were found with the one that was approved.
func (d *Difference) credentials(r *Request, c plan.Credential) {
	stays := func(name string) {
		d.Stays = append(d.Stays, plan.Change{What: plan.CredentialChange, Name: name})
	}
	there := false
	has := func(is bool, name string) {
		if !is {
			stays(name)
			return
		}
		there = true
		d.There = append(d.There, plan.Change{What: plan.CredentialChange, Name: name})
	}
	for _, t := range r.Discovered.Thumbprints {
		has(t == c.Certificate.Thumbprint && t != "", "certificate "+t)
	}
	for _, f := range r.Discovered.Federated {
		has(f == c.Federated, "trust in "+f.Issuer+" for "+f.Subject)
	}
	if n := r.Discovered.Secrets; n > 0 {
		stays(fmt.Sprintf("client secrets: %d", n))
	}
	for _, t := range r.Discovered.PrincipalThumbprints {
		stays("certificate " + t + " of its service principal")
	}
	if n := r.Discovered.PrincipalSecrets; n > 0 {
		stays(fmt.Sprintf("client secrets of its service principal: %d", n))
	}
	if c.Kind != plan.CredentialNone && !there {
		d.Added = append(d.Added, plan.Change{Added: true, What: plan.CredentialChange, Name: c.Kind.Title()})
	}
}
