package graphops

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// scopeSpace is the name space of the IDs of exposed scopes.
var scopeSpace = uuid.MustParse("6f1c3cf4-6f0c-4f4e-9a39-0c2b8d5b6a11")

// scopeID is the ID of a scope that an app exposes. It follows from the app's
// unique name, so that a repeated call exposes the same one.
func scopeID(uniqueName, scope string) uuid.UUID {
	return uuid.NewSHA1(scopeSpace, []byte(uniqueName+"/"+scope))
}

// ExposeScopes makes sure of what the app offers. All of it can only be said once the app
// has an ID.
func (s *session) ExposeScopes(ctx context.Context, applicationID, appID string, a workflow.App) error {
	var err error
	own := len(a.Scopes) > 0
	switch {
	case a.ObjectID != "": // it may have offered some, and others may have added to it
		own, err = s.mergeAPI(ctx, applicationID, appID, a)
	case own:
		err = s.writeAPI(ctx, applicationID, appID, a)
	}
	if err != nil {
		return err
	}
	return s.ensureOffered(ctx, applicationID, appID, own, a)
}

// writeAPI writes the scopes of an app that was just made, its identifier URI and what it
// asks of itself. Clients that need no consent are named in a second call: they have to
// refer to scopes that exist.
func (s *session) writeAPI(ctx context.Context, applicationID, appID string, a workflow.App) error {
	required, err := s.required(ctx, a, appID)
	if err != nil {
		return err
	}
	body := models.NewApplication()
	uris, _ := mergedURIs([]string{"api://" + appID}, named(a.IdentifierURIs, appID), nil)
	body.SetIdentifierUris(uris)
	body.SetRequiredResourceAccess(required)
	ids := make(map[string]string)
	scopes := []json.RawMessage{}
	for _, sc := range a.Scopes {
		id := scopeID(a.UniqueName, sc.Name)
		ours, err := objectOf(permissionScope(sc, id))
		if err != nil {
			return err
		}
		ids[sc.Name], scopes = id.String(), append(scopes, encode(ours))
	}
	api := object{}
	api.set("requestedAccessTokenVersion", versionTwo)
	api.set("oauth2PermissionScopes", scopes)
	all, err := objectOf(body)
	if err != nil {
		return err
	}
	all.set("api", api)
	if err := s.patchApplication(ctx, opAPI, applicationID, all); err != nil {
		return err
	}
	return s.preAuthorize(ctx, applicationID, api, ids, a.Scopes)
}

// sameScope reports whether nothing but isEnabled differs.
func sameScope(a, b object) bool {
	if !a.same("id", b.text("id")) {
		return false
	}
	for _, of := range []string{"value", "type", "adminConsentDisplayName", "adminConsentDescription", "userConsentDisplayName",
		"userConsentDescription"} {
		if a.text(of) != b.text(of) {
			return false
		}
	}
	return true
}

func permissionScope(sc plan.Scope, id uuid.UUID) models.PermissionScopeable {
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
