package graphops

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/workflow"
)

// TakeBackAPI takes away what mergeAPI added, in two calls: Graph lets no scope go that
// is enabled. A scope is ours by its ID, whatever it is called by now.
// Source: Graph, permissionScope resource type, isEnabled.
func (s *session) TakeBackAPI(ctx context.Context, applicationID, appID string, a workflow.App, uri bool) (stay []string, err error) {
	has, err := s.settings(ctx, applicationID)
	if err != nil {
		return nil, err
	}
	api := has.GetApi()
	if api == nil {
		api = models.NewApiApplication()
	}
	ours := make(map[uuid.UUID]bool)
	for _, sc := range a.Scopes {
		ours[scopeID(a.UniqueName, sc.Name)] = true
	}
	scopes, off, closes := api.GetOauth2PermissionScopes(), false, false
	left := []models.PermissionScopeable{}
	for _, sc := range scopes {
		switch {
		case !ours[value(sc.GetId())]:
			left = append(left, sc)
		case value(sc.GetIsEnabled()):
			sc.SetIsEnabled(&off)
			closes = true
		}
	}
	clients, fewer := withoutClients(api.GetPreAuthorizedApplications(), scopes, ours, a.Scopes)
	if closes || fewer {
		api.SetOauth2PermissionScopes(scopes)
		api.SetPreAuthorizedApplications(clients)
		body := models.NewApplication()
		body.SetApi(api)
		if err := s.patchApplication(ctx, opAPI, applicationID, body); err != nil {
			return nil, err
		}
	}
	body, changed := models.NewApplication(), len(left) < len(scopes)
	if changed {
		api.SetOauth2PermissionScopes(left)
		body.SetApi(api)
	}
	if required, differs := dropAccess(has.GetRequiredResourceAccess(), ownAccess(appID, ours), nil); differs {
		body.SetRequiredResourceAccess(required)
		changed = true
	}
	if uris := has.GetIdentifierUris(); uri && slices.Contains(uris, "api://"+appID) {
		if len(left) > 0 {
			stay = []string{"api://" + appID}
		} else {
			body.SetIdentifierUris(slices.DeleteFunc(append([]string{}, uris...), func(u string) bool { return u == "api://"+appID }))
			changed = true
		}
	}
	if !changed {
		return stay, nil
	}
	err = s.patch(ctx, opAPI, applicationID, body)
	if no, _ := err.(*answer); no != nil && no.status == http.StatusBadRequest && no.is("CannotDeleteOrUpdateEnabledEntitlement") {
		return nil, no.later("that a scope is closed is not known everywhere yet")
	}
	return stay, s.fault(err, applicationID)
}

// withoutClients is who needs no consent, without our scopes and, for the scopes that
// were there, without the clients that a scope of that name added.
func withoutClients(clients []models.PreAuthorizedApplicationable, scopes []models.PermissionScopeable, ours map[uuid.UUID]bool, added []workflow.Scope) (left []models.PreAuthorizedApplicationable, fewer bool) {
	named := make(map[string]string)
	for _, sc := range scopes {
		named[value(sc.GetId()).String()] = value(sc.GetValue())
	}
	left = []models.PreAuthorizedApplicationable{}
	for _, c := range clients {
		has := c.GetDelegatedPermissionIds()
		stays := slices.DeleteFunc(slices.Clone(has), func(id string) bool {
			id = strings.ToLower(id)
			scope, err := uuid.Parse(id)
			return err == nil && ours[scope] || slices.ContainsFunc(added, func(sc workflow.Scope) bool {
				return sc.Name == named[id] && slices.ContainsFunc(sc.PreAuthorized, func(app string) bool { return strings.EqualFold(app, value(c.GetAppId())) })
			})
		})
		fewer = fewer || len(stays) < len(has)
		if len(stays) > 0 || len(has) == 0 {
			c.SetDelegatedPermissionIds(stays)
			left = append(left, c)
		}
	}
	return left, fewer
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
