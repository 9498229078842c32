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
		Redirects   []portalRedirect   `json:"redirectUris"`
		Identifiers []string           `json:"identifierUris"`
		Exposed     []portalScope      `json:"exposed"`
		Federated   []portalTrust      `json:"federated"`
		AzureRoles  []portalAzureRole  `json:"azureRoles"`
		Roles       []string           `json:"directoryRoles"`
		Permissions []portalPermission `json:"permissions"`
		Credentials []portalCredential `json:"credentials"`
	}
	portalRedirect struct {
		URI      string `json:"uri"`
		Platform string `json:"platform"` // Web, SPA or Public client
	}
	portalScope struct {
		Name    string   `json:"name"`
		Who     string   `json:"who"` // may consent
		Enabled bool     `json:"enabled"`
		Clients []string `json:"clients"` // that need no consent
	}
	portalTrust struct {
		Name    string `json:"name"`
		Issuer  string `json:"issuer"`
		Subject string `json:"subject"`
	}
	portalAzureRole struct {
		Role         string `json:"role"`
		Subscription string `json:"subscription"`
		Custom       bool   `json:"custom"`
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
		Hint    string    `json:"hint"`       // of a secret
		Thumb   string    `json:"thumbprint"` // of a certificate
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
		p := portalTenant{ID: t.ID, Name: t.Name, Domain: t.Domain, Applications: []portalApp{}, Deleted: []portalApp{},
			SignIns: []portalSignIn{}, People: []portalUser{}}
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
		Owners: or(of.Owners), Roles: or(of.DirectoryRoles), Identifiers: or(of.IdentifierURIs), Permissions: []portalPermission{},
		Credentials: []portalCredential{}}
	t.portalExposed(a, of, &out)
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
		out.Credentials = append(out.Credentials, portalCredential{"Secret", p.DisplayName, p.Hint, "", p.KeyID, p.End, !now.Before(p.End)})
	}
	for _, k := range of.Certificates {
		out.Credentials = append(out.Credentials, portalCredential{"Certificate", k.DisplayName, "", k.Thumbprint, k.KeyID, k.End,
			!now.Before(k.End)})
	}
	return out
}

// portalExposed fills in what an application offers, trusts and may do in Azure.
func (t *Tenant) portalExposed(a *app, of Application, out *portalApp) {
	out.Redirects, out.Exposed, out.Federated, out.AzureRoles = []portalRedirect{}, []portalScope{}, []portalTrust{}, []portalAzureRole{}
	for _, p := range []struct {
		name string
		uris []string
	}{{"Web", of.Web}, {"SPA", of.SPA}, {"Public client", of.PublicClient}} {
		for _, uri := range p.uris {
			out.Redirects = append(out.Redirects, portalRedirect{uri, p.name})
		}
	}
	for _, s := range of.Exposed {
		who := "users and admins"
		if s.Admin {
			who = "admins only"
		}
		out.Exposed = append(out.Exposed, portalScope{s.Value, who, s.Enabled, or(t.preAuthorized(a, s.ID))})
	}
	for _, f := range of.Federated {
		out.Federated = append(out.Federated, portalTrust{f.Name, f.Issuer, f.Subject})
	}
	for _, r := range of.AzureRoles {
		out.AzureRoles = append(out.AzureRoles, portalAzureRole{r.Role, r.Subscription, r.Custom})
	}
}

// preAuthorized returns the names of the clients that may use a scope without
// consent; their AppIDs, if they are not in this tenant.
func (t *Tenant) preAuthorized(a *app, scopeID string) []string {
	var names []string
	api, _ := a.body["api"].(object)
	for _, v := range list(api["preAuthorizedApplications"]) {
		p := v.(object)
		if !slices.Contains(list(p["delegatedPermissionIds"]), any(scopeID)) {
			continue
		}
		name := text(p["appId"])
		if b := t.appByAppID(name); b != nil {
			name = b.name()
		}
		names = append(names, name)
	}
	return names
}

// or makes an empty list of none, for JSON.
func or(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}
