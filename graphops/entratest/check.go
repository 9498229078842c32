package entratest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// checkApp checks what body would make of an application, and returns its
// certificates as they would be.
func (t *Tenant) checkApp(a *app, body object) ([]*key, error) {
	after := merge(a.body, body)
	for name, most := range map[string]int{"displayName": 256, "notes": 1024, "description": 1024, "uniqueName": 256,
		"serviceManagementReference": 256} {
		if utf8.RuneCountInString(text(body[name])) > most {
			return nil, bad("Invalid value specified for property '%s' of resource 'Application': it is longer than %d characters.", name,
				most)
		}
	}
	if n, given := body["displayName"]; given && strings.TrimSpace(text(n)) == "" {
		return nil, bad("Invalid value specified for property 'displayName' of resource 'Application'.")
	}
	audience, given := after["signInAudience"]
	if given && !slices.Contains([]string{"AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount",
		"PersonalMicrosoftAccount"}, text(audience)) {
		return nil, bad("Invalid value specified for property 'signInAudience' of resource 'Application'.")
	}
	if err := distinct("tags", list(body["tags"])); err != nil {
		return nil, err
	}
	if err := checkResourceAccess(list(body["requiredResourceAccess"])); err != nil {
		return nil, err
	}
	if err := checkRedirects(after, text(audience)); err != nil {
		return nil, err
	}
	if err := checkRedirectSettings(body); err != nil {
		return nil, err
	}
	if err := t.checkIdentifiers(a, body); err != nil {
		return nil, err
	}
	if err := checkExposed(a.body, after); err != nil {
		return nil, err
	}
	if err := checkOwnAccess(a, after, list(body["requiredResourceAccess"])); err != nil {
		return nil, err
	}
	if v, given := body["keyCredentials"]; given {
		return t.checkKeys(a.keys, list(v))
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
				return bad("Invalid value specified for property 'resourceAccess' of resource '%s': type must be Scope or Role, and id "+
					"is required.", id)
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
