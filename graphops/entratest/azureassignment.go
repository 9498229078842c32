package entratest

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// An azureAssignment gives a principal a role on a scope. It lives
// longer than its principal: Azure does not clean up.
type azureAssignment struct {
	id, scope, roleID          string
	principalID, principalType string
	description                any
	created, updated           time.Time
	by                         string // object ID of who made it
	veil                       veil   // until it takes effect
}

func (t *Tenant) showAzureAssignment(a *azureAssignment) object {
	scope := t.showScope(a.scope)
	return object{"id": scope + authorization + "roleAssignments/" + a.id, "type": "Microsoft.Authorization/roleAssignments", "name": a.id,
		"properties": object{"roleDefinitionId": roleDefinitionID(a.scope, a.roleID), "principalId": a.principalID,
			"principalType": a.principalType, "scope": scope, "condition": nil, "conditionVersion": nil, "description": a.description,
			"createdOn": stamp(a.created), "updatedOn": stamp(a.updated), "createdBy": a.by, "updatedBy": a.by,
			"delegatedManagedIdentityResourceId": nil}}
}

// azureAssignment finds the one that the path names, if it is in the scope.
func (c *call) azureAssignment() *azureAssignment {
	return find(c.t.azureAssignments, func(a *azureAssignment) bool {
		return a.id == c.keys[1].value && a.scope == c.keys[0].value
	})
}

func getAzureAssignment(c *call) (answer, error) {
	a := c.azureAssignment()
	if a == nil {
		return answer{}, azureProblem(404, "RoleAssignmentNotFound", "The role assignment '%s' is not found.", c.keys[1].value)
	}
	return ok(c.t.showAzureAssignment(a))
}

var (
	principalIs = regexp.MustCompile(`^principalId eq '?([0-9a-fA-F-]{36})'?$`)
	assignedTo  = regexp.MustCompile(`^assignedTo\('([0-9a-fA-F-]{36})'\)$`)
)

func listAzureAssignments(c *call) (answer, error) {
	keep, err := c.assignmentFilter(c.query.Get("$filter"))
	if err != nil {
		return answer{}, err
	}
	var items []object
	for _, a := range c.t.azureAssignments {
		if keep(a) {
			items = append(items, c.t.showAzureAssignment(a))
		}
	}
	return c.azureList(items, nil)
}

// assignmentFilter understands atScope(), principalId eq '…', assignedTo('…'),
// and atScope() with one of the others. Listed is what is assigned at the scope, above
// it and below it; with atScope() nothing from below.
// Source: Azure role-based access control, role-assignments-list-rest.
func (c *call) assignmentFilter(f string) (func(*azureAssignment) bool, error) {
	f = strings.TrimSpace(f)
	rest, here := strings.CutPrefix(f, "atScope()")
	if here {
		f = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), "and "))
	}
	scope, above := c.keys[0].value, c.t.above(c.keys[0].value)
	related := func(a *azureAssignment) bool {
		return slices.Contains(above, a.scope) || !here && slices.Contains(c.t.above(a.scope), scope)
	}
	if f == "" {
		return related, nil
	}
	for _, clause := range []*regexp.Regexp{principalIs, assignedTo} {
		if m := clause.FindStringSubmatch(f); m != nil {
			return func(a *azureAssignment) bool { return related(a) && strings.EqualFold(a.principalID, m[1]) }, nil
		}
	}
	return nil, azureProblem(400, "UnsupportedQuery", "The filter '%s' is not supported.", f)
}

func putAzureAssignment(c *call) (answer, error) {
	body, err := c.decodeProperties("azureRoleAssignment")
	if err != nil {
		return answer{}, err
	}
	if !guid.MatchString(c.keys[1].value) {
		return answer{}, azureProblem(400, "InvalidRoleAssignmentId",
			"The role assignment ID '%s' is not valid. The role assignment ID must be a GUID.", c.keys[1].value)
	}
	_, by := c.caller()
	a := &azureAssignment{id: c.keys[1].value, scope: c.keys[0].value, principalID: text(body["principalId"]),
		principalType: text(body["principalType"]),
		description:   body["description"], created: c.at, updated: c.at, by: by, veil: c.t.veil(c.t.knobs.Lag.Azure)}
	if a.roleID, err = c.assignable(text(body["roleDefinitionId"])); err != nil {
		return answer{}, err
	}
	if old := find(c.t.azureAssignments, func(b *azureAssignment) bool { return b.id == a.id }); old != nil {
		return c.keepAssignment(old, a)
	}
	if err := c.checkPrincipal(a); err != nil {
		return answer{}, err
	}
	if b := find(c.t.azureAssignments, a.equals); b != nil {
		return answer{}, azureProblem(409, "RoleAssignmentExists",
			"The role assignment already exists. The ID of the existing role assignment is %s.", strings.ReplaceAll(b.id, "-", ""))
	}
	c.t.azureAssignments = append(c.t.azureAssignments, a)
	return created(c.t.showAzureAssignment(a))
}

