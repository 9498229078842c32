package graphops

import (
	"context"
	"errors"
	"slices"
	"strings"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// RemovePermissions removes what an app was approved to have and no longer needs. What it
// has beyond both plans is not touched: the check that follows raises an alarm.
func (s *session) RemovePermissions(ctx context.Context, m workflow.Made, needs, had plan.Plan) error {
	if _, err := s.token.Reveal(); err != nil {
		return err
	}
	gone := slices.DeleteFunc(slices.Clone(had.Permissions), func(p plan.Permission) bool {
		return slices.ContainsFunc(needs.Permissions, func(q plan.Permission) bool {
			return q.ResourceAppID == p.ResourceAppID && q.Type == p.Type && q.Name == p.Name
		})
	})
	roles, scopes, err := s.unwanted(ctx, m.ServicePrincipal, gone)
	if err != nil {
		return err
	}
	var items []*item
	if len(roles) > 0 {
		more, err := s.unassign(ctx, m.ServicePrincipal, roles)
		if err != nil {
			return err
		}
		items = append(items, more...)
	}
	if len(scopes) > 0 {
		more, err := s.narrow(ctx, m.ServicePrincipal, scopes)
		if err != nil {
			return err
		}
		items = append(items, more...)
	}
	more, err := s.unassignDirectory(ctx, m.ServicePrincipal, needs, had)
	if err != nil {
		return err
	}
	s.mu.Lock()
	clear(s.consented)
	s.mu.Unlock()
	if err := s.remove(ctx, append(items, more...), m.ServicePrincipal); err != nil {
		return err
	}
	known := given(m.ServicePrincipal, roles, scopes)
	for _, r := range had.DirectoryRoles {
		if !slices.ContainsFunc(needs.DirectoryRoles, func(q plan.DirectoryRole) bool { return q.TemplateID == r.TemplateID }) {
			known = append(known, directoryRoleOf(m.ServicePrincipal, r.TemplateID))
		}
	}
	if s.IsHidden(known...) {
		return opConsented.Stale("what is removed is not seen yet")
	}
	return nil
}

func directoryRoleOf(sp, templateID string) string {
	return "directory role " + templateID + " of " + sp
}

// given are roles and grants of a service principal, as withdrawals call them.
func given(sp string, roles map[string]bool, scopes map[string][]string) (known []string) {
	for role := range roles {
		known = append(known, roleOf(sp, role))
	}
	for resource := range scopes {
		known = append(known, grantOf(sp, resource))
	}
	return known
}

// unwanted are the app roles (resource and role ID) and the scopes (by resource
// ID) of permissions that go.
func (s *session) unwanted(ctx context.Context, sp string, gone []plan.Permission) (roles map[string]bool, scopes map[string][]string,
	err error) {
	roles, scopes = make(map[string]bool), make(map[string][]string)
	for _, p := range gone {
		if id, orphan := p.OnGone(); orphan {
			if id = strings.ToLower(id); p.Type == catalog.Delegated {
				scopes[id] = append(scopes[id], p.Name)
			} else {
				roles[id+" "+p.Name] = true
			}
			continue
		}
		if p.ResourceAppID != plan.Self {
			if r, err := s.here(ctx, p.ResourceAppID); err != nil {
				return nil, nil, err
			} else if r == nil {
				continue // the app has nothing of a service that is not here
			}
		}
		r, id, err := s.resolve(ctx, sp, p)
		if no, _ := errors.AsType[*workflow.ServiceError](err); no != nil && no.Code == "PermissionNotFound" {
			continue // nor of a permission that the service does not have
		}
		if err != nil {
			return nil, nil, err
		}
		key := strings.ToLower(r.id)
		if p.Type == catalog.Delegated {
			scopes[key] = append(scopes[key], p.Name)
		} else {
			roles[key+" "+id.String()] = true
		}
	}
	return roles, scopes, nil
}

func (s *session) unassign(ctx context.Context, sp string, unwanted map[string]bool) ([]*item, error) {
	list, _, err := s.consentedItems(ctx, sp)
	if err != nil {
		return nil, err
	}
	var items []*item
	err = s.eachAssigned(ctx, list, func(a models.AppRoleAssignmentable) {
		if unwanted[assignedRole(a)] {
			items = append(items, s.unassignment(sp, a))
		}
	})
	return items, s.fault(err, sp)
}

// narrow takes scopes out of grants. A grant without scopes is deleted.
func (s *session) narrow(ctx context.Context, sp string, unwanted map[string][]string) ([]*item, error) {
	_, list, err := s.consentedItems(ctx, sp)
	if err != nil {
		return nil, err
	}
	var items []*item
	err = s.eachGranted(ctx, list, sp, func(g models.OAuth2PermissionGrantable) {
		has := strings.Fields(value(g.GetScope()))
		left := slices.DeleteFunc(slices.Clone(has), func(n string) bool { return slices.Contains(unwanted[lower(g.GetResourceId())], n) })
		if len(left) == len(has) {
			return
		}
		i := s.ungrant(sp, g)
		if len(left) > 0 {
			body := object{}
			body.set("scope", strings.Join(left, " "))
			i.req.Method = kiota.PATCH
			i.req.SetStreamContentAndContentType(encode(body), "application/json")
		}
		items = append(items, i)
	})
	return items, s.fault(err, sp)
}

func (s *session) unassignDirectory(ctx context.Context, sp string, needs, had plan.Plan) ([]*item, error) {
	gone := make(map[string]bool)
	for _, r := range had.DirectoryRoles {
		gone[r.TemplateID] = true
	}
	for _, r := range needs.DirectoryRoles {
		delete(gone, r.TemplateID)
	}
	if len(gone) == 0 {
		return nil, nil
	}
	list := s.rolesItem(sp)
	var items []*item
	err := s.pages(ctx, list.op, list.req, nil, list.as, func(p serialization.Parsable) {
		if l, ok := p.(models.UnifiedRoleAssignmentCollectionResponseable); ok {
			for _, a := range l.GetValue() {
				if gone[strings.ToLower(value(a.GetRoleDefinitionId()))] {
					req := s.deletion("/roleManagement/directory/roleAssignments/{id}", "id", value(a.GetId()))
					items = append(items, &item{op: opRoleFor, req: req, what: directoryRoleOf(sp, lower(a.GetRoleDefinitionId()))})
				}
			}
		}
	})
	return items, s.fault(err, sp)
}
