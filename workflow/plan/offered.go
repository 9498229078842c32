package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/text"
)

// An AppRole is one that the app itself offers, to people, to other apps, or to both.
// Source: Graph, appRole resource type.
type AppRole struct {
	Name         string // value: what a token says
	Title, Words string // displayName and description
	Users, Apps  bool   // allowedMemberTypes
}

// An OptionalClaim is one that Entra puts into a kind of token besides the usual ones.
// Source: Graph, optionalClaims and optionalClaim resource types.
type OptionalClaim struct {
	Token      string   // "idToken", "accessToken" or "saml2Token"
	Name       string   // "email"
	Source     string   `json:",omitzero"` // "user": of a directory extension; empty is a predefined one
	Essential  bool     `json:",omitzero"`
	Properties []string `json:",omitzero"` // additionalProperties
}

// TokenKinds are the kinds of tokens that claims can be added to.
var TokenKinds = []string{"idToken", "accessToken", "saml2Token"}

// OwnURI is the identifier URI that every app with scopes has. {appId} stands for what is
// not known before the app is registered.
const OwnURI = "api://{appId}"

// Offers reports whether the app has anything that others see once it has an ID.
func (p Plan) Offers() bool {
	return len(p.Scopes) > 0 || len(p.AppRoles) > 0 || len(p.OptionalClaims) > 0 || len(p.IdentifierURIs) > 0
}

// SameAppRole compares values, which Entra does without regard to case.
func SameAppRole(a, b AppRole) bool { return strings.EqualFold(a.Name, b.Name) }

// SameClaim compares by token, name and source.
func SameClaim(a, b OptionalClaim) bool {
	return a.Token == b.Token && a.Name == b.Name && a.Source == b.Source
}

// SetOffered copies to p what q offers besides scopes.
func (p *Plan) SetOffered(q Plan) {
	p.AppRoles, p.OptionalClaims, p.IdentifierURIs = slices.Clone(q.AppRoles), slices.Clone(q.OptionalClaims),
		slices.Clone(q.IdentifierURIs)
}

// For says whom the role is for.
func (r AppRole) For() string {
	switch {
	case r.Users && r.Apps:
		return "people and apps"
	case r.Apps:
		return "apps"
	}
	return "people"
}

// Line is the claim in words.
func (c OptionalClaim) Line() string {
	words := c.Name + " in the " + c.Token
	if c.Source != "" {
		words = c.Source + "." + words
	}
	if c.Essential {
		words += ", essential"
	}
	if len(c.Properties) > 0 {
		words += ", " + strings.Join(c.Properties, ", ")
	}
	return words
}

// SharesName says which of an app's scopes has the role's value, or "". Entra allows a
// value once among the scopes and the roles of an app, unless they have one ID.
func (r AppRole) SharesName(scopes []Scope) string {
	for _, s := range scopes {
		if strings.EqualFold(s.Name, r.Name) {
			return fmt.Sprintf("%s is the name of the scope %s too, and Entra allows a name once among the scopes and the app roles of "+
				"an app. Give one of them another name.", text.Clip(r.Name, 40), text.Clip(s.Name, 40))
		}
	}
	return ""
}
