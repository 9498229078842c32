package entratest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// sp finds the service principal that the path names, if this replica knows it.
func (c *call) sp() (*sp, error) {
	k := c.keys[0]
	var p *sp
	switch k.by {
	case "id":
		id, err := c.guidFor(0)
		if err != nil {
			return nil, err
		}
		p = c.t.spByID(id)
	case "appId":
		p = c.t.spByAppID(strings.ToLower(k.value))
	default:
		return nil, bad("The key '%s' is not an alternate key of a service principal.", k.by)
	}
	if p == nil || p.hides(c.at) {
		return nil, notFound(k.value)
	}
	return p, nil
}

func listServicePrincipals(c *call) (answer, error) {
	var items []object
	for _, p := range c.t.sps {
		if p.peeks(c.at) {
			items = append(items, c.t.showSP(p))
		}
	}
	return c.list("servicePrincipal", "servicePrincipals", items)
}

func getServicePrincipal(c *call) (answer, error) {
	p, err := c.sp()
	if err != nil {
		return answer{}, err
	}
	return c.spAnswer(p, ok)
}

func (c *call) spAnswer(p *sp, as func(any) (answer, error)) (answer, error) {
	if err := c.readsKeys(); err != nil {
		return answer{}, err
	}
	o := c.t.showSP(p)
	o["keyCredentials"] = showKeys(p.keys(), c.method == "GET" && c.selects("keyCredentials"))
	o, err := c.selected("servicePrincipal", o)
	if err != nil {
		return answer{}, err
	}
	return as(c.context("servicePrincipals/$entity", o))
}

func createServicePrincipal(c *call) (answer, error) {
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	appID := text(body["appId"])
	if appID == "" {
		return answer{}, bad("A value is required for property 'appId' of resource 'ServicePrincipal'.")
	}
	a := c.t.appByAppID(appID)
	r := resourceByAppID(appID)
	away, _ := c.t.shared(appID)
	if a == nil && r == nil && away == nil {
		return answer{}, noBacking(appID)
	}
	if a != nil {
		if a.veil.hides(c.at) {
			// the two answers that a client must expect here
			if a.refused++; a.refused%2 == 0 {
				return answer{}, &problem{status: 403, code: "Authorization_RequestDenied",
					message: "When using this permission, the backing application of the service principal being created must in the " +
						"local tenant"}
			}
			return answer{}, noBacking(appID)
		}
		if !c.mayManage(a.owners) {
			return answer{}, denied()
		}
	} else if !c.hasRole(managesApps) {
		return answer{}, denied()
	}
	if c.t.spByAppID(appID) != nil {
		return answer{}, spTaken(appID)
	}
	if err := distinct("tags", list(body["tags"])); err != nil {
		return answer{}, err
	}
	var p *sp
	if a != nil {
		p = c.t.newServicePrincipal(a)
	} else if away != nil {
		p = c.t.newServicePrincipal(away)
	} else {
		p = c.t.newResource(r)
		p.veil = c.t.veil(c.t.knobs.Lag.ServicePrincipal)
		c.t.sps = append(c.t.sps, p)
	}
	p.body = body
	if a != nil {
		p.owners = c.firstOwner()
	}
	return c.spAnswer(p, created)
}

func noBacking(appID string) error {
	m := fmt.Sprintf("The appId '%s' of the service principal does not reference a valid application object.", appID)
	return &problem{status: 400, code: "Request_BadRequest", message: m,
		details: []detail{{Code: "NoBackingApplicationObject", Target: "appId", Message: m}}}
}

// managedSP finds the service principal that the path names and reads the body, for whoever
// may change it.
func (c *call) managedSP() (*sp, object, error) {
	p, err := c.sp()
	if err != nil {
		return nil, nil, err
	}
	body, err := c.decode()
	if err != nil {
		return nil, nil, err
	}
	if !c.mayManage(p.owners) {
		return nil, nil, denied()
	}
	return p, body, nil
}

func updateServicePrincipal(c *call) (answer, error) {
	p, body, err := c.managedSP()
	if err != nil {
		return answer{}, err
	}
	if id, given := body["appId"]; given && id != p.appID {
		return answer{}, bad("Property 'appId' is read-only and cannot be set.")
	}
	if v, given := body["keyCredentials"]; given {
		if err := c.locked(p, "keyCredentials"); err != nil {
			return answer{}, err
		}
		keys, err := c.t.checkKeys(p.keys(), list(v))
		if err != nil {
			return answer{}, err
		}
		delete(body, "keyCredentials")
		p.setKeys(keys)
	}
	c.sets("sp", p.id, body)
	p.body = merge(p.body, body)
	return noContent()
}

func deleteServicePrincipal(c *call) (answer, error) {
	p, err := c.sp()
	if err != nil {
		return answer{}, err
	}
	if !c.mayManage(p.owners) {
		return answer{}, denied()
	}
	c.t.bury(p)
	return noContent()
}

func listSPOwners(c *call) (answer, error) {
	p, err := c.sp()
	if err != nil {
		return answer{}, err
	}
	return c.owners(p.owners)
}

func addSPOwner(c *call) (answer, error) {
	p, err := c.sp()
	if err != nil {
		return answer{}, err
	}
	if !c.mayManage(p.owners) || !c.mayAddOwner() {
		return answer{}, denied()
	}
	return c.addTo(&p.owners)
}

func listSPOwnerRefs(c *call) (answer, error) {
	p, err := c.sp()
	if err != nil {
		return answer{}, err
	}
	return c.ownerRefs(p.owners)
}

