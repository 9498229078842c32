package entratest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// What the portal shows, as GET /portal/state answers it. No secret is in it.
type (
	portalState struct {
		Now     time.Time      `json:"now"`
		Tenants []portalTenant `json:"tenants"`
		Magic   []Magic        `json:"magic"`
	}
	portalTenant struct {
		ID           string         `json:"id"`
		Name         string         `json:"name"`
		Domain       string         `json:"domain"`
		Applications []portalApp    `json:"applications"`
		Deleted      []portalApp    `json:"deleted"`
		SignIns      []portalSignIn `json:"signIns"`
		People       []portalUser   `json:"people"`
	}
	portalApp struct {
		ID          string             `json:"id"`
		AppID       string             `json:"appId"`
		Name        string             `json:"name"`
		Notes       string             `json:"notes"`
		Created     time.Time          `json:"created"`
		Deleted     time.Time          `json:"deleted,omitzero"`
		HasSP       bool               `json:"hasServicePrincipal"`
		Public      bool               `json:"publicClient"`
		Owners      []string           `json:"owners"`
		Redirects   []string           `json:"redirectUris"`
		Roles       []string           `json:"directoryRoles"`
		Permissions []portalPermission `json:"permissions"`
		Credentials []portalCredential `json:"credentials"`
	}
	portalPermission struct {
		Resource  string `json:"resource"`
		Name      string `json:"name"`
		Type      string `json:"type"` // Application or Delegated
		Requested bool   `json:"requested"`
		Granted   bool   `json:"granted"`
	}
	portalCredential struct {
		Kind    string    `json:"kind"` // Secret or Certificate
		Name    string    `json:"name"`
		Hint    string    `json:"hint"`
		KeyID   string    `json:"keyId"`
		Expires time.Time `json:"expires"`
		Expired bool      `json:"expired"`
	}
	portalSignIn struct {
		Time   time.Time `json:"time"`
		Who    string    `json:"who"`
		Client string    `json:"client"`
		Code   int       `json:"code"`
		Error  string    `json:"error"`
	}
	portalUser struct {
		Name     string   `json:"name"`
		UPN      string   `json:"upn"`
		Roles    []string `json:"roles"`
		Guest    bool     `json:"guest"`
		Disabled bool     `json:"disabled"`
	}
)

func (s *Server) state() portalState {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := portalState{Now: s.now(), Tenants: []portalTenant{}, Magic: MagicNames()}
	for _, t := range s.tenants {
		p := portalTenant{ID: t.ID, Name: t.Name, Domain: t.Domain, Applications: []portalApp{}, Deleted: []portalApp{}, SignIns: []portalSignIn{}, People: []portalUser{}}
		for _, a := range slices.Backward(t.apps) {
			p.Applications = append(p.Applications, t.portalApp(a))
		}
		for _, a := range slices.Backward(t.bin) {
			p.Deleted = append(p.Deleted, t.portalApp(a))
		}
		for _, l := range slices.Backward(t.signIns[max(0, len(t.signIns)-100):]) {
			p.SignIns = append(p.SignIns, portalSignIn{l.at, l.who, l.client, l.code, l.error})
		}
		for _, u := range t.users {
			roles := []string{}
			for _, r := range t.rolesOf(u.ID) {
				roles = append(roles, roleName(r))
			}
			p.People = append(p.People, portalUser{u.Name, u.UPN, roles, u.Guest, u.Disabled})
		}
		st.Tenants = append(st.Tenants, p)
	}
	return st
}

func (t *Tenant) portalApp(a *app) portalApp {
	of := t.application(a)
	out := portalApp{ID: a.id, AppID: a.appID, Name: of.DisplayName, Notes: of.Notes, Created: a.created, Deleted: a.deleted,
		HasSP: of.ServicePrincipalID != "", Public: a.body["isFallbackPublicClient"] == true,
		Owners: or(of.Owners), Redirects: or(of.RedirectURIs), Roles: or(of.DirectoryRoles), Permissions: []portalPermission{}, Credentials: []portalCredential{}}
	note := func(resource, name, kind string, granted bool) {
		p := portalPermission{Resource: resource, Name: name, Type: kind}
		i := slices.IndexFunc(out.Permissions, func(q portalPermission) bool {
			return q.Resource == resource && q.Name == name && q.Type == kind
		})
		if i < 0 {
			out.Permissions = append(out.Permissions, p)
			i = len(out.Permissions) - 1
		}
		if granted {
			out.Permissions[i].Granted = true
		} else {
			out.Permissions[i].Requested = true
		}
	}
	for _, v := range list(a.body["requiredResourceAccess"]) {
		r := v.(object)
		on := t.spByAppID(text(r["resourceAppId"]))
		for _, x := range list(r["resourceAccess"]) {
			x := x.(object)
			resource, name, kind := text(r["resourceAppId"]), text(x["id"]), "Application"
			if x["type"] == "Scope" {
				kind = "Delegated"
			}
			if on != nil {
				resource = on.name()
				in := on.appRoles()
				if kind == "Delegated" {
					in = on.scopes()
				}
				if p := permission(in, "id", name); p != nil {
					name = text(p["value"])
				}
			}
			note(resource, name, kind, false)
		}
	}
	for _, r := range of.Roles {
		resource, name, _ := strings.Cut(r, "/")
		note(resource, name, "Application", true)
	}
	for _, r := range of.Scopes {
		resource, name, _ := strings.Cut(r, "/")
		note(resource, name, "Delegated", true)
	}
	slices.SortFunc(out.Permissions, func(a, b portalPermission) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
	now := t.s.now()
	for _, p := range of.Passwords {
		out.Credentials = append(out.Credentials, portalCredential{"Secret", p.DisplayName, p.Hint, p.KeyID, p.End, !now.Before(p.End)})
	}
	for _, k := range of.Certificates {
		out.Credentials = append(out.Credentials, portalCredential{"Certificate", k.DisplayName, "", k.KeyID, k.End, !now.Before(k.End)})
	}
	return out
}

// or makes an empty list of none, for JSON.
func or(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}
