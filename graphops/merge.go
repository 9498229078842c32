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
	"github.com/entra-app/entra-app/workflow/plan"
)

// An application that was not made here, or that is updated, is merged with a plan:
// what it has stays, but for what was to be dropped. Only what differs is written, and each part of
// it as a whole, with what was read.

// mergeApplication adds to an application's settings, and removes a.Drops.
func (s *session) mergeApplication(ctx context.Context, a workflow.App) error {
	has, err := s.settings(ctx, a.ObjectID)
	if err != nil {
		return err
	}
	body := object{}
	was, unsure := planOf(has), s.ChangedLately() // then this may be how it was, and all that is wanted is written
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
	return s.patchSettings(ctx, a, body)
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
// without those that are dropped. Its own scopes are ExposeScopes's to add; dropped they
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
func ownScopes(of models.Applicationable, permissions []plan.Permission) map[uuid.UUID]bool {
	ids := make(map[uuid.UUID]bool)
	if of.GetApi() == nil {
		return ids
	}
	for _, sc := range of.GetApi().GetOauth2PermissionScopes() {
		if slices.ContainsFunc(permissions, func(p plan.Permission) bool {
			return p.ResourceAppID == plan.Self && p.Type == catalog.Delegated && p.Name == value(sc.GetValue())
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
	return thinned(has, "resourceAccess", func(r object, x json.RawMessage) bool {
		on := r.text("resourceAppId")
		return isDropped(drop, on, x) && !slices.Contains(keeps, called(on, x))
	})
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
