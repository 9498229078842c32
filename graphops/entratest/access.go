package entratest

import (
	"slices"
	"strings"
)

// What a signed-in person may do is the less of two things: the delegated
// scopes in the token, and the person's own rights. The scopes are a column of
// the route table; the rights are the functions below. A token without a
// person has app roles instead, and needs no directory role.

var (
	managesApps  = []string{ApplicationAdministrator, CloudApplicationAdministrator, GlobalAdministrator}
	registers    = append([]string{ApplicationDeveloper}, managesApps...)
	consents     = append([]string{PrivilegedRoleAdministrator}, managesApps...)
	consentsApps = []string{PrivilegedRoleAdministrator, GlobalAdministrator} // to app roles of Microsoft Graph
	assignsRoles = consentsApps
	restores     = append([]string{HybridIdentityAdministrator}, managesApps...)
	readsPolicy  = append([]string{GlobalReader}, managesApps...)

	readsAssigned = append([]string{DirectoryReaders, directoryWriters, HybridIdentityAdministrator, identityGovernance,
		UserAdministrator}, consents...)
	readsGrants = append([]string{GlobalReader, DirectoryReaders, directoryWriters, ApplicationDeveloper, UserAdministrator}, consents...)
)

// may reports whether the token has one of the permissions.
func (k *token) may(any []string) bool {
	return slices.ContainsFunc(any, func(p string) bool { return slices.Contains(k.permissions, p) })
}

func (c *call) allowed() error {
	if c.who != nil && c.who.user == nil && (c.route.path == "me" || strings.HasPrefix(c.route.path, "me/")) {
		return onlyDelegated() // whatever else the token may
	}
	for _, need := range [][]string{c.route.scopes, c.route.also} {
		owned := c.ownedOnly() && slices.Equal(need, writeApps) && !strings.HasPrefix(c.route.path, "directory/")
		if need == nil || owned || c.who.may(need) {
			continue
		}
		return denied()
	}
	return nil
}

// ownedOnly reports whether an app acts as itself and may write what it owns, and nothing else. It may also
// register: learn.microsoft.com/graph/permissions-reference, Application.ReadWrite.OwnedBy.
func (c *call) ownedOnly() bool {
	return c.who.user == nil && c.who.may(writeOwned) && !c.who.may(writeApps)
}

// firstOwner is who owns what the caller makes: the person, but for an Application Administrator or a Cloud
// Application Administrator, or the app that has no other right to it. Source: Microsoft Entra built-in roles.
func (c *call) firstOwner() []string {
	switch _, id := c.caller(); {
	case c.who.user != nil && c.t.has(c.who.user, ApplicationAdministrator, CloudApplicationAdministrator):
	case c.who.user != nil, c.ownedOnly():
		return []string{id}
	}
	return nil
}

// hasRole reports whether the person who calls has one of the roles. An app needs none.
func (c *call) hasRole(roles []string) bool {
	return c.who.user == nil || c.t.has(c.who.user, roles...)
}

// mayRegister: members when the tenant lets them, and the roles for it.
func (c *call) mayRegister() bool {
	u := c.who.user
	return c.hasRole(registers) || c.t.knobs.UsersMayRegister && !u.Guest || c.acts()
}

// owns reports whether the caller is one of the owners.
func (c *call) owns(owners []string) bool {
	_, id := c.caller()
	return id != "" && slices.Contains(owners, id)
}

// mayManage: the owners of an application or service principal, and the
// application administrators.
func (c *call) mayManage(owners []string) bool {
	return c.owns(owners) || !c.ownedOnly() && c.hasRole(managesApps) || c.acts()
}

// mayAssign: application administrators give app roles of every resource but
// Microsoft Graph; those take a Privileged Role Administrator.
func (c *call) mayAssign(on *sp) bool {
	if c.acts() {
		return true
	}
	if on.appID == graphAppID || on.appID == "00000002-0000-0000-c000-000000000000" {
		return c.hasRole(consentsApps)
	}
	return c.hasRole(consents)
}
