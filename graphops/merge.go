package graphops

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// An application that was not made here, or that is updated, is merged with a plan:
// what it has stays, but for what was to be dropped. Only what differs is written, and each part of
// it as a whole, with what was read.

// mergeApplication adds to an application's settings, and takes away a.Drops.
func (s *session) mergeApplication(ctx context.Context, a workflow.App) error {
	has, err := s.settings(ctx, a.ObjectID)
	if err != nil {
		return err
	}
	body := object{}
	was, unsure := planOf(has), s.unsettled() // then this may be how it was, and all that is wanted is written
	for _, p := range []struct {
		platform        string
		was, want, drop []string
	}{
		{"web", was.RedirectURIs, a.RedirectURIs, a.Drops.RedirectURIs},
		{"spa", was.SPARedirectURIs, a.SPARedirectURIs, a.Drops.SPARedirectURIs},
		{"publicClient", was.PublicRedirectURIs, a.PublicRedirectURIs, a.Drops.PublicRedirectURIs},
	} {
		if uris, differs := mergedURIs(p.was, p.want, p.drop); differs || unsure && len(p.want)+len(p.drop) > 0 {
			body.set(p.platform, has.platform(p.platform, uris))
		}
	}
	if a.PublicClientFlows && (unsure || !was.PublicClientFlows) || a.Drops.PublicClientFlows && (unsure || was.PublicClientFlows) {
		body.set("isFallbackPublicClient", a.PublicClientFlows)
	}
	if a.Drops.Audience != "" && (unsure || a.Drops.Audience == was.Audience) {
		body.set("signInAudience", a.Audience)
	}
	required, differs, err := s.mergedRequired(ctx, a, has)
	if err != nil {
		return err
	}
	if differs || unsure && len(a.Permissions)+len(a.Drops.Permissions) > 0 {
		body.set("requiredResourceAccess", required)
	}
	if len(body) == 0 {
		return nil
	}
	return s.patchApplication(ctx, opApplication, a.ObjectID, body)
}

// mergedURIs is what there is, with what is wanted and without what is dropped.
func mergedURIs(has, want, drop []string) (uris []string, differs bool) {
	uris = slices.DeleteFunc(append([]string{}, has...), func(u string) bool { return slices.Contains(drop, u) })
	for _, u := range want {
		if !slices.Contains(uris, u) {
			uris = append(uris, u)
		}
	}
	return uris, !slices.Equal(uris, has)
}

// mergedRequired is what the application asks for, with a's permissions and
// without those that are dropped. Its own scopes are EnsureAPI's to add; dropped they
// are here, by their names.
func (s *session) mergedRequired(ctx context.Context, a workflow.App, has settings) ([]json.RawMessage, bool, error) {
	want, err := s.required(ctx, a, "")
	if err != nil {
		return nil, false, err
	}
	gone := a
	gone.Permissions = a.Drops.Permissions // those on itself are left out without its App ID
	drop, err := s.required(ctx, gone, "")
	if err != nil {
		return nil, false, err
	}
	drop = append(drop, ownAccess(a.AppID, ownScopes(has, a.Drops.Permissions))...)
	merged, differs := dropAccess(has.raw.list("requiredResourceAccess"), drop, a.Keeps)
	for _, w := range want {
		for _, access := range w.GetResourceAccess() {
			if added, ok := addAccess(merged, value(w.GetResourceAppId()), access); ok {
				merged, differs = added, true
			}
		}
	}
	return merged, differs, nil
}

// ownScopes are the IDs of those scopes of an application that permissions on itself name.
func ownScopes(of models.Applicationable, permissions []workflow.Permission) map[uuid.UUID]bool {
	ids := make(map[uuid.UUID]bool)
	if of.GetApi() == nil {
		return ids
	}
	for _, sc := range of.GetApi().GetOauth2PermissionScopes() {
		if slices.ContainsFunc(permissions, func(p workflow.Permission) bool {
			return p.ResourceAppID == workflow.Self && p.Type == catalog.Delegated && p.Name == value(sc.GetValue())
		}) {
			ids[value(sc.GetId())] = true
		}
	}
	return ids
}

// addAccess adds a permission to those that an application asks for, unless it
// does so already.
func addAccess(to []json.RawMessage, resourceAppID string, access models.ResourceAccessable) ([]json.RawMessage, bool) {
	entry := encode(map[string]string{"id": value(access.GetId()).String(), "type": value(access.GetTypeEscaped())})
	to = slices.Clone(to)
	for i, raw := range to {
		r := decode[object](raw)
		if !r.same("resourceAppId", resourceAppID) {
			continue
		}
		asked := r.list("resourceAccess")
		if slices.ContainsFunc(asked, func(x json.RawMessage) bool { return isAccess(x, access) }) {
			return to, false
		}
		r.set("resourceAccess", append(asked, entry))
		to[i] = encode(r)
		return to, true
	}
	r := object{}
	r.set("resourceAppId", resourceAppID)
	r.set("resourceAccess", []json.RawMessage{entry})
	return append(to, encode(r)), true
}

func isAccess(raw json.RawMessage, access models.ResourceAccessable) bool {
	x := decode[object](raw)
	return x.same("id", value(access.GetId()).String()) && x.text("type") == value(access.GetTypeEscaped())
}

