package azure

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What is removed in Azure.

// RemoveAssignments removes the assignments, and then the custom roles that nobody has
// any more. What is gone already is gone.
func (c *Client) RemoveAssignments(ctx context.Context, servicePrincipal, name string, subscriptions []string,
	roles []plan.AzureRole, how workflow.AzureRemoval) (stay []string, err error) {
	if c == nil {
		return nil, workflow.ErrSessionOver
	}
	made := madeAssignments(servicePrincipal, name, subscriptions, roles)
	all := slices.Clone(made) // a list may be behind
	if !how.OnlyMade {
		has, err := c.assignments(ctx, servicePrincipal, subscriptions)
		if err != nil {
			return nil, err
		}
		for _, a := range has {
			if slices.ContainsFunc(roles, func(r plan.AzureRole) bool { return r.DefinitionID(name) == a.role }) {
				all = append(all, a)
			}
		}
	}
	if err := c.deleteAssignments(ctx, all); err != nil || how.KeepDefinitions {
		return nil, err
	}
	return c.removeRoleDefinitions(ctx, servicePrincipal, name, subscriptions, roles, func(h assignment) bool {
		return !how.OnlyMade || slices.ContainsFunc(made, func(m assignment) bool { return strings.EqualFold(m.name, h.name) })
	})
}

// removeRoleDefinitions deletes the custom roles that were made under this name and that
// nobody has. ours says which of the app's assignments are removed already.
func (c *Client) removeRoleDefinitions(ctx context.Context, servicePrincipal, name string, subscriptions []string,
	roles []plan.AzureRole, ours func(assignment) bool) (stay []string, err error) {
	for _, r := range roles {
		if r.ID != "" || len(subscriptions) == 0 {
			continue
		}
		id := r.DefinitionID(name)
		a, err := c.deleteRoleDefinition(ctx, id, subscriptions)
		if err != nil {
			return nil, err
		}
		if a == nil {
			continue
		}
		// Either Azure has not noticed yet, or somebody else was given this role.
		has, err := c.assignments(ctx, servicePrincipal, subscriptions)
		if err != nil {
			return nil, err
		}
		lately := c.Now().Sub(c.Memory.Ask.Removed) < Notices || // by a session before this one
			slices.ContainsFunc(madeAssignments(servicePrincipal, name, subscriptions, roles), func(m assignment) bool {
				return c.Memory.RemovedWithin(Notices, strings.ToLower(assignmentPath(m)))
			})
		if lately {
			somebody, err := c.othersHave(ctx, servicePrincipal, id, subscriptions)
			if err != nil {
				return nil, err
			}
			lately = !somebody
		}
		if lately || slices.ContainsFunc(has, func(h assignment) bool { return h.role == id && ours(h) }) {
			return nil, a.Behind("the app's roles are still there")
		}
		stay = append(stay, r.Name+" ("+name+")")
	}
	return stay, nil
}

// othersHave reports whether somebody else is seen to have a role on one of these scopes.
func (c *Client) othersHave(ctx context.Context, servicePrincipal, role string, scopes []string) (bool, error) {
	all, err := c.assignments(ctx, "", scopes)
	return slices.ContainsFunc(all, func(a assignment) bool {
		return a.role == role && !strings.EqualFold(a.principal, servicePrincipal)
	}), err
}

// deleteRoleDefinition deletes a custom role. It is found in the scopes that it is
// for, and which of these those are need not be known. The answer is Azure's, where the
// role has assignments.
func (c *Client) deleteRoleDefinition(ctx context.Context, id string, subscriptions []string) (*fault.Answer, error) {
	var unseen error // it is one role, whatever it is for
	for _, sub := range subscriptions {
		deleted, err := c.delete(ctx, opUnrole, azurescope.Path(sub)+authorizing+"roleDefinitions/"+id)
		if a, _ := errors.AsType[*fault.Answer](err); a != nil && a.HasCode("RoleDefinitionHasAssignments") {
			return a, nil
		}
		if _, behind := errors.AsType[*fault.Spreading](err); behind {
			unseen = err
			continue
		}
		if err != nil || deleted {
			return nil, fault.Meaning(err, false)
		}
	}
	return nil, unseen
}

// madeAssignments are those that EnsureRoles makes.
func madeAssignments(servicePrincipal, name string, subscriptions []string, roles []plan.AzureRole) []assignment {
	var made []assignment
	for _, sub := range subscriptions {
		for _, r := range roles {
			made = append(made, assignment{sub, r.DefinitionID(name),
				plan.AzureID(name, servicePrincipal, sub, r.DefinitionID(name)), servicePrincipal})
		}
	}
	return made
}

func (c *Client) deleteAssignments(ctx context.Context, all []assignment) error {
	key := func(a assignment) string { return strings.ToLower(assignmentPath(a)) } // Azure writes scopes in its own way
	slices.SortFunc(all, func(a, b assignment) int { return cmp.Compare(key(a), key(b)) })
	all = slices.CompactFunc(all, func(a, b assignment) bool { return key(a) == key(b) })
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, a := range all {
		wg.Go(func() {
			_, err := c.delete(ctx, opUnassign, assignmentPath(a))
			errs[i] = fault.Meaning(err, false)
		})
	}
	wg.Wait()
	return fault.Worst(errs)
}

func assignmentPath(a assignment) string {
	return azurescope.Path(a.scope) + authorizing + "roleAssignments/" + a.name
}

// delete deletes what is there. Azure answers with what it has deleted, and with
// nothing where there was nothing: while the app is young, that is one that need not have
// heard of it.
func (c *Client) delete(ctx context.Context, op fault.Operation, path string) (did bool, err error) {
	var deleted struct{ ID string }
	err = c.call(ctx, op, http.MethodDelete, path, "", nil, &deleted)
	switch {
	case err == nil && deleted.ID != "":
		c.Memory.Removes(path, nil)
		return true, nil
	case fault.IsLost(err):
		c.Memory.Removes(path, fault.Meaning(err, false))
		return false, err
	case err != nil && fault.Status(err) != http.StatusNotFound:
		return false, err
	case !c.Memory.Ask.AzureUnsure && c.Memory.IsHidden(path):
		return false, op.Stale("it is not seen yet")
	}
	return false, nil
}
