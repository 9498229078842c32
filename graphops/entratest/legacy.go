package entratest

import (
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// Legacy is an application that somebody made by hand before a test begins.
type Legacy struct {
	Name         string
	AppID        string   // empty means a random one
	Secret       string   // a client secret that works for two years; empty means none
	Owner        string   // user principal name; empty is nobody
	RedirectURIs []string // of platform Web
	Roles        []string // Microsoft Graph application permissions, by name: asked for and granted
}

// AddApplication registers l as the portal would have a year ago, with a service principal,
// and returns it. See Age. A role that Graph does not have, or an owner whom the tenant does
// not have, is left out.
func (t *Tenant) AddApplication(l Legacy) Application {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	uris := make([]any, len(l.RedirectURIs))
	for i, u := range l.RedirectURIs {
		uris[i] = u
	}
	var asked []any
	var granted []string
	for _, name := range l.Roles {
		if p, ok := catalog.Find(graphAppID, catalog.Application, name); ok {
			asked = append(asked, object{"id": p.ID, "type": "Role"})
			granted = append(granted, p.ID)
		}
	}
	body := object{"displayName": l.Name, "signInAudience": "AzureADMyOrg", "web": object{"redirectUris": uris}}
	if asked != nil {
		body["requiredResourceAccess"] = []any{object{"resourceAppId": graphAppID, "resourceAccess": asked}}
	}
	a := t.newApp(body)
	p := t.newServicePrincipal(a)
	a.veil, p.veil = veil{}, veil{}
	a.created = t.s.now().AddDate(-1, 0, 0)
	if l.AppID != "" {
		a.appID, p.appID = l.AppID, l.AppID
	}
	if l.Secret != "" {
		now := t.s.now()
		a.passwords = append(a.passwords, &password{keyID: t.s.newID(), name: "given", secret: t.s.secret(l.Secret),
			hint:  l.Secret[:min(3, len(l.Secret))],
			start: now, end: now.AddDate(2, 0, 0)})
	}
	for _, u := range t.users {
		if u.UPN == l.Owner {
			a.owners = append(a.owners, u.ID)
		}
	}
	if on := t.spByAppID(graphAppID); on != nil {
		for _, id := range granted {
			t.assignments = append(t.assignments, &assignment{id: t.s.newKey(), roleID: id, principalID: p.id, resourceID: on.id,
				created: t.s.now()})
		}
	}
	t.s.changed()
	return t.application(a)
}

// Age makes an application as old as that, as if it had been registered before. What is
// registered by a call to Graph is made now, and one of AddApplication a year ago.
func (t *Tenant) Age(appID string, age time.Duration) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	for _, a := range t.apps {
		if a.appID == appID {
			a.created = t.s.now().Add(-age)
		}
	}
}
