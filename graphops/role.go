package graphops

import (
	"context"
	"net/http"
	"slices"
	"strings"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
)

// EnsureDirectoryRole assigns a directory role in the whole tenant. That it is
// there already has the code of a mistake, so it is read back.
// Source: Graph, "Create unifiedRoleAssignment".
func (s *session) EnsureDirectoryRole(ctx context.Context, servicePrincipal, templateID string) error {
	everywhere := "/"
	body := models.NewUnifiedRoleAssignment()
	body.SetRoleDefinitionId(&templateID) // of a built-in role the definition has the template's ID
	body.SetPrincipalId(&servicePrincipal)
	body.SetDirectoryScopeId(&everywhere)
	req := s.get("/roleManagement/directory/roleAssignments")
	req.Method = kiota.POST
	if err := req.SetContentFromParsable(ctx, s.adapter, "application/json", body); err != nil {
		return err
	}
	_, err := s.send(ctx, opRoleFor, req, models.CreateUnifiedRoleAssignmentFromDiscriminatorValue)
	refused, _ := err.(*fault.Answer)
	if refused == nil || refused.Status != http.StatusBadRequest && refused.Status != http.StatusConflict {
		return s.fault(err, servicePrincipal)
	}
	has, err := s.directoryRoles(ctx, s.rolesItem(servicePrincipal))
	switch {
	case err != nil:
		return s.fault(err, servicePrincipal)
	case slices.Contains(has, strings.ToLower(templateID)):
		if s.roleWasTaken(templateID) {
			return refused.Behind("it was removed, but is still listed")
		}
		return nil
	case refused.Exists():
		return refused.Behind("it is assigned, but can't be read yet")
	}
	return s.fault(refused, servicePrincipal)
}

// roleWasTaken reports whether a directory role was removed from the app so lately that it
// may be listed still.
func (s *session) roleWasTaken(templateID string) bool {
	return s.LostLately() && slices.ContainsFunc(s.Ask.TakenRoles, func(t string) bool {
		return strings.EqualFold(t, templateID)
	})
}

func (s *session) rolesItem(servicePrincipal string) *item {
	return &item{op: opRolesOf, req: s.get("/roleManagement/directory/roleAssignments?$filter=principalId%20eq%20%27{principal}%27",
		"principal", quote(servicePrincipal)),
		as: models.CreateUnifiedRoleAssignmentCollectionResponseFromDiscriminatorValue}
}

// directoryRoles reads the list that an item got, or gets it.
func (s *session) directoryRoles(ctx context.Context, i *item) ([]string, error) {
	var all []string
	err := s.pages(ctx, i.op, i.req, i.got, i.as, func(p serialization.Parsable) {
		if l, ok := p.(models.UnifiedRoleAssignmentCollectionResponseable); ok {
			for _, a := range l.GetValue() {
				all = append(all, lower(a.GetRoleDefinitionId()))
			}
		}
	})
	return all, err
}
