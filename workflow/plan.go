package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
)

// A Plan is exactly what will be made in the tenant. An approver is shown all
// of it, and approves its digest. A field that is added later is omitted where
// it is zero: the digests of plans that are kept must not change.
type Plan struct {
	TenantID     string
	AppName      string
	Audience     string   // signInAudience: "AzureADMyOrg"
	RedirectURIs []string // of platform Web
	Permissions  []Permission
	Credential   Credential

	SPARedirectURIs    []string        `json:",omitzero"`
	PublicRedirectURIs []string        `json:",omitzero"` // of platform "mobile and desktop applications"
	PublicClientFlows  bool            `json:",omitzero"` // isFallbackPublicClient
	Scopes             []Scope         `json:",omitzero"` // exposed as api://{appId}
	DirectoryRoles     []DirectoryRole `json:",omitzero"` // of the app itself
	AzureRoles         []AzureRole     `json:",omitzero"`
	Subscriptions      []string        `json:",omitzero"` // that AzureRoles are for: GUIDs; resource groups and management groups by path
	Owners             []Person        `json:",omitzero"` // besides the requester
	Workloads          []string        `json:",omitzero"` // titles of what was chosen of the product
	Chosen             []string        `json:",omitzero"` // their names, which stay when a title changes
	Approvals          int             `json:",omitzero"` // how many people have to agree; 0 is one
	Backup             Backup          `json:",omitzero"` // the server that is connected with the app

	AppRoles       []AppRole       `json:",omitzero"` // that the app itself offers
	OptionalClaims []OptionalClaim `json:",omitzero"`
	IdentifierURIs []string        `json:",omitzero"` // besides OwnURI, where there are scopes; {appId} stands for the app's ID
}

// A Scope is a delegated permission that the app itself offers.
type Scope struct {
	Name          string   // "access_as_user"
	AdminsOnly    bool     // type Admin: users may not consent
	Title, Words  string   // consent display name and description
	PreAuthorized []string `json:",omitzero"` // application IDs of clients that need no consent

	// UserTitle and UserWords are what users read instead; empty is what admins read.
	UserTitle string `json:",omitzero"`
	UserWords string `json:",omitzero"`
}

// A DirectoryRole is a role in the directory.
type DirectoryRole struct {
	TemplateID string
	Name       string // "Global Reader"
	Why        string
}

// Risk is high for a role that reads everything, and critical for any other:
// Microsoft marks nearly all of them as privileged.
func (r DirectoryRole) Risk() catalog.Risk {
	if r.TemplateID == globalReader {
		return catalog.High
	}
	return catalog.Critical
}

// globalReader is the template ID of Global Reader. Source: Microsoft Entra built-in roles.
const globalReader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"

// An AzureRole is a role in Azure on each of the scopes in the plan's Subscriptions: a
// built-in one, or a custom one with these actions.
type AzureRole struct {
	ID          string // of a built-in role definition: a GUID; empty for a custom one
	Name        string // "Contributor"
	Why         string
	Actions     []string `json:",omitzero"`
	DataActions []string `json:",omitzero"`
}

// Self stands for the app's own application ID, which is not known before it is
// registered, as the resource of a permission.
const Self = "self"

// Gone begins the ResourceAppID of a permission that an adopted app has on a service which
// is no longer in the tenant. The object ID that its service principal had follows.
const Gone = "gone:"

// OnGone returns the object ID of the service principal that p is on, where Entra no longer
// knows it. Nobody can grant such a permission; it can be removed.
func (p Permission) OnGone() (id string, gone bool) { return strings.CutPrefix(p.ResourceAppID, Gone) }

// A Permission is one that the app gets, with admin consent.
type Permission struct {
	Resource      string // "Microsoft Graph"
	ResourceAppID string
	Name          string // "Directory.Read.All"
	Type          catalog.Type
	Words         string // what Microsoft says it allows
	Why           string // what the product needs it for
	Risk          catalog.Risk
}

// CredentialKind says how the app will prove who it is.
type CredentialKind string

