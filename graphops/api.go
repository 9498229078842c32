package graphops

import (
	"context"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/workflow"
)

// scopeSpace is the name space of the IDs of exposed scopes.
var scopeSpace = uuid.MustParse("6f1c3cf4-6f0c-4f4e-9a39-0c2b8d5b6a11")

// scopeID is the ID of a scope that an app exposes. It follows from the app's
// unique name, so that a repeated call exposes the same one.
func scopeID(uniqueName, scope string) uuid.UUID {
	return uuid.NewSHA1(scopeSpace, []byte(uniqueName+"/"+scope))
}

// EnsureAPI writes the app's scopes, its identifier URI and what it asks of
// itself. All of it can only be said once the app has an ID. Clients that need no
// consent are named in a second call: they have to refer to scopes that exist.
func (s *session) EnsureAPI(ctx context.Context, applicationID, appID string, a workflow.App) error {
	if a.Merge {
		return s.mergeAPI(ctx, applicationID, appID, a)
	}
	body := models.NewApplication()
	body.SetIdentifierUris([]string{"api://" + appID})
	required, err := s.required(ctx, a, appID)
	if err != nil {
		return err
	}
	body.SetRequiredResourceAccess(required)
	api := models.NewApiApplication()
	version := int32(2)
	api.SetRequestedAccessTokenVersion(&version)
	clients := make(map[string][]string)
	var order []string
	var scopes []models.PermissionScopeable
	for _, sc := range a.Scopes {
		id := scopeID(a.UniqueName, sc.Name)
		scopes = append(scopes, permissionScope(sc, id))
		for _, c := range sc.PreAuthorized {
			if clients[c] == nil {
				order = append(order, c)
			}
			clients[c] = append(clients[c], id.String())
		}
	}
	api.SetOauth2PermissionScopes(scopes)
	body.SetApi(api)
	if err := s.patchApplication(ctx, opAPI, applicationID, body); err != nil || len(order) == 0 {
		return err
	}
	var allowed []models.PreAuthorizedApplicationable
	for _, c := range order {
		p := models.NewPreAuthorizedApplication()
		p.SetAppId(&c)
		p.SetDelegatedPermissionIds(clients[c])
		allowed = append(allowed, p)
	}
	body = models.NewApplication()
	api.SetPreAuthorizedApplications(allowed)
	body.SetApi(api)
	return s.patchApplication(ctx, opAPI, applicationID, body)
}

func permissionScope(sc workflow.Scope, id uuid.UUID) models.PermissionScopeable {
	kind, on := "User", true
	if sc.AdminsOnly {
		kind = "Admin"
	}
	p := models.NewPermissionScope()
	p.SetId(&id)
	p.SetValue(&sc.Name)
	p.SetTypeEscaped(&kind)
	p.SetIsEnabled(&on)
	p.SetAdminConsentDisplayName(&sc.Title)
	p.SetAdminConsentDescription(&sc.Words)
	p.SetUserConsentDisplayName(&sc.Title)
	p.SetUserConsentDescription(&sc.Words)
	return p
}

// patchApplication changes what body has of an application.
func (s *session) patchApplication(ctx context.Context, op operation, applicationID string, body models.Applicationable) error {
	req, err := s.application(applicationID).ToPatchRequestInformation(ctx, body, nil)
	if err != nil {
		return err
	}
	_, err = s.send(ctx, op, req, models.CreateApplicationFromDiscriminatorValue)
	return s.fault(err, applicationID)
}
