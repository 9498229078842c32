package workflow

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// What an app offers and says besides its scopes: roles, claims in its tokens, and further
// names. An import brings them; the form shows them and has no field for them.

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

// Limits of what an app offers; those that are not Entra's are ours.
const (
	appRolesMax      = 20
	appRoleTitleMax  = 100
	appRoleWordsMax  = 1024
	claimsMax        = 50
	claimNameMax     = 120
	identifiersMax   = 10
	identifierURIMax = 255
)

// offers reports whether the app has anything that others see once it has an ID.
func (p Plan) offers() bool {
	return len(p.Scopes) > 0 || len(p.AppRoles) > 0 || len(p.OptionalClaims) > 0 || len(p.IdentifierURIs) > 0
}

func sameAppRole(a, b AppRole) bool { return strings.EqualFold(a.Name, b.Name) }
func sameClaim(a, b OptionalClaim) bool {
	return a.Token == b.Token && a.Name == b.Name && a.Source == b.Source
}

// offered copies to p what q offers besides scopes.
func (p *Plan) offered(q Plan) {
	p.AppRoles, p.OptionalClaims, p.IdentifierURIs = slices.Clone(q.AppRoles), slices.Clone(q.OptionalClaims),
		slices.Clone(q.IdentifierURIs)
}

