package entratest

import (
	"slices"
	"strings"
)

// person is who /me is, or whom /users/{id} names.
func (c *call) person() (*User, error) {
	if strings.HasPrefix(c.route.path, "me") {
		if c.who.user == nil {
			return nil, onlyDelegated()
		}
		return c.who.user, nil
	}
	k := c.keys[0]
	u := c.t.user(strings.ToLower(k.value))
	if u == nil {
		u = find(c.t.users, func(u *User) bool { return strings.EqualFold(c.t.upnOf(u), k.value) })
	}
	if k.by != "id" || u == nil {
		return nil, notFound(k.value)
	}
	return u, nil
}

// onlyDelegated is what an app is told about /me. Source: msgraph-sdk-php 1163.
func onlyDelegated() error {
	return &problem{status: 400, code: "BadRequest", message: "/me request is only valid with delegated authentication flow."}
}

func getMe(c *call) (answer, error) {
	u, err := c.person()
	if err != nil {
		return answer{}, err
	}
	return c.userAnswer(u)
}

// getUser needs a permission to read users, but for oneself.
func getUser(c *call) (answer, error) {
	u, err := c.person()
	self := err == nil && c.who.user == u && c.who.may(readMe)
	if !self && !c.who.may(readUsers) {
		return answer{}, denied()
	}
	if err != nil {
		return answer{}, err
	}
	return c.userAnswer(u)
}

// seesAll is what it takes to look people up by more than User.ReadBasic.All shows: name and mail.
// Source: Microsoft Graph permissions reference, User.ReadBasic.All.
var seesAll = []string{"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}

func listUsers(c *call) (answer, error) {
	if f := c.query.Get("$filter"); (strings.Contains(f, "proxyAddresses") || strings.Contains(f, "otherMails")) && !c.who.may(seesAll) {
		return answer{}, denied()
	}
	var items []object
	for _, u := range c.t.users {
		items = append(items, c.t.showUser(u))
	}
	a, err := c.list("user", "users", items)
	if err == nil && c.query.Get("$select") == "" {
		page := a.body.(object)["value"].([]object)
		for i, o := range page {
			page[i] = only(o, byDefault)
		}
	}
	return a, err
}

func listRoles(c *call) (answer, error) {
	u, err := c.person()
	if err != nil {
		return answer{}, err
	}
	var items []object
	for _, g := range c.t.groupsOf(u) {
		items = append(items, showGroup(g))
	}
	if strings.HasSuffix(c.route.path, "group") {
		return c.list("group", "groups", c.limited(items))
	}
	if strings.HasSuffix(c.route.path, "directoryRole") {
		items = nil
	}
	for _, r := range c.t.rolesOf(u.ID) {
		if c.t.customRole(r) != nil {
			continue // has no directoryRole
		}
		items = append(items, c.t.showRole(r))
	}
	items = c.limited(items)
	if strings.HasSuffix(c.route.path, "directoryRole") {
		return c.list("directoryRole", "directoryRoles", items)
	}
	return c.list("directoryObject", "directoryObjects", items)
}

// showOrganization leaves out what User.Read does not let one see.
func (c *call) showOrganization() object {
	t := c.t
	o := object{"id": t.ID, "deletedDateTime": nil, "displayName": t.Name, "tenantType": nil, "countryLetterCode": nil,
		"createdDateTime":            nil,
		"technicalNotificationMails": []any{}, "businessPhones": []any{},
		"verifiedDomains": []any{object{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": true, "isInitial": true,
			"name": t.Domain, "type": "Managed"}}}
	if c.who.may(readOrg[1:]) {
		o["tenantType"], o["countryLetterCode"], o["createdDateTime"] = "AAD", "US", stamp(t.created)
	}
	return o
}

func listOrganization(c *call) (answer, error) {
	return c.list("organization", "organization", []object{c.showOrganization()})
}

func getOrganization(c *call) (answer, error) {
	if id := c.keys[0].value; !strings.EqualFold(id, c.t.ID) {
		return answer{}, notFound(id)
	}
	o, err := c.selected("organization", c.showOrganization())
	if err != nil {
		return answer{}, err
	}
	return ok(c.context("organization/$entity", o))
}

// listDirectoryRoles lists the roles that are in use; Entra makes a
// directoryRole when its template is first used.
func listDirectoryRoles(c *call) (answer, error) {
	var roles []string
	for _, u := range c.t.users {
		roles = append(roles, u.Roles...)
	}
	for _, m := range c.t.members {
		roles = append(roles, m.roleID)
	}
	slices.Sort(roles)
	var items []object
	for _, r := range slices.Compact(roles) {
		items = append(items, c.t.showRole(r))
	}
	return c.list("directoryRole", "directoryRoles", items)
}

func getDirectoryRole(c *call) (answer, error) {
	k := c.keys[0]
	for template := range roleNames {
		if k.by == "roleTemplateId" && strings.EqualFold(k.value, template) || k.by == "id" && c.t.roleObjectID(template) == k.value {
			o, err := c.selected("directoryRole", c.t.showRole(template))
			if err != nil {
				return answer{}, err
			}
			return ok(c.context("directoryRoles/$entity", o))
		}
	}
	return answer{}, notFound(k.value)
}
