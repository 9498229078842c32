package graphops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

// Azure Resource Manager: a few calls, so they are made here and not with an SDK
// of its own. Source: Azure role-based access control, REST API 2022-04-01.

var (
	opAzureRights   = fault.Operation{Name: "listAzurePermissions", Words: "read what it may do in the subscription"}
	opAzureRole     = fault.Operation{Name: "putRoleDefinition", Words: "make the custom role in Azure", Refers: true}
	opAzureAssign   = fault.Operation{Name: "putRoleAssignment", Words: "give the app its role in Azure", Refers: true}
	opAzureUnassign = fault.Operation{Name: "deleteRoleAssignment", Words: "take the app's role in Azure away"}
	opAzureUnrole   = fault.Operation{Name: "deleteRoleDefinition", Words: "delete the custom role in Azure"}
	opAzureReadRole = fault.Operation{Name: "getRoleDefinition", Words: "read a role that the app has in Azure"}
	opAzureList     = fault.Operation{Name: "listAzureRoleAssignments", Words: "read the app's roles in Azure"}
)

const (
	azureVersion = "?api-version=2022-04-01"
	authorizing  = "/providers/Microsoft.Authorization/"
)

// signInAzure gets a token for Azure with the same sign-in, and finds out on
// which scopes it has these rights.
func (s *session) signInAzure(ctx context.Context, subscriptions, rights []string,
	more func(context.Context, string) (seal.Secret, error)) error {
	if s.tenant.ARMURL == "" {
		return &workflow.ServiceError{Code: "NoARM", Text: "The bot has no arm_url for this tenant. Ask its operator."}
	}
	token, err := more(ctx, s.tenant.ARMURL+"/user_impersonation")
	if err != nil {
		s.log.WarnContext(ctx, "no token for Azure", "err", err)
		return err
	}
	s.arm = &bearer{token: token, base: s.tenant.ARMURL}
	s.signer.Subscriptions, s.signer.UnknownSubscriptions = nil, nil // it may be the second time
	var mu sync.Mutex
	errs := make([]error, len(subscriptions))
	var wg sync.WaitGroup
	for i, sub := range subscriptions {
		wg.Go(func() {
			may, err := s.mayInAzure(ctx, sub, rights)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case unknownSubscription(err):
				s.signer.UnknownSubscriptions = append(s.signer.UnknownSubscriptions, sub)
			case err != nil:
				errs[i] = s.fault(err)
			case may:
				s.signer.Subscriptions = append(s.signer.Subscriptions, sub)
			}
		})
	}
	wg.Wait()
	return fault.Worst(errs)
}

// mayInAzure reports whether the person has these rights on a scope, there or from above.
// One that they cannot see is one where they have none.
func (s *session) mayInAzure(ctx context.Context, scope string, rights []string) (bool, error) {
	type permission struct{ Actions, NotActions []string }
	var list struct{ Value []permission }
	err := s.azure(ctx, opAzureRights, http.MethodGet, azurescope.Path(scope)+authorizing+"permissions", "", nil, &list)
	if code := fault.Status(err); code == http.StatusForbidden || code == http.StatusNotFound && !unknownSubscription(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, right := range rights {
		if !slices.ContainsFunc(list.Value, func(p permission) bool {
			return anyCovers(p.Actions, right) && !anyCovers(p.NotActions, right)
		}) {
			return false, nil
		}
	}
	return len(rights) > 0, nil
}

// unknownSubscription reports whether Azure answered that it knows no such subscription or
// resource group, or that the subscription belongs to another tenant. That may also be said
// of one that it does not show to this person.
func unknownSubscription(err error) bool {
	a, _ := err.(*fault.Answer)
	return a != nil && (a.HasCode("SubscriptionNotFound") ||
		a.HasCode("ResourceGroupNotFound") || a.HasCode("InvalidAuthenticationTokenTenant"))
}

// anyCovers reports whether one of the patterns, in which * stands for anything,
// covers an action.
func anyCovers(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(strings.ToLower(p), strings.ToLower(action)) })
}

func covers(pattern, action string) bool {
	before, after, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == action
	}
	if !strings.HasPrefix(action, before) {
		return false
	}
	for rest := action[len(before):]; ; rest = rest[1:] {
		if covers(after, rest) {
			return true
		}
		if rest == "" {
			return false
		}
	}
}

// EnsureAzureRoles assigns roles on each scope. Custom roles are made first, one for
// all the scopes.
func (s *session) EnsureAzureRoles(ctx context.Context, servicePrincipal, name string, subscriptions []string,
	roles []plan.AzureRole) error {
	if s.arm == nil {
		return workflow.ErrSessionOver
	}
	var ids []string
	for _, r := range roles {
		id := r.DefinitionID(name)
		if r.ID == "" {
			if err := s.putRoleDefinition(ctx, id, name, subscriptions, r); err != nil {
				return err
			}
		}
		ids = append(ids, id)
	}
	var errs []error
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, sub := range subscriptions {
		for _, id := range ids {
			wg.Go(func() {
				err := s.putRoleAssignment(ctx, servicePrincipal, name, sub, id)
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			})
		}
	}
	wg.Wait()
	return fault.Worst(errs)
}

