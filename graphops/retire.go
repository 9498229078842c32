package graphops

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// RemoveCredentials removes every credential of an application, and those that its service
// principal has of its own. One that is not there has none. Where the app is young, an
// answer without one of the plan's kind is from a replica that has not heard of it.
func (s *session) RemoveCredentials(ctx context.Context, id string, p plan.Plan) error {
	return s.removeCredentials(ctx, id, p, true)
}

// removeCredentials is RemoveCredentials. served says that the app has a service principal,
// so that one that is not seen may only be young.
func (s *session) removeCredentials(ctx context.Context, id string, p plan.Plan, served bool) error {
	keys, appID, err := s.keysAndAppID(ctx, id)
	if fault.Status(err) == http.StatusNotFound && !s.Knows(id) { // what this session restored is not deleted, whatever a replica says
		if deleted, readErr := s.deleted(ctx, id); readErr == nil && (deleted || !s.IsFresh(id)) {
			return nil
		}
	}
	if err != nil {
		return s.fault(err, id)
	}
	if err := s.unseen(opKeys, id, p.Credential); len(keys) == 0 && err != nil {
		return err
	}
	return errors.Join( // one that stays keeps no other in use
		s.removePasswords(ctx, id, keys),
		s.removeCertificates(ctx, id, p.Credential),
		s.removeFederated(ctx, id, p.Credential),
		s.removeFromPrincipal(ctx, appID, served))
}

// removePasswords removes these secrets of an application.
func (s *session) removePasswords(ctx context.Context, id string, keys []workflow.Password) error {
	var errs []error
	for _, k := range keys {
		errs = append(errs, s.RemovePassword(ctx, id, k.KeyID))
	}
	stays := func(k workflow.Password) bool { return !s.HasSentRemoval(keyNamed(k.KeyID)) }
	if len(keys) > 0 && !slices.ContainsFunc(keys, stays) {
		s.Removes(keysOf(id), fault.Worst(errs))
	}
	return errors.Join(errs...)
}

// removeCertificates removes every certificate of an application. has is the credential that
// it is known to have.
func (s *session) removeCertificates(ctx context.Context, id string, has plan.Credential) error {
	certs, err := s.currentCertificates(ctx, id)
	if err == nil && len(certs) > 0 {
		err = s.setCertificates(ctx, id, certs, nil)
		if s.certificates.haveGone(id, certs) { // whether or not they could be read again
			s.Removes(certificatesOf(id), nil)
		} else {
			s.Removes(certificatesOf(id), err)
		}
	}
	if err == nil && len(certs) == 0 {
		err = s.unseen(opCerts, id, has)
	}
	return err
}

// removeFederated ends every trust of an application in another issuer. has is the
// credential that it is known to have.
func (s *session) removeFederated(ctx context.Context, applicationID string, has plan.Credential) error {
	i, err := s.federatedItem(ctx, applicationID)
	if err != nil {
		return err
	}
	var items []*item
	err = s.pages(ctx, i.op, i.req, nil, i.as, func(p serialization.Parsable) {
		if l, ok := p.(models.FederatedIdentityCredentialCollectionResponseable); ok {
			for _, c := range l.GetValue() {
				items = append(items, &item{op: opUnfederate, what: trustOf(applicationID, value(c.GetIssuer()), value(c.GetSubject())),
					req: s.deletion(federatedRef, "id", applicationID, "name", value(c.GetId()))})
			}
		}
	})
	if err != nil {
		return s.fault(err, applicationID)
	}
	if err := s.remove(ctx, items, applicationID); err != nil {
		return err
	}
	return s.unseen(opListFederate, applicationID, has)
}

