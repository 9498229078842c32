package graphops

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What is read of an application that was not made here.

// Applications finds applications by App ID, or by their exact name. Names need
// not be unique, and Graph compares them without regard to case. Of very many with one
// name it returns enough to see that.
func (s *session) Applications(ctx context.Context, name string) ([]workflow.Registration, error) {
	by := "displayName"
	if uuid.Validate(name) == nil {
		by = "appId"
	}
	list := s.get("/applications?$filter="+by+"%20eq%20%27{name}%27&$select=id,appId,displayName,createdDateTime", "name", quote(name))
	var found []workflow.Registration
	more, err := s.somePages(ctx, opFindApps, list, nil, models.CreateApplicationCollectionResponseFromDiscriminatorValue, fault.ListPages,
		func(p serialization.Parsable) bool {
			if l, ok := p.(models.ApplicationCollectionResponseable); ok {
				for _, a := range l.GetValue() {
					found = append(found, registration(a))
				}
			}
			return len(found) < workflow.SameNameMax
		})
	if err == nil && more && len(found) < workflow.SameNameMax {
		return nil, fault.Graph.Partial(opFindApps)
	}
	if len(found) == 1 {
		s.NoteCreated(found[0].Created)
	}
	return found, s.fault(err)
}

// registration is what was read of an application.
func registration(a models.Applicationable) workflow.Registration {
	return workflow.Registration{ObjectID: value(a.GetId()), AppID: value(a.GetAppId()), Name: value(a.GetDisplayName()),
		Created: value(a.GetCreatedDateTime())}
}

// mergeable are the settings that can be merged.
var mergeable = []string{"id", "signInAudience", "web", "spa", "publicClient", "isFallbackPublicClient", "requiredResourceAccess",
	"identifierUris", "api"}

// settings reads what can be merged of an application, and more of it.
func (s *session) settings(ctx context.Context, applicationID string, more ...string) (settings, error) {
	req, err := s.application(applicationID).ToGetRequestInformation(ctx,
		&applications.ApplicationItemRequestBuilderGetRequestConfiguration{
			QueryParameters: &applications.ApplicationItemRequestBuilderGetQueryParameters{Select: slices.Concat(mergeable, more)}})
	if err != nil {
		return settings{}, err
	}
	got, err := s.send(ctx, opReadApp, req, asItCame)
	if err != nil {
		return settings{}, s.fault(err, applicationID)
	}
	o, ok := got.(object)
	if !ok {
		return settings{}, opReadApp.Empty()
	}
	a, err := readSettings(o)
	if err != nil {
		return settings{}, opReadApp.Unreadable(0)
	}
	return a, nil
}

// ReadApplication reads what an application has. One without a service principal has no
// permissions yet.
func (s *session) ReadApplication(ctx context.Context, m workflow.Made, p plan.Plan) (has plan.Plan, found workflow.Discovery,
	servicePrincipal string, err error) {
	a, err := s.settings(ctx, m.ObjectID, "passwordCredentials", "keyCredentials", "appRoles", "optionalClaims")
	if err != nil {
		return has, found, "", err
	}
	has = planOf(a)
	offeredBy(&has, a, m.AppID)
	found.Secrets = len(a.raw.list("passwordCredentials"))
	found.NoIdentifierURI = !slices.Contains(a.GetIdentifierUris(), "api://"+m.AppID)
	for _, r := range a.GetRequiredResourceAccess() {
		for _, x := range r.GetResourceAccess() {
			found.Required = append(found.Required, accessCalled(value(r.GetResourceAppId()), x))
		}
	}
	found.Thumbprints = thumbprints(a.raw.list("keyCredentials"))
	issuers, err := s.federatedItem(ctx, m.ObjectID)
	if err != nil {
		return has, found, "", err
	}
	if found.Federated, err = s.federated(ctx, issuers); err != nil {
		return has, found, "", s.fault(err, m.ObjectID)
	}
	servicePrincipal, found.PrincipalSecrets, found.PrincipalThumbprints, err = s.onPrincipal(ctx, m.AppID)
	if fault.Status(err) == http.StatusNotFound {
		return has, found, "", nil
	}
	if err != nil {
		return has, found, "", s.fault(err, m.ObjectID)
	}
	if has.Permissions, err = s.permissionsOf(ctx, servicePrincipal); err != nil {
		return has, found, "", err
	}
	if len(p.DirectoryRoles) > 0 { // else the token may not read them
		ids, err := s.directoryRoles(ctx, s.rolesItem(servicePrincipal))
		if err != nil {
			return has, found, "", s.fault(err, servicePrincipal)
		}
		has.DirectoryRoles = rolesCalled(ids, p.DirectoryRoles)
	}
	if len(p.AzureRoles) > 0 {
		if found.AzureRoles, err = s.arm.Roles(ctx, servicePrincipal, p); err != nil {
			return has, found, "", err
		}
		found.AzureAround = true
	}
	return has, found, servicePrincipal, nil
}

