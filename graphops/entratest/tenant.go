package entratest

import (
	"slices"
	"strings"
	"time"
)

// Role template IDs of the directory roles that matter to app registrations.
const (
	GlobalAdministrator           = "62e90394-69f5-4237-9190-012177145e10"
	PrivilegedRoleAdministrator   = "e8611ab8-c189-46e8-94e1-60213ab1f814"
	ApplicationAdministrator      = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	CloudApplicationAdministrator = "158c047a-c907-4556-b7ef-446551a6b5f7"
	ApplicationDeveloper          = "cf1c38e5-3621-4004-a7cb-879624dced7c"
	HybridIdentityAdministrator   = "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2"
	UserAdministrator             = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	DirectoryReaders              = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
	GlobalReader                  = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"

	directoryWriters   = "9360feb5-f418-4baa-8175-e2a00bac4301"
	identityGovernance = "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e"
)

var roleNames = map[string]string{
	GlobalAdministrator:                    "Global Administrator",
	PrivilegedRoleAdministrator:            "Privileged Role Administrator",
	ApplicationAdministrator:               "Application Administrator",
	CloudApplicationAdministrator:          "Cloud Application Administrator",
	ApplicationDeveloper:                   "Application Developer",
	HybridIdentityAdministrator:            "Hybrid Identity Administrator",
	UserAdministrator:                      "User Administrator",
	DirectoryReaders:                       "Directory Readers",
	GlobalReader:                           "Global Reader",
	directoryWriters:                       "Directory Writers",
	"29232cdf-9323-42fd-ade2-1d097af3e4de": "Exchange Administrator",
	"b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
	identityGovernance:                     "Identity Governance Administrator",
}

// A Tenant is one directory: its people, applications, service principals,
// consents and policies. What is exported is fixed once it was added.
type Tenant struct {
	ID     string // empty means a random one
	Name   string
	Domain string // the initial and only verified domain

	s           *Server
	knobs       Knobs
	novel       novelties
	crowd       int         // applications that are not kept, but made as they are listed
	keyReads    []time.Time // when keyCredentials were selected, in the last minute
	created     time.Time
	users       []*User
	groups      []*Group
	apps        []*app
	bin         []*app // deleted, and kept for 30 days
	sps         []*sp
	graves      []*grave // of service principals, likewise
	assignments []*assignment
	grants      []*grant
	roleIDs     map[string]string         // template ID to the object ID of the directoryRole
	members     []*membership             // roles given through Graph
	ownPolicies map[string]*AppManagement // of single applications, by object ID
	roles       []*Role                   // custom ones
	eligible    []*eligibility
	signIns     []signIn
	copies      *replicas // nil: every call sees the tenant itself
	whole       *Tenant   // of a replica's view, the tenant itself

	subscriptions    []*Subscription
	managementGroups []*ManagementGroup
	resourceGroups   []resourceGroup
	ewsSettings      []ewsSetting // of Exchange, the oldest first
	azureRoles       []*azureRole // custom ones
	azureAssignments []*azureAssignment
}

// A User can sign in to a tenant. A guest is a user whose home is elsewhere.
type User struct {
	ID         string // empty means a random one
	UPN        string
	Name       string   // empty means the UPN
	Mail       string   // empty means the UPN, but for guests
	Roles      []string // role template IDs that are active now
	Guest      bool     // UPN is then what they sign in with, and the directory has another: gus_elsewhere.com#EXT#@contoso.com
	HomeTenant string   // of a guest; empty means an unknown one
	Disabled   bool
	Untyped    bool // userType is null, as of accounts that were synchronized before August 2014
	deleted    bool
	Aliases    []string // proxyAddresses besides SMTP: and the mail; without a prefix they get smtp:
	OtherMails []string
}

// A Client is an application that people sign in through, with consent given
// for everybody.
type Client struct {
	AppID  string // empty means a random one
	Name   string
	Scopes []string // delegated permissions on Microsoft Graph, consented for all principals
	// PublicClientFlows is isFallbackPublicClient. Without it a device code
	// ends in AADSTS7000218.
	PublicClientFlows bool
	// Audience is signInAudience; empty means AzureADMyOrg. With AzureADMultipleOrgs
	// people of every tenant that has this AppID can sign in at /organizations and
	// /common. Add it to each of those tenants.
	Audience string
	// Azure is consent to user_impersonation of Azure Service Management, for
	// all principals. Without it a token for Azure ends in AADSTS65001.
	Azure bool
}

