package entratest

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// What an application exposes to others: the names it is known by, its scopes
// and its roles. Its service principal shows the same, a little later.

// checkIdentifiers allows what checkIdentifier does, and nothing that another application has.
func (t *Tenant) checkIdentifiers(a *app, body object) error {
	uris := list(body["identifierUris"])
	if err := distinct("identifierUris", uris); err != nil {
		return err
	}
	for _, v := range uris {
		if slices.Contains(list(a.body["identifierUris"]), v) {
			continue
		}
		if err := t.checkIdentifier(a, text(v)); err != nil {
			return err
		}
		if t.isTaken(a, v) {
			return conflict()
		}
	}
	return nil
}

// checkIdentifier is the rule that tenants have by default: api:// with the app's ID or the
// tenant's as host or in the path, or a verified domain, or a host below one, after api://
// or https://.
// Source: Microsoft, Restrictions on identifier URIs of Microsoft Entra applications.
func (t *Tenant) checkIdentifier(a *app, raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || strings.HasSuffix(raw, "/") || len(raw) > 255 || strings.ContainsAny(raw, "?#") ||
		u.Scheme != "api" && u.Scheme != "https" {
		return bad("Invalid value specified for property 'identifierUris' of resource 'Application'.")
	}
	segments := strings.Split(strings.ToLower(u.Host+u.Path), "/")
	switch {
	case t.owns(u.Hostname()) && (u.Scheme == "https" || len(segments) > 1):
		return nil
	case u.Scheme == "api" && (slices.Contains(segments, a.appID) || segments[0] == t.ID && len(segments) > 1):
		return nil
	case u.Scheme == "https":
		return &problem{status: 400, code: "HostNameNotOnVerifiedDomain",
			message: "Values of identifierUris property must use a verified domain of the organization or its subdomain: '" + raw + "'"}
	}
	return bad("Failed to add identifier URI %s. All newly added URIs must contain a tenant verified domain, tenant ID, or app ID, as "+
		"per the default tenant policy of your organization.", raw)
}

