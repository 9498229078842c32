package graphops

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/text"
)

// identify finds out who signed in, and all else that can be read at once.
func (s *session) identify(ctx context.Context, ask workflow.Ask, by *login.SignedIn) error {
	s.Ask = ask
	var unread error
	err := s.d.login.Patiently(ctx, func() (err error) {
		unread, err = s.readIdentity(ctx, ask, by)
		return cmp.Or(err, unread)
	})
	if unread != nil && err == unread { // it lasts, and nothing else depends on it
		s.log.WarnContext(ctx, "something about who signed in can't be read", "err", err)
		return ctx.Err()
	}
	if no, ok := errors.AsType[*workflow.ServiceError](err); ok {
		s.log.WarnContext(ctx, "Graph does not say who signed in", "err", no, "ref", no.Ref)
		return &workflow.SignInError{Reason: workflow.SignInNoConsent, Ref: no.Ref}
	}
	if errors.Is(err, workflow.ErrSessionOver) {
		return &workflow.SignInError{Reason: workflow.SignInOther}
	}
	return err
}

// readIdentity is one round trip, unless somebody has more than a page of roles. unread is
// why something could not be read, for now, that a sign-in can do without.
func (s *session) readIdentity(ctx context.Context, ask workflow.Ask, by *login.SignedIn) (unread, err error) {
	me := &item{op: opMe, req: s.get("/me?$select=id,displayName,userPrincipalName,mail,proxyAddresses,otherMails"),
		as: models.CreateUserFromDiscriminatorValue}
	roles := &item{op: opRoles, req: s.get("/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,displayName,roleTemplateId"),
		as: models.CreateDirectoryRoleCollectionResponseFromDiscriminatorValue}
	org := &item{op: opOrganization, req: s.get("/organization?$select=id,displayName,verifiedDomains"),
		as: models.CreateOrganizationCollectionResponseFromDiscriminatorValue}
	items := []*item{me, roles, org}
	resources := make(map[string]*item)
	for _, id := range ask.Resources {
		if resources[id] == nil {
			r, err := s.resourceItem(ctx, id)
			if err != nil {
				return nil, err
			}
			resources[id] = r
			items = append(items, r)
		}
	}
	emails := append([]string{ask.Email}, ask.Owners...)
	people := s.userItems(emails)
	for _, email := range slices.Sorted(maps.Keys(people)) {
		items = append(items, people[email]...)
	}
	policy := s.policyRead(ask.Application)
	if ask.Policy && login.HasScope(s.scopes, scopePolicy) {
		items = append(items, policy.items()...)
	}
	assigned := &item{op: opAssigned, req: s.get("/roleManagement/directory/roleAssignments?$filter=principalId%20eq%20%27{principal}%27",
		"principal", quote(by.ObjectID)),
		as: models.CreateUnifiedRoleAssignmentCollectionResponseFromDiscriminatorValue}
	groups := &item{op: opRoles,
		req: s.get("/me/transitiveMemberOf/microsoft.graph.group?$select=id,displayName,isAssignableToRole&$top=999"),
		as:  models.CreateGroupCollectionResponseFromDiscriminatorValue}
	if ask.Assigned && s.seesRoles() {
		items = append(items, assigned, groups)
	}
	s.batch(ctx, items)

	if err = fault.Worst([]error{s.fault(me.err), s.fault(roles.err), s.fault(org.err)}); err != nil {
		return nil, err
	}
	who, err := s.signerOf(ctx, me, roles, org)
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(who.TenantID, by.TenantID) {
		return nil, &workflow.SignInError{Reason: workflow.SignInWrongTenant}
	}
	if !strings.EqualFold(who.ObjectID, by.ObjectID) {
		return nil, &workflow.SignInError{Reason: workflow.SignInOther}
	}
	for id, r := range resources {
		s.keepResource(id, r)
	}
	if who.Owners, unread, err = s.accounts(ctx, people, ask.Email); err != nil {
		return nil, err
	}
	who.Requesters = who.Owners[ask.Email]
	if ask.Assigned {
		notYet, err := s.readAssigned(ctx, assigned, groups, &who)
		if err != nil {
			return nil, err
		}
		unread = cmp.Or(unread, notYet)
	}
	who.Policy = policy.read(s.now(), ask.New)
	s.signer = who
	return unread, nil
}

