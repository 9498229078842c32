package entratest

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkApp checks what body would make of an application, and returns its
// certificates as they would be.
func (t *Tenant) checkApp(a *app, body object) ([]*key, error) {
	after := merge(a.body, body)
	for name, most := range map[string]int{"displayName": 256, "notes": 1024, "description": 1024, "uniqueName": 256, "serviceManagementReference": 256} {
		if utf8.RuneCountInString(text(body[name])) > most {
			return nil, bad("Invalid value specified for property '%s' of resource 'Application': it is longer than %d characters.", name, most)
		}
	}
	if n, given := body["displayName"]; given && strings.TrimSpace(text(n)) == "" {
		return nil, bad("Invalid value specified for property 'displayName' of resource 'Application'.")
	}
	audience, given := after["signInAudience"]
	if given && !slices.Contains([]string{"AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"}, text(audience)) {
		return nil, bad("Invalid value specified for property 'signInAudience' of resource 'Application'.")
	}
	if err := distinct("tags", list(body["tags"])); err != nil {
		return nil, err
	}
	if err := checkResourceAccess(list(body["requiredResourceAccess"])); err != nil {
		return nil, err
	}
	if err := checkRedirects(after); err != nil {
		return nil, err
	}
	if err := t.checkIdentifiers(a, body); err != nil {
		return nil, err
	}
	if err := checkExposed(a.body, after); err != nil {
		return nil, err
	}
	if v, given := body["keyCredentials"]; given {
		return t.checkKeys(a, list(v))
	}
	return nil, nil
}

func distinct(property string, values []any) error {
	seen := make(map[any]bool)
	for _, v := range values {
		if seen[v] {
			return bad("Property '%s' has the value '%v' more than once.", property, v)
		}
		seen[v] = true
	}
	return nil
}

func checkResourceAccess(resources []any) error {
	if len(resources) > 50 {
		return bad("The total number of resources in requiredResourceAccess exceeds the limit of 50.")
	}
	total := 0
	seen := make(map[string]bool)
	for _, r := range resources {
		r := r.(object)
		id := text(r["resourceAppId"])
		if id == "" || seen[id] {
			return bad("Property 'requiredResourceAccess' has an empty or repeated resourceAppId '%s'.", id)
		}
		seen[id] = true
		access := list(r["resourceAccess"])
		if len(access) == 0 {
			return bad("Property 'resourceAccess' of resource '%s' must not be empty.", id)
		}
		inside := make(map[string]bool)
		for _, x := range access {
			x := x.(object)
			k := text(x["type"]) + " " + text(x["id"])
			if x["type"] != "Scope" && x["type"] != "Role" || x["id"] == nil {
				return bad("Invalid value specified for property 'resourceAccess' of resource '%s': type must be Scope or Role, and id is required.", id)
			}
			if inside[k] {
				return bad("Property 'resourceAccess' of resource '%s' has '%s' more than once.", id, k)
			}
			inside[k] = true
		}
		total += len(access)
	}
	if total > 400 {
		return bad("The total number of permissions in requiredResourceAccess exceeds the limit of 400.")
	}
	return nil
}

func checkRedirects(after object) error {
	total := 0
	for _, platform := range []string{"web", "spa", "publicClient"} {
		p, _ := after[platform].(object)
		uris := list(p["redirectUris"])
		if err := distinct(platform+".redirectUris", uris); err != nil {
			return err
		}
		total += len(uris)
		for _, v := range uris {
			raw := text(v)
			u, err := url.Parse(raw)
			if err != nil || !u.IsAbs() || len(raw) > 256 || u.Fragment != "" || strings.Contains(raw, "*") || strings.ContainsAny(raw, " \t\n") {
				return bad("Invalid value specified for property '%s.redirectUris' of resource 'Application': '%s'.", platform, raw)
			}
			loopback := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1"
			if platform != "publicClient" && (u.Scheme != "https" && !(u.Scheme == "http" && loopback) || u.Host == "") {
				return bad("Invalid value specified for property '%s.redirectUris' of resource 'Application': '%s' must start with https:// or http://localhost.", platform, raw)
			}
			if platform == "publicClient" && u.Scheme == "http" && !loopback {
				return bad("Invalid value specified for property 'publicClient.redirectUris' of resource 'Application': '%s'.", raw)
			}
		}
	}
	if total > 256 {
		return bad("The total number of redirect URIs exceeds the limit of 256.")
	}
	return nil
}

