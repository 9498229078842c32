package workflow

import (
	"context"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
)

// A Directory signs admins in to a tenant and proves credentials. Package
// graphops is the one with Microsoft behind it.
type Directory interface {
	// SignIn asks for a device code for a tenant, with the delegated scopes
	// that the plan needs and no others. The code is valid until it is used or
	// ctx ends.
	SignIn(ctx context.Context, tenant string, scopes []string) (DeviceLogin, error)

	// Prove gets an app-only token for each of resources with the app's new
	// credential, and returns the roles in it by resource application ID. A token
	// that can't be read proves the credential all the same, and is not in the map. A
	// credential that is not known everywhere yet is a Temporary error.
	Prove(ctx context.Context, tenant, appID string, with Proof, resources []string) (map[string][]string, error)

	// Assert asks for a device code with which anybody of a tenant can show another
	// service who they are. It asks for no right to change anything, but as says.
	Assert(ctx context.Context, tenant string, as AssertAs) (AssertionLogin, error)

	// MakeCertificate makes a key pair and a certificate for it that signs itself,
	// in memory. No tenant hears of it.
	MakeCertificate(commonName string, expires time.Time) (certificate.Certificate, PFX, error)
}

// DeviceLogin is a sign-in under way.
type DeviceLogin interface {
	Prompt() Prompt
	// Wait returns when the person has signed in, or with a *SignInError. plan
	// says which service principals and people the session will look up at once.
	Wait(ctx context.Context, ask Ask) (Session, error)
}

// Prompt is what a person needs to sign in.
type Prompt struct {
	Code    Secret
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
	Taken      []Permission
	TakenRoles []string
	Removed    time.Time
	// Restored says that the app is restored without its credentials: it has no
	// certificate but the one of the request.
	Restored bool
	// AzureUnsure says that the app may as well lack the roles in Azure that go.
	AzureUnsure bool
}

