package entratest

import (
	"slices"
	"strings"
)

func listGrants(c *call) (answer, error) {
	if !c.hasRole(readsGrants) {
		return answer{}, denied()
	}
	var of *sp
	if len(c.keys) > 0 {
		p, err := c.sp()
		if err != nil {
			return answer{}, err
		}
		of = p
	}
	var items []object
	for _, g := range c.t.grants {
		if of == nil || g.clientID == of.id {
			items = append(items, g.show())
		}
	}
	return c.list("oAuth2PermissionGrant", "oauth2PermissionGrants", items)
}

func (c *call) grant() (*grant, error) {
	g := find(c.t.grants, func(g *grant) bool { return g.id == c.keys[0].value })
	if g == nil {
		return nil, notFound(c.keys[0].value)
	}
	return g, nil
}

func getGrant(c *call) (answer, error) {
	g, err := c.grant()
	if err != nil {
		return answer{}, err
	}
	o, err := c.selected("oAuth2PermissionGrant", g.show())
	if err != nil {
		return answer{}, err
	}
	return ok(c.context("oauth2PermissionGrants/$entity", o))
}

func createGrant(c *call) (answer, error) {
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	g, err := c.newGrant(body)
	if err != nil {
		return answer{}, err
	}
	client, on := c.t.spByID(g.clientID), c.t.spByID(g.resourceID)
	for _, p := range []*sp{client, on} {
		if p == nil {
			return answer{}, unknownYet()
		}
	}
	for _, p := range []*sp{client, on} {
		if p.hides(c.at) {
			return answer{}, unknownYet()
		}
		if client == on {
			break
		}
	}
	if !c.hasRole(consents) && !c.acts() || client.app != nil && client.app.magic("-noconsent") {
		return answer{}, denied()
	}
	if g.scope, err = checkScope(on, body["scope"]); err != nil {
		return answer{}, err
	}
	same := func(h *grant) bool {
		return h.clientID == g.clientID && h.resourceID == g.resourceID && h.consentType == g.consentType && h.principalID == g.principalID
	}
	if slices.ContainsFunc(c.t.grants, same) {
		return answer{}, &problem{status: 409, code: "Request_MultipleObjectsWithSameKeyValue", message: "Permission entry already exists."}
	}
	g.veil = c.t.veil(c.t.knobs.Lag.Consent)
	c.t.grants = append(c.t.grants, g)
	return created(c.context("oauth2PermissionGrants/$entity", g.show()))
}

// newGrant is the grant that a body is about, without its scope.
func (c *call) newGrant(body object) (*grant, error) {
	for _, need := range []string{"clientId", "resourceId", "consentType"} {
		if text(body[need]) == "" {
			return nil, bad("A value is required for property '%s' of resource 'OAuth2PermissionGrant'.", need)
		}
	}
	g := &grant{id: c.t.s.newKey(), clientID: text(body["clientId"]), resourceID: text(body["resourceId"]),
		consentType: text(body["consentType"]), principalID: text(body["principalId"])}
	switch g.consentType {
	case "AllPrincipals":
		if g.principalID != "" {
			return nil, bad("Property 'principalId' must be null when consentType is AllPrincipals.")
		}
	case "Principal":
		if c.t.user(g.principalID) == nil {
			return nil, bad("Property 'principalId' must be the ID of a user when consentType is Principal.")
		}
	default:
		return nil, bad("Invalid value specified for property 'consentType' of resource 'OAuth2PermissionGrant'.")
	}
	return g, nil
}

// checkScope reads the scope of a grant: values that the resource exposes.
func checkScope(on *sp, v any) (string, error) {
	scopes := strings.Fields(text(v))
	if len(text(v)) > 3850 {
		return "", bad("Property 'scope' of resource 'OAuth2PermissionGrant' is longer than 3850 characters.")
	}
	for i, s := range scopes {
		seen, _ := on.seen()
		if p := permission(seen, "value", s); p == nil || p["isEnabled"] == false {
			if permission(on.scopes(), "value", s) != nil && p == nil {
				return "", unknownYet() // this replica has not heard of it
			}
			return "", bad("Permission '%s' was not found on application '%s'.", s, on.name())
		}
		if slices.Contains(scopes[:i], s) {
			return "", bad("Property 'scope' has the value '%s' more than once.", s)
		}
	}
	return strings.Join(scopes, " "), nil
}

func updateGrant(c *call) (answer, error) {
	g, err := c.grant()
	if err != nil {
		return answer{}, err
	}
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	client, on := c.t.spByID(g.clientID), c.t.spByID(g.resourceID)
	if !c.hasRole(consents) && !c.acts() || client.app != nil && client.app.magic("-noconsent") {
		return answer{}, denied()
	}
	for k := range body {
		if k != "scope" {
			return answer{}, bad("Property '%s' of a permission grant cannot be changed.", k)
		}
	}
	on.catchUp(c.at)
	scope, err := checkScope(on, body["scope"])
	if err != nil {
		return answer{}, err
	}
	if now := g.veil; !now.hides(c.at) {
		g.old = g.scope
	}
	g.scope, g.veil = scope, c.t.veil(c.t.knobs.Lag.Consent)
	c.wrote = append(c.wrote, place{kind: "grant", id: g.id})
	return noContent()
}

func deleteGrant(c *call) (answer, error) {
	g, err := c.grant()
	if err != nil {
		return answer{}, err
	}
	if !c.hasRole(consents) && !c.acts() {
		return answer{}, denied()
	}
	c.t.grants = slices.DeleteFunc(c.t.grants, func(h *grant) bool { return g == h })
	return noContent()
}