// RemoveConsent withdraws what a service principal was granted of the kinds that
// a plan has: the token is good for no others, which go with the application. A
// service principal that is not there has nothing, unless it may only be too young to be
// seen; so does a list without what the plan has.
func (s *session) RemoveConsent(ctx context.Context, servicePrincipal string, p plan.Plan) error {
	roles, grants, err := s.consentedItems(ctx, servicePrincipal)
	if err != nil {
		return err
	}
	var lists []*item
	if len(p.Of(catalog.Application)) > 0 {
		lists = append(lists, roles)
	}
	if len(p.Of(catalog.Delegated)) > 0 {
		lists = append(lists, grants)
	}
	s.batch(ctx, lists)
	if fault.Status(roles.err) == http.StatusNotFound {
		roles.err, lists = nil, slices.DeleteFunc(lists, func(i *item) bool { return i == roles })
	}
	if err := fault.Worst([]error{s.fault(roles.err), s.fault(grants.err)}); err != nil {
		return err
	}
	var items []*item
	for _, i := range lists {
		err := s.pages(ctx, i.op, i.req, i.got, i.as, func(p serialization.Parsable) {
			items = append(items, s.withdrawals(servicePrincipal, p)...)
		})
		if err != nil {
			return s.fault(err)
		}
	}
	s.mu.Lock()
	clear(s.consented)
	s.mu.Unlock()
	err = s.remove(ctx, items, servicePrincipal)
	if err != nil || !s.ChangedLately() {
		return err
	}
	known, err := s.consentOf(ctx, servicePrincipal, p)
	if err == nil && s.IsHidden(known...) {
		err = opConsented.Stale("the app's permissions are not seen yet")
	}
	return err
}

// withdrawals are the deletions of what a page of a list has.
func (s *session) withdrawals(servicePrincipal string, page serialization.Parsable) (items []*item) {
	switch l := page.(type) {
	case models.AppRoleAssignmentCollectionResponseable:
		for _, a := range l.GetValue() {
			items = append(items, s.unassignment(servicePrincipal, a))
		}
	case models.OAuth2PermissionGrantCollectionResponseable:
		for _, g := range l.GetValue() {
			items = append(items, s.ungrant(servicePrincipal, g))
		}
	}
	return items
}

// unassignment deletes an app role assignment of a service principal.
func (s *session) unassignment(servicePrincipal string, a models.AppRoleAssignmentable) *item {
	return &item{op: opUnconsent, what: roleOf(servicePrincipal, assignedRole(a)),
		req: s.deletion("/servicePrincipals/{id}/appRoleAssignments/{assignment}", "id", servicePrincipal, "assignment", value(a.GetId()))}
}

// ungrant deletes a grant of delegated permissions to a service principal.
func (s *session) ungrant(servicePrincipal string, g models.OAuth2PermissionGrantable) *item {
	return &item{op: opUnconsent, what: grantOf(servicePrincipal, value(g.GetResourceId())),
		req: s.deletion("/oauth2PermissionGrants/{id}", "id", value(g.GetId()))}
}

// assignedRole is the resource and the ID of an app role that is assigned.
func assignedRole(a models.AppRoleAssignmentable) string {
	return value(a.GetResourceId()).String() + " " + value(a.GetAppRoleId()).String()
}

// roleOf is what a session calls an assignment; role is as assignedRole has it.
func roleOf(servicePrincipal, role string) string {
	return "role of " + servicePrincipal + " on " + role
}

// grantOf is what a session calls a grant.
func grantOf(servicePrincipal, resourceID string) string {
	return "grant of " + servicePrincipal + " on " + strings.ToLower(resourceID)
}

// consentOf is what a service principal was granted for a plan, as withdrawals call it.
func (s *session) consentOf(ctx context.Context, servicePrincipal string, p plan.Plan) (known []string, err error) {
	roles, scopes, err := s.unwanted(ctx, servicePrincipal, p.Permissions)
	return given(servicePrincipal, roles, scopes), err
}

// remove sends deletions, in an order that is the same at every try: Graph lists
// in any. What is gone already is gone. But the replica that answers may not have heard of
// something young, about which all of them are.
func (s *session) remove(ctx context.Context, items []*item, about string) error {
	slices.SortFunc(items, func(a, b *item) int { return cmp.Compare(address(a), address(b)) })
	s.batch(ctx, items)
	var errs []error
	for _, i := range items {
		at := "removal " + address(i)
		switch {
		case fault.Status(i.err) != http.StatusNotFound:
			s.Removes(at, i.err)
			s.Removes(i.what, i.err)
			errs = append(errs, s.fault(i.err, about))
		case (s.GivenLately() || s.Knows(about)) && !s.HasRemoved(at):
			errs = append(errs, i.op.Stale("what is removed is not seen everywhere yet"))
		}
	}
	return fault.Worst(errs)
}

func address(i *item) string {
	if u, err := i.req.GetUri(); err == nil {
		return u.String()
	}
	return ""
}