// A Session acts with a signed-in admin's token, which it holds in memory until
// Close. Every method makes sure of a result and may be called again with the
// same arguments. Errors are Temporary where it is worth to try again,
// ErrSessionOver where the token no longer works, and a *Trouble where Entra said no.
type Session interface {
	Signer() Signer

	// EnsureApplication makes sure that there is an application with this unique name.
	EnsureApplication(ctx context.Context, a App) (objectID, appID string, err error)
	// EnsureServicePrincipal makes sure that the app has a service principal in the tenant.
	// assigned reports whether only who is assigned may use it; without one that stays as it is.
	EnsureServicePrincipal(ctx context.Context, appID string, assigned ...bool) (objectID string, err error)
	// EnsureOwners makes sure that users own the application, and then that those in
	// not do not, if at least one of users does; and that those in leave do not own its
	// service principal, where there is one. It returns who owns them after that, and
	// what Entra refused: that is no error.
	EnsureOwners(ctx context.Context, m Made, users, not, leave []string) (Ownership, error)
	// EnsureConsent makes sure that the service principal has these permissions,
	// application ones assigned and delegated ones granted for all users. Those
	// in keep stay where they are. Where it finds more delegated scopes than these
	// it returns an *ExcessError.
	EnsureConsent(ctx context.Context, servicePrincipal string, permissions []Permission, keep ...Permission) error
	// EnsureAPI makes sure that the app offers its scopes as api://{appID}, asks for those
	// that its permissions name, and has its app roles, optional claims and identifier URIs.
	EnsureAPI(ctx context.Context, applicationID, appID string, a App) error
	// RemoveAPI makes sure that the app has nothing of what a.Drops offers besides scopes,
	// and nothing of what EnsureAPI added for a's scopes: the scopes that it made under a's unique name, and the clients that need no
	// consent. Scopes that were there stay, without these clients. uri says that the
	// identifier URI is to go too, where no other scope is left: whoever calls one may
	// do so by this URI. It returns the one that stays for that.
	RemoveAPI(ctx context.Context, applicationID, appID string, a App, uri bool) (stay []string, err error)
	// EnsureDirectoryRole makes sure that a service principal has a directory
	// role in the whole tenant.
	EnsureDirectoryRole(ctx context.Context, servicePrincipal, templateID string) error
	// EnsureAzureRoles makes sure that a service principal has these roles on each
	// of the subscriptions. name is the request's: what is made carries it.
	EnsureAzureRoles(ctx context.Context, servicePrincipal, name string, subscriptions []string, roles []AzureRole) error
	// RemoveAzureRoles makes sure that a service principal has none of the roles that
	// EnsureAzureRoles gave it under the same name, and that the custom roles made
	// for it are gone. It returns the names of those that stay because somebody else
	// has them.
	RemoveAzureRoles(ctx context.Context, servicePrincipal, name string, subscriptions []string, roles []AzureRole) (stay []string,
		err error)
	// UnassignAzureRoles makes sure that a service principal has none of these roles on
	// these subscriptions. Custom roles stay, for others.
	UnassignAzureRoles(ctx context.Context, servicePrincipal, name string, subscriptions []string, roles []AzureRole) error
	// TakeBackAzureRoles makes sure that a service principal has none of the assignments
	// that EnsureAzureRoles made under this name, and leaves those that somebody else made
	// of the same roles. Custom roles and stay are as with RemoveAzureRoles.
	TakeBackAzureRoles(ctx context.Context, servicePrincipal, name string, subscriptions []string, roles []AzureRole) (stay []string,
		err error)
	// EnsureCertificate makes sure that the app can prove itself with a
	// certificate, and leaves its others as they are.
	// It is a *Trouble if another app of the tenant is seen to have it. unseen is what
	// was not seen of these, for people; it is empty where all were. has are thumbprints
	// of others that the app has: an answer without them may be old, and they would be lost.
	EnsureCertificate(ctx context.Context, applicationID, label string, c certificate.Certificate, has ...string) (unseen string, err error)
	// RemoveCertificate makes sure that it can not. has is as with EnsureCertificate.
	RemoveCertificate(ctx context.Context, applicationID, thumbprint string, has ...string) error
	// EnsureFederated makes sure that the app trusts tokens of another issuer.
	EnsureFederated(ctx context.Context, applicationID, name string, f FederatedIssuer) error
	// RemoveFederated makes sure that the app has no federated credential with this name.
	RemoveFederated(ctx context.Context, applicationID, name string) error
	// ReadAppRoles reads the app roles that the app has, on any service, called as in
	// Inspection.
	ReadAppRoles(ctx context.Context, m Made, p Plan) ([]string, error)
	// ReadGrants reads what the app has now of what a plan can give.
	ReadGrants(ctx context.Context, m Made, p Plan) (Inspection, error)
	// PolicyFor reads what the tenant's policies forbid for an application that is there,
	// as far as the token is good for that.
	PolicyFor(ctx context.Context, applicationID string) (AppPolicy, error)
	// Passwords returns the application's passwords.
	Passwords(ctx context.Context, applicationID string) ([]Password, error)
	// AddPassword makes a password. It is not repeatable: whoever calls it looks at Passwords first.
	AddPassword(ctx context.Context, applicationID, label string, expires time.Time) (Password, Secret, error)
	// RemovePassword makes sure that there is no password with this key ID.
	RemovePassword(ctx context.Context, applicationID, keyID string) error
	// DeleteApplication makes sure that there is no application with this unique
	// name. objectID is its ID, where it is known.
	DeleteApplication(ctx context.Context, uniqueName, objectID string) error

	// RemoveCredentials makes sure that an application, if it is there, has no
	// password, certificate or federated credential, and that its service principal has
	// none of its own. p is the plan that the application has.
	RemoveCredentials(ctx context.Context, applicationID string, p Plan) error
	// RemoveConsent makes sure that the service principal, if there is one, has no
	// app role and no delegated scope, of which kind the plan has any.
	RemoveConsent(ctx context.Context, servicePrincipal string, p Plan) error
	// Dependents reads who else in the tenant depends on the app. What it could not read
	// for a *Trouble is missing in what it returns beside that. An app that is gone has none.
	Dependents(ctx context.Context, m Made) (Dependents, error)
	// FindApplication returns the application with this App ID and the object ID of its
	// service principal. What is not seen is empty.
	FindApplication(ctx context.Context, appID string) (found Registration, servicePrincipal string, err error)
	// RemovePermissions makes sure that the app has nothing of what it had and no longer needs.
	RemovePermissions(ctx context.Context, m Made, needs, had Plan) error
	// RestoreApplication brings a deleted application and its service principal
	// back, and reports whether it is there now.
	RestoreApplication(ctx context.Context, appID, servicePrincipal string) (bool, error)
	// Exists reports whether the application with this App ID is there, and not deleted.
	Exists(ctx context.Context, appID string) (bool, error)
	// RemoveOwner makes sure that a user does not own the application.
	RemoveOwner(ctx context.Context, applicationID, userID string) error

	// Applications returns the applications with this App ID or, where it is none,
	// with exactly this name, but for capitals; of very many, SameNameMax or more.
	Applications(ctx context.Context, name string) ([]Registration, error)
	// Owners returns the object IDs of those who own an application.
	Owners(ctx context.Context, applicationID string) ([]string, error)
	// ReadApplication reads what an application has that was not made here: as a plan, and
	// what a plan does not say. p is what it is to get: roles in the directory and
	// in Azure are read only where p has such.
	ReadApplication(ctx context.Context, m Made, p Plan) (has Plan, found Discovery, servicePrincipal string, err error)

	// Close forgets the token.
	Close()
}

