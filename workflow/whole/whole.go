// Package whole is the whole power of an app in a tenant: everything with which somebody can
// act as it, everything that it may do then, everybody who can change either, and everybody
// who is let in through it. A plan says what an app is to have; this is what it has.
//
// What could not be read is unknown, by itself and in words (Gap). Unknown is not nothing: an
// app of which something is unknown is never exactly as approved.
//
// Things are the same by their IDs and values. What they are called is for people, and decides
// nothing.
package whole

import (
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
)

// An App is what a session has read of an app.
type App struct {
	AppID string
	Name  string // displayName
	Read  time.Time

	// Application is the registration, and Principal the service principal, through which it
	// acts in this tenant. One without an ObjectID is not there.
	Application, Principal Side

	Audience               string // signInAudience
	PublicClientFlows      bool   // isFallbackPublicClient
	IDTokens, AccessTokens bool   // implicit grant
	Disabled               bool   // that accountEnabled is false: nobody gets a token
	AssignmentRequired     bool   // appRoleAssignmentRequired
	Lock                   Lock
	Redirects              []Redirect
	IdentifierURIs         []string
	Roles                  []Role
	Grants                 []Grant
	Directory              []DirectoryRole
	Groups                 []Group
	Azure                  []AzureRole
	Scopes                 []Scope
	AppRoles               []AppRole
	Clients                []Client
	Claims                 []plan.OptionalClaim
	Gaps                   []Gap
}

// A Side is one of the two objects of an app: each has credentials and owners of its own, and
// each credential signs the app in.
// Source: Graph, application and servicePrincipal resource types.
type Side struct {
	ObjectID    string
	Credentials []Credential
	Owners      []Owner
}

// CredentialKind says what a credential is.
type CredentialKind string

const (
	Password    CredentialKind = "password"
	Certificate CredentialKind = "certificate"
	Federated   CredentialKind = "federated"
)

// A Credential signs an app in. No secret is in it.
// Source: Graph, passwordCredential, keyCredential and federatedIdentityCredential.
type Credential struct {
	Kind       CredentialKind
	KeyID      string // of a federated one its id
	Name       string // displayName, or name
	Hint       string `json:",omitzero"` // the first characters of a password
	Thumbprint string `json:",omitzero"` // of a certificate: SHA-1, hexadecimal, capitals
	// Usage and Type are of a certificate: "Verify", "AsymmetricX509Cert".
	Usage, Type string               `json:",omitzero"`
	Begins      time.Time            `json:",omitzero"`
	Ends        time.Time            `json:",omitzero"`
	Trust       plan.FederatedIssuer `json:",omitzero"` // of a federated one
	// Expression says that a claims-matching expression stands for the subject.
	Expression string `json:",omitzero"`
}

// An Owner can add credentials.
type Owner struct {
	ObjectID string
	Kind     string // "user", "servicePrincipal", or what Graph calls it; empty is not shown
	Name     string
}

// A Lock is the app instance lock: which properties nobody can change in the service
// principals of other tenants.
// Source: Graph, servicePrincipalLockConfiguration.
type Lock struct {
	Enabled bool
	// All says that all of the sensitive properties are locked; else those are that follow.
	All, Verify, Sign, Decrypt, TokenEncryption bool
}

// Holds reports whether nobody can add a credential elsewhere that signs the app in.
func (l Lock) Holds() bool { return l.Enabled && (l.All || l.Verify) }

// A Redirect is where tokens and codes go.
type Redirect struct {
	Platform plan.Platform
	URI      string
}

// A Resource is an API that an app has a permission on.
type Resource struct {
	ObjectID string // of its service principal
	AppID    string // empty: Entra knows it no more
	Name     string
}

// A Role is an application permission: an app role that is assigned to the app, or to a group
// that it is in.
// Source: Graph, appRoleAssignment.
type Role struct {
	Resource
	ID    string // of the app role
	Value string // empty where it has none, or where the resource is not shown
	Via   string `json:",omitzero"` // object ID of the group
}

// A Grant is a delegated permission: one scope, for everybody or for one person.
// Source: Graph, oAuth2PermissionGrant.
type Grant struct {
	Resource
	Scope     string
	Principal string `json:",omitzero"` // object ID of the person; empty is everybody
}

// A DirectoryRole is one that the app has, or can be given at any time.
// Source: Graph, unifiedRoleAssignment, unifiedRoleEligibilitySchedule.
type DirectoryRole struct {
	DefinitionID string // of a built-in one its template's ID
	Name         string // empty where it is not shown
	// Scope is "/" for the whole tenant, "/administrativeUnits/…", or "/" and the ID of one object.
	Scope    string
	Eligible bool   `json:",omitzero"`
	Via      string `json:",omitzero"` // object ID of the group that has it
}

// A Group is one that the app's service principal is in.
type Group struct {
	ObjectID, Name string
	Direct         bool
	RoleAssignable bool // isAssignableToRole
}

// An AzureRole is one that is assigned to the app, or to a group that it is in.
type AzureRole struct {
	Scope string // named as in a plan, in small letters
	Role  string // the ID of its definition; or the name of a custom one of a plan that is exactly as the plan has it
}

// A Scope is one that the app exposes.
type Scope struct {
	ID, Value  string
	AdminsOnly bool // type
	Disabled   bool
	// What admins and users read before they consent, as in a plan.
	Title, Words, UserTitle, UserWords string `json:",omitzero"`
}

// An AppRole is one that the app offers.
type AppRole struct {
	ID, Value   string
	Users, Apps bool // allowedMemberTypes
	Disabled    bool
}

// A Client may call one of the app's scopes without consent (preAuthorizedApplications).
type Client struct{ AppID, ScopeID string }

// A Gap is something that could not be read.
type Gap struct {
	Of   Kind
	What string // "eligible directory roles"
	Why  string // and what would let it be read, without a full stop
}

// Text is a gap as a sentence.
func (g Gap) Text() string {
	return "Not read: " + g.What + ". " + strings.ToUpper(g.Why[:min(1, len(g.Why))]) + g.Why[min(1, len(g.Why)):] + "."
}

// Unknown says in words what could not be read, each with what would let it be.
func (a App) Unknown() []string {
	var all []string
	for _, g := range a.Gaps {
		if t := g.Text(); !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

// Unread are gaps in one line: what has one reason is said together.
func Unread(gaps []Gap) string {
	var whys []string
	what := make(map[string][]string)
	for _, g := range gaps {
		if what[g.Why] == nil {
			whys = append(whys, g.Why)
		}
		if !slices.Contains(what[g.Why], g.What) {
			what[g.Why] = append(what[g.Why], g.What)
		}
	}
	var all []string
	for _, why := range whys {
		all = append(all, strings.Join(what[why], ", ")+" ("+why+")")
	}
	return strings.Join(all, "; ")
}

// Lacks reports whether something of one of these kinds could not be read.
func (a App) Lacks(kinds ...Kind) bool {
	return slices.ContainsFunc(a.Gaps, func(g Gap) bool { return slices.Contains(kinds, g.Of) })
}

// AzureRoles is what a gap calls all of an app's roles in Azure.
const AzureRoles = "its roles in Azure"

// Inside are the gaps in the directory. What an app may do in Azure is read only as far as a
// sign-in reaches there, which is never all.
func Inside(gaps []Gap) []Gap {
	return slices.DeleteFunc(slices.Clone(gaps), func(g Gap) bool { return g.Of == KindAzure })
}