// planOf is what an application's own settings are in a plan.
func planOf(a models.Applicationable) plan.Plan {
	p := plan.Plan{Audience: value(a.GetSignInAudience()), PublicClientFlows: value(a.GetIsFallbackPublicClient())}
	if w := a.GetWeb(); w != nil {
		p.RedirectURIs = w.GetRedirectUris()
	}
	if w := a.GetSpa(); w != nil {
		p.SPARedirectURIs = w.GetRedirectUris()
	}
	if w := a.GetPublicClient(); w != nil {
		p.PublicRedirectURIs = w.GetRedirectUris()
	}
	api := a.GetApi()
	if api == nil {
		return p
	}
	for _, sc := range api.GetOauth2PermissionScopes() {
		scope := plan.Scope{Name: value(sc.GetValue()), AdminsOnly: value(sc.GetTypeEscaped()) == "Admin",
			Title: value(sc.GetAdminConsentDisplayName()), Words: value(sc.GetAdminConsentDescription())}
		if t := value(sc.GetUserConsentDisplayName()); t != scope.Title {
			scope.UserTitle = t
		}
		if w := value(sc.GetUserConsentDescription()); w != scope.Words {
			scope.UserWords = w
		}
		for _, c := range api.GetPreAuthorizedApplications() {
			for _, id := range c.GetDelegatedPermissionIds() {
				if strings.EqualFold(id, value(sc.GetId()).String()) {
					scope.PreAuthorized = append(scope.PreAuthorized, value(c.GetAppId()))
				}
			}
		}
		p.Scopes = append(p.Scopes, scope)
	}
	return p
}

// rolesCalled are directory roles by the names that a plan has for them. Others
// have their ID as a name.
func rolesCalled(ids []string, known []plan.DirectoryRole) []plan.DirectoryRole {
	var roles []plan.DirectoryRole
	for _, id := range ids {
		role := plan.DirectoryRole{TemplateID: id, Name: "role " + id, Why: "the app had it before"}
		for _, k := range known {
			if strings.EqualFold(k.TemplateID, id) {
				role = k
			}
		}
		roles = append(roles, role)
	}
	return roles
}

