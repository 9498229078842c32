package workflow

import (
	"context"
	"time"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/whole"
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

	// Identify asks for a device code with which anybody of a tenant shows who they are, and
	// nothing else: it asks for no right but to read their own account.
	Identify(ctx context.Context, tenant string) (IdentityLogin, error)

	// MakeCertificate makes a key pair and a certificate for it that signs itself,
	// in memory. No tenant hears of it.
	MakeCertificate(commonName string, expires time.Time) (certificate.Certificate, PFX, error)
}

// DeviceLogin is a sign-in under way.
type DeviceLogin interface {
	Prompt() Prompt
	// Wait returns when the person has signed in, or with a *SignInError. ask
	// says which service principals and people the session will look up at once.
	Wait(ctx context.Context, ask Ask) (Session, error)
}

// AssertionLogin is a sign-in under way whose answer another service takes for the person.
type AssertionLogin interface {
	Prompt() Prompt
	// Wait returns when the person has signed in, or with a *SignInError.
	Wait(ctx context.Context) (Assertion, error)
}

// IdentityLogin is a sign-in under way that shows who somebody is.
type IdentityLogin interface {
	Prompt() Prompt
	// Wait returns when the person has signed in, or with a *SignInError. What they gave is
	// forgotten then.
	Wait(ctx context.Context) (identity.Account, error)
}

// A Session acts with a signed-in admin's token, which it holds in memory until
// Close. Every method makes sure of a result and may be called again with the
// same arguments. Errors are Temporary where it is worth to try again,
// ErrSessionOver where the token no longer works, and a *ServiceError where Entra said no.
type Session interface {
	Signer() Signer

	applications
	owners
	consents
	credentials
	exposed
	azureRoles
	readings

	// Close forgets the token.
	Close()
}

// applications are app registrations and their service principals.
type applications interface {
	// EnsureApplication makes sure that there is an application with this unique name.
	EnsureApplication(ctx context.Context, a App) (objectID, appID string, err error)
	// EnsureServicePrincipal makes sure that the app has a service principal in the tenant.
	EnsureServicePrincipal(ctx context.Context, p ServicePrincipal) (objectID string, err error)
	// DeleteApplication makes sure that there is no application with this unique
	// name. objectID is its ID, where it is known.
	DeleteApplication(ctx context.Context, uniqueName, objectID string) error
	// RestoreApplication restores a deleted application and its service principal, and
	// reports whether it is there now.
	RestoreApplication(ctx context.Context, appID, servicePrincipal string) (bool, error)
	// Exists reports whether the application with this App ID is there, and not deleted.
	Exists(ctx context.Context, appID string) (bool, error)
	// FindApplication returns the application with this App ID and the object ID of its
	// service principal. What is not seen is empty.
	FindApplication(ctx context.Context, appID string) (found Registration, servicePrincipal string, err error)
	// Applications returns the applications with this App ID or, where it is none,
	// with exactly this name, but for capitals; of very many, SameNameMax or more.
	Applications(ctx context.Context, name string) ([]Registration, error)
}

// owners are the users who own an application.
type owners interface {
	// EnsureOwners makes sure that users own the application, and then that those in
	// not do not, if at least one of users does; and that those in leave do not own its
	// service principal, where there is one. It returns who owns them after that, and
	// what Entra refused: that is no error.
	EnsureOwners(ctx context.Context, m Made, users, not, leave []string) (Ownership, error)
	// RemoveOwner makes sure that a user does not own the application.
	RemoveOwner(ctx context.Context, applicationID, userID string) error
	// Owners returns the object IDs of those who own an application.
	Owners(ctx context.Context, applicationID string) ([]string, error)
}

// consents are what a service principal was granted in the directory.
type consents interface {
	// EnsureConsent makes sure that the service principal has these permissions,
	// application ones assigned and delegated ones granted for all users. Those
	// in keep stay where they are. Where it finds more delegated scopes than these
	// it returns an *ExcessError.
	EnsureConsent(ctx context.Context, servicePrincipal string, permissions []plan.Permission, keep ...plan.Permission) error
	// RemoveConsent makes sure that the service principal, if there is one, has no
	// app role and no delegated scope, of which kind the plan has any.
	RemoveConsent(ctx context.Context, servicePrincipal string, p plan.Plan) error
	// RemovePermissions makes sure that the app has nothing of what it had and no longer needs.
	RemovePermissions(ctx context.Context, m Made, needs, had plan.Plan) error
	// EnsureDirectoryRole makes sure that a service principal has a directory
	// role in the whole tenant.
	EnsureDirectoryRole(ctx context.Context, servicePrincipal, templateID string) error
}

