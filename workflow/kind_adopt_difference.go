package workflow

import (
	"fmt"
	"slices"
)

// A Difference is what an adoption means for the app that was found.
type Difference struct {
	Added []Change
	There []Change // needed, and there already
	Stays []Change // not needed, and left as it is
}

// Difference compares what was found with what was approved, once it is known.
func (r *Request) Difference() (d Difference, known bool) {
	if r.Kind != KindAdopt || !r.Discovered.Read {
		return d, false
	}
	plan := r.Plan.clone()
	plan.Audience = r.Previous.Audience // stays as it is
	for _, kind := range changeKinds {
		was, is := r.Previous.parts(kind), plan.parts(kind)
		for _, n := range is {
			switch {
			case n == signsIn+plan.Audience:
				d.Stays = append(d.Stays, Change{false, kind, n})
			case slices.Contains(was, n):
				d.There = append(d.There, Change{false, kind, n})
			default:
				d.Added = append(d.Added, Change{true, kind, n})
			}
		}
		for _, n := range without(was, is) {
			d.Stays = append(d.Stays, Change{false, kind, n})
		}
	}
	c := plan.Credential
	for _, t := range r.Discovered.Thumbprints {
		if c.Kind == CredentialCertificate && t == c.Certificate.Thumbprint {
			d.There = append(d.There, Change{false, CredentialChange, "certificate " + t})
		} else {
			d.Stays = append(d.Stays, Change{false, CredentialChange, "certificate " + t})
		}
	}
	for _, f := range r.Discovered.Federated {
		name := "trust in " + f.Issuer + " for " + f.Subject
		if f == c.Federated {
			d.There = append(d.There, Change{false, CredentialChange, name})
		} else {
			d.Stays = append(d.Stays, Change{false, CredentialChange, name})
		}
	}
	if n := r.Discovered.Secrets; n > 0 {
		d.Stays = append(d.Stays, Change{false, CredentialChange, fmt.Sprintf("client secrets: %d", n)})
	}
	for _, t := range r.Discovered.PrincipalThumbprints {
		d.Stays = append(d.Stays, Change{false, CredentialChange, "certificate " + t + " of its service principal"})
	}
	if n := r.Discovered.PrincipalSecrets; n > 0 {
		d.Stays = append(d.Stays, Change{false, CredentialChange, fmt.Sprintf("client secrets of its service principal: %d", n)})
	}
	if c.Kind != CredentialNone && !slices.ContainsFunc(d.There, func(c Change) bool { return c.What == CredentialChange }) {
		d.Added = append(d.Added, Change{true, CredentialChange, c.Kind.Title()})
	}
	for _, a := range plan.AzureRoles {
		d.Added = append(d.Added, Change{true, AzureChange, a.Name})
	}
	return d, true
}
