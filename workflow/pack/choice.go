package pack

import (
	"slices"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A Choice is what the requester chose of what a product offers.
type Choice struct {
	Workloads  []string
	Credential plan.CredentialKind
	Backup     string // the server that is connected with the app; empty is none
}

// Plan is what p needs for a choice. The rest of the plan is the requester's.
func (p Product) Plan(c Choice) plan.Plan {
	needs := plan.Plan{
		Audience: p.Audience, Scopes: slices.Clone(p.Scopes), Credential: plan.Credential{Kind: c.Credential}, Approvals: p.Approvals,
	}
	for _, n := range p.Permissions {
		if c.covers(n.Workloads, n.Credentials) {
			needs.Permissions = append(needs.Permissions, n.Permission)
		}
	}
	for _, n := range p.DirectoryRoles {
		if c.covers(n.Workloads, n.Credentials) {
			needs.DirectoryRoles = append(needs.DirectoryRoles, n.DirectoryRole)
		}
	}
	for _, w := range p.Workloads {
		if slices.Contains(c.Workloads, w.Name) {
			needs.Workloads, needs.Chosen = append(needs.Workloads, w.Title), append(needs.Chosen, w.Name)
		}
	}
	for _, n := range p.AzureRoles {
		if c.covers(n.Workloads, nil) {
			needs.AzureRoles = append(needs.AzureRoles, n.AzureRole)
		}
	}
	if c.Backup != "" {
		needs.Backup = plan.Backup{Server: c.Backup, Services: p.ServicesOf(c.Workloads)}
	}
	// Only people who sign in without a secret of the app's need such flows.
	needs.PublicClientFlows = p.PublicClientFlows && len(needs.Of(catalog.Delegated)) > 0
	return needs
}

func (c Choice) covers(workloads []string, credentials []plan.CredentialKind) bool {
	if c.Credential == plan.CredentialMadeCertificate { // packs say certificate, whoever makes it
		c.Credential = plan.CredentialCertificate
	}
	return (len(workloads) == 0 || slices.ContainsFunc(workloads, func(w string) bool { return slices.Contains(c.Workloads, w) })) &&
		(len(credentials) == 0 || slices.Contains(credentials, c.Credential))
}

// Choice is the one that the form begins with: everything, or the first workload
// where only one may be chosen, and the first credential.
func (p Product) Choice() Choice {
	c := Choice{}
	for _, w := range p.Workloads {
		c.Workloads = append(c.Workloads, w.Name)
		if p.OneWorkload {
			break
		}
	}
	if len(p.Credentials) > 0 {
		c.Credential = p.Credentials[0].Kind
	}
	return c
}

// Offer returns what the product offers of a kind of credential, or false.
func (p Product) Offer(k plan.CredentialKind) (Offer, bool) {
	i := slices.IndexFunc(p.Credentials, func(o Offer) bool { return o.Kind == k })
	if i < 0 {
		return Offer{}, false
	}
	return p.Credentials[i], true
}

// ServicesOf are those of the workloads with these names, each once.
func (p Product) ServicesOf(workloads []string) []string {
	var services []string
	for _, w := range p.Workloads {
		if w.Service != "" && slices.Contains(workloads, w.Name) && !slices.Contains(services, w.Service) {
			services = append(services, w.Service)
		}
	}
	return services
}

// IsAzure reports whether an app of p would be a server's account in Azure.
func (p Product) IsAzure() bool {
	return slices.ContainsFunc(p.Workloads, func(w Workload) bool { return w.Service == plan.AzureService })
}

// IsOrganization reports whether an app of p is one of an organization on a backup
// server.
func (p Product) IsOrganization() bool {
	return p.Organization || slices.ContainsFunc(p.Workloads, func(w Workload) bool {
		return w.Service != "" &&
			w.Service != plan.AzureService
	})
}