func (s *session) putRoleDefinition(ctx context.Context, id, name string, subscriptions []string, r plan.AzureRole) error {
	scopes := make([]string, len(subscriptions))
	for i, sub := range subscriptions {
		scopes[i] = azurescope.Path(sub)
	}
	body := map[string]any{"properties": map[string]any{
		"roleName": r.Name + " (" + name + ")", "description": r.Why, "type": "CustomRole", "assignableScopes": scopes,
		"permissions": []any{map[string]any{"actions": append([]string{}, r.Actions...), "notActions": []string{},
			"dataActions": append([]string{}, r.DataActions...), "notDataActions": []string{}}},
	}}
	err := s.azure(ctx, opAzureRole, http.MethodPut, scopes[0]+authorizing+"roleDefinitions/"+id, "", body, nil)
	if a, _ := err.(*fault.Answer); a != nil && a.HasCode("RoleDefinitionWithSameNameExists") { // it carries the request's own name
		return a.Behind("it was made, and is not known everywhere yet")
	}
	return s.fault(err)
}

func (s *session) putRoleAssignment(ctx context.Context, servicePrincipal, name, named, role string) error {
	body := map[string]any{"properties": map[string]any{
		"roleDefinitionId": azurescope.RoleID(named, role),
		"principalId":      servicePrincipal,
		"principalType":    "ServicePrincipal", // so that a new one need not be known everywhere
	}}
	at := azurescope.Path(named) + authorizing + "roleAssignments/" + plan.AzureID(name, servicePrincipal, named, role)
	var made struct{ Properties struct{ CreatedOn time.Time } }
	err := s.azure(ctx, opAzureAssign, http.MethodPut, at, "", body, &made)
	a, _ := err.(*fault.Answer)
	switch on := made.Properties.CreatedOn; {
	case err == nil && s.ask.Restored && !on.IsZero() && on.Before(s.ask.Removed) && workflow.IsYoung(s.ask.Removed, s.now()):
		return opAzureAssign.Stale("the role was taken a moment ago, and not all know that") // this is the one that was taken
	case a == nil, !a.HasCode("RoleAssignmentExists"):
	case s.ask.Restored && workflow.IsYoung(s.ask.Removed, s.now()) && !s.hasTried("assign "+at):
		return a.Behind("it was taken a moment ago, and not all know that")
	default:
		return nil // this principal has this role here: under another ID
	}
	if err == nil || fault.IsLost(err) {
		s.tries("assign " + at)
	}
	return s.fault(err, servicePrincipal)
}

// azureRoles lists the roles that an app has on a plan's scopes, above and below them,
// called as in workflow.Inspection: a custom role is the plan's where it allows the same, whoever
// has made it and under whatever ID.
func (s *session) azureRoles(ctx context.Context, servicePrincipal string, p plan.Plan) ([]string, error) {
	found, err := s.assignmentsAround(ctx, servicePrincipal, p.Subscriptions)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string)
	for _, r := range p.AzureRoles {
		if r.ID != "" {
			names[strings.ToLower(r.ID)] = strings.ToLower(r.ID)
		}
	}
	custom := slices.DeleteFunc(slices.Clone(p.AzureRoles), func(r plan.AzureRole) bool { return r.ID != "" })
	var all []string
	for _, a := range found {
		role := names[a.role]
		switch {
		case role != "":
		case !a.on(p.Subscriptions): // the person may have no rights on another scope, and a role there is not the plan's
			role = a.role
		default:
			if role, err = s.azureRoleCalled(ctx, a, custom); err != nil {
				return nil, err
			}
			names[a.role] = role
		}
		all = append(all, strings.ToLower(a.scope)+"/"+role)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// azureRoleCalled is the name of the custom role that an assignment is of, or the
// ID of any other.
func (s *session) azureRoleCalled(ctx context.Context, a azureAssignment, custom []plan.AzureRole) (string, error) {
	if len(custom) == 0 {
		return a.role, nil
	}
	var definition struct {
		Properties struct {
			Permissions []struct{ Actions, NotActions, DataActions, NotDataActions []string }
		}
	}
	err := s.azure(ctx, opAzureReadRole, http.MethodGet, azurescope.Path(a.scope)+authorizing+"roleDefinitions/"+a.role, "", nil,
		&definition)
	if no, _ := err.(*fault.Answer); no != nil && no.HasCode("RoleDefinitionDoesNotExist") {
		return "", no.Behind("not known everywhere yet") // one that has assignments can't be deleted
	}
	if err != nil {
		return "", s.fault(err)
	}
	if allows := definition.Properties.Permissions; len(allows) == 1 && len(allows[0].NotActions)+len(allows[0].NotDataActions) == 0 {
		for _, r := range custom {
			if sameActions(allows[0].Actions, r.Actions) && sameActions(allows[0].DataActions, r.DataActions) {
				return r.Name, nil
			}
		}
	}
	return a.role, nil
}

func sameActions(a, b []string) bool {
	in := func(all []string) func(string) bool {
		return func(x string) bool {
			return !slices.ContainsFunc(all, func(y string) bool { return strings.EqualFold(x, y) })
		}
	}
	return !slices.ContainsFunc(a, in(b)) && !slices.ContainsFunc(b, in(a))
}

// An azureAssignment is a role that somebody has on a scope, which is named as in a plan.
type azureAssignment struct{ scope, role, name, principal string } // the last three are GUIDs

// on reports whether the role is on one of some scopes itself, neither above nor below.
func (a azureAssignment) on(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return azurescope.Same(s, a.scope) })
}

