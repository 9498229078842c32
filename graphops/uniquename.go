package graphops

import (
	"context"
	"errors"
	"net/http"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
)

// named goes on where the unique name is taken: an earlier answer was lost and this
// replica is slower, or the application is among the deleted ones. The name has a random
// part that nobody else knows, so it is the application of this request, whatever it is
// called by now, and what was approved is that it be there. It keeps no credential that it
// had. Source: msgraph-bicep-types 137 and 202.
func (s *session) named(ctx context.Context, a workflow.App, body models.Applicationable, taken *fault.Answer) (objectID, appID string,
	err error) {
	found, err := s.readApplication(ctx, a.UniqueName)
	if fault.Status(err) == http.StatusNotFound {
		found, err = s.deletedNamed(ctx, a)
		_, notAll := errors.AsType[*fault.Partial](err)
		if notAll || err == nil && found == nil {
			return "", "", unseenName(taken, notAll)
		}
		if err == nil {
			err = s.restoreNamed(ctx, value(found.GetId()), value(found.GetAppId()))
		}
	}
	if err != nil {
		return "", "", s.fault(err, a.UniqueName)
	}
	objectID, appID = value(found.GetId()), value(found.GetAppId())
	s.Know(a.UniqueName, objectID, appID)
	all, err := objectOf(body)
	if err == nil {
		err = s.strip(ctx, objectID)
	}
	if err != nil {
		return "", "", err
	}
	return objectID, appID, s.patchApplication(ctx, opApplication, objectID, all)
}

// unseenName is what it means that an application is not seen whose unique name is taken:
// a replica may be behind. notAll says that not all of the deleted ones were looked at.
func unseenName(taken *fault.Answer, notAll bool) error {
	l := taken.Behind("an application of this unique name is not seen yet")
	among := "nor among the deleted ones"
	if notAll {
		among = "nor among those deleted ones that the bot could look at, which were not all"
	}
	l.Lasts = &workflow.ServiceError{Code: "UniqueName", Ref: taken.Ref,
		Text: "Entra says that the application of this request already exists, but shows it neither among the applications " + among +
			". " +
			"Look for it under App registrations › Deleted applications, restore it, then press Retry."}
	return l
}

// deletedNamed looks for an application with this unique name among the deleted ones. It
// may have been renamed before it was deleted, so all of them are looked at where none of
// its display name is it. Where these are too many, the error is a *fault.Partial.
func (s *session) deletedNamed(ctx context.Context, a workflow.App) (found models.Applicationable, err error) {
	const all = "/directory/deletedItems/microsoft.graph.application?$select=id,appId,uniqueName&$top=999"
	notAll := false
	named := s.get(all+"&$filter=displayName%20eq%20%27{name}%27", "name", quote(a.DisplayName))
	for _, list := range []*kiota.RequestInformation{named, s.get(all)} {
		more, err := s.somePages(ctx, opDeleted, list, nil, models.CreateApplicationCollectionResponseFromDiscriminatorValue,
			fault.ListPages, func(p serialization.Parsable) bool {
				if l, ok := p.(models.ApplicationCollectionResponseable); ok {
					for _, d := range l.GetValue() {
						if value(d.GetUniqueName()) == a.UniqueName {
							found = d
						}
					}
				}
				return found == nil
			})
		if err != nil || found != nil {
			return found, err
		}
		notAll = more
	}
	if notAll {
		return nil, fault.Graph.Partial(opDeleted)
	}
	return nil, nil
}

// restoreNamed restores an application with the service principal that it had.
func (s *session) restoreNamed(ctx context.Context, objectID, appID string) error {
	if err := s.restore(ctx, objectID); err != nil {
		return err
	}
	s.Know(objectID, appID)
	list := s.get("/directory/deletedItems/microsoft.graph.servicePrincipal?$filter=appId%20eq%20%27{app}%27&$select=id,appId", "app",
		appID)
	var ids []string
	err := s.pages(ctx, opDeleted, list, nil, models.CreateServicePrincipalCollectionResponseFromDiscriminatorValue,
		func(p serialization.Parsable) {
			if l, ok := p.(models.ServicePrincipalCollectionResponseable); ok {
				for _, p := range l.GetValue() {
					ids = append(ids, value(p.GetId()))
				}
			}
		})
	for _, id := range ids {
		if err == nil {
			err = s.restorePrincipal(ctx, appID, id)
		}
	}
	return err
}
