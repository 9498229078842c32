package graphops

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
)

// A service principal has owners of its own, who can add credentials to it. Whoever makes
// one becomes its owner, as with the application, but for (Cloud) Application
// Administrators. Nothing needs an owner there: they are removed whether or not somebody
// else is one.
// Sources: Graph, "servicePrincipal: delete owners"; Microsoft Entra built-in roles.

// A principalOwnership is who owns a service principal, and who is not to.
type principalOwnership struct {
	s     *session
	id    string
	users []string // in lower case: who is not to
	away  []*item  // for each of them
	list  *item
}

// principalOwnership asks who owns a service principal, and removes users from them. It is
// nil where there is none.
func (s *session) principalOwnership(id string, users []string) *principalOwnership {
	if id == "" {
		return nil
	}
	o := &principalOwnership{s: s, id: id, list: s.ownersOfItem(id)}
	for _, u := range users {
		u = strings.ToLower(u)
		o.users = append(o.users, u)
		o.away = append(o.away, &item{op: opUnownOf, req: s.deletion("/servicePrincipals/{id}/owners/{user}/$ref", "id", id, "user", u)})
	}
	return o
}

func (s *session) ownersOfItem(id string) *item {
	return &item{op: opOwnersOf, req: s.get("/servicePrincipals/{id}/owners?$select=id", "id", id),
		as: models.CreateDirectoryObjectCollectionResponseFromDiscriminatorValue}
}

// items are the requests, as parts of a batch.
func (o *principalOwnership) items() []*item {
	if o == nil {
		return nil
	}
	return append(slices.Clone(o.away), o.list)
}

// outcome adds who owns the service principal to has, once the batch was sent. Where a
// service principal is known, so is the owner whom it came with: who is not listed is none.
func (o *principalOwnership) outcome(ctx context.Context, has *workflow.Ownership) error {
	if o == nil {
		return nil
	}
	var errs []error
	kept := make(map[string]bool) // refused, and so a note
	for n, i := range o.away {
		err := o.s.fault(i.err, o.id)
		_, final := err.(*workflow.ServiceError)
		switch {
		case i.err == nil:
			o.s.Removes(ownerOf(o.users[n], o.id), nil)
		case fault.Status(i.err) == http.StatusNotFound: // the list tells
		case final:
			kept[o.users[n]] = true
		default:
			errs = append(errs, err)
		}
	}
	ids, err := o.s.ownersOf(ctx, o.id, o.list)
	if unread, final := err.(*workflow.ServiceError); final {
		has.Unread = unread
		return fault.Worst(errs)
	}
	if slices.ContainsFunc(o.users, func(u string) bool { return slices.Contains(ids, u) && !kept[u] }) {
		errs = append(errs, opUnownOf.Stale("the owners are not the same everywhere yet"))
	}
	has.Principal = ids
	return fault.Worst(append(errs, err))
}

// ownersOf is who owns a service principal, as a list has it that was asked for, but for
// whom this session has removed.
func (s *session) ownersOf(ctx context.Context, id string, list *item) ([]string, error) {
	if list.err != nil {
		return nil, s.fault(list.err, id)
	}
	ids, err := s.ownerIDs(ctx, list)
	ids = slices.DeleteFunc(ids, func(u string) bool { return s.HasRemoved(ownerOf(u, id)) })
	slices.Sort(ids)
	return ids, s.fault(err, id)
}

// ownerOf is what a session calls an ownership.
func ownerOf(user, of string) string { return "owner " + strings.ToLower(user) + " of " + of }