// credentials are what an app signs in with.
type credentials interface {
	// EnsureCertificate makes sure that the app can prove itself with a
	// certificate, and leaves its others as they are.
	// It is a *ServiceError if another app of the tenant is seen to have it. unseen is what
	// was not seen of these, for people; it is empty where all were. has are thumbprints
	// of others that the app has: an answer without them may be old, and they would be lost.
	EnsureCertificate(ctx context.Context, applicationID, label string, c certificate.Certificate, has ...string) (unseen string, err error)
	// RemoveCertificate makes sure that it can not. has is as with EnsureCertificate.
	RemoveCertificate(ctx context.Context, applicationID, thumbprint string, has ...string) error
	// EnsureFederated makes sure that the app trusts tokens of another issuer.
	EnsureFederated(ctx context.Context, applicationID, name string, f plan.FederatedIssuer) error
	// RemoveFederated makes sure that the app has no federated credential with this name.
	RemoveFederated(ctx context.Context, applicationID, name string) error
	// Passwords returns the application's passwords.
	Passwords(ctx context.Context, applicationID string) ([]Password, error)
	// AddPassword makes a password. It is not repeatable: whoever calls it looks at Passwords first.
	AddPassword(ctx context.Context, applicationID, label string, expires time.Time) (Password, seal.Secret, error)
	// RemovePassword makes sure that there is no password with this key ID.
	RemovePassword(ctx context.Context, applicationID, keyID string) error
	// RemoveCredentials makes sure that an application, if it is there, has no
	// password, certificate or federated credential, and that its service principal has
	// none of its own. p is the plan that the application has.
	RemoveCredentials(ctx context.Context, applicationID string, p plan.Plan) error
}

// exposed is what an app offers to others.
type exposed interface {
	// ExposeScopes makes sure that the app offers its scopes as api://{appID}, asks for those
	// that its permissions name, and has its app roles, optional claims and identifier URIs.
	ExposeScopes(ctx context.Context, applicationID, appID string, a App) error
	// RemoveScopes makes sure that the app has nothing of what a.Drops offers besides scopes,
	// and nothing of what ExposeScopes added for a's scopes: the scopes that it made under a's
	// unique name, and the clients that need no consent. Scopes that were there stay, without
	// these clients. uri says that the identifier URI is to go too, where no other scope is
	// left: whoever calls one may do so by this URI. It returns the one that stays for that.
	RemoveScopes(ctx context.Context, applicationID, appID string, a App, uri bool) (stay []string, err error)
}

// azureRoles are assignments in Azure.
type azureRoles interface {
	// EnsureAzureRoles makes sure that a service principal has these roles on each
	// of the subscriptions. name is the request's: what is made carries it.
	EnsureAzureRoles(ctx context.Context, servicePrincipal, name string, subscriptions []string, roles []plan.AzureRole) error
	// RemoveAzureAssignments makes sure that a service principal has none of these roles on
	// these subscriptions, and that the custom ones that were made under this name are
	// deleted. It returns the names of those that stay because somebody else has them.
	RemoveAzureAssignments(ctx context.Context, servicePrincipal, name string, subscriptions []string, roles []plan.AzureRole,
		how AzureRemoval) (stay []string, err error)
}

// An AzureRemoval is what RemoveAzureAssignments leaves.
type AzureRemoval struct {
	// OnlyMade leaves the assignments of these roles that EnsureAzureRoles did not make.
	OnlyMade bool
	// KeepDefinitions leaves the custom roles, for others.
	KeepDefinitions bool
}

// readings are what is only read.
type readings interface {
	// ReadApplication reads what an application has that was not made here: as a plan, and
	// what a plan does not say. p is what it is to get: roles in the directory and
	// in Azure are read only where p has such.
	ReadApplication(ctx context.Context, m Made, p plan.Plan) (has plan.Plan, found Discovery, servicePrincipal string, err error)
	// ReadWhole reads everything of an app: how one comes to act as it, what it may do, and
	// who can change either. What Entra refuses is a gap in that. p says on which scopes Azure
	// is read, and how custom roles are called. An app that is not there has no object IDs.
	ReadWhole(ctx context.Context, m Made, p plan.Plan) (whole.App, error)
	// PolicyFor reads what the tenant's policies forbid for an application that is there,
	// as far as the token is good for that.
	PolicyFor(ctx context.Context, applicationID string) (AppPolicy, error)
	// Dependents reads who else in the tenant depends on the app. What it could not read
	// for a *ServiceError is missing in what it returns beside that. An app that is gone has none.
	Dependents(ctx context.Context, m Made) (Dependents, error)
}
