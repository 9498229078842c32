package graphops

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/google/uuid"
	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/applicationswithuniquename"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

func (s *session) byUniqueName(name string) *applicationswithuniquename.ApplicationsWithUniqueNameRequestBuilder {
	name = quote(name)
	return applicationswithuniquename.NewApplicationsWithUniqueNameRequestBuilderInternal(s.at(), s.adapter, &name)
}

func (s *session) application(id string) *applications.ApplicationItemRequestBuilder {
	return applications.NewApplicationsRequestBuilderInternal(s.at(), s.adapter).ByApplicationId(id)
}

// EnsureApplication creates or updates the application with this unique name.
func (s *session) EnsureApplication(ctx context.Context, a workflow.App) (objectID, appID string, err error) {
	if _, err := s.token.Reveal(); err != nil {
		return "", "", err
	}
	if a.Merge {
		return a.ObjectID, a.AppID, s.mergeApplication(ctx, a)
	}
	body, err := s.applicationBody(ctx, a)
	if err != nil {
		return "", "", err
	}
	if a.ObjectID != "" {
		return a.ObjectID, a.AppID, s.overwrite(ctx, a, body)
	}
	headers := kiota.NewRequestHeaders()
	headers.Add("Prefer", "create-if-missing")
	req, err := s.byUniqueName(a.UniqueName).ToPatchRequestInformation(ctx, body,
		&applicationswithuniquename.ApplicationsWithUniqueNameRequestBuilderPatchRequestConfiguration{Headers: headers})
	if err != nil {
		return "", "", err
	}
	got, err := s.send(ctx, opApplication, req, models.CreateApplicationFromDiscriminatorValue)
	if no, _ := err.(*fault.Answer); no != nil && no.Exists() {
		return s.named(ctx, a, body, no)
	}
	if err != nil {
		return "", "", s.fault(err)
	}
	made, ok := got.(models.Applicationable)
	if !ok { // 204: it was there, and is updated
		s.Know(a.UniqueName)
		if made, err = s.readApplication(ctx, a.UniqueName); err != nil { // the answer has no ID
			return "", "", s.fault(err, a.UniqueName)
		}
	}
	objectID, appID = value(made.GetId()), value(made.GetAppId())
	if objectID == "" || appID == "" {
		return "", "", opApplication.Later("there is no ID in the answer")
	}
	s.Know(a.UniqueName, objectID, appID)
	if !ok {
		return objectID, appID, s.strip(ctx, objectID)
	}
	return objectID, appID, nil
}

// strip removes every credential of an application that was there before this try of its
// step. It has none of this request, which makes its own in a later step. So one that it
// has is from before it was deleted, and an earlier try restored it and came no further.
func (s *session) strip(ctx context.Context, objectID string) error {
	return s.removeCredentials(ctx, objectID, plan.Plan{}, false)
}

// overwrite makes an application that was there before what the plan says. What the
// plan says nothing of stays: of a complex property the rest goes back as it came.
func (s *session) overwrite(ctx context.Context, a workflow.App, body models.Applicationable) error {
	has, err := s.settings(ctx, a.ObjectID)
	if err != nil {
		return err
	}
	all, err := objectOf(body)
	if err != nil {
		return err
	}
	for _, platform := range []string{"web", "spa", "publicClient"} {
		all.set(platform, has.platform(platform, all.part(platform).texts("redirectUris")))
	}
	return s.patchSettings(ctx, a, all)
}

// patchSettings is patchApplication for a body that may ask for the app's own scopes: a
// replica that has not heard of them, or of their restoration, calls that a mistake.
func (s *session) patchSettings(ctx context.Context, a workflow.App, body object) error {
	err := s.patch(ctx, opApplication, a.ObjectID, body)
	own := slices.ContainsFunc(body.list("requiredResourceAccess"), func(r json.RawMessage) bool {
		return decode[object](r).same("resourceAppId", a.AppID)
	})
	if own {
		return s.ownScopeFault(err, a.ObjectID)
	}
	return s.fault(err, a.ObjectID)
}

// ownScopeFault is fault for a request that asks for the app's own scopes.
func (s *session) ownScopeFault(err error, applicationID string) error {
	if no, _ := err.(*fault.Answer); no != nil && no.Status == http.StatusBadRequest && !no.WrongByItself() &&
		(s.IsFresh(applicationID) || s.ChangedLately()) {
		return no.Behind("the app's own scope is not known everywhere yet")
	}
	return s.fault(err, applicationID)
}

