package graphops

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// RemoveScopes removes what mergeAPI added, in two calls: Graph lets no scope go that
// is enabled. A scope is ours by its ID, whatever it is called now.
// Source: Graph, permissionScope resource type, isEnabled.
func (s *session) RemoveScopes(ctx context.Context, applicationID, appID string, a workflow.App, uri bool) (stay []string, err error) {
	if err := s.ensureOffered(ctx, applicationID, appID, false, workflow.App{UniqueName: a.UniqueName, Drops: a.Drops}); err != nil {
		return nil, err
	}
	if len(a.Scopes) == 0 && !uri {
		return nil, nil
	}
	has, err := s.settings(ctx, applicationID)
	if err != nil {
		return nil, err
	}
	api := has.api()
	ours := make(map[uuid.UUID]bool)
	for _, sc := range a.Scopes {
		ours[scopeID(a.UniqueName, sc.Name)] = true
	}
	unsure := s.ChangedLately()
	scopes := api.list("oauth2PermissionScopes")
	if err := s.expectScopes(applicationID, a, scopes); err != nil {
		return nil, err
	}
	left, err := s.disable(ctx, applicationID, api, scopes, ours, a.Scopes)
	if err != nil {
		return nil, err
	}
	body := object{}
	if len(left) < len(scopes) {
		api.set("oauth2PermissionScopes", left)
		body.set("api", api)
	}
	merged, _, err := s.mergedRequired(ctx, a, has) // it was written a moment ago, and this may be how it was before
	if err != nil {
		return nil, err
	}
	if required, differs := dropAccess(merged, ownAccess(appID, ours), nil); differs || unsure {
		body.set("requiredResourceAccess", required)
	}
	if uris := has.GetIdentifierUris(); uri && (unsure || slices.Contains(uris, "api://"+appID)) {
		if len(left) > 0 {
			stay = []string{"api://" + appID}
		} else {
			goes := append(named(a.Drops.IdentifierURIs, appID), "api://"+appID) // the first call need not be seen yet
			body.set("identifierUris", slices.DeleteFunc(append([]string{}, uris...), func(u string) bool {
				return slices.Contains(goes, u)
			}))
		}
	}
	if len(body) == 0 {
		return stay, nil
	}
	err = s.patchAPI(ctx, applicationID, body)
	if len(left) < len(scopes) {
		s.Removes(scopesOf(applicationID), err)
	}
	return stay, err
}

// disable makes the first call, where there is anything to disable: api then has our scopes
// disabled and needs no consent for fewer clients. It returns the scopes that are not ours.
func (s *session) disable(ctx context.Context, applicationID string, api object, scopes []json.RawMessage, ours map[uuid.UUID]bool,
	added []plan.Scope) (left []json.RawMessage, err error) {
	left, closes := closeScopes(scopes, ours)
	clients, fewer := withoutClients(api.list("preAuthorizedApplications"), scopes, ours, added)
	if !closes && !fewer {
		return left, nil
	}
	api.set("oauth2PermissionScopes", scopes)
	api.set("preAuthorizedApplications", clients)
	err = s.patchApplication(ctx, opAPI, applicationID, object{"api": encode(api)})
	if _, lost := err.(*fault.Later); lost || err == nil { // a replica that was behind has them again, whoever removed them before
		s.Gives(scopesOf(applicationID))
	}
	return left, err
}

// scopesOf is what a session calls the scopes that an application exposes for a plan.
func scopesOf(applicationID string) string { return "scopes of " + applicationID }

// expectScopes returns an error where a scope of the plan may be there though it is not
// seen.
func (s *session) expectScopes(applicationID string, a workflow.App, scopes []json.RawMessage) error {
	for _, sc := range a.Scopes {
		seen := func(raw json.RawMessage) bool {
			p := decode[object](raw)
			return value(guid(p.text("id"))) == scopeID(a.UniqueName, sc.Name) || p.text("value") == sc.Name
		}
		if !slices.ContainsFunc(scopes, seen) && s.IsHidden(scopesOf(applicationID)) {
			return opAPI.Stale("the app's scopes are not seen yet")
		}
	}
	return nil
}

// closeScopes disables those of the scopes that are ours and enabled, and reports whether
// there was one. left are those that are not ours.
func closeScopes(scopes []json.RawMessage, ours map[uuid.UUID]bool) (left []json.RawMessage, closes bool) {
	left = []json.RawMessage{}
	for i, raw := range scopes {
		sc := decode[object](raw)
		switch {
		case !ours[value(guid(sc.text("id")))]:
			left = append(left, raw)
		case decode[bool](sc["isEnabled"]):
			sc.set("isEnabled", false)
			scopes[i] = encode(sc)
			closes = true
		}
	}
	return left, closes
}

// withoutClients is who needs no consent, without our scopes and, for the scopes that
// were there, without the clients that a scope of that name added.
func withoutClients(clients, scopes []json.RawMessage, ours map[uuid.UUID]bool, added []plan.Scope) (left []json.RawMessage,
	fewer bool) {
	named := make(map[string]string)
	for _, raw := range scopes {
		sc := decode[object](raw)
		named[strings.ToLower(sc.text("id"))] = sc.text("value")
	}
	return thinned(clients, "delegatedPermissionIds", func(c object, raw json.RawMessage) bool {
		id := strings.ToLower(decode[string](raw))
		scope, err := uuid.Parse(id)
		return err == nil && ours[scope] || slices.ContainsFunc(added, func(sc plan.Scope) bool {
			return sc.Name == named[id] && slices.ContainsFunc(sc.PreAuthorized, func(app string) bool { return c.same("appId", app) })
		})
	})
}

func scopeAccess(id uuid.UUID) models.ResourceAccessable {
	kind := "Scope"
	access := models.NewResourceAccess()
	access.SetId(&id)
	access.SetTypeEscaped(&kind)
	return access
}

// ownAccess is what an application asks of its own scopes, as in requiredResourceAccess.
func ownAccess(appID string, scopes map[uuid.UUID]bool) []models.RequiredResourceAccessable {
	own := models.NewRequiredResourceAccess()
	own.SetResourceAppId(&appID)
	var all []models.ResourceAccessable
	for id := range scopes {
		all = append(all, scopeAccess(id))
	}
	own.SetResourceAccess(all)
	return []models.RequiredResourceAccessable{own}
}
