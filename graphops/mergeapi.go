package graphops

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// versionTwo is the version of the access tokens for an app that was made here.
// Source: Graph, apiApplication resource type, requestedAccessTokenVersion.
const versionTwo = 2

// mergeAPI makes sure that the application exposes the plan's scopes beside those of
// others, and asks itself for what the plan says. Scopes that it made itself change with the
// plan; those of an app that was made here go where the plan has them no more. The
// identifier URI is added with a new scope; own reports whether a scope is one of ours.
// Graph changes and removes no scope that is enabled, so those are disabled in a call of
// their own.
// Source: Graph, permissionScope resource type, isEnabled.
func (s *session) mergeAPI(ctx context.Context, applicationID, appID string, a workflow.App) (own bool, err error) {
	has, err := s.settings(ctx, applicationID)
	if err != nil {
		return false, err
	}
	api := has.api()
	there := api.list("oauth2PermissionScopes")
	m, err := mergeScopes(there, a)
	if err != nil {
		return false, err
	}
	own = slices.ContainsFunc(a.Scopes, func(sc plan.Scope) bool { return m.ids[sc.Name] == scopeID(a.UniqueName, sc.Name).String() })
	clients, fewer := withoutClients(api.list("preAuthorizedApplications"), there, m.gone, a.Drops.Scopes)
	if fewer {
		api.set("preAuthorizedApplications", clients)
	}
	if m.closing != nil {
		api.set("oauth2PermissionScopes", m.closing)
		if err := s.patchApplication(ctx, opAPI, applicationID, object{"api": encode(api)}); err != nil {
			return false, err
		}
	}
	body := object{}
	if m.differs || fewer {
		if m.added && len(there) == 0 && !a.Merge && decode[int](api["requestedAccessTokenVersion"]) == 0 { // nobody has a token for it
			api.set("requestedAccessTokenVersion", versionTwo)
		}
		api.set("oauth2PermissionScopes", m.scopes)
		body.set("api", api)
	}
	if uri := "api://" + appID; m.added && !slices.Contains(has.GetIdentifierUris(), uri) {
		body.set("identifierUris", append(slices.Clone(has.GetIdentifierUris()), uri))
	}
	required, differs, err := s.askOfItself(ctx, appID, a, has, m)
	if err != nil {
		return false, err
	}
	if differs {
		body.set("requiredResourceAccess", required)
	}
	if len(body) > 0 {
		if err := s.patchAPI(ctx, applicationID, body); err != nil {
			return false, err
		}
	}
	return own, s.preAuthorize(ctx, applicationID, api, m.ids, a.Scopes)
}

// askOfItself is what the application asks for, with what the plan says of its own scopes.
// The step before has written it too, and has need not be what that wrote.
func (s *session) askOfItself(ctx context.Context, appID string, a workflow.App, has settings, m scopeMerge) (
	required []json.RawMessage, differs bool, err error) {
	required, _, err = s.mergedRequired(ctx, a, has)
	if err != nil {
		return nil, false, err
	}
	required, differs = dropAccess(required, ownAccess(appID, m.gone), nil)
	for _, p := range a.Permissions {
		id := guid(m.ids[p.Name])
		if p.ResourceAppID != plan.Self || id == nil {
			continue
		}
		if added, ok := addAccess(required, appID, scopeAccess(*id)); ok {
			required, differs = added, true
		}
		differs = differs || s.ChangedLately() // then the step before may have written it without
	}
	return required, differs, nil
}

// patchAPI is patch for a body that changes or removes scopes or roles, which were disabled
// in the call before, or that asks for scopes of the application itself: a replica that has not
// heard of that refuses it.
func (s *session) patchAPI(ctx context.Context, applicationID string, body object) error {
	err := s.patch(ctx, opAPI, applicationID, body)
	if no, _ := err.(*fault.Answer); no != nil && no.HasCode("CannotDeleteOrUpdateEnabledEntitlement") {
		return no.Behind("that it is disabled is not known everywhere yet")
	}
	if _, asks := body["requiredResourceAccess"]; asks {
		return s.ownScopeFault(err, applicationID)
	}
	return s.fault(err, applicationID)
}

// A scopeMerge is what scopes an application is to expose.
type scopeMerge struct {
	scopes  []json.RawMessage
	closing []json.RawMessage  // what there is, with those disabled that change or go; nil where none is
	gone    map[uuid.UUID]bool // IDs of those that go
	ids     map[string]string  // by their names
	added   bool
	differs bool
}

