package graphops

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What an application offers besides its scopes: app roles, optional claims and identifier
// URIs. What others wrote beside them goes back as it came.

// roleID is the ID of an app role that an app offers. It follows from the app's unique
// name, so that a repeated call offers the same one.
func roleID(uniqueName, role string) string {
	return uuid.NewSHA1(scopeSpace, []byte(uniqueName+"/role/"+strings.ToLower(role))).String()
}

// ensureOffered makes sure of a's roles, claims and identifier URIs, and that those in
// a.Drops are gone. own says that it has an identifier URI for its scopes: a replica that is
// behind need not show that, and the list is written as a whole. Graph changes and removes
// no role that is enabled, so those are disabled in a call of their own.
// Source: Graph, appRole and optionalClaims resource types; "Update application".
func (s *session) ensureOffered(ctx context.Context, applicationID, appID string, own bool, a workflow.App) error {
	if len(a.AppRoles)+len(a.OptionalClaims)+len(a.IdentifierURIs)+len(a.Drops.AppRoles)+len(a.Drops.OptionalClaims)+
		len(a.Drops.IdentifierURIs) == 0 {
		return nil
	}
	has, err := s.settings(ctx, applicationID, "appRoles", "optionalClaims")
	if err != nil {
		return err
	}
	body := object{}
	roles, closing, differs, err := mergedRoles(withoutOrigin(has.raw.list("appRoles")), a)
	if err != nil {
		return err
	}
	if closing != nil {
		if err := s.patchApplication(ctx, opAPI, applicationID, object{"appRoles": encode(closing)}); err != nil {
			return err
		}
	}
	if differs {
		body.set("appRoles", roles)
	}
	if claims, differs := mergedClaims(has.raw.part("optionalClaims"), a); differs {
		body.set("optionalClaims", claims)
	}
	want := a.IdentifierURIs
	if own {
		want = append([]string{plan.OwnURI}, want...)
	}
	if uris, differs := mergedURIs(has.GetIdentifierUris(), named(want, appID), named(a.Drops.IdentifierURIs, appID)); differs {
		body.set("identifierUris", uris)
	}
	if len(body) == 0 {
		return nil
	}
	return s.patchAPI(ctx, applicationID, body)
}

// named are identifier URIs with the app's ID in them.
func named(uris []string, appID string) []string {
	out := make([]string, len(uris))
	for i, u := range uris {
		out[i] = strings.ReplaceAll(u, "{appId}", appID)
	}
	return out
}

// mergedRoles is what there is, with a's roles and without a.Drops'. closing is what there
// is with those disabled that change or go, or nil.
func mergedRoles(has []json.RawMessage, a workflow.App) (roles, closing []json.RawMessage, differs bool, err error) {
	roles = []json.RawMessage{}
	there := make(map[string]bool)
	closed := slices.Clone(has)
	for i, raw := range has {
		o := decode[object](raw)
		name := strings.ToLower(o.text("value"))
		is := func(r plan.AppRole) bool { return strings.ToLower(r.Name) == name }
		want := slices.IndexFunc(a.AppRoles, is)
		goes := want < 0 && slices.ContainsFunc(a.Drops.AppRoles, is)
		there[name] = want >= 0 || there[name]
		enabled := decode[bool](o["isEnabled"])
		ours := o.same("id", roleID(a.UniqueName, o.text("value")))
		switch {
		case want >= 0 && !ours && !enabled:
			return nil, nil, false, &workflow.ServiceError{Code: "RoleDisabled",
				Text: "the app has the app role " + o.text("value") +
					" already, but it is disabled. One of its owners has to enable it in Entra (App roles); then press Retry."}
		case want >= 0 && !ours && readRole(o).For() != a.AppRoles[want].For():
			return nil, nil, false, workflow.RoleElsewhere(readRole(o), a.AppRoles[want])
		case want >= 0 && ours && (!enabled || !isRole(o, a.AppRoles[want])):
			raw = encode(appRole(a.UniqueName, a.AppRoles[want]))
			differs = true
		case goes:
			differs = true
		default:
			roles = append(roles, raw)
			continue
		}
		if enabled { // it changes or goes
			o.set("isEnabled", false)
			closed[i] = encode(o)
			closing = closed
		}
		if !goes {
			roles = append(roles, raw)
		}
	}
	for _, r := range a.AppRoles {
		if !there[strings.ToLower(r.Name)] {
			roles = append(roles, encode(appRole(a.UniqueName, r)))
			differs = true
		}
	}
	return roles, closing, differs, nil
}

