package policies

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/policy"
	"github.com/entra-app/entra-app/workflow/spell"
)

// A question is a request as an operator describes it.
type question struct {
	as, pack, tenant, channel, credential, issuer, subject string
	groups                                                 []string
	groupsKnown                                            bool
	permissions, redirects                                 []string
	lifetime                                               time.Duration
}

// about is what the rules are asked.
func (b book) about(q question) (policy.Case, error) {
	tenant, err := b.tenant(q.tenant)
	if err != nil {
		return policy.Case{}, err
	}
	i := slices.IndexFunc(b.packs, func(p pack.Product) bool { return p.Name == q.pack })
	if i < 0 {
		return policy.Case{}, unknown("pack", q.pack, packNames(b.packs))
	}
	gives, err := gets(b.packs[i], q)
	if err != nil {
		return policy.Case{}, err
	}
	c := policy.Case{Tenant: tenant, Pack: q.pack, By: q.as, Channel: q.channel, Gives: gives, Risk: gives.Risk(), Now: b.now}
	if q.groupsKnown {
		c.In = func(group, _ string) (in, known bool) { return slices.Contains(q.groups, group), true }
	}
	return c, nil
}

// gets is what the app would get: all that the form suggests for the pack, and what was added.
func gets(p pack.Product, q question) (plan.Plan, error) {
	choice := p.Choice()
	if q.issuer != "" && q.credential == "" {
		q.credential = string(plan.CredentialFederated)
	}
	if kinds := plan.CredentialKinds(); q.credential != "" {
		choice.Credential = plan.CredentialKind(q.credential)
		if !slices.Contains(kinds, choice.Credential) {
			var all []string
			for _, k := range kinds {
				all = append(all, string(k))
			}
			return plan.Plan{}, unknown("kind of credential", q.credential, all)
		}
	}
	gives := p.Plan(choice)
	gives.SetRedirects(p.Platform, append(slices.Clone(p.RedirectURIs), q.redirects...))
	gives.Credential.Federated = plan.FederatedIssuer{Issuer: q.issuer, Subject: q.subject}
	gives.Credential.Lifetime = q.lifetime
	if offer, ok := p.Offer(choice.Credential); ok && q.lifetime == 0 {
		gives.Credential.Lifetime = offer.Lifetime
	}
	for _, name := range q.permissions {
		found, err := permission(name)
		if err != nil {
			return plan.Plan{}, err
		}
		gives.Permissions = append(gives.Permissions, found)
	}
	return gives, nil
}

// tenant is the configured one with that name, or the only one.
func (b book) tenant(name string) (string, error) {
	var all []string
	for _, t := range b.config.Tenants {
		all = append(all, t.Name)
	}
	switch {
	case name == "" && len(all) == 1:
		return all[0], nil
	case name == "":
		return "", fmt.Errorf("there are several tenants; name one of %s", strings.Join(all, ", "))
	case !slices.Contains(all, name):
		return "", unknown("tenant", name, all)
	}
	return name, nil
}

// permission is the one permission with a name, which may have its type and its service before it, or as the form has it,
// "graph:Application:User.Read.All". Where several have the name it is Microsoft Graph's, and the one that needs nobody to be
// signed in.
func permission(s string) (plan.Permission, error) {
	if c, ok := catalog.ByKey(s); ok {
		one, _ := plan.Known(c.ResourceAppID, c.Type, c.Name)
		return one, nil
	}
	p, err := policy.ParsePermission(s)
	if err != nil {
		return plan.Permission{}, fmt.Errorf("the permission %q %w", s, err)
	}
	if strings.Contains(p.Name, "*") {
		return plan.Permission{}, fmt.Errorf("the permission %q is a pattern; name one", s)
	}
	var names []string
	var found plan.Permission
	best := 0
	for _, q := range catalog.All() {
		if names = append(names, q.Name); !p.Covers(q.Resource, q.ResourceAppID, q.Type, q.Name) {
			continue
		}
		rank := 1
		if q.ResourceAppID == catalog.MicrosoftGraph {
			rank += 2
		}
		if q.Type == catalog.Application {
			rank++
		}
		if rank > best {
			best = rank
			found, _ = plan.Known(q.ResourceAppID, q.Type, q.Name)
		}
	}
	if best == 0 {
		return plan.Permission{}, unknown("permission", p.Name, names)
	}
	return found, nil
}

// unknown says that there is nothing with a name.
func unknown(what, name string, all []string) error {
	if near := spell.Nearest(name, all); near != "" {
		return fmt.Errorf("there is no %s %q; did you mean %s?", what, name, near)
	}
	if len(all) > 20 {
		return fmt.Errorf("there is no %s %q", what, name)
	}
	return fmt.Errorf("there is no %s %q; there are %s", what, name, strings.Join(all, ", "))
}