// Ownership is who owns an application, as the tenant says.
type Ownership struct {
	Owners  []string                 // object IDs, in lower case
	Refused map[string]*ServiceError // by object ID in lower case: whom Entra did not make an owner, or did not remove

	// Principal is who owns its service principal, in the same form. It is empty and Unread
	// says why where that could not be read.
	Principal []string
	Unread    *ServiceError
}

// Has reports whether a user is an owner.
func (o Ownership) Has(id string) bool { return containsFold(o.Owners, id) }

// App is an application as it is first registered.
type App struct {
	UniqueName string
	// ObjectID and AppID are those of an application that is there, and is changed.
	ObjectID, AppID string
	DisplayName     string
	Notes           string // at most 1024 characters
	Audience        string
	RedirectURIs    []string // of platform Web
	Permissions     []Permission

	SPARedirectURIs, PublicRedirectURIs []string
	PublicClientFlows                   bool
	Scopes                              []Scope
	AppRoles                            []AppRole
	OptionalClaims                      []OptionalClaim
	IdentifierURIs                      []string

	// Merge says that the application may have more than ours: what it has and Drops does
	// not name stays as it is.
	Merge bool
	Drops Plan
	// Keeps are what it goes on asking for though Drops has it, as in Found.Required.
	Keeps []string
}

// Inspection is what an app has.
type Inspection struct {
	// Roles and Scopes are the app roles assigned and the delegated scopes
	// granted for all users: "Microsoft Graph/Directory.Read.All", the resource
	// called as the asked-for permissions call it.
	Roles, Scopes  []string
	DirectoryRoles []string // template IDs
	// AzureRoles are on the scopes in the plan's Subscriptions, above and below them:
	// scope/role, where the scope is named as in a plan, in small letters. The role is
	// the name of a custom one of the plan, if its definition is exactly as the plan
	// has it, and else the definition's ID.
	AzureRoles  []string
	Thumbprints []string // of its certificates: SHA-1, hexadecimal, capitals
	Federated   []FederatedIssuer
	// OnPrincipal is how many passwords and certificates its service principal has of its
	// own: each of them signs the app in as well.
	OnPrincipal int
	// OwnPrincipal are the object IDs of those who own its service principal: each of them
	// can give it such credentials. OwnersUnread reports that Entra did not show them.
	OwnPrincipal       []string
	OwnersUnread       bool
	AssignmentRequired bool // to use the app
}

// Password is a client secret's public part.
type Password struct {
	KeyID   string
	Label   string // displayName
	Expires time.Time
}

// Signer is who signed in, as Entra says.
type Signer struct {
	TenantID   string
	TenantName string
	Domain     string // the tenant's initial one: "contoso.onmicrosoft.com"
	ObjectID   string
	UPN        string
	Mail       string
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
	GlobalAdministrator           = "62e90394-69f5-4237-9190-012177145e10"
	PrivilegedRoleAdministrator   = "e8611ab8-c189-46e8-94e1-60213ab1f814"
	ApplicationAdministrator      = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	CloudApplicationAdministrator = "158c047a-c907-4556-b7ef-446551a6b5f7"
)

// SignInScopes returns the delegated Graph scopes that a task on this plan needs of
// the admin's token. Source: least delegated permission of each call, Graph v1.0.
func (p Plan) SignInScopes(t Task) []string {
	scopes := []string{"User.Read", "Application.ReadWrite.All"}
	if t != TaskProvision {
		return scopes
	}
	if len(p.Of(catalog.Application)) > 0 {
		scopes = append(scopes, "AppRoleAssignment.ReadWrite.All")
	}
	if len(p.Of(catalog.Delegated)) > 0 {
		scopes = append(scopes, "DelegatedPermissionGrant.ReadWrite.All")
	}
	if len(p.DirectoryRoles) > 0 {
		scopes = append(scopes, "RoleManagement.ReadWrite.Directory")
	}
	return scopes
}
