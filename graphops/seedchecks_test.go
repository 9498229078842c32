package graphops

import (
	"slices"
	"strings"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// apps are those of the tenant but the bot's own.
func (g *game) apps() []entratest.Application {
	g.tenant.Settle()
	return slices.DeleteFunc(g.tenant.Applications(), func(a entratest.Application) bool { return a.AppID == g.client })
}

// nothing checks that no app is there, and so many are among the deleted ones.
func (g *game) nothing(deleted int) {
	if apps := g.apps(); len(apps) != 0 {
		g.no("%d apps are left: %+v", len(apps), apps)
	}
	bin := g.tenant.DeletedApplications()
	if len(bin) != deleted {
		g.no("%d deleted apps, want %d", len(bin), deleted)
	}
	g.noAzure()
}

// noAzure checks that nothing but Ada has a role in Azure.
func (g *game) noAzure() {
	for _, a := range g.tenant.AzureAssignments() {
		if a.Principal != "ada@contoso.com" {
			g.no("a role in Azure is left: %+v", a)
		}
	}
	if roles := g.tenant.AzureRoleDefinitions(); len(roles) > 0 {
		g.no("custom roles are left: %+v", roles)
	}
}

func (g *game) list(what string, got, want []string) {
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		g.no("%s\n    has   %q\n    wants %q", what, got, want)
	}
}

// stands checks that there is one app, and that it is what was approved.
func (g *game) stands(r *workflow.Request) {
	apps := g.apps()
	if len(apps) != 1 {
		g.no("%d apps, want one: %+v", len(apps), apps)
		return
	}
	a := apps[0]
	p := r.Plan
	if a.AppID != r.Made.AppID || a.ID != r.Made.ObjectID || a.ServicePrincipalID != r.Made.ServicePrincipal {
		g.no("it is %s %s %s, and %+v was written down", a.AppID, a.ID, a.ServicePrincipalID, r.Made)
	}
	g.hasPlan(a, p)
	if a.AssignmentRequired != p.NobodySignsIn() && r.Kind != workflow.KindUpdate {
		g.no("assignment required is %t", a.AssignmentRequired)
	}
	g.hasCredential(a, r)
	if bin := g.tenant.DeletedApplications(); len(bin) != g.gone {
		g.no("%d deleted apps, want %d: %+v", len(bin), g.gone, bin)
	}
}

// hasPlan checks all but the credential.
func (g *game) hasPlan(a entratest.Application, p plan.Plan) {
	var roles, scopes, requested []string
	for _, q := range p.Permissions {
		resource := q.Resource
		if q.ResourceAppID == plan.Self {
			resource = a.DisplayName
		}
		name := resource + "/" + q.Name
		requested = append(requested, name)
		if q.Type == catalog.Application {
			roles = append(roles, name)
		} else {
			scopes = append(scopes, name)
		}
	}
	g.list("application permissions", a.Roles, roles)
	g.list("delegated permissions", a.Scopes, scopes)
	g.list("what it asks for", a.Requested, requested)
	g.list("web redirect URIs", a.Web, p.RedirectURIs)
	g.list("SPA redirect URIs", a.SPA, p.SPARedirectURIs)
	g.list("public redirect URIs", a.PublicClient, p.PublicRedirectURIs)
	g.offers(a, p)
	var names []string
	for _, role := range p.DirectoryRoles {
		names = append(names, role.Name)
	}
	g.list("directory roles", a.DirectoryRoles, names)
	names = nil
	for _, o := range append([]people.Person{bea}, p.Owners...) {
		names = append(names, o.Email)
	}
	g.list("owners", a.Owners, names)
	g.list("owners of the service principal", a.PrincipalOwners, nil)
	g.hasAzure(a, p)
	if a.SignInAudience != p.Audience || a.PublicClientFlows != p.PublicClientFlows || a.DisplayName != p.AppName || !a.Locked {
		g.no("%q, audience %s, public client flows %t, locked %t", a.DisplayName, a.SignInAudience, a.PublicClientFlows, a.Locked)
	}
}

// offers checks what the app offers to others: who may consent to what, and who needs not.
func (g *game) offers(a entratest.Application, p plan.Plan) {
	who := map[bool]string{true: "admins", false: "users"}
	var scopes, clients, roles, claims, uris, has []string
	for _, s := range p.Scopes {
		scopes = append(scopes, s.Name+" "+who[s.AdminsOnly])
		for _, c := range s.PreAuthorized {
			clients = append(clients, c+": "+s.Name)
		}
	}
	for _, s := range a.Exposed {
		has = append(has, s.Value+" "+who[s.Admin])
		if !s.Enabled {
			g.no("the scope %s is disabled", s.Value)
		}
	}
	g.list("exposed scopes", has, scopes)
	g.list("pre-authorised clients", a.PreAuthorizedFor, clients)
	for _, role := range p.AppRoles {
		roles = append(roles, role.Name+": "+
			strings.Join(map[string][]string{"people": {"User"}, "apps": {"Application"},
				"people and apps": {"User", "Application"}}[role.For()], ", "))
	}
	g.list("app roles", a.AppRoles, roles)
	for _, c := range p.OptionalClaims {
		claims = append(claims, c.Token+": "+c.Name)
	}
	g.list("optional claims", a.OptionalClaims, claims)
	for _, u := range p.IdentifierURIs {
		uris = append(uris, strings.ReplaceAll(u, "{appId}", a.AppID))
	}
	if own := "api://" + a.AppID; len(p.Scopes) > 0 && !slices.Contains(uris, own) {
		uris = append(uris, own)
	}
	g.list("identifier URIs", a.IdentifierURIs, uris)
}

func (g *game) hasAzure(a entratest.Application, p plan.Plan) {
	var has, want []string
	for _, r := range a.AzureRoles {
		has = append(has, r.SubscriptionID+"/"+strings.TrimSpace(strings.Split(r.Role, "(entra-app-")[0]))
	}
	custom := 0
	for _, r := range p.AzureRoles {
		want = append(want, seedSubscription+"/"+r.Name)
		if r.ID == "" {
			custom++
		}
	}
	g.list("roles in Azure", has, want)
	if roles := g.tenant.AzureRoleDefinitions(); len(roles) != custom {
		g.no("%d custom roles, want %d", len(roles), custom)
	}
}