func removeSPOwner(c *call) (answer, error) {
	p, err := c.sp()
	if err != nil {
		return answer{}, err
	}
	return c.removeFrom(&p.owners)
}

// onResource reports whether the path names the resource of the assignments,
// and not the client that has them.
func (c *call) onResource() bool { return strings.Contains(c.route.path, "appRoleAssignedTo") }

func (c *call) isOn(a *assignment, p *sp) bool {
	return c.onResource() && a.resourceID == p.id || !c.onResource() && a.principalID == p.id
}

func listAssignments(c *call) (answer, error) {
	p, err := c.sp()
	if err != nil {
		return answer{}, err
	}
	if !c.hasRole(readsAssigned) {
		return answer{}, denied()
	}
	var items []object
	for _, a := range c.t.assignments {
		if c.isOn(a, p) {
			items = append(items, c.t.showAssignment(a))
		}
	}
	return c.list("appRoleAssignment", "appRoleAssignments", items)
}

func (c *call) assignment() (*assignment, error) {
	p, err := c.sp()
	if err != nil {
		return nil, err
	}
	a := find(c.t.assignments, func(a *assignment) bool { return a.id == c.keys[1].value && c.isOn(a, p) })
	if a == nil {
		return nil, notFound(c.keys[1].value)
	}
	return a, nil
}

func getAssignment(c *call) (answer, error) {
	a, err := c.assignment()
	if err != nil {
		return answer{}, err
	}
	o, err := c.selected("appRoleAssignment", c.t.showAssignment(a))
	if err != nil {
		return answer{}, err
	}
	return ok(c.context("appRoleAssignments/$entity", o))
}

func removeAssignment(c *call) (answer, error) {
	a, err := c.assignment()
	if err != nil {
		return answer{}, err
	}
	if !c.mayAssign(c.t.spByID(a.resourceID)) {
		return answer{}, denied()
	}
	c.t.assignments = slices.DeleteFunc(c.t.assignments, func(b *assignment) bool { return a == b })
	return noContent()
}

func assignAppRole(c *call) (answer, error) {
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	for _, need := range []string{"principalId", "resourceId", "appRoleId"} {
		if text(body[need]) == "" {
			return answer{}, bad("A value is required for property '%s' of resource 'AppRoleAssignment'.", need)
		}
	}
	at, err := c.sp()
	if err != nil {
		return answer{}, err
	}
	client, on := c.t.spByID(text(body["principalId"])), c.t.spByID(text(body["resourceId"]))
	if c.onResource() && body["resourceId"] != at.id || !c.onResource() && body["principalId"] != at.id {
		return answer{}, bad("Not a valid reference update.")
	}
	if _, kind := c.t.holder(text(body["principalId"])); kind == "User" || kind == "Group" {
		return c.assignPerson(body, at, on)
	}
	roleID, err := c.roleToAssign(body, at, client, on)
	if err != nil {
		return answer{}, err
	}
	a := c.t.assign(client, on, roleID, c.at)
	c.assignTooMuch(a, client, on)
	return created(c.context("appRoleAssignments/$entity", c.t.showAssignment(a)))
}

// roleToAssign is the role that a body assigns to a client, if it can be: what is first of
// these checks is what Graph says.
func (c *call) roleToAssign(body object, at, client, on *sp) (roleID string, err error) {
	if client == nil || client != at && client.hides(c.at) {
		return "", notFound(text(body["principalId"]))
	}
	if on == nil || on != at && on != client && on.hides(c.at) {
		return "", notFound(text(body["resourceId"]))
	}
	if !c.mayAssign(on) || client.app != nil && client.app.magic("-noconsent") {
		return "", denied()
	}
	_, roles := on.seen()
	role := permission(roles, "id", text(body["appRoleId"]))
	if role == nil || role["isEnabled"] == false || !slices.Contains(list(role["allowedMemberTypes"]), any("Application")) {
		return "", bad("Permission being assigned was not found on application")
	}
	same := func(a *assignment) bool {
		return a.roleID == role["id"] && a.principalID == client.id && a.resourceID == on.id
	}
	if slices.ContainsFunc(c.t.assignments, same) {
		return "", bad("Permission being assigned already exists on the object")
	}
	return text(role["id"]), nil
}

// assignTooMuch assigns, once, a role beside a that nobody asked for, to an app whose name
// says so.
func (c *call) assignTooMuch(a *assignment, client, on *sp) {
	if client.app == nil || !client.app.magic("-toomany") || !client.app.once("-toomany", 1) {
		return
	}
	for _, r := range on.appRoles() {
		if id := text(r.(object)["id"]); id != a.roleID && text(r.(object)["value"]) != "" {
			c.t.assign(client, on, id, c.at)
			return
		}
	}
}

// assignPerson assigns a user or a group. The owners of a service principal may do that too.
func (c *call) assignPerson(body object, at, on *sp) (answer, error) {
	switch {
	case on == nil || on != at && on.hides(c.at):
		return answer{}, notFound(text(body["resourceId"]))
	case !c.mayAssign(on) && !c.owns(on.owners):
		return answer{}, denied()
	}
	a, err := c.t.assignHolder(text(body["principalId"]), on, text(body["appRoleId"]))
	if err != nil {
		return answer{}, err
	}
	return created(c.context("appRoleAssignments/$entity", c.t.showAssignment(a)))
}

func (t *Tenant) assign(client, on *sp, roleID string, at time.Time) *assignment {
	a := &assignment{id: t.s.newKey(), roleID: roleID, principalID: client.id, resourceID: on.id, created: at,
		veil: t.veil(t.knobs.Lag.Consent)}
	t.assignments = append(t.assignments, a)
	return a
}