const (
	// CredentialSecret is a password that Entra makes.
	CredentialSecret CredentialKind = "secret"
	// CredentialCertificate is one whose private key the requester has, and nobody else.
	CredentialCertificate CredentialKind = "certificate"
	// CredentialMadeCertificate is one that is made here, and handed over with its key.
	CredentialMadeCertificate CredentialKind = "made-certificate"
	// CredentialFederated trusts the tokens of another issuer: there is nothing to hand over.
	CredentialFederated CredentialKind = "federated"
	// CredentialNone is for apps with which people sign in.
	CredentialNone CredentialKind = "none"
)

// A Credential is what the app gets to prove who it is.
type Credential struct {
	Kind        CredentialKind
	Lifetime    time.Duration
	Certificate certificate.Certificate `json:",omitzero"`
	Federated   FederatedIssuer         `json:",omitzero"`
}

// A FederatedIssuer is whose tokens the app may sign in with.
// Source: Graph, federatedIdentityCredential resource type.
type FederatedIssuer struct{ Issuer, Subject, Audience string }

// Digest identifies the plan: two plans have the same digest if and only if
// they ask for the same things.
func (p Plan) Digest() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings, slices and a duration always marshal
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Of returns the permissions of a type, in the plan's order.
func (p Plan) Of(t catalog.Type) []Permission {
	var of []Permission
	for _, q := range p.Permissions {
		if q.Type == t {
			of = append(of, q)
		}
	}
	return of
}

// Resources returns the application IDs of the plan's resources, each once,
// without the app itself.
func (p Plan) Resources() []string {
	var ids []string
	for _, q := range p.Permissions {
		if _, gone := q.OnGone(); !gone && q.ResourceAppID != Self && !slices.Contains(ids, q.ResourceAppID) {
			ids = append(ids, q.ResourceAppID)
		}
	}
	return ids
}

// NobodySignsIn reports whether the app only ever signs in as itself: no person and no
// other app has a way to use it. Such an app requires assignment.
func (p Plan) NobodySignsIn() bool {
	return p.Credential.Kind != CredentialNone && !p.PublicClientFlows && len(p.Of(catalog.Delegated)) == 0 &&
		len(p.RedirectURIs)+len(p.SPARedirectURIs)+len(p.PublicRedirectURIs)+len(p.Scopes)+len(p.AppRoles) == 0
}

// Risk is the highest tier of the plan's permissions and roles.
func (p Plan) Risk() catalog.Risk {
	worst := catalog.Low
	if len(p.AzureRoles) > 0 {
		worst = catalog.High
	}
	for _, r := range p.DirectoryRoles {
		if r.Risk().Weight() > worst.Weight() {
			worst = r.Risk()
		}
	}
	for _, q := range p.Permissions {
		if q.Risk.Weight() > worst.Weight() {
			worst = q.Risk
		}
	}
	return worst
}

func (p Plan) clone() Plan {
	p.RedirectURIs = slices.Clone(p.RedirectURIs)
	p.Permissions = slices.Clone(p.Permissions)
	p.SPARedirectURIs = slices.Clone(p.SPARedirectURIs)
	p.PublicRedirectURIs = slices.Clone(p.PublicRedirectURIs)
	p.Scopes = slices.Clone(p.Scopes)
	p.DirectoryRoles = slices.Clone(p.DirectoryRoles)
	p.AzureRoles = slices.Clone(p.AzureRoles)
	p.Subscriptions = slices.Clone(p.Subscriptions)
	p.Owners = slices.Clone(p.Owners)
	p.Workloads = slices.Clone(p.Workloads)
	p.Chosen = slices.Clone(p.Chosen)
	p.offered(p)
	p.Backup.Services = slices.Clone(p.Backup.Services)
	return p
}

// Known returns the permission of that resource, type and name as the catalogue
// describes it, or false. An unknown permission is never put into a plan.
func Known(resourceAppID string, t catalog.Type, name string) (Permission, bool) {
	p, ok := catalog.Find(resourceAppID, t, name)
	if !ok {
		return Permission{}, false
	}
	words := p.Description
	if words == "" {
		words = p.DisplayName
	}
	return Permission{
		Resource: p.Resource, ResourceAppID: p.ResourceAppID, Name: p.Name, Type: p.Type,
		Words: words, Risk: p.Risk(),
	}, true
}
