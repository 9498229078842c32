package workflow_test

import (
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// offersCustom is a desk where people name what they want.
func (w *world) offersCustom() *workflow.Desk {
	custom := pack.Product{Name: "custom", Title: "Custom", Audience: "AzureADMyOrg", Custom: true, Platform: plan.Web,
		Credentials: []pack.Offer{{Kind: plan.CredentialNone}}}
	return workflow.NewDesk(workflow.DeskConfig{Store: w.store, Tenants: []workflow.Tenant{contoso}, Products: []pack.Product{custom},
		Policy: w.policy, Key: w.key,
		Log: quiet})
}
