package entratest

import (
	"maps"
	"slices"
)

// settled is the body of an application after a PATCH: what was there, what the client
// says, and what the directory makes of it.
func (t *Tenant) settled(old, patch object) object {
	now := merge(old, patch)
	if t.knobs.ReplaceComplex {
		now = maps.Clone(old)
		maps.Copy(now, patch)
	}
	keepOrigins(old, now)
	if web, _ := patch["web"].(object); web["redirectUris"] != nil {
		was, _ := old["web"].(object)
		all, _ := now["web"].(object)
		all["redirectUriSettings"] = redirectSettings(list(web["redirectUris"]), list(was["redirectUriSettings"]))
	}
	return now
}

// keepOrigins fills in where a scope or a role is defined, which clients may not say.
// Source: Graph, appRole resource type, origin.
func keepOrigins(old, now object) {
	oldScopes, oldRoles := exposed(old)
	scopes, roles := exposed(now)
	for _, pair := range [][2][]any{{oldScopes, scopes}, {oldRoles, roles}} {
		for _, v := range pair[1] {
			p := v.(object)
			if was := permission(pair[0], "id", text(p["id"])); was["origin"] != nil {
				p["origin"] = was["origin"]
			}
		}
	}
}

// redirectSettings are those of the redirect URIs, which have an entry each. One that
// stays keeps its index.
func redirectSettings(uris, were []any) []any {
	all := []any{}
	for _, uri := range uris {
		s := object{"uri": uri, "index": nil}
		for _, v := range were {
			if was := v.(object); was["uri"] == uri {
				s = was
			}
		}
		all = append(all, s)
	}
	return all
}

// checkRedirectSettings refuses settings that contradict the URIs which come with them.
// Source: msgraph-sdk-powershell #3149.
func checkRedirectSettings(body object) error {
	web, _ := body["web"].(object)
	if web["redirectUris"] == nil || web["redirectUriSettings"] == nil {
		return nil
	}
	uris := list(web["redirectUris"])
	for _, v := range list(web["redirectUriSettings"]) {
		if s := v.(object); !slices.Contains(uris, s["uri"]) {
			return bad("Invalid value specified for property 'web' of resource 'Application'.")
		}
	}
	if len(list(web["redirectUriSettings"])) != len(uris) {
		return bad("Invalid value specified for property 'web' of resource 'Application'.")
	}
	return nil
}