func appRole(uniqueName string, r plan.AppRole) object {
	o := object{}
	o.set("id", roleID(uniqueName, r.Name))
	o.set("value", r.Name)
	o.set("displayName", r.Title)
	o.set("description", r.Words)
	o.set("isEnabled", true)
	o.set("allowedMemberTypes", memberTypes(r))
	return o
}

func memberTypes(r plan.AppRole) []string {
	of := []string{}
	if r.Users {
		of = append(of, "User")
	}
	if r.Apps {
		of = append(of, "Application")
	}
	return of
}

// isRole reports whether an app role is as a plan has it.
func isRole(o object, r plan.AppRole) bool { return readRole(o) == r }

func readRole(o object) plan.AppRole {
	of := o.texts("allowedMemberTypes")
	return plan.AppRole{Name: o.text("value"), Title: o.text("displayName"), Words: o.text("description"),
		Users: slices.Contains(of, "User"), Apps: slices.Contains(of, "Application")}
}

// mergedClaims is what there is, with a's claims and without a.Drops'.
func mergedClaims(claims object, a workflow.App) (object, bool) {
	differs := false
	for _, token := range plan.TokenKinds {
		list := []json.RawMessage{}
		changed := false
		is := func(o object) func(plan.OptionalClaim) bool {
			return func(c plan.OptionalClaim) bool {
				return c.Token == token && c.Name == o.text("name") && c.Source == o.text("source")
			}
		}
		there := claims.list(token)
		for _, raw := range there {
			o := decode[object](raw)
			if slices.ContainsFunc(a.Drops.OptionalClaims, is(o)) && !slices.ContainsFunc(a.OptionalClaims, is(o)) {
				changed = true
				continue
			}
			list = append(list, raw)
		}
		for _, c := range a.OptionalClaims {
			if c.Token == token && !slices.ContainsFunc(there, func(raw json.RawMessage) bool { return is(decode[object](raw))(c) }) {
				list = append(list, encode(optionalClaim(c)))
				changed = true
			}
		}
		if changed {
			claims.set(token, list)
			differs = true
		}
	}
	return claims, differs
}

func optionalClaim(c plan.OptionalClaim) object {
	o := object{"source": json.RawMessage("null")}
	o.set("name", c.Name)
	o.set("essential", c.Essential)
	o.set("additionalProperties", append([]string{}, c.Properties...))
	if c.Source != "" {
		o.set("source", c.Source)
	}
	return o
}

// offeredBy writes into a plan what an application offers besides its scopes. A role
// without a value, or one that is disabled, is no part of a plan.
func offeredBy(p *plan.Plan, has settings, appID string) {
	for _, raw := range has.raw.list("appRoles") {
		if o := decode[object](raw); o.text("value") != "" && decode[bool](o["isEnabled"]) {
			p.AppRoles = append(p.AppRoles, readRole(o))
		}
	}
	claims := has.raw.part("optionalClaims")
	for _, token := range plan.TokenKinds {
		for _, raw := range claims.list(token) {
			o := decode[object](raw)
			p.OptionalClaims = append(p.OptionalClaims, plan.OptionalClaim{Token: token, Name: o.text("name"), Source: o.text("source"),
				Essential: decode[bool](o["essential"]), Properties: append([]string(nil), o.texts("additionalProperties")...)})
		}
	}
	for _, uri := range has.GetIdentifierUris() {
		if uri = strings.ReplaceAll(uri, appID, "{appId}"); uri != plan.OwnURI || len(p.Scopes) == 0 {
			p.IdentifierURIs = append(p.IdentifierURIs, uri)
		}
	}
}