func (a *azureAssignment) equals(b *azureAssignment) bool {
	return a.scope == b.scope && a.roleID == b.roleID && a.principalID == b.principalID
}

// keepAssignment answers to a PUT of an assignment that is there: nothing that
// matters can be changed.
func (c *call) keepAssignment(old, a *azureAssignment) (answer, error) {
	if !a.equals(old) || a.principalType != "" && a.principalType != old.principalType {
		return answer{}, azureProblem(409, "RoleAssignmentUpdateNotPermitted",
			"Tenant ID, application ID, principal ID, and scope are not allowed to be updated.")
	}
	if a.description != nil && a.description != old.description {
		old.description, old.updated = a.description, c.at
	}
	return ok(c.t.showAzureAssignment(old))
}

var roleDefinitionPath = regexp.MustCompile(`(?i)^(/.+)?/providers/Microsoft\.Authorization/roleDefinitions/([0-9a-f-]{36})$`)

// assignable reads the ID of a role that can be assigned here.
func (c *call) assignable(path string) (string, error) {
	m := roleDefinitionPath.FindStringSubmatch(path)
	if m == nil || m[1] != "" && !slices.Contains(c.t.above(c.keys[0].value), strings.ToLower(m[1])) {
		return "", azureProblem(400, "InvalidRoleDefinitionId", "The role definition ID '%s' is not valid.", path)
	}
	r := c.t.azureRole(strings.ToLower(m[2]))
	if r == nil || r.custom && (r.veil.hides(c.at) || !c.t.assignableAt(r, c.keys[0].value)) {
		return "", azureProblem(400, "RoleDefinitionDoesNotExist", "The specified role definition with ID '%s' does not exist.",
			strings.ReplaceAll(m[2], "-", ""))
	}
	return r.id, nil
}

// checkPrincipal looks the principal up. Azure skips that for a principal whose
// type is given, so that one which is not replicated yet can have a role.
func (c *call) checkPrincipal(a *azureAssignment) error {
	kinds := []string{"", "User", "Group", "ServicePrincipal", "ForeignGroup", "Device"}
	if a.principalID == "" || !slices.Contains(kinds, a.principalType) {
		return azureProblem(400, "BadRequestFormat",
			"The request was incorrectly formatted: principalId is required, and principalType must be one of User, Group, "+
				"ServicePrincipal, ForeignGroup, Device.")
	}
	if slices.ContainsFunc(c.t.apps, func(b *app) bool { return b.id == a.principalID || b.appID == a.principalID }) {
		return azureProblem(400, "PrincipalTypeNotSupported", "Principals of type Application cannot validly be used in role assignments.")
	}
	is, given := "", a.principalType
	if c.t.user(a.principalID) != nil {
		is = "User"
	} else if given == "ServicePrincipal" && c.t.whole != nil && c.t.whole.spByID(a.principalID) != nil {
		is = given // it need not be known here
	} else if p := c.t.spByID(a.principalID); p != nil && (given != "" || !p.hides(c.at)) {
		is = "ServicePrincipal"
	}
	switch {
	case is == "":
		return azureProblem(400, "PrincipalNotFound",
			"Principal %s does not exist in the directory %s. Check that you have the correct principal ID. If you are creating this "+
				"principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set "+
				"the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. See "+
				"https://aka.ms/docs-principaltype",
			strings.ReplaceAll(a.principalID, "-", ""), c.t.ID)
	case given != "" && given != is:
		return azureProblem(400, "UnmatchedPrincipalType",
			"The PrincipalId '%s' has type '%s' , which is different from specified PrinciaplType '%s'.",
			strings.ReplaceAll(a.principalID, "-", ""), is, given)
	}
	a.principalType = is
	return nil
}

func deleteAzureAssignment(c *call) (answer, error) {
	a := c.azureAssignment()
	if a == nil {
		return noContent()
	}
	c.t.azureAssignments = slices.DeleteFunc(c.t.azureAssignments, func(b *azureAssignment) bool { return a == b })
	return ok(c.t.showAzureAssignment(a))
}
