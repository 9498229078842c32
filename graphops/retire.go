package graphops

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	kiota "github.com/microsoft/kiota-abstractions-go"
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
	kind := p.Credential.Kind
	if len(keys) == 0 && kind == plan.CredentialSecret && s.IsHidden("keys of "+id) {
		return opKeys.Stale("the app's client secret is not seen yet")
	}
	return errors.Join( // one that stays keeps no other in use
		s.removePasswords(ctx, id, keys),
		s.removeCertificates(ctx, id, kind),
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
		s.Removes("keys of "+id, fault.Worst(errs))
	}
	return errors.Join(errs...)
}

// removeCertificates removes every certificate of an application. kind is that of the
// credential that it is known to have.
func (s *session) removeCertificates(ctx context.Context, id string, kind plan.CredentialKind) error {
	certs, err := s.currentCertificates(ctx, id)
	if err == nil && len(certs) > 0 {
		err = s.setCertificates(ctx, id, certs, nil)
		if s.tookCertificates(id, certs) { // whether or not they could be read again
			s.Removes("certificates of "+id, nil)
		} else {
			s.Removes("certificates of "+id, err)
		}
	}
	if err == nil && len(certs) == 0 && (kind == plan.CredentialCertificate || kind == plan.CredentialMadeCertificate) &&
		s.IsHidden("certificates of "+id) {
		err = opCerts.Stale("the app's certificate is not seen yet")
	}
	return err
}

// removeFederated ends every trust of an application in another issuer. has is the
// credential that it is known to have.
func (s *session) removeFederated(ctx context.Context, applicationID string, has plan.Credential) error {
	what := func(issuer, subject string) string { return trustOf(applicationID, issuer, subject) }
	i, err := s.federatedItem(ctx, applicationID)
	if err != nil {
		return err
	}
	var items []*item
	err = s.pages(ctx, i.op, i.req, nil, i.as, func(p serialization.Parsable) {
		if l, ok := p.(models.FederatedIdentityCredentialCollectionResponseable); ok {
			for _, c := range l.GetValue() {
				items = append(items, &item{op: opUnfederate, what: what(value(c.GetIssuer()), value(c.GetSubject())),
					req: s.deletion(federatedRef, "id", applicationID, "name", value(c.GetId()))})
			}
		}
	})
	if err != nil {
		return s.fault(err, applicationID)
	}
	var known []string
	if has.Kind == plan.CredentialFederated {
		known = append(known, what(has.Federated.Issuer, has.Federated.Subject))
	}
	err = s.remove(ctx, items, applicationID)
	if err == nil && s.IsHidden(known...) {
		err = opListFederate.Stale("the app's trust in another issuer is not seen yet")
	}
	return err
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