// azureAssignments lists the roles that an app has on these scopes themselves.
func (s *session) azureAssignments(ctx context.Context, servicePrincipal string, scopes []string) ([]azureAssignment, error) {
	all, err := s.assignmentsAround(ctx, servicePrincipal, scopes)
	return slices.DeleteFunc(all, func(a azureAssignment) bool { return !a.on(scopes) }), err
}

// assignmentsAround lists the roles that an app has on these scopes, above and below them.
func (s *session) assignmentsAround(ctx context.Context, servicePrincipal string, scopes []string) ([]azureAssignment, error) {
	if s.arm == nil {
		return nil, workflow.ErrSessionOver
	}
	var all []azureAssignment
	for _, scope := range scopes {
		next, b := "", fault.NewPages(s.now)
		for {
			var list struct {
				NextLink string
				Value    []struct {
					Name       string
					Properties struct{ RoleDefinitionID, PrincipalID, Scope string }
				}
			}
			path, filter := azurescope.Path(scope)+authorizing+"roleAssignments", "atScope()"
			if servicePrincipal != "" {
				filter = "principalId eq '" + servicePrincipal + "'"
			}
			if err := s.azure(ctx, opAzureList, http.MethodGet, path, next, nil, &list, "$filter", filter); err != nil {
				return nil, s.fault(err)
			}
			for _, a := range list.Value {
				p := a.Properties
				if servicePrincipal == "" || strings.EqualFold(p.PrincipalID, servicePrincipal) {
					all = append(all, azureAssignment{azurescope.Named(p.Scope),
						strings.ToLower(p.RoleDefinitionID[strings.LastIndexByte(p.RoleDefinitionID, '/')+1:]), a.Name, p.PrincipalID})
				}
			}
			if next = list.NextLink; next == "" {
				break
			}
			if !b.More(next, fault.ListPages) {
				return nil, fault.Azure.Partial(opAzureList)
			}
		}
	}
	return all, nil
}

// azure makes one call. link is the address of a further page; it has to be Azure's own.
func (s *session) azure(ctx context.Context, op fault.Operation, method, path, link string, body, into any, query ...string) error {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(b)
	}
	address := s.arm.base + path + azureVersion
	if link != "" {
		if address = link; !strings.HasPrefix(link, s.arm.base+"/") {
			return fault.Azure.Elsewhere()
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return err
	}
	if link == "" && len(query) > 0 {
		q := req.URL.Query()
		for i := 0; i+1 < len(query); i += 2 {
			q.Set(query[i], query[i+1])
		}
		req.URL.RawQuery = q.Encode()
	}
	token, err := s.arm.reveal()
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-ms-client-request-id", uuid.NewString())
	resp, err := s.d.login.HTTP.Do(req)
	if err != nil {
		if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
		return op.Later(fault.Cause(err))
	}
	b, err := bodyOf(resp)
	if err != nil {
		return op.Later("the answer was cut off")
	}
	s.log.DebugContext(ctx, "azure", "op", op.Name, "method", method, "status", resp.StatusCode)
	if resp.StatusCode/100 == 3 {
		return fault.Azure.Redirected(resp.Header.Get("x-ms-request-id"))
	}
	if resp.StatusCode >= 300 {
		a := op.Read(resp.StatusCode, resp.Header, b, s.now())
		if a.Ref == "" {
			a.Ref = resp.Header.Get("x-ms-request-id")
		}
		return a
	}
	if into != nil && len(b) > 0 && json.Unmarshal(b, into) != nil {
		return op.Unreadable(resp.StatusCode)
	}
	return nil
}
