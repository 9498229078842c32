package graphops

import (
	"context"
	"encoding/json"
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

// EnsureAPI makes sure of what the app offers. All of it can only be said once the app
// has an ID.
func (s *session) EnsureAPI(ctx context.Context, applicationID, appID string, a workflow.App) error {
	var err error
	switch {
	case a.Merge:
		err = s.mergeAPI(ctx, applicationID, appID, a)
	case len(a.Scopes) > 0 || a.ObjectID != "": // it may have offered some
		err = s.writeAPI(ctx, applicationID, appID, a)
	}
	if err != nil {
		return err
	}
	return s.ensureOffered(ctx, applicationID, appID, a)
}

// writeAPI writes the app's scopes, its identifier URI and what it asks of itself. Clients
// that need no consent are named in a second call: they have to refer to scopes that exist.
func (s *session) writeAPI(ctx context.Context, applicationID, appID string, a workflow.App) error {
	required, err := s.required(ctx, a, appID)
	if err != nil {
		return err
	}
	body := models.NewApplication()
	if len(a.Scopes) > 0 { // else it keeps those that it has
		body.SetIdentifierUris(slices.Compact(append([]string{"api://" + appID}, named(a.IdentifierURIs, appID)...)))
	}
	body.SetRequiredResourceAccess(required)
	clients := make(map[string][]string)
	var order []string
	scopes := []json.RawMessage{} // an empty list removes what there was
	for _, sc := range a.Scopes {
		id := scopeID(a.UniqueName, sc.Name)
		ours, err := objectOf(permissionScope(sc, id))
		if err != nil {
			return err
		}
		scopes = append(scopes, encode(ours))
		for _, c := range sc.PreAuthorized {
			if clients[c] == nil {
				order = append(order, c)
			}
			clients[c] = append(clients[c], id.String())
		}
	}
	api := object{}
	if a.ObjectID != "" { // it was there before, and may offer something else
		if api, err = s.closeScopes(ctx, applicationID, scopes); err != nil {
			return err
		}
	}
	api.set("requestedAccessTokenVersion", 2)
	api.set("oauth2PermissionScopes", scopes)
	all, err := objectOf(body)
	if err != nil {
		return err
	}
	all.set("api", api)
	err = s.patch(ctx, opAPI, applicationID, all)
	if no, _ := err.(*answer); no != nil && no.is("CannotDeleteOrUpdateEnabledEntitlement") && a.ObjectID != "" {
		return no.behind("that a scope is closed is not known everywhere yet")
	}
	if err != nil || len(order) == 0 && a.ObjectID == "" {
		return s.fault(err, applicationID)
	}
	allowed := []object{}
	for _, c := range order {
		p := object{}
		p.set("appId", c)
		p.set("delegatedPermissionIds", clients[c])
		allowed = append(allowed, p)
	}
	api.set("preAuthorizedApplications", allowed)
	return s.patchApplication(ctx, opAPI, applicationID, object{"api": encode(api)})
}

// closeScopes disables the scopes that are to change or go, in a call of its own:
// Graph changes none that is enabled. Clients that needed no consent for them lose
// that; those for other scopes keep it. It returns what else the application has in
// its API, which stays.
// Source: Graph, permissionScope resource type, isEnabled.
func (s *session) closeScopes(ctx context.Context, applicationID string, will []json.RawMessage) (object, error) {
	has, err := s.settings(ctx, applicationID)
	if err != nil {
		return nil, err
	}
	api := has.api()
	closed, stays := make(map[string]bool), make(map[string]bool)
	scopes := api.list("oauth2PermissionScopes")
	for i, raw := range scopes {
		old := decode[object](raw)
		id, same := strings.ToLower(old.text("id")), slices.ContainsFunc(will, func(p json.RawMessage) bool { return sameScope(old, decode[object](p)) })
		switch {
		case same:
			stays[id] = true
		case decode[bool](old["isEnabled"]):
			old.set("isEnabled", false)
			scopes[i] = encode(old)
			closed[id] = true
		}
	}
	api.set("preAuthorizedApplications", clientsOf(api.list("preAuthorizedApplications"), stays))
	if len(closed) == 0 {
		return api, nil
	}
	api.set("oauth2PermissionScopes", scopes)
	return api, s.patchApplication(ctx, opAPI, applicationID, object{"api": encode(api)})
}

// clientsOf are the clients that need no consent for the scopes with these IDs.
func clientsOf(clients []json.RawMessage, scopes map[string]bool) []json.RawMessage {
	all := []json.RawMessage{}
	for _, raw := range clients {
		p := decode[object](raw)
		has := p.texts("delegatedPermissionIds")
		left := slices.DeleteFunc(slices.Clone(has), func(id string) bool { return !scopes[strings.ToLower(id)] })
		if len(left) == 0 {
			continue
		}
		if len(left) < len(has) {
			p.set("delegatedPermissionIds", left)
			raw = encode(p)
		}
		all = append(all, raw)
	}
	return all
}

// sameScope reports whether nothing but isEnabled differs.
func sameScope(a, b object) bool {
	if !a.same("id", b.text("id")) {
		return false
	}
	for _, of := range []string{"value", "type", "adminConsentDisplayName", "adminConsentDescription", "userConsentDisplayName", "userConsentDescription"} {
		if a.text(of) != b.text(of) {
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
