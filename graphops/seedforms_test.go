package graphops

import (
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// draft is a form that is filled in for the product.
func (g *game) draft() form.Draft {
	g.forms++
	d := form.Draft{Origin: fmt.Sprint("V", g.forms), Product: g.product.Name, AppName: g.name, Reason: "nightly backup", Team: "CTEAM",
		RedirectURIs: g.product.RedirectURIs, Subscriptions: []string{seedSubscription}}
	g.fillCredential(&d, g.credential)
	if g.product.RedirectRequired {
		d.RedirectURIs = []string{"https://portal.contoso.com:4443"}
	}
	if n := len(g.product.Workloads); n > 0 {
		for _, i := range g.chance.Perm(n)[:1+g.chance.IntN(n)] {
			d.Workloads = append(d.Workloads, g.product.Workloads[i].Name)
		}
		if g.product.OneWorkload {
			d.Workloads = d.Workloads[:1]
		}
	}
	if g.product.Custom {
		d.Permissions = g.somePermissions()
		if g.chance.IntN(2) == 0 {
			d.Scopes = []string{"access_as_user: Use it", "manage, admins: Manage it"}
		}
		if g.chance.IntN(3) == 0 {
			d.WhoSignsIn = plan.AnyTenant
		}
		if g.chance.IntN(2) == 0 {
			d.Imported = g.manifest(d.WhoSignsIn)
		}
	}
	if g.chance.IntN(3) == 0 {
		d.Owners = []people.Person{tom}
	}
	return d
}

// manifest is one with some of all that the form has no fields for.
func (g *game) manifest(audience string) *form.Imported {
	of := func(n int) int { return g.chance.IntN(n + 1) }
	m := &form.Imported{Reviewed: true, Audience: audience}
	m.Scopes = []plan.Scope{
		{Name: "orders.read", Title: "Read orders", Words: "Reads orders.", PreAuthorized: []string{seedCaller}},
		{Name: "orders/write", AdminsOnly: true, Title: "Write orders", Words: "Writes orders.", UserTitle: "Order",
			UserWords:     "Orders for you.",
			PreAuthorized: []string{seedCaller, seedOtherCaller}},
	}[:of(2)]
	if len(m.Scopes) > 0 && of(1) == 0 {
		m.Permissions = append(m.Permissions, plan.Permission{ResourceAppID: plan.Self, Name: m.Scopes[0].Name,
			Type: catalog.Delegated})
	}
	m.AppRoles = []plan.AppRole{{Name: "Run", Title: "Run", Words: "Runs jobs.", Apps: true},
		{Name: "Audit", Title: "Audit", Words: "Reads what was run.", Users: true, Apps: of(1) == 0}}[:of(2)]
	m.OptionalClaims = []plan.OptionalClaim{{Token: "idToken", Name: "email", Essential: true},
		{Token: "accessToken", Name: "ipaddr"}}[:of(2)]
	m.IdentifierURIs = []string{"https://contoso.com/orders"}[:of(1)]
	return m
}

// Clients that need no consent for a scope.
const (
	seedCaller      = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
	seedOtherCaller = "1950a258-227b-4e31-a9cf-717495945fc2"
)

func (g *game) fillCredential(d *form.Draft, kind plan.CredentialKind) {
	d.Credential = kind
	switch kind {
	case plan.CredentialSecret, plan.CredentialMadeCertificate:
		d.Lifetime = 90 * 24 * time.Hour
	case plan.CredentialCertificate:
		d.Certificate = g.ownCertificate()
	case plan.CredentialFederated:
		d.Federated = plan.FederatedIssuer{Issuer: "https://token.actions.githubusercontent.com",
			Subject: "repo:contoso/backup:ref:refs/heads/main"}
	}
}

var someKeys = []string{"graph:Application:Directory.Read.All", "graph:Application:Group.Read.All", "graph:Application:Mail.Read",
	"graph:Delegated:User.Read",
	"graph:Delegated:Mail.Read", "exchange:Application:full_access_as_app", "sharepoint:Application:Sites.FullControl.All"}

func (g *game) somePermissions() []string {
	var keys []string
	for _, i := range g.chance.Perm(len(someKeys))[:1+g.chance.IntN(4)] {
		if _, ok := catalog.ByKey(someKeys[i]); ok {
			keys = append(keys, someKeys[i])
		}
	}
	if len(keys) == 0 {
		keys = someKeys[:1]
	}
	return keys
}
