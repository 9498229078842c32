package graphops

import (
	"context"
	"net/http"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
)

// Exists reports whether the application is there.
func (s *session) Exists(ctx context.Context, appID string) (bool, error) {
	_, err := s.findApplication(ctx, appID)
	if fault.Status(err) == http.StatusNotFound {
		return false, nil
	}
	return err == nil, s.fault(err)
}

// FindApplication reads which application has this App ID, and its service principal. What
// is not seen is empty in what it returns: whether that is because it is young, only its
// age tells.
func (s *session) FindApplication(ctx context.Context, appID string) (found workflow.Registration, servicePrincipal string, err error) {
	a, err := s.findApplication(ctx, appID)
	if fault.Status(err) == http.StatusNotFound {
		return found, "", nil
	}
	if err != nil {
		return found, "", s.fault(err, appID)
	}
	found = registration(a)
	s.NoteCreated(found.Created)
	p, err := s.principal(ctx, appID)
	if fault.Status(err) == http.StatusNotFound {
		return found, "", nil
	}
	if err != nil {
		return found, "", s.fault(err, appID)
	}
	return found, value(p.GetId()), nil
}

// findApplication reads the application with this App ID.
func (s *session) findApplication(ctx context.Context, appID string) (models.Applicationable, error) {
	got, err := s.send(ctx, opReadApp, s.get("/applications(appId=%27{app}%27)?$select=id,appId,displayName,createdDateTime", "app",
		appID), models.CreateApplicationFromDiscriminatorValue)
	if err != nil {
		return nil, err
	}
	a, ok := got.(models.Applicationable)
	if !ok {
		return nil, opReadApp.Empty()
	}
	return a, nil
}
