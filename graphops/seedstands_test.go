package graphops

import (
	"fmt"
	"slices"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// hasCredential checks that the app has one live credential, that of r.
func (g *game) hasCredential(a entratest.Application, r *workflow.Request) {
	var has, want []string
	for _, p := range a.Passwords {
		has = append(has, "secret "+p.KeyID)
	}
	for _, c := range a.Certificates {
		has = append(has, "certificate "+c.Thumbprint)
	}
	for _, f := range a.Federated {
		has = append(has, "trust in "+f.Issuer)
	}
	want = g.credentialOf(r)
	g.list("credentials", has, want)
}

func (g *game) credentialOf(r *workflow.Request) []string {
	switch r.Plan.Credential.Kind {
	case plan.CredentialSecret:
		return []string{"secret " + r.Made.KeyID}
	case plan.CredentialCertificate, plan.CredentialMadeCertificate:
		return []string{"certificate " + r.Thumbprint()}
	case plan.CredentialFederated:
		return []string{"trust in " + r.Plan.Credential.Federated.Issuer}
	}
	return nil
}

// hasBoth checks that the app has the old credential and the new one.
func (g *game) hasBoth(old, r *workflow.Request) {
	apps := g.apps()
	if len(apps) != 1 {
		g.no("%d apps, want one", len(apps))
		return
	}
	var has []string
	for _, p := range apps[0].Passwords {
		has = append(has, "secret "+p.KeyID)
	}
	for _, c := range apps[0].Certificates {
		has = append(has, "certificate "+c.Thumbprint)
	}
	g.list("credentials", has, append(g.credentialOf(old), g.credentialOf(r)...))
	g.hasPlan(apps[0], r.Plan)
}

// adoptedStands checks that an adopted app has what it had and what was approved.
func (g *game) adoptedStands(r *workflow.Request, before entratest.Application) {
	apps := g.apps()
	if len(apps) != 1 || apps[0].ID != before.ID || apps[0].ServicePrincipalID != before.ServicePrincipalID {
		g.no("the adopted app is not the only one: %+v", apps)
		return
	}
	a, p := apps[0], r.Has()
	for _, in := range []struct {
		what      string
		has, want []string
	}{
		{"application permissions", a.Roles, before.Roles}, {"delegated permissions", a.Scopes, before.Scopes},
		{"web redirect URIs", a.Web, before.Web}, {"owners", a.Owners, before.Owners},
		{"owners of the service principal", a.PrincipalOwners, before.PrincipalOwners},
	} {
		for _, n := range in.want {
			if !slices.Contains(in.has, n) {
				g.no("of its %s %s is gone", in.what, n)
			}
		}
	}
	want := g.credentialOf(r)
	for _, c := range before.Passwords {
		want = append(want, "secret "+c.KeyID)
	}
	var has []string
	for _, c := range a.Passwords {
		has = append(has, "secret "+c.KeyID)
	}
	for _, c := range a.Certificates {
		has = append(has, "certificate "+c.Thumbprint)
	}
	for _, f := range a.Federated {
		has = append(has, "trust in "+f.Issuer)
	}
	g.list("credentials", has, want)
	g.hasPlanOfAdopted(a, p)
}

func (g *game) hasPlanOfAdopted(a entratest.Application, p plan.Plan) {
	var roles, scopes []string
	for _, q := range p.Permissions {
		resource := q.Resource
		if q.ResourceAppID == plan.Self {
			resource = a.DisplayName
		}
		if q.Type == catalog.Application {
			roles = append(roles, resource+"/"+q.Name)
		} else {
			scopes = append(scopes, resource+"/"+q.Name)
		}
	}
	g.list("application permissions", a.Roles, roles)
	g.list("delegated permissions", a.Scopes, scopes)
	g.list("web redirect URIs", a.Web, p.RedirectURIs)
	g.hasAzure(a, p)
	g.offers(a, p)
	if a.SignInAudience != p.Audience || a.DisplayName != p.AppName {
		g.no("%q, audience %s", a.DisplayName, a.SignInAudience)
	}
}

// same checks that an app is as it was.
func (g *game) same(before entratest.Application) {
	apps := g.apps()
	if len(apps) != 1 || apps[0].ID != before.ID {
		g.no("the app is not the only one: %+v", apps)
		return
	}
	is := func(a entratest.Application) string {
		lists := [][]string{a.Roles, a.Scopes, a.Owners, a.PrincipalOwners, a.Requested, a.Web, a.SPA, a.PublicClient, a.IdentifierURIs,
			a.DirectoryRoles,
			a.PreAuthorizedFor, a.AppRoles, a.OptionalClaims}
		for _, l := range lists {
			slices.Sort(l)
		}
		return fmt.Sprintf("%q %v %v %v %v %v %q %s %t %t", lists, a.Passwords, a.Certificates, a.Federated, a.AzureRoles, a.Exposed,
			a.DisplayName, a.SignInAudience,
			a.PublicClientFlows, a.AssignmentRequired)
	}
	if was, now := is(before), is(apps[0]); was != now {
		g.no("it was %s\n    and is  %s", was, now)
	}
	g.noAzure()
}