// readAssigned reads the roles that are assigned to somebody, or to a group of theirs.
// What is not shown is noted as hidden, which never permits. unread is why that is so for
// now; the error is that the session is over.
func (s *session) readAssigned(ctx context.Context, assigned, groups *item, who *workflow.Signer) (unread, err error) {
	who.Assigned, err = s.assignedTo(ctx, assigned)
	if err == nil && assigned.got != nil {
		err = s.assignedToGroups(ctx, groups, who)
	}
	who.HidesAssigned = who.HidesAssigned || assigned.got == nil || err != nil
	if errors.Is(err, workflow.ErrSessionOver) {
		return nil, err
	}
	if _, later := errors.AsType[*fault.Later](err); later {
		unread = err
	}
	return unread, nil
}

// seesRoles reports whether the token is good for reading who has which role.
func (s *session) seesRoles() bool {
	return slices.ContainsFunc([]string{scopeDirectory, "RoleManagement.ReadWrite.Directory"}, func(scope string) bool {
		return login.HasScope(s.scopes, scope)
	})
}

// assignedToGroups reads the roles that somebody has through groups that are made for
// roles, whose groups an item has. Such a group has no groups in it. What is not shown of a
// group, or of one of very many, is noted as hidden.
// Source: "Use Microsoft Entra groups to manage role assignments"; Graph, group resource
// type, isAssignableToRole.
func (s *session) assignedToGroups(ctx context.Context, groups *item, who *workflow.Signer) error {
	if groups.got == nil {
		return s.fault(groups.err)
	}
	var lists []*item
	err := s.pages(ctx, groups.op, groups.req, groups.got, groups.as, func(p serialization.Parsable) {
		l, ok := p.(models.GroupCollectionResponseable)
		if !ok {
			return
		}
		for _, g := range l.GetValue() {
			who.HidesAssigned = who.HidesAssigned || g.GetDisplayName() == nil
			if value(g.GetIsAssignableToRole()) {
				lists = append(lists, s.rolesItem(value(g.GetId())))
			}
		}
	})
	if err != nil || len(lists) == 0 {
		return s.fault(err)
	}
	if len(lists) > batchSize {
		lists, who.HidesAssigned = lists[:batchSize], true
	}
	s.batch(ctx, lists)
	for _, l := range lists {
		roles, err := s.assignedTo(ctx, l)
		if err != nil {
			return err
		}
		who.Assigned = append(who.Assigned, roles...)
	}
	return nil
}

// assignedTo reads the roles that are assigned to an account itself, or to a group, custom
// ones and those for one object among them.
func (s *session) assignedTo(ctx context.Context, i *item) ([]workflow.AssignedRole, error) {
	if i.got == nil {
		return nil, s.fault(i.err)
	}
	var all []workflow.AssignedRole
	err := s.pages(ctx, i.op, i.req, i.got, i.as, func(p serialization.Parsable) {
		if l, ok := p.(models.UnifiedRoleAssignmentCollectionResponseable); ok {
			for _, a := range l.GetValue() {
				all = append(all, workflow.AssignedRole{ID: lower(a.GetRoleDefinitionId()), Scope: lower(a.GetDirectoryScopeId())})
			}
		}
	})
	return all, s.fault(err)
}

func (s *session) signerOf(ctx context.Context, me, roles, org *item) (workflow.Signer, error) {
	var who workflow.Signer
	if u, ok := me.got.(models.Userable); ok {
		who.ObjectID, who.UPN, who.Mail = lower(u.GetId()), value(u.GetUserPrincipalName()), value(u.GetMail())
		who.Addresses = addressesOf(u)
	}
	if l, ok := org.got.(models.OrganizationCollectionResponseable); ok && len(l.GetValue()) == 1 {
		who.TenantID, who.TenantName = lower(l.GetValue()[0].GetId()), value(l.GetValue()[0].GetDisplayName())
		for _, d := range l.GetValue()[0].GetVerifiedDomains() {
			if value(d.GetIsInitial()) {
				who.Domain = value(d.GetName())
			}
		}
	}
	if who.ObjectID == "" || who.TenantID == "" {
		return who, opMe.Later("Graph does not say who signed in, or where")
	}
	err := s.pages(ctx, opRoles, nil, roles.got, roles.as, func(p serialization.Parsable) {
		l, _ := p.(models.DirectoryRoleCollectionResponseable)
		if l == nil {
			return
		}
		for _, r := range l.GetValue() {
			if id := lower(r.GetRoleTemplateId()); id != "" {
				who.Roles = append(who.Roles, id)
			} else {
				who.HiddenRoles++ // Entra shows that there is one, and not which
			}
		}
	})
	return who, s.fault(err)
}

