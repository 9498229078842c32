package manifest

import (
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/plan"
)

// What an app offers besides its scopes: app roles, optional claims and identifier URIs.

// role is an app role. One without a value says nothing in a token.
func (r *reader) role(path string, o object) {
	filled := func(name string) string {
		if v := o.text(name); placeholder(v) == "" {
			return v
		}
		return ""
	}
	a := plan.AppRole{Name: o.text("value"), Title: filled("displayName"), Words: filled("description")}
	switch {
	case placeholder(a.Name) != "":
		r.ignore(path, "%s", placeholder(a.Name))
		return
	case a.Name == "":
		r.ignore(path, "the app role has no value, so no token would contain it")
		return
	case o.of("isEnabled") == false:
		r.ignore(path, "the app role is disabled")
		return
	}
	nothing := func(string, any) {}
	r.object(path, o, map[string]take{
		"value": nothing, "isEnabled": r.enabled, "lang": nothing,
		"displayName": func(path string, v any) { r.text(path, v) },
		"description": func(path string, v any) { r.text(path, v) },
		"id":          r.only(roleID(r.appName, a.Name), ownRole),
		"origin":      r.only("Application", notSet),
		"allowedMemberTypes": r.eachText(func(path string, v any) {
			switch s, _ := v.(string); strings.ToLower(s) {
			case "user":
				a.Users = true
			case "application":
				a.Apps = true
			default:
				r.ignore(path, "is neither User nor Application")
			}
		}),
	})
	r.draft.AppRoles = append(r.draft.AppRoles, a)
}

// enabled is whether a scope or an app role is switched on. One that is off is not read.
func (r *reader) enabled(path string, v any) {
	if v != true {
		r.ignore(path, "%s", noBool)
	}
}

const noBool = "is neither true nor false"

// claims are optional claims, by the kind of token.
func (r *reader) claims(path string, v any) {
	o, ok := v.(object)
	if !ok {
		r.ignore(path, "%s", notObject(v))
		return
	}
	by := map[string]take{}
	for _, token := range plan.TokenKinds {
		by[token] = r.each(func(path string, o object) { r.claim(token, path, o) })
	}
	r.object(path, o, by)
}

func (r *reader) claim(token, path string, o object) {
	c := plan.OptionalClaim{Token: token, Source: o.text("source")}
	r.object(path, o, map[string]take{
		"name":   func(path string, v any) { c.Name = r.text(path, v) },
		"source": func(path string, v any) { r.text(path, v) },
		"essential": func(path string, v any) {
			if c.Essential = v == true; !c.Essential {
				r.ignore(path, "%s", noBool)
			}
		},
		"additionalProperties": r.eachText(func(path string, v any) {
			if s := r.text(path, v); s != "" {
				c.Properties = append(c.Properties, s)
			}
		}),
	})
	switch {
	case c.Name != "":
		r.draft.OptionalClaims = append(r.draft.OptionalClaims, c)
	case empty(o.of("name")) && !empty(o):
		r.ignore(path, "the claim has no name")
	}
}

// identifier is an identifier URI. The one that every app with scopes has says nothing,
// and in others {appId} stands for the ID of the app whose manifest it is.
func (r *reader) identifier(path string, v any) {
	uri, _ := v.(string)
	if r.appID != "" {
		uri = replaceFold(uri, r.appID, "{appId}")
	}
	switch why := placeholder(uri); {
	case why != "":
		r.ignore(path, "%s", why)
	case uri == "":
		r.text(path, v)
	case uri == plan.OwnURI && len(r.scopes) > 0, slices.Contains(r.draft.IdentifierURIs, uri):
	default:
		r.draft.IdentifierURIs = append(r.draft.IdentifierURIs, uri)
	}
}

func replaceFold(s, old, with string) string {
	at := strings.Index(strings.ToLower(s), strings.ToLower(old))
	if at < 0 || len(strings.ToLower(s)) != len(s) {
		return s
	}
	return s[:at] + with + s[at+len(old):]
}

// roleID is the ID of an app role that an app offers.
func roleID(appName, role string) string { return chosenID("app role", appName, role) }

func appRoles(p plan.Plan) []any {
	return list(p.AppRoles, func(r plan.AppRole) any {
		members := []any{}
		if r.Users {
			members = append(members, "User")
		}
		if r.Apps {
			members = append(members, "Application")
		}
		return object{
			{"id", roleID(p.AppName, r.Name)}, {"value", r.Name}, {"displayName", r.Title}, {"description", r.Words},
			{"isEnabled", true}, {"allowedMemberTypes", members},
		}
	})
}

func optionalClaims(p plan.Plan) object {
	claims := object{}
	for _, token := range plan.TokenKinds {
		of := []any{}
		for _, c := range p.OptionalClaims {
			if c.Token == token {
				var source any
				if c.Source != "" {
					source = c.Source
				}
				of = append(of, object{{"name", c.Name}, {"source", source}, {"essential", c.Essential},
					{"additionalProperties", texts(c.Properties)}})
			}
		}
		claims = append(claims, field{token, of})
	}
	return claims
}

// identifierURIs are a plan's, with what a script knows in the place of {appId}.
func identifierURIs(p plan.Plan) []any {
	uris := p.IdentifierURIs
	if len(p.Scopes) > 0 && !slices.Contains(uris, plan.OwnURI) {
		uris = append([]string{plan.OwnURI}, uris...)
	}
	return list(uris, func(uri string) any {
		var t text
		for i, part := range strings.Split(uri, "{appId}") {
			if i > 0 {
				t = append(t, variable("app"))
			}
			if part != "" {
				t = append(t, lit(part))
			}
		}
		return t
	})
}