// dropAccess is what an application asks for, without what is dropped and not kept.
func dropAccess(has []json.RawMessage, drop []models.RequiredResourceAccessable, keeps []string) (left []json.RawMessage, differs bool) {
	left = []json.RawMessage{}
	for _, raw := range has {
		r := decode[object](raw)
		on, asked := r.text("resourceAppId"), r.list("resourceAccess")
		stays := slices.DeleteFunc(slices.Clone(asked), func(x json.RawMessage) bool {
			return isDropped(drop, on, x) && !slices.Contains(keeps, called(on, x))
		})
		switch {
		case len(stays) == len(asked):
			left = append(left, raw)
			continue
		case len(stays) > 0:
			r.set("resourceAccess", stays)
			left = append(left, encode(r))
		}
		differs = true
	}
	return left, differs
}

func called(resourceAppID string, raw json.RawMessage) string {
	x := decode[object](raw)
	return strings.ToLower(resourceAppID + "/" + x.text("type") + "/" + x.text("id"))
}

func isDropped(drop []models.RequiredResourceAccessable, resourceAppID string, raw json.RawMessage) bool {
	return slices.ContainsFunc(drop, func(r models.RequiredResourceAccessable) bool {
		return strings.EqualFold(value(r.GetResourceAppId()), resourceAppID) &&
			slices.ContainsFunc(r.GetResourceAccess(), func(x models.ResourceAccessable) bool { return isAccess(raw, x) })
	})
}

// accessCalled is what an entry of requiredResourceAccess is called in Found.Required.
func accessCalled(resourceAppID string, x models.ResourceAccessable) string {
	return strings.ToLower(resourceAppID + "/" + value(x.GetTypeEscaped()) + "/" + value(x.GetId()).String())
}

// mergeAPI adds scopes and clients that need no consent to what the application
// offers, and the identifier URI where there is a new scope. A scope that is there by
// its name stays as it is, with the ID that it has.
func (s *session) mergeAPI(ctx context.Context, applicationID, appID string, a workflow.App) error {
	has, err := s.settings(ctx, applicationID)
	if err != nil {
		return err
	}
	body := object{}
	api := has.api()
	ids := make(map[string]string)
	scopes := api.list("oauth2PermissionScopes")
	for _, raw := range scopes {
		sc := decode[object](raw)
		name := sc.text("value")
		ids[name] = strings.ToLower(sc.text("id"))
		i := slices.IndexFunc(a.Scopes, func(w workflow.Scope) bool { return w.Name == name })
		switch {
		case i < 0:
		case !decode[bool](sc["isEnabled"]):
			return &workflow.Trouble{Code: "ScopeDisabled", Text: "the app exposes the scope " + name + " already, but it is disabled. One of its owners has to enable it in Entra (Expose an API); then press Retry."}
		case a.Scopes[i].AdminsOnly != (sc.text("type") == "Admin"):
			return &workflow.Trouble{Code: "ScopeDiffers", Text: "who may consent to the app's scope " + name + " is not as in the plan any more. One of its owners has to change that in Entra (Expose an API); then press Retry."}
		}
	}
	for _, sc := range a.Scopes {
		if _, there := ids[sc.Name]; there {
			continue
		}
		id := scopeID(a.UniqueName, sc.Name)
		ours, err := objectOf(permissionScope(sc, id))
		if err != nil {
			return err
		}
		ids[sc.Name], scopes = id.String(), append(scopes, encode(ours))
	}
	if len(scopes) > len(api.list("oauth2PermissionScopes")) {
		api.set("oauth2PermissionScopes", scopes)
		body.set("api", api)
		if uri := "api://" + appID; !slices.Contains(has.GetIdentifierUris(), uri) {
			body.set("identifierUris", append(slices.Clone(has.GetIdentifierUris()), uri))
		}
	}
	// The step before has written it too, and this need not be what it wrote.
	required, _, err := s.mergedRequired(ctx, a, has)
	if err != nil {
		return err
	}
	for _, p := range a.Permissions {
		id := guid(ids[p.Name])
		if p.ResourceAppID != workflow.Self || id == nil {
			continue
		}
		if added, ok := addAccess(required, appID, scopeAccess(*id)); ok {
			required = added
			body.set("requiredResourceAccess", required)
		}
	}
	if len(body) > 0 {
		if err := s.patchApplication(ctx, opAPI, applicationID, body); err != nil {
			return err
		}
	}
	return s.preAuthorize(ctx, applicationID, api, ids, a.Scopes)
}

// preAuthorize adds clients that need no consent, in a call of its own: they have
// to refer to scopes that exist.
func (s *session) preAuthorize(ctx context.Context, applicationID string, api object, ids map[string]string, scopes []workflow.Scope) error {
	clients, changed := api.list("preAuthorizedApplications"), false
	for _, sc := range scopes {
		for _, c := range sc.PreAuthorized {
			i := slices.IndexFunc(clients, func(p json.RawMessage) bool { return decode[object](p).same("appId", c) })
			if i < 0 {
				p := object{}
				p.set("appId", c)
				clients, i = append(clients, encode(p)), len(clients)
			}
			p, id := decode[object](clients[i]), ids[sc.Name]
			if has := p.texts("delegatedPermissionIds"); !slices.ContainsFunc(has, func(there string) bool { return strings.EqualFold(there, id) }) {
				p.set("delegatedPermissionIds", append(has, id))
				clients[i] = encode(p)
				changed = true
			}
		}
	}
	if !changed {
		return nil
	}
	api.set("preAuthorizedApplications", clients)
	return s.patchApplication(ctx, opAPI, applicationID, object{"api": encode(api)})
}