// Knobs change how a tenant behaves. They are changed with Tenant.Change.
type Knobs struct {
	// UsersMayRegister lets members register applications. It is on in a new
	// tenant, as it is at Microsoft.
	UsersMayRegister bool

	// RolesShown lets everybody see which directory roles their own are. Without it
	// that takes a permission to read the directory or its roles; with User.Read
	// alone all but their number is null.
	RolesShown bool
	// OwnersByBasic lets a client with User.ReadBasic.All add owners. Without it that
	// takes Directory.Read.All, as documented.
	OwnersByBasic bool

	// NoInstanceLock registers applications without the app instance lock, as before
	// June 2026 (MC1300584).
	NoInstanceLock bool

	// NoPIM is a tenant without a licence for Privileged Identity Management: nobody is
	// eligible for a role, and whoever asks is told so.
	NoPIM bool

	BlockDeviceCode bool // Conditional Access blocks the device code flow: AADSTS53003
	RequireMFA      bool // every sign-in ends in AADSTS50076
	SlowDown        bool // polling faster than the interval is answered with slow_down

	ForbidSecrets     bool          // app management policy: passwordAddition
	MaxSecretLifetime time.Duration // app management policy: passwordLifetime; 0 means no limit
	MaxKeyLifetime    time.Duration // app management policy: asymmetricKeyLifetime; 0 means no limit
	TrustedOnly       bool          // app management policy: trustedCertificateAuthority
	ForbidMultitenant bool          // app management policy: audiences
	PolicyFrom        time.Time     // app management policy: applications created before are not restricted
	PolicyExempts     []string      // app management policy: UPNs whom excludeActors exempts
	// PolicyShowsAudiences shows the audiences rule in the policy. In v1.0 it holds and is not shown.
	PolicyShowsAudiences bool

	TokenLifetime time.Duration // of access tokens; 0 means an hour

	// KeyWritesUndone is how many of the next writes of an existing application's
	// keyCredentials are answered with 204 and come undone: the older collection of a
	// replica that was behind has won.
	KeyWritesUndone int

	// ReplaceComplex makes a PATCH replace complex properties (api, web, …) as a whole.
	// Otherwise what it does not say of one stays, as OData 4.01 has it (part 1, 11.4.3).
	ReplaceComplex bool

	Lag          Lag
	ThrottleEach bool // each distinct Graph call is answered 429 once, then executed
	AnswerLost   bool // each distinct Graph call is executed once and its answer lost; AnswerLost and ThrottleEach may be combined
}

// Lag is how long a change takes to be seen. A kind of object can be late by
// time, on the server's clock, and by Calls: the first so many uses of a new
// object answer as if it were not there.
type Lag struct {
	Application      time.Duration
	ServicePrincipal time.Duration
	Secret           time.Duration // until the sign-in service accepts a new secret or certificate
	Consent          time.Duration // until new tokens show a new app role or grant
	Azure            time.Duration // until a new Azure role can be assigned, and until an assignment takes effect
	Calls            int
}

// AddTenant adds t. It has the service principals of Microsoft Graph, Exchange
// Online, SharePoint Online and Azure Resource Manager, each with a random
// object ID, and nothing else.
func (s *Server) AddTenant(t Tenant) *Tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.ID == "" {
		t.ID = s.newID()
	}
	if t.Domain == "" {
		t.Domain = "tenant" + t.ID[:8] + ".onmicrosoft.com"
	}
	if t.Name == "" {
		t.Name = t.Domain
	}
	t.s = s
	t.created = s.now()
	t.knobs = Knobs{UsersMayRegister: true}
	t.roleIDs = make(map[string]string)
	t.ownPolicies = make(map[string]*AppManagement)
	p := &t
	for _, r := range resources() {
		p.sps = append(p.sps, p.newResource(r))
	}
	s.tenants = append(s.tenants, p)
	s.changed()
	return p
}

// AddUser adds u and returns it with what was filled in.
func (t *Tenant) AddUser(u User) User {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if u.ID == "" {
		u.ID = t.s.newID()
	}
	if u.Name == "" {
		u.Name = u.UPN
	}
	if u.Mail == "" && !u.Guest {
		u.Mail = u.UPN
	}
	if u.Guest && u.HomeTenant == "" {
		u.HomeTenant = t.s.newID()
	}
	u.Roles = slices.Clone(u.Roles)
	t.users = append(t.users, &u)
	t.s.changed()
	return u
}

// ChangeUser has change edit the user with that UPN, for instance to give or
// take a role, and reports whether there is one.
func (t *Tenant) ChangeUser(upn string, change func(*User)) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	u := t.userNamed(upn)
	if u == nil {
		return false
	}
	change(u)
	t.s.changed()
	return true
}

