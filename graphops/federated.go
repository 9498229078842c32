package graphops

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow/plan"
)

// EnsureFederated adds a federated credential. That it is there already has the
// code of a mistake, so it is read back.
// Source: Graph, "Create federatedIdentityCredential".
func (s *session) EnsureFederated(ctx context.Context, applicationID, name string, f plan.FederatedIssuer) error {
	body := models.NewFederatedIdentityCredential()
	body.SetName(&name)
	body.SetIssuer(&f.Issuer)
	body.SetSubject(&f.Subject)
	body.SetAudiences([]string{f.Audience})
	req, err := s.application(applicationID).FederatedIdentityCredentials().ToPostRequestInformation(ctx, body, nil)
	if err != nil {
		return err
	}
	_, err = s.send(ctx, opFederated, req, models.CreateFederatedIdentityCredentialFromDiscriminatorValue)
	refused, _ := err.(*fault.Answer)
	what := trustOf(applicationID, f.Issuer, f.Subject)
	if refused == nil || refused.Status != http.StatusBadRequest && refused.Status != http.StatusConflict {
		if fault.IsLost(err) {
			s.Tries("adding " + what)
		}
		return s.fault(err, applicationID)
	}
	gone := s.HasRemoved(what) || s.Ask.Restored && s.LostLately()
	list, err := s.federatedItem(ctx, applicationID)
	if err != nil {
		return err
	}
	there, err := s.federated(ctx, list)
	switch {
	case err != nil:
		return s.fault(err, applicationID)
	case slices.Contains(there, f) && gone && !s.HasTried("adding "+what):
		return refused.Behind("it was removed, but is still listed")
	case slices.Contains(there, f):
		return nil
	case refused.Exists():
		return refused.Behind("it exists, but can't be read yet")
	}
	return s.fault(refused, applicationID)
}

// trustOf is what a session calls an application's trust in another issuer.
func trustOf(applicationID, issuer, subject string) string {
	return strings.Join([]string{"trust of", applicationID, "in", issuer, subject}, " ")
}

func (s *session) federatedItem(ctx context.Context, applicationID string) (*item, error) {
	req, err := s.application(applicationID).FederatedIdentityCredentials().ToGetRequestInformation(ctx, nil)
	return &item{op: opListFederate, req: req, as: models.CreateFederatedIdentityCredentialCollectionResponseFromDiscriminatorValue}, err
}

// federated reads the list that an item got, or gets it.
func (s *session) federated(ctx context.Context, i *item) ([]plan.FederatedIssuer, error) {
	var all []plan.FederatedIssuer
	err := s.pages(ctx, i.op, i.req, i.got, i.as, func(p serialization.Parsable) {
		if l, ok := p.(models.FederatedIdentityCredentialCollectionResponseable); ok {
			for _, c := range l.GetValue() {
				f := plan.FederatedIssuer{Issuer: value(c.GetIssuer()), Subject: value(c.GetSubject())}
				if a := c.GetAudiences(); len(a) > 0 {
					f.Audience = a[0]
				}
				all = append(all, f)
			}
		}
	})
	return all, err
}
