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
	if err := checkOwnAccess(a, after, list(body["requiredResourceAccess"])); err != nil {
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

// checkRedirects checks the redirect URIs of all platforms. One URI cannot be
// on two of them, as the platform decides about the flow; capitals make no other
// one of it.
func checkRedirects(after object) error {
	var all []any
	for _, platform := range []string{"web", "spa", "publicClient"} {
		p, _ := after[platform].(object)
		for _, v := range list(p["redirectUris"]) {
			if err := checkRedirect(platform, text(v)); err != nil {
				return err
			}
			if slices.ContainsFunc(all, func(other any) bool { return strings.EqualFold(text(other), text(v)) }) {
				return bad("Property redirectUris value is invalid: Redirect URIs must have distinct values: '%s'.", v)
			}
			all = append(all, v)
		}
	}
	if len(all) > 256 {
		return bad("The total number of redirect URIs exceeds the limit of 256.")
	}
	return nil
}

func checkRedirect(platform, raw string) error {
	invalid := func(why string) error {
		return bad("Invalid value specified for property '%s.redirectUris' of resource 'Application': '%s'%s.", platform, raw, why)
	}
	u, err := url.Parse(raw)
	if err != nil || !u.IsAbs() || len(raw) > 256 || u.Fragment != "" || strings.Contains(raw, "*") || strings.ContainsAny(raw, " \t\n") {
		return invalid("")
	}
	loopback := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1"
	if platform != "publicClient" && (u.Scheme != "https" && !(u.Scheme == "http" && loopback) || u.Host == "") {
		return invalid(" must start with https:// or http://localhost")
	}
	if platform == "publicClient" && u.Scheme == "http" && !loopback {
		return invalid("")
	}
	return nil
}
