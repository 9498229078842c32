// Package plan is what an approver approves: what an app is to have in the tenant, to the
// last permission, and how two such plans differ.
package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/people"
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
	Owners             []people.Person `json:",omitzero"` // besides the requester
	Workloads          []string        `json:",omitzero"` // titles of what was chosen of the product
	Chosen             []string        `json:",omitzero"` // their names, which stay when a title changes
	Approvals          int             `json:",omitzero"` // how many people have to agree; 0 is one
	Backup             Backup          `json:",omitzero"` // the server that is connected with the app

	AppRoles       []AppRole       `json:",omitzero"` // that the app itself offers
	OptionalClaims []OptionalClaim `json:",omitzero"`
	IdentifierURIs []string        `json:",omitzero"` // besides OwnURI, where there are scopes; {appId} stands for the app's ID
}

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