// permissionsOf reads what a service principal has been given, on any service:
// app roles, and scopes granted for all users.
func (s *session) permissionsOf(ctx context.Context, sp string) ([]plan.Permission, error) {
	roles, grants, err := s.consentedItems(ctx, sp)
	if err != nil {
		return nil, err
	}
	s.batch(ctx, []*item{roles, grants})
	if err := fault.Worst([]error{s.fault(roles.err, sp), s.fault(grants.err, sp)}); err != nil {
		return nil, err
	}
	type given struct {
		resource string
		kind     catalog.Type
		name     string // of a scope; the ID of a role
	}
	var all []given
	err = s.eachAssigned(ctx, roles, func(a models.AppRoleAssignmentable) {
		all = append(all, given{value(a.GetResourceId()).String(), catalog.Application, value(a.GetAppRoleId()).String()})
	})
	if err != nil {
		return nil, s.fault(err, sp)
	}
	err = s.eachGranted(ctx, grants, sp, func(g models.OAuth2PermissionGrantable) {
		for scope := range strings.FieldsSeq(value(g.GetScope())) {
			all = append(all, given{value(g.GetResourceId()), catalog.Delegated, scope})
		}
	})
	if err != nil {
		return nil, s.fault(err, sp)
	}
	var out []plan.Permission
	for _, g := range all {
		if strings.EqualFold(g.resource, sp) {
			out = append(out, plan.Permission{Resource: "This application", ResourceAppID: plan.Self, Name: g.name, Type: g.kind,
				Words: "What the app may do in its own API.", Risk: catalog.Low})
			continue
		}
		r, err := s.resourceByID(ctx, g.resource)
		if fault.Status(err) == http.StatusNotFound {
			out = append(out, onGone(g.resource, g.kind, g.name))
			continue
		}
		if err != nil {
			return nil, s.fault(err)
		}
		out = append(out, r.permission(g.kind, g.name))
	}
	return out, nil
}

// permission is one of r's as a plan has it. Of one that the catalogue does not
// know nobody can say what it allows, so its risk is high.
func (r *resource) permission(kind catalog.Type, name string) plan.Permission {
	if kind == catalog.Application {
		for called, id := range r.roles {
			if id.String() == name {
				name = called
			}
		}
	}
	if known, ok := plan.Known(r.appID, kind, name); ok {
		return known
	}
	return plan.Permission{Resource: r.name, ResourceAppID: r.appID, Name: name, Type: kind, Words: "Not in this bot's catalogue.",
		Risk: catalog.High}
}

// onGone is a permission on a service that Entra no longer knows.
func onGone(id string, kind catalog.Type, name string) plan.Permission {
	return plan.Permission{Resource: id, ResourceAppID: plan.Gone + id, Name: name, Type: kind,
		Words: "Entra no longer knows this service, so nobody can say what it allows.", Risk: catalog.High}
}

// resourceByID is a service by the object ID of its service principal.
func (s *session) resourceByID(ctx context.Context, id string) (*resource, error) {
	s.mu.Lock()
	for _, r := range s.resources {
		if r != nil && strings.EqualFold(r.id, id) {
			s.mu.Unlock()
			return r, nil
		}
	}
	s.mu.Unlock()
	req := s.get("/servicePrincipals/{id}?$select=id,appId,displayName,appRoles,oauth2PermissionScopes", "id", id)
	got, err := s.send(ctx, opResourceOf, req, models.CreateServicePrincipalFromDiscriminatorValue)
	if err != nil {
		return nil, err
	}
	p, ok := got.(models.ServicePrincipalable)
	if !ok {
		return nil, opResourceOf.Empty()
	}
	s.keepResource(value(p.GetAppId()), &item{got: p})
	return readResource(p), nil
}

// federatedRef is the path of a federated credential, by its name or its ID.
const federatedRef = "/applications/{id}/federatedIdentityCredentials/{name}"

// RemoveFederated removes the federated credential with this name. That there is
// none is no mistake.
func (s *session) RemoveFederated(ctx context.Context, applicationID, name string) error {
	req := s.deletion(federatedRef, "id", applicationID, "name", name)
	_, err := s.send(ctx, opUnfederate, req, nil)
	what := "federated credential " + name + " of " + applicationID
	switch {
	case fault.Status(err) == http.StatusNotFound && s.IsHidden(what):
		return opUnfederate.Stale("the app's trust in another issuer is not seen yet")
	case fault.Status(err) == http.StatusNotFound:
		return nil
	}
	err = s.fault(err, applicationID)
	s.Removes(what, err)
	return err
}