// owns reports whether a host is the tenant's domain, or below it.
func (t *Tenant) owns(host string) bool {
	host, domain := strings.ToLower(host), strings.ToLower(t.Domain)
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// isTaken reports whether another living application has an identifier URI.
func (t *Tenant) isTaken(a *app, uri any) bool {
	return slices.ContainsFunc(t.apps, func(b *app) bool {
		return b != a && slices.ContainsFunc(list(b.body["identifierUris"]), func(v any) bool {
			return strings.EqualFold(text(v), text(uri))
		})
	})
}

// checkExposed checks the scopes and roles that an application offers to
// others: one that is enabled cannot be changed or removed.
func checkExposed(before, after object) error {
	scopes, roles := exposed(after)
	oldScopes, oldRoles := exposed(before)
	if err := checkEntitlements(oldScopes, scopes, "api.oauth2PermissionScopes"); err != nil {
		return err
	}
	if err := checkEntitlements(oldRoles, roles, "appRoles"); err != nil {
		return err
	}
	for _, v := range scopes {
		if err := checkPermissionScope(v.(object)); err != nil {
			return err
		}
	}
	for _, v := range roles {
		if err := checkAppRole(v.(object), scopes); err != nil {
			return err
		}
	}
	if err := checkClaims(after); err != nil && !reflect.DeepEqual(before["optionalClaims"], after["optionalClaims"]) {
		return err
	}
	return checkPreAuthorized(after, scopes)
}

// checkAppRole checks a role. It may share its value with a scope only if it shares its ID.
// Source: terraform-provider-azuread, applicationValidateRolesScopes.
func checkAppRole(p object, scopes []any) error {
	members := list(p["allowedMemberTypes"])
	if text(p["displayName"]) == "" || text(p["description"]) == "" || len(members) == 0 {
		return bad("Properties displayName, description and allowedMemberTypes of resource 'AppRole' are required.")
	}
	for _, m := range members {
		if m != "User" && m != "Application" {
			return bad("Invalid value specified for property 'allowedMemberTypes' of resource 'AppRole'.")
		}
	}
	if err := distinct("allowedMemberTypes", members); err != nil {
		return err
	}
	if s := permission(scopes, "id", text(p["id"])); s != nil && s["value"] != p["value"] {
		return bad("Property 'appRoles' has an id that is the one of another permission: '%s'.", p["id"])
	}
	for _, v := range scopes {
		if s := v.(object); text(p["value"]) != "" && strings.EqualFold(text(s["value"]), text(p["value"])) && s["id"] != p["id"] {
			return bad("Property 'appRoles' has the value '%s', which is the one of a scope with another id.", p["value"])
		}
	}
	return nil
}

// checkClaims checks optional claims: each has a name, and a kind of token has it once.
func checkClaims(after object) error {
	claims, _ := after["optionalClaims"].(object)
	for _, token := range []string{"idToken", "accessToken", "saml2Token"} {
		var seen []any
		for _, v := range list(claims[token]) {
			c := v.(object)
			if text(c["name"]) == "" || c["source"] != nil && c["source"] != "user" {
				return bad("Invalid value specified for property 'optionalClaims.%s' of resource 'Application'.", token)
			}
			seen = append(seen, text(c["source"])+"."+text(c["name"]))
		}
		if err := distinct("optionalClaims."+token, seen); err != nil {
			return err
		}
	}
	return nil
}

func checkPermissionScope(p object) error {
	if p["type"] != "User" && p["type"] != "Admin" {
		return bad("Invalid value specified for property 'type' of resource 'PermissionScope'.")
	}
	if text(p["value"]) == "" || text(p["adminConsentDisplayName"]) == "" || text(p["adminConsentDescription"]) == "" {
		return bad("Properties value, adminConsentDisplayName and adminConsentDescription of resource 'PermissionScope' are required.")
	}
	for property, most := range map[string]int{"adminConsentDisplayName": 100, "userConsentDisplayName": 100,
		"adminConsentDescription": 850, "userConsentDescription": 850} {
		if len(utf16.Encode([]rune(text(p[property])))) > most {
			return bad("Invalid value specified for property '%s' of resource 'PermissionScope': it is longer than %d characters.",
				property, most)
		}
	}
	return nil
}

// entitlement is what the value of a scope or role may be. Source: Graph, appRole and
// permissionScope resource types, value.
var entitlement = regexp.MustCompile(`^[!#-\-/-\[\]-~][!#-\[\]-~]{0,119}$`)

func checkEntitlements(was, is []any, what string) error {
	ids, values := make(map[any]bool), make(map[string]bool)
	for _, v := range is {
		p := v.(object)
		if p["id"] == nil || ids[p["id"]] {
			return bad("Property '%s' has an entry without an id, or with one that is not unique.", what)
		}
		ids[p["id"]] = true
		if s := text(p["value"]); s != "" {
			if fold := strings.ToLower(s); values[fold] || !entitlement.MatchString(s) {
				return bad("Property '%s' has the value '%s', which is not valid or not unique.", what, s)
			} else {
				values[fold] = true
			}
		}
	}
	for _, v := range was {
		old := v.(object)
		if now := permission(is, "id", text(old["id"])); old["isEnabled"] != false && (now == nil || !sameEntitlement(old, now)) {
			return &problem{status: 400, code: "CannotDeleteOrUpdateEnabledEntitlement",
				message: "Property " + what + " value is invalid: Permission (scope or role) cannot be deleted or updated unless " +
					"disabled first."}
		}
	}
	return nil
}

// sameEntitlement reports whether nothing but isEnabled differs; what is null
// and what is not said are the same.
func sameEntitlement(a, b object) bool {
	for _, properties := range []object{a, b} {
		for k := range properties {
			if k != "isEnabled" && k != "origin" && (a[k] != nil || b[k] != nil) && fmt.Sprint(a[k]) != fmt.Sprint(b[k]) {
				return false
			}
		}
	}
	return true
}

func checkPreAuthorized(after object, scopes []any) error {
	api, _ := after["api"].(object)
	seen := make(map[any]bool)
	for _, v := range list(api["preAuthorizedApplications"]) {
		p := v.(object)
		if p["appId"] == nil || seen[p["appId"]] {
			return bad("Property 'preAuthorizedApplications' has an entry without an appId, or with one that is not unique.")
		}
		seen[p["appId"]] = true
		for _, id := range list(p["delegatedPermissionIds"]) {
			if permission(scopes, "id", text(id)) == nil {
				return &problem{status: 400, code: "InvalidValue",
					message: fmt.Sprintf("Property api.preAuthorizedApplications.delegatedPermissionIds has a Permission Id that cannot "+
						"be found in the AppPermissions sets: %s.", id)}
			}
		}
	}
	return nil
}

// checkOwnAccess checks what an application asks of itself, which has to exist
// in what it will expose.
func checkOwnAccess(a *app, after object, resources []any) error {
	scopes, roles := exposed(after)
	for _, v := range resources {
		r := v.(object)
		if r["resourceAppId"] != a.appID {
			continue
		}
		for _, x := range list(r["resourceAccess"]) {
			x, in := x.(object), scopes
			if x["type"] == "Role" {
				in = roles
			}
			if permission(in, "id", text(x["id"])) == nil {
				return bad("Property 'requiredResourceAccess' refers to the permission '%s' of the application itself, which does "+
					"not exist.", x["id"])
			}
		}
	}
	return nil
}

// exposed returns the scopes and roles in the body of an application.
func exposed(body object) (scopes, roles []any) {
	api, _ := body["api"].(object)
	return list(api["oauth2PermissionScopes"]), list(body["appRoles"])
}

// fillScopes enables what does not report whether it is enabled, as Graph does.
func fillScopes(body object) {
	scopes, roles := exposed(body)
	for _, v := range slices.Concat(scopes, roles) {
		if p := v.(object); p["isEnabled"] == nil {
			p["isEnabled"] = true
		}
	}
}

// A mirror is what a service principal shows of its application's scopes and
// roles while a change to them has not reached it.
type mirror struct {
	veil          veil
	scopes, roles []any
	behind        bool
}

// rewrite changes the body of an application.
func (t *Tenant) rewrite(a *app, body object) {
	fillScopes(body)
	scopes, roles := exposed(a.body)
	newScopes, newRoles := exposed(body)
	p := t.spByAppID(a.appID)
	if p != nil && !(reflect.DeepEqual(scopes, newScopes) && reflect.DeepEqual(roles, newRoles)) {
		if !p.mirror.behind {
			p.mirror.scopes, p.mirror.roles = scopes, roles
		}
		p.mirror.veil, p.mirror.behind = t.veil(t.knobs.Lag.ServicePrincipal), true
	}
	a.body = body
}

// hides is a use of the service principal: it reports whether it is not there
// yet, and if it is there, lets it catch up with its application.
func (p *sp) hides(now time.Time) bool {
	if p.veil.hides(now) {
		return true
	}
	p.catchUp(now)
	return false
}

func (p *sp) catchUp(now time.Time) {
	if p.mirror.behind && !p.mirror.veil.hides(now) {
		p.mirror = mirror{}
	}
}

// peeks reports whether a list shows p; a list does not count as a use.
func (p *sp) peeks(now time.Time) bool {
	if v := p.mirror.veil; !v.hides(now) {
		p.mirror = mirror{}
	}
	v := p.veil
	return !v.hides(now)
}

// seen returns the scopes and roles that p shows.
func (p *sp) seen() (scopes, roles []any) {
	if p.mirror.behind {
		return p.mirror.scopes, p.mirror.roles
	}
	return p.scopes(), p.appRoles()
}
