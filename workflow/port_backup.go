package workflow

import (
	"context"

	"github.com/entra-app/entra-app/workflow/seal"
)

// A BackupServer is a Veeam Backup for Microsoft 365 server that the operator
// configured. The bot hands an app's credential straight to it, so that no
// person has to.
type BackupServer interface {
	// Name is what the operator calls the server.
	Name() string
	// Connect adds the organization, or edits it where the server has it already,
	// so that it uses the app with its certificate, and returns what the server
	// says that it has then. It may be called again with the same arguments.
	// Errors are Temporary where it is worth to try again, and a *ServiceError with
	// the server's own words where it said no.
	Connect(ctx context.Context, o Organization) (Connected, error)
	// ConnectAzure is Connect for the account with which the server works in Azure.
	ConnectAzure(ctx context.Context, a AzureAccount) (Connected, error)
	// Find returns the organizations that are o by name, tenant or app, without changing
	// anything. Errors are as for Connect; a server without an account for the bot
	// says no, and so does one where something that can't be read may be o.
	Find(ctx context.Context, o Organization) ([]Connected, error)
	// SignedIn tells what a person who signed in at Microsoft reaches on the
	// server. organization is the initial domain of their tenant, or empty where it
	// is not known: some servers want it beside the token response. Errors are as for
	// Connect.
	SignedIn(ctx context.Context, who Assertion, organization string) ([]Connected, error)
}

// Organization is what a server needs to connect one.
type Organization struct {
	Name     string // its initial domain: "contoso.onmicrosoft.com"
	TenantID string
	Region   string // "Worldwide", "Germany", "China", "USDefence" or "USGovernment"
	AppID    string

	PFX        seal.Secret // PKCS#12, Base64; or, without one:
	Password   seal.Secret // of the PFX
	Thumbprint string      // of a certificate that the server has already

	// The services that the app is for.
	Exchange, SharePoint, Teams, TeamsChats bool
}

// AzureAccount is an Azure service account: the app with which a server works on
// subscriptions.
type AzureAccount struct {
	Name, Description string
	AppID, TenantID   string
	Environment       string // "Global", "Germany", "China" or "Government"
	Subscriptions     []string

	PFX        seal.Secret // PKCS#12, Base64
	Password   seal.Secret // of the PFX
	Thumbprint string      // of the certificate in it, to compare with
	Secret     seal.Secret // instead of a certificate
}

// Connected is an organization, or an Azure service account, as the server says that it has it.
type Connected struct {
	ID       string // the server's own
	Name     string
	Services []string // "Exchange", "SharePoint", "Teams"
	AppID    string   // that it uses, in small letters; empty where the server does not say
	Odd      bool     // some of what the server says of it can't be read, its name even
}
