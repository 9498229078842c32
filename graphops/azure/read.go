package azure

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Roles lists the roles that an app has on a plan's scopes, above and below them,
// as scope/role: a custom role is the plan's where it allows the same, whoever
// has made it and under whatever ID.
func (c *Client) Roles(ctx context.Context, servicePrincipal string, p plan.Plan) ([]string, error) {
	found, err := c.assignmentsAround(ctx, servicePrincipal, p.Subscriptions)
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
			if role, err = c.roleCalled(ctx, a, custom); err != nil {
				return nil, err
			}
			names[a.role] = role
		}
		all = append(all, strings.ToLower(a.scope)+"/"+role)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// roleCalled is the name of the custom role that an assignment is of, or the
// ID of any other.
func (c *Client) roleCalled(ctx context.Context, a assignment, custom []plan.AzureRole) (string, error) {
	if len(custom) == 0 {
		return a.role, nil
	}
	var definition struct {
		Properties struct {
			Permissions []struct{ Actions, NotActions, DataActions, NotDataActions []string }
		}
	}
	err := c.call(ctx, opReadRole, http.MethodGet, azurescope.Path(a.scope)+authorizing+"roleDefinitions/"+a.role, "", nil,
		&definition)
	if no, _ := err.(*fault.Answer); no != nil && no.HasCode("RoleDefinitionDoesNotExist") {
		return "", no.Behind("not known everywhere yet") // one that has assignments can't be deleted
	}
	if err != nil {
		return "", fault.Meaning(err, false)
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

// An assignment is a role that somebody has on a scope, which is named as in a plan.
type assignment struct{ scope, role, name, principal string } // the last three are GUIDs

// on reports whether the role is on one of some scopes itself, neither above nor below.
func (a assignment) on(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return azurescope.Same(s, a.scope) })
}

// assignments lists the roles that an app has on these scopes themselves.
func (c *Client) assignments(ctx context.Context, servicePrincipal string, scopes []string) ([]assignment, error) {
	all, err := c.assignmentsAround(ctx, servicePrincipal, scopes)
	return slices.DeleteFunc(all, func(a assignment) bool { return !a.on(scopes) }), err
}

// assignmentsAround lists the roles that an app has on these scopes, above and below them.
func (c *Client) assignmentsAround(ctx context.Context, servicePrincipal string, scopes []string) ([]assignment, error) {
	if c == nil {
		return nil, workflow.ErrSessionOver
	}
	var all []assignment
	for _, scope := range scopes {
		next, b := "", fault.NewPages(c.Now)
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
			if err := c.call(ctx, opList, http.MethodGet, path, next, nil, &list, "$filter", filter); err != nil {
				return nil, fault.Meaning(err, false)
			}
			for _, a := range list.Value {
				p := a.Properties
				if servicePrincipal == "" || strings.EqualFold(p.PrincipalID, servicePrincipal) {
					all = append(all, assignment{azurescope.Named(p.Scope),
						strings.ToLower(p.RoleDefinitionID[strings.LastIndexByte(p.RoleDefinitionID, '/')+1:]), a.Name, p.PrincipalID})
				}
			}
			if next = list.NextLink; next == "" {
				break
			}
			if !b.More(next, fault.ListPages) {
				return nil, fault.Azure.Partial(opList)
			}
		}
	}
	return all, nil
}
