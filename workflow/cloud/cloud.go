// Package cloud lists Microsoft's clouds, and everything that differs between them:
// addresses, audiences, and what others call them. This list is the only one; whatever
// depends on the cloud reads it.
//
// Sources: Microsoft Graph, "National cloud deployments"; Microsoft Entra, "National
// clouds"; Azure, "Compare Azure Government and global Azure" and "Azure China endpoints";
// Microsoft 365, endpoints for US Government GCC High, DoD and China; Veeam, REST API
// reference, regions; the login action of Azure, audiences of token exchange.
package cloud

import "slices"

// A Cloud is one of Microsoft's. Addresses have no slash at the end.
type Cloud struct {
	Name string // in the configuration: "public", "usgov", "dod", "china"
	What string // as Microsoft says it: "Azure Government, GCC High"

	Authority string // where people sign in: "https://login.microsoftonline.com"
	Graph     string // Microsoft Graph: address, and audience of its tokens
	ARM       string // Azure Resource Manager: address, and audience of its tokens
	Admin     string // the Entra admin center

	// TokenExchange is the audience of other issuers' tokens that are exchanged.
	TokenExchange string

	// Veeam and VeeamAzure are what a backup server calls it: region of an organization,
	// azureEnvironment of an Azure account.
	Veeam, VeeamAzure string

	AzureCLI    string // az cloud set --name
	AzureModule string // Connect-AzAccount -Environment
	GraphModule string // Connect-MgGraph -Environment
	Exchange    string // Connect-ExchangeOnline -ExchangeEnvironmentName
	// AzureCLIGraph says that the Azure CLI has to be told where Graph is: its cloud of
	// that name has another's.
	AzureCLIGraph bool
}

// Public is the cloud of most tenants, GCC's among them.
var Public = All[0]

// All are the clouds, the usual one first.
var All = []Cloud{
	{
		Name: "public", What: "worldwide, and GCC",
		Authority: "https://login.microsoftonline.com", Graph: "https://graph.microsoft.com", ARM: "https://management.azure.com",
		Admin:         "https://entra.microsoft.com",
		TokenExchange: "api://AzureADTokenExchange", Veeam: "Worldwide", VeeamAzure: "Global",
		AzureCLI: "AzureCloud", AzureModule: "AzureCloud", GraphModule: "Global", Exchange: "O365Default",
	},
	{
		Name: "usgov", What: "US government, GCC High",
		Authority: "https://login.microsoftonline.us", Graph: "https://graph.microsoft.us", ARM: "https://management.usgovcloudapi.net",
		Admin:         "https://entra.microsoft.us",
		TokenExchange: "api://AzureADTokenExchangeUSGov", Veeam: "USGovernment", VeeamAzure: "Government",
		AzureCLI: "AzureUSGovernment", AzureModule: "AzureUSGovernment", GraphModule: "USGov", Exchange: "O365USGovGCCHigh",
	},
	{
		Name: "dod", What: "US government, DoD",
		Authority: "https://login.microsoftonline.us", Graph: "https://dod-graph.microsoft.us",
		ARM: "https://management.usgovcloudapi.net", Admin: "https://entra.microsoft.us",
		TokenExchange: "api://AzureADTokenExchangeUSGov", Veeam: "USDefence", VeeamAzure: "Government",
		AzureCLI: "AzureUSGovernment", AzureModule: "AzureUSGovernment", GraphModule: "USGovDoD", Exchange: "O365USGovDoD",
		AzureCLIGraph: true,
	},
	{
		Name: "china", What: "China, operated by 21Vianet",
		Authority: "https://login.chinacloudapi.cn", Graph: "https://microsoftgraph.chinacloudapi.cn",
		ARM: "https://management.chinacloudapi.cn", Admin: "https://entra.microsoftonline.cn",
		TokenExchange: "api://AzureADTokenExchangeChina", Veeam: "China", VeeamAzure: "China",
		AzureCLI: "AzureChinaCloud", AzureModule: "AzureChinaCloud", GraphModule: "China", Exchange: "O365China",
	},
}

// Named returns the cloud with this name; empty is Public. It is false where there is none.
func Named(name string) (Cloud, bool) {
	if name == "" {
		return Public, true
	}
	i := slices.IndexFunc(All, func(c Cloud) bool { return c.Name == name })
	if i < 0 {
		return Cloud{}, false
	}
	return All[i], true
}

// Of is the cloud with this name, or Public: a name that is not known is that of an operator
// who gives the addresses.
func Of(name string) Cloud {
	if c, ok := Named(name); ok {
		return c
	}
	return Public
}

// Names are the names of all clouds.
func Names() []string {
	names := make([]string, len(All))
	for i, c := range All {
		names[i] = c.Name
	}
	return names
}

// SetCLI are the commands that set the Azure CLI to the cloud; none for the public one,
// which it is set to.
func (c Cloud) SetCLI() []string {
	if c.Name == Public.Name {
		return nil
	}
	commands := []string{"az cloud set --name " + c.AzureCLI}
	if c.AzureCLIGraph {
		commands = append(commands, "az cloud update --name "+c.AzureCLI+" --endpoint-microsoft-graph-resource-id "+c.Graph)
	}
	return commands
}
