package azure

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
)

// EnsureRoles assigns roles on each scope. Custom roles are made first, one for
// all the scopes.
func (c *Client) EnsureRoles(ctx context.Context, servicePrincipal, name string, subscriptions []string,
	roles []plan.AzureRole) error {
	if c == nil {
		return workflow.ErrSessionOver
	}
	var ids []string
	for _, r := range roles {
		id := r.DefinitionID(name)
		if r.ID == "" {
			if err := c.DefineRole(ctx, id, name, subscriptions, r); err != nil {
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
				err := c.Assign(ctx, servicePrincipal, name, sub, id)
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			})
		}
	}
	wg.Wait()
	return fault.Worst(errs)
}

// DefineRole makes a custom role, or makes it what it is to be. Its ID follows from the name.
func (c *Client) DefineRole(ctx context.Context, id, name string, subscriptions []string, r plan.AzureRole) error {
	scopes := make([]string, len(subscriptions))
	for i, sub := range subscriptions {
		scopes[i] = azurescope.Path(sub)
	}
	body := map[string]any{"properties": map[string]any{
		"roleName": r.Name + " (" + name + ")", "description": r.Why, "type": "CustomRole", "assignableScopes": scopes,
		"permissions": []any{map[string]any{"actions": append([]string{}, r.Actions...), "notActions": []string{},
			"dataActions": append([]string{}, r.DataActions...), "notDataActions": []string{}}},
	}}
	err := c.call(ctx, opRole, http.MethodPut, scopes[0]+authorizing+"roleDefinitions/"+id, "", body, nil)
	if a, _ := err.(*fault.Answer); a != nil && a.HasCode("RoleDefinitionWithSameNameExists") { // it carries the request's own name
		return a.Behind("it was created, but is not known everywhere yet")
	}
	return fault.Meaning(err, false)
}

// Assign gives a role on a scope, which is named as in a plan.
func (c *Client) Assign(ctx context.Context, servicePrincipal, name, named, role string) error {
	body := map[string]any{"properties": map[string]any{
		"roleDefinitionId": azurescope.RoleID(named, role),
		"principalId":      servicePrincipal,
		"principalType":    "ServicePrincipal", // so that a new one need not be known everywhere
	}}
	at := azurescope.Path(named) + authorizing + "roleAssignments/" + plan.AzureID(name, servicePrincipal, named, role)
	var made struct{ Properties struct{ CreatedOn time.Time } }
	err := c.call(ctx, opAssign, http.MethodPut, at, "", body, &made)
	a, _ := err.(*fault.Answer)
	switch on := made.Properties.CreatedOn; {
	case err == nil && c.Memory.Ask.Restored && !on.IsZero() && on.Before(c.Memory.Ask.Removed) && c.Memory.LostLately():
		return opAssign.Stale("the role was removed a moment ago, and not all of Azure knows that") // this is the one that was taken
	case a == nil, !a.HasCode("RoleAssignmentExists"):
	case c.Memory.Ask.Restored && c.Memory.LostLately() && !c.Memory.HasTried("assign "+at):
		return a.Behind("it was removed a moment ago, and not all of Azure knows that")
	default:
		return nil // this principal has this role here: under another ID
	}
	if err == nil || fault.IsLost(err) {
		c.Memory.Tries("assign " + at)
	}
	return fault.Meaning(err, c.Memory.IsFresh(servicePrincipal))
}
