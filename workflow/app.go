package workflow

import (
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// What an application is in the tenant, as a Session writes and reads it.

// App is an application as it is first registered.
type App struct {
	UniqueName string
	// ObjectID and AppID are those of an application that is there, and is changed.
	ObjectID, AppID string
	DisplayName     string
	Notes           string // at most 1024 characters
	Audience        string
	RedirectURIs    []string // of platform Web
	Permissions     []plan.Permission

	SPARedirectURIs, PublicRedirectURIs []string
	PublicClientFlows                   bool
	Scopes                              []plan.Scope
	AppRoles                            []plan.AppRole
	OptionalClaims                      []plan.OptionalClaim
	IdentifierURIs                      []string

	// Merge says that the application may have more than ours: what it has and Drops does
	// not name stays as it is.
	Merge bool
	Drops plan.Plan
	// Keeps are what it goes on asking for though Drops has it, as in Discovery.Required.
	Keeps []string
}

// ServicePrincipal is an app's presence in the tenant as it is to be.
type ServicePrincipal struct {
	AppID string
	// AssignmentRequired says whether only who is assigned may use the app; nil leaves that as it is.
	AssignmentRequired *bool
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
func (o Ownership) Has(id string) bool { return set.ContainsFold(o.Owners, id) }

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
	Federated   []plan.FederatedIssuer
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