// RevokeSessions makes every refresh token of a user invalid (AADSTS50173).
func (t *Tenant) RevokeSessions(upn string) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	for _, r := range t.s.renewals {
		if r.tenant == t && r.user != nil && strings.EqualFold(r.user.UPN, upn) {
			r.revoked = true
		}
	}
}

// AddPublicClient registers c, with a service principal and consent, and
// returns it with its AppID. It is an application like any other afterwards.
func (t *Tenant) AddPublicClient(c Client) Client {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if c.AppID == "" {
		c.AppID = t.s.newID()
	}
	a := t.newApp(object{
		"displayName":            c.Name,
		"isFallbackPublicClient": c.PublicClientFlows,
		"publicClient":           object{"redirectUris": []any{"http://localhost"}},
	})
	a.appID, a.veil, a.body["description"] = c.AppID, veil{}, "Signs people in."
	if c.Audience != "" {
		a.body["signInAudience"] = c.Audience
	}
	p := t.newServicePrincipal(a)
	p.veil = veil{}
	consent := func(resource string, scopes ...string) {
		if on := t.spByAppID(resource); on != nil && len(scopes) > 0 {
			t.grants = append(t.grants, &grant{id: t.s.newKey(), clientID: p.id, consentType: "AllPrincipals", resourceID: on.id,
				scope: strings.Join(scopes, " ")})
		}
	}
	consent(graphAppID, c.Scopes...)
	if c.Azure {
		consent(armAppID, "user_impersonation")
	}
	t.s.changed()
	return c
}

// RemoveResource removes the service principal of a Microsoft resource, as in
// a tenant that never used it. POST /servicePrincipals restores it.
func (t *Tenant) RemoveResource(appID string) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if p := t.spByAppID(appID); p != nil {
		t.removeSP(p)
		t.s.changed()
	}
}

// LimitResource leaves a Microsoft resource only the permissions with these names, as
// where a national cloud offers fewer.
func (t *Tenant) LimitResource(appID string, names ...string) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	p := t.spByAppID(appID)
	if p == nil || p.resource == nil {
		return
	}
	other := func(v any) bool { return !slices.Contains(names, text(v.(object)["value"])) }
	r := *p.resource
	r.roles, r.scopes = slices.DeleteFunc(slices.Clone(r.roles), other), slices.DeleteFunc(slices.Clone(r.scopes), other)
	p.resource = &r
	t.s.changed()
}

// Change has change edit the tenant's knobs.
func (t *Tenant) Change(change func(*Knobs)) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	change(&t.knobs)
	t.s.changed()
}

func (t *Tenant) userNamed(upn string) *User {
	for _, u := range t.users {
		if strings.EqualFold(u.UPN, upn) {
			return u
		}
	}
	return nil
}

func (t *Tenant) user(id string) *User {
	for _, u := range t.users {
		if u.ID == id {
			return u
		}
	}
	return nil
}

// rolesOf returns the role template IDs of a user, or of a service principal, in the whole
// tenant.
func (t *Tenant) rolesOf(id string) []string {
	var roles []string
	if u := t.user(id); u != nil {
		roles = slices.Clone(u.Roles)
	}
	principals := t.principalsOf(id)
	for _, m := range t.members {
		if slices.Contains(principals, m.principalID) && m.scope == "" && !slices.Contains(roles, m.roleID) {
			roles = append(roles, m.roleID)
		}
	}
	return roles
}

// wids are the roles that a person's token names. Everybody who is no guest has one
// that stands for no right. Source: access token claims reference, wids.
func (t *Tenant) wids(u *User) []string {
	roles := append([]string{}, t.rolesOf(u.ID)...)
	if !u.Guest {
		roles = append(roles, "b79fbf4d-3ef9-4689-8143-76b194e85509")
	}
	return roles
}

func (t *Tenant) has(u *User, roles ...string) bool {
	return slices.ContainsFunc(t.rolesOf(u.ID), func(r string) bool { return slices.Contains(roles, r) })
}

// roleObjectID returns the ID that a role has in this tenant.
func (t *Tenant) roleObjectID(template string) string {
	if t.roleIDs[template] == "" {
		t.roleIDs[template] = t.s.newID()
	}
	return t.roleIDs[template]
}

// tenant finds a tenant by ID or domain.
func (s *Server) tenant(name string) *Tenant {
	for _, t := range s.tenants {
		if strings.EqualFold(t.ID, name) || strings.EqualFold(t.Domain, name) {
			return t
		}
	}
	return nil
}

// RoleNamed returns the template ID of a directory role by its name, or by its template ID; "" if there is none.
func RoleNamed(name string) string {
	for template, known := range roleNames {
		if strings.EqualFold(known, name) || strings.EqualFold(template, name) {
			return template
		}
	}
	return ""
}