// applicationBody says all that the plan says, so that an update leaves nothing
// of an earlier plan.
func (s *session) applicationBody(ctx context.Context, a workflow.App) (models.Applicationable, error) {
	body := models.NewApplication()
	body.SetDisplayName(&a.DisplayName)
	body.SetNotes(&a.Notes)
	body.SetSignInAudience(&a.Audience)
	web := models.NewWebApplication()
	web.SetRedirectUris(append([]string{}, a.RedirectURIs...))
	body.SetWeb(web)
	there := a.ObjectID != "" // then what it has and does not need has to go
	if there || len(a.SPARedirectURIs) > 0 {
		spa := models.NewSpaApplication()
		spa.SetRedirectUris(append([]string{}, a.SPARedirectURIs...))
		body.SetSpa(spa)
	}
	if there || len(a.PublicRedirectURIs) > 0 {
		public := models.NewPublicClientApplication()
		public.SetRedirectUris(append([]string{}, a.PublicRedirectURIs...))
		body.SetPublicClient(public)
	}
	if there || a.PublicClientFlows {
		body.SetIsFallbackPublicClient(&a.PublicClientFlows)
	}
	if !there {
		body.SetServicePrincipalLockConfiguration(locked())
	}
	required, err := s.required(ctx, a, a.AppID)
	if err != nil {
		return nil, err
	}
	body.SetRequiredResourceAccess(required)
	return body, nil
}

// locked is the app instance lock, as new applications have it since June 2026: nobody in
// another tenant may give the app a credential there. Where it is an app of this tenant
// only, it locks nothing. Source: Graph, servicePrincipalLockConfiguration; MC1300584.
func locked() models.ServicePrincipalLockConfigurationable {
	yes := true
	l := models.NewServicePrincipalLockConfiguration()
	l.SetIsEnabled(&yes)
	l.SetAllProperties(&yes)
	l.SetCredentialsWithUsageSign(&yes)
	l.SetCredentialsWithUsageVerify(&yes)
	l.SetTokenEncryptionKeyId(&yes)
	return l
}

// required is what the app asks for. Its own scopes are among it once its ID is known.
func (s *session) required(ctx context.Context, a workflow.App, appID string) ([]models.RequiredResourceAccessable, error) {
	required := []models.RequiredResourceAccessable{}
	by := make(map[string]models.RequiredResourceAccessable)
	for _, p := range a.Permissions {
		if _, gone := p.OnGone(); gone || p.Type == catalog.Application && guid(p.Name) != nil {
			continue // there is nothing to ask for, or it is assigned without being asked for
		}
		resourceAppID, id := p.ResourceAppID, uuid.UUID{}
		if resourceAppID == plan.Self {
			if appID == "" {
				continue
			}
			resourceAppID, id = appID, scopeID(a.UniqueName, p.Name)
		} else {
			r, err := s.resource(ctx, resourceAppID)
			if err != nil {
				return nil, err
			}
			if id, err = r.find(p); err != nil {
				return nil, err
			}
		}
		of := by[resourceAppID]
		if of == nil {
			of = models.NewRequiredResourceAccess()
			of.SetResourceAppId(&resourceAppID)
			by[resourceAppID] = of
			required = append(required, of)
		}
		kind := "Role"
		if p.Type == catalog.Delegated {
			kind = "Scope"
		}
		access := models.NewResourceAccess()
		access.SetId(&id)
		access.SetTypeEscaped(&kind)
		of.SetResourceAccess(append(of.GetResourceAccess(), access))
	}
	return required, nil
}

func (s *session) readApplication(ctx context.Context, uniqueName string) (models.Applicationable, error) {
	req, err := s.byUniqueName(uniqueName).ToGetRequestInformation(ctx,
		&applicationswithuniquename.ApplicationsWithUniqueNameRequestBuilderGetRequestConfiguration{
			QueryParameters: &applicationswithuniquename.ApplicationsWithUniqueNameRequestBuilderGetQueryParameters{Select: []string{"id",
				"appId"}}})
	if err != nil {
		return nil, err
	}
	got, err := s.send(ctx, opReadApp, req, models.CreateApplicationFromDiscriminatorValue)
	if err != nil {
		return nil, err
	}
	a, ok := got.(models.Applicationable)
	if !ok {
		return nil, opReadApp.Empty()
	}
	return a, nil
}

// inPortal is the tag that shows a service principal under Enterprise applications.
const inPortal = "WindowsAzureActiveDirectoryIntegratedApp"

// EnsureServicePrincipal makes the app's service principal, or finds it.
// Source: Graph, servicePrincipal resource type, appRoleAssignmentRequired.
func (s *session) EnsureServicePrincipal(ctx context.Context, p workflow.ServicePrincipal) (objectID string, err error) {
	body := models.NewServicePrincipal()
	body.SetTags([]string{inPortal})
	if p.AssignmentRequired != nil {
		body.SetAppRoleAssignmentRequired(p.AssignmentRequired)
	}
	has, err := s.addPrincipal(ctx, opPrincipal, p.AppID, body)
	if err != nil {
		return "", s.fault(err, p.AppID)
	}
	id := value(has.GetId())
	s.Know(id, principalOf(p.AppID))
	if is := has.GetAppRoleAssignmentRequired(); p.AssignmentRequired == nil || is != nil && *is == *p.AssignmentRequired {
		return id, nil
	}
	change := models.NewServicePrincipal()
	change.SetAppRoleAssignmentRequired(p.AssignmentRequired)
	req := s.get("/servicePrincipals/{id}", "id", id)
	req.Method = kiota.PATCH
	if err := req.SetContentFromParsable(ctx, s.adapter, "application/json", change); err != nil {
		return "", err
	}
	_, err = s.send(ctx, opPrincipal, req, nil)
	return id, s.fault(err, p.AppID, id)
}