// offeredToo adds to p what q offers besides scopes.
func (p *Plan) offeredToo(q Plan) {
	p.AppRoles = joined(p.AppRoles, q.AppRoles, sameAppRole)
	p.OptionalClaims = joined(p.OptionalClaims, q.OptionalClaims, sameClaim)
	p.IdentifierURIs = joined(p.IdentifierURIs, q.IdentifierURIs, equal)
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

// offeredParts are the names of what p offers of a kind, as parts has them.
func (p Plan) offeredParts(kind string) []string {
	var names []string
	switch kind {
	case AppRoleChange:
		for _, r := range p.AppRoles {
			names = append(names, r.Name+" (for "+r.For()+")")
		}
	case ClaimChange:
		for _, c := range p.OptionalClaims {
			names = append(names, c.Line())
		}
	case IdentifierChange:
		for _, uri := range p.IdentifierURIs {
			names = append(names, Visible(uri))
		}
	case ConsentChange:
		for _, s := range p.Scopes {
			if s.UserTitle != "" || s.UserWords != "" {
				title, words := s.ForUsers()
				names = append(names, s.Name+": "+title+" – "+words)
			}
		}
	}
	return names
}

// OfferedProblem returns what Entra would refuse in what an app offers besides its scopes,
// as a sentence that names it and the limit, or "". The plan has its tenant.
func (p Plan) OfferedProblem() string {
	for i, r := range p.AppRoles {
		if problem := r.problem(); problem != "" {
			return "App role: " + problem
		}
		for _, other := range p.AppRoles[:i] {
			if problem := sameName(other.Name, r.Name); problem != "" {
				return "App role: " + problem
			}
		}
		if problem := r.sharesName(p.Scopes); problem != "" {
			return "App role: " + problem
		}
	}
	for i, c := range p.OptionalClaims {
		switch {
		case !slices.Contains(TokenKinds, c.Token):
			return fmt.Sprintf("Optional claim %s: it is for none of %s.", clip(c.Name, 40), strings.Join(TokenKinds, ", "))
		case c.Name == "" || utf16Len(c.Name) > claimNameMax || strings.ContainsAny(c.Name, " \t\n"):
			return fmt.Sprintf("Optional claim %s: a name has no spaces, and %d characters at most.", clip(c.Name, 40), claimNameMax)
		case c.Source != "" && c.Source != "user":
			return fmt.Sprintf("Optional claim %s: its source is user, or none.", clip(c.Name, 40))
		case slices.ContainsFunc(p.OptionalClaims[:i], func(other OptionalClaim) bool { return sameClaim(other, c) }):
			return fmt.Sprintf("Optional claim %s is there twice for the %s. List it once.", clip(c.Name, 40), c.Token)
		}
	}
	for i, uri := range p.IdentifierURIs {
		problem := p.identifierProblem(uri)
		if slices.Contains(p.IdentifierURIs[:i], uri) {
			problem = "it is there twice"
		}
		if problem != "" {
			return fmt.Sprintf("Identifier URI %s: %s.", clip(uri, 80), problem)
		}
	}
	switch {
	case len(p.AppRoles) > appRolesMax:
		return fmt.Sprintf("These are %d app roles; %d are allowed in one request.", len(p.AppRoles), appRolesMax)
	case len(p.OptionalClaims) > claimsMax:
		return fmt.Sprintf("These are %d optional claims; %d are allowed in one request.", len(p.OptionalClaims), claimsMax)
	case len(p.IdentifierURIs) > identifiersMax:
		return fmt.Sprintf("These are %d identifier URIs; %d are allowed in one request.", len(p.IdentifierURIs), identifiersMax)
	}
	return ""
}

// sharesName says which of an app's scopes has the role's value, or "". Entra allows a
// value once among the scopes and the roles of an app, unless they have one ID.
func (r AppRole) sharesName(scopes []Scope) string {
	for _, s := range scopes {
		if strings.EqualFold(s.Name, r.Name) {
			return fmt.Sprintf("%s is the name of the scope %s too, and Entra allows a name once among the scopes and the app roles of "+
				"an app. Give one of them another name.", clip(r.Name, 40), clip(s.Name, 40))
		}
	}
	return ""
}

// roleElsewhere says what of a plan's app roles an app offers otherwise already, so that
// Entra would not add it, or nil.
func roleElsewhere(p, has Plan) error {
	for _, want := range p.AppRoles {
		for _, there := range has.AppRoles {
			if sameAppRole(there, want) && there.For() != want.For() {
				return RoleElsewhere(there, want)
			}
		}
	}
	for _, of := range [][2]Plan{{p, has}, {has, p}} {
		for _, r := range of[0].AppRoles {
			if r.sharesName(of[1].Scopes) != "" {
				return &ServiceError{Code: "RoleDiffers",
					Text: fmt.Sprintf("with the plan the app would have %s as a scope and as an app role, and Entra allows a name once "+
						"among the two. Nothing was changed. Give up, and have the requester ask for another name; or one of "+
						"its owners removes what is there in Entra, and an approver presses Retry then.", r.Name)}
			}
		}
	}
	return nil
}

// RoleElsewhere is the refusal of an app role that an app offers already, but to others.
func RoleElsewhere(there, want AppRole) error {
	return &ServiceError{Code: "RoleDiffers",
		Text: fmt.Sprintf("the app has the app role %s already, for %s; the plan has it for %s. The role was not changed. One of its "+
			"owners has to change that in Entra (App roles), and an approver can press Retry then; or Give up, and have the "+
			"requester ask for something else.", there.Name, there.For(), want.For())}
}

func (r AppRole) problem() string {
	if problem := valueProblem(r.Name); problem != "" {
		return problem
	}
	name := clip(r.Name, 40)
	switch {
	case r.Title == "":
		return name + " has no display name, which Entra wants."
	case r.Words == "":
		return name + " has no description, which Entra wants."
	case !r.Users && !r.Apps:
		return name + " is for nobody: allowedMemberTypes has User, Application or both."
	}
	if problem := textProblem(r.Name, "the display name", r.Title, appRoleTitleMax); problem != "" {
		return problem
	}
	return textProblem(r.Name, "the description", r.Words, appRoleWordsMax)
}

// verifiable is a host that a tenant can have proved to be its own.
var verifiable = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$`)

// identifierProblem follows the rule for identifier URIs that tenants have unless they
// chose another: each has the app's ID, the tenant's, or a domain that is the tenant's in
// it. Whether a domain is, only Entra knows.
// Source: Microsoft, Restrictions on identifier URIs of Microsoft Entra applications.
func (p Plan) identifierProblem(uri string) string {
	const wants = "a new identifier URI has the app's ID, the tenant's ID or one of the tenant's verified domains in it, as in " +
		"api://{appId}/orders, api://%s/orders or https://orders.contoso.com"
	const app = "00000000-0000-0000-0000-00000000abcd" // in the place of {appId}
	u, err := url.Parse(strings.ReplaceAll(uri, "{appId}", app))
	switch {
	case err != nil || u.Scheme == "" || u.Host == "" || u.Opaque != "" || strings.ContainsAny(uri, " \t\n<>\"\\^`|*"):
		return "this is no address, as api://{appId} is"
	case u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(uri, "?#") || u.User != nil:
		return "an identifier URI has neither ? nor # nor @ in it"
	case strings.HasSuffix(uri, "/"):
		return "an identifier URI ends with no /"
	case len(strings.ReplaceAll(uri, "{appId}", app)) > identifierURIMax:
		return fmt.Sprintf("an identifier URI may have %d characters", identifierURIMax)
	case u.Scheme != "api" && u.Scheme != "https":
		return "this bot takes only identifier URIs that begin with api:// or https://; an owner of the app can add another in Entra " +
			"once the app is made"
	}
	segments := append([]string{strings.ToLower(u.Hostname())}, strings.Split(strings.ToLower(strings.TrimPrefix(u.Path, "/")), "/")...)
	if slices.Contains(segments, app) || slices.Contains(segments, strings.ToLower(p.TenantID)) ||
		verifiable.MatchString(segments[0]) && (u.Scheme == "https" || len(u.Path) > 1) {
		return ""
	}
	return fmt.Sprintf(wants, p.TenantID)
}
