package graphops

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/microsoft/kiota-abstractions-go/serialization"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/text"
)

// The look for other applications with a certificate. Entra has no filter for a
// certificate, so that applications are read page by page, and a tenant may have
// hundreds of thousands. It is a service to people and no safeguard: apps of other
// tenants nobody can see from here. So it is bounded, and what it did not see is said.

const (
	// othersPages is how many pages are read, of up to 999 applications each. Requests
	// that select keyCredentials are limited to 150 a minute, for the tenant and everybody
	// in it. Source: Graph, "List applications".
	othersPages = 20
	// othersFor is how long that may take. The page that is under way is waited for.
	othersFor = 20 * time.Second
)

func (s *session) othersItem() *item {
	return &item{op: opOthers, req: s.get("/applications?$select=id,displayName,keyCredentials&$top=999"), as: asItCame}
}

// unused makes sure that no other application is seen to have a certificate, and
// returns what was not seen. A list has no key in it but the identifier, which is the
// thumbprint unless somebody chose another: that one nobody can see.
func (s *session) unused(ctx context.Context, others *item, applicationID string, c certificate.Certificate) (unseen string, err error) {
	if _, no := errors.AsType[*workflow.ServiceError](s.fault(others.err, applicationID)); no {
		return "the tenant's other apps could not be read, so whether one of them has the same certificate is not known", nil
	}
	if others.err != nil {
		return "", s.fault(others.err, applicationID)
	}
	o := &otherApps{applicationID: applicationID, thumbprint: c.Thumbprint}
	began := s.now()
	more, err := s.somePages(ctx, others.op, others.req, others.got, others.as, othersPages, func(p serialization.Parsable) bool {
		o.look(p)
		return !o.found && s.now().Sub(began) < othersFor
	})
	if err == nil && more && !o.found {
		unseen, err = s.byEnd(ctx, o, c)
	}
	switch {
	case o.found:
		return "", &workflow.ServiceError{Code: "certificate_elsewhere",
			Text: fmt.Sprintf("The app “%s”, which is in this tenant already, has the same certificate, and every app needs one of "+
				"its own. "+
				"The certificate was not added. Press Undo, and ask again with a new key and a certificate for it; or remove it from "+
				"the other app, and press Retry.", text.Plain(o.name))}
	case err != nil:
		return "", s.fault(err, applicationID)
	}
	return unseen, nil
}

// byEnd looks for the certificate among the applications that have one which ends at
// the same time: for that there is a filter. Its index may be behind, and whoever
// registered the certificate may have cut its time short.
// Source: Graph, "Advanced query capabilities on Microsoft Entra ID objects".
func (s *session) byEnd(ctx context.Context, o *otherApps, c certificate.Certificate) (unseen string, err error) {
	req := s.get("/applications?$filter=keyCredentials/any(k:k/endDateTime%20eq%20" + c.NotAfter.UTC().Format("2006-01-02T15:04:05Z") +
		")&$count=true&$select=id,displayName,keyCredentials&$top=999")
	req.Headers.Add("ConsistencyLevel", "eventual")
	n := o.seen
	more, err := s.somePages(ctx, opOthers, req, nil, asItCame, 2, func(p serialization.Parsable) bool { o.look(p); return !o.found })
	_, no := errors.AsType[*workflow.ServiceError](s.fault(err))
	if err != nil && !no {
		return "", err
	}
	with := " and those with one that ends at the same time"
	switch {
	case no:
		with = ""
	case more:
		with = " and some of those with one that ends at the same time"
	}
	return fmt.Sprintf("this tenant has very many apps: %d of them%s were looked through for the same certificate, and the others "+
		"were not", n, with), nil
}

// otherApps are the other applications, as far as they were looked at.
type otherApps struct {
	applicationID, thumbprint string
	seen                      int
	found                     bool
	name                      string // of the one that has it
}

func (o *otherApps) look(p serialization.Parsable) {
	page, _ := p.(object)
	for _, raw := range page.list("value") {
		a := decode[object](raw)
		o.seen++
		if !a.same("id", o.applicationID) && hasCertificate(a.list("keyCredentials"), o.thumbprint) {
			o.found, o.name = true, a.text("displayName")
		}
	}
}
