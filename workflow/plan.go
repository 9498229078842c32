package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// A Plan is exactly what will be made in the tenant. An approver is shown all
// of it, and approves its digest.
type Plan struct {
	TenantID     string
	AppName      string
	Audience     string // signInAudience: "AzureADMyOrg"
	RedirectURIs []string
	Permissions  []Permission
	Credential   Credential
}

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

// ClientSecret is a password that Entra makes. It is the only kind so far.
const ClientSecret CredentialKind = "secret"

// A Credential is what the app gets to prove who it is.
type Credential struct {
	Kind     CredentialKind
	Lifetime time.Duration
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

// Resources returns the application IDs of the plan's resources, each once.
func (p Plan) Resources() []string {
	var ids []string
	for _, q := range p.Permissions {
		if !slices.Contains(ids, q.ResourceAppID) {
			ids = append(ids, q.ResourceAppID)
		}
	}
	return ids
}

// Risk is the highest tier of the plan's permissions.
func (p Plan) Risk() catalog.Risk {
	worst := catalog.Low
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