// mergeScopes merges a's scopes with those that there are. A scope is ours by its ID,
// whatever it is called now. One of others stays as it is; where the plan has its name,
// it has to be what the plan says.
func mergeScopes(has []json.RawMessage, a workflow.App) (scopeMerge, error) {
	m := scopeMerge{scopes: []json.RawMessage{}, gone: make(map[uuid.UUID]bool), ids: make(map[string]string)}
	closed := slices.Clone(has)
	for i, raw := range has {
		sc := decode[object](raw)
		id, enabled := value(guid(sc.text("id"))), decode[bool](sc["isEnabled"])
		want := wanted(sc, has, a)
		switch {
		case want != nil && scopeID(a.UniqueName, want.Name) != id:
			if err := differsFrom(*want, sc, enabled); err != nil {
				return m, err
			}
			m.ids[want.Name] = strings.ToLower(sc.text("id"))
			m.scopes = append(m.scopes, raw)
			continue
		case want != nil:
			ours, err := objectOf(permissionScope(*want, id))
			if err != nil {
				return m, err
			}
			m.ids[want.Name] = id.String()
			if enabled && sameScope(sc, ours) {
				m.scopes = append(m.scopes, raw)
				continue
			}
			changed := maps.Clone(sc)
			maps.Copy(changed, ours)
			m.scopes = append(m.scopes, encode(changed))
		case a.Merge || id != scopeID(a.UniqueName, sc.text("value")):
			m.ids[sc.text("value")] = strings.ToLower(sc.text("id"))
			m.scopes = append(m.scopes, raw)
			continue
		default:
			m.gone[id] = true
		}
		m.differs = true
		if enabled {
			sc.set("isEnabled", false)
			closed[i] = encode(sc)
			m.closing = closed
		}
	}
	for _, sc := range a.Scopes {
		if m.ids[sc.Name] != "" {
			continue
		}
		id := scopeID(a.UniqueName, sc.Name)
		ours, err := objectOf(permissionScope(sc, id))
		if err != nil {
			return m, err
		}
		m.ids[sc.Name], m.scopes = id.String(), append(m.scopes, encode(ours))
		m.added, m.differs = true, true
	}
	return m, nil
}

// wanted is the scope of a plan that one of an application stands for, by its name or, if
// no other has that, by its ID. One that was made here under a name that differs in
// capitals goes, and the plan's takes its place.
func wanted(sc object, has []json.RawMessage, a workflow.App) *plan.Scope {
	id, name := value(guid(sc.text("id"))), sc.text("value")
	for i, w := range a.Scopes {
		switch {
		case w.Name == name:
			return &a.Scopes[i]
		case !strings.EqualFold(w.Name, name):
			other := func(raw json.RawMessage) bool { return strings.EqualFold(decode[object](raw).text("value"), w.Name) }
			if id == scopeID(a.UniqueName, w.Name) && !slices.ContainsFunc(has, other) {
				return &a.Scopes[i]
			}
		case a.Merge || id != scopeID(a.UniqueName, name):
			return &a.Scopes[i]
		}
	}
	return nil
}

// differsFrom says what of a scope of others is not as in the plan, or nil.
func differsFrom(want plan.Scope, sc object, enabled bool) error {
	name := sc.text("value")
	switch {
	case name != want.Name:
		return workflow.ScopeElsewhere(name, want.Name)
	case !enabled:
		return &workflow.ServiceError{Code: "ScopeDisabled",
			Text: "the app exposes the scope " + name +
				" already, but it is disabled. One of its owners has to enable it in Entra (Expose an API); then press Retry."}
	case want.AdminsOnly != (sc.text("type") == "Admin"):
		return &workflow.ServiceError{Code: "ScopeDiffers",
			Text: fmt.Sprintf("who may consent to the app's scope %s is no longer as in the plan. One of its owners has to change "+
				"that in Entra (Expose an API); then press Retry.", name)}
	}
	return nil
}

// preAuthorize adds clients that need no consent, in a call of its own: they have
// to refer to scopes that exist.
func (s *session) preAuthorize(ctx context.Context, applicationID string, api object, ids map[string]string,
	scopes []plan.Scope) error {
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
			if has := p.texts("delegatedPermissionIds"); !slices.ContainsFunc(has, func(there string) bool {
				return strings.EqualFold(there, id)
			}) {
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
