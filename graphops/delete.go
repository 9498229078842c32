package graphops

import (
	"context"
	"net/http"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
)

// DeleteApplication deletes the application, and with it its service principal
// and consent. It can be restored for 30 days. That Graph does not find it means
// that it is gone only once nobody can say that it is too new to be found.
func (s *session) DeleteApplication(ctx context.Context, uniqueName, objectID string) error {
	if _, err := s.token.Reveal(); err != nil {
		return err
	}
	if objectID == "" {
		a, err := s.readApplication(ctx, uniqueName)
		switch {
		case fault.Status(err) == http.StatusNotFound && !s.IsFresh(uniqueName):
			return nil
		case err != nil:
			return s.fault(err, uniqueName)
		}
		objectID = value(a.GetId())
	}
	req, err := s.application(objectID).ToDeleteRequestInformation(ctx, nil)
	if err != nil {
		return err
	}
	_, err = s.send(ctx, opDeleteApp, req, nil)
	if fault.Status(err) == http.StatusNotFound && s.IsFresh(objectID) {
		if deleted, readErr := s.deleted(ctx, objectID); readErr != nil || !deleted {
			return s.fault(err, objectID)
		}
		err = nil
	}
	if err != nil && fault.Status(err) != http.StatusNotFound {
		return s.fault(err, objectID)
	}
	s.Forget(uniqueName, objectID)
	return nil
}

// gone reports whether an application is deleted, or was never there: not merely
// too new to be found.
func (s *session) gone(ctx context.Context, objectID string) bool {
	if deleted, err := s.deleted(ctx, objectID); err != nil || deleted {
		return err == nil
	}
	req, err := s.application(objectID).ToGetRequestInformation(ctx, nil)
	if err != nil {
		return false
	}
	_, err = s.send(ctx, opReadApp, req, models.CreateApplicationFromDiscriminatorValue)
	return fault.Status(err) == http.StatusNotFound && !s.IsFresh(objectID)
}

// deleted reports whether an object is among the deleted ones.
func (s *session) deleted(ctx context.Context, objectID string) (bool, error) {
	_, err := s.send(ctx, opDeleted, s.get("/directory/deletedItems/{id}", "id", objectID),
		models.CreateDirectoryObjectFromDiscriminatorValue)
	if fault.Status(err) == http.StatusNotFound {
		return false, nil
	}
	return err == nil, err
}
