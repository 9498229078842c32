package form

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// Limits of what an app offers; those that are not Entra's are ours.
const (
	appRolesMax      = 20
	AppRoleTitleMax  = 100
	AppRoleWordsMax  = 1024
	claimsMax        = 50
	claimNameMax     = 120
	identifiersMax   = 10
	identifierURIMax = 255
)

// OfferedProblem returns what Entra would refuse in what an app offers besides its scopes,
// as a sentence that names it and the limit, or "". The plan has its tenant.
func OfferedProblem(p plan.Plan) string {
	for i, r := range p.AppRoles {
		if problem := appRoleProblem(r); problem != "" {
			return "App role: " + problem
		}
		for _, other := range p.AppRoles[:i] {
			if problem := sameName(other.Name, r.Name); problem != "" {
				return "App role: " + problem
			}
		}
		if problem := r.SharesName(p.Scopes); problem != "" {
			return "App role: " + problem
		}
	}
	for i, c := range p.OptionalClaims {
		switch {
		case !slices.Contains(plan.TokenKinds, c.Token):
			return fmt.Sprintf("Optional claim %s: it is for a token other than %s.", text.Clip(c.Name, 40), strings.Join(plan.TokenKinds,
				", "))
		case c.Name == "" || utf16Len(c.Name) > claimNameMax || strings.ContainsAny(c.Name, " \t\n"):
			return fmt.Sprintf("Optional claim %s: a name has no spaces, and %d characters at most.", text.Clip(c.Name, 40), claimNameMax)
		case c.Source != "" && c.Source != "user":
			return fmt.Sprintf("Optional claim %s: its source is user, or none.", text.Clip(c.Name, 40))
		case slices.ContainsFunc(p.OptionalClaims[:i], func(other plan.OptionalClaim) bool { return plan.SameClaim(other, c) }):
			return fmt.Sprintf("Optional claim %s is there twice for the %s. List it once.", text.Clip(c.Name, 40), c.Token)
		}
	}
	for i, uri := range p.IdentifierURIs {
		problem := identifierProblem(p, uri)
		if slices.Contains(p.IdentifierURIs[:i], uri) {
			problem = "it is there twice"
		}
		if problem != "" {
			return fmt.Sprintf("Identifier URI %s: %s.", text.Clip(uri, 80), problem)
		}
	}
	switch {
	case len(p.AppRoles) > appRolesMax:
		return fmt.Sprintf("There are %d app roles; at most %d are allowed in one request.", len(p.AppRoles), appRolesMax)
	case len(p.OptionalClaims) > claimsMax:
		return fmt.Sprintf("There are %d optional claims; at most %d are allowed in one request.", len(p.OptionalClaims), claimsMax)
	case len(p.IdentifierURIs) > identifiersMax:
		return fmt.Sprintf("There are %d identifier URIs; at most %d are allowed in one request.", len(p.IdentifierURIs), identifiersMax)
	}
	return ""
}

func appRoleProblem(r plan.AppRole) string {
	if problem := valueProblem(r.Name); problem != "" {
		return problem
	}
	name := text.Clip(r.Name, 40)
	switch {
	case r.Title == "":
		return name + " has no display name, which Entra requires."
	case r.Words == "":
		return name + " has no description, which Entra requires."
	case !r.Users && !r.Apps:
		return name + " is for nobody: allowedMemberTypes must have User, Application or both."
	}
	if problem := textProblem(r.Name, "the display name", r.Title, AppRoleTitleMax); problem != "" {
		return problem
	}
	return textProblem(r.Name, "the description", r.Words, AppRoleWordsMax)
}

// verifiable is a host that a tenant can have proved to be its own.
var verifiable = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$`)

// identifierProblem follows the rule for identifier URIs that tenants have unless they
// chose another: each has the app's ID, the tenant's, or a domain that is the tenant's in
// it. Whether a domain is, only Entra knows.
// Source: Microsoft, Restrictions on identifier URIs of Microsoft Entra applications.
func identifierProblem(p plan.Plan, uri string) string {
	const wants = "a new identifier URI must contain the app's ID, the tenant's ID or one of its verified domains, as in " +
		"api://{appId}/orders, api://%s/orders or https://orders.contoso.com"
	const app = "00000000-0000-0000-0000-00000000abcd" // in the place of {appId}
	u, err := url.Parse(strings.ReplaceAll(uri, "{appId}", app))
	switch {
	case err != nil || u.Scheme == "" || u.Host == "" || u.Opaque != "" || strings.ContainsAny(uri, " \t\n<>\"\\^`|*"):
		return "this is not a URI such as api://{appId}"
	case u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(uri, "?#") || u.User != nil:
		return "an identifier URI can't contain ?, # or @"
	case strings.HasSuffix(uri, "/"):
		return "an identifier URI can't end with /"
	case len(strings.ReplaceAll(uri, "{appId}", app)) > identifierURIMax:
		return fmt.Sprintf("an identifier URI can have at most %d characters", identifierURIMax)
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
