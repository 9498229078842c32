package graphops

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
)

// RestoreApplication looks for a deleted application and restores it. One that
// is there, and not deleted, is left alone.
// Source: Graph, "Restore deleted directory object item".
func (s *session) RestoreApplication(ctx context.Context, appID, servicePrincipal string) (bool, error) {
	if uuid.Validate(appID) != nil {
		return false, nil
	}
	list := s.get("/directory/deletedItems/microsoft.graph.application?$filter=appId%20eq%20%27{app}%27&$select=id,appId", "app", appID)
	var deleted []models.Applicationable
	err := s.pages(ctx, opDeleted, list, nil, models.CreateApplicationCollectionResponseFromDiscriminatorValue,
		func(p serialization.Parsable) {
			if l, ok := p.(models.ApplicationCollectionResponseable); ok {
				deleted = append(deleted, l.GetValue()...)
			}
		})
	if err != nil {
		return false, s.fault(err)
	}
	for _, a := range deleted {
		if value(a.GetAppId()) != appID {
			continue
		}
		if err := s.restore(ctx, value(a.GetId())); err != nil {
			if no, _ := err.(*fault.Answer); no != nil && no.IsBehind() && s.ChangedLately() { // the app is old, and its end is not
				return false, no.Behind("the application is not deleted everywhere yet")
			}
			return false, s.fault(err, appID)
		}
		s.Know(value(a.GetId()), appID)
		return true, s.restorePrincipal(ctx, appID, servicePrincipal)
	}
	restored := s.Knows(appID)
	a, err := s.findApplication(ctx, appID)
	switch {
	case err == nil && s.ChangedLately() && !restored: // it may be as it was before it was deleted
		return false, opDeleted.Stale("the application is not seen among the deleted ones yet")
	case err == nil:
		s.Know(value(a.GetId()), appID)
		return true, s.restorePrincipal(ctx, appID, servicePrincipal)
	case fault.Status(err) != http.StatusNotFound:
		return false, s.fault(err, appID)
	case s.ChangedLately(), restored: // it was deleted, or restored, a moment ago
		return false, opDeleted.Stale("the application is seen neither among the deleted ones nor among the others")
	}
	return false, nil
}

// restore restores a deleted object. The error is Graph's own answer.
func (s *session) restore(ctx context.Context, id string) error {
	req := s.get("/directory/deletedItems/{id}/restore", "id", id)
	req.Method = kiota.POST
	_, err := s.send(ctx, opRestore, req, models.CreateDirectoryObjectFromDiscriminatorValue)
	return err
}

// restorePrincipal restores the app's service principal, which does not come back
// with it. One that is not deleted is made, or found, by a later step.
func (s *session) restorePrincipal(ctx context.Context, appID, id string) error {
	if uuid.Validate(id) != nil {
		return nil
	}
	err := s.restore(ctx, id)
	if code := fault.Status(err); code == http.StatusNotFound || code == http.StatusBadRequest || code == http.StatusConflict {
		return s.restored(ctx, appID, id, err)
	}
	if err == nil {
		s.Know(id, principalOf(appID))
	}
	return s.fault(err)
}

// restored looks at a service principal that was not restored: it may be there, or gone
// for good, or its application not known yet to the replica that answered.
func (s *session) restored(ctx context.Context, appID, id string, refused error) error {
	_, err := s.send(ctx, opResourceOf, s.get("/servicePrincipals/{id}?$select=id", "id", id),
		models.CreateServicePrincipalFromDiscriminatorValue)
	if err == nil && s.ChangedLately() && !s.Knows(id) { // it may be as it was before it was deleted
		return opRestore.Stale("the app's service principal is not seen among the deleted ones yet")
	}
	if err == nil {
		s.Know(principalOf(appID))
		return nil
	}
	gone, readErr := s.deleted(ctx, id)
	switch {
	case fault.Status(err) != http.StatusNotFound:
		return s.fault(err, id)
	case readErr != nil:
		return s.fault(readErr)
	case gone, s.ChangedLately():
		no, _ := errors.AsType[*fault.Answer](refused)
		return no.Behind("the app's service principal is not restored everywhere yet")
	}
	return nil // gone for good: a later step makes another
}
