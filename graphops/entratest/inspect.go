package entratest

import (
	"slices"
	"strings"
	"time"
)

// An Application is what a tenant holds of one application, for tests and
// demonstrations to look at. It is a copy.
type Application struct {
	ID, AppID, UniqueName string
	DisplayName, Notes    string
	SignInAudience        string
	ServicePrincipalID    string   // empty means there is none
	Owners                []string // UPNs
	Passwords             []Credential
	Certificates          []Credential
	Roles                 []string // app roles granted with consent, as "Microsoft Graph/User.Read.All"
	Scopes                []string // delegated permissions consented for everybody, in the same form
	DirectoryRoles        []string // names of directory roles of the service principal
	Requested             []string // requiredResourceAccess, in the same form; unknown ones by ID
	RedirectURIs          []string // of all platforms
	IdentifierURIs        []string
	Tags                  []string
	Created               time.Time
	Deleted               time.Time // zero for one that lives
}

// A Credential is a client secret or a certificate, without what makes it work.
type Credential struct {
	KeyID, DisplayName string
	Hint               string // the first characters of a secret
	Start, End         time.Time
}

// A Grant is consent for delegated permissions.
type Grant struct {
	ID          string
	Client      string // display name
	ClientAppID string
	Resource    string
	ConsentType string
	User        string // UPN, if it is not for everybody
	Scopes      []string
}

// Applications returns the applications that live, oldest first; those that
// AddPublicClient made are among them.
func (t *Tenant) Applications() []Application {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	return t.applications(t.apps)
}

// DeletedApplications returns those that were deleted and could be restored.
func (t *Tenant) DeletedApplications() []Application {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	return t.applications(t.bin)
}

// Application returns the application with that AppID, if it lives.
func (t *Tenant) Application(appID string) (Application, bool) {
	for _, a := range t.Applications() {
		if a.AppID == appID {
			return a, true
		}
	}
	return Application{}, false
}

// Grants returns the consents for delegated permissions.
func (t *Tenant) Grants() []Grant {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	var grants []Grant
	for _, g := range t.grants {
		out := Grant{ID: g.id, ConsentType: g.consentType, Scopes: strings.Fields(g.scope)}
		if p := t.spByID(g.clientID); p != nil {
			out.Client, out.ClientAppID = p.name(), p.appID
		}
		if p := t.spByID(g.resourceID); p != nil {
			out.Resource = p.name()
		}
		if u := t.user(g.principalID); u != nil {
			out.User = u.UPN
		}
		grants = append(grants, out)
	}
	return grants
}

func (t *Tenant) applications(of []*app) []Application {
	var apps []Application
	for _, a := range of {
		apps = append(apps, t.application(a))
	}
	return apps
}

func (t *Tenant) application(a *app) Application {
	out := Application{ID: a.id, AppID: a.appID, UniqueName: a.uniqueName, DisplayName: a.name(), Notes: text(a.body["notes"]),
		SignInAudience: "AzureADMyOrg", IdentifierURIs: words(a.body["identifierUris"]), Tags: words(a.body["tags"]), Created: a.created, Deleted: a.deleted}
	if v := text(a.body["signInAudience"]); v != "" {
		out.SignInAudience = v
	}
	for _, platform := range []string{"web", "spa", "publicClient"} {
		p, _ := a.body[platform].(object)
		out.RedirectURIs = append(out.RedirectURIs, words(p["redirectUris"])...)
	}
	for _, id := range a.owners {
		if u := t.user(id); u != nil {
			out.Owners = append(out.Owners, u.UPN)
		}
	}
	for _, p := range a.passwords {
		out.Passwords = append(out.Passwords, Credential{KeyID: p.keyID, DisplayName: p.name, Hint: p.hint, Start: p.start, End: p.end})
	}
	for _, k := range a.keys {
		out.Certificates = append(out.Certificates, Credential{KeyID: k.keyID, DisplayName: k.name, Start: k.start, End: k.end})
	}
	for _, v := range list(a.body["requiredResourceAccess"]) {
		r := v.(object)
		on := t.spByAppID(text(r["resourceAppId"]))
		for _, x := range list(r["resourceAccess"]) {
			x := x.(object)
			name := text(r["resourceAppId"]) + "/" + text(x["id"])
			if on != nil {
				in := on.appRoles()
				if x["type"] == "Scope" {
					in = on.scopes()
				}
				if p := permission(in, "id", text(x["id"])); p != nil {
					name = on.name() + "/" + text(p["value"])
				}
			}
			out.Requested = append(out.Requested, name)
		}
	}
	if p := t.spByAppID(a.appID); p != nil && a.deleted.IsZero() {
		out.ServicePrincipalID = p.id
		for _, g := range t.assignments {
			if on := t.spByID(g.resourceID); g.principalID == p.id && on != nil {
				out.Roles = append(out.Roles, on.name()+"/"+text(permission(on.appRoles(), "id", g.roleID)["value"]))
			}
		}
		for _, g := range t.grants {
			if on := t.spByID(g.resourceID); g.clientID == p.id && g.consentType == "AllPrincipals" && on != nil {
				for s := range strings.FieldsSeq(g.scope) {
					out.Scopes = append(out.Scopes, on.name()+"/"+s)
				}
			}
		}
		for _, r := range t.rolesOf(p.id) {
			out.DirectoryRoles = append(out.DirectoryRoles, roleName(r))
		}
	}
	slices.Sort(out.Roles)
	slices.Sort(out.Scopes)
	slices.Sort(out.Requested)
	return out
}

func words(v any) []string {
	var out []string
	for _, w := range list(v) {
		out = append(out, text(w))
	}
	return out
}
