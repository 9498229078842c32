package graphops

import (
	"context"
	"slices"
	"strings"

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
	scopes := []models.PermissionScopeable{} // an empty list takes away what there was
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
	if a.ObjectID != "" { // it was there before, and may offer something else
		if err := s.closeScopes(ctx, applicationID, scopes); err != nil {
			return err
		}
	}
	api.SetOauth2PermissionScopes(scopes)
	body.SetApi(api)
	err = s.patch(ctx, opAPI, applicationID, body)
	if no, _ := err.(*answer); no != nil && no.is("CannotDeleteOrUpdateEnabledEntitlement") && a.ObjectID != "" {
		return no.later("that a scope is closed is not known everywhere yet")
	}
	if err != nil || len(order) == 0 && a.ObjectID == "" {
		return s.fault(err, applicationID)
	}
	allowed := []models.PreAuthorizedApplicationable{}
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

// closeScopes disables the scopes that are to change or go, in a call of its own:
// Graph changes none that is enabled. Clients that needed no consent for them lose
// that; those for other scopes keep it.
// Source: Graph, permissionScope resource type, isEnabled.
func (s *session) closeScopes(ctx context.Context, applicationID string, will []models.PermissionScopeable) error {
	got, err := s.send(ctx, opReadApp, s.get("/applications/{id}?$select=id,api", "id", applicationID), models.CreateApplicationFromDiscriminatorValue)
	if err != nil {
		return s.fault(err, applicationID)
	}
	a, ok := got.(models.Applicationable)
	if !ok {
		return &later{op: opReadApp, why: "there is nothing in the answer"}
	}
	if a.GetApi() == nil {
		return nil
	}
	off, closed := false, make(map[string]bool)
	scopes := a.GetApi().GetOauth2PermissionScopes()
	for _, old := range scopes {
		if value(old.GetIsEnabled()) && !slices.ContainsFunc(will, func(p models.PermissionScopeable) bool { return sameScope(old, p) }) {
			old.SetIsEnabled(&off)
			closed[value(old.GetId()).String()] = true
		}
	}
	if len(closed) == 0 {
		return nil
	}
	allowed := []models.PreAuthorizedApplicationable{}
	for _, p := range a.GetApi().GetPreAuthorizedApplications() {
		left := slices.DeleteFunc(slices.Clone(p.GetDelegatedPermissionIds()), func(id string) bool { return closed[strings.ToLower(id)] })
		if len(left) > 0 {
			p.SetDelegatedPermissionIds(left)
			allowed = append(allowed, p)
		}
	}
	body, api := models.NewApplication(), models.NewApiApplication()
	api.SetOauth2PermissionScopes(scopes)
	api.SetPreAuthorizedApplications(allowed)
	body.SetApi(api)
	return s.patchApplication(ctx, opAPI, applicationID, body)
}

// sameScope says whether nothing but isEnabled differs.
func sameScope(a, b models.PermissionScopeable) bool {
	if value(a.GetId()) != value(b.GetId()) {
		return false
	}
	for _, of := range []func(models.PermissionScopeable) *string{
		models.PermissionScopeable.GetValue, models.PermissionScopeable.GetTypeEscaped,
		models.PermissionScopeable.GetAdminConsentDisplayName, models.PermissionScopeable.GetAdminConsentDescription,
		models.PermissionScopeable.GetUserConsentDisplayName, models.PermissionScopeable.GetUserConsentDescription,
	} {
		if value(of(a)) != value(of(b)) {
			return false
		}
	}
	return true
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
	title, words := sc.ForUsers()
	p.SetUserConsentDisplayName(&title)
	p.SetUserConsentDescription(&words)
	return p
}

// patchApplication changes what body has of an application.
func (s *session) patchApplication(ctx context.Context, op operation, applicationID string, body models.Applicationable) error {
	return s.fault(s.patch(ctx, op, applicationID, body), applicationID)
}

// patch is patchApplication with Graph's own answer.
func (s *session) patch(ctx context.Context, op operation, applicationID string, body models.Applicationable) error {
	req, err := s.application(applicationID).ToPatchRequestInformation(ctx, body, nil)
	if err != nil {
		return err
	}
	_, err = s.send(ctx, op, req, models.CreateApplicationFromDiscriminatorValue)
	return err
}
