package entratest

import (
	"encoding/hex"
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
	PrincipalOwners       []string // of its service principal, likewise
	Passwords             []Credential
	Certificates          []Credential
	Roles                 []string // app roles granted with consent, as "Microsoft Graph/User.Read.All"
	Scopes                []string // delegated permissions consented for everybody, in the same form
	DirectoryRoles        []string // names of directory roles of the service principal
	AzureRoles            []AzureRole
	AssignedTo            []string // names of the users and groups that are assigned to it
	Requested             []string // requiredResourceAccess, in the same form; unknown ones by ID
	RedirectURIs          []string // of all platforms
	Web                   []string // redirect URIs of each platform
	SPA                   []string
	PublicClient          []string
	PublicClientFlows     bool // isFallbackPublicClient
	IdentifierURIs        []string
	Federated             []FederatedCredential
	Exposed               []Scope  // oauth2PermissionScopes
	PreAuthorized         []string // AppIDs
	PreAuthorizedFor      []string // "{AppID}: access_as_user"
	AppRoles              []string // "Run: User, Application"
	OptionalClaims        []string // "idToken: email"
	AssignmentRequired    bool     // appRoleAssignmentRequired of its service principal
	Locked                bool     // servicePrincipalLockConfiguration, for all properties
	Tags                  []string
	Created               time.Time
	Deleted               time.Time // zero for one that lives
}

// A Credential is a client secret or a certificate, without what makes it work.
type Credential struct {
	KeyID, DisplayName string
	Hint               string // the first characters of a secret
	Thumbprint         string // SHA-1 of a certificate, as hexadecimal
	Start, End         time.Time
}

// A FederatedCredential is trust in the tokens of another issuer.
type FederatedCredential struct {
	ID, Name, Issuer, Subject, Audience, Description string
}

// A Scope is a delegated permission that an application exposes to others.
type Scope struct {
	ID, Value string
	Admin     bool // only an administrator may consent
	Enabled   bool
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
		SignInAudience: "AzureADMyOrg", IdentifierURIs: words(a.body["identifierUris"]), Tags: words(a.body["tags"]), Created: a.created,
		Deleted: a.deleted}
	if v := text(a.body["signInAudience"]); v != "" {
		out.SignInAudience = v
	}
	out.Web, out.SPA, out.PublicClient = a.redirects("web"), a.redirects("spa"), a.redirects("publicClient")
	out.RedirectURIs = slices.Concat(out.Web, out.SPA, out.PublicClient)
	out.PublicClientFlows = a.body["isFallbackPublicClient"] == true
	out.Exposed, out.PreAuthorized = a.exposes()
	out.AppRoles, out.OptionalClaims = a.offers()
	out.PreAuthorizedFor = a.preAuthorizedFor(out.Exposed)
	lock, _ := a.body["servicePrincipalLockConfiguration"].(object)
	out.Locked = lock["isEnabled"] == true && lock["allProperties"] == true
	for _, id := range a.owners {
		if u := t.user(id); u != nil {
			out.Owners = append(out.Owners, u.UPN)
		}
	}
	for _, p := range a.passwords {
		out.Passwords = append(out.Passwords, Credential{KeyID: p.keyID, DisplayName: p.name, Hint: p.hint, Start: p.start, End: p.end})
	}
	for _, k := range a.keys {
		out.Certificates = append(out.Certificates, Credential{KeyID: k.keyID, DisplayName: k.name,
			Thumbprint: strings.ToUpper(hex.EncodeToString(k.thumbprint())), Start: k.start, End: k.end})
	}
	for _, f := range a.federated {
		out.Federated = append(out.Federated, FederatedCredential{f.id, f.name, f.issuer, f.subject, f.audience, text(f.description)})
	}
	if p := t.spByAppID(a.appID); p != nil && a.deleted.IsZero() {
		t.inspectSP(p, &out)
	}
	out.Requested = t.requested(a)
	slices.Sort(out.Roles)
	slices.Sort(out.Scopes)
	return out
}

// requested names what an application asks for.
func (t *Tenant) requested(a *app) []string {
	var names []string
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
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// inspectSP adds what a service principal was given.
func (t *Tenant) inspectSP(p *sp, out *Application) {
	for _, id := range p.owners {
		if u := t.user(id); u != nil {
			out.PrincipalOwners = append(out.PrincipalOwners, u.UPN)
		}
	}
	out.ServicePrincipalID, out.AssignmentRequired = p.id, p.body["appRoleAssignmentRequired"] == true
	for _, g := range t.assignments {
		if on := t.spByID(g.resourceID); g.principalID == p.id && on != nil {
			out.Roles = append(out.Roles, on.name()+"/"+text(permission(on.appRoles(), "id", g.roleID)["value"]))
		}
	}
	for _, g := range t.assignments {
		if name, kind := t.holder(g.principalID); g.resourceID == p.id && (kind == "User" || kind == "Group") {
			out.AssignedTo = append(out.AssignedTo, name)
		}
	}
	for _, g := range t.grants {
		if on := t.spByID(g.resourceID); g.clientID == p.id && g.consentType == "AllPrincipals" && on != nil {
			for s := range strings.FieldsSeq(g.scope) {
				out.Scopes = append(out.Scopes, on.name()+"/"+s)
			}
		}
	}
	out.AzureRoles = t.azureRolesOfApp(p.id)
	for _, r := range t.rolesOf(p.id) {
		out.DirectoryRoles = append(out.DirectoryRoles, roleName(r))
	}
}

func words(v any) []string {
	var out []string
	for _, w := range list(v) {
		out = append(out, text(w))
	}
	return out
}

// redirects returns the redirect URIs of one platform.
func (a *app) redirects(platform string) []string {
	p, _ := a.body[platform].(object)
	return words(p["redirectUris"])
}

// offers are the app roles that are enabled, and the optional claims.
func (a *app) offers() (roles, claims []string) {
	for _, v := range list(a.body["appRoles"]) {
		if p := v.(object); p["isEnabled"] != false {
			roles = append(roles, text(p["value"])+": "+strings.Join(words(p["allowedMemberTypes"]), ", "))
		}
	}
	of, _ := a.body["optionalClaims"].(object)
	for _, token := range []string{"idToken", "accessToken", "saml2Token"} {
		for _, v := range list(of[token]) {
			claims = append(claims, token+": "+text(v.(object)["name"]))
		}
	}
	return roles, claims
}

// exposes returns the scopes of an app, and the clients that need no consent.
func (a *app) exposes() (scopes []Scope, clients []string) {
	all, _ := exposed(a.body)
	for _, v := range all {
		p := v.(object)
		scopes = append(scopes, Scope{ID: text(p["id"]), Value: text(p["value"]), Admin: p["type"] == "Admin",
			Enabled: p["isEnabled"] != false})
	}
	api, _ := a.body["api"].(object)
	for _, v := range list(api["preAuthorizedApplications"]) {
		clients = append(clients, text(v.(object)["appId"]))
	}
	return scopes, clients
}

// preAuthorizedFor names the scopes for which clients need no consent.
func (a *app) preAuthorizedFor(scopes []Scope) (names []string) {
	api, _ := a.body["api"].(object)
	for _, v := range list(api["preAuthorizedApplications"]) {
		of := words(v.(object)["delegatedPermissionIds"])
		for _, s := range scopes {
			if slices.Contains(of, s.ID) {
				names = append(names, text(v.(object)["appId"])+": "+s.Value)
			}
		}
	}
	return names
}
