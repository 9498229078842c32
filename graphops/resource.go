package graphops

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipals"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipalswithappid"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A resource is a service whose permissions an app can be given, as this tenant
// knows it. Names of permissions are resolved with it, never with a fixed list.
type resource struct {
	id, appID, name string
	own             bool                 // it is the app itself
	roles, scopes   map[string]uuid.UUID // IDs by name, of those that are enabled
}

func readResource(p models.ServicePrincipalable) *resource {
	r := &resource{id: value(p.GetId()), appID: value(p.GetAppId()), name: value(p.GetDisplayName()),
		roles: make(map[string]uuid.UUID), scopes: make(map[string]uuid.UUID)}
	for _, a := range p.GetAppRoles() {
		if value(a.GetIsEnabled()) && a.GetId() != nil && slices.Contains(a.GetAllowedMemberTypes(), "Application") {
			r.roles[value(a.GetValue())] = *a.GetId()
		}
	}
	for _, a := range p.GetOauth2PermissionScopes() {
		if value(a.GetIsEnabled()) && a.GetId() != nil {
			r.scopes[value(a.GetValue())] = *a.GetId()
		}
	}
	return r
}

// find returns the ID of a permission here.
func (r *resource) find(p plan.Permission) (uuid.UUID, error) {
	of, kind := r.roles, "application"
	if p.Type == catalog.Delegated {
		of, kind = r.scopes, "delegated"
	}
	if id, ok := of[p.Name]; ok && p.Name != "" {
		return id, nil
	}
	if id := guid(p.Name); id != nil && p.Type == catalog.Application {
		return *id, nil // a role without a name, that an adopted app had
	}
	return uuid.UUID{}, &workflow.ServiceError{Code: "PermissionNotFound",
		Text: fmt.Sprintf("%s in this tenant has no %s permission called %s. Deny this and ask again without it, or with its "+
			"current name.", r.name, kind, p.Name)}
}

func (s *session) resourceItem(ctx context.Context, appID string) (*item, error) {
	req, err := serviceprincipalswithappid.NewServicePrincipalsWithAppIdRequestBuilderInternal(s.at(), s.adapter,
		&appID).ToGetRequestInformation(ctx,
		&serviceprincipalswithappid.ServicePrincipalsWithAppIdRequestBuilderGetRequestConfiguration{
			QueryParameters: &serviceprincipalswithappid.ServicePrincipalsWithAppIdRequestBuilderGetQueryParameters{
				Select: []string{"id", "appId", "displayName", "appRoles", "oauth2PermissionScopes"}}})
	return &item{op: opResource, req: req, as: models.CreateServicePrincipalFromDiscriminatorValue}, err
}

// keepResource remembers what a look-up found: the resource, or that there is
// none. Other answers are no news. One that an earlier session of the request may have put
// there need not be known everywhere.
func (s *session) keepResource(appID string, i *item) {
	young := s.ChangedLately()
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := i.got.(models.ServicePrincipalable); ok && i.err == nil {
		s.resources[appID] = readResource(p)
		if young {
			s.Know(value(p.GetId()))
		}
	} else if fault.Status(i.err) == http.StatusNotFound {
		s.resources[appID] = nil
	}
}

// resource returns a resource, and makes its service principal in the tenant
// where nobody has used the service before.
func (s *session) resource(ctx context.Context, appID string) (*resource, error) {
	s.mu.Lock()
	r, known := s.resources[appID]
	s.mu.Unlock()
	if r != nil {
		return r, nil
	}
	if !known {
		switch p, err := s.principal(ctx, appID); {
		case err == nil:
			s.keepResource(appID, &item{got: p})
			return readResource(p), nil
		case fault.Status(err) != http.StatusNotFound:
			return nil, s.fault(err)
		}
	}
	p, err := s.addPrincipal(ctx, opAddResource, appID, models.NewServicePrincipal())
	if err != nil {
		return nil, s.fault(err, appID)
	}
	s.Know(value(p.GetId()), appID)
	if r = readResource(p); len(r.roles)+len(r.scopes) == 0 { // the answer to a POST may leave them out
		if p, err = s.principal(ctx, appID); err != nil {
			return nil, s.fault(err, appID)
		}
	}
	s.keepResource(appID, &item{got: p})
	return readResource(p), nil
}

// here is a service of the tenant, or nil where it is not in it: it is not put there
// to see what an app has of it. One that was put there for the app a moment ago need not
// be known everywhere.
func (s *session) here(ctx context.Context, appID string) (*resource, error) {
	s.mu.Lock()
	r := s.resources[appID]
	s.mu.Unlock()
	if r != nil {
		return r, nil
	}
	p, err := s.principal(ctx, appID)
	if fault.Status(err) == http.StatusNotFound {
		if s.ChangedLately() || s.Knows(appID) {
			return nil, opResource.Stale("a service that the app has permissions on is not seen yet")
		}
		return nil, nil
	}
	if err != nil {
		return nil, s.fault(err)
	}
	s.keepResource(appID, &item{got: p})
	return readResource(p), nil
}

// principal reads a service principal with its permissions.
func (s *session) principal(ctx context.Context, appID string) (models.ServicePrincipalable, error) {
	i, err := s.resourceItem(ctx, appID)
	if err != nil {
		return nil, err
	}
	got, err := s.send(ctx, i.op, i.req, i.as)
	if err != nil {
		return nil, err
	}
	p, ok := got.(models.ServicePrincipalable)
	if !ok {
		return nil, opResource.Empty()
	}
	return p, nil
}

// addPrincipal makes a service principal, or reads the one that is there.
func (s *session) addPrincipal(ctx context.Context, op fault.Operation, appID string,
	body models.ServicePrincipalable) (models.ServicePrincipalable, error) {
	body.SetAppId(&appID)
	req, err := serviceprincipals.NewServicePrincipalsRequestBuilderInternal(s.at(), s.adapter).ToPostRequestInformation(ctx, body, nil)
	if err != nil {
		return nil, err
	}
	got, err := s.send(ctx, op, req, models.CreateServicePrincipalFromDiscriminatorValue)
	if st := fault.Status(err); st == http.StatusBadRequest || st == http.StatusConflict {
		refused := err.(*fault.Answer)
		if refused.HasCode("NoBackingApplicationObject") {
			return nil, err
		}
		p, err := s.principal(ctx, appID)
		switch {
		case err == nil:
			return p, nil
		case fault.Status(err) == http.StatusNotFound && refused.Exists():
			return nil, refused.Behind("it exists, but can't be read yet")
		case fault.Status(err) == http.StatusNotFound:
			return nil, refused
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	p, ok := got.(models.ServicePrincipalable)
	if !ok || value(p.GetId()) == "" {
		return nil, op.Empty()
	}
	return p, nil
}
