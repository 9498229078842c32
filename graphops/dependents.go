package graphops

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipals"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
)

// What depends on an app: whoever is assigned to it, and the clients that may call its
// API. Source: Graph, "List appRoleAssignments granted for a service principal" and
// "List oauth2PermissionGrants".

const (
	// mostDependents is how many of each list are counted.
	mostDependents = 200
	// dependentPages ends a list that repeats itself: a client has a grant for each user.
	dependentPages = 50
)

// Dependents looks at the service principal that was written down. One that is not there
// may have been deleted and made again, under another ID: then that one counts.
func (s *session) Dependents(ctx context.Context, m workflow.Made) (workflow.Dependents, error) {
	var notFound *fault.Answer
	if m.ServicePrincipal != "" {
		all, err := s.dependentsOn(ctx, m.ServicePrincipal)
		if notFound, _ = errors.AsType[*fault.Answer](err); notFound == nil {
			return all, err
		}
	}
	now, err := s.principalNow(ctx, m, notFound)
	if err != nil || now == "" {
		return workflow.Dependents{}, err
	}
	all, err := s.dependentsOn(ctx, now)
	if unknown, ok := errors.AsType[*fault.Answer](err); ok {
		return workflow.Dependents{}, unknown.Lag()
	}
	return all, err
}

// dependentsOn reads both lists in one round trip, where each has one page, and then the
// names of the clients. Where one of them is refused, the other counts. That there is no
// such service principal is Graph's own answer; other errors say what they mean.
func (s *session) dependentsOn(ctx context.Context, sp string) (workflow.Dependents, error) {
	assigned, clients, err := s.dependentItems(ctx, sp)
	if err != nil {
		return workflow.Dependents{}, err
	}
	s.batch(ctx, []*item{assigned, clients})
	if fault.Status(assigned.err) == http.StatusNotFound {
		return workflow.Dependents{}, assigned.err
	}
	all := &dependents{self: sp}
	errs := []error{
		s.fault(s.collect(ctx, assigned, all, all.assigned), sp),
		s.fault(s.collect(ctx, clients, all, all.client)),
	}
	errs = append(errs, s.nameClients(ctx, all.List))
	return all.Dependents, unread(errs)
}

// dependentItems ask who is assigned to a service principal, and for the grants on it.
func (s *session) dependentItems(ctx context.Context, sp string) (assigned, clients *item, err error) {
	req, err := serviceprincipals.NewServicePrincipalsRequestBuilderInternal(s.at(), s.adapter).ByServicePrincipalId(sp).
		AppRoleAssignedTo().ToGetRequestInformation(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	assigned = &item{op: opAssignedTo, req: req, as: models.CreateAppRoleAssignmentCollectionResponseFromDiscriminatorValue}
	clients = &item{op: opClients, req: s.get("/oauth2PermissionGrants?$filter=resourceId%20eq%20%27{resource}%27", "resource", quote(sp)),
		as: models.CreateOAuth2PermissionGrantCollectionResponseFromDiscriminatorValue}
	return assigned, clients, nil
}

// principalNow is the service principal that the app has, where the one that was written
// down was not found, or there was none. An app that is gone has none, and a living one
// need not have one: then nobody is assigned to it. That it is the same one is a replica
// that does not know it.
func (s *session) principalNow(ctx context.Context, m workflow.Made, notFound *fault.Answer) (string, error) {
	if m.AppID == "" {
		return "", nil
	}
	alive, err := s.Exists(ctx, m.AppID)
	if err != nil || !alive {
		return "", err
	}
	p, err := s.principal(ctx, m.AppID)
	switch {
	case fault.Status(err) == http.StatusNotFound && notFound != nil && s.IsFresh(m.ServicePrincipal):
		return "", notFound.Lag()
	case fault.Status(err) == http.StatusNotFound:
		return "", nil
	case err != nil:
		return "", s.fault(err)
	case notFound != nil && strings.EqualFold(value(p.GetId()), m.ServicePrincipal):
		return "", notFound.Lag()
	}
	return value(p.GetId()), nil
}

// dependents are those found so far.
type dependents struct {
	workflow.Dependents
	self string
	n    int // in the list that is being read
}

// add notes a dependent once. What the app has on itself is not one.
func (d *dependents) add(kind workflow.DependentKind, id, name string) {
	id = strings.ToLower(id)
	if strings.EqualFold(id, d.self) || slices.ContainsFunc(d.List, func(e workflow.Dependent) bool { return e.ID == id }) {
		return
	}
	d.List = append(d.List, workflow.Dependent{Kind: kind, ID: id, Name: name})
	d.n++
}

func (d *dependents) assigned(p serialization.Parsable) {
	l, ok := p.(models.AppRoleAssignmentCollectionResponseable)
	if !ok {
		return
	}
	for _, a := range l.GetValue() {
		kind := workflow.DependentApp
		switch value(a.GetPrincipalType()) {
		case "User":
			kind = workflow.DependentUser
		case "Group":
			kind = workflow.DependentGroup
		}
		d.add(kind, value(a.GetPrincipalId()).String(), value(a.GetPrincipalDisplayName()))
	}
}

func (d *dependents) client(p serialization.Parsable) {
	if l, ok := p.(models.OAuth2PermissionGrantCollectionResponseable); ok {
		for _, g := range l.GetValue() {
			d.add(workflow.DependentApp, value(g.GetClientId()), "")
		}
	}
}

// collect reads one of the lists, as far as it counts.
func (s *session) collect(ctx context.Context, i *item, d *dependents, each func(serialization.Parsable)) error {
	if i.err != nil {
		return i.err
	}
	d.n = 0
	more, err := s.somePages(ctx, i.op, i.req, i.got, i.as, dependentPages, func(p serialization.Parsable) bool {
		each(p)
		return d.n < mostDependents
	})
	d.More = d.More || more
	return err
}

// nameClients asks for the names of other apps that have none yet. One that cannot be
// read stays without.
func (s *session) nameClients(ctx context.Context, list []workflow.Dependent) error {
	var items []*item
	var of []int
	for n, d := range list {
		if d.Kind == workflow.DependentApp && d.Name == "" {
			items = append(items, &item{op: opClient, req: s.get("/servicePrincipals/{id}?$select=id,displayName", "id", d.ID),
				as: models.CreateServicePrincipalFromDiscriminatorValue})
			of = append(of, n)
		}
	}
	s.batch(ctx, items)
	var errs []error
	for n, i := range items {
		if p, ok := i.got.(models.ServicePrincipalable); ok && i.err == nil {
			list[of[n]].Name = value(p.GetDisplayName())
		}
		if err := s.fault(i.err); err != nil {
			if _, no := errors.AsType[*workflow.ServiceError](err); !no {
				errs = append(errs, err)
			}
		}
	}
	return fault.Worst(errs)
}

// unread is what keeps a list from being read: what may go away by itself before a "no",
// as a "no" to one of them does not say what is in the other.
func unread(errs []error) error {
	var others []error
	var no *workflow.ServiceError
	for _, err := range errs {
		if t, ok := errors.AsType[*workflow.ServiceError](err); ok && no == nil {
			no = t
		} else if !ok {
			others = append(others, err)
		}
	}
	if err := fault.Worst(others); err != nil || no == nil {
		return err
	}
	return no
}