// checkIdentifiers: api://{appId}, api://{tenantId}/…, or a verified domain.
func (t *Tenant) checkIdentifiers(a *app, body object) error {
	added := list(body["identifierUris"])
	if err := distinct("identifierUris", added); err != nil {
		return err
	}
	for _, v := range added {
		raw := text(v)
		if slices.Contains(list(a.body["identifierUris"]), v) {
			continue
		}
		for _, b := range t.apps {
			if b != a && slices.Contains(list(b.body["identifierUris"]), v) {
				return conflict()
			}
		}
		u, err := url.Parse(raw)
		switch {
		case err != nil || u.Host == "" || strings.HasSuffix(raw, "/"):
			return bad("Invalid value specified for property 'identifierUris' of resource 'Application'.")
		case u.Scheme == "api" && (u.Host == a.appID || u.Host == t.ID && len(u.Path) > 1):
		case u.Scheme == "https" || u.Scheme == "api":
			if !strings.EqualFold(u.Hostname(), t.Domain) && !strings.HasSuffix(strings.ToLower(u.Hostname()), "."+strings.ToLower(t.Domain)) {
				if u.Scheme == "https" {
					return &problem{status: 400, code: "HostNameNotOnVerifiedDomain", message: "Values of identifierUris property must use a verified domain of the organization or its subdomain: '" + raw + "'"}
				}
				return bad("Failed to add identifier URI %s. All newly added URIs must contain a tenant verified domain, tenant ID, or app ID, as per the default tenant policy of your organization.", raw)
			}
		default:
			return bad("Failed to add identifier URI %s. All newly added URIs must contain a tenant verified domain, tenant ID, or app ID, as per the default tenant policy of your organization.", raw)
		}
	}
	return nil
}

// checkExposed checks the scopes and roles that an application offers to
// others: one that is enabled cannot be changed or removed.
func checkExposed(before, after object) error {
	oldAPI, _ := before["api"].(object)
	newAPI, _ := after["api"].(object)
	ids := make(map[any]bool)
	values := make(map[any]bool)
	check := func(was, is []any, what string) error {
		for _, v := range is {
			p := v.(object)
			if p["id"] == nil || ids[p["id"]] {
				return bad("Property '%s' has an entry without an id, or with one that is not unique.", what)
			}
			ids[p["id"]] = true
			if s := text(p["value"]); s != "" {
				if values[s] || strings.ContainsAny(s, " \t") || len(s) > 120 {
					return bad("Property '%s' has the value '%s', which is not valid or not unique.", what, s)
				}
				values[s] = true
			}
		}
		for _, v := range was {
			old := v.(object)
			now := permission(is, "id", text(old["id"]))
			if old["isEnabled"] == false {
				continue
			}
			if now == nil || now["value"] != old["value"] {
				return &problem{status: 400, code: "CannotDeleteOrUpdateEnabledEntitlement", message: "Property " + what + " value is invalid: Permission (scope or role) cannot be deleted or updated unless disabled first."}
			}
		}
		return nil
	}
	scopes := list(newAPI["oauth2PermissionScopes"])
	if err := check(list(oldAPI["oauth2PermissionScopes"]), scopes, "api.oauth2PermissionScopes"); err != nil {
		return err
	}
	for _, v := range scopes {
		p := v.(object)
		if p["type"] != "User" && p["type"] != "Admin" {
			return bad("Invalid value specified for property 'type' of resource 'PermissionScope'.")
		}
		if text(p["value"]) == "" || text(p["adminConsentDisplayName"]) == "" || text(p["adminConsentDescription"]) == "" {
			return bad("Properties value, adminConsentDisplayName and adminConsentDescription of resource 'PermissionScope' are required.")
		}
	}
	values = make(map[any]bool)
	roles := list(after["appRoles"])
	if err := check(list(before["appRoles"]), roles, "appRoles"); err != nil {
		return err
	}
	for _, v := range roles {
		p := v.(object)
		if text(p["displayName"]) == "" || text(p["description"]) == "" || len(list(p["allowedMemberTypes"])) == 0 {
			return bad("Properties displayName, description and allowedMemberTypes of resource 'AppRole' are required.")
		}
	}
	for _, v := range list(newAPI["preAuthorizedApplications"]) {
		p := v.(object)
		for _, id := range list(p["delegatedPermissionIds"]) {
			if permission(scopes, "id", text(id)) == nil {
				return bad("Property 'preAuthorizedApplications' refers to the permission '%s', which does not exist.", id)
			}
		}
	}
	return nil
}
