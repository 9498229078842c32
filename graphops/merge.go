package graphops

import (
	"context"
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
	body, changed := models.NewApplication(), false
	was := planOf(has)
	if uris, differs := mergedURIs(was.RedirectURIs, a.RedirectURIs, a.Drops.RedirectURIs); differs {
		web := models.NewWebApplication()
		web.SetRedirectUris(uris)
		if w := has.GetWeb(); w != nil { // redirectUriSettings follow from the URIs
			web.SetHomePageUrl(w.GetHomePageUrl())
			web.SetLogoutUrl(w.GetLogoutUrl())
			web.SetImplicitGrantSettings(w.GetImplicitGrantSettings())
		}
		body.SetWeb(web)
		changed = true
	}
	if uris, differs := mergedURIs(was.SPARedirectURIs, a.SPARedirectURIs, a.Drops.SPARedirectURIs); differs {
		spa := models.NewSpaApplication()
		spa.SetRedirectUris(uris)
		body.SetSpa(spa)
		changed = true
	}
	if uris, differs := mergedURIs(was.PublicRedirectURIs, a.PublicRedirectURIs, a.Drops.PublicRedirectURIs); differs {
		public := models.NewPublicClientApplication()
		public.SetRedirectUris(uris)
		body.SetPublicClient(public)
		changed = true
	}
	if a.PublicClientFlows && !was.PublicClientFlows || a.Drops.PublicClientFlows && was.PublicClientFlows {
		body.SetIsFallbackPublicClient(&a.PublicClientFlows)
		changed = true
	}
	if a.Drops.Audience != "" && a.Drops.Audience == was.Audience {
		body.SetSignInAudience(&a.Audience)
		changed = true
	}
	required, differs, err := s.mergedRequired(ctx, a, has)
	if err != nil {
		return err
	}
	if differs {
		body.SetRequiredResourceAccess(required)
		changed = true
	}
	if !changed {
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
func (s *session) mergedRequired(ctx context.Context, a workflow.App, has models.Applicationable) ([]models.RequiredResourceAccessable, bool, error) {
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
	merged, differs := dropAccess(has.GetRequiredResourceAccess(), drop, a.Keeps)
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
func addAccess(to []models.RequiredResourceAccessable, resourceAppID string, access models.ResourceAccessable) ([]models.RequiredResourceAccessable, bool) {
	if hasAccess(to, resourceAppID, access) {
		return to, false
	}
	i := slices.IndexFunc(to, func(r models.RequiredResourceAccessable) bool {
		return strings.EqualFold(value(r.GetResourceAppId()), resourceAppID)
	})
	if i < 0 {
		of := models.NewRequiredResourceAccess()
		of.SetResourceAppId(&resourceAppID)
		to, i = append(to, of), len(to)
	}
	to[i].SetResourceAccess(append(to[i].GetResourceAccess(), access))
	return to, true
}

// dropAccess is what an application asks for, without what is dropped and not kept.
func dropAccess(has, drop []models.RequiredResourceAccessable, keeps []string) (left []models.RequiredResourceAccessable, differs bool) {
	for _, r := range has {
		stays := slices.DeleteFunc(slices.Clone(r.GetResourceAccess()), func(x models.ResourceAccessable) bool {
			on := value(r.GetResourceAppId())
			return hasAccess(drop, on, x) && !slices.Contains(keeps, accessCalled(on, x))
		})
		differs = differs || len(stays) < len(r.GetResourceAccess())
		if len(stays) == 0 {
			continue
		}
		r.SetResourceAccess(stays)
		left = append(left, r)
	}
	if left == nil {
		left = []models.RequiredResourceAccessable{}
	}
	return left, differs
}

// accessCalled is what an entry of requiredResourceAccess is called in Found.Required.
func accessCalled(resourceAppID string, x models.ResourceAccessable) string {
	return strings.ToLower(resourceAppID + "/" + value(x.GetTypeEscaped()) + "/" + value(x.GetId()).String())
}

func hasAccess(in []models.RequiredResourceAccessable, resourceAppID string, x models.ResourceAccessable) bool {
	return slices.ContainsFunc(in, func(r models.RequiredResourceAccessable) bool {
		return strings.EqualFold(value(r.GetResourceAppId()), resourceAppID) && slices.ContainsFunc(r.GetResourceAccess(), func(y models.ResourceAccessable) bool {
			return value(x.GetId()) == value(y.GetId()) && value(x.GetTypeEscaped()) == value(y.GetTypeEscaped())
		})
	})
}

// mergeAPI adds scopes, the identifier URI and clients that need no consent to
// what the application offers. A scope that is there by its name stays as it is,
// with the ID that it has.
func (s *session) mergeAPI(ctx context.Context, applicationID, appID string, a workflow.App) error {
	has, err := s.settings(ctx, applicationID)
	if err != nil {
		return err
	}
	body, changed := models.NewApplication(), false
	if uri := "api://" + appID; !slices.Contains(has.GetIdentifierUris(), uri) {
		body.SetIdentifierUris(append(slices.Clone(has.GetIdentifierUris()), uri))
		changed = true
	}
	api := has.GetApi()
	if api == nil {
		api = models.NewApiApplication()
	}
	ids := make(map[string]uuid.UUID)
	scopes := api.GetOauth2PermissionScopes()
	for _, sc := range scopes {
		ids[value(sc.GetValue())] = value(sc.GetId())
		i := slices.IndexFunc(a.Scopes, func(w workflow.Scope) bool { return w.Name == value(sc.GetValue()) })
		switch {
		case i < 0:
		case !value(sc.GetIsEnabled()):
			return &workflow.Trouble{Code: "ScopeDisabled", Text: "the app exposes the scope " + value(sc.GetValue()) + " already, but it is disabled. One of its owners has to enable it in Entra (Expose an API); then press Retry."}
		case a.Scopes[i].AdminsOnly != (value(sc.GetTypeEscaped()) == "Admin"):
			return &workflow.Trouble{Code: "ScopeDiffers", Text: "who may consent to the app's scope " + value(sc.GetValue()) + " is not as in the plan any more. One of its owners has to change that in Entra (Expose an API); then press Retry."}
		}
	}
	for _, sc := range a.Scopes {
		if _, there := ids[sc.Name]; !there {
			ids[sc.Name] = scopeID(a.UniqueName, sc.Name)
			scopes = append(scopes, permissionScope(sc, ids[sc.Name]))
		}
	}
	if len(scopes) > len(api.GetOauth2PermissionScopes()) {
		api.SetOauth2PermissionScopes(scopes)
		body.SetApi(api)
		changed = true
	}
	required, asks := has.GetRequiredResourceAccess(), false
	for _, p := range a.Permissions {
		id, there := ids[p.Name]
		if p.ResourceAppID != workflow.Self || !there {
			continue
		}
		if added, ok := addAccess(required, appID, scopeAccess(id)); ok {
			required, asks = added, true
		}
	}
	if asks {
		body.SetRequiredResourceAccess(required)
	}
	if changed || asks {
		if err := s.patchApplication(ctx, opAPI, applicationID, body); err != nil {
			return err
		}
	}
	return s.preAuthorize(ctx, applicationID, api, ids, a.Scopes)
}

// preAuthorize adds clients that need no consent, in a call of its own: they have
// to refer to scopes that exist.
func (s *session) preAuthorize(ctx context.Context, applicationID string, api models.ApiApplicationable, ids map[string]uuid.UUID, scopes []workflow.Scope) error {
	clients, changed := api.GetPreAuthorizedApplications(), false
	for _, sc := range scopes {
		for _, c := range sc.PreAuthorized {
			i := slices.IndexFunc(clients, func(p models.PreAuthorizedApplicationable) bool { return strings.EqualFold(value(p.GetAppId()), c) })
			if i < 0 {
				p := models.NewPreAuthorizedApplication()
				p.SetAppId(&c)
				clients, i = append(clients, p), len(clients)
			}
			id := ids[sc.Name].String()
			if has := clients[i].GetDelegatedPermissionIds(); !slices.ContainsFunc(has, func(there string) bool { return strings.EqualFold(there, id) }) {
				clients[i].SetDelegatedPermissionIds(append(has, id))
				changed = true
			}
		}
	}
	if !changed {
		return nil
	}
	api.SetPreAuthorizedApplications(clients)
	body := models.NewApplication()
	body.SetApi(api)
	return s.patchApplication(ctx, opAPI, applicationID, body)
}
