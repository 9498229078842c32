package workflow

import (
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// Who signs in: what they are shown, what is read first, and who it was.

// Prompt is what a person needs to sign in.
type Prompt struct {
	Code    seal.Secret
	URL     string
	Expires time.Time
}

// Ask is what a session reads first, in one round trip with who signed in.
type Ask struct {
	Resources []string // application IDs of the plan's resources
	Email     string   // of the requester, who becomes an owner if there is just one such account
	Owners    []string // e-mail addresses of those who become owners too
	Policy    bool     // whether the tenant's policy for apps matters, as where a credential is made
	// Application is the object ID of the app, where it is known, and New that there is
	// none yet: a policy may be for apps that were created after a day.
	Application string
	New         bool
	// Assigned says that roles count which are no built-in ones of the whole tenant.
	Assigned bool
	// Subscriptions are the scopes, named as in a plan, that the app gets roles on, or
	// loses them: the sign-in then takes a token for Azure too.
	Subscriptions []string
	// AzureRights are the actions that the account has to be allowed on each of them.
	AzureRights []string
	// Born and Changed are when the app was last made and last changed, as far as that is
	// known: what is young may look as it was before.
	Born, Changed time.Time
	// Given is when the app was last given something. Where it is not known, that is Changed.
	Given time.Time
	// Taken are permissions that were withdrawn from it, TakenRoles the template IDs of
	// directory roles, and Removed is when: one that is said to be there soon after that may
	// be gone.
	Taken      []plan.Permission
	TakenRoles []string
	Removed    time.Time
	// Looks says that the token is for reading only.
	Looks bool
	// Restored says that the app is restored without its credentials: it has no
	// certificate but the one of the request.
	Restored bool
	// Whole says that all of the app's power is read: what its service principal is eligible
	// for takes a scope that is asked for nothing else.
	Whole bool
	// AzureUnsure says that the app may as well lack the roles in Azure that go.
	AzureUnsure bool
}

// Signer is who signed in, as Entra says.
type Signer struct {
	TenantID   string
	TenantName string
	Domain     string // the tenant's initial one: "contoso.onmicrosoft.com"
	ObjectID   string
	UPN        string
	Mail       string
	Addresses  []string // all others of the account
	Roles      []string // template IDs of the active directory roles that hold in the whole tenant
	// HiddenRoles is how many more there are of which the token does not show which
	// they are.
	HiddenRoles int
	// Assigned are the roles that are assigned to the account, or to its groups, as far as they were
	// asked for and the token shows them.
	Assigned []AssignedRole
	// HidesAssigned reports that they were asked for and could not be read.
	HidesAssigned bool
	// Until is when the sign-in ends; zero is not known.
	Until time.Time
	// Requesters are the accounts that have the requester's e-mail address.
	Requesters []Account
	// Policy is the tenant's for apps, where the token was good for reading it.
	Policy AppPolicy
	// Subscriptions are those that were asked for on which this account has the AzureRights.
	Subscriptions []string
	// UnknownSubscriptions are those that were asked for and that Azure does not know: they
	// were deleted or moved, or it does not show them to this account.
	UnknownSubscriptions []string
	// Owners are the accounts that have each of the owners' e-mail addresses, and
	// the requester's. Where the token was not good for that it is nil. An address whose
	// look-up failed is not in it.
	Owners map[string][]Account
	// keys are by what each person was looked up, by Slack ID.
	keys map[string]string
}

// accounts are those by which a person was looked up, by the key that was asked for. It says
// false where they were not: nobody knows then.
func (s Signer) accounts(key string) ([]Account, bool) {
	found, looked := s.Owners[key]
	return found, looked && key != ""
}

// An AssignedRole is a directory role of an account: a built-in or a custom one.
type AssignedRole struct {
	ID    string // of its definition, in lower case
	Scope string // "/" is the whole tenant; else "/" and the object ID of what it is for, or /administrativeUnits/…
}

// AppPolicy is what the tenant forbids for apps; zero is nothing.
type AppPolicy struct {
	NoSecrets      bool
	SecretMax      time.Duration // the longest lifetime of a client secret
	CertificateMax time.Duration // of a certificate
	TrustedOnly    bool          // a certificate has to be of an authority that the tenant trusts
	OwnTenantOnly  bool          // no app for accounts of other tenants
}

// Account is a user of the tenant.
type Account struct {
	ObjectID, UPN, Mail string
	Disabled            bool // as far as the token was good for reading that
}

// Template IDs of directory roles. Source: Microsoft Entra built-in roles.
const (
	globalAdministrator           = "62e90394-69f5-4237-9190-012177145e10"
	privilegedRoleAdministrator   = "e8611ab8-c189-46e8-94e1-60213ab1f814"
	applicationAdministrator      = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	cloudApplicationAdministrator = "158c047a-c907-4556-b7ef-446551a6b5f7"
)
