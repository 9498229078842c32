package workflow_test

import (
	"time"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

func (w *world) withAzure() *world {
	w.withServer()
	w.signer.Subscriptions = []string{subscription}
	return w
}

// archiver is a product whose app is a backup server's account in Azure.
func archiver() pack.Product {
	p := clouds()
	p.Name, p.Credentials = "archiver", []pack.Offer{{Kind: plan.CredentialSecret, Lifetime: 720 * time.Hour},
		{Kind: plan.CredentialCertificate}}
	for i := range p.Workloads {
		p.Workloads[i].Service = plan.AzureService
	}
	return p
}