// userItems are the ways in which each e-mail address names an account, and whether that is
// enabled. An object ID names one in one way.
func (s *session) userItems(emails []string) map[string][]*item {
	items := make(map[string][]*item)
	for _, email := range emails {
		at := strings.TrimSpace(email)
		if at == "" || items[email] != nil {
			continue
		}
		if text.IsGUID(strings.ToLower(at)) {
			items[email] = []*item{
				{op: opUser, req: s.get("/users/{user}?$select=id,userPrincipalName,mail", "user", at),
					as: models.CreateUserFromDiscriminatorValue},
				{op: opEnabled, req: s.get("/users/{user}?$select=id,accountEnabled", "user", at),
					as: models.CreateUserFromDiscriminatorValue},
			}
			continue
		}
		items[email] = []*item{
			s.aliasItem(at),
			{op: opUser, req: s.get("/users/{user}?$select=id,userPrincipalName,mail", "user", at),
				as: models.CreateUserFromDiscriminatorValue},
			{op: opUser, req: s.get("/users?$filter=mail%20eq%20%27{mail}%27&$select=id,userPrincipalName,mail", "mail", quote(at)),
				as: models.CreateUserCollectionResponseFromDiscriminatorValue},
			// By itself, as User.ReadBasic.All need not be good for it.
			{op: opEnabled, req: s.get("/users/{user}?$select=id,accountEnabled", "user", at), as: models.CreateUserFromDiscriminatorValue},
			{op: opEnabled, req: s.get("/users?$filter=mail%20eq%20%27{mail}%27&$select=id,accountEnabled", "mail", quote(at)),
				as: models.CreateUserCollectionResponseFromDiscriminatorValue},
		}
	}
	return items
}

// accounts are those that were found. A token that may not look people up finds nil. One
// that could not be read, for now, is missing in found, unless it is the needed one.
func (s *session) accounts(ctx context.Context, people map[string][]*item, needed string) (found map[string][]workflow.Account,
	unread, err error) {
	if refused(people) {
		s.log.DebugContext(ctx, "nobody is looked up, as the bot's client may not")
		return nil, nil, ctx.Err()
	}
	found = make(map[string][]workflow.Account)
	for email, items := range people {
		accounts, err := s.accountsIn(ctx, items)
		_, later := errors.AsType[*fault.Later](err)
		if _, notAll := errors.AsType[*fault.Partial](err); (later || notAll) && email != needed {
			unread = err
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		found[email] = accounts
	}
	return found, unread, nil
}

// accountsIn are the accounts in the answers about one address, each once.
func (s *session) accountsIn(ctx context.Context, items []*item) ([]workflow.Account, error) {
	var found []workflow.Account
	disabled := make(map[string]bool)
	add := func(u models.Userable) {
		if on := u.GetAccountEnabled(); on != nil && !*on {
			disabled[lower(u.GetId())] = true
		}
		a := workflow.Account{ObjectID: lower(u.GetId()), UPN: value(u.GetUserPrincipalName()), Mail: value(u.GetMail())}
		if a.UPN != "" && a.ObjectID != "" && !slices.ContainsFunc(found, func(b workflow.Account) bool {
			return a.ObjectID == b.ObjectID
		}) {
			found = append(found, a)
		}
	}
	for _, i := range items {
		if err := s.fault(i.err); err != nil {
			if _, ok := errors.AsType[*workflow.ServiceError](err); ok {
				continue // there is no such account, or no such address
			}
			return nil, err
		}
		switch got := i.got.(type) {
		case models.Userable:
			add(got)
		case models.UserCollectionResponseable:
			err := s.pages(ctx, i.op, nil, got, i.as, func(p serialization.Parsable) {
				if l, ok := p.(models.UserCollectionResponseable); ok {
					for _, u := range l.GetValue() {
						add(u)
					}
				}
			})
			if err != nil {
				return nil, s.fault(err)
			}
		}
	}
	for i := range found {
		found[i].Disabled = disabled[found[i].ObjectID]
	}
	return found, nil
}

// refused reports whether one of the look-ups was forbidden. Other addresses, and whether an
// account is enabled, are not among them: these may be refused for themselves.
func refused(people map[string][]*item) bool {
	for _, items := range people {
		if slices.ContainsFunc(items, func(i *item) bool {
			return i.op != opEnabled && i.op != opAliases && fault.Status(i.err) == http.StatusForbidden
		}) {
			return true
		}
	}
	return false
}
