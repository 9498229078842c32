package workflow_test

import (
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// restoring is an app of that product that is done. No server was ever told of it.
func (w *world) restoring(n *node) *workflow.Request {
	w.t.Helper()
	d := draft("restore")
	d.Product, d.Credential, d.Lifetime, d.RedirectURIs = "restores", plan.CredentialNone, 0, nil
	return w.settle(n, w.askServer(n, d).ID, workflow.StateDone)
}

// with another server beside the first.
func (w *world) withTwoServers(other *otherServer) *world {
	w.withServer()
	w.vb365.test = other
	w.finds, w.shows = contosoThere(), contosoThere()
	return w
}

// restores is a product with which people restore to an organization that somebody
// added to a server by hand.
func restores() pack.Product {
	known := func(name string) pack.Need {
		p, _ := plan.Known(catalog.MicrosoftGraph, catalog.Delegated, name)
		return pack.Need{Permission: p}
	}
	return pack.Product{Name: "restores", Title: "Restores", Audience: "AzureADMyOrg", Organization: true, PublicClientFlows: true,
		Permissions: []pack.Need{known("Directory.Read.All"), known("Group.ReadWrite.All"), known("User.Read.All")},
		Credentials: []pack.Offer{{Kind: plan.CredentialNone}}}
}

func contosoThere() []workflow.Connected {
	return []workflow.Connected{{ID: "1", Name: "contoso.onmicrosoft.com", Services: []string{"Exchange"},
		AppID: "99999999-9999-9999-9999-999999999999"}}
}
