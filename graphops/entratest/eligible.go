package entratest

import (
	"fmt"
	"slices"
	"strings"
)

// Directory roles that somebody is eligible for, in Privileged Identity Management: they are
// no assignments until they are activated, and who may see them is narrower.
// Sources: Graph, "List roleEligibilitySchedules", unifiedRoleEligibilitySchedule;
// hashicorp/terraform-provider-azuread #1386 and #1727 for the words of its refusals.

// An eligibility is a role that somebody may activate.
type eligibility struct{ id, roleID, principalID, scope string }

// Roles that may read who is eligible.
const (
	securityReader   = "5d6b6bb7-de71-4623-b4af-96380a352509"
	securityOperator = "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f"
	securityAdmin    = "194ae4cb-b126-40b2-bd5b-6091b380977d"
)

var readsEligible = []string{GlobalReader, PrivilegedRoleAdministrator, GlobalAdministrator, securityReader, securityOperator,
	securityAdmin}

// readEligible is checked by Privileged Identity Management itself, in words of its own.
var readEligible = []string{"RoleEligibilitySchedule.Read.Directory", "RoleEligibilitySchedule.ReadWrite.Directory",
	"RoleManagement.Read.All", "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory"}

// MakeEligible makes somebody eligible for a directory role: the user with that UPN, the
// application with that AppID, or the group of that name that AssignsRoles; in the whole tenant where on is
// empty, else for the object with this ID. It reports whether there are both.
func (t *Tenant) MakeEligible(who, role, on string) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	id := t.roleHolder(who)
	if id == "" || !t.isRole(role) {
		return false
	}
	t.eligible = append(t.eligible, &eligibility{t.s.newKey(), role, id, on})
	return true
}

// roleHolder is the ID of whoever can have a directory role: the user with that UPN, the group
// of that name that AssignsRoles, or the application with that AppID.
func (t *Tenant) roleHolder(who string) string {
	if u := t.userNamed(who); u != nil {
		return u.ID
	}
	if g := find(t.groups, func(g *Group) bool { return g.AssignsRoles && strings.EqualFold(g.Name, who) }); g != nil {
		return g.ID
	}
	if p := t.spByAppID(who); p != nil {
		return p.id
	}
	return ""
}

func (e *eligibility) show(t *Tenant) object {
	return object{"id": e.id, "principalId": e.principalID, "roleDefinitionId": e.roleID, "directoryScopeId": "/" + e.scope,
		"appScopeId": nil, "createdUsing": e.id, "createdDateTime": stamp(t.created), "modifiedDateTime": nil, "status": "Provisioned",
		"memberType": "Direct", "scheduleInfo": object{"startDateTime": stamp(t.created), "recurrence": nil,
			"expiration": object{"type": "noExpiration", "endDateTime": nil, "duration": nil}}}
}

func listEligible(c *call) (answer, error) {
	switch {
	case c.t.knobs.NoPIM:
		return answer{}, &problem{status: 400, code: "AadPremiumLicenseRequired",
			message: "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."}
	case !c.who.may(readEligible):
		return answer{}, &problem{status: 403, code: "UnknownError", message: fmt.Sprintf(`{"errorCode":"PermissionScopeNotGranted",`+
			`"message":"Authorization failed due to missing permission scope %s.","instanceAnnotations":[]}`,
			strings.Join(readEligible, ","))}
	case !c.hasRole(readsEligible):
		return answer{}, &problem{status: 403, code: "UnauthorizedAccessException",
			message: "Attempted to perform an unauthorized operation."}
	}
	var items []object
	for _, e := range c.t.eligible {
		items = append(items, e.show(c.t))
	}
	return c.list("unifiedRoleEligibilitySchedule", "roleManagement/directory/roleEligibilitySchedules", items)
}

// ConsentFor consents to scopes of a resource for one person and a client, as that person may
// without an administrator. Both are named by AppID.
func (t *Tenant) ConsentFor(upn, clientAppID, resourceAppID string, scopes ...string) error {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	u, client, on := t.userNamed(upn), t.spByAppID(clientAppID), t.spByAppID(resourceAppID)
	if u == nil || client == nil || on == nil {
		return fmt.Errorf("entratest: no user %s, or no service principal of %s or %s", upn, clientAppID, resourceAppID)
	}
	scope, err := checkScope(on, strings.Join(scopes, " "))
	if err != nil {
		return err
	}
	t.grants = append(t.grants, &grant{id: t.s.newKey(), clientID: client.id, consentType: "Principal", principalID: u.ID,
		resourceID: on.id, scope: scope})
	return nil
}

// Own makes a user, by UPN, or another application's service principal, by AppID, an owner of
// an application or, with ofPrincipal, of its service principal. It reports whether there are both.
func (t *Tenant) Own(appID, who string, ofPrincipal bool) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	id := ""
	if u := t.userNamed(who); u != nil {
		id = u.ID
	} else if p := t.spByAppID(who); p != nil {
		id = p.id
	}
	a, p := t.appByAppID(appID), t.spByAppID(appID)
	switch {
	case id == "":
		return false
	case ofPrincipal && p != nil:
		p.owners = append(p.owners, id)
	case !ofPrincipal && a != nil:
		a.owners = append(a.owners, id)
	default:
		return false
	}
	return true
}

// AssignRole gives an application an app role of a resource, as an administrator does with
// Graph's own call; both by AppID, the role by its value.
func (t *Tenant) AssignRole(appID, resourceAppID, value string) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	defer t.s.changed()
	client, on := t.spByAppID(appID), t.spByAppID(resourceAppID)
	if client == nil || on == nil {
		return false
	}
	role := permission(on.appRoles(), "value", value)
	if role == nil || !slices.Contains(list(role["allowedMemberTypes"]), any("Application")) {
		return false
	}
	t.assign(client, on, text(role["id"]), t.s.now())
	return true
}
